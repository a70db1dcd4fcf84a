"""The report document that every renderer reads."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice, takewhile

import msgspec

from tieback.model.app import App
from tieback.model.backend import Backend
from tieback.model.declaration import Declared, DeclaredItem
from tieback.model.device import AppStoreSummary
from tieback.model.endpoint import Party
from tieback.model.exposure import Exposure, Finding, PeopleRange, Severity
from tieback.model.figure import Figure
from tieback.model.passive import PassiveNote, PassiveSighting
from tieback.model.pii import OwnPeople
from tieback.model.posture import Posture
from tieback.model.probe import ProbeReport
from tieback.model.sighting import Problem, Sighting, UnreadCode, UnreadKind, remarks


class StoreKind(msgspec.Struct, frozen=True):
    """The share of one product in a run."""

    product: str
    asked: int
    """Distinct stores of this product that responded."""
    exposed: int
    records: Figure
    bytes: Figure


class Campaign(msgspec.Struct, frozen=True):
    """Stores whose ransom notes contain the same wallet or contact."""

    id: str
    """Derived from the common marks; stable over runs of a workspace with the same marks."""
    exposures: tuple[str, ...]
    """IDs, sorted; two or more."""
    marks: tuple[str, ...]
    """Salted digests of all marks in their notes, sorted."""


class Duty(msgspec.Struct, frozen=True):
    """A notification that may be due: advice for the owner of the data, not a legal opinion."""

    rule: str
    """For example ``gdpr-33``."""
    title: str
    """For example ``GDPR Art. 33``."""
    advice: str
    """What is required, and by when."""
    reason: str
    """Why it may apply here."""
    source: str
    """Reference to the legal text."""


class Headline(msgspec.Struct, frozen=True):
    """The figures at the top of a report, without system containers. Described stores are not added a second time."""

    apps_analysed: int
    apps_affected: int
    stores_answering: int
    stores_exposed: int
    stores_ransomed: int | None
    """``None`` if the audience must not see it."""
    records: Figure
    bytes: Figure
    kinds: tuple[StoreKind, ...]
    pii: tuple[tuple[str, Figure], ...]
    """Class, and the records of the containers with it; most records first."""
    honeypots: int | None = 0
    """Stores that are probably honeypots; excluded from all other figures. ``None`` if the audience must not see it."""
    by_value: tuple[str, ...] | None = None
    """Classes supported by values in some store, sorted; the others are based on field names.
    ``None`` if the audience must not see it."""
    people: PeopleRange | None = None
    """Over all exposed stores. The lower bound is that of the largest store, as others may contain the same people."""
    own_people: OwnPeople | None = None
    """People at the workspace's own e-mail domains in the exposed store with most of them; ``None`` if not compared."""
    duties: tuple[Duty, ...] = ()
    """Notices that laws and contracts may require, as advice."""
    campaigns: tuple[Campaign, ...] = ()
    """Stores with a ransom note of the same attacker, the largest group first."""
    apps_partly_read: int | None = 0
    """Analysed apps with parts that were not read, such as encrypted or downloaded code.
    ``None`` here and below if the audience must not see it."""
    affected_partly_read: int | None = 0
    """Affected apps among them; the other affected apps were fully read."""
    apps_damaged: int | None = 0
    """Apps among them whose package is cut off or damaged."""
    captures_partly_read: int | None = 0
    """Captures, archives and logs with parts that were not read."""
    captures_damaged: int | None = 0
    """Captures among them that are cut off or damaged."""
    files_skipped: int | None = 0
    """Files in the folders, shards and locations of the inputs that were passed over; ``problems`` has the reasons."""
    damaged_parts: int = 0
    """Damaged parts of the stored results, which were ignored: apps and stores may be missing."""
    undecided: int | None = 0
    """Stores that answered, but are known neither as open nor as closed. ``None`` if the audience must not see it."""
    stores_answering_at_most: int | None = None
    """Stores if all addresses that only look alike are different stores; ``None`` here and below if this changes
    nothing, or if the audience must not see it. The fields without ``at_most`` count such addresses once."""
    stores_exposed_at_most: int | None = None
    records_at_most: Figure | None = None
    bytes_at_most: Figure | None = None


