"""Rows of a report about captures: servers, and recipients of personal data."""

from datetime import datetime
from enum import StrEnum

import msgspec

from tieback.model.declaration import Declared
from tieback.model.endpoint import Party
from tieback.model.sighting import Problem, UnreadCode, UnreadKind, remarks


class Encryption(StrEnum):
    """Encryption of the traffic with a server: that of its weakest flow. The values are in this order."""

    CLEARTEXT = "cleartext"
    WEAK_TLS = "weak_tls"
    """TLS 1.1 or older (RFC 8996), or SSL."""
    UNKNOWN = "unknown"
    ENCRYPTED = "encrypted"


class ContactedServer(msgspec.Struct, frozen=True):
    """A server in a capture, and the traffic of one app with it."""

    capture: str
    """Path of the capture."""
    app_sha256: str
    """Key of the app: the content hash of a scanned app, or a digest if the app was not scanned or is unknown."""
    app: str
    """Name of the app as the capture shows it; empty if unknown."""
    bundle_id: str
    host: str
    """Name, or the address if there is no name."""
    port: int | None
    addresses: tuple[str, ...]
    """Addresses of the connections, at most 16."""
    protocols: tuple[str, ...]
    """Such as ``http`` and ``tls``, sorted; empty if unknown."""
    encryption: Encryption
    tls: tuple[str, ...]
    """Versions of TLS, such as ``TLSv1.2``, sorted."""
    flows: int
    bytes_out: int | None
    """Payload bytes to the server, over the flows that state them; ``None`` if none does, as in many logs."""
    bytes_in: int | None
    """Payload bytes from the server, as ``bytes_out``."""
    leaks: tuple[str, ...]
    """Classes of personal data and credentials that crossed the network in cleartext, sorted."""
    read: int = 0
    """Flows in which content of the app was read, in the clear or with keys."""
    unreadable: int = 0
    """Flows that are encrypted without keys: what the app sent in them is unknown, not nothing."""
    received: tuple[str, ...] = ()
    """Those of ``leaks`` that the app received, sorted; a class may be sent as well."""
    not_sent: int = 0
    """Flows of which nothing was sent to the server: refused, without a connection, or answered from a cache."""
    refused: int = 0
    """Those of ``not_sent`` that the proxy of the capture refused, because its destinations do not permit them."""

    @property
    def was_reached(self) -> bool:
        """False if nothing was sent in any flow."""
        return self.not_sent < self.flows


class AppMatch(StrEnum):
    """On what the app of captured traffic rests."""

    IDENTIFIER = "identifier"
    """The capture names the package or the bundle identifier."""
    PROCESS_NAME = "process_name"
    """The capture names a process, and exactly one iOS app of the run has a main program of this name."""
    SEVERAL_APPS = "several_apps"
    """Several iOS apps of the run have a main program with the name of the process, so the app is unknown."""
    COMMON_NAME = "common_name"
    """The name of the process is that of every app of a framework, such as ``Runner``, so the app is unknown."""
    UNKNOWN = "unknown"
    """The capture shows no identifier, and no process of an app of the run."""


class Recipient(msgspec.Struct, frozen=True):
    """One class of personal data or credentials that an app sent to one host. Contains no value."""

    capture: str
    """Path of the capture."""
    app_sha256: str
    """As in ``ContactedServer``."""
    app: str
    bundle_id: str
    host: str
    """Name, or the address if there is no name."""
    party: Party
    """Owner of the host, relative to the maker of the app."""
    owner: str
    """Name of the SDK, platform or maker, or the registrable domain of the host."""
    sdk: str
    """The library or service whose host it is; empty if unknown."""
    provider: str
    """Its hosting provider; empty if unknown."""
    country: str
    """ISO 3166 code by the imported address data; empty without such data."""
    pii_class: str = msgspec.field(name="class")
    """A class of the taxonomy, ``contact_list`` or ``app_list``."""
    kind: str
    """More specific than the class, such as ``advertising identifier`` or ``precise``; empty if unknown."""
    where: tuple[str, ...]
    """Places in the messages, such as ``json:$.device.ifa``; at most 8."""
    channels: tuple[str, ...]
    """``http``, ``websocket``, ``mqtt``, ..., sorted."""
    confidence: float
    """Of the best evidence, 0 to 1."""
    count: int
    """Values in the messages that were read: a lower bound."""
    flows: int
    in_clear: int
    """How many of these flows were not encrypted."""
    first: float
    """As ``first_at``, in seconds since 1970."""
    last: float
    """As ``last_at``, in seconds since 1970."""
    tracker: str = ""
    """The tracking service whose documents name this field; empty if names and values decided."""
    declared: Declared = Declared.UNKNOWN
    """Whether the app declares this class of data to its store or in its package."""
    declared_by: tuple[str, ...] = ()
    """``app``, parts of the app such as ``Analytics.framework``, ``Play Data Safety``; sorted."""
    tracking_domain_of: tuple[str, ...] = ()
    """Parts that declare the host as a tracking domain, as in ``declared_by``."""
    tracking_denied: bool = False
    """True for a tracking domain though manifests set ``NSPrivacyTracking`` to false, and none to true."""
    app_match: AppMatch = AppMatch.UNKNOWN
    """How the app of this row is known."""
    encryption_stated: bool = False
    """True if a flow was in the clear though the Data Safety form of the app states encryption in transit."""
    first_at: datetime | None = None
    """Start of the first such flow, in UTC; ``None`` if the capture has no times."""
    last_at: datetime | None = None
    """Start of the last such flow, as ``first_at``."""


class CaptureSummary(msgspec.Struct, frozen=True):
    """A capture that was read, also one without flows."""

    path: str
    """Path of the file; logs that were read as one are the path of the first, a comma, and the names of the others."""
    sha256: str
    """SHA-256 of the file; of logs that were read as one: of their SHA-256 values in this order, in hexadecimal, one
    after the other."""
    flows: int
    servers: int
    """Distinct servers by app, as in ``servers`` of the report."""
    others: int
    """Flows of name resolution, discovery and time, and flows to groups: their servers are not listed."""
    apps: tuple[str, ...]
    """Apps that the capture shows, sorted."""
    problems: tuple[Problem, ...] = ()
    """What could not be read in it."""
    read: int = 0
    """Flows with ``servers`` in which content of the app was read."""
    with_data: int = 0
    """Those of them in which the app sent personal data or credentials."""
    longer: int = 0
    """Those of ``read`` of which only a part was searched, because they are above the limits or packets are missing."""
    unreadable: int = 0
    """Flows that are encrypted without keys."""
    not_examined: int = 0
    """Flows that were not examined for personal data: an earlier release read them."""
    not_sent: int = 0
    """Flows of which nothing was sent to the server, as in ``ContactedServer``."""
    quic: int = 0
    """Those of ``unreadable`` that are QUIC, which is not decrypted, with or without keys."""
    received: tuple[str, ...] = ()
    """Classes of personal data and credentials that apps received in cleartext, sorted."""
    unread: tuple[UnreadCode, ...] = ()
    """Parts of the capture that were not read; it is then only partly read."""

    @property
    def damaged(self) -> bool:
        """True if it is cut off or damaged."""
        return any(one.kind is UnreadKind.DAMAGED for one in self.unread)

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """The problems that are not in ``unread``."""
        return remarks(self.problems, self.unread)
