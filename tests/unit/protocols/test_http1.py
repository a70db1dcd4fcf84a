"""HTTP/1: start lines, fields and framing as RFC 9112 has them; captured messages, cut or false, end nothing."""

import gzip
import re
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.protocols.http1 import (
    MAX_BODY,
    MAX_CHUNK_LINE,
    MAX_FIELDS,
    MAX_HEAD,
    MAX_MESSAGES,
    MAX_START_LINE,
    Fields,
    Framing,
    MalformedHttpError,
    RequestLine,
    StatusLine,
    body_framing,
    chunk_size,
    content_length,
    field_value,
    head_end,
    header_fields,
    join_chunks,
    messages,
    request_line,
    status_line,
    strict_fields,
)

JSON = b'{"a":1}'
PACKED = gzip.compress(JSON, mtime=0)
GET = b"GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


# Start lines


@each(
    ("data", "line"),
    [
        (GET, RequestLine("GET", "/x")),
        (b"M-SEARCH * HTTP/1.1\n", RequestLine("M-SEARCH", "*")),
        (b"RPC_IN_DATA /rpc HTTP/1.0\r\n", RequestLine("RPC_IN_DATA", "/rpc")),
        (b"GET /\xe4 HTTP/1.1\r\n", RequestLine("GET", "/\xe4")),
        (
            b"GET /" + b"a" * (MAX_START_LINE - 1) + b" HTTP/1.1\r\n",
            RequestLine("GET", "/" + "a" * (MAX_START_LINE - 1)),
        ),
        (b"GET /" + b"a" * MAX_START_LINE + b" HTTP/1.1\r\n", None),
        (b"GET /a b HTTP/1.1\r\n", None),
        (b"GET / HTTP/2.0\r\n", None),
        (b"GET / HTTP/1.1", None),
        (b"GET /x", None),
        (b"\r\nGET / HTTP/1.1\r\n", None),
        (b"", None),
    ],
)
def test_request_lines(data: bytes, line: RequestLine | None) -> None:
    assert request_line(data) == line


@pytest.mark.parametrize(
    ("data", "target"),
    [(b"GET /x", "/x"), (b"GET http://a.test/", "http://a.test/"), (b"GET x", None), (b"GET /x HTTP", None)],
)
def test_a_request_line_may_be_cut_in_its_target(data: bytes, target: str | None) -> None:
    line = request_line(data, cut=True)
    assert (line.target if line else None) == target


@each(
    ("data", "line"),
    [
        (OK, StatusLine("1.1", 200)),
        (b"HTTP/1.0 404\n", StatusLine("1.0", 404)),
        (b"HTTP/1.1 200 \r\n", StatusLine("1.1", 200)),
        (b"HTTP/1.1 200OK\r\n", None),
        (b"HTTP/1.1 600 x\r\n", None),
        (b"HTTP/1.2 200 OK\r\n", None),
        (b"HTTP/1.1 200 a\rb\r\n", None),
        (b"HTTP/1.1 200 " + b"x" * (MAX_START_LINE + 1) + b"\r\n", None),
        (b"HTTP/1.1 200 OK", None),
    ],
)
def test_status_lines(data: bytes, line: StatusLine | None) -> None:
    assert status_line(data) == line


# Header fields


@each(
    ("data", "end"),
    [
        (GET + JSON, len(GET)),
        (b"GET / HTTP/1.1\nHost: a\n\n{}", 24),
        (b"GET / HTTP/1.1\nHost: a\n\r\n{}\r\n\r\n", 25),  # the first blank line, whichever ends it has
        (b"GET / HTTP/1.1\r\nHost: a\n\n{}\r\n\r\n", 25),
        (b"GET / HTTP/1.1\r\n", -1),
        (OK + b"a: b\r\n" * MAX_HEAD + b"\r\n", -1),
        (b"", -1),
    ],
)
def test_where_a_head_ends(data: bytes, end: int) -> None:
    assert head_end(data) == end
    assert head_end(b"xx" + data, 2) == (end + 2 if end >= 0 else -1)


