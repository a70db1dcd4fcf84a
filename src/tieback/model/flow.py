"""Flows: one conversation between a client and a server, seen in a capture, by a proxy or in a log."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

NOT_KNOWN = "not known"
"""Words for bytes of traffic that its source does not state, or not for each host: they are not zero."""
PARTLY_SEARCHED = "above the limits, or packets are missing"
"""Why only a part of the content of a flow was read."""
_PACKAGES = 8
"""Packages with one user ID that the name of an app lists."""


class Peer(msgspec.Struct, frozen=True, gc=False):
    """One end of a flow."""

    ip: str
    """Canonical address; empty if the source does not contain it."""
    port: int | None
    """Port; ``None`` if unknown."""


class NameSource(StrEnum):
    """Source of a server's name, the strongest first."""

    SNI = "sni"
    HTTP_HOST = "http_host"
    """``Host`` or ``:authority``."""
    DNS = "dns"
    """A DNS answer to this client in the same capture."""
    LOG = "log"
    """The proxy, DNS or firewall log."""
    NONE = "none"


class Server(msgspec.Struct, frozen=True, gc=False):
    """The end that was contacted."""

    ip: str
    """Address of the server; empty if the source has only a name."""
    port: int | None
    """Port; ``None`` if unknown."""
    name: str = ""
    """Lower-case ASCII name, or empty."""
    name_from: NameSource = NameSource.NONE
    """Where the name was found."""


class FlowEvidence(StrEnum):
    """How the protocol was detected."""

    PAYLOAD = "payload"
    PORT = "port"
    """Guessed only from the port."""
    NONE = "none"


class FlowTls(msgspec.Struct, frozen=True, gc=False):
    """The TLS or QUIC handshake, as far as it is visible."""

    version: str = ""
    """Negotiated version, such as ``TLSv1.3``; the highest offered version if the server's response is missing."""
    sni: str = ""
    """Server name that the client sent; empty if it sent none."""
    alpn: tuple[str, ...] = ()
    """The selected protocol if the server's response is visible, else the offered ones."""
    ech: bool = False
    """True if the client sent an Encrypted Client Hello; ``sni`` is then the outer name."""
    certificate_subject: str = ""
    """Subject of the certificate, if it was sent in cleartext."""
    certificate_names: tuple[str, ...] = ()
    """DNS names of the certificate, if it was sent in cleartext (TLS 1.2 and older)."""
    starttls: bool = False
    """True if TLS started inside another protocol."""
    refused_by_client: str = ""
    """Why the client aborted the handshake: it rejected the proxy's certificate."""
    decrypted: bool = False
    """True if the protocol was detected inside TLS, with secrets from the capture. Others on the path do not have these
    secrets, so the flow still counts as encrypted."""


class FlowApp(msgspec.Struct, frozen=True, gc=False):
    """The app of a flow, as the capture shows it."""

    name: str
    """Process or app name."""
    bundle_id: str = ""
    """Identifier of the app; empty if the source has only a name."""
    uid: int | None = None
    """User ID of the process on Android; ``None`` if the source has none."""
    source: str = ""
    """``pcapdroid-trailer``, ``pcapdroid-block``, ``pktap``, ``comment``, ``uid-map``, ``capture``, ``told``;
    ``tweasel``: stated by the archive for all of its entries, and not seen per connection."""
    version: str = ""
    """Version of the app, if the source states it."""
    platform: str = ""
    """``android`` or ``ios``, if the source states it."""


def app_of_packages(packages: Sequence[str], uid: int, source: str, name: str = "") -> FlowApp:
    """The app of an Android user ID. If several packages share the ID, which one it is is unknown: ``name`` lists them.

    Args:
        packages: of the user ID, in any order.
        uid: the user ID.
        source: as in ``FlowApp``.
        name: name of the app, if the source states it.
    """
    names = sorted(set(packages))
    bundle_id = names[0] if len(names) == 1 else ""
    more = f" and {len(names) - _PACKAGES:,} more" if len(names) > _PACKAGES else ""
    return FlowApp(name or ", ".join(names[:_PACKAGES]) + more or f"uid {uid}", bundle_id, uid, source)


class Leak(msgspec.Struct, frozen=True, gc=False):
    """Personal data or a credential that crossed the network in cleartext. The value is never stored."""

    pii_class: str = msgspec.field(name="class")
    """Class of personal data, or the kind of credential."""
    where: str
    """``query:email``, ``header:authorization``, ``json:$.user.phone``, ``column:pin``, ..."""
    direction: str
    """``out`` from the app, ``in`` to the app."""
    masked: str
    """First and last characters of the value; nothing usable."""
    confidence: float
    """Confidence of the class, 0 to 1."""


