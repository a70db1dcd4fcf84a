"""All messages of a direction are read, framed and packed as they may be; what is cut or false ends nothing."""

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.protocols.http1 import MAX_BODY, MAX_MESSAGES, messages

JSON = b'{"a":1}'
PACKED = gzip.compress(JSON, mtime=0)
GET = b"GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "bodies"),
    [
        (GET + GET, [b"", b""]),
        (GET + b"POST /y HTTP/1.1\r\nContent-Length: 7\r\n\r\n" + JSON + GET, [b"", JSON, b""]),
        (b"POST /y HTTP/1.1\r\nContent-Length: 900\r\n\r\n" + JSON, [JSON]),
        (OK + b"Content-Length: 7\r\n\r\n" + JSON + OK + b"\r\n" + JSON, [JSON, JSON]),
        (OK + b"\r\n" + JSON + b"\r\n" + OK + b"\r\n" + JSON, [JSON + b"\r\n", JSON]),
        (OK + b"\r\n" + JSON + OK + b"\r\n" + JSON, [JSON, JSON]),
        (b"POST /y HTTP/1.1\r\n\r\n" + JSON + b"\n" + GET, [JSON + b"\n", b""]),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b'{"a"', b":1}") + OK + b"\r\n" + JSON, [JSON, JSON]),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"40\r\n" + JSON, [JSON]),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + JSON, [JSON]),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED, [JSON]),
        (OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(PACKED), [JSON]),
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


def test_headers_are_lower_case_and_trimmed() -> None:
    (message,) = messages(b"GET / HTTP/1.1\r\nX-Thing:  a b \r\nnonsense\r\nx-thing: c\r\n\r\n")
    assert message.headers == (("x-thing", b"a b"), ("x-thing", b"c"))
    assert message.header("x-thing") == b"a b"
    assert message.header("missing") == b""
    assert message.start == b"GET / HTTP/1.1"


def test_bounds() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    (message,) = messages(OK + b"Content-Encoding: gzip\r\n\r\n" + bomb)
    assert len(message.body) == MAX_BODY
    many = (OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb) * 5
    assert sum(len(message.body) for message in messages(many)) == MAX_BODY
    assert len(list(messages(GET * 500))) == MAX_MESSAGES


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [GET, OK, b"\r\n\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"5\r\n", JSON]
        )
        | st.binary(max_size=40),
        max_size=20,
    )
)
def test_anything_is_read_without_an_error(parts: list[bytes]) -> None:
    assert len(list(messages(b"".join(parts)))) <= MAX_MESSAGES
