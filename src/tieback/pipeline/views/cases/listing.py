"""The list of cases, by due date."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from tieback.model.case import Case, CaseState, RecheckVerdict
from tieback.model.exposure import Severity
from tieback.model.figure import Figure
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing, bounded_limit, cut, decode_cursor
from tieback.report.texts.stores import most_sensitive
from tieback.storage.ledger.case_order import CaseKey
from tieback.storage.ledger.pages import case_page, count_case_states, count_cases
from tieback.storage.workspace import Workspace

MOST_PLACES = 3

DUE_SOON = 7
"""Days within which a case counts as due soon, as for ``tieback case due``."""


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list."""

    id: str
    vendor: str
    """ID."""
    vendor_name: str
    state: CaseState
    since: datetime
    opened: datetime
    due: date | None
    late: bool
    """The due date has passed."""
    store: str
    """ID."""
    product: str
    version: str
    targets: tuple[str, ...]
    targets_total: int
    severity: Severity
    records: Figure
    """When the case was opened."""
    classes: tuple[str, ...]
    unconfirmed: bool
    """The verdict is experimental and nobody confirmed it, so that no letter is written."""
    unfixed: bool
    """A person closed it although no re-check found the store closed."""
    verdict: RecheckVerdict | None
    """Verdict of the last re-check."""
    checked: datetime | None


class StateCount(msgspec.Struct, frozen=True, kw_only=True):
    """The number of cases in a state."""

    state: CaseState
    cases: int


class VendorOption(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor that the list can be filtered by."""

    id: str
    name: str


class CaseListing(Listing[CaseRow], frozen=True, kw_only=True):
    """Cases by due date."""

    states: tuple[StateCount, ...] = ()
    due_soon: int = 0
    """Cases due within 7 days, late ones included."""
    late: int = 0
    exposed_total: int | None = None
    """Open stores of the last finished run; ``None`` if no run has finished."""


def list_cases(
    workspace: Workspace,
    *,
    states: Sequence[CaseState] = (),
    vendor: str = "",
    due_in: int | None = None,
    after: str = "",
    limit: int = DEFAULT_LIMIT,
) -> CaseListing:
    """The cases that match all filters; ``due_in`` selects those due within so many days.

    Raises:
        UsageError: a wrong cursor or limit.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    database, today = workspace.ledger.database, datetime.now(UTC).date()
    due_by = "" if due_in is None else _days_after(today, due_in)
    key = decode_cursor(after, CaseKey.__value__) if after else None
    rows, following = cut(
        case_page(database, key, limit + 1, states=states, vendor=vendor, due_by=due_by), limit, _case_key
    )
    names = vendor_names(workspace)
    run = workspace.ledger.latest_run()
    return CaseListing(
        items=tuple(case_row(case, names, today) for _, case in rows),
        next=following,
        total=count_cases(database, states=states, vendor=vendor, due_by=due_by),
        states=tuple(
            StateCount(state=CaseState(state), cases=count) for state, count in count_case_states(database).items()
        ),
        due_soon=count_cases(database, due_by=_days_after(today, DUE_SOON)),
        late=count_cases(database, due_by=_days_after(today, -1)),
        exposed_total=None if run is None else workspace.ledger.conclusions.counts(run.id)[0],
    )


def _days_after(today: date, days: int) -> str:
    return (today + timedelta(days=max(-1, min(days, 3_660)))).isoformat()


def _case_key(row: tuple[CaseKey, Case]) -> CaseKey:
    return row[0]


def vendor_names(workspace: Workspace) -> dict[str, str]:
    """Names of the vendors in the register, by ID."""
    return {vendor.id: vendor.name for vendor in workspace.ledger.cases.vendors()}


def case_row(case: Case, names: dict[str, str], today: date) -> CaseRow:
    """A case as a list shows it.

    Args:
        case: the case.
        names: names of vendors by ID.
        today: the day against which it is late.
    """
    store = case.store
    return CaseRow(
        id=case.id,
        vendor=case.vendor,
        vendor_name=names.get(case.vendor, case.vendor),
        state=case.state,
        since=case.since,
        opened=case.opened,
        due=case.due,
        late=case.active and case.due is not None and case.due < today,
        store=store.id,
        product=store.product,
        version=store.version,
        targets=case.all_places[:MOST_PLACES],
        targets_total=len(case.all_places),
        severity=store.severity,
        records=store.records,
        classes=tuple(total.pii_class for total in most_sensitive(store.pii)),
        unconfirmed=case.unconfirmed,
        unfixed=bool(case.unfixed),
        verdict=case.check.verdict if case.check is not None else None,
        checked=case.check.time if case.check is not None else None,
    )
