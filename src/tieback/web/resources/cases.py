"""Disclosure cases: the list, one case, and every step from opening to closing it; and the log of all cases."""

import tempfile
from datetime import date
from pathlib import Path

import msgspec
from litestar.handlers import HTTPRouteHandler

from tieback.cases.policy import default_policy
from tieback.model.case import Case, CaseState, PartyRole, PartyState
from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.disclosure.evidence import write_evidence
from tieback.pipeline.jobs.kinds import RecheckJob
from tieback.pipeline.jobs.submit import submit_job
from tieback.pipeline.views.cases.detail import CaseDetail, show_case, vendor_of_case
from tieback.pipeline.views.cases.listing import CaseListing, list_cases
from tieback.pipeline.views.cases.log import CaseLog, show_case_log
from tieback.pipeline.views.download import Download
from tieback.pipeline.views.letters import letter_choices
from tieback.pipeline.views.listing import DEFAULT_LIMIT
from tieback.pipeline.views.runs import RunItem, job_item
from tieback.pipeline.views.store import show_store
from tieback.web.context import Context
from tieback.web.parameters import choice, day_or_none, required_day
from tieback.web.problems import ConflictError, NotFoundError
from tieback.web.resource import change, download, form, json, page, page_and_json

MAX_TEXT = 60_000
"""Characters of a note or of evidence."""
_SEE_LIST = "See the list of cases"
EVIDENCE_FILE = "session.txt"
_ARCHIVE = "application/zip"


class StoreChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which store gets a case."""

    store: str
    """ID of an open store of the last finished run."""


class ConfirmStore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person confirms an experimental verdict."""

    store: str
    """ID of the store."""
    evidence: str
    """Text that shows it, such as a session of the product's own client. The workspace keeps it under its hash."""


class StateChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of a case."""

    state: CaseState
    note: str = ""
    """Reason; needed to close a case that no re-check found closed."""
    channel: str = ""
    """How the vendor was notified, such as ``email``."""


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A note for the log of a case."""

    text: str


class DueDate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another due date."""

    due: date


class Attestation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The vendor confirmed in writing that the store is secure."""

    on: date | None = None
    """Date of its letter; default: today."""


class NewParty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further party of a case."""

    role: PartyRole
    name: str
    contact: str = ""


class PartyChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of a party."""

    name: str
    state: PartyState
    note: str = ""
    """Reason; needed to inform a party while a letter promises to inform nobody else."""


class RecheckOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A re-check of a case."""

    grant: str
    """SHA-256 of a grant that is a file on the server; ``grants`` of the case lists those that can be used."""


class CaseKey(msgspec.Struct, frozen=True, kw_only=True):
    """The case that was opened or confirmed."""

    id: str
    state: CaseState
    due: date | None
    again: bool
    """True if the store had this case before."""


class CaseForm(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of the forms of a case; each form sends some of them."""

    state: str = ""
    note: str = ""
    channel: str = ""
    text: str = ""
    due: str = ""
    on: str = ""
    role: str = ""
    name: str = ""
    contact: str = ""
    evidence: str = ""
    grant: str = ""


def cases(
    context: Context,
    case_state: str = "",
    vendor: str = "",
    due_in: str = "",
    after: str = "",
    limit: int = DEFAULT_LIMIT,
) -> CaseListing:
    """Cases by due date. ``vendor`` is an ID; ``due_in`` selects those due within so many days, late ones included."""
    chosen = choice(CaseState, case_state, "case_state")
    if due_in and not (due_in.removeprefix("-").isdecimal() and len(due_in) <= 5):
        raise UsageError("not a number of days", where="due_in", advice="Use a number such as 7")
    return list_cases(
        context.workspace,
        states=(chosen,) if chosen is not None else (),
        vendor=vendor,
        due_in=int(due_in) if due_in else None,
        after=after,
        limit=limit,
    )


def case(context: Context, case_id: str) -> CaseDetail:
    """One case with its parties, letters, re-checks and log."""
    found = show_case(context.workspace, case_id, context.settings.grants)
    if found is None:
        raise NotFoundError("no case with this ID", advice=_SEE_LIST)
    return found


_CHOICES: dict[str, object] = {"letter": letter_choices()}
"""What the page of a case offers, besides the case."""


def _require(context: Context, case_id: str) -> None:
    if vendor_of_case(context.workspace, case_id) is None:
        raise NotFoundError("no case with this ID", advice=_SEE_LIST)


