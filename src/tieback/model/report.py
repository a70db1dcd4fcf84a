"""The one document that every renderer reads."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import chain, islice

import msgspec

from tieback.model.app import App
from tieback.model.backend import Backend
from tieback.model.exposure import Exposure, Finding, People, Severity
from tieback.model.figure import Figure
from tieback.model.passive import PassiveNote, PassiveSighting
from tieback.model.posture import Posture
from tieback.model.probe import ProbeReport
from tieback.model.sighting import Problem, Sighting


class StoreKind(msgspec.Struct, frozen=True):
    """One product's share of a run."""

    product: str
    asked: int
    """Distinct stores of this product that answered."""
    exposed: int
    records: Figure
    bytes: Figure


class Campaign(msgspec.Struct, frozen=True):
    """Stores whose ransom notes name the same wallet or contact."""

    id: str
    """Of the marks that join them; the same in every run of a workspace that finds the same marks."""
    exposures: tuple[str, ...]
    """Ids, sorted; two or more."""
    marks: tuple[str, ...]
    """Salted digests of everything that their notes name, sorted."""


class Duty(msgspec.Struct, frozen=True):
    """A notification that may be due: advice for the owner of the data, not a legal opinion."""

    rule: str
    """Such as ``gdpr-33``."""
    title: str
    """Such as ``GDPR Art. 33``."""
    advice: str
    """What it asks for, and by when."""
    reason: str
    """Why it may apply here."""
    source: str
    """Where the text is."""


class Headline(msgspec.Struct, frozen=True):
    """The figures at the top of a report, without system containers. Described stores are not added a second time."""

    apps_analysed: int
    apps_affected: int
    stores_answering: int
    stores_exposed: int
    stores_ransomed: int | None
    """``None`` where this audience is not told."""
    records: Figure
    bytes: Figure
    kinds: tuple[StoreKind, ...]
    pii: tuple[tuple[str, Figure], ...]
    """Class and the records of the containers that hold it, most first."""
    honeypots: int | None = 0
    """Stores that are taken for honeypots; no other figure counts them. ``None`` where this audience is not told."""
    by_value: tuple[str, ...] | None = None
    """Those of the classes for which values speak in a store, sorted; the others are told by the names of fields.
    ``None`` where this audience is not told."""
    people: People | None = None
    """Of all exposed stores: at least as many as in one of them, since others may hold the same people."""
    duties: tuple[Duty, ...] = ()
    """Notices that laws and contracts may ask for, as advice."""
    campaigns: tuple[Campaign, ...] = ()
    """Stores that one extortionist visited, the largest group first."""


class Group(msgspec.Struct, frozen=True):
    """One line of a table: counts for a group of apps and stores."""

    name: str
    """``unknown`` where nothing tells."""
    analysed: int | None
    """Apps that were read; ``None`` where it is stores that are grouped."""
    using: int | None
    """Apps that lead to a store that answered; ``None`` here and below where this audience is not told."""
    affected: int | None
    """Apps that lead to a store that lets a stranger in."""
    answering: int
    """Distinct stores; one that belongs to several groups is counted in each."""
    exposed: int
    ransomed: int | None
    records: Figure
    """Of the exposed stores."""
    bytes: Figure


class GroupTable(msgspec.Struct, frozen=True):
    """The headline figures by one property of apps or stores."""

    by: str
    """``kind``, ``platform``, ``vendor``, ``provider`` or ``country``: the key of ``tieback report explain``."""
    groups: tuple[Group, ...]
    """Those with most exposed stores first."""
    left_out: int = 0
    """Groups that are not told."""


class CloserLook(msgspec.Struct, frozen=True):
    """The exposed stores whose fields were described. They are part of the totals, not an addition to them."""

    apps: int
    stores: int
    records: Figure
    bytes: Figure


class History(msgspec.Struct, frozen=True):
    """Current state of stores that allowed unauthenticated access in earlier runs of this workspace."""

    since: str
    """Day of the first of those runs, ISO 8601."""
    runs: int
    before: int
    """Distinct stores that they saw so."""
    still_open: int
    remediated: int
    """Answered again, and let nobody in."""
    unconfirmed: int
    """Did not answer, or were not asked."""


