"""HTTP/1: request and response lines, the host, proxies' CONNECT, upgrades.

Source: RFC 9112; CONNECT is RFC 9110, section 9.3.6; the WebSocket upgrade is RFC 6455.
"""

import re

import msgspec

MAX_HEAD = 16 * 1024

_METHODS = (
    b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ", b"TRACE ", b"PROPFIND ",
    b"PROPPATCH ", b"REPORT ", b"MKCOL ", b"COPY ", b"MOVE ", b"LOCK ", b"UNLOCK ", b"SUBSCRIBE ", b"NOTIFY ",
    b"SEARCH ", b"SOURCE ", b"M-SEARCH ", b"UNSUBSCRIBE ", b"PURGE ", b"MERGE ", b"BPROPFIND ",
    b"RPC_IN_DATA ", b"RPC_OUT_DATA ",
)  # fmt: skip
_REQUEST = re.compile(rb"([A-Z_-]{3,20}) ([^ \r\n]{1,8000}) HTTP/1\.[01]\r?\n")
_CUT_REQUEST = re.compile(rb"([A-Z_-]{3,20}) ((?:/|https?://)[^ \r\n]{0,16000})\Z")
_RESPONSE = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?\r?\n")
_HOST = re.compile(rb"\nhost:[ \t]*([^\r\n]{1,300})\r?(?=\n)", re.IGNORECASE)
_UPGRADE = re.compile(rb"\nupgrade:[ \t]*([^\r\n]{1,100})", re.IGNORECASE)
_SERVER = re.compile(rb"\nserver:[ \t]*([^\r\n]{1,100})", re.IGNORECASE)


class HttpSeen(msgspec.Struct, frozen=True, gc=False):
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


def see(client: bytes, server: bytes) -> HttpSeen | None:
    """What a connection's first bytes tell of HTTP/1; ``None`` where it is none."""
    request = _request(client)
    response = _RESPONSE.match(server)
    if request is None and response is None:
        if _request(server) is not None or _RESPONSE.match(client):
            turned = see(server, client)
            return None if turned is None else _swap(turned)
        return None
    if (request is None and client) or (response is None and server and not server.startswith(b"HTTP/1")):
        # One side speaks HTTP and the other does not: noise, or an exchange that began before the capture did.
        confidence = 0.5
    else:
        confidence = 0.99 if request and response else 0.9
    head = _head(client) if request else b""
    answer = _head(server) if response else b""
    status = int(response[1]) if response else 0
    method = request[1].decode() if request else ""
    target = request[2].decode("latin-1") if request else ""
    upgrade = _UPGRADE.search(answer) if status == 101 else None
    product = _SERVER.search(answer)
    return HttpSeen(
        method=method,
        target=target,
        host=_host(method, target, head),
        status=status,
        server=product[1].decode("latin-1").strip() if product else "",
        upgrade=upgrade[1].decode("latin-1").strip().lower() if upgrade else "",
        confidence=confidence,
        request_end=len(head),
        response_end=len(answer),
    )


def _request(data: bytes) -> re.Match[bytes] | None:
    if not data.startswith(_METHODS):
        return None
    return _REQUEST.match(data) or _CUT_REQUEST.match(data)


def _swap(seen: HttpSeen) -> HttpSeen:
    return msgspec.structs.replace(seen, swapped=not seen.swapped)


def _head(data: bytes) -> bytes:
    """Start line and headers with the blank line, or what there is of them."""
    end = data.find(b"\r\n\r\n", 0, MAX_HEAD)
    if end >= 0:
        return data[: end + 4]
    end = data.find(b"\n\n", 0, MAX_HEAD)
    return data[: end + 2] if end >= 0 else data[:MAX_HEAD]


def _host(method: str, target: str, head: bytes) -> str:
    """The authority without user and port: the absolute target's counts before the header (RFC 9112, section 3.2.2)."""
    if method == "CONNECT":
        return without_port(target)
    if "://" in target[:10]:
        return without_port(re.split(r"[/?#]", target.partition("://")[2], maxsplit=1)[0])
    match = _HOST.search(head)
    return without_port(match[1].decode("latin-1").strip()) if match else ""


def without_port(authority: str) -> str:
    """The host of an authority."""
    authority = authority.rpartition("@")[2]
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    host, colon, _ = authority.partition(":")
    return host if colon else authority


def plain_path(target: str) -> str:
    """A target's path without its query, bounded and printable."""
    if "://" in target[:10]:
        target = "/" + target.partition("://")[2].partition("/")[2]
    path = re.split(r"[?#;]", target, maxsplit=1)[0][:200]
    return path if path.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in path)