def case_log(context: Context, after: str = "", limit: int = DEFAULT_LIMIT) -> CaseLog:
    """Verify the hash chain of the log of all cases and vendors, and show its latest lines."""
    return show_case_log(context.workspace, after=after, limit=limit)


@change(
    "POST",
    "/cases",
    role=Role.ANALYST,
    action="open a case",
    status=201,
    logged=True,
    made=lambda key: not key.again,
)
def open_case(context: Context, data: StoreChoice) -> CaseKey:
    """Open a case for an open store, for the vendor that answers for it. Status 200 returns the case that it had."""
    opened = _opened(context, data.store)
    if not opened.again:
        context.changes.note(context.user, "open a case", f"{data.store} {opened.id}")
    return opened


@change(
    "POST",
    "/cases/confirmations",
    role=Role.ANALYST,
    action="confirm an experimental verdict",
    status=201,
    logged=True,
    made=lambda key: not key.again,
)
def confirm_store(context: Context, data: ConfirmStore) -> CaseKey:
    """Confirm an experimental verdict that a person checked by hand; this opens the case. Letters cite it."""
    confirmed = _confirmed(context, data.store, data.evidence)
    context.changes.note(context.user, "confirm an experimental verdict", f"{data.store} {confirmed.id}")
    return confirmed


def _opened(context: Context, store: str) -> CaseKey:
    found = show_store(context.workspace, store)
    if found is None:
        raise NotFoundError("no store with this ID in the last run", advice="See the list of stores")
    work = case_service(context.workspace)
    done = work.open(default_policy(), store, by_whom=context.user.name)
    if done.cases:
        return _key(done.cases[0], again=False)
    known = show_store(context.workspace, store)
    if known is not None and known.store.cases:
        return _key(work.find_case(known.store.cases[0].id), again=True)
    if done.unconfirmed:
        raise ConflictError("its verdict is experimental", advice="Check it by hand, then confirm it with the evidence")
    if done.undecided:
        raise ConflictError(
            "several vendors' apps lead there, and none is its owner",
            advice="Add the host to the domains of its owner on the page of that vendor, under Vendors",
        )
    if done.nobodys:
        raise ConflictError("no app of a known vendor leads there", advice="Analyse an app that leads there")
    raise ConflictError("it is not open in the last run", advice="Only an open store gets a case")


def _confirmed(context: Context, store: str, evidence: str) -> CaseKey:
    if not evidence.strip() or len(evidence) > MAX_TEXT:
        raise UsageError(
            f"1 to {MAX_TEXT:,} characters are needed", where="evidence", advice="Paste a session of a client"
        )
    known = show_store(context.workspace, store)
    if known is None:
        raise NotFoundError("no store with this ID in the last run", advice="See the list of stores")
    with tempfile.TemporaryDirectory(prefix="tieback-evidence-") as folder:
        file = Path(folder) / EVIDENCE_FILE
        file.write_text(evidence, encoding="utf-8", errors="backslashreplace")
        confirmed = case_service(context.workspace).confirm(store, file, default_policy(), context.user.name)
    return _key(confirmed, again=bool(known.store.cases))


def _key(found: Case, *, again: bool) -> CaseKey:
    return CaseKey(id=found.id, state=found.state, due=found.due, again=again)


@change("POST", "/cases/{case_id:str}/state", role=Role.ANALYST, action="move a case", current=case)
def move_case(context: Context, case_id: str, data: StateChange) -> CaseDetail:
    """Move a case to its next state, by the rules of the policy. Only a re-check can set ``fixed``."""
    _advance(context, case_id, data.state, data.note, data.channel)
    return case(context, case_id)


def _advance(context: Context, case_id: str, state: CaseState, note: str, channel: str) -> None:
    _require(context, case_id)
    work = case_service(context.workspace)
    work.advance(case_id, state, default_policy(), context.user.name, _short(note, "note"), _short(channel, "channel"))


@change("POST", "/cases/{case_id:str}/notes", role=Role.ANALYST, action="add a note to a case", status=201)
def add_note(context: Context, case_id: str, data: Note) -> CaseDetail:
    """Add a note to the log of a case. It cannot be changed or removed."""
    _note(context, case_id, data.text)
    return case(context, case_id)


def _note(context: Context, case_id: str, text: str) -> None:
    _require(context, case_id)
    if not text.strip():
        raise UsageError("the note is empty", where="text")
    case_service(context.workspace).note(case_id, _short(text, "text"), (), context.user.name)