class Sample(msgspec.Struct, frozen=True):
    """Estimate for the whole population, with its interval, if the inputs are a random sample."""

    population: int
    """Apps of which the analysed ones are a random sample, as the user says."""
    share: float
    """Affected among the analysed, 0 to 1."""
    low: float
    high: float
    """Ends of the 95 % confidence interval of the share (Wilson, with the correction for a finite population)."""
    affected: Figure
    """Estimated apps that are affected in the whole."""
    affected_low: int
    affected_high: int


class AppSummary(msgspec.Struct, frozen=True):
    """One app's line and section."""

    app: App
    path: str
    """Input as the user named it."""
    endpoints: int
    """Distinct endpoints that count as back ends."""
    exposures: tuple[str, ...]
    """Ids of exposures that it leads to."""
    has_api: bool
    """Whether the app talks to an HTTP API and not to the store itself."""
    problems: tuple[Problem, ...] = ()


class Scope(msgspec.Struct, frozen=True):
    """What the grant allowed, and what the run did."""

    authorised_by: str
    contact: str
    not_after: str
    note: str
    targets_asked: int
    targets_out_of_scope: int | None
    """``None`` where this audience is not told."""
    bytes_sent: int
    bytes_read: int
    audit_log: str
    """Path of the audit log, or empty without a grant."""


class Handle[T](msgspec.Struct, frozen=True):
    """A long table that a renderer may stream as often as it needs, and never holds in memory."""

    count: int
    rows: Callable[[], Iterator[T]]
    """Opens the table anew, from its first row."""
    head: Callable[[int], Iterator[T]] | None = None
    """The first rows, where that is cheaper than to open all of them."""

    def first(self, most: int) -> tuple[T, ...]:
        """At most so many rows from the beginning."""
        return tuple(islice(self.rows() if self.head is None else self.head(most), most))

    @staticmethod
    def of[R](rows: Sequence[R]) -> "Handle[R]":
        """A table of rows that are in memory already."""
        return Handle(len(rows), lambda: iter(rows))


class Index[T](Handle[T], frozen=True, kw_only=True):
    """A long table whose rows have ids."""

    pick: Callable[[Collection[str]], Iterator[T]]
    """Those of the rows that have one of the ids, in no particular order."""

    @staticmethod
    def by[R](rows: Sequence[R], key: Callable[[R], str]) -> "Index[R]":
        """A table of rows that are in memory already, with what tells their ids."""
        return Index(len(rows), lambda: iter(rows), pick=lambda ids: (row for row in rows if key(row) in ids))


class Suppression(msgspec.Struct, frozen=True):
    """A decision to accept a finding. All of the last four fields that are not empty must match."""

    reason: str
    author: str
    expires: str
    """ISO 8601 date: the last day on which it holds."""
    finding: str = ""
    """Id of a finding."""
    rule: str = ""
    app: str = ""
    """Pattern with ``*`` of bundle identifiers."""
    store: str = ""
    """Pattern with ``*`` of a store's id, target or address."""


class Suppressed(msgspec.Struct, frozen=True):
    """A suppressed finding, which is listed separately."""

    finding: Finding
    by: Suppression


class Standing(StrEnum):
    """How a finding stands to an earlier report. The words are those of SARIF's ``baselineState``."""

    NEW = "new"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    """It was there, less or more severe or otherwise than today."""


class Baseline(msgspec.Struct, frozen=True):
    """An earlier report that this one is compared with."""

    name: str
    """As the user named it."""
    created: datetime
    unchanged: frozenset[str]
    """Ids of findings that it has, as they are."""
    updated: frozenset[str]
    """Ids of findings that it has, otherwise."""
    new: int
    fixed: int
    """Findings of it that are gone, of apps and stores that were looked at again."""
    unconfirmed: int
    """Findings of it that are gone, of apps and stores that were not."""

    def standing(self, finding: str) -> Standing:
        """Of a finding of this report, by its id."""
        if finding in self.unchanged:
            return Standing.UNCHANGED
        return Standing.UPDATED if finding in self.updated else Standing.NEW


class AppSighting(msgspec.Struct, frozen=True):
    """A row of the sightings table."""

    app_sha256: str
    path: str
    sighting: Sighting


class Breakdown(msgspec.Struct, frozen=True):
    """Exposed stores by kind, for charts."""

    cells: tuple[tuple[str, str, Figure], ...]
    """Product, class of personal data and the records that hold it; every pair that occurs."""
    apps: tuple[tuple[str, int], ...]
    """Severity of the worst store that an app leads to, and how many apps; the worst severity first."""
    created: tuple[tuple[str, int], ...]
    """Year, or a range of years, and how many stores hold a container from then at the earliest; in order."""
    undated: int
    """Exposed stores that tell no date; 0 as well where this audience is not told."""