class ContentState(StrEnum):
    """Whether the content that the app sent in a flow was read."""

    READ = "read"
    """At least one message of the app was read, in the clear or with keys. If ``sent`` is empty, nothing was found."""
    ENCRYPTED = "encrypted"
    """Nothing is readable: it is encrypted, and there are no keys."""
    NOT_READ = "not_read"
    """Not encrypted, but not read: the content is missing, or its protocol is one that is not read."""
    UNKNOWN = "unknown"
    """The flow was not examined for personal data, or an earlier release wrote it."""
    REFUSED = "refused"
    """Nothing was sent to the server: the proxy of the capture refused the connection, by its destinations."""
    NOT_SENT = "not_sent"
    """Nothing was sent to the server: there was no connection, or no trusted one, or the answer came from a cache."""

    @property
    def left_device(self) -> bool:
        """False if nothing was sent to the server: then it is not a recipient, and nothing leaked."""
        return self not in {ContentState.REFUSED, ContentState.NOT_SENT}


class SentData(msgspec.Struct, frozen=True, gc=False):
    """Personal data or a credential that the app sent in a flow. Contains no value, not even a masked one."""

    pii_class: str = msgspec.field(name="class")
    """A class of the taxonomy, ``contact_list`` or ``app_list``."""
    kind: str
    """More specific than the class, such as ``advertising identifier``; empty if unknown."""
    where: str
    """As ``Leak.where``."""
    channel: str
    """``http``, ``websocket``, ``mqtt``, ...: as ``CleartextSample.kind``."""
    confidence: float
    """Confidence of the class, 0 to 1."""
    count: int
    """Values in the messages of this flow that were read: a lower bound."""
    tracker: str = ""
    """The tracking service whose documented field this is; empty if the value and its name decide."""
    mark: str = ""
    """For credentials: equal marks in one capture are equal values. Its key is discarded, so it leads to no value."""


class CleartextSample(msgspec.Struct, frozen=True, gc=False):
    """Bounded cleartext of a flow, passed on for classification and then discarded; never stored or printed."""

    direction: str
    """``out`` or ``in``."""
    kind: str
    """``http``, ``websocket``, ``mqtt``, ``redis``, ``mongodb``, ``sql``, ``other``."""
    data: bytes


class HostHint(msgspec.Struct, frozen=True, gc=False):
    """A host name in a server response, possibly of a system behind it. Never contains credentials or paths."""

    host: str
    """Lower-case ASCII name or canonical address."""
    port: int | None
    """Port; ``None`` if the hint has none."""
    service: str
    """Store implied by the scheme, such as ``mongodb``; empty if none."""
    where: str
    """``header:x-backend``, ``header:content-security-policy``, ``body``, ``certificate``."""


class Flow(msgspec.Struct, frozen=True, gc=False):
    """One conversation with one server: a connection with requests for several hosts is a flow for each of them. One
    line of ``tieback traffic --format json``, without ``samples``.
    """

    path: str
    """The capture or log."""
    app: FlowApp | None
    """The app; ``None`` if the source does not show it."""
    client: Peer
    """The end that opened the conversation."""
    server: Server
    """The end that was contacted."""
    transport: str
    """``tcp``, ``udp``, or ``http`` if the source contains only requests."""
    protocol: str
    """``tls``, ``quic``, ``http``, ``dns``, ``mysql``, ``mongodb``, ...; empty if unknown."""
    evidence: FlowEvidence
    """What the protocol was recognised by."""
    confidence: float
    """0 to 1; higher if both directions were seen and checked."""
    encrypted: bool | None
    """``None`` if unknown."""
    tls: FlowTls | None
    """The handshake; ``None`` without TLS or QUIC."""
    bytes_out: int | None
    """Payload bytes from client to server; ``None`` here and below if the source does not state it, such as a log.
    Also ``None`` if it is stated only for a connection with requests for several hosts."""
    bytes_in: int | None
    """Payload bytes from server to client."""
    packets_out: int | None
    """Packets or messages from client to server."""
    packets_in: int | None
    """Packets or messages from server to client."""
    start: float
    """Seconds since 1970, UTC."""
    end: float
    """Seconds since 1970, UTC."""
    leaks: tuple[Leak, ...] = ()
    """Personal data and credentials in cleartext, with ``--leaks``."""
    detail: str = ""
    """Other facts from the payload: product and version of a greeting, HTTP method and path without query."""
    hints: tuple[HostHint, ...] = ()
    """Other hosts named in the server's response: in a header, the body or the certificate."""
    paths: tuple[str, ...] = ()
    """Distinct paths of HTTP requests, without queries and without what may be secret; at most 8."""
    content: ContentState = ContentState.UNKNOWN
    """Whether the content of the flow could be read."""
    sent: tuple[SentData, ...] = ()
    """What the app sent, encrypted on the wire or not; empty also if ``content`` is not ``read``."""
    whole: bool | None = None
    """True if all content that is readable was searched for personal data; false if only a part was, because it is
    above the limits or packets are missing. ``None`` if nothing is readable, or an earlier release wrote the flow."""


def add_stated(total: int | None, more: int | None) -> int | None:
    """The sum of two numbers of bytes or packets, of those that are stated; ``None`` if neither is."""
    return total if more is None else more if total is None else total + more
