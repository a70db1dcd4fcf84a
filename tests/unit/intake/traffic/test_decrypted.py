from tests.unit.intake.traffic import wire
from tieback.intake.traffic.classify import FlowClassifier
from tieback.intake.traffic.conversation import Conversation, Side
from tieback.intake.traffic.decrypt import DecryptedStreams
from tieback.intake.traffic.decrypted import DecryptedFlows
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.names import DnsNames
from tieback.intake.traffic.network import TCP, UDP
from tieback.model.flow import Flow, FlowEvidence, FlowTls, NameSource, Peer, Server

OUT = wire.address(wire.CLIENT) + wire.address(wire.SERVER) + b"\x9c\x40\x01\xbb"
BACK = wire.address(wire.SERVER) + wire.address(wire.CLIENT) + b"\x01\xbb\x9c\x40"
FLOW = Flow(
    path="run.pcap", app=None, client=Peer(wire.CLIENT, 40000), server=Server(wire.SERVER, 443), transport="tcp",
    protocol="tls", evidence=FlowEvidence.PAYLOAD, confidence=0.99, encrypted=True, tls=FlowTls(version="TLSv1.3"),
    bytes_out=100, bytes_in=100, packets_out=2, packets_in=2, start=1.0, end=2.0,
)  # fmt: skip


def look(out: bytes, back: bytes, *, transport: int = TCP, name: str = "") -> SampledFlow:
    (one,) = look_at_all(out, back, transport=transport, name=name)
    return one


def look_at_all(out: bytes, back: bytes, *, transport: int = TCP, name: str = "") -> list[SampledFlow]:
    cleartext = DecryptedStreams()
    for key, data in ((OUT, out), (BACK, back)):
        if data:
            cleartext.add(key, 1.5, data)
    conversation = Conversation(1, transport, Side(OUT, 1.0), Side(BACK, 1.0), 1.0)
    conversation.client = conversation.first
    flow = FLOW
    if name:
        flow = Flow(
            **{
                **{field: getattr(FLOW, field) for field in FLOW.__struct_fields__},
                "server": Server(wire.SERVER, 443, name, NameSource.SNI),
            }
        )
    return DecryptedFlows(FlowClassifier(DnsNames()), cleartext).of(conversation, SampledFlow(flow))


REQUEST = b"GET /a?b=1 HTTP/1.1\r\nHost: inner.test\r\n\r\n"


def test_decrypted_protocol_is_reported_and_the_flow_stays_encrypted() -> None:
    seen = look(REQUEST, b"HTTP/1.1 200 OK\r\n\r\n")
    flow = seen.flow
    assert (flow.protocol, flow.encrypted, flow.detail, flow.server.name) == ("http", True, "GET /a 200", "inner.test")
    assert flow.tls == FlowTls(version="TLSv1.3", decrypted=True)
    assert [sample.kind for sample in seen.samples] == ["http", "http"]


def test_the_name_of_the_handshake_counts_more() -> None:
    assert look(REQUEST, b"", name="outer.test").flow.server.name == "outer.test"


def test_unrecognised_cleartext_keeps_the_protocol() -> None:
    flow = look(b"\x99\x98\x97 what", b"\x01\x02").flow
    assert (flow.protocol, flow.tls and flow.tls.decrypted) == ("tls", True)


def test_nothing_inside_changes_nothing() -> None:
    assert look(b"", b"").flow == FLOW
    assert look(REQUEST, b"", transport=UDP).flow == FLOW


def test_each_host_of_decrypted_requests_is_a_flow_of_its_own() -> None:
    other = b"GET /c?email=ada@lovelace.test HTTP/1.1\r\nHost: tracker.test\r\n\r\n"
    answer = b"HTTP/1.1 204 No Content\r\n\r\n"
    first, second = look_at_all(REQUEST + other, answer * 2, name="inner.test")
    assert (first.flow.server.name, first.flow.server.name_from) == ("inner.test", NameSource.SNI)
    assert (second.flow.server.name, second.flow.server.name_from) == ("tracker.test", NameSource.HTTP_HOST)
    assert [b"ada@" in sample.data for sample in first.samples] == [False, False]
    assert [b"ada@" in sample.data for sample in second.samples] == [True, False]
    for one in (first.flow, second.flow):
        assert (one.encrypted, one.tls and one.tls.decrypted, one.server.ip) == (True, True, wire.SERVER)
        # The bytes of TLS are those of the connection, not of a host.
        assert (one.bytes_out, one.bytes_in, one.packets_out) == (None, None, None)


def test_the_server_behind_a_proxy_with_tls_is_the_one_of_the_url() -> None:
    ask = b"GET http://api.test/a HTTP/1.1\r\nHost: api.test\r\n\r\n"
    flow = look(ask, b"HTTP/1.1 200 OK\r\n\r\n", name="proxy.test").flow
    assert flow.server == Server("", 80, "api.test", NameSource.HTTP_HOST)
