"""Named texts of a resource table whose values can be hosts, identifiers or secrets, as their ends or names show.

``resources.arsc`` of a package and ``resources.pb`` of a bundle have up to millions of texts, and nearly all are for
people. Names are built only for those that end like the value of a key, or that a name of a secret refers to.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Buffer, Bytes
from tieback.intake.apps.proto_resources import TextNames
from tieback.intake.apps.resources import StringNames
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, in_both_encodings, parse
from tieback.recognise.endpoints.hosts import EndpointHost, NonBackendHost, check_host
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.config_rules import ConfigRules
from tieback.recognise.settings.key_values import MAX_VALUE, PORT, plain_key, port_of_name, ports_by_name, split_port
from tieback.recognise.span import decode_text

ONLY_NAMED = ("project_id",)
"""Resources of Firebase with values that can be any word."""
FIREBASE_TEXT = lazy_pattern(rb":android:[0-9a-f]{8}|\.appspot\.com|\.firebasestorage\.app|firebaseio\.com")
HOST_PATH = lazy_pattern(r"([A-Za-z0-9][A-Za-z0-9.-]{2,252})(/[A-Za-z0-9._~/-]{0,200})?")
"""A host with or without a path."""
_MAX_HITS = 50_000
_SECRET_NAMES = ("passw", "passph", "secret", "_pass", "_pwd", "_pw")
"""Parts of the names of resources whose values can have any characters."""
_PROJECT = lazy_pattern(r"[a-z][a-z0-9]{0,28}-[a-z0-9-]{1,28}")
_MIXED = lazy_pattern(r"(?=[A-Za-z_+/=-]{0,256}\d)(?=[\d_+/=-]{0,256}[A-Za-z])[A-Za-z0-9_+/=-]{8,256}")
"""An identifier or key: letters and digits."""
_FIREBASE = (":android:", r"\.appspot\.com", r"\.firebasestorage\.app", r"firebaseio\.com")
"""Marks of Firebase; at least one is in the strings of an app that uses it."""
# Ends of strings: a name, an identifier or key, a name with a hyphen, a name with a port. Other strings need no key.
# Nine of ten ends in a resource table are .png or .xml, so the patterns of three letters exclude them.
_THREE_LETTERS = (r"\.[a-oq-wyz][a-z]{2}", r"\.p[a-mo-z][a-z]", r"\.pn[a-fh-z]", r"\.x[a-ln-z][a-z]", r"\.xm[a-km-z]")
_VALUES = (
    r"\.[a-z]{2}",
    *_THREE_LETTERS,
    r"\.[a-z]{4,24}",
    r"[a-z0-9]/",
    r"[A-Za-z0-9_+/=-]{16}",
    r"-[a-z0-9]{2,12}",
    r"[a-z0-9]/v[0-9]",
    r"\.[0-9]{1,3}\.[0-9]{1,3}",
    r"\.[a-z0-9]{1,24}[,;| ][0-9]{2,5}",
)
_BREAK, _SIGN = 1, 2
_MARKS_OF_BYTES = np.array(
    [_BREAK if byte <= ord(" ") else _SIGN * (byte in b".-0123456789") for byte in range(256)], np.uint8
)
"""For each byte, whether it is in no value of a key, or in most: hosts, addresses, identifiers."""
_NOT_VALUES = (b".xml", b".png", b".jpg", b".webp", b".ttf", b".otf", b".json", b".html", b".txt", b".gif", b".ogg")


class NamedText(NamedTuple):
    """A text of a resource table."""

    key: str
    """Its name, without the kind of the resource."""
    value: str
    begin: int
    """Offset in the table."""
    port: int | None = None


class ResourceValues:
    """Finds the texts of resource tables that a rule of ``config.toml`` can read. For one thread at a time."""

    def __init__(self, config: ConfigRules, rules: RuleFiles) -> None:
        self._config, self._rules = config, rules

    @cached_property
    def _scanner(self) -> AnchorScanner:
        # A string in a pool ends with a NUL of the same character width.
        values = [Anchor(AnchorKind.VALUE, (*parse(value), (r"\x00", "")), caseless=True) for value in _VALUES]
        marks = [Anchor(AnchorKind.KEY, parse(mark), caseless=False) for mark in _FIREBASE]
        return AnchorScanner(in_both_encodings((*values, *marks)))

    def texts(self, buffer: Buffer) -> Iterator[NamedText]:
        """The texts of one table."""
        starts = buffer.starts
        if starts is None or not len(starts):
            return
        stops, firebase = self._ends(buffer, starts)
        named: set[int] = set()
        if isinstance(buffer.names, StringNames | TextNames):
            if firebase:
                # A project without a hyphen looks like any word; only the name of the resource identifies it.
                for begin, name in buffer.names.matching(ONLY_NAMED, starts):
                    value = _value_at(buffer, begin)
                    if not _PROJECT.fullmatch(value):
                        yield NamedText(name, value, begin)
            for begin, name in buffer.names.containing(_SECRET_NAMES, starts):
                named.add(begin)
                # The value of a secret can have any characters: a password has signs.
                value = _value_at(buffer, begin)
                if len(value) < MAX_VALUE and self._config.means(name, plain_key(name), value):
                    yield NamedText(name, value, begin)
        yield from self._by_ends(buffer, starts, stops, named, firebase=firebase)

    def _by_ends(
        self, buffer: Buffer, starts: NDArray[np.int64], stops: Iterable[int], named: set[int], *, firebase: bool
    ) -> Iterator[NamedText]:
        """The texts with these ends that were not found by their names."""
        unit = 1 + buffer.utf16
        ports: dict[tuple[str, str], int] | None = None
        for stop in stops:
            if unit == 1 and buffer.data[stop - 5 : stop].endswith(_NOT_VALUES):
                continue
            begin = int(starts[int(starts.searchsorted(stop - 1, side="right")) - 1])
            if begin in named or not 0 < stop - begin <= MAX_VALUE * unit:
                continue
            value = decode_text(buffer.data[begin:stop], wide=buffer.utf16)
            host, port = split_port(value)
            # Names are built at the first access, which costs more than all other steps.
            name = buffer.names.get(begin, "") if self._plausible(host, firebase=firebase) else ""
            if not name:
                continue
            key = name.rpartition("/")[2]
            value = host if self._config.is_host(plain_key(key), host) else value
            if port is None and buffer.resources is not None and self._config.is_host(plain_key(key), value):
                ports = ports_by_name(buffer.resources.ending(PORT)) if ports is None else ports
                port = port_of_name(key, ports, self._config.suffixes)
            yield NamedText(key, value, begin, port)

    def _ends(self, buffer: Buffer, starts: NDArray[np.int64]) -> tuple[Iterator[int], bool]:
        """Offsets of the ends of texts that can be the value of a key; and true if one is a mark of Firebase."""
        if isinstance(buffer.names, TextNames):
            return _ends_of_words(buffer.data, starts), FIREBASE_TEXT.search(buffer.data) is not None
        hits, _ = self._scanner.scan(buffer.data, 0, len(buffer.data), _MAX_HITS)
        firebase = any(self._scanner.anchors[index].shape is AnchorKind.KEY for index, _ in hits)
        return self._ends_in_pool(buffer, hits), firebase

    def _ends_in_pool(self, buffer: Buffer, hits: Iterable[tuple[int, int]]) -> Iterator[int]:
        """Offsets of the ends of strings of a pool that can be the value of a key."""
        known, last = self._scanner.anchors, -1
        for index, end in hits:
            if known[index].shape is not AnchorKind.KEY and known[index].wide is buffer.utf16 and end != last:
                last = end
                yield end - (2 if buffer.utf16 else 1)

    def _plausible(self, value: str, *, firebase: bool) -> bool:
        """True if a string can be the value of some key: a host, an identifier, a Firebase project."""
        if "." in value:
            found = HOST_PATH.fullmatch(value)
            return found is not None and isinstance(check_host(found[1], self._rules), EndpointHost | NonBackendHost)
        if _PROJECT.fullmatch(value):
            return firebase
        return _MIXED.fullmatch(value) is not None


def _value_at(buffer: Buffer, begin: int) -> str:
    """The string of a resource table that begins at this offset, cut at ``MAX_VALUE`` characters."""
    starts, unit = buffer.starts, 1 + buffer.utf16
    assert starts is not None
    after = int(starts[min(int(starts.searchsorted(begin, side="right")), len(starts) - 1)])
    raw = buffer.data[begin : after if after > begin else len(buffer.data)][: MAX_VALUE * unit]
    return decode_text(bytes(raw), wide=buffer.utf16).partition("\0")[0]


def _ends_of_words(data: Bytes, edges: NDArray[np.int64]) -> Iterator[int]:
    """Offsets of the ends of texts in the table of an app bundle that can be the value of a key.

    They have no space, and a dot, a hyphen or a digit. The bytes between two texts have control characters.
    """
    if len(edges) < 2:
        return
    marks = np.bitwise_or.reduceat(_MARKS_OF_BYTES[np.frombuffer(data, np.uint8)], edges[:-1])
    fits = (marks == _SIGN) & (edges[1:] - edges[:-1] <= MAX_VALUE)
    yield from islice((int(end) for end in edges[1:][fits]), _MAX_HITS)
