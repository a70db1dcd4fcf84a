from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.wire import alpn, client_hello, dns, record, server_hello, talk
from tieback.intake.traffic.interface import SampledFlow
from tieback.model.flow import FlowEvidence
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
PING, PONG = b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n"
SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"
ASK = dns("api.test", response=False)
ANSWER = dns("api.test", [("api.test", 1, wire.address("192.0.2.9"))])


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(2) + message


@pytest.mark.parametrize(
    ("out", "back", "port", "protocol", "evidence", "encrypted"),
    [
        (record(client_hello()), record(server_hello()), 443, "tls", "payload", True),
        (record(client_hello()), record(server_hello()), 6379, "tls", "payload", True),
        (PING, PONG, 6379, "redis", "payload", False),
        (PING, PONG, 5432, "redis", "payload", False),
        (SSL_REQUEST + record(client_hello()), b"S" + record(server_hello()), 15432, "postgresql", "payload", True),
        (framed(ASK), framed(ANSWER), 53, "dns", "payload", False),
        (framed(ASK), framed(ANSWER), 5300, "dns", "payload", False),
        (b"SSH-2.0-a\r\n", b"SSH-2.0-b\r\n", 2222, "ssh", "payload", True),
        (b"\xf1\xa2\xd3\xb4" * 20, b"", 27017, "mongodb", "port", None),
        (b"", b"", 27017, "mongodb", "port", None),
        (b"\xf1\xa2\xd3\xb4" * 20, b"\x99" * 30, 40001, "", "none", None),
        (b"hello\r\n" + record(client_hello()), b"ok\r\n" + record(server_hello()), 40001, "tls", "payload", True),
    ],
    ids=[
        "TLS", "TLS on a store's port", "Redis", "Redis on PostgreSQL's port", "PostgreSQL with TLS",
        "DNS", "DNS on any port",
        "SSH",
        "unknown bytes on a known port", "no bytes on a known port", "unknown", "TLS inside another protocol",
    ],
)  # fmt: skip
def test_payload_first_and_the_port_only_as_a_guess(
    read: Read, out: bytes, back: bytes, port: int, protocol: str, evidence: str, encrypted: bool | None
) -> None:
    flows, problems = read(wire.pcap(talk(out, back, port=port)))
    flow = flows[0].flow
    assert (flow.protocol, flow.evidence.value, flow.encrypted) == (protocol, evidence, encrypted)
    assert flow.confidence == (0.2 if evidence == "port" else flow.confidence)
    assert problems == []


def test_a_store_that_turns_to_tls_names_its_server(read: Read) -> None:
    flows, _ = read(
        wire.pcap(talk(SSL_REQUEST + record(client_hello("db.test")), b"S" + record(server_hello()), port=5432))
    )
    tls = flows[0].flow.tls
    assert tls is not None
    assert (tls.starttls, tls.sni, flows[0].flow.server.name) == (True, "db.test", "db.test")
    assert flows[0].samples == ()


@pytest.mark.parametrize(
    ("name", "port", "word"),
    [
        ("api.test", 853, "DNS over TLS"),
        ("dns.google", 443, "likely DNS over HTTPS"),
        ("api.test", 27017, "mongodb"),
        ("api.test", 443, ""),
    ],
)
def test_protocols_inside_tls_are_labelled(read: Read, name: str, port: int, word: str) -> None:
    flows, _ = read(wire.pcap(talk(record(client_hello(name, alpn(b"h2"))), record(server_hello()), port=port)))
    assert flows[0].flow.protocol == "tls"
    assert (word in flows[0].flow.detail) if word else flows[0].flow.detail == ""


@pytest.mark.parametrize(("port", "protocol"), [(53, "dns"), (5353, "mdns"), (5355, "llmnr")])
def test_names_over_udp(read: Read, port: int, protocol: str) -> None:
    packets = [
        (1.0, wire.ethernet(wire.ip(wire.udp(40000, port, ASK), protocol=17))),
        (1.1, wire.ethernet(wire.ip(wire.udp(port, 40000, ANSWER), wire.SERVER, wire.CLIENT, protocol=17))),
    ]
    flows, _ = read(wire.pcap(packets))
    assert [(seen.flow.protocol, seen.flow.detail, seen.flow.server.port) for seen in flows] == [
        (protocol, "api.test", port)
    ]


def test_without_a_handshake_the_service_port_is_the_server(read: Read) -> None:
    flows, _ = read(wire.pcap(talk(PONG, PING, port=40000, source=6379, syn=False)))
    assert (flows[0].flow.server.port, flows[0].flow.protocol) == (6379, "redis")


MIDDLE = b"\xff\xd8\xff\xe0 the middle of a picture " * 40


@pytest.mark.parametrize(
    ("request_bytes", "name", "protocol", "evidence"),
    [
        (b"GET /a.jpg HTTP/1.1\r\nHost: pic.shop.test\r\n\r\n", "pic.shop.test", "http", "payload"),
        (b"GET /a.jpg HTTP/1.1\r\nHost: pic.shop.test\r\nAcc", "", "http", "port"),
        (b"GET /a.jpg HTTP/1.1\r\n\r\n", "", "http", "port"),
    ],
    ids=["whole request", "cut request", "no host"],
)
def test_a_request_names_its_host_though_the_start_of_the_answer_was_lost(
    read: Read, request_bytes: bytes, name: str, protocol: str, evidence: str
) -> None:
    flows, _ = read(wire.pcap(talk(request_bytes, MIDDLE, port=80, syn=False)))
    flow = flows[0].flow
    assert (flow.server.name, flow.protocol, flow.evidence.value) == (name, protocol, evidence)


@settings(max_examples=examples(80), deadline=None)
@given(
    out=st.binary(max_size=120),
    back=st.binary(max_size=120),
    port=st.sampled_from([53, 80, 443, 3306, 40001]),
    syn=st.booleans(),
)
def test_noise_is_never_sure(read: Read, out: bytes, back: bytes, port: int, syn: bool) -> None:
    flows, _ = read(wire.pcap(talk(out, back, port=port, syn=syn)))
    assert all(seen.flow.evidence is not FlowEvidence.PAYLOAD or seen.flow.confidence < 1 for seen in flows)


@pytest.mark.parametrize(
    ("answer", "guess"),
    [(None, ""), (wire.tcp(6379, 40000, flags=0x14), ""), (wire.tcp(6379, 40000, seq=0, flags=0x12), "redis")],
    ids=["no answer", "refused", "accepted"],
)
def test_a_port_that_accepted_no_connection_is_no_guess(read: Read, answer: bytes | None, guess: str) -> None:
    packets = [wire.ip(wire.tcp(40000, 6379, seq=0, flags=2))]
    packets += [wire.ip(answer, wire.SERVER, wire.CLIENT)] if answer else []
    flows, _ = read(wire.pcap([(1.0 + at, wire.ethernet(one)) for at, one in enumerate(packets)]))
    assert flows[0].flow.protocol == guess
    assert flows[0].flow.detail == ("" if guess else "no connection: the server did not accept it")