STRICT: list[tuple[bytes, Fields]] = [
    (b"\r\n", ()),
    (b"A: b\r\n\r\n", (("a", b"b"),)),
    (b"A:b \t\nC:\r\n\n", (("a", b"b"), ("c", b""))),
    (b"A: b\r\na: c: d\r\n\r\n", (("a", b"b"), ("a", b"c: d"))),
    (b"A: \xe4\r\n\r\n", (("a", b"\xe4"),)),
    (b"a: b\r\n" * MAX_FIELDS + b"\r\n", (("a", b"b"),) * MAX_FIELDS),
]


@each(("section", "fields"), STRICT)
def test_header_sections(section: bytes, fields: Fields) -> None:
    assert strict_fields(section) == fields
    assert header_fields(section) == fields


@each(
    ("section", "why"),
    [
        (b"a: b\r\n" * (MAX_FIELDS + 1) + b"\r\n", "more than 100"),
        (b"A: b\r\n folded\r\n\r\n", "malformed"),
        (b"A : b\r\n\r\n", "malformed"),
        (b": b\r\n\r\n", "malformed"),
        (b"nothing\r\n\r\n", "malformed"),
        (b"A: b\rContent-Length: 5\r\n\r\n", "malformed"),
        (b"A: b\0\r\n\r\n", "malformed"),
        (b"A: b\r\n\r\nC: d\r\n\r\n", "malformed"),
        (b"A: b\r\n", "malformed"),
        (b"x" * 129 + b": b\r\n\r\n", "malformed"),
    ],
)
def test_header_sections_that_no_server_may_send(section: bytes, why: str) -> None:
    with pytest.raises(MalformedHttpError, match=why):
        strict_fields(section)


def test_captured_fields_are_read_as_far_as_they_go() -> None:
    assert header_fields(b"X-A:  a b \r\nnonsense\r\n folded: x\r\nB: cut") == (
        ("x-a", b"a b"),
        ("folded", b"x"),
        ("b", b"cut"),
    )
    assert len(header_fields(b"a: b\r\n" * 500)) == MAX_FIELDS


@pytest.mark.parametrize(
    ("head", "value"),
    [
        (b"GET / HTTP/1.1\r\nhOsT:\t a.test \r\nHost: b.test\r\n\r\n", b"a.test"),
        (b"GET / HTTP/1.1\nHost: a.test\n\n", b"a.test"),
        (b"GET / HTTP/1.1\r\nX-Host: a.test\r\n\r\n", b""),
        (b"GET / HTTP/1.1\r\nHost: \r\nA: b\r\n\r\n", b""),
        (b"GET / HTTP/1.1\r\nHost: api.te", b""),  # a name that is cut is another name
    ],
)
def test_one_field(head: bytes, value: bytes) -> None:
    assert field_value(head, b"host") == value


# Framing


def fields(*lines: str) -> Fields:
    return strict_fields("".join(f"{line}\r\n" for line in (*lines, "")).encode())


@each(
    ("status", "lines", "framing"),
    [
        (200, ("Content-Length: 5",), Framing(length=5)),
        (200, ("Content-Length: 0",), Framing(length=0)),
        (200, ("Content-Length: 5, 5", "Content-Length: 5"), Framing(length=5)),
        (200, ("Transfer-Encoding: Chunked",), Framing(chunked=True)),
        (200, (), Framing()),
        (204, ("Content-Length: 5",), Framing(length=0)),
        (304, ("Transfer-Encoding: chunked",), Framing(length=0)),
        (101, (), Framing(length=0)),
    ],
)
def test_framing(status: int, lines: tuple[str, ...], framing: Framing) -> None:
    assert body_framing(status, fields(*lines)) == framing
    assert body_framing(status, fields(*lines), to_head=True) == Framing(length=0)


@each(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5, 6",),
        ("Content-Length: 5, 05",),
        ("Content-Length: -1",),
        ("Content-Length: +1",),
        ("Content-Length: 0x10",),
        ("Content-Length: \xb2",),
        ("Content-Length:",),
        ("Content-Length: " + "9" * 16,),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: identity",),
        ("Transfer-Encoding:",),
    ],
)
def test_framing_that_could_be_smuggling(lines: tuple[str, ...]) -> None:
    with pytest.raises(MalformedHttpError):
        body_framing(200, fields(*lines))


