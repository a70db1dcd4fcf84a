"""What goes through a proxy is classified as if there was none, with the end that the client contacts."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.test_websocket import frame
from tieback.intake.traffic.http import HttpSummary
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.stores.choose import over_websocket
from tieback.intake.traffic.tunnels import Tunnel, read_socks, read_target
from tieback.intake.traffic.websocket import from_middle
from tieback.model.flow import Flow
from tieback.model.sighting import Problem
from tieback.pipeline.mapping.flow_endpoints import endpoint_of

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]

NAMED = b"\x05\x01\x00\x03\x08api.test\x01\xbb"
GRANTED5 = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
LOGIN = b"\x01\x05alice\x03pwd"
GET = b"GET /a HTTP/1.1\r\nHost: api.test\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\nhello"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
PING, PONG = b"*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nINFO\r\n", b"+PONG\r\n$5\r\nhello\r\n"


def only(read: Read, client: bytes, server: bytes, port: int = 1080) -> Flow:
    flows, _ = read(wire.pcap(wire.talk(client, server, port=port)))
    (one,) = flows
    return one.flow


@each(
    ("client", "server", "found"),
    [
        (b"\x05\x01\x00" + NAMED, b"\x05\x00" + GRANTED5, Tunnel("SOCKS5", "", "api.test", 443, 18, 12)),
        (
            b"\x05\x02\x00\x02" + LOGIN + NAMED,
            b"\x05\x02\x01\x00" + GRANTED5,
            Tunnel("SOCKS5", "", "api.test", 443, 30, 14),
        ),
        (
            b"\x05\x01\x00\x05\x01\x00\x01\xc0\x00\x02\x09\x18\xeb",
            b"\x05\x00" + GRANTED5,
            Tunnel("SOCKS5", "192.0.2.9", "", 6379, 13, 12),
        ),
        (
            b"\x05\x01\x00\x05\x01\x00\x04" + bytes(15) + b"\x01\x18\xeb",
            b"\x05\x00\x05\x00\x00\x03\x01a\x00\x00",
            Tunnel("SOCKS5", "::1", "", 6379, 25, 10),
        ),
        (
            b"\x04\x01\x00\x50\xc0\x00\x02\x09me\x00",
            bytes([0, 90, *bytes(6)]),
            Tunnel("SOCKS4", "192.0.2.9", "", 80, 11, 8),
        ),
        (
            b"\x04\x01\x00\x50\x00\x00\x00\x01\x00api.test\x00",
            bytes([0, 90, *bytes(6)]),
            Tunnel("SOCKS4", "", "api.test", 80, 18, 8),
        ),
        # Refused, not finished, another command, a method that the client did not offer.
        (b"\x05\x01\x00" + NAMED, b"\x05\x00\x05\x02\x00\x01" + bytes(6), None),
        (b"\x05\x01\x00" + NAMED, b"\x05\x00", None),
        (b"\x05\x01\x00" + NAMED[:-1], b"\x05\x00" + GRANTED5, None),
        (b"\x05\x01\x00\x05\x02" + NAMED[2:], b"\x05\x00" + GRANTED5, None),
        (b"\x05\x01\x01" + NAMED, b"\x05\x00" + GRANTED5, None),
        (b"\x05\x01\x02" + LOGIN + NAMED, b"\x05\x02\x01\x01", None),
        (b"\x05\x01\x00\x05\x01\x00\x03\x08api\x1btest\x01\xbb", b"\x05\x00" + GRANTED5, None),
        (b"\x04\x01\x00\x50\xc0\x00\x02\x09" + b"m" * 400, bytes([0, 90, *bytes(6)]), None),
        (b"\x04\x01\x00\x50\xc0\x00\x02\x09me\x00", bytes([0, 91, *bytes(6)]), None),
    ],
)  # fmt: skip
def test_requests_of_socks(client: bytes, server: bytes, found: Tunnel | None) -> None:
    assert read_socks(client, server) == found


@each(
    ("method", "target", "place"),
    [
        ("CONNECT", "api.test:443", "api.test:443"),
        ("CONNECT", "[2001:db8::1]:8443", "[2001:db8::1]:8443"),
        ("GET", "http://api.test/a?b=c:1", "api.test:80"),
        ("GET", "HTTP://user:pw@api.test:8080?x", "api.test:8080"),
        ("GET", "http://192.0.2.9/", "192.0.2.9:80"),
        ("CONNECT", "[fe80::1%\x1b[31m]:80", "[fe80::1]:80"),
        ("CONNECT", "api.test", ""),
        ("CONNECT", "api.test:99999", ""),
        ("CONNECT", "api.test:x", ""),
        ("GET", "/a", ""),
        ("GET", "gopher://api.test/", ""),
        ("GET", "http://api.test:²/", ""),
    ],
)
def test_targets_that_name_another_end(method: str, target: str, place: str) -> None:
    found = read_target(HttpSummary(method=method, target=target))
    assert (found.place if found else "") == place


@pytest.mark.parametrize(
    ("client", "server", "protocol", "place", "detail"),
    [
        (
            b"\x05\x01\x00" + NAMED + wire.record(wire.client_hello("inner.test")),
            b"\x05\x00" + GRANTED5 + wire.record(wire.server_hello()),
            "tls",
            ("", 443, "inner.test"),
            "through a proxy: SOCKS5 api.test:443",
        ),
        (
            b"\x05\x01\x00" + NAMED.replace(b"\x01\xbb", b"\x18\xeb") + PING,
            b"\x05\x00" + GRANTED5 + PONG,
            "redis",
            ("", 6379, "api.test"),
            "through a proxy: SOCKS5 api.test:6379",
        ),
        (
            b"\x04\x01\x00\x50\xc0\x00\x02\x63me\x00" + GET,
            bytes([0, 90, *bytes(6)]) + OK,
            "http",
            ("192.0.2.99", 80, "api.test"),
            "through a proxy: SOCKS4 192.0.2.99:80; GET /a 200 from nginx",
        ),
        (
            b"CONNECT db.test:6379 HTTP/1.1\r\nHost: db.test:6379\r\n\r\n" + PING,
            ESTABLISHED + PONG,
            "redis",
            ("", 6379, "db.test"),
            "through a proxy: CONNECT db.test:6379",
        ),
        (
            b"CONNECT db.test:443 HTTP/1.1\r\n\r\n" + wire.record(wire.client_hello("")),
            ESTABLISHED + wire.record(wire.server_hello()),
            "tls",
            ("", 443, "db.test"),
            "through a proxy: CONNECT db.test:443",
        ),
        (
            b"CONNECT db.test:4444 HTTP/1.1\r\n\r\n\xff\xfe\xfd",
            ESTABLISHED,
            "",
            ("", 4444, "db.test"),
            "through a proxy: CONNECT db.test:4444",
        ),
    ],
    ids=["TLS in SOCKS5", "Redis in SOCKS5", "HTTP in SOCKS4", "Redis in CONNECT", "TLS in CONNECT", "unknown"],
)
def test_what_goes_through_a_proxy(
    read: Read, client: bytes, server: bytes, protocol: str, place: tuple[str, int, str], detail: str
) -> None:
    flow = only(read, client, server)
    assert flow.protocol == protocol
    assert (flow.server.ip, flow.server.port, flow.server.name) == place
    assert flow.detail == detail


def test_the_endpoint_of_a_request_to_a_proxy_has_the_port_of_its_url(read: Read) -> None:
    ask = b"GET http://api.test:8080/a HTTP/1.1\r\nHost: api.test:8080\r\n\r\n"
    endpoint = endpoint_of(only(read, ask, OK, port=3128))
    assert endpoint is not None
    assert endpoint.value == "http://api.test:8080"


def test_a_server_that_gets_its_own_whole_url_keeps_its_address(read: Read) -> None:
    flow = only(read, b"GET http://api.test:8080/a HTTP/1.1\r\nHost: api.test:8080\r\n\r\n", OK, port=8080)
    assert (flow.server.ip, flow.server.port, flow.server.name) == (wire.SERVER, 8080, "api.test")


def test_the_login_of_a_proxy_is_in_no_sample(read: Read) -> None:
    client = b"\x05\x01\x02" + LOGIN + NAMED.replace(b"\x01\xbb", b"\x18\xeb") + PING
    flows, _ = read(wire.pcap(wire.talk(client, b"\x05\x02\x01\x00" + GRANTED5 + PONG, port=1080)))
    assert flows[0].flow.protocol == "redis"
    assert all(b"alice" not in sample.data for sample in flows[0].samples)


UPGRADE = b"GET /mqtt HTTP/1.1\r\nHost: iot.test\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
CONNECT = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04ab12"
PUBLISH = b"\x30\x1c\x00\x06door/1" + b'{"email":"a@b.test"}'
STOMP = b"CONNECT\naccept-version:1.2\nhost:iot.test\n\n\0"


@pytest.mark.parametrize(
    "frames",
    [
        (CONNECT, PUBLISH),
        (CONNECT + PUBLISH,),
        # A message may end inside a packet (MQTT 5.0, section 6.0).
        (CONNECT[:5], CONNECT[5:] + PUBLISH[:9], PUBLISH[9:]),
    ],
    ids=["a packet per message", "both in one", "packets cut"],
)
def test_mqtt_over_websocket(read: Read, frames: tuple[bytes, ...]) -> None:
    client = UPGRADE + b"".join(frame(one, head=0x82, mask=b"abcd") for one in frames)
    server = SWITCHED + frame(b"\x20\x02\x00\x00", head=0x82)
    flows, _ = read(wire.pcap(wire.talk(client, server, port=8083)))
    flow = flows[0].flow
    assert (flow.protocol, flow.server.name) == ("mqtt", "iot.test")
    assert flow.detail == "MQTT 3.1.1, over WebSocket, GET /mqtt 101"
    assert any(sample.kind == "mqtt" and b"a@b.test" in sample.data for sample in flows[0].samples)


PING_MQTT, PONG_MQTT = b"\xc0\0", b"\xd0\0"
MIDDLE = [
    # messages of the client, of the server
    ((PUBLISH, PING_MQTT), (PONG_MQTT,)),
    ((PUBLISH, PUBLISH), ()),
    ((), (PUBLISH, PUBLISH)),
    # The head of the first packet was in a message that was not captured.
    ((PUBLISH[9:], PUBLISH, PING_MQTT), (PONG_MQTT,)),
    ((PUBLISH[2:10], PUBLISH[10:], PUBLISH, PUBLISH), (PUBLISH[5:], PUBLISH, PONG_MQTT)),
]


@pytest.mark.parametrize(("client", "server"), MIDDLE)
@pytest.mark.parametrize("swapped", [False, True])
def test_mqtt_over_websocket_from_its_middle(
    read: Read, client: tuple[bytes, ...], server: tuple[bytes, ...], *, swapped: bool
) -> None:
    out = b"".join(frame(one, head=0x82, mask=b"abcd") for one in client)
    back = b"".join(frame(one, head=0x82) for one in server)
    # Neither port belongs to a service, so only the masks show which side is the client.
    first, second, port, source = (back, out, 40001, 40002) if swapped else (out, back, 40002, 40001)
    flows, _ = read(wire.pcap(wire.talk(first, second, port=port, source=source, syn=False)))
    flow = flows[0].flow
    assert (flow.protocol, flow.evidence.value, flow.encrypted) == ("mqtt", "payload", False)
    assert flow.server.port == 40002
    assert flow.detail == "over WebSocket, its upgrade not captured"
    assert 0.5 <= flow.confidence <= 0.8
    ways = {sample.direction for sample in flows[0].samples if b"a@b.test" in sample.data}
    assert ways == {way for way, said in (("out", client), ("in", server)) if PUBLISH in said}


@pytest.mark.parametrize(("client", "server"), MIDDLE)
def test_messages_after_the_upgrade_may_be_from_the_middle_of_mqtt(
    client: tuple[bytes, ...], server: tuple[bytes, ...]
) -> None:
    found = over_websocket(client, server)
    assert found is not None
    assert (found.protocol, found.detail) == ("mqtt", "")
    assert found.confidence <= 0.8


@each(
    "messages",
    [
        (b'{"type":"hello"}', b'{"type":"bye"}'),
        (b'0{"sid":"lv_VI97HAXpY6yYWAAAC","pingInterval":25000}', b"40", b'42["chat","hi"]', b"2probe", b"3probe"),
        (b"0123456789", b"0123456789", b"00000"),
        (b"\x08\x01\x12\x05hello", b"\x08\x02"),  # protobuf
        (b"\x83\xa4type\xa4ping\xa2id\x01\xa1v\xc0",),  # MessagePack
        (b"\xd0\x02ab", b"\xc0\x01x"),
    ],
    ids=["JSON", "Engine.IO", "digits", "protobuf", "MessagePack", "lengths that do not fit"],
)
def test_messages_of_other_programs_are_not_mqtt(messages: tuple[bytes, ...]) -> None:
    assert over_websocket(messages, messages) is None


def test_frames_without_upgrade_and_without_a_known_protocol_are_no_websocket(read: Read) -> None:
    out, back = frame(b"hello", mask=b"abcd"), frame(b"hello")
    flows, _ = read(wire.pcap(wire.talk(out, back, port=40002, source=40001, syn=False)))
    assert flows[0].flow.protocol == ""


@settings(max_examples=examples(100), deadline=None)
@given(client=st.binary(max_size=120), server=st.binary(max_size=60), masks=st.booleans())
def test_any_frames_are_read_without_an_error(client: bytes, server: bytes, *, masks: bool) -> None:
    out = frame(client, head=0x82, mask=b"abcd") if masks else client
    framed = from_middle(out, frame(server, head=0x82) if masks else server, 1000)
    assert framed is None or sum(map(len, (*framed.client, *framed.server))) <= len(client) + len(server)
    assert framed is not None or not masks


@pytest.mark.parametrize(
    ("message", "protocol"), [(STOMP, "stomp"), (b'{"type":"hello"}', "websocket"), (PING, "websocket")]
)
def test_other_messages_of_a_websocket(read: Read, message: bytes, protocol: str) -> None:
    flows, _ = read(wire.pcap(wire.talk(UPGRADE + frame(message, mask=b"abcd"), SWITCHED, port=8083)))
    assert flows[0].flow.protocol == protocol


@settings(max_examples=examples(100), deadline=None)
@given(client=st.binary(max_size=80), server=st.binary(max_size=40))
def test_reading_any_bytes_never_raises(client: bytes, server: bytes) -> None:
    read_socks(b"\x05" + client, b"\x05" + server)
    read_socks(b"\x04\x01" + client, b"\x00\x5a" + server)
    read_target(HttpSummary(method="CONNECT", target=client.decode("latin-1")))
