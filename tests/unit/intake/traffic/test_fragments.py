import struct
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic import fragments
from tieback.intake.traffic.fragments import FragmentTable
from tieback.intake.traffic.interface import SampledFlow
from tieback.model.flow import add_stated
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
SIX = ("2001:db8::2", "2001:db8::9")
ANSWER = wire.dns("api.test", [("api.test", 16, b"\xc8" + b"t" * 200) for _ in range(10)])
DATAGRAM = wire.udp(53, 40000, ANSWER)


def cut(data: bytes, size: int, *, six: bool = False, protocol: int = 17, number: int = 7) -> list[bytes]:
    """The payload of one IP packet as fragments of ``size`` bytes, a multiple of 8."""
    made = []
    for at in range(0, len(data), size):
        piece, more = data[at : at + size], at + size < len(data)
        if six:
            head = struct.pack(">BBHI", protocol, 0, at | more, number)
            made.append(wire.ip(head + piece, *SIX, protocol=44))
        else:
            packet = bytearray(wire.ip(piece, protocol=protocol, fragment=(0x2000 if more else 0) | at // 8))
            packet[4:6] = number.to_bytes(2)
            made.append(bytes(packet))
    return made


def put(packets: list[bytes], held: FragmentTable | None = None) -> list[bytes]:
    held = held or FragmentTable()
    return [
        made for number, data in enumerate(packets) for made in held.add(data, 0, len(data), len(data), number / 10)
    ]


def payload(packet: bytes) -> bytes:
    return packet[20:] if packet[0] >> 4 == 4 else packet[40:]


@pytest.mark.parametrize("six", [False, True])
@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 0, 2, 1]], ids=str)
def test_one_packet_whatever_the_order(six: bool, order: list[int]) -> None:
    parts = cut(bytes(range(250)), 96, six=six)
    [packet] = put([parts[number] for number in order])
    assert payload(packet) == bytes(range(250))


@pytest.mark.parametrize("six", [False, True])
def test_a_long_answer_is_read_whole(read: Read, six: bool) -> None:
    frames = [(1.0 + number, wire.ethernet(part)) for number, part in enumerate(cut(DATAGRAM, 1000, six=six))]
    flows, problems = read(wire.pcap(frames))
    [seen] = flows
    assert (seen.flow.protocol, seen.flow.detail, problems) == ("dns", "api.test", [])
    assert add_stated(seen.flow.bytes_out, seen.flow.bytes_in) == len(ANSWER)
    assert add_stated(seen.flow.packets_out, seen.flow.packets_in) == 1


def test_fragmented_tcp_segment_keeps_its_place(read: Read) -> None:
    talk = wire.talk(b"GET / HTTP/1.1\r\nHost: api.test\r\n\r\n", port=80)
    whole = wire.tcp(80, 40000, b"HTTP/1.1 200 OK\r\nServer: made\r\n\r\n")
    parts = [(9.0, wire.ethernet(part)) for part in cut(whole, 24, protocol=6)]
    turned = [(when, data[:26] + data[30:34] + data[26:30] + data[34:]) for when, data in parts]
    flows, problems = read(wire.pcap([*talk, *turned]))
    assert [seen.flow.detail for seen in flows] == ["GET / 200 from made"]
    assert problems == []


@pytest.mark.parametrize(("kept", "flows", "left"), [([0], 1, 1), ([1], 0, 1), ([0, 2], 1, 2), ([2, 1], 0, 2)], ids=str)
def test_of_an_incomplete_packet_the_beginning_counts(read: Read, kept: list[int], flows: int, left: int) -> None:
    parts = cut(DATAGRAM, 800)
    found, problems = read(wire.pcap([(1.0, wire.ethernet(parts[number])) for number in kept]))
    assert [seen.flow.detail for seen in found] == ["api.test"] * flows
    assert [problem.what.partition(":")[0] for problem in problems] == [
        "1 fragment belongs to an incomplete packet" if left == 1 else f"{left} fragments belong to incomplete packets"
    ]


def test_overlaps_drop_the_packet() -> None:
    parts = cut(bytes(320), 160)
    overlapping = cut(b"x" * 320, 168)[1]
    held = FragmentTable()
    made = put([parts[0], overlapping[:-8] + b"yyyyyyyy", parts[1]], held)
    assert [len(payload(packet)) for packet in made + held.rest()] == [160]


def test_two_packets_of_one_host_do_not_mix() -> None:
    one, other = cut(b"a" * 64, 32, number=1), cut(b"b" * 64, 32, number=2)
    assert [payload(packet)[:1] for packet in put([one[0], other[0], other[1], one[1]])] == [b"b", b"a"]


def test_incomplete_packets_expire() -> None:
    held = FragmentTable()
    parts = cut(bytes(64), 32)
    held.add(parts[0], 0, len(parts[0]), len(parts[0]), 0.0)
    [beginning] = held.add(parts[1], 0, len(parts[1]), len(parts[1]), 100.0)
    assert len(payload(beginning)) == 32


def test_endless_beginnings_stay_bounded() -> None:
    held = FragmentTable()
    parts = [cut(bytes(64), 32, number=number)[0] for number in range(3000)]
    made = [packet for part in parts for packet in held.add(part, 0, len(part), len(part), 1.0)]
    assert len(made) == 3000 - fragments.MAX_PACKETS
    assert len(held.rest()) == fragments.MAX_PACKETS


@pytest.mark.parametrize(
    "packet",
    [
        wire.ip(bytes(31), protocol=17, fragment=0x2000),
        wire.ip(bytes(64), protocol=17, fragment=0x1FFF),
        wire.ip(b"", protocol=17, fragment=0x2000),
        wire.ip(b"\x11\0\0\x01\0\0\0\x07", *SIX, protocol=44),
    ],
    ids=["no multiple of 8", "beyond 64 KiB", "empty", "empty of IPv6"],
)
def test_unsound_fragments_are_left_out(packet: bytes) -> None:
    held = FragmentTable()
    assert put([packet], held) == held.rest() == []


@settings(max_examples=examples(80), deadline=None)
@given(
    size=st.integers(1, 40).map(lambda eighths: eighths * 8),
    data=st.binary(min_size=1, max_size=2000),
    six=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_any_cut_in_any_order(size: int, data: bytes, six: bool, seed: int) -> None:
    parts = cut(data, size, six=six)
    Random(seed).shuffle(parts)
    held = FragmentTable()
    if len(parts) == 1 and not six:
        return  # no fragment
    assert [payload(packet) for packet in put(parts, held) + held.rest()] == [data]


@settings(max_examples=examples(80), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.integers(0, 3), st.binary(max_size=64)), max_size=40))
def test_any_fragments_stay_sound(pieces: list[tuple[int, int, bytes]]) -> None:
    held = FragmentTable()
    packets = []
    for word, number, data in pieces:
        packet = bytearray(wire.ip(data, protocol=17, fragment=word))
        packet[4:6] = number.to_bytes(2)
        packets.append(bytes(packet))
    for made in put(packets, held) + held.rest():
        assert int.from_bytes(made[2:4]) == len(made)