@pytest.mark.parametrize(
    ("line", "size"),
    [(b"0\r\n", 0), (b"1aF\r\n", 431), (b"5 \t;x=y\r\n", 5), (b"00005\r\n", 5), (b"f" * 12 + b"\r\n", 16**12 - 1)],
)
def test_chunk_sizes(line: bytes, size: int) -> None:
    assert chunk_size(line) == size


@each(
    "line",
    [
        b"\r\n",
        b"-1\r\n",
        b"0x5\r\n",
        b"+5\r\n",
        b"5",
        b"5\n",
        b"5 5\r\n",
        b"f" * 13 + b"\r\n",
        b"5;" + b"x" * MAX_CHUNK_LINE + b"\r\n",
    ],
)
def test_lines_without_a_chunk_size(line: bytes) -> None:
    with pytest.raises(MalformedHttpError):
        chunk_size(line)


@each(
    ("data", "joined"),
    [
        (chunked(b"ab", b"c") + GET, (b"abc", len(chunked(b"ab", b"c")))),
        (b"2\r\nab\r\n0\r\nA: b\r\nC: d\r\n\r\n" + GET, (b"ab", 24)),
        (b"2\r\nab\r\n0\r\nA: b", (b"ab", 14)),
        (b"40\r\nab", (b"ab", 6)),
        (b"2\r\nabc\r\n" + GET, (b"ab", 8 + len(GET))),  # longer than it says: what follows cannot be placed
        (b"2\r\nab\r\nxyz\r\n", (b"ab", 12)),
        (b"ffffffffffff\r\nab", (b"ab", 16)),
        (b"0\r\n\r\n", (b"", 5)),
        (JSON, None),
        (b"", None),
    ],
)
def test_chunks_are_joined(data: bytes, joined: tuple[bytes, int] | None) -> None:
    assert join_chunks(data) == joined


def test_chunks_are_bounded() -> None:
    many = b"1\r\nx\r\n" * 100_000
    joined = join_chunks(many)
    assert joined is not None
    assert len(joined[0]) == 2048
    assert join_chunks(b"5\r\nhello\r\n" * 9, limit=7) == (b"hellohe", 90)


# Messages


@each(
    ("data", "bodies"),
    [
        (GET + GET, [b"", b""]),
        (GET + b"POST /y HTTP/1.1\r\nContent-Length: 7\r\n\r\n" + JSON + GET, [b"", JSON, b""]),
        (b"POST /y HTTP/1.1\r\nContent-Length: 900\r\n\r\n" + JSON, [JSON]),
        (OK + b"Content-Length: 7\r\n\r\n" + JSON + OK + b"\r\n" + JSON, [JSON, JSON]),
        (OK + b"\r\n" + JSON + b"\r\n" + OK + b"\r\n" + JSON, [JSON + b"\r\n", JSON]),
        (OK + b"\r\n" + JSON + OK + b"\r\n" + JSON, [JSON, JSON]),
        (b"POST /y HTTP/1.1\r\n\r\n" + JSON + b"\n" + GET, [JSON + b"\n", b""]),
        (b"POST /y HTTP/1.1\r\n\r\n" + JSON + GET, [JSON, b""]),
        (OK + CHUNKED + chunked(b'{"a"', b":1}") + OK + b"\r\n" + JSON, [JSON, JSON]),
        (OK + CHUNKED + b"40\r\n" + JSON, [JSON]),
        (OK + CHUNKED + JSON, [JSON]),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED, [JSON]),
        (OK + b"Content-Encoding: gzip\r\n" + CHUNKED + chunked(PACKED), [JSON]),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + PACKED[:-9], [JSON]),
        (OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(JSON), [JSON]),
        (OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(JSON, wbits=-15), [JSON]),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n" + JSON, [JSON]),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + b"\x00\x01", [b""]),
        (OK + b"Content-Encoding: br\r\n\r\n" + b"\x0b\x03", [b""]),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"\r\n" + JSON, [b"", JSON]),
        (b"GET /cut HTTP/1.1\r\nHost: a.te", [b""]),
        (b"", []),
    ],
)
def test_bodies(data: bytes, bodies: list[bytes]) -> None:
    assert [message.body for message in messages(data)] == bodies