class DataUsed(msgspec.Struct, frozen=True):
    """Imported address data from which a run derived providers, regions and countries."""

    name: str
    date: str
    """Day that the data itself gives, ISO 8601; empty where it gives none."""
    imported: str
    """Day of its import; of what ships with tieback its own day."""
    sha256: str

    @property
    def cited(self) -> str:
        """Name, date and the beginning of the hash."""
        dated = f"of {self.date}" if self.date else f"undated, imported {self.imported}"
        return f"{self.name} {dated} (sha256 {self.sha256[:12]})"


class Shared(msgspec.Struct, frozen=True):
    """One of the stores that most apps lead to."""

    exposure: str
    apps: int
    """How many apps lead there, two or more."""
    first: tuple[str, ...]
    """Content hashes of some of them, sorted."""


class Report(msgspec.Struct, frozen=True):
    """A run's conclusions: aggregates and top lists as values, long tables as handles."""

    title: str
    created: datetime
    tool_version: str
    scope: Scope | None
    """``None`` where there was no grant and nothing was contacted."""
    headline: Headline
    apps: Index[AppSummary]
    """By content hash; first those that lead to exposed stores, then those that lead to others, by name within."""
    quiet: Handle[AppSummary]
    """Those of the apps that lead to no store that answered, by name."""
    exposed: Index[Exposure]
    """Stores that let a stranger in, by id; by severity, its points and records, worst first."""
    answered: Index[Exposure]
    """Stores that answered and do not, in the same order."""
    ways: tuple[int, int]
    """Pairs of an app and a store that it leads to: exposed stores, and others."""
    findings: Handle[Finding]
    """Worst first."""
    problems: Handle[Problem]
    sightings: Index[AppSighting]
    """By the content hash of the app."""
    backends: Handle[Backend]
    probes: Handle[ProbeReport]
    audience: str = ""
    """For whom it was cut, in words; empty where nothing was left out."""
    tlp: str = "AMBER"
    """With whom it may be shared, by the Traffic Light Protocol 2.0: ``AMBER``, or ``CLEAR`` for everybody."""
    breakdown: Breakdown | None = None
    """``None`` where it is counted from the tables, which then are whole."""
    suppressed: Handle[Suppressed] = Handle(0, lambda: iter(()))
    """Findings that somebody decided to live with, worst first; they are not among ``findings``."""
    baseline: Baseline | None = None
    """``None`` where there is no earlier report to compare with."""
    tables: tuple[GroupTable, ...] = ()
    """The headline figures by kind of store, platform, vendor, provider and country."""
    closer: CloserLook | None = None
    """``None`` where no store was described, or this audience is not told."""
    history: History | None = None
    """``None`` in a workspace's first run."""
    sample: Sample | None = None
    """``None`` where the inputs are no sample of anything."""
    shared: tuple[Shared, ...] = ()
    """Stores with most apps, the first ones."""
    seen: Handle[PassiveNote] = Handle(0, lambda: iter(()))
    """What other tools saw at the places of this run, latest first: never a proof of ours."""
    seen_in_apps: Handle[PassiveSighting] = Handle(0, lambda: iter(()))
    """Endpoints that other tools saw in apps of this run and we did not; ``app.sha256`` is that of our app."""
    posture: Posture | None = None
    """What the owner's cloud accounts say; ``None`` where no export was imported, or this audience is not told."""
    data: tuple[DataUsed, ...] = ()
    """Data about addresses that the run used, what ships with tieback first; empty where the run did not note it."""

    def exposures(self) -> Iterator[Exposure]:
        """Every store, the exposed ones first."""
        return chain(self.exposed.rows(), self.answered.rows())

    def worst(self) -> Severity | None:
        """Severity of the worst finding; ``None`` without any."""
        return next((finding.severity for finding in self.findings.rows()), None)

    def worst_new(self) -> Severity | None:
        """Severity of the worst finding that the baseline does not have; of the worst one without a baseline."""
        if self.baseline is None:
            return self.worst()
        known = self.baseline
        new = (finding for finding in self.findings.rows() if known.standing(finding.id) is Standing.NEW)
        return next((finding.severity for finding in new), None)