class FigureGroup(msgspec.Struct, frozen=True):
    """One line of a table: counts for a group of apps and stores."""

    name: str
    """``unknown`` if the property is not known."""
    analysed: int | None
    """Analysed apps; ``None`` for groups of stores."""
    using: int | None
    """Apps that lead to a store that responded; ``None`` here and below if the audience must not see it."""
    affected: int | None
    """Apps that lead to a store with unauthenticated access."""
    answering: int
    """Distinct stores; a store in several groups counts in each."""
    exposed: int
    ransomed: int | None
    records: Figure
    """Records of the exposed stores."""
    bytes: Figure
    answering_at_most: int | None = None
    """As ``Headline.stores_answering_at_most``; ``None`` also if the audience must not see it."""
    exposed_at_most: int | None = None


class GroupTable(msgspec.Struct, frozen=True):
    """The main figures by one property of apps or stores."""

    by: str
    """``kind``, ``platform``, ``vendor``, ``provider`` or ``country``: the key of ``tieback report explain``."""
    groups: tuple[FigureGroup, ...]
    """Groups with the most exposed stores first."""
    left_out: int = 0
    """Number of groups not shown."""


class CloserLook(msgspec.Struct, frozen=True):
    """The exposed stores whose fields were described. They are part of the totals, not an addition to them."""

    apps: int
    stores: int
    records: Figure
    bytes: Figure


class ExposureHistory(msgspec.Struct, frozen=True):
    """Current state of stores that allowed unauthenticated access in earlier runs of this workspace."""

    since: str
    """Date of the first of those runs, ISO 8601."""
    runs: int
    before: int
    """Distinct stores that they found open."""
    still_open: int
    remediated: int
    """Responded again, and denied access."""
    unconfirmed: int
    """Did not respond, or were not probed."""


class PopulationEstimate(msgspec.Struct, frozen=True):
    """Estimate for the whole population, with its interval, if the inputs are a random sample."""

    population: int
    """Number of apps that the inputs were sampled from, as given by the user."""
    share: float
    """Share of affected apps among the analysed ones, 0 to 1."""
    low: float
    high: float
    """Limits of the 95 % confidence interval of the share (Wilson, with finite population correction)."""
    affected: Figure
    """Estimated number of affected apps in the population."""
    affected_low: int
    affected_high: int


class AppSummary(msgspec.Struct, frozen=True):
    """Summary line and section of one app."""

    app: App
    path: str
    """Input as given by the user."""
    endpoints: int
    """Distinct endpoints that count as back ends."""
    exposures: tuple[str, ...]
    """IDs of exposures that it leads to."""
    has_api: bool
    """True if the app uses an HTTP API and does not contact the store directly."""
    problems: tuple[Problem, ...] = ()
    captured: bool = False
    """True if the app was not scanned: it is known only from a capture."""
    unread: tuple[UnreadCode, ...] = ()
    """Parts of the app that were not read; the app is then only partly read."""
    store: AppStoreSummary | None = None
    """What app stores state about it; ``None`` if nothing is known."""

    @property
    def damaged(self) -> bool:
        """True if its package is cut off or damaged."""
        return any(one.kind is UnreadKind.DAMAGED for one in self.unread)

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """The problems that are not in ``unread``."""
        return remarks(self.problems, self.unread)


class SkipReason(StrEnum):
    """Why a candidate was not probed."""

    DNS_NOT_ALLOWED = "dns_not_allowed"
    """The grant covers its name, but does not allow DNS, and has no address for it."""
    NOT_RESOLVED = "not_resolved"
    """DNS has no address for its name, or did not answer."""
    EXPIRED = "expired"
    """The grant expired during the run."""
    OVER_BUDGET = "over_budget"
    """The limits of the grant ended the probe before the service answered in a known protocol."""
    EXCLUDED = "excluded"
    """An exclusion of the grant or of a ``never.toml`` covers it."""
    OUTSIDE = "outside"
    """No target of the grant covers it."""