@each(
    ("data", "bodies"),
    [
        # A chunked body has trailers: the message behind them is read.
        (OK + CHUNKED + b"7\r\n" + JSON + b"\r\n0\r\nA: b\r\n\r\n" + OK + b"\r\n" + JSON, [JSON, JSON]),
        # An answer to HEAD states the length that GET would have had.
        (OK + b"Content-Length: 9000\r\n\r\n" + OK + b"\r\n" + JSON, [b"", JSON]),
        (b"HTTP/1.1 304 x\r\nContent-Length: 9000\r\n\r\n" + OK + b"\r\n" + JSON, [b"", JSON]),
        # An archive has the body of a 304 from the cache: it is a body, and no message.
        (b"HTTP/1.1 304\r\nETag: x\r\n\r\n" + JSON, [JSON]),
        # Lengths that differ count as none.
        (OK + b"Content-Length: 3\r\nContent-Length: 7\r\n\r\n" + JSON + OK + b"\r\n", [JSON, b""]),
        (OK + b"Content-Length: 7, 3\r\n\r\n" + JSON + OK + b"\r\n", [JSON, b""]),
        # A response that names a request is no request: TRACE sends it back.
        (OK + b"Content-Type: message/http\r\n\r\n" + GET + OK + b"\r\n", [GET, b""]),
        # The first blank line ends the head, also where other lines end otherwise.
        (b"HTTP/1.1 200 OK\nA: b\n\n" + JSON + b"\r\n\r\n", [JSON + b"\r\n\r\n"]),
    ],
)
def test_bodies_that_readers_used_to_read_differently(data: bytes, bodies: list[bytes]) -> None:
    assert [message.body for message in messages(data)] == bodies


def test_headers_are_lower_case_and_trimmed() -> None:
    (message,) = messages(b"GET / HTTP/1.1\r\nX-Thing:  a b \r\nnonsense\r\nx-thing: c\r\n\r\n")
    assert message.headers == (("x-thing", b"a b"), ("x-thing", b"c"))
    assert message.header("x-thing") == b"a b"
    assert message.header("missing") == b""
    assert message.start == b"GET / HTTP/1.1"


@pytest.mark.parametrize(
    ("data", "target"), [(GET, b"/x"), (b"GET /cut", b"/cut"), (b"nonsense", b""), (OK + b"\r\n", b"")]
)
def test_targets(data: bytes, target: bytes) -> None:
    assert [message.target for message in messages(data)] == [target]


def test_bounds() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    (message,) = messages(OK + b"Content-Encoding: gzip\r\n\r\n" + bomb)
    assert len(message.body) == MAX_BODY
    many = (OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb) * 5
    assert sum(len(message.body) for message in messages(many)) == MAX_BODY
    assert len(list(messages(GET * 500))) == MAX_MESSAGES
    assert len(list(messages(GET * 500, limit=3))) == 3
    (message,) = messages(OK + b"a: b\r\n" * 500 + b"\r\n" + JSON, max_fields=7)
    assert len(message.headers) == 7


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "fields": lambda size: OK + b"a: b\r\n" * size,
    "start lines without an end": lambda size: b"POST / HTTP/1.1\r\n\r\n" + b"A HTTP/1." * size,
    "methods": lambda size: b"POST / HTTP/1.1\r\n\r\n" + b"AAA " * size + b"HTTP/1." * size,
    "line feeds": lambda size: OK + b"\r\n" + b"\r\n" * size,
    "chunks": lambda size: OK + CHUNKED + b"1\r\nx\r\n" * size,
    "empty messages": lambda size: b"\r\n\r\n" * size,
    "colons": lambda size: OK + b":" * size + b"\r\n\r\n",
    "spaces": lambda size: OK + b"Host:" + b" " * size + b"x",
}


