"""pcapng: sections of either byte order, interfaces, packets, comments, secrets and PCAPdroid's own blocks.

Sources: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html; PCAPdroid's dump format
(https://github.com/emanuele-f/PCAPdroid, ``pcap_dump.c``); Darwin's process blocks as Wireshark reads them
(``wiretap/pcapng.c``).
"""

import struct
from collections.abc import Iterator
from struct import Struct

import numpy as np

from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.frames import MAX_PACKET, MAX_ROWS, CaptureInterface, PacketBlock
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.source import Buffer, ByteSource
from tieback.model.count_text import form_for
from tieback.model.flow import FlowApp
from tieback.model.sighting import UnreadKind

MAX_BLOCK = 16 * 1024 * 1024
MAX_INTERFACES = 4096
MAX_OPTIONS = 64

_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
_SECRETS, _DARWIN_PROCESS = 10, 0x80000001
_CUSTOM = (0x00000BAD, 0x40000BAD)
_COMMENT, _DARWIN_PID, _DARWIN_EFFECTIVE = 1, 32769, 32771
_PCAPDROID = 62652
"""Private enterprise number of PCAPdroid's author."""


class _Order:
    """The structures of a section, in its byte order."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.enhanced = Struct(order + "IIIIIII").unpack_from
        self.words = Struct(order + "II").unpack_from
        self.word = Struct(order + "I").unpack_from
        self.half = Struct(order + "HH").unpack_from
        self.uid = Struct(order + "HBxiBB").unpack_from
        self.long = Struct(order + "q").unpack_from


class _Rows:
    """The packets of one step of the walk, before they are columns."""

    __slots__ = ("_apps", "_links", "_sizes", "_times", "starts")

    def __init__(self) -> None:
        self.starts: list[int] = []
        self._sizes: list[int] = []
        self._times: list[float] = []
        self._links: list[int] = []
        self._apps: dict[int, FlowApp] = {}

    def add(self, start: int, size: int, when: float, interface: CaptureInterface, app: FlowApp | None) -> None:
        """Add one packet."""
        if app is not None:
            self._apps[len(self.starts)] = app
        self.starts.append(start)
        self._sizes.append(size)
        self._times.append(when)
        self._links.append(interface.link)

    def frames(self, buffer: Buffer) -> PacketBlock:
        """The packets as columns."""
        same = self._links.count(self._links[0]) == len(self._links)
        return PacketBlock(
            buffer,
            np.array(self.starts, np.int64),
            np.array(self._sizes, np.int64),
            np.array(self._times, np.float64),
            self._links[0] if same else np.array(self._links, np.int64),
            self._apps,
        )


class PcapngReader:
    """Walks the blocks of one file."""

    def __init__(self, source: ByteSource, problems: CaptureProblems, attribution: PacketAttribution) -> None:
        self._source = source
        self._problems = problems
        self._attribution = attribution
        self._interfaces: list[CaptureInterface] = []
        self._known: dict[CaptureInterface, CaptureInterface] = {}
        self._processes: list[str] = []
        self._order = _Order("<")
        self.has_secrets = False

    def blocks(self) -> Iterator[PacketBlock]:
        """Yield every packet; a block with an impossible length ends the walk with a problem."""
        source = self._source
        position = 0
        while True:
            rows = _Rows()
            following = self._walk(source.buffer, position, rows)
            if rows.starts:
                yield rows.frames(source.buffer)
            position = abs(following)
            if following < 0:
                return
            if len(rows.starts) >= MAX_ROWS:
                continue
            short = self._short(position)
            # ``advance`` moves the window even at the end, so the rest is measured before.
            left, where = len(source.buffer) - position, f"byte {source.base + position}"
            if short:
                position += short
            elif source.advance(position):
                position = 0
            else:
                self._note_end(left, where)
                return

    def _walk(self, buffer: Buffer, position: int, rows: _Rows) -> int:
        """Read blocks; returns the offset of the first incomplete one, negative if nothing after it can be read."""
        end = len(buffer)
        enhanced, interfaces = self._order.enhanced, self._interfaces
        while position + 28 <= end and len(rows.starts) < MAX_ROWS:
            kind, length, number, high, low, size, _ = enhanced(buffer, position)
            stop = position + length
            if kind == _ENHANCED and 32 + size <= length <= MAX_BLOCK and stop <= end and not length & 3:
                try:
                    interface = interfaces[number]
                except IndexError:
                    self._note_interface(number)
                    position = stop
                    continue
                padded = (size + 35) & ~3
                app = self._options(buffer, position + padded - 4, stop - 4) if length > padded else None
                rows.add(position + 28, size, (high << 32 | low) * interface.scale + interface.offset, interface, app)
                position = stop
                continue
            if kind == _SECTION:
                self._order = _Order(">" if buffer[position + 8 : position + 12] == b"\x1a\x2b\x3c\x4d" else "<")
                length = self._order.word(buffer, position + 4)[0]
                stop = position + length
            if length < 12 or length & 3 or length > MAX_BLOCK:
                self._problems.note(
                    f"a block states a length of {length} {form_for(length, 'byte', 'bytes')}; "
                    "the rest of the file is not read",
                    f"byte {self._source.base + position}",
                    UnreadKind.DAMAGED,
                )
                return -position or -1
            if stop > end:
                break
            self._block(buffer, position, stop, kind, rows)
            enhanced, interfaces = self._order.enhanced, self._interfaces
            position = stop
        return position

    def _short(self, position: int) -> int:
        """Length of a complete block of less than 28 bytes at the end of the window."""
        buffer = self._source.buffer
        left = len(buffer) - position
        if not 12 <= left < 28:
            return 0
        kind, length = self._order.words(buffer, position)
        if 12 <= length <= left and not length & 3 and kind != _SECTION:
            self._block(buffer, position, position + length, kind, _Rows())
            return int(length)
        return 0

    def _note_end(self, left: int, where: str) -> None:
        if self._source.damage:
            self._problems.note(self._source.damage, where, UnreadKind.DAMAGED)
        elif left:
            what = "the last block is truncated: still being written, or damaged"
            self._problems.note(what, where, UnreadKind.DAMAGED)

    def _note_interface(self, number: int) -> None:
        what = "packets of an interface that the file does not describe"
        self._problems.note(what, f"interface {number}", UnreadKind.UNREADABLE)

    def _note_block(self, what: str, start: int) -> None:
        self._problems.note(what, f"byte {self._source.base + start}", UnreadKind.DAMAGED)

    def _block(self, buffer: Buffer, start: int, stop: int, kind: int, rows: _Rows) -> None:
        """Read any block except a valid enhanced packet block."""
        try:
            if kind == _SECTION:
                self._interfaces = []
                self._processes = []
            elif kind == _INTERFACE:
                self._describe(buffer, start, stop)
            elif kind == _SIMPLE:
                self._simple(buffer, start, stop, rows)
            elif kind == _OLD_PACKET:
                self._old_packet(buffer, start, stop, rows)
            elif kind == _SECRETS:
                self.has_secrets = True
            elif kind == _DARWIN_PROCESS and len(self._processes) < MAX_INTERFACES:
                name = dict(self._pairs(buffer, start + 12, stop - 4)).get(2, b"")
                self._processes.append(name.rstrip(b"\0").decode("utf-8", "replace"))
            elif kind in _CUSTOM:
                self._custom(buffer, start, stop)
            elif kind == _ENHANCED:
                self._note_block("a packet is longer than its block", start)
        except struct.error:
            self._note_block("a block is too short for its type", start)

    def _describe(self, buffer: Buffer, start: int, stop: int) -> None:
        if len(self._interfaces) >= MAX_INTERFACES:
            what = f"more than {MAX_INTERFACES} interfaces; packets of the others are left out"
            self._problems.note(what, "", UnreadKind.LIMIT)
            return
        link = self._order.half(buffer, start + 8)[0]
        snap = self._order.word(buffer, start + 12)[0]
        scale, offset = 1e-6, 0
        for code, value in self._pairs(buffer, start + 16, stop - 4):
            if code == 9 and value:
                scale = 2.0 ** -(value[0] & 0x7F) if value[0] & 0x80 else 10.0 ** -value[0]
            elif code == 14 and len(value) >= 8:
                offset = self._order.long(value, 0)[0]
        fresh = CaptureInterface(link, scale, offset if abs(offset) < 1 << 33 else 0, snap)
        self._interfaces.append(self._known.setdefault(fresh, fresh))

    def _simple(self, buffer: Buffer, start: int, stop: int, rows: _Rows) -> None:
        if not self._interfaces:
            self._note_interface(0)
            return
        interface = self._interfaces[0]
        size = min(self._order.word(buffer, start + 8)[0], stop - start - 16)
        if interface.snap:
            size = min(size, interface.snap)
        if size > 0:
            rows.add(start + 12, size, 0.0, interface, None)

    def _old_packet(self, buffer: Buffer, start: int, stop: int, rows: _Rows) -> None:
        """The obsolete Packet Block: like the enhanced one, with 16 bits for the interface."""
        _, _, _, high, low, size, _ = self._order.enhanced(buffer, start)
        number = self._order.half(buffer, start + 8)[0]
        if number >= len(self._interfaces):
            self._note_interface(number)
            return
        if size > min(stop - start - 32, MAX_PACKET):
            self._note_block("a packet is longer than its block", start)
            return
        interface = self._interfaces[number]
        rows.add(start + 28, size, (high << 32 | low) * interface.scale + interface.offset, interface, None)

    def _pairs(self, buffer: Buffer, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Options: code and value, at most ``MAX_OPTIONS`` of them."""
        for _ in range(MAX_OPTIONS):
            if start + 4 > stop:
                return
            code, length = self._order.half(buffer, start)
            start += 4
            if code == 0 or start + length > stop:
                return
            yield code, bytes(buffer[start : start + length])
            start += (length + 3) & ~3

    def _options(self, buffer: Buffer, start: int, stop: int) -> FlowApp | None:
        """The app that the options of a packet name."""
        processes: dict[int, str] = {}
        for code, value in self._pairs(buffer, start, stop):
            if code == _COMMENT:
                app = self._attribution.of_comment(value)
                if app is not None:
                    return app
            elif code in {_DARWIN_PID, _DARWIN_EFFECTIVE} and len(value) == 4:
                index = self._order.word(value, 0)[0]
                if index < len(self._processes):
                    processes[code] = self._processes[index]
        name = processes.get(_DARWIN_EFFECTIVE) or processes.get(_DARWIN_PID)
        return self._attribution.of_process(name, "comment") if name else None

    def _custom(self, buffer: Buffer, start: int, stop: int) -> None:
        if self._order.word(buffer, start + 8)[0] != _PCAPDROID:
            return
        version, kind, uid, package_length, name_length = self._order.uid(buffer, start + 12)
        at = start + 22
        # PCAPdroid writes the version in its own byte order, not in that of the section.
        if version not in {1, 0x0100} or kind != 1 or at + package_length + name_length > stop - 4:
            return
        package = bytes(buffer[at : at + package_length])
        name = bytes(buffer[at + package_length : at + package_length + name_length])
        self._attribution.learn(uid, package, name)
