"""HTTP/1: request and response lines, the host, proxies' CONNECT, upgrades.

Lines and heads are parsed by ``protocols.http1``; this module decides what they say about a connection. It looks up
three header fields, because every connection of a capture passes here.

Source: RFC 9112; CONNECT is RFC 9110, section 9.3.6; the WebSocket upgrade is RFC 6455.
"""

import re

import msgspec

from tieback.model.redaction import redact_path
from tieback.protocols.http1 import MAX_HEAD, RequestLine, field_value, head_end, request_line, status_line

_MAX_HOST = 300
_MAX_TOKEN = 100
"""Characters of the upgrade and of the server's product."""
METHODS = (
    b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE ", b"PROPFIND ",
    b"PROPPATCH ", b"REPORT ", b"MKCOL ", b"COPY ", b"MOVE ", b"LOCK ", b"UNLOCK ", b"SUBSCRIBE ", b"NOTIFY ",
    b"SEARCH ", b"SOURCE ", b"M-SEARCH ", b"UNSUBSCRIBE ", b"PURGE ", b"MERGE ", b"BPROPFIND ",
    b"RPC_IN_DATA ", b"RPC_OUT_DATA ",
)  # fmt: skip
"""Beginnings of requests."""


class HttpSummary(msgspec.Struct, frozen=True, gc=False):
    """The first exchange of a connection."""

    method: str = ""
    target: str = ""
    """As sent, with its query."""
    host: str = ""
    """``Host``, or the authority of an absolute target."""
    status: int = 0
    server: str = ""
    """The product that the server names."""
    upgrade: str = ""
    """What both sides agreed to change to, in lower case."""
    confidence: float = 0.0
    swapped: bool = False
    request_end: int = 0
    """Bytes of the request's head, its blank line included."""
    response_end: int = 0


def recognise_http(client: bytes, server: bytes) -> HttpSummary | None:
    """What a connection's first bytes tell of HTTP/1; ``None`` where it is none."""
    request = read_request(client)
    response = status_line(server)
    if request is None and response is None:
        if read_request(server) is not None or status_line(client):
            turned = recognise_http(server, client)
            return None if turned is None else _swap(turned)
        return None
    if (request is None and client) or (response is None and server and not server.startswith(b"HTTP/1")):
        # One side speaks HTTP and the other does not: noise, or an exchange that began before the capture did.
        confidence = 0.5
    else:
        confidence = 0.99 if request and response else 0.9
    head = _head(client) if request else b""
    answer = _head(server) if response else b""
    status = response.status if response else 0
    method, target = (request.method, request.target) if request else ("", "")
    return HttpSummary(
        method=method,
        target=target,
        host=request_host(method, target, head),
        status=status,
        server=_token(answer, b"server"),
        upgrade=_token(answer, b"upgrade").lower() if status == 101 else "",
        confidence=confidence,
        request_end=len(head),
        response_end=len(answer),
    )


def is_whole_request(client: bytes) -> bool:
    """True if the bytes begin with a request whose head is complete and names its host: no other protocol does."""
    head = _head(client) if head_end(client) >= 0 and read_request(client) is not None else b""
    return bool(field_value(head, b"host"))


def is_answer(server: bytes) -> bool:
    """True if the bytes begin with a status line."""
    return status_line(server) is not None


def read_request(data: bytes) -> RequestLine | None:
    """The request line at the start of ``data``, also if it is cut; ``None`` if there is none with a known method."""
    return request_line(data, cut=True) if data.startswith(METHODS) else None


def _swap(seen: HttpSummary) -> HttpSummary:
    return msgspec.structs.replace(seen, swapped=not seen.swapped)


def _head(data: bytes) -> bytes:
    """Start line and headers with the blank line, or what there is of them."""
    end = head_end(data)
    return data[: MAX_HEAD if end < 0 else end]


def _token(head: bytes, name: bytes) -> str:
    return field_value(head, name)[:_MAX_TOKEN].decode("latin-1").strip()


def request_host(method: str, target: str, head: bytes) -> str:
    """The host of a request without its port: that of a whole URL counts before the field (RFC 9112, section 3.2.2)."""
    if method == "CONNECT":
        return without_port(target)
    if "://" in target[:10]:
        return without_port(re.split(r"[/?#]", target.partition("://")[2], maxsplit=1)[0])
    host = field_value(head, b"host")
    return without_port(host.decode("latin-1")) if len(host) <= _MAX_HOST else ""


def without_port(authority: str) -> str:
    """The host of an authority."""
    authority = authority.rpartition("@")[2]
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    host, colon, _ = authority.partition(":")
    return host if colon else authority


def plain_path(target: str) -> str:
    """A target's path without its query and without what may be secret, bounded and printable."""
    if "://" in target[:10]:
        target = "/" + target.partition("://")[2].partition("/")[2]
    path = redact_path(re.split(r"[?#;]", target, maxsplit=1)[0][:2000])[:200]
    return path if path.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in path)
