"""Classic capture file: libpcap's format, with microseconds or nanoseconds, in either byte order.

Source: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html
"""

from collections.abc import Iterator
from struct import Struct, error

import numpy as np

from tieback.intake.traffic.frames import MAX_PACKET, MAX_ROWS, PacketBlock
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.signatures import MAGICS
from tieback.intake.traffic.source import Buffer, ByteSource
from tieback.model.count_text import form_for
from tieback.model.sighting import UnreadKind

HEADER = 24
RECORD = 16
_SIZE = 8
"""Offset of the captured length in a record's header."""


class PcapReader:
    """Walks the records of one file."""

    has_secrets = False
    """Always false: the format has no field for secrets."""

    def __init__(self, source: ByteSource, problems: CaptureProblems) -> None:
        self._source = source
        self._problems = problems
        self._order = "<"
        self._scale = 1e-6
        self._link = 0

    def blocks(self) -> Iterator[PacketBlock]:
        """Yield every packet; an unreadable part ends the walk with a problem."""
        source = self._source
        if len(source.buffer) < HEADER:
            self._problems.note("the file is truncated in its header", "byte 0", UnreadKind.DAMAGED)
            return
        self._order, self._scale = MAGICS[source.buffer[:4]]
        self._link = Struct(self._order + "I").unpack_from(source.buffer, 20)[0] & 0xFFFF
        position = HEADER
        while True:
            places, position = self._walk(source.buffer, position)
            if places:
                block = self._frames(source.buffer, places)
                if len(block.starts):
                    yield block
                if len(block.starts) < len(places):
                    self._too_long(places[len(block.starts)] - _SIZE)
                    return
            if len(places) < MAX_ROWS:
                if not self._more(position):
                    return
                position = 0

    def _walk(self, buffer: Buffer, position: int) -> tuple[list[int], int]:
        """Offsets of the lengths of complete records in the window, and the offset of the first incomplete one."""
        places: list[int] = []
        add = places.append
        size = Struct(self._order + "I").unpack_from
        place = position + _SIZE
        try:
            for _ in range(MAX_ROWS):
                add(place)
                place += size(buffer, place)[0] + RECORD
        except error:  # the end of the window; a check per record would cost more than this exception
            places.pop()
        # Of the last record the length is known, but the record may be incomplete.
        if places and place > len(buffer) + _SIZE:
            place = places.pop()
        return places, place - _SIZE

    def _frames(self, buffer: Buffer, places: list[int]) -> PacketBlock:
        """The records as columns, up to the first that is longer than any packet."""
        order = self._order
        starts = np.array(places, np.int64) - _SIZE
        every = np.ndarray((len(buffer) - RECORD + 1,), f"V{RECORD}", buffer, 0, (1,))
        heads = every[starts].view(order + "u4").reshape(-1, RECORD // 4)
        sizes = heads[:, 2].astype(np.int64)
        sound = len(places)
        if int(sizes.max()) > MAX_PACKET:
            sound = int(np.argmax(sizes > MAX_PACKET))
        times = heads[:, 0] + heads[:, 1] * self._scale
        return PacketBlock(buffer, starts[:sound] + RECORD, sizes[:sound], times[:sound], self._link)

    def _too_long(self, position: int) -> None:
        size = Struct(self._order + "I").unpack_from(self._source.buffer, position + _SIZE)[0]
        where = f"byte {self._source.base + position}"
        what = f"a record states a length of {size} {form_for(size, 'byte', 'bytes')}; the rest of the file is not read"
        self._problems.note(what, where, UnreadKind.DAMAGED)

    def _more(self, position: int) -> bool:
        """True if the window could be moved on; otherwise the fault of the rest is a problem."""
        source = self._source
        left = len(source.buffer) - position
        if left >= RECORD and Struct(self._order + "I").unpack_from(source.buffer, position + _SIZE)[0] > MAX_PACKET:
            self._too_long(position)
            return False
        where = f"byte {source.base + position}"
        if source.advance(position):
            return True
        if source.damage:
            self._problems.note(source.damage, where, UnreadKind.DAMAGED)
        elif left:
            what = "the last record is truncated: still being written, or damaged"
            self._problems.note(what, where, UnreadKind.DAMAGED)
        return False
