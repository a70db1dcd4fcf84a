"""What the proxy's process is told, and what it tells: documents over two pipes, each bounded.

The settings go to the child's standard input as one JSON line; the end of that pipe ends the child. What it sees comes
back on its standard output: four bytes of length (big-endian), then one MessagePack document of ``Observed``.
"""

from enum import StrEnum

import msgspec

from tieback.model.flow import FlowTls, Peer

FIRST_BYTES = 16 * 1024
"""Kept of each direction of a stream; later bytes are only counted."""
BODY_BYTES = 4 * 1024
"""Kept of an HTTP body and of each direction of a WebSocket."""
HEADER_BYTES = 16 * 1024
MAX_HEADERS = 200
MAX_MESSAGES = 100
MAX_DOCUMENT = 1024 * 1024
"""Bytes of one document; a longer one ends the conversation, as only a broken child sends it."""
MAX_WAITING = 4096
"""Documents that wait for the parent; further ones are dropped and counted, so that the proxy never stands still."""


class ProxyMode(StrEnum):
    """How traffic gets to the proxy."""

    REGULAR = "regular"
    """An HTTP proxy setting."""
    SOCKS5 = "socks5"
    WIREGUARD = "wireguard"
    """A VPN profile on the device; brings all of its traffic."""
    TRANSPARENT = "transparent"
    """Packets that the kernel redirects here (Linux, SO_ORIGINAL_DST)."""

    @property
    def sees_streams(self) -> bool:
        """Whether what is not HTTP comes this way by itself."""
        return self is not ProxyMode.REGULAR


DEFAULT_PORTS = {
    ProxyMode.REGULAR: 8080,
    ProxyMode.SOCKS5: 1080,
    ProxyMode.WIREGUARD: 51820,
    ProxyMode.TRANSPARENT: 8080,
}


class Settings(msgspec.Struct, frozen=True):
    """How the child runs."""

    mode: ProxyMode
    host: str
    """Address to listen on."""
    port: int
    """0 for any free one."""
    directory: str
    """Holds the proxy's certificate authority and WireGuard keys; made if need be, for its owner alone."""
    save: str = ""
    """File for mitmproxy's own flows, bodies included."""
    upstream_ca: str = ""
    """PEM file of authorities that servers may be signed by, beside the usual ones."""
    destinations: tuple[str, ...] = ()
    """Networks that may be connected to; empty for any. With networks no name is asked of any name server."""
    names: tuple[tuple[str, str], ...] = ()
    """Names and the addresses that they stand for, before any name server is asked."""


class Ends(msgspec.Struct, frozen=True):
    """Who talked to whom."""

    client: Peer
    host: str
    """The server as the client named it: a name, or an address."""
    ip: str
    """The address that was connected to; empty where none was."""
    port: int | None


class Listening(msgspec.Struct, frozen=True, tag="listening"):
    """The proxy is ready."""

    host: str
    port: int
    certificate: str
    """The authority's certificate (PEM) that a device has to trust."""
    profile: str = ""
    """The WireGuard profile of the device."""


class HttpSeen(msgspec.Struct, frozen=True, tag="http"):
    """A request and its answer."""

    connection: str
    ends: Ends
    scheme: str
    host: str
    port: int
    method: str
    path: str
    request: tuple[tuple[str, str], ...]
    request_body: bytes
    status: int
    """0 where none came."""
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
    """Why it ended early."""


class StreamSeen(msgspec.Struct, frozen=True, tag="stream"):
    """A conversation that is not HTTP, over TCP or UDP."""

    connection: str
    ends: Ends
    transport: str
    out: bytes
    back: bytes
    """The first bytes of each direction; over UDP the first datagram."""
    bytes_out: int
    bytes_in: int
    packets_out: int
    packets_in: int
    start: float
    end: float
    tls: FlowTls | None = None
    trouble: str = ""


class TlsRefused(msgspec.Struct, frozen=True, tag="tls-refused"):
    """The client broke the handshake with the proxy off."""

    connection: str
    ends: Ends
    tls: FlowTls
    quic: bool
    reason: str
    start: float
    end: float


class Unreached(msgspec.Struct, frozen=True, tag="unreached"):
    """The proxy got no connection to the server, or none that it could trust, and nothing else tells of it."""

    connection: str
    ends: Ends
    transport: str
    reason: str
    forbidden: bool
    """Whether it did not try, because of ``Settings.destinations``."""
    start: float


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """A question to a name server, and the addresses it gave."""

    ends: Ends
    question: str
    addresses: tuple[str, ...]
    start: float
    end: float


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The last document of a run that ended in order."""

    dropped: int
    """Documents that found no place in the queue."""
    cut: int
    """Flows of which ``save`` holds the beginning only."""


class Broken(msgspec.Struct, frozen=True, tag="broken"):
    """The proxy could not start."""

    reason: str


type Observed = Listening | HttpSeen | StreamSeen | TlsRefused | Unreached | Answered | Ended | Broken
