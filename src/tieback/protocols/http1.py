"""The messages that one direction of HTTP/1 carried, one after the other, each with its body as it was meant.

Source: RFC 9112 (framing), RFC 9110 (content codings). A sample is cut anywhere and begins with a message; archives
give bodies without the encoding that their headers state. So lengths are believed only where a message begins behind.
"""

import re
import zlib
from collections.abc import Iterator

import msgspec

MAX_MESSAGES = 32
MAX_HEADERS = 64
MAX_BODY = 64 * 1024
"""Bytes of the bodies of all messages after inflating."""

_START = re.compile(rb"(?:HTTP/1\.[01] [1-5]\d\d[^\r\n]{0,200}|[A-Z-]{3,20} [^ \r\n]{1,8192} HTTP/1\.[01])\r?\n")
_REQUEST = re.compile(rb"[A-Z-]{3,20} [^ \r\n]{1,8192} HTTP/1\.[01]\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r\n")
_BODILESS = re.compile(rb"HTTP/1\.[01] (?:1\d\d|204|304)")


class HttpMessage(msgspec.Struct, frozen=True):
    """A request or an answer."""

    start: bytes
    """Its first line."""
    headers: tuple[tuple[str, bytes], ...]
    """Names in lower case."""
    body: bytes

    def header(self, name: str) -> bytes:
        """The first header of that name; empty where there is none."""
        return next((value for key, value in self.headers if key == name), b"")


def messages(data: bytes) -> Iterator[HttpMessage]:
    """Every message that begins in ``data``; the last may be cut."""
    at, left = 0, MAX_BODY
    for _ in range(MAX_MESSAGES):
        if at >= len(data):
            return
        head, begin = _head(data, at)
        lines = head.split(b"\n", MAX_HEADERS + 1)
        headers = tuple(
            (name.strip().decode("latin-1").lower(), value.strip())
            for name, colon, value in (line.partition(b":") for line in lines[1 : MAX_HEADERS + 1])
            if colon
        )
        message = HttpMessage(lines[0].rstrip(b"\r"), headers, b"")
        body, at = _body(data, begin, message)
        body = _unpacked(body, message.header("content-encoding").lower(), left) if left else b""
        left -= len(body)
        yield msgspec.structs.replace(message, body=body)


def _head(data: bytes, at: int) -> tuple[bytes, int]:
    """Start line and headers, and where the body begins."""
    for blank in (b"\r\n\r\n", b"\n\n"):
        end = data.find(blank, at)
        if end >= 0:
            return data[at:end], end + len(blank)
    return data[at:], len(data)


def _body(data: bytes, begin: int, message: HttpMessage) -> tuple[bytes, int]:
    """The body as it was framed, and where the next message begins."""
    if b"chunked" in message.header("transfer-encoding").lower():
        joined, end = _joined(data, begin)
        if end >= 0:
            return joined, end
    stated = message.header("content-length")
    if stated.isdigit() and len(stated) < 16:
        end = begin + int(stated)
        if end >= len(data) or _START.match(data, end):
            return data[begin:end], end
    elif _BODILESS.match(message.start) or (
        not message.start.startswith(b"HTTP/") and _START.match(data, begin)
    ):  # a request without a length has no body
        return b"", begin
    following = _following(data, begin, answers=message.start.startswith(b"HTTP/"))
    return data[begin:following], following


def _following(data: bytes, begin: int, *, answers: bool) -> int:
    """Where the next message begins behind a body of unknown length; the end of the data where none does."""
    at = begin
    for _ in range(MAX_MESSAGES):
        at = data.find(b"HTTP/1.", at)
        if at < 0:
            break
        if answers and _START.match(data, at):
            return at
        line = max(data.rfind(b"\n", begin, at) + 1, begin)
        found = None if answers else _REQUEST.search(data, line)
        if found is not None and found.start() <= at:
            return found.start()
        at += 7
    return len(data)


def _joined(data: bytes, at: int) -> tuple[bytes, int]:
    """Chunks as one, and where they end; -1 where they are none."""
    parts: list[bytes] = []
    size = 0
    while size < MAX_BODY:
        found = _CHUNK.match(data, at)
        if found is None:
            return b"".join(parts), len(data) if parts else -1
        length = int(found[1], 16)
        if not length:
            end = data.find(b"\r\n", found.end())
            return b"".join(parts), end + 2 if end == found.end() else len(data)
        parts.append(data[found.end() : found.end() + length])
        size += length
        at = found.end() + length + 2
        if at >= len(data):
            break
    return b"".join(parts), len(data)


def _unpacked(body: bytes, encoding: bytes, most: int) -> bytes:
    """The body without its content coding as far as it can be read; what cannot is no text."""
    if not encoding or encoding == b"identity" or not body:
        return body[:most]
    if encoding not in {b"gzip", b"x-gzip", b"deflate"}:
        return b""
    raw = encoding == b"deflate" and body[0] & 0x0F != 8
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32).decompress(body, most)
    except zlib.error:
        # An archive states the encoding of what it has unpacked.
        return body[:most] if body[:1] in {b"{", b"[", b"<"} else b""
