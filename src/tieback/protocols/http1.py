"""HTTP/1.0 and HTTP/1.1 messages: start line, header fields, body framing. Bounded, without I/O.

Source: RFC 9112, whose sections are cited below; RFC 9110 for field values and for statuses without content.

Two kinds of users share these functions. A probe reads one response as it arrives and refuses what breaks the RFC:
``strict_fields``, ``body_framing`` and ``chunk_size`` raise ``MalformedHttpError``. A reader of captures has a buffer
that is cut anywhere: all other functions return what there is and never raise.

A line ends with LF, with or without CR before it (section 2.2), for both kinds of users.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from tieback.protocols.content_coding import decode_content

MAX_HEAD = 16 * 1024
"""Bytes of a start line and its header fields."""
MAX_START_LINE = 8192
"""Bytes of a request target, and of a reason phrase."""
MAX_METHOD = 20
"""Bytes of a method. The RFC has no limit; the longest registered method has 17."""
MAX_FIELDS = 100
MAX_FIELD_NAME = 128
MAX_LENGTH_DIGITS = 15
"""Digits of a Content-Length."""
MAX_CHUNK_DIGITS = 12
MAX_CHUNK_LINE = 256
"""Bytes of a chunk's size with its extensions."""
MAX_CHUNKS = 2048
"""Chunks of one body."""
MAX_MESSAGES = 32
"""Messages of one buffer."""
MAX_BODY = 64 * 1024
"""Bytes of the bodies of all messages of one buffer, after content decoding."""

_REQUEST = rb"([A-Z_-]{3,%d}) ([^ \r\n]{1,%d}) HTTP/1\.[01]" % (MAX_METHOD, MAX_START_LINE)
_STATUS = rb"HTTP/(1\.[01]) ([1-5][0-9]{2})(?: [^\r\n]{0,%d})?" % MAX_START_LINE
_REQUEST_LINE = re.compile(_REQUEST + rb"\r?\n")
_STATUS_LINE = re.compile(_STATUS + rb"\r?\n")
_CUT_REQUEST_LINE = re.compile(rb"([A-Z_-]{3,%d}) ((?:/|https?://)[^ \r\n]{0,%d})\Z" % (MAX_METHOD, MAX_HEAD))
_FIELD = re.compile(rb"([!#$%%&'*+.^_`|~0-9A-Za-z-]{1,%d}):[ \t]*+([^\r\n\0]*+)\r?\n" % MAX_FIELD_NAME)
_LENGTH = re.compile(rb"[0-9]{1,%d}" % MAX_LENGTH_DIGITS)
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,%d})[ \t]{0,16}(?:;[^\r\n]{0,224})?\r\n" % MAX_CHUNK_DIGITS)

type Fields = tuple[tuple[str, bytes], ...]
"""Header fields in their order: the name in lower case, the value without white space around it."""


class MalformedHttpError(Exception):
    """The bytes break the syntax of HTTP/1, or a limit of this codec. The text says which."""


class RequestLine(msgspec.Struct, frozen=True, gc=False):
    """The first line of a request (section 3)."""

    method: str
    target: str
    """As sent, one character per byte."""


class StatusLine(msgspec.Struct, frozen=True, gc=False):
    """The first line of a response (section 4)."""

    version: str
    """``1.0`` or ``1.1``."""
    status: int
    """From 100 to 599."""


class Framing(msgspec.Struct, frozen=True, gc=False):
    """How the end of a body is found (section 6.3). Without chunks and length: the end of the connection."""

    chunked: bool = False
    length: int | None = None
    """Bytes, where Content-Length or the status states them."""


class HttpMessage(msgspec.Struct, frozen=True):
    """A request or a response."""

    start: bytes
    """Its first line."""
    headers: Fields
    body: bytes
    """Without transfer coding and content coding; empty if a coding is unknown or broken."""

    @property
    def target(self) -> bytes:
        """The target of a request; empty for a response."""
        return b"" if _is_response(self.start) else b"".join(self.start.split(b" ", 2)[1:2])

    def header(self, name: str) -> bytes:
        """The first header of that name; empty if there is none."""
        return next((value for key, value in self.headers if key == name), b"")


# Start line and header section


def request_line(data: bytes, *, cut: bool = False) -> RequestLine | None:
    """The request line at the start of ``data``; ``None`` if there is none.

    Args:
        data: bytes of a client.
        cut: also accept a line that the end of the data cuts inside the target.
    """
    found = _REQUEST_LINE.match(data) or (_CUT_REQUEST_LINE.match(data) if cut else None)
    return RequestLine(found[1].decode("ascii"), found[2].decode("latin-1")) if found else None


