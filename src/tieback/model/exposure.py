"""Exposures and findings: the conclusions of a run."""

from enum import StrEnum

import msgspec

from tieback.model.backend import Candidate
from tieback.model.figure import Figure, Quality
from tieback.model.pii import ClassificationBasis, OwnPeople
from tieback.model.probe import (
    OFFERED,
    Ability,
    Access,
    Container,
    Entry,
    Identity,
    Notice,
    Privileges,
    Ransom,
    TlsInfo,
    is_undecided,
)
from tieback.model.source import SourceLocation


class AppRoute(msgspec.Struct, frozen=True):
    """The route from one app to a store."""

    app_sha256: str
    candidate: Candidate
    endpoint: str
    """The endpoint value in the app."""
    file: str
    offset: int | None
    how: str
    """The extractor and rule that found it; starts with ``traffic/`` if found in a capture."""
    bytes_out: int | None = 0
    """Bytes sent to the endpoint in that capture; ``None`` if it does not state them, as many logs."""
    bytes_in: int | None = 0


class ClassifiedField(msgspec.Struct, frozen=True):
    """A field that looks like personal data."""

    container: str
    field: str
    pii_class: str
    confidence: float
    evidence: tuple[str, ...] = ()
    basis: ClassificationBasis = ClassificationBasis.NAME
    detail: str = ""
    """As ``Classification.detail``."""


class PiiClassTotal(msgspec.Struct, frozen=True):
    """Number of records with a class of personal data: the records of the containers that have such a field."""

    pii_class: str
    records: Figure
    fields: int
    """Distinct fields of this class in the store."""
    basis: ClassificationBasis = ClassificationBasis.NAME
    """``value`` if values support the class in at least one of the fields."""
    details: tuple[str, ...] = ()
    """Kinds of this class, sorted, such as ``bcrypt hash``."""


class PeopleRange(msgspec.Struct, frozen=True):
    """Number of people in the records of exposed stores, as a range."""

    at_most: Figure | None
    """Records of the containers that can distinguish people, assuming one person per record; ``None`` if not all were
    counted."""
    at_least: Figure | None = None
    """Distinct people in the records that were read; ``None`` if none were read."""
    records: Figure | None = None
    """The records that were counted, if ``at_most`` is ``None``."""

    def __post_init__(self) -> None:
        # Documents of earlier versions have a lower bound as the upper limit.
        if self.at_most is not None and self.at_most.quality is Quality.LOWER_BOUND:
            msgspec.structs.force_setattr(self, "records", self.records or self.at_most)
            msgspec.structs.force_setattr(self, "at_most", None)


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


class ExposureWindow(msgspec.Struct, frozen=True):
    """How long a store has allowed unauthenticated access, as far as is known."""

    first_seen: str
    """Date of the first run of this workspace that found it open, ISO 8601."""
    last_seen: str
    """Date of the last such run."""
    created: str = ""
    """Earliest creation date of its containers: it may be open since then; empty if unknown."""
    versions: tuple[str, ...] = ()
    """App versions that lead to it, such as ``org.example.app 2.1``, sorted, at most 50."""


