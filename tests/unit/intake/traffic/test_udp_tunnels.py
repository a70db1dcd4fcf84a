"""Packets inside VXLAN, Geneve, GTP and CAPWAP are read as packets of their own; anything else stays a datagram."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.network import NOTHING, TCP, UDP, find_transport
from tieback.intake.traffic.udp_tunnels import CAPWAP, GENEVE, GTP, PORTS, VXLAN, find_inside
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
INNER = ("10.8.0.2", "10.8.0.9")
HELLO = wire.ip(wire.tcp(40000, 443, wire.record(wire.client_hello("api.test"))), *INNER)
FRAME = wire.ethernet(HELLO)
VNI = b"\0\0\x07\0"
GTP_SIZE = struct.pack(">H", len(HELLO))
WIRELESS = b"\x08\x01\0\0" + bytes(20) + b"\xaa\xaa\x03\0\0\0\x08\0" + HELLO
QOS = b"\x88\x03\0\0" + bytes(26) + b"\0\0" + b"\xaa\xaa\x03\0\0\0\x08\0" + HELLO
TUNNELS = {
    "vxlan": (VXLAN, b"\x08\0\0\0" + VNI + FRAME),
    "vxlan with a VLAN": (VXLAN, b"\x08\0\0\0" + VNI + wire.ethernet(HELLO, tags=b"\x81\0\0\x05")),
    "geneve": (GENEVE, b"\0\0\x65\x58" + VNI + FRAME),
    "geneve with an option": (GENEVE, b"\x02\0\x65\x58" + VNI + b"\1\2\3\1abcd" + FRAME),
    "geneve without Ethernet": (GENEVE, b"\0\0\x08\0" + VNI + HELLO),
    "capwap": (CAPWAP, b"\0\x10\0\0\0\0\0\0" + FRAME),
    "capwap of a radio": (CAPWAP, b"\0\x20\x02\x30\0\0\0\0" + bytes(8) + FRAME),
    "capwap, wireless": (CAPWAP, b"\0\x10\x03\0\0\0\0\0" + WIRELESS),
    "capwap, wireless, bytes exchanged": (CAPWAP, b"\0\x10\x03\0\0\0\0\0\x01\x08" + WIRELESS[2:]),
    "capwap, wireless, four addresses and QoS": (CAPWAP, b"\0\x10\x03\0\0\0\0\0" + QOS),
    "gtp": (GTP, b"\x30\xff" + GTP_SIZE + b"\0\0\0\1" + HELLO),
    "gtp with a number": (GTP, b"\x32\xff" + GTP_SIZE + b"\0\0\0\1\0\1\0\0" + HELLO),
    "gtp with an extension": (GTP, b"\x34\xff" + GTP_SIZE + b"\0\0\0\1\0\0\0\x85\x01\0\0\0" + HELLO),
}
NO_TUNNELS = {
    "another port": (5246, TUNNELS["vxlan"][1]),
    "vxlan without its flag": (VXLAN, b"\0\0\0\0" + VNI + FRAME),
    "ARP in vxlan": (VXLAN, b"\x08\0\0\0" + VNI + bytes(12) + b"\x08\x06" + bytes(28)),
    "a damaged packet in vxlan": (VXLAN, b"\x08\0\0\0" + VNI + FRAME[:20]),
    "another version of geneve": (GENEVE, b"\x40\0\x65\x58" + VNI + FRAME),
    "geneve, its options cut": (GENEVE, b"\x3f\0\x65\x58" + VNI + FRAME),
    "capwap in DTLS": (CAPWAP, b"\x01\x10\0\0\0\0\0\0" + FRAME),
    "a keepalive of capwap": (CAPWAP, b"\0\x10\0\x08\0\0\0\0" + FRAME),
    "a fragment of capwap": (CAPWAP, b"\0\x10\0\x80\0\0\0\0" + FRAME),
    "capwap, its header too short": (CAPWAP, b"\0\x08\0\0\0\0\0\0" + FRAME),
    "capwap, its header cut": (CAPWAP, b"\0\xf8\0\0\0\0\0\0" + FRAME),
    "capwap, encrypted wireless": (CAPWAP, b"\0\x10\x03\0\0\0\0\0\x08\x41" + WIRELESS[2:]),
    "capwap, a beacon": (CAPWAP, b"\0\x10\x03\0\0\0\0\0\x80\0" + WIRELESS[2:]),
    "capwap, wireless without SNAP": (CAPWAP, b"\0\x10\x03\0\0\0\0\0" + WIRELESS[:24] + HELLO),
    "gtp of the signalling": (GTP, b"\x32\x01" + GTP_SIZE + b"\0\0\0\0\0\1\0\0" + HELLO),
    "gtp, an extension of no length": (GTP, b"\x34\xff" + GTP_SIZE + b"\0\0\0\1\0\0\0\x85\0\0\0\0" + HELLO),
    "text": (GTP, b"0\xff" + b"Bell, Book and Candle" * 3),
}


def packet(port: int, data: bytes) -> bytes:
    return wire.ip(wire.udp(50000, port, data), protocol=UDP)


@pytest.mark.parametrize("name", TUNNELS)
def test_a_flow_inside_a_tunnel(name: str, read: Read) -> None:
    flows, problems = read(wire.pcap([(1.0, wire.ethernet(packet(*TUNNELS[name])))]))
    assert problems == []
    ((flow, name_inside),) = ((seen.flow, seen.flow.server.name) for seen in flows)
    assert (flow.client.ip, flow.server.ip, flow.server.port, name_inside) == (*INNER, 443, "api.test")


@pytest.mark.parametrize("name", NO_TUNNELS)
def test_what_is_no_tunnel_stays_a_datagram(name: str, read: Read) -> None:
    whole = packet(*NO_TUNNELS[name])
    assert find_transport(whole, 0, len(whole))[0] == UDP
    flows, _ = read(wire.pcap([(1.0, wire.ethernet(whole))]))
    assert [(seen.flow.transport, seen.flow.server.ip) for seen in flows] == [("udp", wire.SERVER)]


def test_what_a_controller_sends_to_any_port() -> None:
    whole = wire.ip(wire.udp(CAPWAP, 50000, TUNNELS["capwap"][1]), protocol=UDP)
    assert find_transport(whole, 0, len(whole))[0] == TCP


def test_a_tunnel_in_a_tunnel() -> None:
    inner = packet(*TUNNELS["gtp"])
    outer = packet(VXLAN, b"\x08\0\0\0" + VNI + wire.ethernet(inner))
    assert find_transport(outer, 0, len(outer))[0] == TCP


@given(st.sampled_from(PORTS), st.binary(max_size=80), st.sampled_from(sorted(TUNNELS)), st.integers(0, 80))
@settings(max_examples=examples(200))
def test_reading_stays_inside_the_datagram(port: int, data: bytes, name: str, keep: int) -> None:
    for datagram in (wire.udp(1, port, data), wire.udp(1, TUNNELS[name][0], TUNNELS[name][1][:keep] + data)):
        for stop in (len(datagram), max(0, len(datagram) - 5)):
            inside = find_inside(datagram[:stop], 0, stop)
            assert inside == -1 or 0 < inside < stop
        whole = wire.ip(datagram, protocol=UDP)
        assert find_transport(whole, 0, len(whole))[0] != NOTHING