@change("PUT", "/cases/{case_id:str}/due", role=Role.ANALYST, action="postpone a case", current=case)
def postpone_case(context: Context, case_id: str, data: DueDate) -> CaseDetail:
    """Set another due date."""
    _postpone(context, case_id, data.due)
    return case(context, case_id)


def _postpone(context: Context, case_id: str, due: date) -> None:
    _require(context, case_id)
    case_service(context.workspace).postpone(case_id, due, context.user.name)


@change("POST", "/cases/{case_id:str}/attestation", role=Role.ANALYST, action="record an attestation", current=case)
def attest_case(context: Context, case_id: str, data: Attestation) -> CaseDetail:
    """Record that the vendor confirmed in writing that the store is secure. A later re-check can contradict it."""
    _attest(context, case_id, data.on)
    return case(context, case_id)


def _attest(context: Context, case_id: str, day: date | None) -> None:
    _require(context, case_id)
    work = case_service(context.workspace)
    work.attest(case_id, day or work.now.date(), context.user.name)


@change("POST", "/cases/{case_id:str}/parties", role=Role.ANALYST, action="add a party to a case", status=201)
def add_case_party(context: Context, case_id: str, data: NewParty) -> CaseDetail:
    """Add a hosting provider, a coordinator or another vendor. It is not informed yet."""
    _add_party(context, case_id, data.role, data.name, data.contact)
    return case(context, case_id)


def _add_party(context: Context, case_id: str, role: PartyRole, name: str, contact: str) -> None:
    _require(context, case_id)
    work = case_service(context.workspace)
    work.add_party(case_id, role, _short(name, "name"), _short(contact, "contact"), context.user.name)


@change("PATCH", "/cases/{case_id:str}/parties", role=Role.ANALYST, action="move a party of a case", current=case)
def move_case_party(context: Context, case_id: str, data: PartyChange) -> CaseDetail:
    """Move a party, by its name, to another state."""
    _move_party(context, case_id, data.name, data.state, data.note)
    return case(context, case_id)


def _move_party(context: Context, case_id: str, name: str, state: PartyState, note: str) -> None:
    _require(context, case_id)
    work = case_service(context.workspace)
    work.move_party(case_id, name, state, default_policy(), context.user.name, _short(note, "note"))


@change("POST", "/cases/{case_id:str}/recheck", role=Role.OPERATOR, action="start a re-check", status=202)
def recheck_case(context: Context, case_id: str, data: RecheckOrder) -> RunItem:
    """Queue a re-check of the case under a grant on the server. ``GET /runs/{id}`` shows its progress."""
    return _recheck(context, case_id, data.grant)


def _recheck(context: Context, case_id: str, grant: str) -> RunItem:
    _require(context, case_id)
    if not grant:
        raise UsageError("a grant is missing", where="grant", advice="Choose one that is a file on the server")
    order = RecheckJob(grant=grant, cases=(case_id,))
    job, _ = submit_job(context.workspace, order, author=context.user.name, grants=context.settings.grants)
    return job_item(context.workspace, job)


def _short(text: str, where: str) -> str:
    if len(text) > MAX_TEXT:
        raise UsageError(f"longer than {MAX_TEXT:,} characters", where=where)
    return text.strip()


@form(
    "/stores/{store_id:str}/case",
    role=Role.ANALYST,
    action="open a case",
    done="The case is open.",
    again="store",
)
def open_in_page(context: Context, store_id: str) -> str:
    """Open a case from the page of its store."""
    return f"/cases/{_opened(context, store_id).id}"


@form(
    "/stores/{store_id:str}/confirm",
    role=Role.ANALYST,
    action="confirm an experimental verdict",
    done="The verdict is confirmed, and the case is open.",
    again="store",
)
def confirm_in_page(context: Context, store_id: str, data: CaseForm) -> str:
    """Confirm an experimental verdict from the page of its store."""
    return f"/cases/{_confirmed(context, store_id, data.evidence).id}"


@form(
    "/cases/{case_id:str}/state",
    role=Role.ANALYST,
    action="move a case",
    done="The case has its new state.",
    again="case",
)
def move_in_page(context: Context, case_id: str, data: CaseForm) -> str:
    """Move a case from its page."""
    state = choice(CaseState, data.state, "state")
    if state is None:
        raise UsageError("a state is missing", where="state")
    _advance(context, case_id, state, data.note, data.channel)
    return f"/cases/{case_id}"


