"""One case with everything that was done."""

from datetime import UTC, date, datetime
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
    LetterDates,
    LogLine,
    PartyRole,
    PartyState,
    RecheckVerdict,
    UnfixedClosing,
)
from tieback.model.figure import Figure
from tieback.model.vendor import Contact
from tieback.pipeline.disclosure.cases import CaseService, case_service
from tieback.pipeline.disclosure.letter_files import kept_sender
from tieback.pipeline.disclosure.sent_notes import sent_notes
from tieback.pipeline.views.cases.letters import LetterRow, letter_rows
from tieback.pipeline.views.cases.listing import CaseRow, case_row, vendor_names
from tieback.pipeline.views.cases.log import CaseLine, case_lines
from tieback.pipeline.views.grants import GrantRow, list_grants
from tieback.pipeline.views.stores import StoreRow, store_row
from tieback.storage.ledger.case_log import CASE_DIGEST
from tieback.storage.ledger.pages import find_case, find_store, latest_run_of_store, log_page
from tieback.storage.workspace import Workspace

MOST_LINES = 200
"""Limit on the log lines of one case that its page reads."""


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
    closed_before: datetime | None
    """If it gave no verdict: when the last one with a verdict found the store closed."""
    alike: tuple[str, ...]
    compared: tuple[str, ...]


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
    watched_until: date | None
    """Until this day a letter promises further re-checks; a closed case gets none."""
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
    store_run: str
    """ID of the latest finished run that found the store; empty if none here did: then it has no page."""
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
    names = vendor_names(workspace)
    vendor = next((one for one in workspace.ledger.cases.vendors() if one.id == case.vendor), None)
    work = case_service(workspace)
    watched = work.watched_until(case.id)
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
        watched_until=watched,
        next_states=_next_states(case, today, watched=watched is not None),
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
        store_run=latest_run_of_store(database, case.store.id),
        letters=tuple(
            letter_rows(
                (one for one in workspace.ledger.cases.letters(case.vendor) if case.id in one.cases),
                names,
                sent_notes(workspace.ledger.cases),
            )
        ),
        sender=None if sender is None else LetterSender(organisation=sender.organisation, email=sender.email),
        no_sender=no_sender,
        grants=usable,
        grants_unusable=len(on_disk) - len(usable),
        log=case_lines(lines),
        log_complete=len(lines) < MOST_LINES,
        log_matches=logged == digest,
    )


def _next_states(case: Case, today: date, *, watched: bool) -> tuple[NextState, ...]:
    reasons = {
        CaseState.CLOSED: watched or closing_needs_reason(case),
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
        closed_before=check.closed_before,
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
