"""The flow table: packets to conversations. Its loop runs once a packet, so it makes no object and calls nothing there.

A direction of a conversation is looked up by its addresses and ports as they stand in the packet; each direction counts
for itself. Only the first bytes are copied. Memory is bounded by ``MAX_FLOWS`` and ``MAX_KEPT``: beyond them the
conversations that were idle longest are judged and handed out.
"""

import gc
import struct
from collections.abc import Callable, Iterable, Iterator
from struct import Struct

from tieback.intake.traffic import network
from tieback.intake.traffic.attribution import TRAILER, TRAILER_MAGIC, Attribution
from tieback.intake.traffic.conversation import Conversation, Side
from tieback.intake.traffic.frames import Frame, FrameReader, Interface
from tieback.intake.traffic.judgement import Judgement
from tieback.intake.traffic.link import ETHERNET, FIXED, NOT_FIXED, PKTAP, USER2, UnknownLinkError, find_ip
from tieback.intake.traffic.names import NAME_PORTS, Names
from tieback.intake.traffic.problems import Problems
from tieback.intake.traffic.source import Buffer
from tieback.model.flow import FlowApp

MAX_FLOWS = 20_000
"""Conversations held at a time."""

MAX_KEPT = 24 * 1024 * 1024
"""First bytes and samples held at a time."""

TCP, UDP = network.TCP, network.UDP

type Judge = Callable[[Conversation], Judgement]

_IPV4, _IPV6 = "xHxxHxB2x12s8xH", "3xHBx36s8xH"
_word = Struct(">I").unpack_from