@form(
    "/cases/{case_id:str}/notes",
    role=Role.ANALYST,
    action="add a note to a case",
    done="The note is in the log.",
    again="case",
)
def note_in_page(context: Context, case_id: str, data: CaseForm) -> str:
    """Add a note from the page of a case."""
    _note(context, case_id, data.text)
    return f"/cases/{case_id}"


@form(
    "/cases/{case_id:str}/due",
    role=Role.ANALYST,
    action="postpone a case",
    done="The case has its new due date.",
    again="case",
)
def postpone_in_page(context: Context, case_id: str, data: CaseForm) -> str:
    """Set another due date from the page of a case."""
    _postpone(context, case_id, required_day(data.due, "due"))
    return f"/cases/{case_id}"


@form(
    "/cases/{case_id:str}/attestation",
    role=Role.ANALYST,
    action="record an attestation",
    done="The attestation is recorded.",
    again="case",
)
def attest_in_page(context: Context, case_id: str, data: CaseForm) -> str:
    """Record an attestation from the page of a case."""
    _attest(context, case_id, day_or_none(data.on, "on"))
    return f"/cases/{case_id}"


@form(
    "/cases/{case_id:str}/parties",
    role=Role.ANALYST,
    action="add a party to a case",
    done="The party is added.",
    again="case",
)
def add_party_in_page(context: Context, case_id: str, data: CaseForm) -> str:
    """Add a party from the page of a case."""
    role = choice(PartyRole, data.role, "role")
    if role is None:
        raise UsageError("a role is missing", where="role")
    _add_party(context, case_id, role, data.name, data.contact)
    return f"/cases/{case_id}"


@form(
    "/cases/{case_id:str}/recheck",
    role=Role.OPERATOR,
    action="start a re-check",
    done="The re-check was queued.",
    again="case",
)
def recheck_in_page(context: Context, case_id: str, data: CaseForm) -> str:
    """Queue a re-check from the page of a case, and show its progress."""
    return f"/runs/{_recheck(context, case_id, data.grant).id}"


@form(
    "/cases/{case_id:str}/parties/state",
    role=Role.ANALYST,
    action="move a party of a case",
    done="The party has its new state.",
    again="case",
)
def move_party_in_page(context: Context, case_id: str, data: CaseForm) -> str:
    """Move a party from the page of a case."""
    state = choice(PartyState, data.state, "state")
    if state is None:
        raise UsageError("a state is missing", where="state")
    _move_party(context, case_id, data.name, state, data.note)
    return f"/cases/{case_id}"


def case_evidence(context: Context, case_id: str) -> Download:
    """The evidence of a case as one sealed archive; ``tieback case evidence verify`` checks it.

    The header ``Tieback-Notes`` counts the parts of the audit log that are not in it.
    """
    _require(context, case_id)
    work = case_service(context.workspace)
    made = write_evidence(work, work.find_case(case_id))
    context.changes.note(context.user, "download the evidence of a case", case_id)
    parts = count_text(made.audit_left_out, "part of the audit log", "parts of the audit log")
    notes = (f"not in the archive: {parts} with names of other hosts",) if made.audit_left_out else ()
    return Download(data=made.data, media_type=_ARCHIVE, name=f"{case_id}.zip", notes=notes)


def _pages() -> list[HTTPRouteHandler]:
    return [
        page("/cases/{case_id:str}", case, template="case.html", role=Role.ANALYST, title="Case", more=_CHOICES),
        json("/cases/{case_id:str}", case, role=Role.ANALYST, title="Case"),
    ]


ROUTES = [
    *page_and_json("/cases", cases, template="cases.html", role=Role.ANALYST, title="Cases"),
    *_pages(),
    *page_and_json(
        "/case-log", case_log, template="case_log.html", role=Role.ANALYST, title="Log of cases", tag="cases"
    ),
    open_case,
    confirm_store,
    move_case,
    add_note,
    postpone_case,
    attest_case,
    add_case_party,
    move_case_party,
    recheck_case,
    recheck_in_page,
    open_in_page,
    confirm_in_page,
    move_in_page,
    note_in_page,
    postpone_in_page,
    attest_in_page,
    add_party_in_page,
    move_party_in_page,
    download(
        "/cases/{case_id:str}/evidence",
        case_evidence,
        role=Role.ANALYST,
        title="Evidence of a case",
        files=lambda: [_ARCHIVE],
    ),
]
