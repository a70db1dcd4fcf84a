"""Flow table: blocks of packets become conversations.

Per-packet work is done on columns (``headers``, ``runs``). Python code handles each conversation of a block once, and
reads only the first bytes of each direction. Memory is bounded by ``MAX_FLOWS`` and ``MAX_KEPT`` plus one block. Beyond
that, the longest idle conversations are classified and returned.
"""

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np

from tieback.intake.traffic.attribution import TRAILER, TRAILER_MAGIC, PacketAttribution
from tieback.intake.traffic.classification import FlowClassification
from tieback.intake.traffic.conversation import Conversation, Side
from tieback.intake.traffic.frames import MAX_ROWS, FrameReader, PacketBlock
from tieback.intake.traffic.headers import read_headers
from tieback.intake.traffic.link import ETHERNET, RAW
from tieback.intake.traffic.names import NAME_PORTS, DnsNames
from tieback.intake.traffic.network import TCP, UDP
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.runs import ACK, SYN, PacketRuns, dns_answers, secret_factors, sort_into_runs
from tieback.intake.traffic.single import SinglePackets
from tieback.intake.traffic.source import Buffer
from tieback.model.flow import FlowApp

MAX_FLOWS = 20_000
"""Conversations in memory at the same time."""

MAX_KEPT = 24 * 1024 * 1024
"""Bytes of first bytes and samples in memory at the same time."""

_ANSWER = 2
"""Used as family number: a DNS response."""
_NAMED_DATAGRAMS = 2
_BATCH = 64
"""Conversations classified at a time at the end of the capture."""

type Classify = Callable[[Conversation], FlowClassification]


