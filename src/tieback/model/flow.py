"""Flows: one conversation between a client and a server, as a capture, a proxy or a log saw it."""

from enum import StrEnum

import msgspec


class Peer(msgspec.Struct, frozen=True, gc=False):
    """One end of a flow."""

    ip: str
    """Canonical address; empty where the source tells none."""
    port: int | None


class NameFrom(StrEnum):
    """What gave a server its name, the strongest first."""

    SNI = "sni"
    HTTP_HOST = "http_host"
    """``Host`` or ``:authority``."""
    DNS = "dns"
    """An answer to this client in the same capture."""
    LOG = "log"
    """The proxy, DNS or firewall log says so."""
    NONE = "none"


class Server(msgspec.Struct, frozen=True, gc=False):
    """The end that was contacted."""

    ip: str
    port: int | None
    name: str = ""
    """Lower-case ASCII name, or empty."""
    name_from: NameFrom = NameFrom.NONE


class FlowEvidence(StrEnum):
    """What the protocol was told from."""

    PAYLOAD = "payload"
    PORT = "port"
    """A guess by the port alone."""
    NONE = "none"


class FlowTls(msgspec.Struct, frozen=True, gc=False):
    """The TLS or QUIC handshake, as far as it is visible."""

    version: str = ""
    """Negotiated version, such as ``TLSv1.3``; the highest offered where the server's answer is missing."""
    sni: str = ""
    alpn: tuple[str, ...] = ()
    """Chosen one where the server tells it, else the offers."""
    ech: bool = False
    """Whether the client sent an Encrypted Client Hello; ``sni`` is then the outer name."""
    certificate_subject: str = ""
    certificate_names: tuple[str, ...] = ()
    """DNS names of the certificate, where it goes over the wire in clear (TLS 1.2 and older)."""
    starttls: bool = False
    """Whether TLS began inside another protocol."""
    refused_by_client: str = ""
    """Why the client broke the handshake off: it did not accept the proxy's certificate."""
    decrypted: bool = False
    """Whether the protocol was told from inside TLS, with secrets that came with the capture. Nobody on the way has
    those, so that the flow is encrypted all the same."""


class FlowApp(msgspec.Struct, frozen=True, gc=False):
    """Which app a flow belongs to, as the capture tells."""

    name: str
    """Process or app name."""
    bundle_id: str = ""
    uid: int | None = None
    source: str = ""
    """``pcapdroid-trailer``, ``pcapdroid-block``, ``pktap``, ``comment``, ``uid-map``, ``capture``."""


class Leak(msgspec.Struct, frozen=True, gc=False):
    """Personal data or a credential that went in the clear. The value is never kept."""

    pii_class: str = msgspec.field(name="class")
    where: str
    """``query:email``, ``header:authorization``, ``json:$.user.phone``, ``column:pin``, ..."""
    direction: str
    """``out`` from the app, ``in`` to it."""
    masked: str
    confidence: float


class Sample(msgspec.Struct, frozen=True, gc=False):
    """Bounded cleartext of a flow, handed up to be classified and then dropped; never stored or printed."""

    direction: str
    """``out`` or ``in``."""
    kind: str
    """``http``, ``websocket``, ``mqtt``, ``redis``, ``mongodb``, ``sql``, ``other``."""
    data: bytes


class Hint(msgspec.Struct, frozen=True, gc=False):
    """A host that a server's answer names: what may stand behind it. Credentials and paths are never part of it."""

    host: str
    """Lower-case ASCII name or canonical address."""
    port: int | None
    service: str
    """Store that the text implies by its scheme, such as ``mongodb``; empty where it implies none."""
    where: str
    """``header:x-backend``, ``header:content-security-policy``, ``body``, ``certificate``."""


class Flow(msgspec.Struct, frozen=True, gc=False):
    """One conversation. The line of ``tieback traffic --format json``, without ``samples``."""

    path: str
    """The capture or log."""
    app: FlowApp | None
    client: Peer
    server: Server
    transport: str
    """``tcp``, ``udp``, or ``http`` where the source knows requests only."""
    protocol: str
    """``tls``, ``quic``, ``http``, ``dns``, ``mysql``, ``mongodb``, ...; empty where unknown."""
    evidence: FlowEvidence
    confidence: float
    """0 to 1; both directions seen and checked give more than one."""
    encrypted: bool | None
    """``None`` where nothing tells."""
    tls: FlowTls | None
    bytes_out: int
    """Payload bytes from client to server."""
    bytes_in: int
    packets_out: int
    packets_in: int
    start: float
    """Seconds since 1970, UTC."""
    end: float
    leaks: tuple[Leak, ...] = ()
    detail: str = ""
    """What else the payload tells: product and version of a greeting, HTTP method and path without its query."""
    hints: tuple[Hint, ...] = ()
    """Other hosts that the server's answer names, in a header, its body or its certificate."""
