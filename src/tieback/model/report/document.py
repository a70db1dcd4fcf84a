"""The report document that every renderer reads."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, takewhile

import msgspec

from tieback.model.backend import Backend
from tieback.model.declaration import DeclaredItem
from tieback.model.exposure import Exposure, Finding, Severity
from tieback.model.passive import PassiveNote, PassiveSighting
from tieback.model.posture import Posture
from tieback.model.probe import ProbeReport
from tieback.model.report.apps import AppSighting, AppSummary, DroppedName
from tieback.model.report.baseline import Baseline
from tieback.model.report.captures import CaptureSummary, ContactedServer, Recipient
from tieback.model.report.groups import Breakdown, CloserLook, ExposureHistory, GroupTable, SharedStore
from tieback.model.report.headline import Headline, PopulationEstimate
from tieback.model.report.scope import RunScope
from tieback.model.report.suppression import SuppressedFinding
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.report.used import DataUsed, PluginUsed, RulesUsed
from tieback.model.sighting import Problem


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
        """Number of findings with at least this severity; with a baseline, of those that are new or worse."""
        severe = takewhile(lambda finding: finding.severity.rank >= least.rank, self.findings.rows())
        if self.baseline is None:
            return sum(1 for _ in severe)
        known = self.baseline
        return sum(1 for finding in severe if known.is_news(finding.id))
