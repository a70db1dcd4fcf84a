from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.wire import Packet, ethernet, ip, talk, tcp
from tieback.intake.traffic import table
from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.classification import FlowClassification
from tieback.intake.traffic.conversation import Conversation
from tieback.intake.traffic.frames import PacketBlock
from tieback.intake.traffic.names import DnsNames
from tieback.intake.traffic.problems import CaptureProblems


class Packets:
    """Packets in memory as a reader that hands out blocks of some of them."""

    has_secrets = False

    def __init__(self, packets: list[Packet], size: int = 1000) -> None:
        self.packets = packets
        self.size = size

    def blocks(self) -> Iterator[PacketBlock]:
        for at in range(0, len(self.packets), self.size):
            part = self.packets[at : at + self.size]
            sizes = np.array([len(data) for _, data in part], np.int64)
            times = np.array([when for when, _ in part], np.float64)
            yield PacketBlock(b"".join(data for _, data in part), np.cumsum(sizes) - sizes, sizes, times, 1)


def walk(packets: list[Packet], max_flows: int = 1000, size: int = 1000) -> list[tuple[Conversation, bytes, bytes]]:
    """Conversations with the first bytes that the judge was given, from blocks of ``size`` packets."""
    seen: dict[int, tuple[bytes, bytes]] = {}

    def judge(conversation: Conversation) -> FlowClassification:
        seen[conversation.number] = (conversation.first.stream(), conversation.second.stream())
        return FlowClassification()

    flows = table.FlowTable(judge, DnsNames(), PacketAttribution(), CaptureProblems(), max_flows=max_flows)
    return [(flow, *seen[flow.number]) for flow in flows.conversations(Packets(packets, size))]


SIZES = pytest.mark.parametrize("size", [1, 2, 3, 1000])
"""Packets of a block: what is found does not depend on where the blocks begin."""


@SIZES
def test_both_directions_are_one_conversation(size: int) -> None:
    [(flow, out, back)] = walk(talk(b"a" * 3000, b"b" * 10), size=size)
    assert (len(out), back, flow.first.bytes, flow.second.bytes) == (3000, b"b" * 10, 3000, 10)
    assert (flow.first.packets, flow.second.packets, flow.client is flow.first) == (4, 2, True)


def test_syn_ack_identifies_the_client() -> None:
    [(flow, _, _)] = walk(talk(b"a", b"b")[1:])
    assert flow.client is flow.second


def test_a_repeated_syn_is_the_same_conversation() -> None:
    packets = talk(b"a", b"b")
    assert len(walk([packets[0], *packets])) == 1


@SIZES
def test_ports_that_are_used_again_are_another_conversation(size: int) -> None:
    again = [(when + 60, data.replace(b"first", b"other")) for when, data in talk(b"first", b"b")]
    moved = ethernet(ip(tcp(40000, 443, seq=99, flags=2)))
    found = walk(
        [*talk(b"first", b"b"), (61.0, moved), (61.1, ethernet(ip(tcp(40000, 443, b"other", seq=100))))], size=size
    )
    assert [(out, back) for _, out, back in found] == [(b"first", b"b"), (b"other", b"")]
    assert len(walk([*talk(b"first", b"b"), *again], size=size)) == 1, "a SYN with the same number is a repetition"


def test_flows_come_in_the_order_of_their_first_packets() -> None:
    packets = [packet for source in (3, 1, 2) for packet in talk(b"x", source=40000 + source)]
    assert [flow.first.key[-3] for flow, _, _ in walk(packets)] == [(40000 + source) & 255 for source in (3, 1, 2)]


@SIZES
def test_many_flows_stay_bounded_and_none_is_lost(size: int) -> None:
    packets = [(float(source), talk(b"x%d" % source, source=source)[2][1]) for source in range(2000, 2500)]
    found = walk(packets, max_flows=100, size=size)
    assert len(found) == 500
    assert {out for _, out, _ in found} == {b"x%d" % source for source in range(2000, 2500)}


@SIZES
def test_time_that_runs_backwards_loses_nothing(size: int) -> None:
    packets = [
        (float(5000 - source), data) for source in range(2000, 2300) for _, data in talk(b"x", b"y", source=source)
    ]
    found = walk(packets, max_flows=50, size=size)
    assert [(flow.first.packets, flow.second.packets, out, back) for flow, out, back in found] == [
        (2, 2, b"x", b"y")
    ] * 300