class Exposure(msgspec.Struct, frozen=True):
    """One data store, counted once, with everything that leads to it."""

    id: str
    """Stable over runs: derived only from the identity."""
    identity: Identity
    product: str
    version: str
    access: Access
    addresses: tuple[str, ...]
    """Every ``address:port`` that responded, sorted."""
    targets: tuple[str, ...]
    """Every probed ``host:port``, sorted."""
    routes: tuple[AppRoute, ...]
    containers: tuple[Container, ...]
    records: Figure
    """A lower bound of 0 if nothing was counted, as in a store that requires a login."""
    bytes: Figure
    """As ``records``."""
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
    people: PeopleRange | None = None
    """``None`` if no field distinguishes people."""
    own_people: OwnPeople | None = None
    """Sampled people at the workspace's own e-mail domains; ``None`` if nothing was compared."""
    honeypot: tuple[str, ...] = ()
    """Reasons to treat it as a honeypot; it is then excluded from all totals."""
    tls: tuple[tuple[str, TlsInfo], ...] = ()
    """Each ``address:port`` with TLS, and its session."""
    provider: str = ""
    """Hosting provider, from the back ends that lead there; empty if unknown."""
    region: str = ""
    country: str = ""
    """Two-letter ISO 3166-1 code, from the attribution."""
    window: ExposureWindow | None = None
    """How long it has allowed unauthenticated access; ``None`` if it does not, or before it is known."""
    experimental: bool = False
    """True if the verdict rests on the vendor's documentation: no recorded conversation with a real server of this
    product confirms it."""
    at_most: int = 1
    """Greatest number of stores that this may be. More than 1: nothing proves that its addresses are one store, and
    nothing contradicts it."""
    records_at_most: Figure | None = None
    """Records if its addresses are ``at_most`` stores; ``None`` if it is one store. ``records`` is for one store."""
    bytes_at_most: Figure | None = None
    """As ``records_at_most``."""
    entry: Entry = Entry.NONE
    """How a client without credentials has access."""
    privileges: Privileges = Privileges.NONE
    """What it may do there."""
    untested: tuple[str, ...] = ()
    """What a client without credentials could still try and the probe did not. If not empty, it is not closed."""
    intrusion: tuple[str, ...] = ()
    """Signs that somebody wrote to it, besides ransom and wiping. They do not show that data were copied."""

    default_credentials: str = ""
    """What shows that the server still has its default credentials; they are never tried."""
    notices: tuple[tuple[Notice, str], ...] = ()
    """Statements of the server that are findings of their own; what they offer is never used."""
    abilities: tuple[Ability, ...] = ()
    """What every client with access can do, as the vendor documents; never tried."""
    unlisted: tuple[str, ...] = ()
    """What of its content ``containers`` may lack: beyond a limit of the probe, or not visible to the client. If not
    empty, ``records`` and ``bytes`` are of a part."""

    @property
    def exposed(self) -> bool:
        """True if a real store is readable, or a real server usable, without authentication."""
        return self.access.exposed and not self.honeypot

    @property
    def has_content(self) -> bool:
        """False if nothing shows that it holds data: it only lists what it offers, such as models, or nothing."""
        own = [container for container in self.containers if not container.system and container.kind not in OFFERED]
        return any(container.records is None or container.records.value for container in own)

    @property
    def own_count(self) -> int:
        """Lower bound of people at the workspace's own e-mail domains; 0 if unknown or not exposed."""
        return self.own_people.at_least if self.own_people is not None and self.exposed else 0

    @property
    def undecided(self) -> bool:
        """True if the probe decided neither open nor closed."""
        return is_undecided(self.access, self.untested)


class Finding(msgspec.Struct, frozen=True):
    """A rule that applies, with its evidence and advice."""

    id: str
    """Stable over runs: derived from rule and subject."""
    rule: str
    title: str
    severity: Severity
    cwe: str
    """For example ``CWE-306``."""
    exposures: tuple[str, ...]
    apps: tuple[str, ...]
    """SHA-256 of each app concerned."""
    evidence: tuple[str, ...]
    advice: str
    masvs: str = ""
    """OWASP MASVS control of the app, such as ``MASVS-AUTH-1``."""
    cvss: str = ""
    """CVSS v4.0 base vector, if the rule has one."""
    source: str = ""
    """Vendor documentation for the advice; empty if the advice was not compared with any."""
    own_people: int = 0
    """Lower bound of people at the workspace's own e-mail domains in its stores; 0 if unknown."""
    references: tuple[str, ...] = ()
    """Requirements of standards and laws that may apply, such as ``owasp-mobile:M3``."""
    locations: tuple[SourceLocation, ...] = ()
    """Where the maker finds it in the source, for reports with ``--source`` or ``--mapping``; the most exact first."""
    shared_identifier: str = ""
    """The bundle identifier of its app, if a template or a build tool writes it. Unrelated apps share the identifier,
    and so the ID of the finding."""

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Sort key: most severe first, then those with most people at the workspace's own domains."""
        return -self.severity.rank, -self.own_people, self.rule, self.id