class RunScope(msgspec.Struct, frozen=True):
    """What the grant allowed, and what the run did."""

    authorised_by: str
    contact: str
    not_after: str
    note: str
    targets_asked: int
    targets_out_of_scope: int | None
    """Number of targets, and of hosts without an address, that were not contacted: the sum of ``skipped`` without
    ``over_budget``. ``None`` if the audience must not see it."""
    bytes_sent: int
    bytes_read: int
    audit_log: str
    """Path of the audit log, or empty without a grant."""
    skipped: tuple[tuple[SkipReason, int], ...] = ()
    """Number of targets, and of hosts without an address, that were not probed, by reason.

    Empty if unknown, or if the audience must not see it.
    """

    @property
    def unprobed(self) -> dict[SkipReason, int]:
        """``skipped`` as a dictionary; reports of earlier releases know only the targets outside the grant."""
        outside = self.targets_out_of_scope or 0
        return dict(self.skipped) or ({SkipReason.OUTSIDE: outside} if outside else {})

    @property
    def candidates(self) -> int:
        """Number of candidates: probed and not probed. Targets over budget were contacted, so they count as asked."""
        reasons = self.unprobed
        return self.targets_asked + sum(reasons.values()) - reasons.get(SkipReason.OVER_BUDGET, 0)

    @property
    def probed(self) -> int:
        """Number of candidates that were probed."""
        return self.candidates - sum(self.unprobed.values())

    @property
    def reached(self) -> bool:
        """True if a candidate was probed, or if there was none; false if the grant let no candidate be probed."""
        return self.probed > 0 or not self.candidates


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
    """Start of the first such flow, in seconds since 1970, UTC."""
    last: float
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


class CaptureSummary(msgspec.Struct, frozen=True):
    """A capture that was read, also one without flows."""

    path: str
    sha256: str
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
    unreadable: int = 0
    """Flows that are encrypted without keys."""
    not_examined: int = 0
    """Flows that were not examined for personal data: an earlier release read them."""
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


class LazyTable[T](msgspec.Struct, frozen=True):
    """A long table that a renderer can stream repeatedly, without holding it in memory."""

    count: int
    rows: Callable[[], Iterator[T]]
    """Opens the table again, from its first row."""
    head: Callable[[int], Iterator[T]] | None = None
    """The first rows, if that is cheaper than opening the whole table."""
    encoded: Callable[[], Iterator[bytes]] | None = None
    """All rows as JSON, if that is cheaper than to encode each row. Each piece is some rows, separated by commas."""

    def first(self, most: int) -> tuple[T, ...]:
        """At most ``most`` rows from the start."""
        if not self.count:
            return ()
        return tuple(islice(self.rows() if self.head is None else self.head(most), most))

    @staticmethod
    def of[R](rows: Sequence[R]) -> "LazyTable[R]":
        """A table of rows in memory."""
        return LazyTable(len(rows), lambda: iter(rows))


class LazyIndex[T](LazyTable[T], frozen=True, kw_only=True):
    """A long table whose rows have IDs."""

    pick: Callable[[Collection[str]], Iterator[T]]
    """The rows with one of these IDs, in no particular order."""

    @staticmethod
    def by[R](rows: Sequence[R], key: Callable[[R], str]) -> "LazyIndex[R]":
        """A table of rows in memory, with a function for their IDs."""
        return LazyIndex(len(rows), lambda: iter(rows), pick=lambda ids: (row for row in rows if key(row) in ids))


class Suppression(msgspec.Struct, frozen=True):
    """A decision to accept a finding. All of the last four fields that are not empty must match."""

    reason: str
    author: str
    expires: str
    """ISO 8601 date: the last day on which it is valid."""
    finding: str = ""
    """ID of a finding."""
    rule: str = ""
    app: str = ""
    """Pattern with ``*`` for bundle identifiers."""
    store: str = ""
    """Pattern with ``*`` for a store's ID, target or address."""


class SuppressedFinding(msgspec.Struct, frozen=True):
    """A suppressed finding, which is listed separately."""

    finding: Finding
    by: Suppression


