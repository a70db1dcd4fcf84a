"""Uncommon packets, read one by one: tunnels, tags, options, extension headers, fragments."""

from struct import Struct

from tieback.intake.traffic import network
from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.fragments import FragmentTable
from tieback.intake.traffic.frames import PacketBlock
from tieback.intake.traffic.headers import TransportHeader
from tieback.intake.traffic.link import UnknownLinkError, find_ip
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.source import Buffer
from tieback.model.count_text import count_text
from tieback.model.flow import FlowApp
from tieback.model.sighting import UnreadKind

_word = Struct(">I").unpack_from


class SinglePackets:
    """The slow path from a frame to its transport header, with counts of what it could not read."""

    def __init__(self, attribution: PacketAttribution, problems: CaptureProblems) -> None:
        self._attribution = attribution
        self._problems = problems
        self._fragments = FragmentTable()
        self._frames: PacketBlock | None = None
        self._made: list[bytes] = []
        self._end = 0
        self.processes: dict[int, FlowApp] = {}
        """The apps named by PKTAP headers of this block, by row."""
        self.other = 0
        """Packets without TCP or UDP."""
        self.damaged = 0

    def begin(self, frames: PacketBlock) -> None:
        """Start with another block."""
        self._frames = frames
        self._made = []
        self._end = len(frames.buffer)
        self.processes = {}

    def __call__(self, row: int, link: int) -> list[TransportHeader]:
        """The packet of a row; none if it has neither TCP nor UDP, several if fragments were waiting."""
        frames = self._frames
        assert frames is not None
        start = int(frames.starts[row])
        try:
            ip, limit, app = find_ip(frames.buffer, start, start + int(frames.sizes[row]), link, self._attribution)
        except UnknownLinkError as error:
            # The header of PKTAP names the link type of its packet.
            inner = "" if str(error) == str(link) else f", inside link type {link},"
            what = f"packets of link type {error}{inner} are not supported"
            self._problems.note(what, "", UnreadKind.UNREADABLE)
            self.other += 1
            return []
        if app is not None:
            self.processes[row] = app
        if ip < 0:
            self.other += 1
            return []
        protocol, addresses, place, stop = network.find_transport(frames.buffer, ip, limit)
        if protocol == network.FRAGMENT:
            packets = self._fragments.add(frames.buffer, place, stop, limit, float(frames.times[row]))
            return [found for packet in packets for found in self._again(row, packet)]
        found = self._found(row, frames.buffer, (protocol, addresses, place, stop), limit)
        return [found] if found else []

    def buffer(self) -> Buffer:
        """The block's buffer, followed by the packets reassembled from fragments."""
        assert self._frames is not None
        return self._frames.buffer + b"".join(self._made) if self._made else self._frames.buffer

    def rest(self) -> list[bytes]:
        """IP packets that are incomplete at the end of the capture."""
        rest = self._fragments.rest()
        if self._fragments.left_over:
            count = count_text(
                self._fragments.left_over,
                "fragment belongs to an incomplete packet",
                "fragments belong to incomplete packets",
            )
            self._problems.note(f"{count}: the other fragments are missing", "", None)
        if self.damaged:
            what = f"{count_text(self.damaged, 'packet has', 'packets have')} damaged or truncated headers"
            self._problems.note(what, "", UnreadKind.UNREADABLE)
        return rest

    def _again(self, row: int, packet: bytes) -> list[TransportHeader]:
        place = network.find_transport(packet, 0, len(packet))
        found = self._found(row, packet, place, len(packet))
        if found is None:
            return []
        found.payload += self._end
        found.stop += self._end
        found.limit += self._end
        self._made.append(packet)
        self._end += len(packet)
        return [found]

    def _found(self, row: int, buffer: Buffer, found: network.Place, limit: int) -> TransportHeader | None:
        protocol, addresses, place, stop = found
        if protocol not in {network.TCP, network.UDP}:
            self.other += 1
            return None
        tcp = protocol == network.TCP
        if place + (14 if tcp else 8) > limit or (tcp and buffer[place + 12] < 0x50):
            self.damaged += 1
            return None
        key = addresses + buffer[place : place + 4]
        if not tcp:
            return TransportHeader(row, protocol, key, 0, 0, place + 8, stop, limit)
        payload = place + (buffer[place + 12] >> 4) * 4
        return TransportHeader(
            row, protocol, key, _word(buffer, place + 4)[0], buffer[place + 13], payload, stop, limit
        )
