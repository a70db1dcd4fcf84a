"""HTTP/2 without TLS: with prior knowledge, or after an upgrade (h2c).

Source: RFC 9113; the upgrade is RFC 7540, section 3.2.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.traffic.hpack import Header, HpackDecoder, HpackError

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

MAX_FRAMES = 256
"""Frames of one direction that are read."""
_MAX_FRAME = 1 << 20
_DATA, _HEADERS, _SETTINGS, _CONTINUATION = 0, 1, 4, 9
_END_HEADERS, _PADDED, _PRIORITY = 0x4, 0x8, 0x20


class Http2Summary(msgspec.Struct, frozen=True, gc=False):
    """The first request that names a host, and the number of messages."""

    authority: str
    method: str
    path: str
    status: str
    confidence: float


def recognise_http2(client: bytes, server: bytes) -> Http2Summary | None:
    """HTTP/2 facts from the bytes after the client's preface; ``None`` if they are not HTTP/2."""
    at = len(PREFACE) if client.startswith(PREFACE) else -1
    if at < 0:
        if not _settings_first(server) or client:
            return None
        at = 0
    requests = headers(client[at:])
    answers = headers(server) if _settings_first(server) else []
    request: dict[str, str] = {}
    for name, value in requests:
        if name.startswith(":") and name not in request:
            request[name] = value
        elif name == "host":
            request.setdefault(":authority", value)
    status = next((value for name, value in answers if name == ":status" and value[:1] != "1"), "")
    return Http2Summary(
        request.get(":authority", ""),
        request.get(":method", ""),
        request.get(":path", ""),
        status,
        (0.99 if _settings_first(server) else 0.95) if client else 0.6,
    )


def headers(data: bytes) -> list[Header]:
    """The headers of every block in a direction's frames, up to the first malformed or truncated part."""
    return [header for _, part in _parts(data) if not isinstance(part, bytes) for header in part]


class Http2Message(msgspec.Struct):
    """The first message of a stream."""

    authority: str = ""
    """``:authority`` or ``Host`` of a request, with its port."""
    text: bytes = b""
    """In HTTP/1 form; the body may be cut."""


def read_messages(data: bytes) -> dict[int, Http2Message]:
    """The messages of a direction by stream, in the order of their first frames.

    Args:
        data: bytes from the client's preface, or the server's first frame, on.
    """
    streams: dict[int, Http2Message] = {}
    for stream, part in _parts(data.removeprefix(PREFACE)):
        message = streams.setdefault(stream, Http2Message())
        if isinstance(part, bytes):
            message.text += part
        elif not message.text:
            named = {name: value for name, value in reversed(part) if name in {":authority", "host"}}
            message.authority = named.get(":authority", "") or named.get("host", "")
            message.text = _head(part)
    return streams


def first_bytes(messages: list[bytes], most: int) -> list[bytes]:
    """The first messages, at most ``most`` bytes of all together."""
    found: list[bytes] = []
    for message in messages:
        text = message[:most]
        most -= len(text)
        if text:
            found.append(text)
    return found


def cleartext_messages(data: bytes, most: int) -> list[bytes]:
    """The first messages of a direction, in HTTP/1 form, stream by stream.

    Args:
        data: bytes from the client's preface, or the server's first frame, on.
        most: bytes of all messages together.
    """
    return first_bytes([message.text for message in read_messages(data).values()], most)


def _head(every: list[Header]) -> bytes:
    pseudo = {name: value for name, value in every if name.startswith(":")}
    first = f"HTTP/1.1 {pseudo[':status']}" if ":status" in pseudo else ""
    first = first or f"{pseudo.get(':method', 'GET')} {pseudo.get(':path', '/').replace(' ', '%20')} HTTP/1.1"
    lines = [first, *(f"{name}: {value}" for name, value in every if not name.startswith(":"))]
    # One header per line: a value must not be able to inject another header.
    return "\r\n".join(line.replace("\r", " ").replace("\n", " ") for line in lines).encode() + b"\r\n\r\n"


def _parts(data: bytes) -> Iterator[tuple[int, list[Header] | bytes]]:
    """Stream, and its headers or data, up to the first malformed or truncated part; data may be cut."""
    decoder = HpackDecoder()
    block = b""
    at = 0
    for _ in range(MAX_FRAMES):
        if at + 9 > len(data):
            return
        size = int.from_bytes(data[at : at + 3])
        kind, flags = data[at + 3], data[at + 4]
        stream = int.from_bytes(data[at + 5 : at + 9]) & 0x7FFFFFFF
        body = data[at + 9 : at + 9 + size]
        at += 9 + size
        if size > _MAX_FRAME or (at > len(data) and kind != _DATA):
            return
        if kind == _DATA:
            yield stream, body[1 : max(len(body) - body[0], 1)] if flags & _PADDED and body else body
            continue
        if kind == _HEADERS:
            block = _fragment(body, flags)
        elif kind == _CONTINUATION:
            block += body
        else:
            continue
        if flags & _END_HEADERS:
            try:
                yield stream, decoder.decode(block)
            except HpackError:
                return
            block = b""


def _fragment(body: bytes, flags: int) -> bytes:
    """A HEADERS frame without its padding and priority."""
    if flags & _PADDED and body:
        body = body[1 : max(len(body) - body[0], 1)]
    return body[5:] if flags & _PRIORITY else body


def _settings_first(data: bytes) -> bool:
    """True if the direction begins with a SETTINGS frame, as both must."""
    size = int.from_bytes(data[:3])
    return len(data) >= 9 and data[3] == _SETTINGS and size % 6 == 0 and size <= 600 and data[5:9] == bytes(4)