class BaselineState(StrEnum):
    """Status of a finding relative to an earlier report. The values are those of SARIF's ``baselineState``."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    """It existed, with another severity or other details."""


class Baseline(msgspec.Struct, frozen=True):
    """An earlier report that this one is compared with."""

    name: str
    """Name given by the user."""
    created: datetime
    unchanged: frozenset[str]
    """IDs of findings that are unchanged."""
    updated: frozenset[str]
    """IDs of findings that changed."""
    new: int
    fixed: int
    """Findings that are gone, for apps and stores that were checked again."""
    unconfirmed: int
    """Findings that are gone, for apps and stores that were not checked again."""

    def standing(self, finding: str) -> BaselineState:
        """The status of a finding of this report, by its ID."""
        if finding in self.unchanged:
            return BaselineState.UNCHANGED
        return BaselineState.UPDATED if finding in self.updated else BaselineState.NEW


class AppSighting(msgspec.Struct, frozen=True):
    """A row of the sightings table."""

    app_sha256: str
    path: str
    sighting: Sighting


class DroppedName(msgspec.Struct, frozen=True):
    """A name or address in an app that is not one of its back ends."""

    app_sha256: str
    value: str
    """Without credentials."""
    reason: str


class Breakdown(msgspec.Struct, frozen=True):
    """Exposed stores by kind, for charts."""

    cells: tuple[tuple[str, str, Figure], ...]
    """Product, class of personal data, and the records with it; every combination that occurs."""
    apps: tuple[tuple[str, int], ...]
    """Severity of the worst store that an app leads to, and the number of apps; most severe first."""
    created: tuple[tuple[str, int], ...]
    """Year or range of years, and the number of stores whose oldest container is from then; in order."""
    undated: int
    """Exposed stores without a date; also 0 if the audience must not see it."""


class DataUsed(msgspec.Struct, frozen=True):
    """Imported address data from which a run derived providers, regions and countries."""

    name: str
    date: str
    """Date stated in the data, ISO 8601; empty if there is none."""
    imported: str
    """Date of import; for built-in data, its own date."""
    sha256: str

    @property
    def cited(self) -> str:
        """Name, date and first digits of the hash."""
        dated = f"of {self.date}" if self.date else f"undated, imported {self.imported}"
        return f"{self.name} {dated} (sha256 {self.sha256[:12]})"


class RulesUsed(msgspec.Struct, frozen=True):
    """A file with rules of a user that were active in a run."""

    name: str
    """Name of the file, without folders."""
    origin: str
    """Folder of the file: ``option`` (``--rules``), ``user`` (configuration) or ``workspace``."""
    sha256: str
    rules: int
    """Number of rules in the file."""

    @property
    def cited(self) -> str:
        """Name, number of rules and first digits of the hash."""
        return f"{self.name} ({self.rules} rule{'s'[: self.rules != 1]}, sha256 {self.sha256[:12]})"


class PluginUsed(msgspec.Struct, frozen=True):
    """A Python plug-in that may read files or render reports. It never probes."""

    name: str
    kind: str
    """``reader`` or ``renderer``."""
    version: str
    """Of its distribution."""
    distribution: str

    @property
    def cited(self) -> str:
        """Kind, name, distribution and version."""
        return f"{self.kind} {self.name} ({self.distribution} {self.version})"


class SharedStore(msgspec.Struct, frozen=True):
    """One of the stores that the most apps lead to."""

    exposure: str
    apps: int
    """Number of apps that lead there, two or more."""
    first: tuple[str, ...]
    """Content hashes of some of them, sorted."""


class Report(msgspec.Struct, frozen=True):
    """The conclusions of a run: aggregates and top lists as values, long tables as handles."""

    title: str
    """Title of the report."""
    created: datetime
    """When the report was made (UTC)."""
    tool_version: str
    """Version of tieback that made it."""
    scope: RunScope | None
    """``None`` if there was no grant and nothing was contacted."""
    headline: Headline
    """The main figures."""
    apps: LazyIndex[AppSummary]
    """By content hash; apps that lead to exposed stores first, then apps that lead to others, each by name."""
    quiet: LazyTable[AppSummary]
    """Apps that lead to no store that responded, by name."""
    exposed: LazyIndex[Exposure]
    """Stores with unauthenticated access, by ID; ordered by severity, points and records, worst first."""
    answered: LazyIndex[Exposure]
    """Other stores that responded, in the same order."""
    ways: tuple[int, int]
    """Number of pairs of an app and a store that it leads to: exposed stores, and others."""
    findings: LazyTable[Finding]
    """Most severe first."""
    problems: LazyTable[Problem]
    """What could not be read or done, and remarks on the run, each with its place."""
    sightings: LazyIndex[AppSighting]
    """By content hash of the app."""
    backends: LazyTable[Backend]
    """Endpoints of the apps, with provider, owner and evidence. Several may be of one back end."""
    probes: LazyTable[ProbeReport]
    """One row per conversation with a store."""
    audience: str = ""
    """Audience that it was redacted for, as text; empty if nothing was left out."""
    tlp: str = "AMBER"
    """Sharing restriction, by the Traffic Light Protocol 2.0: ``AMBER``, or ``CLEAR`` for the public."""
    breakdown: Breakdown | None = None
    """``None`` if it is counted from the tables, which are then complete."""
    suppressed: LazyTable[SuppressedFinding] = LazyTable(0, lambda: iter(()))
    """Suppressed findings, most severe first; they are not in ``findings``."""
    baseline: Baseline | None = None
    """``None`` without an earlier report to compare with."""
    tables: tuple[GroupTable, ...] = ()
    """The main figures by kind of store, platform, vendor, provider and country."""
    closer: CloserLook | None = None
    """``None`` if no store was described, or if the audience must not see it."""
    history: ExposureHistory | None = None
    """``None`` in the first run of a workspace."""
    sample: PopulationEstimate | None = None
    """``None`` if the inputs are not a sample."""
    shared: tuple[SharedStore, ...] = ()
    """The stores that the most apps lead to."""
    seen: LazyTable[PassiveNote] = LazyTable(0, lambda: iter(()))
    """Reports of other tools about the locations of this run, latest first: never our own proof."""
    seen_in_apps: LazyTable[PassiveSighting] = LazyTable(0, lambda: iter(()))
    """Endpoints that only other tools found in apps of this run; ``app.sha256`` is that of our app."""
    posture: Posture | None = None
    """The owner's cloud accounts; ``None`` without an imported export, or if the audience must not see it."""
    captures: LazyTable[CaptureSummary] = LazyTable(0, lambda: iter(()))
    """Captures that were read, in input order."""
    servers: LazyTable[ContactedServer] = LazyTable(0, lambda: iter(()))
    """Servers in the captures: those with leaks first, then by encryption, the weakest first."""
    recipients: LazyTable[Recipient] = LazyTable(0, lambda: iter(()))
    """Recipients of personal data in the captures: third parties first, then by app, host and class."""
    declared: LazyTable[DeclaredItem] = LazyTable(0, lambda: iter(()))
    """What apps in the captures declare, beside their traffic: by app, what was declared and not seen first."""
    without_inputs: bool = False
    """True for a probe of targets that the user named: there was no app and no capture to read."""
    data: tuple[DataUsed, ...] = ()
    """Address data that the run used, built-in data first; empty if the run did not record it."""
    rules: tuple[RulesUsed, ...] = ()
    """Files with rules of users that were active, in their order."""
    plugins: tuple[PluginUsed, ...] = ()
    """Python plug-ins that the user had enabled when the report was made."""
    partly_read: LazyTable[AppSummary] = LazyTable(0, lambda: iter(()))
    """Apps with parts that were not read; also in ``apps``."""
    not_backends: LazyTable[DroppedName] = LazyTable(0, lambda: iter(()))
    """Names and addresses that the analysis of the apps dropped, in input order."""
    backends_named: int = 0
    """Number of back ends: hosts, addresses, and resources at hosts that many customers share, each once."""
    dropped: tuple[tuple[str, int], ...] = ()
    """Reason, and the number of rows of ``not_backends`` with it; the most frequent first."""

    @property
    def probed(self) -> bool:
        """True if the run looked for data stores on the network; otherwise their numbers are unknown, not zero."""
        scope = self.scope
        return scope is not None and (scope.reached or self.headline.stores_answering > 0)

    def exposures(self) -> Iterator[Exposure]:
        """Every store, the exposed ones first."""
        return chain(self.exposed.rows(), self.answered.rows())

    def new_at_or_above(self, least: Severity) -> int:
        """Number of findings with at least this severity that are not in the baseline, if there is one."""
        severe = takewhile(lambda finding: finding.severity.rank >= least.rank, self.findings.rows())
        if self.baseline is None:
            return sum(1 for _ in severe)
        known = self.baseline
        return sum(1 for finding in severe if known.standing(finding.id) is BaselineState.NEW)
