"""The report of a probe about one service."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from tieback.model.figure import Figure
from tieback.model.pii import OwnPeople, SampledRecords


class Outcome(StrEnum):
    """How a conversation ended. A closed list."""

    OK = "ok"
    """The service uses the expected protocol; the access state has the details."""
    REFUSED = "refused"
    """The host refused the connection, or closed it before sending a byte."""
    TIMEOUT = "timeout"
    """No response before the deadline."""
    TLS_ERROR = "tls_error"
    """The TLS handshake failed."""
    PROTOCOL_MISMATCH = "protocol_mismatch"
    """Another protocol responds."""
    HOSTILE = "hostile"
    """The response violated a limit or protocol rule."""
    OUT_OF_SCOPE = "out_of_scope"
    """The grant does not cover this address, port or time, or the name has no address; nothing was sent."""
    BUDGET_SPENT = "budget_spent"
    """The limit of bytes, frames or connections, or the stop file, ended it."""
    ERROR = "error"
    """An unexpected failure on our side."""
    NOT_RECORDED = "not_recorded"
    """A replay requested data that its transcript does not contain."""


class TargetVerdict(StrEnum):
    """What a conversation decides about its target. A closed list, the same for the command line, reports and pages."""

    ANSWERED = "answered"
    """A service answered; the access state has the details."""
    CLOSED = "closed"
    """The port refused the connection."""
    UNRECOGNISED = "unrecognised"
    """Something answered each protocol that it may speak, in time, and it is no known store."""
    NOT_PROBED = "not_probed"
    """Outside the grant: nothing was sent."""
    NONE = "none"
    """Not decided: no answer in time to one of the protocols, no end, not each protocol was tried, or an error."""


class Access(StrEnum):
    """Access without an account. A closed list; ``unknown`` is never safe, and ``open_empty`` is never open."""

    OPEN = "open"
    """Content is readable without authentication, or anybody can use the server (``Ability``); two independent proofs.
    """
    OPEN_EMPTY = "open_empty"
    """Unauthenticated access works, but there is only system data."""
    SCHEMA_ONLY = "schema_only"
    """Access works, but shows no record: only names are readable, or the server shows this client only a part of its
    content, and that part is empty."""
    PARTIAL = "partial"
    """Some containers are readable, others require authentication; or there is only one proof."""
    ANY_USER = "any_user"
    """Any user name works without a password: a non-existent one, or (trust of PostgreSQL) any existing one."""
    AUTH_REQUIRED = "auth_required"
    """The service requires authentication."""
    LOCKED = "locked"
    """The service exists but refuses everyone (protected mode, blocked cluster, disabled project)."""
    FIREWALLED = "firewalled"
    """The service rejects this client's address."""
    NOT_FOUND = "not_found"
    """The host exists, the resource does not."""
    UNKNOWN = "unknown"
    """Not enough evidence for either."""

    @property
    def exposed(self) -> bool:
        """True if records are readable without authentication."""
        return self in (Access.OPEN, Access.ANY_USER, Access.PARTIAL)

    @property
    def refused(self) -> bool:
        """True for a definite refusal of what was tried."""
        return self in (Access.AUTH_REQUIRED, Access.LOCKED, Access.NOT_FOUND)


def is_undecided(access: Access, untested: tuple[str, ...] = ()) -> bool:
    """True if the probe decided neither open nor closed: the answer was unclear, or another way in was not tried.

    Args:
        access: of the probe report.
        untested: as ``ProbeReport.untested``.
    """
    return access is Access.UNKNOWN or (access.refused and bool(untested))


class Entry(StrEnum):
    """How a client without credentials has access. A closed list."""

    NONE = ""
    """Nobody got in, or it is not known how."""
    ANONYMOUS = "anonymous"
    """Without naming an account."""
    ANY_USER = "any_user"
    """As a made-up user."""
    NAMED_ACCOUNT = "named_account"
    """As an existing account without a password. ``ProbeReport.account`` names it; empty: any existing account."""


class Privileges(StrEnum):
    """What the entry permits, as far as the server states. A closed list."""

    NONE = ""
    """There is no entry."""
    ADMIN = "admin"
    """The server states that the client may change data, users or settings."""
    LIMITED = "limited"
    """The server states that some of this is refused."""
    UNKNOWN = "unknown"
    """The server does not state it."""