class FlowTable:
    """The conversations of one capture."""

    def __init__(
        self,
        judge: Classify,
        names: DnsNames,
        attribution: PacketAttribution,
        problems: CaptureProblems,
        *,
        max_flows: int = MAX_FLOWS,
    ) -> None:
        self._judge = judge
        self._names = names
        self._attribution = attribution
        self._max_flows = max_flows
        self._single = SinglePackets(attribution, problems)
        self._factors = secret_factors()
        self._tcp: dict[bytes, Side] = {}
        self._udp: dict[bytes, Side] = {}
        """The lower end of each conversation, by its addresses and ports."""
        self._flows: dict[int, Conversation] = {}
        self._rows = 0
        """Packets of the blocks before; a conversation's number is that of its first packet."""
        self._kept = 0
        self._step = 0

    def conversations(self, reader: FrameReader) -> Iterator[Conversation]:
        """Walk a capture and yield classified conversations, in the order of their first packets if memory permits."""
        try:
            yield from _undisturbed(self._all(reader))
        finally:
            for flow in self._flows.values():  # the caller did not wait for the end
                flow.release()

    def _all(self, reader: FrameReader) -> Iterator[list[Conversation]]:
        last = 0.0
        for frames in reader.blocks():
            last = float(frames.times[-1])
            yield self._take(frames)
        rest = self._single.rest()
        for at in range(0, len(rest), MAX_ROWS):
            yield self._take(_as_frames(rest[at : at + MAX_ROWS], last))
        numbers = sorted(self._flows)
        for at in range(0, len(numbers), _BATCH):
            flows = [self._flows.pop(number) for number in numbers[at : at + _BATCH]]
            for flow in flows:
                self._finish(flow)
            yield flows

    def _take(self, frames: PacketBlock) -> list[Conversation]:
        """Process the packets of a block."""
        self._step += 1
        self._single.begin(frames)
        families = read_headers(frames, self._single)
        buffer = self._single.buffer()
        every = [sort_into_runs(columns, frames.times, self._factors) for columns in families]
        found: list[list[Side | None]] = []
        events: list[tuple[int, int, int]] = []
        for family, runs in enumerate(every):
            tcp, udp = self._tcp.get, self._udp.get
            pairs = zip(runs.keys, runs.protocols, strict=True)
            known = [tcp(key) if protocol == TCP else udp(key) for key, protocol in pairs]
            events += [(runs.first_row[place], family, place) for place, side in enumerate(known) if side is None]
            found.append(known)
        done: list[Conversation] = []
        if len(self._flows) + len(events) > self._max_flows:
            done = self._make_room(len(events), found)
        told = [answer for columns in families for answer in dns_answers(columns, buffer)]
        events += [(answer[0], _ANSWER, number) for number, answer in enumerate(told)]
        events.sort()
        for row, family, place in events:
            if family == _ANSWER:
                _, receiver, data = told[place]
                self._names.learn(data, receiver)
            else:
                found[family][place] = self._open(frames, row, every[family], place)
        for runs, sides in zip(every, cast(list[list[Side]], found), strict=True):
            self._count(runs, sides, buffer)
        self._rows += len(frames.starts)
        return done + self._relieve() if self._kept > MAX_KEPT else done

    def _open(self, frames: PacketBlock, row: int, runs: PacketRuns, place: int) -> Side:
        """Start a conversation with its first packet; returns its lower end."""
        direction = runs.first_direction[place]
        if runs.first_rows[direction] != row:
            direction += 1
        transport, key, lower = runs.protocols[place], runs.keys[place], runs.lower[direction]
        when = float(frames.times[row])
        conversation = self._begin(transport, key if lower else _turned(key), self._rows + row, when, lower=lower)
        conversation.app = frames.apps.get(row) or self._single.processes.get(row) or self._trailer(frames, row)
        return conversation.first if lower else conversation.second

    def _begin(self, transport: int, key: bytes, number: int, when: float, *, lower: bool) -> Conversation:
        first, second = Side(key, when), Side(_turned(key), when)
        conversation = Conversation(number, transport, first, second, when)
        conversation.name = self._names.of_pair(key[:-4], key[len(key) // 2 - 2 : -4])
        if transport == UDP and (key[-4:-2] in NAME_PORTS or key[-2:] in NAME_PORTS):
            first.named = second.named = True
        low = first if lower else second
        (self._tcp if transport == TCP else self._udp)[low.key] = low
        self._flows[number] = conversation
        return conversation

    def _trailer(self, frames: PacketBlock, row: int) -> FlowApp | None:
        link = frames.links if isinstance(frames.links, int) else int(frames.links[row])
        size = int(frames.sizes[row])
        if link != ETHERNET or size < TRAILER + 34:
            return None
        stop = int(frames.starts[row]) + size
        if frames.buffer[stop - TRAILER : stop - TRAILER + 4] != TRAILER_MAGIC:
            return None
        return self._attribution.of_trailer(frames.buffer, stop)

    def _count(self, runs: PacketRuns, sides: list[Side], buffer: Buffer) -> None:
        """Count the packets of each conversation, and keep its first bytes."""
        kept, step = 0, self._step
        first_direction, syns, lower, begins = runs.first_direction, runs.syns, runs.lower, runs.begins
        sizes, ends, data_begins, protocols = runs.sizes, runs.ends, runs.data_begins, runs.protocols
        for place, low in enumerate(sides):
            first, last = first_direction[place], first_direction[place + 1]
            if (syns[first] or syns[last - 1]) and not _opened(runs, low, place):
                kept += self._one_by_one(runs, low, place, buffer)
                continue
            for direction in range(first, last):
                side = low if lower[direction] else low.other
                side.packets += begins[direction + 1] - begins[direction]
                side.bytes += sizes[direction]
                side.last = ends[direction]
                side.step = step
                if side.want or side.sends_http:
                    begin, end = data_begins[direction], data_begins[direction + 1]
                    if begin < end:
                        before = side.kept
                        if protocols[place] != TCP:
                            _keep_datagrams(side, runs, begin, end, buffer)
                        else:
                            if side.want:
                                _keep_segments(side, runs, begin, end, buffer, steady=runs.steady[direction])
                            if not side.want and side.sends_http:
                                _follow_segments(side, runs, begin, end, buffer, steady=runs.steady[direction])
                        kept += side.kept - before
        self._kept += kept

    def _one_by_one(self, runs: PacketRuns, low: Side, place: int, buffer: Buffer) -> int:
        """As ``_count``, for one TCP conversation with SYNs in unusual positions; returns the bytes kept."""
        first, last = runs.first_direction[place], runs.first_direction[place + 1]
        packets = sorted(
            (at, runs.lower[direction])
            for direction in range(first, last)
            for at in runs.order[runs.begins[direction] : runs.begins[direction + 1]].tolist()
        )
        columns = runs.columns
        kept = 0
        for at, lower in packets:
            side = low if lower else low.other
            row, sequence, flags = int(columns.row[at]), int(columns.sequence[at]), int(columns.flags[at])
            when = float(runs.times[row])
            if flags & SYN:
                side = self._synchronise(side, sequence, flags, when, self._rows + row, lower=lower)
                low = side if lower else side.other
            side.packets += 1
            side.bytes += int(columns.size[at])
            side.last = when
            side.step = self._step
            start, stop = int(columns.payload[at]), int(columns.stop[at])
            if start < stop and (side.want or side.sends_http):
                before = side.kept
                if side.want:
                    side.keep_segment(sequence, buffer[start:stop])
                else:
                    side.follow_segment(sequence, buffer[start:stop])
                kept += side.kept - before
        return kept

    def _synchronise(self, side: Side, sequence: int, flags: int, when: float, number: int, *, lower: bool) -> Side:
        """Handle a SYN: it identifies the client; on ports that were used before, it starts another conversation."""
        conversation = side.conversation
        base = (sequence + 1) & 0xFFFFFFFF
        if not flags & ACK and (
            (side.syn and side.base != base) or (not side.syn and side.packets + side.other.packets > 0)
        ):
            app = conversation.app
            conversation = self._begin(TCP, side.key, number, when, lower=lower)
            conversation.app = app
            side = conversation.first
        if not side.syn and not side.chunks:
            _synchronised(side, base, flags)
        return side

    def _relieve(self) -> list[Conversation]:
        """Classify the longest idle conversations until half of the memory is free; return some if that is not
        enough.
        """
        for flow in sorted((flow for flow in self._flows.values() if flow.judged is None), key=_step):
            if self._kept <= MAX_KEPT // 2:
                return []
            self._finish(flow)
        return self._evict(max(len(self._flows) // 4, 1), frozenset()) if self._kept > MAX_KEPT // 4 * 3 else []

    def _make_room(self, wanted: int, found: list[list[Side | None]]) -> list[Conversation]:
        """Return the longest idle conversations, except those that this block continues."""
        busy = frozenset(side.conversation.number for sides in found for side in sides if side is not None)
        return self._evict(max(self._max_flows // 4, len(self._flows) + wanted - self._max_flows), busy)

    def _evict(self, count: int, busy: frozenset[int]) -> list[Conversation]:
        """Remove the ``count`` longest idle conversations."""
        idle = sorted((flow for number, flow in self._flows.items() if number not in busy), key=_step)[:count]
        idle.sort(key=_number)
        for flow in idle:
            self._finish(flow)
            self._kept -= flow.memory_bytes
            del self._flows[flow.number]
            table = self._tcp if flow.transport == TCP else self._udp
            for side in (flow.first, flow.second):
                if table.get(side.key) is side:
                    del table[side.key]
        return idle

    def _finish(self, flow: Conversation) -> None:
        if flow.judged is None:
            before = flow.first.kept + flow.second.kept
            flow.judged = judged = self._judge(flow)
            flow.judged_bytes = flow.bytes
            flow.first.drop()
            flow.second.drop()
            self._kept -= before
            if judged.samples or judged.hosts:
                self._kept += flow.memory_bytes


def _turned(key: bytes) -> bytes:
    """Addresses and ports as sent by the other side."""
    half = len(key) // 2 - 2
    return key[half:-4] + key[:half] + key[-2:] + key[-4:-2]


def _as_frames(packets: list[bytes], when: float) -> PacketBlock:
    """IP packets as a block of their own."""
    sizes = np.array([len(packet) for packet in packets], np.int64)
    starts = np.cumsum(sizes) - sizes
    return PacketBlock(b"".join(packets), starts, sizes, np.full(len(packets), when), RAW)


def _opened(runs: PacketRuns, low: Side, place: int) -> bool:
    """Handle the SYNs of a conversation that this block starts, if each is first in its direction."""
    if low.packets + low.other.packets:
        return False
    directions = range(runs.first_direction[place], runs.first_direction[place + 1])
    for direction in directions:
        flags = runs.first_flags[direction]
        if runs.syns[direction] > 1 or (runs.syns[direction] and not flags & SYN):
            return False
        if flags & SYN and not flags & ACK and runs.first_rows[direction] != runs.first_row[place]:
            return False
    for direction in directions:
        if runs.syns[direction]:
            side = low if runs.lower[direction] else low.other
            _synchronised(side, (runs.first_sequence[direction] + 1) & 0xFFFFFFFF, runs.first_flags[direction])
    return True


def _synchronised(side: Side, base: int, flags: int) -> None:
    side.syn = True
    side.base = side.next = base
    side.conversation.client = side.other if flags & ACK else side


def _keep_segments(side: Side, runs: PacketRuns, begin: int, end: int, buffer: Buffer, *, steady: bool) -> None:
    starts, stops, sequences = runs.data_from, runs.data_to, runs.data_sequence
    if not side.chunks:
        side.keep_segment(sequences[begin], buffer[starts[begin] : stops[begin]])
        begin += 1
        if begin == end or not side.want:
            return
    if steady and side.next == sequences[begin]:
        total = runs.data_total
        before = total[begin] - (stops[begin] - starts[begin])
        end = bisect_left(total, before + side.limit - side.kept, begin, end - 1) + 1
        side.chunks += [buffer[start:stop] for start, stop in zip(starts[begin:end], stops[begin:end], strict=True)]
        side.next = (sequences[end - 1] + stops[end - 1] - starts[end - 1]) & 0xFFFFFFFF
        side.kept += total[end - 1] - before
        side.want = side.kept < side.limit
        return
    for place in range(begin, end):
        side.keep_segment(sequences[place], buffer[starts[place] : stops[place]])
        if not side.want:
            return


def _follow_segments(side: Side, runs: PacketRuns, begin: int, end: int, buffer: Buffer, *, steady: bool) -> None:
    """Take the further requests in these segments, of which the first may already have been kept."""
    starts, stops, sequences, total = runs.data_from, runs.data_to, runs.data_sequence, runs.data_total
    further = side.begin_following()
    before = further.memory_bytes
    place = begin
    while place < end and not further.done:
        if steady and further.next == sequences[place] and (room := further.skippable()):
            passed = total[place] - (stops[place] - starts[place])
            whole = bisect_right(total, passed + room, place, end)
            if whole > place:
                further.skip(total[whole - 1] - passed)
                place = whole
                continue
        further.segment(sequences[place], buffer[starts[place] : stops[place]])
        place += 1
    side.kept += further.memory_bytes - before


def _keep_datagrams(side: Side, runs: PacketRuns, begin: int, end: int, buffer: Buffer) -> None:
    if side.named:
        end = min(end, begin + max(_NAMED_DATAGRAMS - len(side.chunks), 0))
    for place in range(begin, end):
        side.keep_datagram(buffer[runs.data_from[place] : runs.data_to[place]])
        if not side.want:
            return


def _step(flow: Conversation) -> int:
    return flow.step


def _number(flow: Conversation) -> int:
    return flow.number


def _undisturbed(batches: Iterator[list[Conversation]]) -> Iterator[Conversation]:
    """Yield the conversations, with the garbage collector paused while the table works, never while the caller does.

    The table has some hundred thousand live objects; repeated scans of them would find nothing.
    """
    while True:
        was_enabled = gc.isenabled()
        gc.disable()
        batch: list[Conversation] | None = []
        try:
            while batch is not None and not batch:
                batch = next(batches, None)
        finally:
            if was_enabled:
                gc.enable()
        if batch is None:
            return
        for conversation in batch:
            yield conversation
            conversation.release()