class FlowTable:
    """The conversations of one capture."""

    def __init__(
        self, judge: Judge, names: Names, attribution: Attribution, problems: Problems, *, max_flows: int = MAX_FLOWS
    ) -> None:
        self._judge = judge
        self._names = names
        self._attribution = attribution
        self._problems = problems
        self._max_flows = max_flows
        self._tcp: dict[bytes, Side] = {}
        self._udp: dict[bytes, Side] = {}
        self._flows: dict[int, Conversation] = {}
        self._ready: list[Conversation] = []
        self._process: FlowApp | None = None
        """What the PKTAP header of the packet at hand names."""
        self._number = 0
        self._kept = 0
        self.other = 0
        """Packets without TCP or UDP."""
        self.fragments = 0
        """Later fragments: counted, not put together."""
        self.damaged = 0

    def conversations(self, reader: FrameReader) -> Iterator[Conversation]:
        """Walk a capture and hand out judged conversations, in the order of their first packets where memory allows."""
        yield from _undisturbed(self._all(reader))

    def _all(self, reader: FrameReader) -> Iterator[Conversation]:
        yield from self._walk(reader, reader.frames())
        yield from self._end()

    def _walk(self, reader: FrameReader, frames: Iterable[Frame]) -> Iterator[Conversation]:  # noqa: PLR0912, PLR0915 - the one loop that runs for each packet; a call would cost more than what it does
        current: Interface | None = None
        ipv4 = ipv6 = Struct("").unpack_from
        mark4 = mark6 = b""
        header = header4 = header6 = 0
        tcp_get, udp_get = self._tcp.get, self._udp.get
        word = _word
        place = stop = bits = protocol = 0
        key = b""
        for buffer, start, size, when, interface in frames:
            if interface is not current:
                current = interface
                header, mark, mark4, mark6 = FIXED.get(interface.link, NOT_FIXED)
                header4, header6 = header + 20, header + 40
                ipv4 = Struct(f">{mark}{_IPV4}").unpack_from
                ipv6 = Struct(f">{mark}{_IPV6}").unpack_from
            limit = start + size
            try:
                found, stop, fragment, protocol, key, bits = ipv4(buffer, start)
                if found == mark4 and not fragment & 0x3FFF:
                    place = start + header4
                    stop += start + header
                elif found == mark6:
                    _, stop, protocol, key, bits = ipv6(buffer, start)
                    place = start + header6
                    stop += place
                else:
                    protocol = 0
            except struct.error:
                protocol = 0
            if stop <= place or (protocol != TCP and protocol != UDP):  # noqa: PLR1714 - faster than a set
                protocol, key, place, stop = self._slowly(buffer, start, limit, interface)
                if protocol == TCP and place + 14 <= limit:
                    bits = buffer[place + 12] << 8 | buffer[place + 13]
            if protocol == TCP:
                payload = place + (bits >> 10 & 0x3C)
                if (payload > limit or bits < 0x5000) and (place + 14 > limit or bits < 0x5000):
                    self.damaged += 1
                    continue
                side = tcp_get(key)
                if side is None:
                    side = self._open(TCP, key, when, buffer, start, limit, interface, reader)
                    if self._ready:
                        yield from self._hand_out()
                if bits & 2:
                    side = self._synchronise(side, key, word(buffer, place + 4)[0], bits, when)
                side.packets += 1
                side.last = when
                if stop > payload:
                    side.bytes += stop - payload
                    if side.want and payload < limit:
                        data = buffer[payload : stop if stop < limit else limit]  # noqa: FURB136 - no call
                        sequence = word(buffer, place + 4)[0]
                        if sequence == side.next:
                            side.chunks.append(data)
                            side.next = sequence + len(data) & 0xFFFFFFFF
                            side.kept += len(data)
                            if side.kept >= side.limit:
                                side.want = False
                        else:
                            side.keep_segment(sequence, data)
                        self._kept += len(data)
                        if self._kept > MAX_KEPT:
                            yield from self._relieve()
            elif protocol == UDP:
                payload = place + 8
                if payload > limit:
                    self.damaged += 1
                    continue
                side = udp_get(key)
                if side is None:
                    side = self._open(UDP, key, when, buffer, start, limit, interface, reader)
                    if self._ready:
                        yield from self._hand_out()
                side.packets += 1
                side.last = when
                if stop > payload:
                    side.bytes += stop - payload
                    if side.want:
                        data = buffer[payload : stop if stop < limit else limit]  # noqa: FURB136 - no call
                        if side.named:
                            self._names.learn(data, key[len(key) // 2 - 2 : -4])
                            if len(side.chunks) > 1:
                                continue
                        side.keep_datagram(data)
                        self._kept += len(data)
                        if self._kept > MAX_KEPT:
                            yield from self._relieve()
            else:
                self.other += 1

    def _slowly(self, buffer: Buffer, start: int, limit: int, interface: Interface) -> tuple[int, bytes, int, int]:
        """Find the transport header of any packet that is not the usual one."""
        try:
            ip, limit, app = find_ip(buffer, start, limit, interface.link, self._attribution)
        except UnknownLinkError:
            self._problems.note(f"packets of link type {interface.link} are not read", "")
            return network.NOTHING, b"", 0, 0
        self._process = app
        if ip < 0:
            return network.NOTHING, b"", 0, 0
        protocol, addresses, place, stop = network.find_transport(buffer, ip, limit)
        if protocol == network.FRAGMENT:
            self.fragments += 1
        elif protocol in {TCP, UDP}:
            if place + 8 > limit:
                self.damaged += 1
                return network.NOTHING, b"", 0, 0
            return protocol, addresses + buffer[place : place + 4], place, stop
        return protocol if protocol not in {TCP, UDP} else network.NOTHING, b"", 0, 0

    def _open(
        self,
        transport: int,
        key: bytes,
        when: float,
        buffer: Buffer,
        start: int,
        limit: int,
        interface: Interface,
        reader: FrameReader,
    ) -> Side:
        """Begin a conversation with its first packet."""
        if len(self._flows) >= self._max_flows:
            self._evict(max(self._max_flows // 4, 1))  # before it begins: its own time may be the earliest
        conversation = self._begin(transport, key, when)
        process = self._process if interface.link in {PKTAP, USER2} else None
        conversation.app = reader.app or process or self._trailer(buffer, start, limit, interface)
        return conversation.first

    def _begin(self, transport: int, key: bytes, when: float) -> Conversation:
        half = (len(key) - 4) // 2
        first = Side(key, when)
        second = Side(key[half:-4] + key[:half] + key[-2:] + key[-4:-2], when)
        self._number += 1
        conversation = Conversation(self._number, transport, first, second, when)
        conversation.name = self._names.of_pair(key[:-4], key[half:-4])
        if transport == UDP and (key[-4:-2] in NAME_PORTS or key[-2:] in NAME_PORTS):
            first.named = second.named = True
        table = self._tcp if transport == TCP else self._udp
        table[second.key] = second
        table[key] = first
        self._flows[self._number] = conversation
        return conversation

    def _trailer(self, buffer: Buffer, start: int, limit: int, interface: Interface) -> FlowApp | None:
        if interface.link != ETHERNET or limit - start < TRAILER + 34:
            return None
        if buffer[limit - TRAILER : limit - TRAILER + 4] != TRAILER_MAGIC:
            return None
        return self._attribution.of_trailer(buffer, limit)

    def _synchronise(self, side: Side, key: bytes, sequence: int, flags: int, when: float) -> Side:
        """A SYN tells who the client is; on ports that were used before it begins another conversation."""
        conversation = side.conversation
        base = (sequence + 1) & 0xFFFFFFFF
        if not flags & 16 and (
            (side.syn and side.base != base) or (not side.syn and side.packets + side.other.packets > 0)
        ):
            app = conversation.app
            conversation = self._begin(TCP, key, when)
            conversation.app = app
            side = conversation.first
        if not side.syn and not side.chunks:
            side.syn = True
            side.base = side.next = base
            conversation.client = side.other if flags & 16 else side
        return side

    def _relieve(self) -> Iterator[Conversation]:
        """Judge what was idle longest until half of the memory is free; hand out where judging frees too little."""
        holding = [flow for flow in self._flows.values() if flow.judged is None or flow.judged.samples]
        kept = self._kept = sum(flow.kept for flow in holding)
        if kept > MAX_KEPT // 2:
            holding.sort(key=_last)
            for flow in holding:
                if kept <= MAX_KEPT // 2:
                    break
                kept -= flow.kept
                self._finish(flow)
                kept += flow.kept
            self._kept = kept
            if kept > MAX_KEPT // 4 * 3:
                self._evict(max(len(self._flows) // 4, 1))
        yield from self._hand_out()

    def _finish(self, flow: Conversation) -> None:
        if flow.judged is None:
            flow.judged = self._judge(flow)
            flow.first.drop()
            flow.second.drop()

    def _evict(self, count: int) -> None:
        """Take the ``count`` conversations out that were idle longest."""
        idle = sorted(self._flows.values(), key=_last)[:count]
        idle.sort(key=_number)
        for flow in idle:
            self._kept -= flow.kept
            self._finish(flow)
            del self._flows[flow.number]
            table = self._tcp if flow.transport == TCP else self._udp
            for side in (flow.first, flow.second):
                if table.get(side.key) is side:
                    del table[side.key]
        self._ready += idle

    def _hand_out(self) -> Iterator[Conversation]:
        ready, self._ready = self._ready, []
        yield from ready

    def _end(self) -> Iterator[Conversation]:
        if self.fragments:
            self._problems.note(f"{self.fragments} later fragments of packets were counted but not put together", "")
        if self.damaged:
            self._problems.note(f"{self.damaged} packets have damaged or cut-off headers", "")
        for flow in self._flows.values():
            self._finish(flow)
        for number in list(self._flows):
            yield self._flows.pop(number)


def _last(flow: Conversation) -> float:
    return flow.last


def _number(flow: Conversation) -> int:
    return flow.number


def _undisturbed(conversations: Iterator[Conversation]) -> Iterator[Conversation]:
    """The same, with the cycle collector at rest while the table works, never while the caller does.

    The table holds some hundred thousand objects that all live on; looking through them again and again finds nothing.
    """
    while True:
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            conversation = next(conversations, None)
        finally:
            if was_enabled:
                gc.enable()
        if conversation is None:
            return
        yield conversation
        conversation.release()