def status_line(data: bytes) -> StatusLine | None:
    """The status line at the start of ``data``; ``None`` if there is none."""
    found = _STATUS_LINE.match(data)
    return StatusLine(found[1].decode("ascii"), int(found[2])) if found else None


def head_end(data: bytes, at: int = 0, limit: int = MAX_HEAD) -> int:
    """Where the head that begins at ``at`` ends, behind its blank line; -1 if there is none within ``limit`` bytes."""
    with_cr = data.find(b"\n\r\n", at, at + limit)
    without = data.find(b"\n\n", at, at + limit if with_cr < 0 else with_cr)
    return without + 2 if without >= 0 else with_cr + 3 if with_cr >= 0 else -1


def header_fields(section: bytes, limit: int = MAX_FIELDS) -> Fields:
    """The fields of a header section that may be cut or broken; lines without a colon are left out.

    Args:
        section: what follows the start line; the blank line may be there or not.
        limit: lines that are read.
    """
    parts = [line.partition(b":") for line in section.split(b"\n", limit)[:limit]]
    return tuple([(str(name.strip(), "latin-1").lower(), value.strip()) for name, colon, value in parts if colon])


def strict_fields(section: bytes, limit: int = MAX_FIELDS) -> Fields:
    """The fields of a whole header section (section 5).

    Args:
        section: what follows the start line, with its blank line.
        limit: most fields.

    Raises:
        MalformedHttpError: too many fields, a name that is no token, a folded line, CR or NUL in a value.
    """
    fields: list[tuple[str, bytes]] = []
    at = 0
    while found := _FIELD.match(section, at):
        if len(fields) == limit:
            raise MalformedHttpError(f"more than {limit} header fields")
        fields.append((found[1].decode("ascii").lower(), found[2].rstrip(b" \t")))
        at = found.end()
    if section[at:] not in {b"\r\n", b"\n"}:
        raise MalformedHttpError("a malformed header field")
    return tuple(fields)


def field_value(head: bytes, name: bytes) -> bytes:
    """The value of the first field of that name in a head; empty if there is none or if its line is cut.

    Faster than ``header_fields`` for a few names of many heads.

    Args:
        head: start line and header fields, as captured.
        name: of the field, in any case.
    """
    found = _named(name).search(head)
    return found[1].rstrip() if found else b""


