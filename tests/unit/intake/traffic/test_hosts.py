"""Requests of one connection to several hosts: each host is a flow of its own, with only its requests and responses."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.test_websocket import frame as websocket_frame
from tieback.intake.traffic.hosts import read_hosts, read_streams
from tieback.intake.traffic.http2 import PREFACE
from tieback.intake.traffic.interface import FIRST_BYTES, SampledFlow
from tieback.model.flow import NameSource, Server
from tieback.model.sighting import Problem, UnreadKind

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
"""Without its body of one byte."""


def get(host: str, path: str = "/", *, proxy: bool = False) -> bytes:
    return f"GET {f'http://{host}' if proxy else ''}{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def post(host: str, body: bytes, fields: str = "", *, method: str = "POST") -> bytes:
    stated = fields or f"Content-Length: {len(body)}"
    return f"{method} / HTTP/1.1\r\nHost: {host}\r\n{stated}\r\n\r\n".encode() + body


def parts(out: bytes, back: bytes) -> list[tuple[bytes, bytes]]:
    found = read_hosts(out, back)
    return [(one.out, one.back) for one in found.hosts] if found is not None else []


A, B = get("a.test"), get("b.test")
LOOKS_LIKE = b"x\r\n\r\n" + get("c.test")
UPLOAD = post("b.test", b"", "Content-Length: 5000")
CHUNKED = b"3\r\nabc\r\n0\r\n\r\n"


@each(
    ("out", "back", "found"),
    [
        (A + B, OK + b"1" + OK + b"2", [(A, OK + b"1"), (B, OK + b"2")]),
        (A + B + A, OK + b"1" + OK + b"2" + OK + b"3", [(A + A, OK + b"1" + OK + b"3"), (B, OK + b"2")]),
        # Host names are compared without case, port and last dot; a request without one is for the address.
        (A + get("A.test.:80"), b"", []),
        (A + b"GET / HTTP/1.0\r\n\r\n", OK + b"1", [(A, OK + b"1"), (b"GET / HTTP/1.0\r\n\r\n", b"")]),
        # The bytes of a body are never requests.
        (post("a.test", LOOKS_LIKE), b"", []),
        (post("a.test", LOOKS_LIKE) + B, b"", [(post("a.test", LOOKS_LIKE), b""), (B, b"")]),
        (post("a.test", LOOKS_LIKE)[:-9], b"", []),
        (
            post("a.test", CHUNKED, "Transfer-Encoding: chunked") + b"\r\n" + B,
            b"",
            [(post("a.test", CHUNKED, "Transfer-Encoding: chunked"), b""), (B, b"")],
        ),
        # Responses without a body, and interim ones, do not shift the ones that follow.
        (
            post("a.test", b"", method="HEAD") + B,
            OK + OK + b"2",
            [(post("a.test", b"", method="HEAD"), OK), (B, OK + b"2")],
        ),
        (A + B, b"HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n" + OK + b"2", None),
        (
            A + B,
            b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"1" + OK + b"2",
            [(A, b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"1"), (B, OK + b"2")],
        ),
        # The end of a response is unknown: what follows belongs to it, and to no other host.
        (A + B, b"HTTP/1.1 200 OK\r\n\r\nrest" + OK, [(A, b"HTTP/1.1 200 OK\r\n\r\nrest" + OK), (B, b"")]),
        (A + B, b"middle of a body" + OK, [(A, b""), (B, b"")]),
        # A head that ends before its host belongs to nobody; one that names it does.
        (A + b"GET /?email=ada HTTP/1.1\r\nHo", b"", []),
        (A + B + b"GET /?email=ada HTTP/1.1\r\nHo", b"", [(A, b""), (B, b"")]),
        (A + B[:-4] + b"\r\nUser-Ag", b"", [(A, b""), (B[:-4] + b"\r\nUser-Ag", b"")]),
        (
            get("a.test", proxy=True) + get("b.test", proxy=True) + b"GET http://c.te",
            b"",
            [(get("a.test", proxy=True), b""), (get("b.test", proxy=True), b"")],
        ),
        (b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n", []),
        (b"", b"", []),
    ],
)
def test_bytes_of_each_host(out: bytes, back: bytes, found: list[tuple[bytes, bytes]] | None) -> None:
    if found is None:
        empty, _, last = back.partition(OK)
        found = [(A, empty), (B, OK + last)]
    assert parts(out, back) == found


@each(
    ("out", "end", "switched"),
    [
        (A + B, len(A + B), False),
        (A + UPLOAD + b"beginning", len(A + UPLOAD) + 5000, False),
        (get("a.test", proxy=True), len(get("a.test", proxy=True)), False),
        (get("a.test", proxy=True) + b"\x82\x85abcdhello", len(get("a.test", proxy=True)) + 11, True),
    ],
)  # fmt: skip
def test_where_the_requests_end(out: bytes, end: int, *, switched: bool) -> None:
    back = b"HTTP/1.1 101 Switching Protocols\r\n\r\n" if switched else OK + b"1"
    found = read_hosts(out, back)
    assert found is not None
    assert (found.requests_end, found.switched) == (end, switched)


SECRET = "/c?email=ada@lovelace.test"


@each(
    ("out", "ip", "port", "places"),
    [
        # Through a proxy: the address is that of the proxy, so that of the servers is not known.
        (get("a.test", proxy=True) + get("t.test", SECRET, proxy=True), "", 3128, [("a.test", 80), ("t.test", 80)]),
        (get("a.test", proxy=True) + get("t.test", SECRET, proxy=True), "", 80, [("a.test", 80), ("t.test", 80)]),
        (
            get("a.test:8080", proxy=True) + get("a.test:8081", SECRET, proxy=True),
            "",
            3128,
            [("a.test", 8080), ("a.test", 8081)],
        ),
        # Without one: both names are served at the address.
        (get("a.test") + get("t.test", SECRET), wire.SERVER, 8080, [("a.test", 8080), ("t.test", 8080)]),
    ],
)
def test_each_host_is_a_flow_of_its_own(
    read: Read, out: bytes, ip: str, port: int, places: list[tuple[str, int]]
) -> None:
    flows, problems = read(wire.pcap(wire.talk(out, OK + b"1" + OK + b"2", port=port)))
    assert problems == []
    assert [one.flow.server for one in flows] == [
        Server(ip, there, name, NameSource.HTTP_HOST) for name, there in places
    ]
    sent = [any(b"ada@lovelace.test" in sample.data for sample in one.samples) for one in flows]
    assert sent == [False, True]
    # The figures of the flows add up to those of the connection; its packets belong to no host alone.
    assert sum(one.flow.bytes_out or 0 for one in flows) == len(out)
    assert [one.flow.bytes_in for one in flows] == [len(OK) + 1] * 2
    assert {one.flow.packets_out for one in flows} == {None}
    assert {(one.flow.client.port, one.flow.start, one.flow.protocol) for one in flows} == {(40000, 1.0, "http")}
    assert [one.flow.detail.split()[1] for one in flows] == ["/", "/c"]


@each(("body", "protocol"), [(b"{}", "http"), (b"x" * 20_000, "elasticsearch")])
def test_a_store_that_only_the_request_shows_is_said(read: Read, body: bytes, protocol: str) -> None:
    """The second answer contradicts the request. Behind a long first answer, it was not read."""
    long = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    short = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    asked = get("a.test") + get("b.test", "/es/orders/_search")
    flows, _ = read(wire.pcap(wire.talk(asked, long + short, port=8080)))
    assert [one.flow.protocol for one in flows] == ["http", protocol]
    unread = "judged by the request: its answer was not read; "
    assert [one.flow.detail.startswith(unread) for one in flows] == [False, protocol != "http"]


def test_one_host_stays_one_flow(read: Read) -> None:
    flows, _ = read(wire.pcap(wire.talk(A + get("a.test", SECRET), OK + b"1" + OK + b"2", port=8080)))
    (one,) = flows
    assert (one.flow.bytes_out, one.flow.packets_out) == (len(A + get("a.test", SECRET)), 2)


def test_hosts_inside_a_tunnel(read: Read) -> None:
    out = b"CONNECT inner.test:8080 HTTP/1.1\r\n\r\n" + A + get("t.test", SECRET)
    back = b"HTTP/1.1 200 Established\r\n\r\n" + OK + b"1" + OK + b"2"
    flows, problems = read(wire.pcap(wire.talk(out, back, port=3128)))
    assert problems == []
    assert [one.flow.server.name for one in flows] == ["a.test", "t.test"]
    assert [one.flow.server.port for one in flows] == [8080, 8080]
    assert [one.flow.detail for one in flows] == [
        "through a proxy: CONNECT inner.test:8080; GET / 200",
        "through a proxy: CONNECT inner.test:8080; GET /c 200",
    ]


def test_a_tunnel_that_the_proxy_refused_first(read: Read) -> None:
    ask = b"GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\nCONNECT t.test:8080 HTTP/1.1\r\n\r\n"
    out = ask + get("t.test:8080", SECRET)
    back = OK + b"1HTTP/1.1 200 Established\r\n\r\n" + OK + b"2"
    flows, problems = read(wire.pcap(wire.talk(out, back, port=3128)))
    assert problems == []
    assert [(one.flow.server.name, one.flow.server.port) for one in flows] == [("a.test", 80), ("t.test", 8080)]
    assert [any(b"ada@" in sample.data for sample in one.samples) for one in flows] == [False, True]


def test_what_follows_the_part_that_is_read_is_a_problem_and_not_zero(read: Read) -> None:
    """Further requests may be for any host: the bytes of the known ones are then unknown."""
    many = A + B + A * (FIRST_BYTES * 2 // len(A))
    flows, problems = read(wire.pcap(wire.talk(many, OK + b"1", port=8080)))
    assert [one.flow.server.name for one in flows] == ["a.test", "b.test"]
    assert [one.flow.bytes_out for one in flows] == [None, None]
    assert [problem.unread for problem in problems] == [UnreadKind.LIMIT]
    assert problems[0].what.startswith("1 connection with more requests than are read of each: ")
    # One long upload through a proxy has a known end.
    upload = b"POST http://a.test/ HTTP/1.1\r\nHost: a.test\r\nContent-Length: 40000\r\n\r\n" + bytes(40000)
    flows, problems = read(wire.pcap(wire.talk(upload, OK + b"1", port=3128)))
    assert ([one.flow.bytes_out for one in flows], problems) == ([len(upload)], [])


def test_bytes_that_were_sent_again_are_no_further_requests(read: Read) -> None:
    out = get("a.test", proxy=True) + get("b.test", proxy=True)
    packets = wire.talk(out, OK + b"1" + OK + b"2", port=3128)
    flows, problems = read(wire.pcap([*packets[:3], packets[2], *packets[3:]]))
    assert ([one.flow.server.name for one in flows], problems) == (["a.test", "b.test"], [])


def test_a_websocket_through_a_proxy_has_no_further_requests(read: Read) -> None:
    ask = b"GET http://a.test/ws HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\n\r\n"
    out = ask + websocket_frame(b"x" * 30_000, head=0x82, mask=b"abcd")
    back = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    flows, problems = read(wire.pcap(wire.talk(out, back, port=3128)))
    assert ([one.flow.protocol for one in flows], problems) == (["websocket"], [])


SETTINGS = b"\0\0\0\x04\0\0\0\0\0"


def stream(number: int, host: str, path: str) -> bytes:
    block = b"\x82\x86\x04" + bytes([len(path)]) + path.encode() + b"\x01" + bytes([len(host)]) + host.encode()
    return len(block).to_bytes(3) + b"\x01\x05" + number.to_bytes(4) + block


def answer(number: int) -> bytes:
    return b"\0\0\x01\x01\x05" + number.to_bytes(4) + b"\x88"


def test_each_authority_of_http2_is_a_flow_of_its_own(read: Read) -> None:
    out = PREFACE + SETTINGS + stream(1, "a.test", "/") + stream(3, "t.test:8080", SECRET) + stream(5, "a.test", "/b")
    back = SETTINGS + answer(3) + answer(1) + answer(5)
    flows, problems = read(wire.pcap(wire.talk(out, back, port=8080)))
    assert problems == []
    assert [(one.flow.server.name, one.flow.server.ip, one.flow.protocol) for one in flows] == [
        ("a.test", wire.SERVER, "http2"),
        ("t.test", wire.SERVER, "http2"),
    ]
    assert [one.flow.detail for one in flows] == ["GET / 200", "GET /c 200"]
    assert [sum(b"ada@" in sample.data for sample in one.samples) for one in flows] == [0, 1]
    assert [len(one.samples) for one in flows] == [4, 2]


def test_each_authority_after_an_upgrade_to_http2(read: Read) -> None:
    out = b"GET /u HTTP/1.1\r\nHost: a.test\r\nUpgrade: h2c\r\n\r\n" + PREFACE + SETTINGS
    out += stream(3, "b.test", "/") + stream(5, "t.test", SECRET)
    back = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + SETTINGS + answer(1)
    flows, _ = read(wire.pcap(wire.talk(out, back, port=8080)))
    assert [one.flow.server.name for one in flows] == ["a.test", "b.test", "t.test"]
    assert [any(b"ada@" in sample.data for sample in one.samples) for one in flows] == [False, False, True]


@settings(max_examples=examples(200))
@given(
    st.lists(st.sampled_from([A, B, UPLOAD, CHUNKED, OK, b"1", LOOKS_LIKE, PREFACE, SETTINGS]), max_size=9),
    st.lists(st.sampled_from([A, OK, b"1", CHUNKED, SETTINGS, answer(1)]), max_size=9),
    st.integers(0, 60),
)  # fmt: skip
def test_no_byte_is_given_to_two_hosts(out: list[bytes], back: list[bytes], cut: int) -> None:
    client, server = (b"".join(part)[: -cut or None] for part in (out, back))
    found = parts(client, server)
    assert sum(len(one) for one, _ in found) <= len(client)
    assert sum(len(one) for _, one in found) <= len(server)
    assert {name for name, *_ in read_streams(client, server)} <= {""}
