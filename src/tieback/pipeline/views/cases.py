"""Cases: the list by due date, one case with everything that was done, and the log of all cases."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from tieback.cases.comparison import comparison_lines
from tieback.cases.parties import STEPS as PARTY_STEPS
from tieback.cases.states import STEPS, closing_needs_reason
from tieback.model.case import (
    Case,
    CaseApp,
    CaseState,
    Confirmation,
    Letter,
    LetterDates,
    LogLine,
    PartyRole,
    PartyState,
    RecheckVerdict,
    UnfixedClosing,
)
from tieback.model.exposure import Severity
from tieback.model.figure import Figure
from tieback.model.vendor import Contact
from tieback.pipeline.disclosure.cases import CaseService, case_service
from tieback.pipeline.disclosure.letter_files import kept_sender
from tieback.pipeline.views.grants import GrantRow, list_grants
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing, bounded_limit, cut, decode_cursor
from tieback.pipeline.views.stores import StoreRow, store_row
from tieback.report.texts.stores import most_sensitive
from tieback.storage.ledger.case_log import CASE_DIGEST
from tieback.storage.ledger.case_order import CaseKey, Whole
from tieback.storage.ledger.pages import case_page, count_case_states, count_cases, find_case, find_store, log_page
from tieback.storage.workspace import Workspace

MOST_PLACES = 3
MOST_LINES = 200
"""Limit on the log lines of one case that its page reads."""
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
    names = _vendor_names(workspace)
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


def _vendor_names(workspace: Workspace) -> dict[str, str]:
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


class NextState(msgspec.Struct, frozen=True, kw_only=True):
    """A state to which a person may move the case."""

    state: CaseState
    needs_reason: bool
    """It needs a reason: to close the case without a fix, or to inform a CERT before the day that a letter promises."""


class PartyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A further party of a case."""

    name: str
    role: PartyRole
    state: PartyState
    since: datetime
    due: date | None
    contact: str
    letter: str
    next_states: tuple[PartyState, ...]


class RecheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """A re-check of a case, from its log."""

    time: datetime
    by: str
    verdict: str
    reasons: str
    where: str
    records: str
    compared: str


class LastCheck(msgspec.Struct, frozen=True, kw_only=True):
    """The latest re-check."""

    verdict: RecheckVerdict
    time: datetime
    reasons: tuple[str, ...]
    where: tuple[str, ...]
    records: Figure | None
    records_change: int | None
    closed_since: datetime | None
    alike: tuple[str, ...]
    compared: tuple[str, ...]


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log of cases."""

    seq: int
    time: datetime
    subject: str
    """ID of the case or vendor."""
    event: str
    by: str
    text: str
    """Its fields as text."""
    hash: str


class LetterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A letter in a list."""

    id: str
    kind: str
    language: str
    version: int
    vendor: str
    """ID."""
    vendor_name: str
    subject: str
    created: datetime
    due: date | None
    to: str
    cases: tuple[str, ...]


class LetterSender(msgspec.Struct, frozen=True, kw_only=True):
    """The sender of letters."""

    organisation: str
    email: str


class CaseDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one case."""

    case: CaseRow
    places: tuple[str, ...]
    """Every known location of the store."""
    suspects: tuple[str, ...]
    """Locations of stores that may be this one."""
    provider: str
    owner: str
    channel: str
    attested: date | None
    dates: LetterDates | None
    """Those of the last letter that was sent."""
    shared: date | None
    silent_until: date | None
    """Until this day a letter promises to inform no provider or CERT."""
    unpublished_until: date | None
    confirmed: Confirmation | None
    unfixed: tuple[UnfixedClosing, ...]
    other_owner: str
    """The vendor that answers for the store by the evidence of the last run, if it is not that of the case."""
    contacts: tuple[Contact, ...]
    """Those of the vendor, the best first."""
    vendor_language: str
    apps: tuple[CaseApp, ...]
    also: tuple[CaseApp, ...]
    """Apps of other vendors that also lead to the store; letters do not name them."""
    next_states: tuple[NextState, ...]
    parties: tuple[PartyRow, ...]
    check: LastCheck | None
    checks: tuple[RecheckRow, ...]
    """All re-checks, the latest first."""
    store_now: StoreRow | None
    """The store in the last finished run; ``None`` if that run did not find it."""
    letters: tuple[LetterRow, ...]
    sender: LetterSender | None
    """Who signs a letter that names no sender; ``None`` if nobody is known: then a letter needs one."""
    no_sender: str
    """Why the sender file of the workspace is not used; empty if it is, or if there is none."""
    grants: tuple[GrantRow, ...]
    """Grants on the server that can be used for a re-check now."""
    grants_unusable: int
    log: tuple[CaseLine, ...]
    """The latest lines first."""
    log_complete: bool
    log_matches: bool
    """The case is as the last line about it says. ``GET /case-log`` verifies the whole chain."""


def vendor_of_case(workspace: Workspace, key: str) -> str | None:
    """ID of the vendor of a case; ``None`` if there is no case with this ID.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    found = find_case(workspace.ledger.database, key)
    return None if found is None else found[0].vendor


