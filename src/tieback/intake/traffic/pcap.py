"""The classic capture file: libpcap's format, with microseconds or nanoseconds, in either byte order.

Source: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html
"""

from collections.abc import Callable, Iterator
from struct import Struct

from tieback.intake.traffic.frames import MAX_PACKET, Frame, Interface
from tieback.intake.traffic.problems import Problems
from tieback.intake.traffic.source import Buffer, Source
from tieback.model.flow import FlowApp

type Unpack = Callable[[Buffer, int], tuple[int, ...]]

MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
"""First four bytes: byte order and the unit of the second word of a time stamp."""

HEADER = 24
RECORD = 16


class PcapReader:
    """Walks the records of one file."""

    app: FlowApp | None = None
    """The format says nothing of apps; PCAPdroid's trailer stands in the packet itself."""
    has_secrets = False

    def __init__(self, source: Source, problems: Problems) -> None:
        self._source = source
        self._problems = problems

    def frames(self) -> Iterator[Frame]:
        """Every packet; what cannot be read ends the walk with a problem."""
        source = self._source
        if len(source.buffer) < HEADER:
            self._problems.note("the file is cut off in its header", "byte 0")
            return
        order, scale = MAGICS[bytes(source.buffer[:4])]
        network = Struct(order + "I").unpack_from(source.buffer, 20)[0]
        interface = Interface(network & 0xFFFF)
        unpack = Struct(order + "III").unpack_from
        position = HEADER
        while True:
            buffer = source.buffer
            last = len(buffer) - RECORD
            end = last + RECORD
            while position <= last:
                seconds, fraction, size = unpack(buffer, position)
                start = position + RECORD
                position = start + size
                if position > end:
                    position = start - RECORD
                    break
                yield buffer, start, size, seconds + fraction * scale, interface
            if not self._more(position, unpack):
                return
            position = 0

    def _more(self, position: int, unpack: Unpack) -> bool:
        """Whether the window could be moved on; says what is wrong with the rest where it could not."""
        source = self._source
        where = f"byte {source.base + position}"
        left = len(source.buffer) - position
        if left >= RECORD:
            size = unpack(source.buffer, position)[2]
            if size > MAX_PACKET:
                self._problems.note(f"a record says that it holds {size} bytes; the rest is not read", where)
                return False
        if source.advance(position):
            return True
        if source.damage:
            self._problems.note(source.damage, where)
        elif left:
            self._problems.note("the last record is cut off: still being written, or damaged", where)
        return False
