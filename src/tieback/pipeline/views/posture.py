"""The owner's cloud accounts: encryption and exposure in numbers, and what of them the scan has found open."""

from pathlib import PurePath

import msgspec

from tieback.model.exposure import Severity
from tieback.model.figure import Figure
from tieback.model.posture import OwnedResource, Posture, ResourceFigures, StoreSummary, UnclaimedStore
from tieback.pipeline.runs import finished_run, nothing_probed_text
from tieback.pipeline.views.kept_posture import kept_posture
from tieback.report.posture import NumberTable, bars, databases, number_tables
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

SHOWN = 100
"""Rows of each table of the page; ``tieback posture join --format json`` is complete."""


MOST_STORES = 20


class ShareBar(msgspec.Struct, frozen=True, kw_only=True):
    """A share of the hosted databases."""

    name: str
    percent: float
    text: str
    """Numerator, denominator and per cent."""


class MatchedResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource of an account that an app or its traffic names, or a probe found."""

    label: str
    account: str
    text: str
    """The match in one sentence."""
    stores: tuple[str, ...]
    """IDs of stores that responded."""
    open: bool
    records: Figure | None
    """Of the largest of its open stores; ``None`` if none is open."""
    severity: Severity | None


class PublicResource(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that is public according to its account, but no app and no probe led to it."""

    label: str
    account: str
    text: str


class ForeignStore(msgspec.Struct, frozen=True, kw_only=True):
    """An open store that is in no imported account."""

    id: str
    text: str
    records: Figure
    severity: Severity


class PostureFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding about the accounts."""

    id: str
    rule: str
    severity: Severity
    title: str
    evidence: str
    """The first line of the evidence, which names the resource or the store."""
    stores: tuple[str, ...]
    """IDs of the stores that it is about, at most 20."""
    advice: str


class PostureExportRow(msgspec.Struct, frozen=True, kw_only=True):
    """An imported export."""

    source: str
    name: str
    seen: str
    missed: int
    """Items that the export could not collect: these stay unknown."""
    incomplete: str


class PosturePage(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts beside a run."""

    run: str | None
    not_probed: str
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""
    imported: bool
    """False if no export was imported: then nothing is known."""
    resources: int
    accounts: int
    databases: ResourceFigures | None
    """The figures of all deployed hosted databases."""
    bars: tuple[ShareBar, ...]
    method: str
    tables: tuple[NumberTable, ...]
    owned: tuple[MatchedResource, ...]
    owned_total: int
    leaking: int
    """Matched resources that expose records without authentication."""
    unseen: tuple[PublicResource, ...]
    unseen_total: int
    foreign: tuple[ForeignStore, ...]
    foreign_total: int
    findings: tuple[PostureFinding, ...]
    findings_total: int
    exports: tuple[PostureExportRow, ...]


def posture_page(workspace: Workspace, run: str = "") -> PosturePage:
    """The accounts, joined with a run; default: the last finished one.

    Raises:
        WorkspaceError: the workspace cannot be read, or no finished run has this ID.
    """
    chosen = finished_run(workspace, run)
    key = None if chosen is None else chosen.id
    section = kept_posture(workspace, key or "")
    posture = section.posture
    if posture is None:
        return _nothing(chosen)
    return PosturePage(
        run=key,
        not_probed=nothing_probed_text(chosen),
        imported=True,
        resources=posture.resources,
        accounts=posture.accounts or 0,
        databases=databases(posture.numbers),
        bars=_bars(posture),
        method=posture.method,
        tables=tuple(number_tables(posture.numbers)),
        owned=tuple(_owned(one) for one in posture.owned[:SHOWN]),
        owned_total=posture.owned_total or 0,
        leaking=posture.leaking or 0,
        unseen=tuple(
            PublicResource(label=one.resource.label, account=one.resource.account, text=one.says)
            for one in posture.unseen[:SHOWN]
        ),
        unseen_total=posture.unseen_total or 0,
        foreign=tuple(_foreign(one) for one in posture.foreign[:SHOWN]),
        foreign_total=posture.foreign_total or 0,
        findings=tuple(
            PostureFinding(
                id=one.id,
                rule=one.rule,
                severity=one.severity,
                title=one.title,
                evidence=one.evidence[0] if one.evidence else "",
                stores=one.exposures[:MOST_STORES],
                advice=one.advice,
            )
            for one in section.findings[:SHOWN]
        ),
        findings_total=len(section.findings),
        exports=tuple(
            PostureExportRow(
                source=one.source,
                name=PurePath(one.path).name,
                seen=one.seen,
                missed=one.missed,
                incomplete=one.incomplete,
            )
            for one in posture.exports
        ),
    )


def _bars(posture: Posture) -> tuple[ShareBar, ...]:
    return tuple(ShareBar(name=one.name, percent=round(one.share, 1), text=one.text) for one in bars(posture))


def _owned(one: OwnedResource) -> MatchedResource:
    exposed = [store for store in one.stores if store.exposed]
    worst = max(exposed, key=_size, default=None)
    return MatchedResource(
        label=one.resource.label,
        account=one.resource.account,
        text=one.says,
        stores=tuple(store.id for store in one.stores[:SHOWN]),
        open=bool(exposed),
        records=None if worst is None else worst.records,
        severity=max((store.severity for store in exposed), key=lambda severity: severity.rank, default=None),
    )


def _size(store: StoreSummary) -> int:
    return store.records.value


def _foreign(one: UnclaimedStore) -> ForeignStore:
    return ForeignStore(id=one.store.id, text=one.says, records=one.store.records, severity=one.store.severity)


def _nothing(run: RunRow | None) -> PosturePage:
    return PosturePage(
        run=None if run is None else run.id, not_probed=nothing_probed_text(run), imported=False, resources=0,
        accounts=0, databases=None, bars=(), method="", tables=(), owned=(), owned_total=0, leaking=0,
        unseen=(), unseen_total=0, foreign=(), foreign_total=0, findings=(), findings_total=0, exports=(),
    )  # fmt: skip