def show_case(workspace: Workspace, key: str, grants: Path | None = None) -> CaseDetail | None:
    """One case; ``None`` if there is none with this ID. ``grants`` is the server's folder of grants.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    database, today = workspace.ledger.database, datetime.now(UTC).date()
    found = find_case(database, key)
    if found is None:
        return None
    case, digest = found
    lines = log_page(database, None, MOST_LINES, case.id)
    logged = next((line.fields[CASE_DIGEST] for line in lines if CASE_DIGEST in line.fields), digest)
    names = _vendor_names(workspace)
    vendor = next((one for one in workspace.ledger.cases.vendors() if one.id == case.vendor), None)
    work = case_service(workspace)
    on_disk = list_grants(workspace, grants).items
    usable = tuple(one for one in on_disk if one.usable)
    sender, no_sender = kept_sender(work)
    return CaseDetail(
        case=case_row(case, names, today),
        places=case.all_places,
        suspects=case.suspects,
        provider=case.provider,
        owner=case.owner,
        channel=case.channel,
        attested=case.attested,
        dates=case.dates,
        shared=case.shared,
        silent_until=case.silent_until(today),
        unpublished_until=case.unpublished_until(today),
        confirmed=case.confirmed,
        unfixed=case.unfixed,
        other_owner=work.other_owner(case),
        contacts=vendor.contacts if vendor is not None else (),
        vendor_language=vendor.language if vendor is not None else "",
        apps=case.apps,
        also=case.also,
        next_states=_next_states(case, today),
        parties=tuple(
            PartyRow(
                name=party.name,
                role=party.role,
                state=party.state,
                since=party.since,
                due=party.due,
                contact=party.contact,
                letter=party.letter,
                next_states=tuple(sorted(PARTY_STEPS[party.state])),
            )
            for party in case.parties
        ),
        check=_last_check(case),
        checks=tuple(_recheck(line) for line in lines if line.event == "check"),
        store_now=_store_now(workspace, work, case),
        letters=tuple(
            letter_rows((one for one in workspace.ledger.cases.letters(case.vendor) if case.id in one.cases), names)
        ),
        sender=None if sender is None else LetterSender(organisation=sender.organisation, email=sender.email),
        no_sender=no_sender,
        grants=usable,
        grants_unusable=len(on_disk) - len(usable),
        log=case_lines(lines),
        log_complete=len(lines) < MOST_LINES,
        log_matches=logged == digest,
    )


def _next_states(case: Case, today: date) -> tuple[NextState, ...]:
    reasons = {
        CaseState.CLOSED: closing_needs_reason(case),
        CaseState.HANDED_TO_CERT: case.silent_until(today) is not None,
    }
    order = list(CaseState)
    return tuple(
        NextState(state=state, needs_reason=reasons.get(state, False))
        for state in sorted(STEPS[case.state], key=order.index)
    )


def _last_check(case: Case) -> LastCheck | None:
    check = case.check
    if check is None:
        return None
    return LastCheck(
        verdict=check.verdict,
        time=check.time,
        reasons=check.reasons,
        where=check.where,
        records=check.records,
        records_change=check.records_change,
        closed_since=check.closed_since,
        alike=check.alike,
        compared=comparison_lines(check.compared) if check.compared is not None else (),
    )


def _recheck(line: LogLine) -> RecheckRow:
    names = ("verdict", "reasons", "where", "records", "compared")
    fields = {name: line.fields.get(name, "") for name in names}
    return RecheckRow(time=line.time, by=line.by, **fields)


def _store_now(workspace: Workspace, work: CaseService, case: Case) -> StoreRow | None:
    store = find_store(workspace.ledger.database, work.run.id, case.store.id) if work.run is not None else None
    return None if store is None else store_row(store)


def letter_rows(letters: Iterable[Letter], names: dict[str, str]) -> list[LetterRow]:
    """Letters as a list shows them, the latest first."""
    rows = [
        LetterRow(
            id=one.id,
            kind=one.kind,
            language=one.language,
            version=one.version,
            vendor=one.vendor,
            vendor_name=names.get(one.vendor, one.vendor),
            subject=one.subject,
            created=one.created,
            due=one.due,
            to=one.to,
            cases=one.cases,
        )
        for one in letters
    ]
    return sorted(rows, key=lambda row: (row.created, row.id), reverse=True)


def case_lines(lines: Iterable[LogLine]) -> tuple[CaseLine, ...]:
    """Lines of the log as pages show them."""
    return tuple(
        CaseLine(
            seq=line.seq,
            time=line.time,
            subject=line.subject,
            event=line.event,
            by=line.by,
            text="; ".join(f"{name} {value}" for name, value in line.fields.items() if name != CASE_DIGEST),
            hash=line.hash,
        )
        for line in lines
    )


class CaseLog(Listing[CaseLine], frozen=True, kw_only=True):
    """The log of all cases and vendors, the latest line first, and the result of verifying it."""

    ok: bool
    """True if the chain is intact and each case is as the log says."""
    why: str
    """The problem, if it is not."""
    lines: int
    """Lines from the start that are intact."""
    head: str
    """Hash of the last of these. Store it elsewhere: a shortened log can be detected only with it."""
    cases: int
    """Cases that match the log."""


def show_case_log(workspace: Workspace, *, after: str = "", limit: int = DEFAULT_LIMIT) -> CaseLog:
    """Verify the whole log of cases, and show its latest lines.

    Raises:
        UsageError: a wrong cursor or limit.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    database = workspace.ledger.database
    before = decode_cursor(after, tuple[Whole])[0] if after else None
    verdict = workspace.ledger.cases.verify()
    rows, following = cut(log_page(database, before, limit + 1), limit, lambda line: (line.seq,))
    return CaseLog(
        items=case_lines(rows),
        next=following,
        total=None,
        ok=verdict.ok,
        why=verdict.why,
        lines=verdict.lines,
        head=verdict.head,
        cases=verdict.cases,
    )
