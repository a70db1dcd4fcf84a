"""HTTP exchange from another tool's log (HAR, mitmproxy, a proxy's log), as a flow.

The exchange is written as HTTP/1 bytes, bounded, so that the recognisers of stores and the classifier of leaks see what
they would see in a capture. Bodies inside TLS are also passed on: ``Flow.encrypted`` shows whether an observer could
have read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from msgspec.structs import replace

from tieback.intake.traffic.http import plain_path
from tieback.intake.traffic.interface import ConnectionStart, SampledFlow
from tieback.intake.traffic.names import hostname_of_url
from tieback.intake.traffic.stores.choose import over_websocket, recognise
from tieback.intake.traffic.stores.evidence import sample_messages
from tieback.model.flow import (
    CleartextSample,
    ContentState,
    Flow,
    FlowApp,
    FlowEvidence,
    FlowTls,
    NameSource,
    Peer,
    Server,
)
from tieback.protocols.content_coding import CODINGS, STREAMS, decode_content

HEAD_BYTES = 4096
BODY_BYTES = 4096
"""Bytes of cleartext kept of a message's head, and of its body."""
_BASE64 = 3
"""Bytes by which a body in base64 may end before the limit."""
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
_ENCRYPTED = frozenset({"https", "wss"})
_DROPPED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that are no longer true of a decoded and truncated body."""

type Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ExchangeMessage:
    """A request or response; the body may be cut at ``BODY_BYTES``, and may still have its content encoding."""

    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """One request and its response, as a tool records them."""

    method: str
    url: str
    request: ExchangeMessage
    status: int = 0
    """Status code; 0 if there was no response."""
    response: ExchangeMessage = field(default_factory=ExchangeMessage)
    client: Peer = field(default_factory=lambda: Peer("", None))
    server_ip: str = ""
    server_port: int | None = None
    start: float = 0.0
    seconds: float = 0.0
    bytes_out: int | None = None
    """``None`` or negative if the source does not state it."""
    bytes_in: int | None = None
    app: FlowApp | None = None
    tls: FlowTls | None = None
    name_from: NameSource = NameSource.HTTP_HOST
    has_bodies: bool = True
    """False if the source never contains bodies, such as a log."""
    websocket: tuple[tuple[str, bytes], ...] = ()
    """Direction and data of WebSocket messages."""
    content: ContentState = ContentState.UNKNOWN
    """``REFUSED`` or ``NOT_SENT`` if no part of the request was sent to the server."""


def flow_of(path: str, exchange: HttpExchange) -> SampledFlow | None:
    """The exchange as a flow; ``None`` if its address is not a URL of a known scheme with a host."""
    parts = split_url(exchange.url)
    if parts is None or not parts.hostname or not is_network_scheme(parts.scheme):
        return None
    ip, name = _address_or_name(parts.hostname)
    if not ip and not name:
        return None
    scheme = parts.scheme.lower()
    out, back = _request(exchange, parts), _response(exchange)
    upgraded = bool(exchange.websocket) or scheme in {"ws", "wss"}
    said = [[part for way, part in exchange.websocket if way == direction] for direction in ("out", "in")]
    found = over_websocket(*said) if upgraded else recognise(ConnectionStart(out, back, exchange.server_port))
    encrypted = scheme in _ENCRYPTED
    sent = exchange.content.left_device
    over = "over WebSocket, " if upgraded and found else ""
    detail = f"{over}{exchange.method} {plain_path(exchange.url)} {exchange.status or 'no answer'}"
    flow = Flow(
        path=path,
        app=exchange.app,
        client=exchange.client,
        server=Server(
            ip=exchange.server_ip or ip,
            port=exchange.server_port or _port(parts),
            name=name,
            name_from=exchange.name_from if name else NameSource.NONE,
        ),
        transport="http",
        protocol=found.protocol if found else "websocket" if upgraded else "http",
        evidence=FlowEvidence.PAYLOAD,
        confidence=found.confidence if found else 0.99,
        encrypted=encrypted or (False if sent else None),
        tls=exchange.tls if encrypted else None,
        bytes_out=_stated(exchange.bytes_out) if sent else 0,
        bytes_in=_stated(exchange.bytes_in) if sent else 0,
        packets_out=None,
        packets_in=None,
        start=exchange.start,
        end=exchange.start + max(exchange.seconds, 0.0),
        detail=(f"{found.detail}, {detail}" if found and found.detail else detail)[:240],
        content=exchange.content,
    )
    samples = [CleartextSample("out", "http", out), CleartextSample("in", "http", back)]
    samples += found.samples if upgraded and found else sample_messages("websocket", *said)
    readable = tuple(sample for sample in samples if sample.data)
    whole = _is_whole(exchange, readable) if readable and exchange.has_bodies else None
    return SampledFlow(flow if whole is None else replace(flow, whole=whole), readable)


def _is_whole(exchange: HttpExchange, samples: Sequence[CleartextSample]) -> bool:
    """True if the samples have all of an exchange. A body that ends at the limit counts as cut."""
    heads = [sample.data.find(b"\r\n\r\n") for sample in samples if sample.kind == "http"]
    bodies = [len(body) for one in (exchange.request, exchange.response) for body in (one.body, decode_body(one))]
    said = [part for _, part in exchange.websocket if part]
    frames = [sample for sample in samples if sample.kind != "http"]
    if max(heads, default=0) >= HEAD_BYTES or len(frames) < len(said):
        return False
    return max(*bodies, sum(map(len, said))) <= BODY_BYTES - _BASE64


def is_network_scheme(scheme: str) -> bool:
    """True for the schemes of requests to a server: others are those of extensions, files and other content."""
    return scheme.lower() in _PORTS


def _stated(size: int | None) -> int | None:
    return None if size is None or size < 0 else size


def split_url(url: str) -> SplitResult | None:
    """Parts of a URL; ``None`` if the text is not a URL."""
    try:
        parts = urlsplit(url[: 1 << 16])
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme and parts.netloc else None


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme.lower())


def _address_or_name(host: str) -> tuple[str, str]:
    """The host as an IP address or as a name."""
    if ":" in host or host.replace(".", "").isdigit():
        return host, ""
    return "", hostname_of_url(host)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " for char in text)


def _lines(first: str, headers: Headers) -> bytes:
    kept = [f"{_printable(name)}: {_printable(value)}" for name, value in headers if name.lower() not in _DROPPED]
    return "\r\n".join([first, *kept]).encode("utf-8", "replace")[:HEAD_BYTES] + b"\r\n\r\n"


def _request(exchange: HttpExchange, parts: SplitResult) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = exchange.request.headers
    if not any(name.lower() == "host" for name, _ in headers):
        headers = (("Host", parts.netloc.rpartition("@")[2]), *headers)
    first = f"{_printable(exchange.method)} {_printable(target).replace(' ', '%20')} HTTP/1.1"
    return _lines(first, headers) + decode_body(exchange.request)


def _response(exchange: HttpExchange) -> bytes:
    if not exchange.status or not (exchange.response.headers or exchange.response.body):
        return b""  # a log has only the status, which contradicts nothing
    return _lines(f"HTTP/1.1 {exchange.status}", exchange.response.headers) + decode_body(exchange.response)


def decode_body(message: ExchangeMessage) -> bytes:
    """The body without its content encoding as far as it can be decoded, cut at ``BODY_BYTES``."""
    body = message.body
    encoding = next((value for name, value in message.headers if name.lower() == "content-encoding"), "")
    coding = encoding.strip().lower().encode("utf-8", "replace")
    if coding in CODINGS and body.startswith((b"\x1f\x8b", b"\x78")):
        return decode_content(body, coding, BODY_BYTES) or b""
    if coding in STREAMS:  # archives keep most bodies decoded
        return decode_content(body, coding, BODY_BYTES) or body[:BODY_BYTES]
    return body[:BODY_BYTES]
