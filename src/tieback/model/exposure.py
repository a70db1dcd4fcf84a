"""Exposures and findings: what a run concludes."""

from enum import StrEnum

import msgspec

from tieback.model.backend import Candidate
from tieback.model.figure import Figure
from tieback.model.pii import Basis
from tieback.model.probe import Access, Container, Identity, Ransom, TlsInfo


class AppRoute(msgspec.Struct, frozen=True):
    """How one app leads to a store."""

    app_sha256: str
    candidate: Candidate
    endpoint: str
    """The endpoint's value in the app."""
    file: str
    offset: int | None
    how: str
    """The extractor and rule that saw it; begins with ``traffic/`` where a capture showed it."""
    bytes_out: int = 0
    """Sent to the endpoint in that capture."""
    bytes_in: int = 0


class ClassifiedField(msgspec.Struct, frozen=True):
    """A field that looks like personal data."""

    container: str
    field: str
    pii_class: str
    confidence: float
    evidence: tuple[str, ...] = ()
    basis: Basis = Basis.NAME
    detail: str = ""
    """As ``Classification.detail``."""


class PiiClassTotal(msgspec.Struct, frozen=True):
    """Number of records with a class of personal data: the records of the containers that have such a field."""

    pii_class: str
    records: Figure
    fields: int
    """Distinct fields of this class in the store."""
    basis: Basis = Basis.NAME
    """``value`` where values speak for at least one of the fields."""
    details: tuple[str, ...] = ()
    """What kinds of it there are, sorted, such as ``bcrypt hash``."""


class People(msgspec.Struct, frozen=True):
    """Number of people in the records of exposed stores, as a range."""

    at_most: Figure
    """The records of the containers that tell people apart, each held to be about another person."""
    at_least: Figure | None = None
    """Distinct people in the records that were read; ``None`` where none were."""


class SeverityFactor(msgspec.Struct, frozen=True):
    """One reason for the severity, with its points."""

    factor: str
    points: int
    why: str


class Severity(StrEnum):
    """Ordered from least to most."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for ``info`` to 4 for ``critical``."""
        return list(Severity).index(self)


class Window(msgspec.Struct, frozen=True):
    """How long a store has allowed unauthenticated access, as far as is known."""

    first_seen: str
    """Day of the first run of this workspace that saw it so, ISO 8601."""
    last_seen: str
    """Day of the last."""
    created: str = ""
    """Earliest date that a container of it tells: it may have been open since then; empty where none tells."""
    versions: tuple[str, ...] = ()
    """App versions that lead to it, such as ``org.example.app 2.1``, sorted, at most 50."""


class Exposure(msgspec.Struct, frozen=True):
    """One data store, counted once, with everything that leads to it."""

    id: str
    """Stable over runs: derived from the identity alone."""
    identity: Identity
    product: str
    version: str
    access: Access
    addresses: tuple[str, ...]
    """Every ``address:port`` where it answered, sorted."""
    targets: tuple[str, ...]
    """Every ``host:port`` that was asked, sorted."""
    routes: tuple[AppRoute, ...]
    containers: tuple[Container, ...]
    records: Figure
    bytes: Figure
    pii: tuple[PiiClassTotal, ...]
    fields: tuple[ClassifiedField, ...]
    ransom: Ransom
    severity: Severity
    score: int
    factors: tuple[SeverityFactor, ...]
    bytes_sent: int
    bytes_read: int
    cleartext: bool
    account: str = ""
    proofs: tuple[str, ...] = ()
    people: People | None = None
    """``None`` where no field tells people apart."""
    honeypot: tuple[str, ...] = ()
    """Why it is taken for a honeypot; then it counts in no total."""
    tls: tuple[tuple[str, TlsInfo], ...] = ()
    """Each ``address:port`` that spoke TLS, with its session."""
    provider: str = ""
    """Who hosts it, by the back ends that lead there; empty where nothing tells."""
    region: str = ""
    country: str = ""
    """ISO 3166-1 code of two letters, as the attribution has it."""
    window: Window | None = None
    """How long it has been seen to let a stranger in; ``None`` where it does not, or before anybody looked."""

    @property
    def exposed(self) -> bool:
        """Whether records of a real store answer a stranger."""
        return self.access.exposed and not self.honeypot


class Finding(msgspec.Struct, frozen=True):
    """A rule that applies, with its evidence and what to do."""

    id: str
    """Stable over runs: rule and subject."""
    rule: str
    title: str
    severity: Severity
    cwe: str
    """Such as ``CWE-306``."""
    exposures: tuple[str, ...]
    apps: tuple[str, ...]
    """SHA-256 of each app concerned."""
    evidence: tuple[str, ...]
    advice: str
    masvs: str = ""
    """OWASP MASVS control of the app, such as ``MASVS-AUTH-1``."""
    cvss: str = ""
    """CVSS v4.0 base vector, where the rule has one."""
    source: str = ""
    """The vendor's page that the advice follows; empty where the advice was not compared with one."""
