"""Parse the HTTP/1 messages in one direction of a connection, each with its decoded body.

Sources: RFC 9112 (framing), RFC 9110 (content codings). A sample starts with a message and may be truncated anywhere.
Archives contain decoded bodies with the original headers, so a length is trusted only if a message starts after it.
"""

import re
import zlib
from collections.abc import Iterator

import msgspec

MAX_MESSAGES = 32
MAX_HEADERS = 64
MAX_BODY = 64 * 1024
"""Maximum bytes of the bodies of all messages, after decompression."""

_START = re.compile(rb"(?:HTTP/1\.[01] [1-5]\d\d[^\r\n]{0,200}|[A-Z-]{3,20} [^ \r\n]{1,8192} HTTP/1\.[01])\r?\n")
_REQUEST = re.compile(rb"[A-Z-]{3,20} [^ \r\n]{1,8192} HTTP/1\.[01]\r?\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,200})?\r\n")
_BODILESS = re.compile(rb"HTTP/1\.[01] (?:1\d\d|204|304)")


class HttpMessage(msgspec.Struct, frozen=True):
    """A request or a response."""

    start: bytes
    """The start line."""
    headers: tuple[tuple[str, bytes], ...]
    """Header names in lower case, with their values."""
    body: bytes

    def header(self, name: str) -> bytes:
        """The first header with this name; empty if there is none."""
        return next((value for key, value in self.headers if key == name), b"")


def messages(data: bytes) -> Iterator[HttpMessage]:
    """Every message that starts in ``data``; the last may be truncated."""
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
    """The start line and headers, and the offset of the body."""
    for blank in (b"\r\n\r\n", b"\n\n"):
        end = data.find(blank, at)
        if end >= 0:
            return data[at:end], end + len(blank)
    return data[at:], len(data)


def _body(data: bytes, begin: int, message: HttpMessage) -> tuple[bytes, int]:
    """The body after framing, and the offset of the next message."""
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
    """Offset of the next message after a body of unknown length; the end of the data if there is none."""
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
    """The joined chunks, and the offset after them; -1 if the data is not chunked."""
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
    """Decode the content coding as far as possible; what cannot be decoded is not text."""
    if not encoding or encoding == b"identity" or not body:
        return body[:most]
    if encoding not in {b"gzip", b"x-gzip", b"deflate"}:
        return b""
    raw = encoding == b"deflate" and body[0] & 0x0F != 8
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32).decompress(body, most)
    except zlib.error:
        # Archives keep the encoding header of a body that they have already decoded.
        return body[:most] if body[:1] in {b"{", b"[", b"<"} else b""
