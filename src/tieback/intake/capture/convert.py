"""Conversion of mitmproxy's connections and messages to our types, with all texts cut to a length."""

from ipaddress import ip_address

from mitmproxy import connection, http

from tieback.intake.capture.interface import BODY_BYTES, HEADER_BYTES, MAX_HEADERS, ConnectionEnds
from tieback.model.flow import FlowTls, Peer

_NAMES = 32
"""Number of names kept of a certificate."""


def connection_ends(client: connection.Client, server: connection.Server) -> ConnectionEnds:
    """Client and server of a connection."""
    host, port = server.address[:2] if server.address else ("", None)
    ip = server.peername[0] if server.peername else ""
    return ConnectionEnds(
        Peer(plain_address(client.peername[0]), client.peername[1]), plain_address(host[:300]), plain_address(ip), port
    )


def plain_address(host: str) -> str:
    """An address without its zone; IPv4-mapped addresses as IPv4."""
    return host.partition("%")[0].removeprefix("::ffff:")


def packed_address(data: bytes) -> str:
    """Four or sixteen bytes as an address."""
    return str(ip_address(data))


def read_headers(message: http.Message | None) -> tuple[tuple[str, str], ...]:
    """Header fields, in order, as long as they fit into ``HEADER_BYTES``."""
    if message is None:
        return ()
    kept: list[tuple[str, str]] = []
    size = 0
    for name, value in message.headers.fields:
        size += len(name) + len(value) + 4
        if size > HEADER_BYTES or len(kept) >= MAX_HEADERS:
            break
        kept.append((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")))
    return tuple(kept)


def header_size(headers: tuple[tuple[str, str], ...]) -> int:
    """Bytes of header fields on the wire, in HTTP/1 format."""
    return sum(len(name) + len(value) + 4 for name, value in headers)


def read_body(message: http.Message | None) -> bytes:
    """The first bytes of a body that mitmproxy kept, still in its content encoding."""
    return (message.raw_content or b"")[:BODY_BYTES] if message is not None else b""


def body_size(message: http.Message | None) -> int:
    """Bytes of a body: the kept length, or else the one in its header."""
    if message is None:
        return 0
    if message.raw_content is not None:
        return len(message.raw_content)
    stated = message.headers.get("content-length", "")
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 16 else 0


def read_tls(client: connection.Client, server: connection.Server) -> FlowTls | None:
    """TLS facts of both handshakes. Server values come from the real server, not from the proxy's own response."""
    if not (client.tls or server.tls):
        return None
    leaf = server.certificate_list[0] if server.certificate_list else None
    names = [str(name.value) for name in leaf.altnames][:_NAMES] if leaf is not None else []
    alpn = server.alpn or client.alpn
    version = server.tls_version or client.tls_version or ""
    return FlowTls(
        version={"TLSv1": "TLSv1.0", "QUICv1": "TLSv1.3"}.get(version, version),
        sni=(client.sni or server.sni or "")[:300],
        alpn=(
            (alpn.decode("ascii", "replace"),)
            if alpn
            else tuple(offer.decode("ascii", "replace")[:50] for offer in client.alpn_offers[:16])
        ),
        certificate_subject=", ".join(f"{key}={value}" for key, value in leaf.subject)[:300] if leaf else "",
        certificate_names=tuple(names),
    )
