"""Cases of a workspace: open cases for open stores, change their state, export them.

Re-checks are in ``pipeline.disclosure.recheck``; the rules are in ``cases``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import batched
from pathlib import Path

import msgspec

from tieback import __version__
from tieback.cases.advisory import to_advisory
from tieback.cases.answers import answer_by_case, answer_of_cases, require_past
from tieback.cases.calendar import to_ics
from tieback.cases.export import EXPORTS
from tieback.cases.opening import case_to_open, provider_of
from tieback.cases.ownership import OwnerFinder
from tieback.cases.parties import add_party, move_party
from tieback.cases.policy import CasePolicy
from tieback.cases.register import new_vendors
from tieback.cases.states import advance, attest, promised_rechecks
from tieback.cases.statistics import CaseStatistics, compute_statistics, statistics_by_group
from tieback.model.app import App
from tieback.model.backend import Backend
from tieback.model.case import (
    Case,
    CaseState,
    Confirmation,
    Letter,
    LogLine,
    NewLogLine,
    PartyRole,
    PartyState,
)
from tieback.model.count_text import count_text
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.exposure import Exposure
from tieback.model.probe import ProbeReport
from tieback.model.vendor import Vendor
from tieback.pipeline.disclosure.sent_notes import SentNote, sent_notes
from tieback.pipeline.disclosure.vendors import VendorService
from tieback.pipeline.fleet.analysed_apps import analysed_apps
from tieback.pipeline.report import apps_of_run
from tieback.pipeline.runs import finished_run
from tieback.report.shortened import cut_text
from tieback.scope.audit_contacts import TargetContact, read_contacts
from tieback.scope.grant import parse_grant
from tieback.storage.attachments import keep
from tieback.storage.lake.tables.probes import read_backends, read_probes
from tieback.storage.ledger.case_log import LogVerdict
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

STORES_AT_ONCE = 500
GROUPS: Mapping[str, Callable[[Case], str]] = {
    "vendor": lambda case: case.vendor,
    "provider": lambda case: case.provider or "unknown",
    "channel": lambda case: case.channel or "unknown",
}
"""Grouping keys for statistics."""


class OpenCasesResult(msgspec.Struct, frozen=True):
    """Result of ``case open``."""

    cases: tuple[Case, ...]
    """New cases."""
    known: int
    """Stores that already had a case."""
    nobodys: int
    """Open stores without a case, because no app of a known vendor leads to them."""
    undecided: tuple[str, ...] = ()
    """Open stores without a case, because no evidence shows which vendor answers for them: product and locations."""
    unconfirmed: tuple[str, ...] = ()
    """Open stores without a case, because their verdict is experimental and nobody confirmed it."""
    foreign: tuple[str, ...] = ()
    """Active cases of earlier releases whose vendor does not answer for the store."""


class CaseService(VendorService):
    """The cases and vendors of an open workspace. Use ``open_case_service``."""

    def open(
        self, policy: CasePolicy, only: str = "", confirmation: Confirmation | None = None, by_whom: str = ""
    ) -> OpenCasesResult:
        """Open a case per store that allows unauthenticated access, for the vendor that answers for it.

        The stores are those of the run of this service. An experimental verdict needs a confirmation.

        Args:
            policy: sets the first due dates.
            only: ID of the only store; default: all.
            confirmation: that of this store.
            by_whom: author for the log.

        Raises:
            WorkspaceError: no run has finished.
        """
        run = self._finished_run()
        cased: dict[str, list[Case]] = {}
        for case in self._cases.cases():
            cased.setdefault(case.store.id, []).append(case)
        of_run = apps_of_run(self._workspace, run.id)
        self.enroll()
        backends = {backend.endpoint.value: backend for backend in self.backends()}
        providers = {value: backend.provider for value, backend in backends.items() if backend.provider}
        owners = OwnerFinder(backends, self._cases.vendors())
        opened: list[Case] = []
        undecided: list[str] = []
        unconfirmed: list[str] = []
        foreign: list[str] = []
        known = nobodys = 0
        for stores in batched(self._open_stores(), STORES_AT_ONCE):
            keys = {route.app_sha256 for store in stores for route in store.routes}
            apps = {summary.app.sha256: summary.app for summary in of_run.pick(keys)}
            # Apps known only from traffic are in no analysed package.
            if self._cases.change_vendors(lambda there, apps=apps: new_vendors(there, apps.values()), self.now):  # type: ignore[misc]
                owners = OwnerFinder(backends, self._cases.vendors())
            wanted = []
            for store in stores:
                if only not in ("", store.id):
                    continue
                if store.experimental and confirmation is None and store.id not in cased:
                    unconfirmed.append(_label(store))
                    continue
                own = [apps[key] for key in dict.fromkeys(route.app_sha256 for route in store.routes) if key in apps]
                owner = owners.find(store, own)
                if owner.new is not None:
                    self._add_vendor(owner.new)
                    owners = OwnerFinder(backends, self._cases.vendors())
                if owner.vendor:
                    foreign += [
                        case.id for case in cased.get(store.id, ()) if case.active and case.vendor != owner.vendor
                    ]
                    provider = provider_of(store, providers)
                    wanted.append(case_to_open(store, own, owners.register, owner, provider, policy, self.now, by_whom))
                elif owner.reason:
                    undecided.append(_label(store))
                else:
                    nobodys += 1
            if confirmation is not None:
                wanted = [_confirmed(case, lines, confirmation, by_whom) for case, lines in wanted]
            fresh = self._cases.open(wanted, self.now)
            known += len(wanted) - len(fresh)
            opened += fresh
        return OpenCasesResult(tuple(opened), known, nobodys, tuple(undecided), tuple(unconfirmed), tuple(foreign))

    def confirm(self, word: str, evidence: Path, policy: CasePolicy, by_whom: str) -> Case:
        """Record that a person confirmed an experimental verdict, and keep their evidence; this opens the case.

        Args:
            word: ID of the case or of the store, the start of one, or a location of the store.
            evidence: such as a session of the product's own client.
            policy: sets the first due date.
            by_whom: who confirmed it.

        Raises:
            UsageError: there is no such open store or case, or nobody answers for the store.
            InputError: the evidence cannot be read.
        """
        cases = [case for case in self._cases.cases() if case.id.startswith((word, f"case-{word}"))]
        store = cases[0].store if len(cases) == 1 else self._open_store(word)
        cases = [case for case in self._cases.cases() if case.store.id == store.id]
        if not store.experimental:
            raise UsageError(
                "its verdict is not experimental", where=word, advice="Run `tieback case open`", page="Open a case"
            )
        kept = keep(self._workspace.directory, evidence)
        confirmation = Confirmation(self.now.date(), by_whom, kept["file"], kept["sha256"])
        if not cases:
            cases = list(self.open(policy, store.id, confirmation, by_whom).cases)
        else:
            cases = [
                self._cases.change(case.id, lambda old: _confirmed(old, (), confirmation, by_whom), self.now)
                for case in cases
            ]
        if not cases:
            raise UsageError(
                "no vendor answers for this store",
                where=word,
                advice="Run `tieback case open` to see why",
                page="Add its vendor, or an app that leads there",
            )
        return cases[0]

    def _open_store(self, word: str) -> Exposure:
        run = self._finished_run()
        found = [
            store
            for store in self._workspace.ledger.conclusions.exposures(run.id, exposed=True)
            if word in store.targets or store.id.startswith(word)
        ]
        if len(found) != 1:
            what = "no open store or case" if not found else f"{count_text(len(found), 'open store')}"
            raise UsageError(
                what,
                where=word,
                advice="Pass HOST:PORT of a store that `tieback case open` lists",
                page="See the list of stores",
            )
        return found[0]

    def _finished_run(self) -> RunRow:
        if self.run is None:
            raise WorkspaceError(
                "no finished run",
                where=str(self._workspace.directory),
                advice="Run `tieback scan` first",
                page="Start a run first",
            )
        return self.run

    def _add_vendor(self, vendor: Vendor) -> None:
        """Add an owner that no app is of, unless it was added meanwhile."""
        entry = (vendor, (NewLogLine(vendor.id, "opened", {"name": vendor.name}),))
        self._cases.change_vendors(lambda known: [] if any(one.id == vendor.id for one in known) else [entry], self.now)

    def cases(self, states: Sequence[CaseState] = (), vendor: str = "") -> list[Case]:
        """Cases by due date; optionally only those in some states, or of one vendor (ID or name)."""
        key = self.find_vendor(vendor).id if vendor else ""
        return list(self._cases.cases(states=states, vendor=key))

    def find_case(self, word: str) -> Case:
        """Find a case by its ID or a unique prefix of it.

        Raises:
            UsageError: no case matches, or several do.
        """
        found = [case for case in self._cases.cases() if case.id == word]
        found = found or [case for case in self._cases.cases() if case.id.startswith((word, f"case-{word}"))]
        if len(found) != 1:
            what = "no such case" if not found else f"{count_text(len(found), 'case starts', 'cases start')} with this"
            raise UsageError(what, where=word, advice="See `tieback case list`", page="See the list of cases")
        return found[0]

    def log(self, subject: str = "") -> list[LogLine]:
        """The log entries of a case or vendor, or all."""
        return list(self._cases.log(subject))

    @property
    def audit_file(self) -> Path:
        """The audit log of the workspace."""
        return self._workspace.audit_file

    @property
    def grant_sha256(self) -> str:
        """SHA-256 of the grant of the run; empty if it had none."""
        return (self.run.grant_sha256 or "") if self.run is not None else ""

    def backends(self, values: Collection[str] | None = None) -> Iterator[Backend]:
        """The back ends of the run; ``values`` selects those of some endpoints."""
        if self.run is not None:
            yield from read_backends(self._workspace.lake, self.run.id, values=values)

    def probe_reports(self) -> Iterator[ProbeReport]:
        """The reports of the run that got an answer."""
        if self.run is not None:
            yield from read_probes(self._workspace.lake, self.run.id, answered=True)

    def apps(self, keys: Collection[str]) -> list[App]:
        """The analysed apps with these SHA-256."""
        return list(analysed_apps(self._workspace.lake, keys))

    def letters(self, vendor: str = "") -> list[Letter]:
        """The letters written."""
        return list(self._cases.letters(vendor))

    def sent_notes(self) -> dict[str, list[SentNote]]:
        """When each letter was sent, by its ID."""
        return sent_notes(self._cases)

    def save_letter(self, letter: Letter, by_whom: str, *, again: bool) -> None:
        """Store a letter; a new version also adds a log entry."""
        fields = {"letter": letter.id, "kind": letter.kind, "version": str(letter.version), "sha256": letter.sha256}
        entries = [NewLogLine(subject, "letter", fields, by_whom) for subject in (letter.vendor, *letter.cases)]
        self._cases.save_letter(letter, () if again else tuple(entries), self.now)

    def note_entries(self, entries: Iterable[NewLogLine]) -> None:
        """Add log entries that change nothing else."""
        self._cases.note(entries, self.now)

    def change(self, key: str, change: Callable[[Case], tuple[Case, tuple[NewLogLine, ...]]]) -> Case:
        """Change a case. Raises ``UsageError`` if it does not exist, and any error that ``change`` raises."""
        return self._cases.change(key, change, self.now)

    def advance(self, key: str, state: CaseState, policy: CasePolicy, by_whom: str, note: str, channel: str) -> Case:
        """Move a case to another state. Raises ``UsageError`` if this transition is not allowed."""
        watched = self.watched_until(key) if state is CaseState.CLOSED else None
        return self._cases.change(
            key,
            lambda case: advance(
                case, state, policy, self.now, by=by_whom, note=note, channel=channel, watched=watched
            ),
            self.now,
        )

    def watched_until(self, key: str) -> date | None:
        """The last day until which a letter promises re-checks of a case; ``None`` if no such promise is in force."""
        return promised_rechecks(self._cases.letters(kind="thanks"), key, self.now.date())

    def attest(self, key: str, day: date, by_whom: str) -> Case:
        """Record that the vendor confirmed in writing that this store is secure. This also answers its request.

        Raises:
            UsageError: the day is in the future, or there is no case with this ID.
        """
        require_past(day, self.now.date())
        vendor = self.find_case(key).vendor
        before = answer_of_cases(self._cases.cases(vendor=vendor))
        attested = self._cases.change(key, lambda case: attest(case, day, by_whom), self.now)
        after = answer_of_cases(self._cases.cases(vendor=vendor))
        self._cases.change_vendor(
            vendor, lambda old: answer_by_case(old, before, after, day, attested.id, by_whom), self.now
        )
        return attested

    def add_party(self, key: str, role: PartyRole, name: str, contact: str, by_whom: str) -> Case:
        """Add a party to a case. Raises ``UsageError`` if its name is not its own."""
        return self._cases.change(key, lambda case: add_party(case, role, name, contact, self.now, by_whom), self.now)

    def move_party(self, key: str, name: str, state: PartyState, policy: CasePolicy, by_whom: str, note: str) -> Case:
        """Move a party to another state. Raises ``UsageError`` if that is not allowed."""
        return self._cases.change(
            key, lambda case: move_party(case, name, state, policy, self.now, by=by_whom, note=note), self.now
        )

    def advisory(self, case: Case) -> bytes:
        """The draft of a CSAF advisory about a case."""
        text = self.last_grant()
        grant = parse_grant(text, "the grant of the run") if text is not None else None
        publisher, contact = (grant.authorised_by, grant.contact) if grant is not None else ("", "")
        contacts = self.contacts(case.all_places)
        connected = min((contacts[place].first for place in case.all_places if place in contacts), default=None)
        vendor = next((one.name for one in self._cases.vendors() if one.id == case.vendor), case.vendor)
        return to_advisory(case, vendor, publisher, contact, self.now, __version__, connected)

    def other_owner(self, case: Case) -> str:
        """Name of the vendor that answers for the store of a case by the evidence of the run; empty if it is its own.

        Earlier releases opened a case per vendor whose app names the store.
        """
        values = {way.endpoint for way in case.store.routes}
        backends = {one.endpoint.value: one for one in self.backends(values)}
        vendors = self.vendors()
        owner = OwnerFinder(backends, vendors).find(
            case.store, self.apps({way.app_sha256 for way in case.store.routes})
        )
        if owner.vendor in ("", case.vendor):
            return ""
        return owner.new.name if owner.new is not None else next(one.name for one in vendors if one.id == owner.vendor)

    def unpublished_until(self) -> date | None:
        """The last day before which a letter of any case promises to publish nothing; ``None`` without a promise."""
        days = (case.unpublished_until(self.now.date()) for case in self._cases.cases())
        return max((day for day in days if day is not None), default=None)

    def postpone(self, key: str, due: date, by_whom: str) -> Case:
        """Set a due date that a person chose.

        Raises:
            UsageError: the date has passed.
        """
        if due < self.now.date():
            raise UsageError(
                f"the new due date has passed: {due}",
                where=key,
                advice=f"Give a date from {self.now.date()} on",
            )
        return self.put_off(key, due, by_whom)

    def put_off(self, key: str, due: date, by_whom: str) -> Case:
        """Set another due date for a case."""
        return self._cases.change(
            key,
            lambda case: (
                msgspec.structs.replace(case, due=due),
                (NewLogLine(key, "due", {"due": due.isoformat()}, by_whom),),
            ),
            self.now,
        )

    def contacts(self, targets: Collection[str]) -> Mapping[str, TargetContact]:
        """Our connections to these targets, from the audit log of the workspace."""
        return read_contacts(self._workspace.audit_file, targets)

    def note(self, key: str, text: str, files: Iterable[Path], by_whom: str) -> None:
        """Add a note to the log, and store the files under their hash."""
        entries = [NewLogLine(key, "note", {"text": text}, by_whom)] if text else []
        entries += [NewLogLine(key, "attachment", keep(self._workspace.directory, file), by_whom) for file in files]
        self._cases.note(entries, self.now)

    def due(self, days: int) -> list[Case]:
        """Active cases due within this many days, or overdue."""
        last = date.fromordinal(self.now.date().toordinal() + days)
        return [case for case in self._cases.cases() if case.active and case.due is not None and case.due <= last]

    def export(self, form: str) -> bytes:
        """All cases in a format of ``cases.export``, or ``to_ics``."""
        vendors = list(self._cases.vendors())
        names = {vendor.id: vendor.name for vendor in vendors}
        if form == "ics":
            return to_ics(self._cases.cases(), names, self.now, vendors)
        return EXPORTS[form](self._cases.cases(), names)

    def verify(self) -> LogVerdict:
        """Verify the hash chain of the log."""
        return self._cases.verify()

    def statistics(self, group: str = "") -> list[CaseStatistics]:
        """The figures for all cases, and for each group."""
        cases = list(self._cases.cases())
        found = [compute_statistics("all", cases, self.now)]
        if group:
            names = {vendor.id: vendor.name for vendor in self._cases.vendors()}
            grouped = statistics_by_group(cases, GROUPS[group], self.now)
            found += [msgspec.structs.replace(one, group=names.get(one.group, one.group)) for one in grouped]
        return found


def _label(store: Exposure) -> str:
    return f"{store.product} at {cut_text(store.targets, 3)}"


def _confirmed(
    case: Case, lines: tuple[NewLogLine, ...], found: Confirmation, by_whom: str
) -> tuple[Case, tuple[NewLogLine, ...]]:
    fields = {"confirmed": found.day.isoformat(), "file": found.file, "sha256": found.sha256}
    entry = NewLogLine(case.id, "attachment", fields, by_whom)
    return msgspec.structs.replace(case, confirmed=found), (*lines, entry)


@contextmanager
def open_case_service(directory: Path, *, now: datetime | None = None, run: str = "") -> Iterator[CaseService]:
    """Open the vendors and cases of a workspace. Each change is a short transaction, so a scan may run concurrently.

    Args:
        directory: the workspace.
        now: timestamp for changes; default: the current time.
        run: ID of the run that open stores are read from; default: the last finished run.

    Raises:
        WorkspaceError: the workspace does not exist or cannot be read, or there is no finished run with this ID.
    """
    with Workspace.open(directory, create=False) as workspace:
        yield case_service(workspace, now=now, run=run)


def case_service(workspace: Workspace, *, now: datetime | None = None, run: str = "") -> CaseService:
    """The vendors and cases of an open workspace. Arguments and errors are those of ``open_case_service``."""
    return CaseService(workspace, now, finished_run(workspace, run))