def test_kept_bytes_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_KEPT", 50_000)
    packets = [packet for source in range(2000, 2030) for packet in talk(b"y" * 10_000, source=source)]
    found = walk(packets)
    assert len(found) == 30
    assert all(len(out) >= 1400 for _, out, _ in found)
    numbers = [flow.number for flow, _, _ in found]
    assert numbers == sorted(numbers)


@each(
    "packet",
    [
        ethernet(ip(tcp(1, 2)[:10])),
        ethernet(ip(tcp(1, 2)))[:-4],
        ethernet(ip(tcp(1, 2)[:12] + b"\x10" + tcp(1, 2)[13:])),
        ethernet(ip(b"\0\x01\0\x02", protocol=17)),
        ethernet(ip(b"", protocol=6)),
        bytes(14),
        b"",
        b"\0",
        bytes(12) + b"\x08\0\x45",
    ],
    ids=["short TCP", "cut", "small offset", "short UDP", "no TCP", "no type", "nothing", "one byte", "one byte of IP"],
)
def test_broken_packets_are_left_out(packet: bytes) -> None:
    found = walk([(0.5, packet), *talk(b"a", b"b")])
    assert [(out, back) for flow, out, back in found if flow.first.bytes] == [(b"a", b"b")]


def test_bytes_are_counted_in_a_capture_of_headers_only() -> None:
    packets = [(when, data[:54]) for when, data in talk(b"a" * 2000, b"b" * 100)]
    [(flow, out, back)] = walk(packets)
    assert (flow.first.bytes, flow.second.bytes, out, back) == (2000, 100, b"", b"")


@pytest.mark.parametrize(("ends", "length"), [((wire.CLIENT, wire.SERVER), 16), (("2001:db8::2", "2001:db8::9"), 18)])
def test_a_length_of_zero_is_segmentation_offload(ends: tuple[str, str], length: int) -> None:
    packet = bytearray(ethernet(ip(tcp(40000, 80, b"x" * 2000), *ends)))
    packet[length : length + 2] = b"\0\0"
    [(flow, out, _)] = walk([(1.0, bytes(packet))])
    assert (flow.first.bytes, len(out)) == (2000, 2000)


def test_earlier_dns_names_apply_to_the_conversation() -> None:
    names = DnsNames()
    names.remember((("db.test", wire.address(wire.SERVER)),), wire.address(wire.CLIENT))
    flows = table.FlowTable(lambda _: FlowClassification(), names, PacketAttribution(), CaptureProblems())
    assert [flow.name for flow in flows.conversations(Packets(talk(b"a")))] == ["db.test"]


def simply(packets: list[Packet]) -> dict[tuple[int, int], tuple[int, int, int, int, bytes, bytes]]:
    """Packets, bytes and streams of each pair of ports, by one packet a block."""
    return {
        (flow.first.key[-4] << 8 | flow.first.key[-3], flow.first.key[-2] << 8 | flow.first.key[-1]): (
            flow.first.packets,
            flow.second.packets,
            flow.first.bytes,
            flow.second.bytes,
            out,
            back,
        )
        for flow, out, back in walk(packets, size=1)
    }


@settings(max_examples=examples(60), deadline=None)
@given(
    sources=st.lists(st.integers(40000, 40003), min_size=1, max_size=6),
    swaps=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8),
    size=st.integers(2, 12),
    six=st.booleans(),
)
def test_blocks_find_what_single_packets_do(
    sources: list[int], swaps: list[tuple[int, int]], size: int, six: bool
) -> None:
    ends = {"client": "2001:db8::2", "server": "2001:db8::9"} if six else {}
    packets = [
        packet
        for number, source in enumerate(sources)
        for packet in talk(b"a" * (900 * number + 1), b"b" * 1500, source=source, port=80 + number, **ends)  # type: ignore[arg-type]
    ]
    for one, other in swaps:
        one, other = one % len(packets), other % len(packets)  # noqa: PLW2901 - places in this list
        packets[one], packets[other] = packets[other], packets[one]
    found = {
        (flow.first.key[-4] << 8 | flow.first.key[-3], flow.first.key[-2] << 8 | flow.first.key[-1]): (
            flow.first.packets,
            flow.second.packets,
            flow.first.bytes,
            flow.second.bytes,
            out,
            back,
        )
        for flow, out, back in walk(packets, size=size)
    }
    assert found == simply(packets)
