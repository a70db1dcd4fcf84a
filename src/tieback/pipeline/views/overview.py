"""The overview of a workspace: the headline of the last run, what it does not say, and what to do next."""

from datetime import UTC, date, datetime

import msgspec

from tieback.model.case import CaseState
from tieback.model.report.headline import Headline
from tieback.model.report.scope import SkipReason
from tieback.pipeline.views.index_figures import RunFigures
from tieback.pipeline.views.kept_posture import kept_posture
from tieback.pipeline.views.records import FoundStore
from tieback.pipeline.views.run_index import open_index
from tieback.pipeline.views.run_state import RunState, find_run, show_run
from tieback.pipeline.views.trend import Trend, show_trend
from tieback.storage.ledger.pages import case_page, count_case_states, count_cases, count_findings
from tieback.storage.workspace import Workspace

MOST_CASES = 10
_ACTIVE = tuple(state for state in CaseState if state is not CaseState.CLOSED)


class ProbedScope(msgspec.Struct, frozen=True, kw_only=True):
    """What a run probed under its grant, and what it left out."""

    candidates: int
    probed: int
    not_probed: int
    reasons: tuple[tuple[SkipReason, int], ...]
    """Each reason with its number of targets, and of hosts without an address."""
    bytes_sent: int
    bytes_read: int


class DueCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case with a due date."""

    id: str
    vendor: str
    vendor_name: str
    state: CaseState
    due: date
    late: bool
    product: str
    place: str
    """The first location of the store, which tells cases of one vendor apart; empty if it has none."""


class CasesSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The cases of the workspace."""

    active: int
    due: int
    """Active cases whose due date is today or earlier."""
    states: dict[str, int]
    next: tuple[DueCase, ...]
    """The active cases with the earliest due dates; empty for viewers."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The overview. Without names for users with the role ``viewer``."""

    run: RunState | None
    """``None`` if no run has finished."""
    headline: Headline | None
    scope: ProbedScope | None
    """``None`` if the run had no grant: nothing was probed."""
    probed: bool
    """True if the run looked for data stores; otherwise the numbers of stores in ``headline`` are unknown, not zero."""
    findings: int
    """Findings of the run and of imported cloud accounts, suppressed ones included, as ``GET /findings`` lists them."""
    problems: int
    """Inputs and targets that could not be read or decided."""
    unidentified: tuple[str, ...]
    """How many servers answered and are not known data stores, or demand a login first, in words."""
    backends: int
    backends_not_probed: int
    worst_stores: tuple[FoundStore, ...]
    """The worst exposed stores, at most ten; empty for viewers."""
    cases: CasesSummary
    trend: Trend
    names_withheld: bool
    """True if stores and cases are left out because of the user's role."""


def show_overview(workspace: Workspace, *, names: bool, run: str = "", today: date | None = None) -> Overview:
    """The overview of a run; default: the last finished one.

    Args:
        workspace: an open workspace.
        names: false for users who see only totals.
        run: ID of the run.
        today: decides which cases are due; default: today in UTC.

    Raises:
        UsageError: there is no finished run with this ID.
        WorkspaceError: the workspace cannot be read.
    """
    day = today or datetime.now(UTC).date()
    shown = find_run(workspace, run)
    trend = show_trend(workspace, shown)
    cases = _cases(workspace, day, names=names)
    if shown is None:
        return Overview(
            run=None,
            headline=None,
            scope=None,
            probed=False,
            findings=0,
            problems=0,
            unidentified=(),
            backends=0,
            backends_not_probed=0,
            worst_stores=(),
            cases=cases,
            trend=trend,
            names_withheld=not names,
        )
    figures = open_index(workspace, shown).document("figures", RunFigures)
    # A campaign lists stores and marks of ransom notes.
    headline = figures.headline if names else msgspec.structs.replace(figures.headline, campaigns=())
    return Overview(
        run=show_run(workspace, shown),
        headline=headline,
        scope=_scope(figures),
        probed=headline.stores_answering > 0 or (figures.scope is not None and figures.scope.reached),
        # An export of an account that was imported after the run adds findings to it.
        findings=count_findings(workspace.ledger.database, shown.id) + len(kept_posture(workspace, shown.id).findings),
        problems=figures.problems,
        unidentified=figures.unidentified,
        backends=figures.backends,
        backends_not_probed=figures.backends_not_probed,
        worst_stores=figures.worst if names else (),
        cases=cases,
        trend=trend,
        names_withheld=not names,
    )


def _scope(figures: RunFigures) -> ProbedScope | None:
    scope = figures.scope
    if scope is None:
        return None
    return ProbedScope(
        candidates=scope.candidates,
        probed=scope.probed,
        not_probed=sum(scope.unprobed.values()),
        reasons=tuple(scope.unprobed.items()),
        bytes_sent=scope.bytes_sent,
        bytes_read=scope.bytes_read,
    )


def _cases(workspace: Workspace, today: date, *, names: bool) -> CasesSummary:
    database = workspace.ledger.database
    states = count_case_states(database)
    found = []
    if names and states:
        vendors = workspace.ledger.cases
        for _, case in case_page(database, None, MOST_CASES, states=_ACTIVE):
            if case.due is None:
                break  # they are last
            found.append(
                DueCase(
                    id=case.id,
                    vendor=case.vendor,
                    vendor_name=vendors.vendor(case.vendor).name,
                    state=case.state,
                    due=case.due,
                    late=case.due < today,
                    product=case.store.product,
                    place=case.store.targets[0] if case.store.targets else "",
                )
            )
    return CasesSummary(
        active=sum(count for state, count in states.items() if state != CaseState.CLOSED),
        due=count_cases(database, states=_ACTIVE, due_by=today.isoformat()),
        states=states,
        next=tuple(found),
    )