@cache
def _named(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\n%b:[ \t]*+([^\r\n]*+)\r?\n" % re.escape(name), re.IGNORECASE)


# Body framing


def body_framing(status: int, fields: Fields, *, to_head: bool = False) -> Framing:
    """How long the body of a response is.

    Args:
        status: its status.
        fields: its header fields.
        to_head: whether it answers a HEAD request.

    Raises:
        MalformedHttpError: a transfer coding other than chunked, or together with a Content-Length (which is an attempt
            at request smuggling or a broken server); a Content-Length that is not a number, or two that differ.
    """
    if to_head or status < 200 or status in (204, 304):
        return Framing(length=0)
    codings = _values(fields, "transfer-encoding")
    lengths = _values(fields, "content-length")
    if not codings:
        return Framing(length=content_length(lengths))
    if lengths:
        raise MalformedHttpError("both Transfer-Encoding and Content-Length")
    if b",".join(codings).lower() != b"chunked":
        raise MalformedHttpError("a Transfer-Encoding other than chunked")
    return Framing(chunked=True)


def _values(fields: Fields, wanted: str) -> list[bytes]:
    return [value for name, value in fields if name == wanted]


def content_length(values: Sequence[bytes]) -> int | None:
    """The length that the Content-Length fields of a message state; ``None`` without such a field.

    Raises:
        MalformedHttpError: no number, or numbers that differ. The same number twice is valid (section 6.3).
    """
    if not values:
        return None
    stated = {part.strip(b" \t") for value in values for part in value.split(b",")}
    if len(stated) > 1:
        raise MalformedHttpError("Content-Length fields that differ")
    (digits,) = stated
    if not _LENGTH.fullmatch(digits):
        raise MalformedHttpError("a Content-Length that is not a number")
    return int(digits)


def chunk_size(line: bytes) -> int:
    """Bytes of the chunk that follows its line (section 7.1); 0 is the last chunk.

    Args:
        line: size, extensions and CRLF.

    Raises:
        MalformedHttpError: the line states no size.
    """
    found = _CHUNK_LINE.fullmatch(line)
    if found is None:
        raise MalformedHttpError("a chunk without a size")
    return int(found[1], 16)


def join_chunks(data: bytes, at: int = 0, limit: int = MAX_BODY) -> tuple[bytes, int] | None:
    """The body that begins with a chunk's line at ``at``, and where the next message begins.

    Chunks are read until they state ``limit`` bytes or until one is broken or cut; the next message then begins at the
    end of the data. ``None`` if there is no chunk at ``at``, as in archives that keep bodies without their coding.
    """
    parts: list[bytes] = []
    size = 0
    for _ in range(MAX_CHUNKS):
        found = _CHUNK_LINE.match(data, at)
        if found is None:
            if not parts:
                return None
            break
        length = int(found[1], 16)
        at = found.end()
        if not length:
            return b"".join(parts), _behind_trailers(data, at)
        parts.append(data[at : at + min(length, limit - size)])
        size += length
        at += length + 2
        if size >= limit or at >= len(data) or data[at - 2 : at] != b"\r\n":
            break
    return b"".join(parts), len(data)


def _behind_trailers(data: bytes, at: int) -> int:
    """Where the trailer section ends; the end of the data if it is cut (section 7.1.2)."""
    for _ in range(MAX_FIELDS):
        end = data.find(b"\r\n", at, at + MAX_HEAD)
        if end < 0:
            break
        if end == at:
            return end + 2
        at = end + 2
    return len(data)


# Messages in a buffer


def messages(
    data: bytes, *, limit: int = MAX_MESSAGES, max_fields: int = MAX_FIELDS, max_body: int = MAX_BODY
) -> Iterator[HttpMessage]:
    """Every message of one direction; the last one may be cut.

    The buffer may be cut anywhere, and archives keep bodies without the coding that their fields state. So a stated
    length counts only if the next message begins behind it, and chunks count only if they are there. A message that
    begins directly behind a head ends its body, whatever length the head states: the head may answer a HEAD request.

    Args:
        data: begins with a message.
        limit: most messages.
        max_fields: most header fields of a message.
        max_body: most bytes of the bodies of all messages, after content decoding.
    """
    at, left = 0, max_body
    for _ in range(limit):
        if at >= len(data):
            return
        begin = head_end(data, at)
        head = data[at : at + MAX_HEAD] if begin < 0 else data[at:begin]
        start, _, section = head.partition(b"\n")
        fields = header_fields(section, max_fields)
        body, at = (b"", len(data)) if begin < 0 else _body(data, begin, _is_response(start), fields)
        body = _decoded(body, _values(fields, "content-encoding"), left)
        left -= len(body)
        yield HttpMessage(start.rstrip(b"\r"), fields, body)


def _is_response(start: bytes) -> bool:
    return start.startswith(b"HTTP/")


def _body(data: bytes, begin: int, response: bool, fields: Fields) -> tuple[bytes, int]:
    """The body without its transfer coding, and where the next message begins."""
    start_line = _STATUS_LINE if response else _REQUEST_LINE
    if start_line.match(data, begin):
        return b"", begin
    if any(b"chunked" in coding.lower() for coding in _values(fields, "transfer-encoding")):
        joined = join_chunks(data, begin)
        if joined is not None:
            return joined
    try:
        length = content_length(_values(fields, "content-length"))
    except MalformedHttpError:
        length = None
    if length is not None:
        end = begin + length
        if end >= len(data) or start_line.match(data, end):
            return data[begin:end], end
    following = _next_message(data, begin, response)
    return data[begin:following], following


def _next_message(data: bytes, begin: int, response: bool) -> int:
    """Where the next message begins behind a body of unknown length; the end of the data if there is none."""
    at = begin
    for _ in range(MAX_MESSAGES):
        at = data.find(b"HTTP/1.", at)
        if at < 0:
            break
        if response:
            if _STATUS_LINE.match(data, at):
                return at
        else:
            least = max(begin, at - MAX_START_LINE - MAX_METHOD)
            line = max(data.rfind(b"\n", least, at) + 1, least)
            found = _REQUEST_LINE.search(data, line, at + len(b"HTTP/1.1\r\n"))
            if found is not None:
                return found.start()
        at += len(b"HTTP/1.")
    return len(data)


def _decoded(body: bytes, codings: Sequence[bytes], limit: int) -> bytes:
    decoded = decode_content(body, codings[0] if codings else b"", limit)
    if decoded is not None:
        return decoded
    # An archive states the coding of a body that it has decoded.
    return body[:limit] if body[:1] in {b"{", b"[", b"<"} else b""