class Notice(StrEnum):
    """A statement of the server that is a finding of its own, whatever the access. A closed list; each value is the
    name of its rule, and the key of the trait with the statement.
    """

    SENSITIVE_FILES = "sensitive-files-listed"
    """How many listed files look like backups, dumps or keys by their name."""
    UNINITIALISED = "uninitialised-server"
    """Any client can become the owner or the administrator."""
    MEMORY_DUMP = "memory-dump-offered"
    """The server offers a dump of its memory."""
    DIAGNOSTICS = "diagnostics-offered"
    """The server offers its settings, threads or log."""


class Ability(StrEnum):
    """What a server offers besides its data to every client that has access. A closed list.

    The vendor's documentation says so; it is never tried.
    """

    GENERATE = "generate"
    """Run models, at the owner's cost."""
    RUN_CODE = "run_code"
    """Run code, jobs, flows or containers on the server."""
    CALL_TOOLS = "call_tools"
    """Call the tools that the server connects to."""


class Field(msgspec.Struct, frozen=True):
    """A column, mapping property or document key; never a value."""

    name: str
    """Dotted path for nested fields."""
    type: str = ""
    """The store's own type name."""


MATERIALIZED_VIEW, VIEW = "materialized view", "view"
NOT_RECORDS: Mapping[str, str] = {
    "relationships": "relationships",
    MATERIALIZED_VIEW: "copied rows",
    VIEW: "rows of a view",
    "chat": "chats",
    "credential": "credentials",
    "document": "documents",
    "endpoint": "endpoints",
    "experiment": "experiments",
    "flow": "flows",
    "job": "jobs",
    "kernel": "running kernels",
    "model": "models",
    "notebook": "notebooks",
    "project": "projects",
    "run": "runs",
    "session": "sessions",
    "tool": "tools",
}
"""Kinds of containers whose figure counts something other than records, and its noun. They are listed, but no total
contains them."""
OFFERED = frozenset(("model", "tool"))
"""Kinds of containers that a server offers for use; by themselves they hold no data of its users."""


class Container(msgspec.Struct, frozen=True):
    """A database, index, table, collection or key space."""

    path: tuple[str, ...]
    """Names from the outermost inwards, such as ``("hr", "employees")``."""
    kind: str
    """``database``, ``index``, ``collection``, ``table``, ``keyspace``."""
    system: bool = False
    """Part of the product itself; excluded from every total."""
    records: Figure | None = None
    bytes: Figure | None = None
    fields: tuple[Field, ...] = ()
    created: str = ""
    """ISO 8601 date and time, if the store reports it."""
    sampled: SampledRecords | None = None
    """Verdict on a few of its records, if the grant's depth is ``sample`` and they were read."""
    uid: str = ""
    """A unique identifier generated by the store, such as a UUID; empty if there is none."""

    @property
    def name(self) -> str:
        """The path joined by dots."""
        return ".".join(self.path)

    @property
    def counts_records(self) -> bool:
        """True if totals contain its figures: it is not the product's own, and its figure counts records."""
        return not self.system and self.kind not in NOT_RECORDS


class Proof(msgspec.Struct, frozen=True):
    """One response that supports the access state."""

    asked: str
    """Name of the declared send."""
    answer: str
    """The part of the response that proves it, at most 200 characters, without record values."""
    supports: Access


class Identity(msgspec.Struct, frozen=True):
    """Identifier that is the same at every address of a store."""

    key: str
    """For example ``elasticsearch:cluster_uuid:...``; equal keys are one store."""
    kind: str
    """``vendor_id`` for an identifier of the product, ``fingerprint`` for a digest of product, names and counts,
    ``address`` if only host and port are known."""


NO_BYTE = "before sending a byte"
"""End of the problem of a connection that was accepted, then closed or reset at once: something still listens."""
PATH_NOT_PROBED = "path not probed: "
"""Start of the problem of a target whose URL names a path that is not probed."""
NOT_CHECKED = "not checked"
"""Start of the problem of a certificate that was not checked, because only lenient TLS settings worked."""


class TlsInfo(msgspec.Struct, frozen=True):
    """The TLS session, if there was one."""

    version: str
    verified: bool
    """True if the server sent a certificate that was checked: it chains to a trusted root and names the host.
    Never true for a session with lenient settings or without a certificate."""
    problem: str = ""
    """Why not: as reported by OpenSSL, or that there was no certificate or no check."""
    certificate_sha256: str = ""
    subject: str = ""
    names: tuple[str, ...] = ()


