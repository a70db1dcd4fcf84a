"""What a probe reports about one service."""

from enum import StrEnum

import msgspec

from tieback.model.figure import Figure
from tieback.model.pii import SampledRecords


class Outcome(StrEnum):
    """How a conversation ended. A closed list."""

    OK = "ok"
    """The service spoke the protocol; the access state says the rest."""
    REFUSED = "refused"
    """The host refused the connection, or closed it before a byte came."""
    TIMEOUT = "timeout"
    """No answer inside the deadline."""
    TLS_ERROR = "tls_error"
    """The TLS handshake failed."""
    PROTOCOL_MISMATCH = "protocol_mismatch"
    """Something else answers there."""
    HOSTILE = "hostile"
    """The answer broke a bound or a rule that honest servers keep."""
    OUT_OF_SCOPE = "out_of_scope"
    """The grant does not cover this address, port or moment; nothing was sent."""
    BUDGET_SPENT = "budget_spent"
    """Bytes, frames, connections or the stop file ended it."""
    ERROR = "error"
    """An unexpected failure on our side."""
    NOT_RECORDED = "not_recorded"
    """A replay asked for something that its transcript does not hold."""


class Access(StrEnum):
    """Access without an account. A closed list; ``unknown`` is never safe, and ``open_empty`` is never open."""

    OPEN = "open"
    """Containers with records answer a stranger; two independent proofs."""
    OPEN_EMPTY = "open_empty"
    """A stranger gets in and there is nothing but system data."""
    SCHEMA_ONLY = "schema_only"
    """Names answer, records do not."""
    PARTIAL = "partial"
    """Some containers answer, others ask who we are; or one proof only."""
    ANY_USER = "any_user"
    """Any user is let in without a password: a made-up one, or (trust of PostgreSQL) whoever names one that exists."""
    AUTH_REQUIRED = "auth_required"
    """The service asks who we are."""
    LOCKED = "locked"
    """The service is there and refuses everyone (protected mode, blocked cluster, disabled project)."""
    FIREWALLED = "firewalled"
    """The service turns this client's address away."""
    NOT_FOUND = "not_found"
    """The host is there, the resource is not."""
    UNKNOWN = "unknown"
    """Not enough evidence either way."""

    @property
    def exposed(self) -> bool:
        """Whether records answer a stranger."""
        return self in (Access.OPEN, Access.ANY_USER, Access.PARTIAL)


class Field(msgspec.Struct, frozen=True):
    """A column, mapping property or document key; never a value."""

    name: str
    """Dotted path for nested fields."""
    type: str = ""
    """The store's own type name."""


class Container(msgspec.Struct, frozen=True):
    """A database, index, table, collection or key space."""

    path: tuple[str, ...]
    """From the outermost name inwards, such as ``("hr", "employees")``."""
    kind: str
    """``database``, ``index``, ``collection``, ``table``, ``keyspace``."""
    system: bool = False
    """Part of the product itself; left out of every total."""
    records: Figure | None = None
    bytes: Figure | None = None
    fields: tuple[Field, ...] = ()
    created: str = ""
    """ISO 8601 date and time where the store tells."""
    sampled: SampledRecords | None = None
    """What a few of its records are, where the grant's depth is ``sample`` and they were read."""
    uid: str = ""
    """An identifier that the store made up for it and that no other store has, such as a UUID; empty where none."""

    @property
    def name(self) -> str:
        """The path joined by dots."""
        return ".".join(self.path)


class Proof(msgspec.Struct, frozen=True):
    """One answer that supports the access state."""

    asked: str
    """The declared send that it answers."""
    answer: str
    """What of the answer proves it, at most 200 characters, no values of records."""
    supports: Access


class Identity(msgspec.Struct, frozen=True):
    """Identifier that is the same at every address of a store."""

    key: str
    """Such as ``elasticsearch:cluster_uuid:...``; equal keys are one store."""
    kind: str
    """``vendor_id`` for an identifier of the product's own, ``fingerprint`` for a digest of product, names and counts,
    ``address`` where only host and port are known."""


class TlsInfo(msgspec.Struct, frozen=True):
    """The TLS session, if there was one."""

    version: str
    verified: bool
    """Whether the certificate chains to a trusted root and names the host."""
    problem: str = ""
    """Why it does not, in OpenSSL's words."""
    certificate_sha256: str = ""
    subject: str = ""
    names: tuple[str, ...] = ()


class RansomVerdict(StrEnum):
    """Certainty of the signs of ransom or wiping."""

    NONE = "none"
    UNLIKELY = "unlikely"
    """A name from the list on a container that holds real data."""
    SUSPECT = "suspect"
    """Name only."""
    LIKELY = "likely"
    """Name and the shape of a note."""
    CONFIRMED = "confirmed"
    """The note itself was read, where the grant allows it."""
    WIPED = "wiped"
    """A wiper's mark, without a note."""


class Ransom(msgspec.Struct, frozen=True):
    """Signs of ransom or wiping."""

    verdict: RansomVerdict = RansomVerdict.NONE
    reasons: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    """Salted digests of the wallet, amount and contact of a note that was read, such as ``wallet:0f3a…``."""


class ProbeReport(msgspec.Struct, frozen=True):
    """The answer of one probe about one target."""

    target: str
    """``host:port`` as asked for; IPv6 in brackets."""
    outcome: Outcome
    access: Access = Access.UNKNOWN
    proofs: tuple[Proof, ...] = ()
    product: str = ""
    """Such as ``elasticsearch``, ``opensearch``, ``mongodb``, ``mariadb``, ``valkey``."""
    version: str = ""
    tls: TlsInfo | None = None
    identity: Identity | None = None
    containers: tuple[Container, ...] = ()
    ransom: Ransom = Ransom()
    bytes_sent: int = 0
    bytes_read: int = 0
    seconds: float = 0.0
    address: str = ""
    """The address that was connected to."""
    probe: str = ""
    """Which probe spoke."""
    account: str = ""
    """The passwordless account that let us in, where the grant named one."""
    cleartext: bool = False
    """Whether the service speaks to us without TLS."""
    problems: tuple[str, ...] = ()
    """What could not be asked or read, one clause each."""
    traits: tuple[tuple[str, str], ...] = ()
    """What the server says of itself beside its version, such as ``build_hash``: tells honeypots from stores."""
    people: int = 0
    """Distinct people in the records that were read at depth ``sample``, at least, over all containers."""
    replayed: str = ""
    """The day on which it was asked, where this is a replay of a transcript."""
