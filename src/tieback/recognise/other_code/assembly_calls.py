"""Texts of .NET code that are arguments of calls: hosts that it connects to, and addresses that it opens in a browser.

``ldstr "192.0.2.7"``, perhaps a number, and ``call IPAddress.Parse`` or ``newobj TcpClient(string, int)``. Such a host
has no scheme, so its text says nothing. Sources: ECMA-335 II.22 (tables), II.24.2.6 (``#~``), III (instructions);
https://learn.microsoft.com/dotnet/api/system.net.sockets, https://learn.microsoft.com/xamarin/essentials/open-browser.
Bounds: 64 members, 200 places of one member.
"""

import struct
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from tieback.intake.apps.dotnet import heaps
from tieback.intake.apps.interface import Bytes

MAX_MEMBERS, MAX_PLACES = 64, 200
_MAX_ROWS = 200_000
_MODULE, _TYPE_REF, _TYPE_DEF, _FIELD, _METHOD, _PARAM, _MEMBER_REF = 0, 1, 2, 4, 6, 8, 10
_MODULE_REF, _TYPE_SPEC, _ASSEMBLY_REF = 0x1A, 0x1B, 0x23
_CALLS = (b"\x28", b"\x6f", b"\x73")
"""``call``, ``callvirt`` and ``newobj``; a token follows."""
_LDSTR, _LDC_I4, _LDC_I4_S = 0x72, 0x20, 0x1F
_SMALL = range(0x15, 0x1F)
"""``ldc.i4.m1`` to ``ldc.i4.8``."""
_STRING_TOKEN = 0x70
CONNECTS: Mapping[str, frozenset[str]] = {
    "IPAddress": frozenset(("Parse", "TryParse")),
    "TcpClient": frozenset((".ctor", "Connect", "ConnectAsync", "BeginConnect")),
    "UdpClient": frozenset((".ctor", "Connect")),
    "Socket": frozenset(("Connect", "ConnectAsync", "BeginConnect")),
    "Dns": frozenset(("GetHostEntry", "GetHostEntryAsync", "GetHostAddresses", "GetHostAddressesAsync")),
    "MqttClient": frozenset((".ctor",)),
}
"""Types and their members whose argument is a host."""
OPENS: Mapping[str, frozenset[str]] = {
    "Browser": frozenset(("OpenAsync",)),
    "Launcher": frozenset(("OpenAsync", "TryOpenAsync")),
    "Device": frozenset(("OpenUri",)),
}
"""Types and their members that open an address in a browser or another app."""


class Call(NamedTuple):
    """A text, and the number that the call also gets; 0 if there is none."""

    string: int
    """Offset of its characters in the image."""
    text: str
    number: int


class AssemblyCalls:
    """The calls of one assembly."""

    def __init__(self, image: Bytes) -> None:
        """Read an image; its tables only if it names one of the types."""
        self._image = image
        self._heaps = dict(heaps(image))

    def of(self, members: Mapping[str, frozenset[str]]) -> Iterator[Call]:
        """The calls of these members, by type, whose argument is a text."""
        begin, end = self._heaps.get(b"#Strings", (0, 0))
        if not any(self._image.find(f"\0{name}\0".encode(), begin, end) >= 0 for name in members):
            return
        known = (token for token, kind, name in self._members if name in members.get(kind, ()))
        for token in islice(known, MAX_MEMBERS):
            for opcode in _CALLS:
                yield from self._places(opcode + token.to_bytes(4, "little"))

    def uses(self, string: int) -> int:
        """How often code loads the text whose characters are at an offset of the image."""
        for width in (1, 2, 4):
            index = string - width - self._heaps.get(b"#US", (0, 0))[0]
            count = self._image[: self._code_end].count(
                bytes((_LDSTR,)) + struct.pack("<I", _STRING_TOKEN << 24 | index)
            )
            if count:
                return count
        return 0

    @cached_property
    def _code_end(self) -> int:
        return min((begin for begin, _ in self._heaps.values()), default=0)

    def _places(self, call: bytes) -> Iterator[Call]:
        at = self._image.find(call, 0, self._code_end)
        for _ in range(MAX_PLACES):
            if at < 0:
                return
            found = self._argument(at)
            if found is not None:
                yield found
            at = self._image.find(call, at + 1, self._code_end)

    def _argument(self, at: int) -> Call | None:
        """The text that is loaded just before a call, with or without a number between, or that makes its argument."""
        image = self._image
        number = self._number(at + 5)
        for width in (0, 1, 2, 5):
            start = at - width - 5
            if start < 0 or image[start] != _LDSTR or image[start + 4] != _STRING_TOKEN:
                continue
            if width and (between := self._number(at - width, width)) is not None:
                return self._text(start, between)
            if not width:
                return self._text(start, number or 0)
        # newobj Uri(string) makes the argument
        return self._text(at - 10, 0) if at >= 10 and image[at - 5] == 0x73 and image[at - 10] == _LDSTR else None

    def _number(self, at: int, width: int = 0) -> int | None:
        """The number that an instruction loads, if it is one of this width."""
        image = self._image
        first = image[at] if at < len(image) else 0
        if first == _LDC_I4 and width in {0, 5} and at + 5 <= len(image):
            return int(struct.unpack_from("<i", image, at + 1)[0])
        if first == _LDC_I4_S and width in {0, 2} and at + 2 <= len(image):
            return int(struct.unpack_from("<b", image, at + 1)[0])
        return first - 0x16 if first in _SMALL and width in {0, 1} else None

    def _text(self, at: int, number: int) -> Call | None:
        (token,) = struct.unpack_from("<I", self._image, at + 1)
        begin, end = self._heaps.get(b"#US", (0, 0))
        place = begin + (token & 0xFFFFFF)
        if token >> 24 != _STRING_TOKEN or place + 1 >= end:
            return None
        first = self._image[place]
        width = 1 if first < 0x80 else 2 if first < 0xC0 else 4
        length = int.from_bytes(self._image[place : place + width]) & (0x7F, 0x3FFF, 0, 0x1FFFFFFF)[width - 1]
        start = place + width
        if not 1 < length <= min(end - start, 4_096):
            return None
        return Call(start, bytes(self._image[start : start + length - 1]).decode("utf-16-le", "replace"), number)

    @cached_property
    def _members(self) -> list[tuple[int, str, str]]:
        """Token, type and name of each member of the types above that code uses."""
        try:
            return list(_Tables(self._image, self._heaps).members(CONNECTS.keys() | OPENS.keys()))
        except (struct.error, IndexError):
            return []