class RansomVerdict(StrEnum):
    """Certainty of the signs of ransom or wiping."""

    NONE = "none"
    UNLIKELY = "unlikely"
    """A listed name, but on a container with real data."""
    SUSPECT = "suspect"
    """Only the name matches."""
    LIKELY = "likely"
    """The name and the shape of a note match."""
    CONFIRMED = "confirmed"
    """The note itself was read, because the grant allows it."""
    WIPED = "wiped"
    """The mark of a wiper, without a note."""


class Ransom(msgspec.Struct, frozen=True):
    """Signs of ransom or wiping."""

    verdict: RansomVerdict = RansomVerdict.NONE
    reasons: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    """Salted digests of the wallet, amount and contact in a note that was read, such as ``wallet:0f3a…``."""


class ProbeReport(msgspec.Struct, frozen=True):
    """The result of one probe for one target."""

    target: str
    """``host:port`` as probed; IPv6 in brackets."""
    outcome: Outcome
    access: Access = Access.UNKNOWN
    proofs: tuple[Proof, ...] = ()
    product: str = ""
    """For example ``elasticsearch``, ``opensearch``, ``mongodb``, ``mariadb``, ``valkey``."""
    version: str = ""
    tls: TlsInfo | None = None
    identity: Identity | None = None
    containers: tuple[Container, ...] = ()
    ransom: Ransom = Ransom()
    bytes_sent: int = 0
    bytes_read: int = 0
    seconds: float = 0.0
    address: str = ""
    """The address of the connection."""
    probe: str = ""
    """Name of the probe."""
    account: str = ""
    """The passwordless account that was accepted, if the grant named one."""
    cleartext: bool = False
    """True if the service accepts connections without TLS."""
    problems: tuple[str, ...] = ()
    """What could not be probed or read, one clause each."""
    traits: tuple[tuple[str, str], ...] = ()
    """Server properties besides the version, such as ``build_hash``: they help to recognise honeypots.
    ``default_credentials``: what shows that the server still has its default credentials, which are never tried.
    The values of ``Notice``: the statement."""
    people: int = 0
    """Lower bound of distinct people in the records read at depth ``sample``, over all containers."""
    own_people: OwnPeople | None = None
    """Sampled people at the workspace's own e-mail domains; ``None`` if nothing was compared."""
    replayed: str = ""
    """Date of the recorded probe, if this is a replay."""
    entry: Entry = Entry.NONE
    """How a client without credentials has access."""
    privileges: Privileges = Privileges.NONE
    """What it may do there."""
    untested: tuple[str, ...] = ()
    """What a client without credentials could still try and we did not, one clause each: ``the account root without a
    password: the grant does not name it``, ``names other than photos``. If not empty, ``auth_required`` is not closed.
    """
    intrusion: tuple[str, ...] = ()
    """Signs that somebody wrote to the store, besides ransom and wiping. They do not show that data were copied."""
    experimental: bool = False
    """True if the verdict rests on the vendor's documentation: no recorded conversation with a real server of this
    product confirms it."""
    rule: str = ""
    """The rule of a user that declares the probe, with the SHA-256 of its file; empty for a built-in probe."""

    abilities: tuple[Ability, ...] = ()
    """What every client can do that has the access of the proofs, as the vendor documents; never tried."""
    unlisted: tuple[str, ...] = ()
    """What of the store's content ``containers`` may lack, one clause each: beyond a limit of the probe, or not visible
    to this client. If not empty, the sums are lower bounds, and the store is not known to be empty."""

    @property
    def undecided(self) -> bool:
        """True if the probe decided neither open nor closed."""
        return is_undecided(self.access, self.untested)

    @property
    def verdict(self) -> TargetVerdict:
        """What the conversation decides about the target."""
        if self.outcome is Outcome.REFUSED and any(NO_BYTE in problem for problem in self.problems):
            # Something accepted the connection, and closed or reset it.
            return TargetVerdict.NONE
        return _VERDICTS.get(self.outcome, TargetVerdict.NONE)

    @property
    def place(self) -> str:
        """``host:port`` of the target, without its path or resource."""
        return self.target.partition("/")[0]


_VERDICTS: Mapping[Outcome, TargetVerdict] = {
    Outcome.OK: TargetVerdict.ANSWERED,
    Outcome.REFUSED: TargetVerdict.CLOSED,
    Outcome.PROTOCOL_MISMATCH: TargetVerdict.UNRECOGNISED,
    Outcome.OUT_OF_SCOPE: TargetVerdict.NOT_PROBED,
}
