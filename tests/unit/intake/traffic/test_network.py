from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.network import FRAGMENT, NOTHING, find_transport
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
ASK = wire.udp(40000, 53, wire.dns("api.test", response=False))
SIX = ("2001:db8::2", "2001:db8::9")


@pytest.mark.parametrize(
    "packet",
    [
        wire.ip(ASK, protocol=17, options=b"\x94\x04\0\0"),
        wire.ip(b"\x11\0" + bytes(6) + ASK, *SIX, protocol=0),
        wire.ip(b"\x3c\0" + bytes(6) + b"\x11\x01" + bytes(14) + ASK, *SIX, protocol=43),
        wire.ip(b"\x11\0\0\0" + bytes(4) + ASK, *SIX, protocol=44),
        wire.ip(b"\x11\x04" + bytes(22) + ASK, *SIX, protocol=51),
        wire.ip(wire.ip(ASK, *SIX, protocol=17), protocol=41),
        wire.ip(wire.ip(ASK, protocol=17), *SIX, protocol=4),
        b"\x6f\xff\xff\xff" + wire.ip(ASK, *SIX, protocol=17)[4:],
    ],
    ids=[
        "options",
        "hop by hop",
        "routing",
        "IPv6 atomic fragment",
        "authentication",
        "6 in 4",
        "4 in 6",
        "class",
    ],
)
def test_headers_between(read: Read, packet: bytes) -> None:
    flows, problems = read(wire.pcap([(1.0, wire.ethernet(packet))]))
    assert [(seen.flow.protocol, seen.flow.detail) for seen in flows] == [("dns", "api.test")]
    assert problems == []


def test_the_length_of_ip_ends_the_payload(read: Read) -> None:
    flows, _ = read(wire.pcap([(1.0, wire.ethernet(wire.ip(wire.tcp(40000, 80), protocol=6)) + bytes(6))]))
    assert flows[0].flow.bytes_out == 0, "Ethernet's padding is no payload"


@each(
    ("data", "protocol"),
    [
        (b"", NOTHING),
        (b"\x45" + bytes(10), NOTHING),
        (b"\x41" + bytes(40), NOTHING),
        (b"\x75" + bytes(60), NOTHING),
        (wire.ip(b"", protocol=6)[:2] + b"\0\x05" + wire.ip(b"", protocol=6)[4:], NOTHING),
        (wire.ip(bytes(8), protocol=1), 1),
        (wire.ip(bytes(8), protocol=6, fragment=1), FRAGMENT),
        (wire.ip(b"\0\0" * 4 + bytes(800), *SIX, protocol=0), NOTHING),
    ],
    ids=["empty", "short", "small header", "version 7", "short total", "ICMP", "fragment", "endless extensions"],
)
def test_packets_without_a_transport_header(data: bytes, protocol: int) -> None:
    assert find_transport(data, 0, len(data))[0] == protocol


@settings(max_examples=examples(100), deadline=None)
@given(head=st.sampled_from([b"\x45", b"\x4f", b"\x60"]), data=st.binary(max_size=120))
def test_any_bytes(head: bytes, data: bytes) -> None:
    protocol, addresses, place, _ = find_transport(head + data, 0, len(data) + 1)
    if protocol >= 0:
        assert len(addresses) in {8, 32}
        assert place <= len(data) + 200


@settings(max_examples=examples(60), deadline=None)
@given(at=st.integers(0, 60), value=st.integers(0, 255))
def test_mutated_headers(at: int, value: int) -> None:
    packet = bytearray(wire.ip(b"\x11\0" + bytes(6) + ASK, *SIX, protocol=0))
    packet[at] = value
    assert len(find_transport(bytes(packet), 0, len(packet))) == 4