class _Tables:
    """The tables of metadata up to that of references to members."""

    def __init__(self, image: Bytes, places: Mapping[bytes, tuple[int, int]]) -> None:
        self._image, self._strings = image, places.get(b"#Strings", (0, 0))
        at, _ = places.get(b"#~", (0, 0))
        sizes, valid = image[at + 6], struct.unpack_from("<Q", image, at + 8)[0]
        self._rows = [0] * 64
        self._wide = [4 if sizes & bit else 2 for bit in (1, 2, 4)]
        at += 24
        for table in range(64):
            if valid >> table & 1:
                self._rows[table] = min(struct.unpack_from("<I", image, at)[0], _MAX_ROWS)
                at += 4
        self._first = at

    def _index(self, *tables: int, bits: int = 0) -> int:
        return 4 if max(self._rows[table] for table in tables) >= 1 << (16 - bits) else 2

    def _widths(self) -> tuple[int, ...]:
        """Width of a row of each table, in the order of their numbers."""
        text, guid, blob = self._wide
        scope = self._index(_MODULE, _MODULE_REF, _ASSEMBLY_REF, _TYPE_REF, bits=2)
        kind = self._index(_TYPE_DEF, _TYPE_REF, _TYPE_SPEC, bits=2)
        return (
            2 + text + 3 * guid,
            scope + 2 * text,
            4 + 2 * text + kind + self._index(_FIELD) + self._index(_METHOD),
            self._index(_FIELD),
            2 + text + blob,
            self._index(_METHOD),
            8 + text + blob + self._index(_PARAM),
            self._index(_PARAM),
            4 + text,
            self._index(_TYPE_DEF) + kind,
        )

    def _number(self, at: int, width: int) -> int:
        return int.from_bytes(self._image[at : at + width], "little")

    def _name(self, at: int) -> str:
        begin, end = self._strings
        start = begin + self._number(at, self._wide[0])
        stop = self._image.find(b"\0", start, min(end, start + 200))
        return bytes(self._image[start:stop]).decode("utf-8", "replace") if stop >= 0 else ""

    def members(self, types: Collection[str]) -> Iterator[tuple[int, str, str]]:
        """Token, type and name of each reference to a member of these types in another assembly."""
        widths, text = self._widths(), self._wide[0]
        starts = [self._first]
        for table, width in enumerate(widths):
            starts.append(starts[-1] + width * self._rows[table])
        parent = self._index(_TYPE_DEF, _TYPE_REF, _MODULE_REF, _METHOD, _TYPE_SPEC, bits=3)
        row = parent + text + self._wide[2]
        scope = widths[_TYPE_REF] - 2 * text
        first, width = starts[_TYPE_REF] + scope, widths[_TYPE_REF]
        names = ((number, self._name(first + number * width)) for number in range(self._rows[_TYPE_REF]))
        kinds = {number + 1 << 3 | 1: name for number, name in names if name in types}
        for index in range(self._rows[_MEMBER_REF]) if kinds else ():
            at = starts[_MEMBER_REF] + index * row
            kind = kinds.get(self._number(at, parent))
            if kind is not None:
                yield 0x0A000000 | index + 1, kind, self._name(at + parent)
