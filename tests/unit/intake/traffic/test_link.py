import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.link import SUPPORTED_LINKS, UnknownLinkError, find_ip
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
ASK = wire.udp(40000, 53, wire.dns("api.test", response=False))
IPV4 = wire.ip(ASK, protocol=17)
IPV6 = wire.ip(ASK, "2001:db8::2", "2001:db8::9", protocol=17)


def pktap(packet: bytes, inner: int, *, comm: bytes = b"", ecomm: bytes = b"") -> bytes:
    """PKTAP's header as XNU's pktap.h lays it out."""
    head = struct.pack("<III24sIIIIi17s3xIHHi17s3x", 108, 1, inner, b"en0", 2, 2, 0, 0, 7, comm, 0, 6, 0, 9, ecomm)
    assert len(head) == 108
    return head + packet


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (0, b"\x02\0\0\0" + IPV4),
        (0, b"\0\0\0\x02" + IPV4),
        (0, b"\x1e\0\0\0" + IPV6),
        (0, b"\x18\0\0\0" + IPV6),
        (1, wire.ethernet(IPV4)),
        (1, wire.ethernet(IPV6)),
        (1, wire.ethernet(IPV4, tags=b"\x81\0\0\x05")),
        (1, wire.ethernet(IPV6, tags=b"\x88\xa8\0\x05\x81\0\0\x06")),
        (1, bytes(12) + b"\x88\x47\0\0\x11\x40" + IPV4),
        (1, bytes(12) + b"\x88\x64\x11\0\0\x01" + struct.pack(">H", len(IPV4) + 2) + b"\0\x21" + IPV4),
        (12, IPV4),
        (101, IPV4),
        (101, IPV6),
        (108, b"\0\0\0\x02" + IPV4),
        (113, bytes(14) + b"\x08\0" + IPV4),
        (113, bytes(14) + b"\x86\xdd" + IPV6),
        (228, IPV4),
        (229, IPV6),
        (276, b"\x08\0" + bytes(18) + IPV4),
        (276, b"\x86\xdd" + bytes(18) + IPV6),
        (258, pktap(wire.ethernet(IPV4), 1)),
        (149, pktap(IPV6, 101)),
    ],
)
def test_each_link_type_in_files_made_from_its_description(read: Read, link: int, frame: bytes) -> None:
    flows, problems = read(wire.pcap([(1.0, frame)], link=link))
    assert [(seen.flow.protocol, seen.flow.server.port, seen.flow.detail) for seen in flows] == [
        ("dns", 53, "api.test")
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("comm", "ecomm", "name"),
    [(b"nsurlsessiond", b"Fieldhand", "Fieldhand"), (b"Workhub", b"", "Workhub"), (b"", b"", None)],
)
def test_pktap_names_the_process(read: Read, comm: bytes, ecomm: bytes, name: str | None) -> None:
    flows, _ = read(wire.pcap([(1.0, pktap(wire.ethernet(IPV4), 1, comm=comm, ecomm=ecomm))], link=258))
    app = flows[0].flow.app
    assert (app.name if app else None) == name


def test_a_process_counts_for_its_own_packets_only(read: Read) -> None:
    other = wire.ethernet(wire.ip(wire.udp(40001, 53, wire.dns("b.test", response=False)), protocol=17))
    packets = [(1.0, pktap(wire.ethernet(IPV4), 1, comm=b"Workhub")), (2.0, pktap(other, 1))]
    flows, _ = read(wire.pcap(packets, link=258))
    assert [seen.flow.app.name if seen.flow.app else None for seen in flows] == ["Workhub", None]


def test_the_link_type_inside_pktap_is_named(read: Read) -> None:
    _, problems = read(wire.pcap([(1.0, pktap(bytes(60), 50))], link=149))
    assert [problem.what for problem in problems] == [
        "packets of link type 50, inside link type 149, are not supported"
    ]


def test_an_unread_link_type_is_one_problem(read: Read) -> None:
    flows, problems = read(wire.pcap([(1.0, bytes(90))] * 5, link=147))
    assert (flows, [problem.what for problem in problems]) == ([], ["packets of link type 147 are not supported"])


@settings(max_examples=examples(100), deadline=None)
@given(data=st.binary(max_size=160), link=st.sampled_from(sorted(SUPPORTED_LINKS)))
def test_any_bytes(data: bytes, link: int) -> None:
    buffer = data + bytes(64)
    try:
        place, stop, _ = find_ip(buffer, 0, len(data), link, PacketAttribution())
    except UnknownLinkError:
        return
    assert place < max(len(data), 1)
    assert stop <= len(data)
