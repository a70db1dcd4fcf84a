"""Messages between the parent and the proxy process: documents over two pipes, each bounded.

The child reads its settings from standard input as one JSON line; the end of that pipe ends the child. It writes its
observations to standard output: four bytes of length (big-endian), then one MessagePack document of ``Observation``.
"""

from enum import StrEnum

import msgspec

from tieback.model.flow import FlowTls, Peer
from tieback.scope.policy.exclude import SourcedRule

FIRST_BYTES = 16 * 1024
"""Bytes kept per direction of a stream; later bytes are only counted."""
BODY_BYTES = 4 * 1024
"""Bytes kept of an HTTP body, and per direction of a WebSocket."""
HEADER_BYTES = 16 * 1024
MAX_HEADERS = 200
MAX_MESSAGES = 100
MAX_DOCUMENT = 1024 * 1024
"""Bytes of one document; a longer one ends the run, because only a broken child sends it."""
MAX_WAITING = 4096
"""Documents queued for the parent; further ones are dropped and counted, so that the proxy never blocks."""


class ProxyMode(StrEnum):
    """How traffic reaches the proxy."""

    REGULAR = "regular"
    """An HTTP proxy setting."""
    SOCKS5 = "socks5"
    WIREGUARD = "wireguard"
    """A VPN profile on the device; routes all its traffic to the proxy."""
    TRANSPARENT = "transparent"
    """Packets that the kernel redirects to the proxy (Linux, SO_ORIGINAL_DST)."""

    @property
    def sees_streams(self) -> bool:
        """True if traffic other than HTTP also reaches the proxy."""
        return self is not ProxyMode.REGULAR


DEFAULT_PORTS = {
    ProxyMode.REGULAR: 8080,
    ProxyMode.SOCKS5: 1080,
    ProxyMode.WIREGUARD: 51820,
    ProxyMode.TRANSPARENT: 8080,
}


class ProxySettings(msgspec.Struct, frozen=True):
    """Configuration of the child."""

    mode: ProxyMode
    host: str
    """Address to listen on."""
    port: int
    """Port to listen on; 0 for any free port."""
    directory: str
    """Directory for the proxy's certificate authority and WireGuard keys; created if missing, readable only by its
    owner.
    """
    save: str = ""
    """File for mitmproxy's own flows, including bodies."""
    upstream_ca: str = ""
    """PEM file of authorities to accept for servers, in addition to the system's."""
    destinations: tuple[str, ...] = ()
    """Networks to permit; if set, no name server is queried. Empty: all but ``HOST_ONLY``; ``ANY``: everything."""
    names: tuple[tuple[str, str], ...] = ()
    """Names with fixed addresses, used before any name server is queried."""
    never: tuple[SourcedRule, ...] = ()
    """What site policies exclude; nothing permits it."""
    pass_through: bool = False
    """True if an app that rejected the proxy's certificate reaches that server afterwards, unread."""


class ConnectionEnds(msgspec.Struct, frozen=True):
    """Client and server of a connection."""

    client: Peer
    host: str
    """The server as named by the client: a host name or an address."""
    ip: str
    """The address of the connection; empty if there was no connection."""
    port: int | None


class ProxyListening(msgspec.Struct, frozen=True, tag="listening"):
    """The proxy is ready."""

    host: str
    port: int
    certificate: str
    """Certificate of the authority (PEM) that the device must trust."""
    profile: str = ""
    """WireGuard profile for the device."""
    page: int = 0
    """Port of the page with the certificate; 0 if it could not be served."""


class HttpObserved(msgspec.Struct, frozen=True, tag="http"):
    """An HTTP request and its response."""

    connection: str
    ends: ConnectionEnds
    scheme: str
    host: str
    port: int
    method: str
    path: str
    request: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int
    """Status code; 0 if there was no response."""
    response: tuple[tuple[str, str], ...]
    response_body: bytes
    bytes_out: int
    bytes_in: int
    start: float
    end: float
    tls: FlowTls | None = None
    version: str = ""
    websocket: tuple[tuple[str, bytes], ...] = ()
    trouble: str = ""
    """Reason for an early end."""


class StreamObserved(msgspec.Struct, frozen=True, tag="stream"):
    """A conversation other than HTTP, over TCP or UDP."""

    connection: str
    ends: ConnectionEnds
    transport: str
    out: bytes
    back: bytes
    """The first bytes from the server; over UDP, its first datagram."""
    bytes_out: int
    bytes_in: int
    packets_out: int
    packets_in: int
    start: float
    end: float
    tls: FlowTls | None = None
    trouble: str = ""


class TlsRefusal(msgspec.Struct, frozen=True, tag="tls-refused"):
    """The client aborted the TLS handshake with the proxy."""

    connection: str
    ends: ConnectionEnds
    tls: FlowTls
    quic: bool
    reason: str
    start: float
    end: float


class ConnectFailure(msgspec.Struct, frozen=True, tag="unreached"):
    """The proxy got no connection, or no trusted one, to the server, and no flow reports it."""

    connection: str
    ends: ConnectionEnds
    transport: str
    reason: str
    forbidden: bool
    """True if ``ProxySettings.destinations`` forbids the connection; it was not tried."""
    start: float


class DnsObserved(msgspec.Struct, frozen=True, tag="answered"):
    """A DNS query and the addresses in its response."""

    ends: ConnectionEnds
    question: str
    addresses: tuple[str, ...]
    start: float
    end: float


class ProxyEnd(msgspec.Struct, frozen=True, tag="ended"):
    """The last document of a run that ended normally."""

    dropped: int
    """Number of documents dropped because the queue was full."""
    cut: int
    """Number of flows of which ``save`` contains only the beginning."""


class ProxyFailure(msgspec.Struct, frozen=True, tag="broken"):
    """The proxy could not start."""

    reason: str


type Observation = (
    ProxyListening | HttpObserved | StreamObserved | TlsRefusal | ConnectFailure | DnsObserved | ProxyEnd | ProxyFailure
)