@each("name", HOSTILE)
def test_hostile_messages_cost_time_in_line_with_their_length(name: str) -> None:
    def seconds(size: int) -> float:
        data = HOSTILE[name](size)
        best = float("inf")
        for _ in range(3):
            begin = time.process_time()
            for message in messages(data):
                field_value(message.start + b"\n", b"host")
            field_value(data, b"host")
            head_end(data)
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(80_000) < 12 * seconds(20_000) + 0.01


# Properties

PARTS = st.lists(
    st.sampled_from([GET, OK, b"\r\n\r\n", b"Content-Length: 5\r\n", CHUNKED, b"5\r\n", b"0\r\n", b"\n\n", JSON])
    | st.binary(max_size=40),
    max_size=20,
).map(b"".join)


@settings(max_examples=examples(200), deadline=None)
@given(PARTS)
def test_anything_is_read_without_an_error(data: bytes) -> None:
    found = list(messages(data))
    assert len(found) <= MAX_MESSAGES
    assert sum(len(message.body) for message in found) <= MAX_BODY
    assert sum(len(message.start) for message in found) <= len(data)
    joined = join_chunks(data)
    assert joined is None or (len(joined[0]) <= len(data) and joined[1] <= len(data))
    assert -1 <= head_end(data) <= len(data)
    assert len(field_value(data, b"host")) <= len(data)
    request_line(data, cut=True)
    status_line(data)


@settings(max_examples=examples(200), deadline=None)
@given(PARTS)
def test_strict_functions_never_raises_another_error(data: bytes) -> None:
    calls: list[Callable[[], object]] = [
        lambda: strict_fields(data),
        lambda: strict_fields(data + b"\r\n\r\n"),
        lambda: chunk_size(data),
        lambda: content_length([data]),
        lambda: body_framing(200, (("content-length", data),)),
        lambda: body_framing(200, (("transfer-encoding", data),)),
    ]
    for call in calls:
        try:
            call()
        except MalformedHttpError:
            continue


TOKENS = st.text("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+.^_`|~-", min_size=1, max_size=20)
VALUES = st.binary(max_size=30).map(lambda value: value.translate(None, b"\r\n\0").strip())
FRAMING = frozenset({"content-length", "transfer-encoding", "content-encoding"})
FIELDS: st.SearchStrategy[Fields] = st.lists(
    st.tuples(TOKENS, VALUES).filter(lambda field: field[0] not in FRAMING), max_size=8
).map(tuple)
BODIES = st.binary(max_size=200).filter(lambda body: b"HTTP/1." not in body and not re.fullmatch(rb"[A-Z_-]+", body))
"""Letters before a request would be read as part of its method: captures do not tell them apart."""


def section_of(named: Fields) -> bytes:
    return b"".join(b"%b: %b\r\n" % (name.encode(), value) for name, value in named)


@settings(max_examples=examples(200), deadline=None)
@given(FIELDS)
def test_fields_are_read_as_written(named: Fields) -> None:
    assert strict_fields(section_of(named) + b"\r\n") == named


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(st.tuples(FIELDS, BODIES, st.sampled_from(["length", "chunks", "packed"])), min_size=1, max_size=4),
    st.sampled_from([b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 404 \r\n", b"POST /a?b=c HTTP/1.1\r\n"]),
)
def test_well_formed_messages_are_read_as_written(exchanged: list[tuple[Fields, bytes, str]], start: bytes) -> None:
    data = b""
    for named, body, how in exchanged:
        coded = gzip.compress(body) if how == "packed" else body
        framing = CHUNKED if how == "chunks" else b"Content-Length: %d\r\n\r\n" % len(coded)
        packed = b"Content-Encoding: gzip\r\n" if how == "packed" else b""
        data += start + section_of(named) + packed + framing
        data += chunked(*(body[at : at + 50] for at in range(0, len(body), 50))) if how == "chunks" else coded
    found = list(messages(data))
    assert [message.body for message in found] == [body for _, body, _ in exchanged]
    assert [message.start for message in found] == [start.removesuffix(b"\r\n")] * len(exchanged)
    read = [tuple(field for field in message.headers if field[0] not in FRAMING) for message in found]
    assert read == [named for named, _, _ in exchanged]
