"""Vendors and cases of a workspace: analysed apps fill the register, open stores become cases, people move them.

What a re-check does to a case is ``pipeline.recheck``; the rules are ``cases``.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import batched
from pathlib import Path

import msgspec

from tieback.backends.normalise import OwnerDomains
from tieback.cases.calendar import ics
from tieback.cases.contacts import contact_address, read_contact_list, read_security_txt
from tieback.cases.export import EXPORTS
from tieback.cases.opening import openings, provider_of
from tieback.cases.policy import Policy
from tieback.cases.register import Register, merged, newcomers
from tieback.cases.states import advance, attest
from tieback.cases.statistics import Numbers, by, numbers
from tieback.model.app import App
from tieback.model.case import Case, CaseState, Entry, Letter, LogLine
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Exposure
from tieback.model.vendor import Answer, Contact, Vendor
from tieback.pipeline.fleet import FleetLine, FleetView
from tieback.pipeline.known_apps import known_apps, maker_hosts
from tieback.pipeline.reporting import build_report
from tieback.storage.asked import read_backends
from tieback.storage.case_log import LogVerdict
from tieback.storage.workspace import Workspace

MAX_ATTACHMENT = 256 << 20
ATTACHMENTS = "attachments"
STORES_AT_ONCE = 500
MAX_DOMAINS = 20
"""Of one vendor, from its apps."""
GROUPS: Mapping[str, Callable[[Case], str]] = {
    "vendor": lambda case: case.vendor,
    "provider": lambda case: case.provider or "unknown",
    "channel": lambda case: case.channel or "unknown",
}
"""What statistics can be grouped by."""


class Opened(msgspec.Struct, frozen=True):
    """What ``case open`` did."""

    cases: tuple[Case, ...]
    """New ones."""
    known: int
    """Matters that were cases before."""
    nobodys: int
    """Open stores that no app with a vendor leads to."""


class VendorView(msgspec.Struct, frozen=True):
    """A vendor with what is its own."""

    vendor: Vendor
    apps: tuple[App, ...]
    fleet: tuple[FleetLine, ...]
    """Its apps in the fleet."""
    devices: int
    """Devices with at least one of them, as far as inventories list devices; else the largest count reported."""
    stores: tuple[Exposure, ...]
    """Open stores that its apps lead to, by the run that ended last."""
    cases: tuple[Case, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of personal data in the stores, sorted."""
        return tuple(sorted({total.pii_class for store in self.stores for total in store.pii}))


class Casework:
    """The vendors and cases of an open workspace. ``open_casework`` gives it."""

    def __init__(self, workspace: Workspace, now: datetime | None = None) -> None:
        self._workspace = workspace
        self._cases = workspace.ledger.cases
        self._now = now
        self.fleet = FleetView(workspace)

    @property
    def now(self) -> datetime:
        """The time of what is written."""
        return self._now or datetime.now(UTC)

    @property
    def directory(self) -> Path:
        """The workspace's own."""
        return self._workspace.directory

    def last_grant(self) -> str | None:
        """The grant that the run carried which ended last, word for word."""
        run = self._workspace.ledger.latest_run()
        return None if run is None or run.grant_sha256 is None else self._workspace.ledger.grant_text(run.grant_sha256)

    # Vendors

    def enroll(self) -> int:
        """Enter vendors of analysed apps that the register does not know. Returns how many are new."""
        apps = list(known_apps(self._workspace.lake))
        return self._cases.change_vendors(lambda known: self._with_domains(newcomers(known, apps), apps), self.now)

    def _with_domains(
        self, fresh: Sequence[tuple[Vendor, tuple[Entry, ...]]], apps: Iterable[App]
    ) -> list[tuple[Vendor, tuple[Entry, ...]]]:
        """New vendors with the domains of their own back ends, by which a security.txt can be looked for."""
        if not fresh:
            return []
        register, hosts = Register(vendor for vendor, _ in fresh), maker_hosts(self._workspace.lake)
        suffixes, found = OwnerDomains(), dict[str, dict[str, None]]()
        for app in apps:
            owner = register.of(app)
            for host in hosts.get(app.sha256, ()) if owner else ():
                if domain := suffixes.owner_domain(host):
                    found.setdefault(owner or "", {}).setdefault(domain)
        return [
            (msgspec.structs.replace(vendor, domains=tuple(found.get(vendor.id, ()))[:MAX_DOMAINS]), entries)
            for vendor, entries in fresh
        ]

    def vendors(self) -> list[Vendor]:
        """The register, by name."""
        return list(self._cases.vendors())

    def find_vendor(self, word: str) -> Vendor:
        """A vendor by id, or by its name.

        Raises:
            UsageError: there is none, or several have this name.
        """
        vendors = self.vendors()
        found = [one for one in vendors if one.id == word] or [
            one for one in vendors if one.name.casefold() == word.strip().casefold()
        ]
        if len(found) != 1:
            what = "there is no such vendor" if not found else f"{len(found)} vendors have this name"
            raise UsageError(what, where=word, advice="`tieback vendor list` names them with their ids")
        return found[0]

    def views(self, wanted: Sequence[Vendor] | None = None) -> list[VendorView]:
        """Vendors with their apps, devices, stores and cases; all by default."""
        vendors = self.vendors()
        register = Register(vendors)
        apps: dict[str, list[App]] = {}
        for app in known_apps(self._workspace.lake):
            apps.setdefault(register.of(app) or "", []).append(app)
        lines: dict[str, list[FleetLine]] = {}
        for line in self.fleet.lines(versions=False):
            owners = {register.of(app) for app in line.match.apps} if line.match else set()
            for owner in owners - {None}:
                lines.setdefault(owner or "", []).append(line)
        owner_of = {app.sha256: key for key, some in apps.items() for app in some}
        stores: dict[str, dict[str, Exposure]] = {}
        for store in self._open_stores():
            for route in store.routes:
                owner = owner_of.get(route.app_sha256)
                if owner:
                    stores.setdefault(owner, {})[store.id] = store
        cases: dict[str, list[Case]] = {}
        for case in self._cases.cases():
            cases.setdefault(case.vendor, []).append(case)
        return [
            VendorView(
                vendor,
                tuple(apps.get(vendor.id, ())),
                tuple(lines.get(vendor.id, ())),
                self._devices(lines.get(vendor.id, ())),
                tuple(stores.get(vendor.id, {}).values()),
                tuple(cases.get(vendor.id, ())),
            )
            for vendor in (vendors if wanted is None else wanted)
        ]

    def _devices(self, lines: Iterable[FleetLine]) -> int:
        active = [line.app for line in lines if line.active]
        listed = self._workspace.ledger.inventory.devices_with([app.id for app in active])
        return max(listed, max((app.devices for app in active), default=0))

    def _open_stores(self) -> Iterator[Exposure]:
        run = self._workspace.ledger.latest_run()
        if run is not None:
            yield from self._workspace.ledger.conclusions.exposures(run.id, exposed=True)

    def edit(self, key: str, changes: Mapping[str, object], by_whom: str) -> Vendor:
        """Change members of a vendor; what is not named stays."""
        told = {name: _told(value) for name, value in changes.items()}
        return self._cases.change_vendor(
            key,
            lambda old: (msgspec.structs.replace(old, **changes), (Entry(key, "edited", told, by_whom),)),
            self.now,
        )

    def merge(self, kept: str, gone: str, by_whom: str) -> Vendor:
        """Put a vendor into another one. Raises ``UsageError`` where both are one."""
        lost = self.find_vendor(gone)
        vendor = merged(self.find_vendor(kept), lost)
        entry = Entry(vendor.id, "edited", {"merged": lost.id, "name": lost.name}, by_whom)
        self._cases.merge_vendors(vendor, lost.id, (entry,), self.now)
        return vendor

    def add_contacts(self, key: str, contacts: Iterable[Contact], by_whom: str) -> Vendor:
        """Add ways to reach a vendor, the new ones first; known ones stay where they are."""
        fresh = list(contacts)
        told = {"contacts": ", ".join(contact.address for contact in fresh)}

        def change(old: Vendor) -> tuple[Vendor, tuple[Entry, ...]]:
            known = {contact.address for contact in old.contacts}
            added = tuple(contact for contact in fresh if contact.address not in known)
            entries = (Entry(key, "edited", told, by_whom),) if added else ()
            return msgspec.structs.replace(old, contacts=(*added, *old.contacts)), entries

        return self._cases.change_vendor(key, change, self.now)

    def import_contacts(self, path: Path, vendor: str, by_whom: str) -> list[Vendor]:
        """Contacts from a ``security.txt`` of one vendor, or from a CSV list of several.

        Raises:
            InputError: the file cannot be read, or names a vendor that there is not.
        """
        if vendor:
            return [self.add_contacts(self.find_vendor(vendor).id, read_security_txt(path, self.now), by_whom)]
        changed: dict[str, Vendor] = {}
        for name, contact in list(read_contact_list(path)):
            try:
                key = self.find_vendor(name).id
            except UsageError as error:
                raise InputError(error.what, where=f"{path}: {name}", advice=error.advice) from None
            changed[key] = self.add_contacts(key, [contact], by_whom)
        return list(changed.values())

    def answer(self, vendor: Vendor, answer: Answer, day: date, file: Path | None, by_whom: str) -> list[Case]:
        """Note what a vendor answered to the assurance request; an attestation holds for each of its open cases."""
        fields = {"answer": answer.value, "answered": day.isoformat()}
        if file is not None:
            fields |= self._attached(file)
        self._cases.change_vendor(
            vendor.id,
            lambda old: (
                msgspec.structs.replace(old, answer=answer, answered=day),
                (Entry(vendor.id, "answer", fields, by_whom),),
            ),
            self.now,
        )
        if answer is not Answer.ATTESTED:
            return []
        return [
            self._cases.change(case.id, lambda old: attest(old, day, by_whom), self.now)
            for case in list(self._cases.cases(vendor=vendor.id))
            if case.active
        ]

    # Cases

    def open(self, policy: Policy) -> Opened:
        """Open a case for each vendor and each store that lets strangers in, by the run that ended last.

        Raises:
            UsageError: no run has ended.
        """
        run = self._workspace.ledger.latest_run()
        if run is None:
            raise UsageError(
                "no run has ended here", where=str(self._workspace.directory), advice="Scan something first"
            )
        report = build_report(self._workspace, run.id)
        self.enroll()
        backends = read_backends(self._workspace.lake, run.id)
        providers = {backend.endpoint.value: backend.provider for backend in backends if backend.provider}
        register = Register(self._cases.vendors())
        opened: list[Case] = []
        known = nobodys = 0
        for stores in batched(report.exposed.rows(), STORES_AT_ONCE):
            keys = {route.app_sha256 for store in stores for route in store.routes}
            apps = {summary.app.sha256: summary.app for summary in report.apps.pick(keys)}
            # Apps that traffic alone shows are in no package that was analysed.
            if self._cases.change_vendors(lambda there, apps=apps: newcomers(there, apps.values()), self.now):  # type: ignore[misc]
                register = Register(self._cases.vendors())
            wanted = []
            for store in stores:
                own = [apps[key] for key in dict.fromkeys(route.app_sha256 for route in store.routes) if key in apps]
                some = list(openings(store, own, register, provider_of(store, providers), policy, self.now))
                nobodys += not some
                wanted += some
            fresh = self._cases.open(wanted, self.now)
            known += len(wanted) - len(fresh)
            opened += fresh
        return Opened(tuple(opened), known, nobodys)

    def cases(self, states: Sequence[CaseState] = (), vendor: str = "") -> list[Case]:
        """Cases by due date; those of some states or of one vendor (id or name)."""
        key = self.find_vendor(vendor).id if vendor else ""
        return list(self._cases.cases(states=states, vendor=key))

    def find_case(self, word: str) -> Case:
        """A case by its id, or by a beginning of it that no other has.

        Raises:
            UsageError: there is none, or several begin so.
        """
        found = [case for case in self._cases.cases() if case.id == word]
        found = found or [case for case in self._cases.cases() if case.id.startswith((word, f"case-{word}"))]
        if len(found) != 1:
            what = "there is no such case" if not found else f"{len(found)} cases begin so"
            raise UsageError(what, where=word, advice="`tieback case list` names them")
        return found[0]

    def log(self, subject: str = "") -> list[LogLine]:
        """The lines about a case or vendor, or all."""
        return list(self._cases.log(subject))

    def letters(self, vendor: str = "") -> list[Letter]:
        """Letters that were written."""
        return list(self._cases.letters(vendor))

    def save_letter(self, letter: Letter, *, again: bool) -> None:
        """Keep a letter; a new version is a line of the log."""
        fields = {"letter": letter.id, "kind": letter.kind, "version": str(letter.version), "sha256": letter.sha256}
        entries = [Entry(subject, "letter", fields) for subject in (letter.vendor, *letter.cases)]
        self._cases.save_letter(letter, () if again else tuple(entries), self.now)

    def note_entries(self, entries: Iterable[Entry]) -> None:
        """Add lines to the log that change nothing else."""
        self._cases.note(entries, self.now)

    def change(self, key: str, change: Callable[[Case], tuple[Case, tuple[Entry, ...]]]) -> Case:
        """Change a case. Raises ``UsageError`` where there is none, or whatever ``change`` raises."""
        return self._cases.change(key, change, self.now)

    def advance(self, key: str, state: CaseState, policy: Policy, by_whom: str, note: str, channel: str) -> Case:
        """Take a step. Raises ``UsageError`` where it cannot follow."""
        return self._cases.change(
            key, lambda case: advance(case, state, policy, self.now, by=by_whom, note=note, channel=channel), self.now
        )

    def attest(self, key: str, day: date, by_whom: str) -> Case:
        """Note that the vendor confirmed in writing that this store is secure."""
        return self._cases.change(key, lambda case: attest(case, day, by_whom), self.now)

    def put_off(self, key: str, due: date, by_whom: str) -> Case:
        """Give a case another due date."""
        return self._cases.change(
            key,
            lambda case: (
                msgspec.structs.replace(case, due=due),
                (Entry(key, "due", {"due": due.isoformat()}, by_whom),),
            ),
            self.now,
        )

    def note(self, key: str, text: str, files: Iterable[Path], by_whom: str) -> None:
        """Write a note into the log, and keep files by their hash."""
        entries = [Entry(key, "note", {"text": text}, by_whom)] if text else []
        entries += [Entry(key, "attachment", self._attached(file), by_whom) for file in files]
        self._cases.note(entries, self.now)

    def due(self, days: int) -> list[Case]:
        """Cases with something to do within so many days, or before today."""
        last = date.fromordinal(self.now.date().toordinal() + days)
        return [case for case in self._cases.cases() if case.active and case.due is not None and case.due <= last]

    def export(self, form: str) -> bytes:
        """All cases in a format of ``cases.export``, or ``ics``."""
        names = {vendor.id: vendor.name for vendor in self._cases.vendors()}
        if form == "ics":
            return ics(self._cases.cases(), names, self.now)
        return EXPORTS[form](self._cases.cases(), names)

    def verify(self) -> LogVerdict:
        """Follow the chain of the log."""
        return self._cases.verify()

    def statistics(self, group: str = "") -> list[Numbers]:
        """The figures of all cases, and of each group."""
        cases = list(self._cases.cases())
        found = [numbers("all", cases, self.now)]
        if group:
            names = {vendor.id: vendor.name for vendor in self._cases.vendors()}
            grouped = by(cases, GROUPS[group], self.now)
            found += [msgspec.structs.replace(one, group=names.get(one.group, one.group)) for one in grouped]
        return found

    def _attached(self, file: Path) -> dict[str, str]:
        """Keep a file in the workspace by its hash; fields for the log."""
        folder = self._workspace.directory / ATTACHMENTS
        try:
            size = file.stat().st_size
            if size > MAX_ATTACHMENT:
                raise InputError("longer than 256 MiB", where=str(file), advice="Keep it elsewhere and note where")
            with file.open("rb") as source:
                digest = hashlib.file_digest(source, "sha256").hexdigest()
            folder.mkdir(mode=0o700, exist_ok=True)
            kept = folder / digest
            if not kept.exists():
                draft = folder / f".{digest}.{os.getpid()}"
                shutil.copyfile(file, draft)
                draft.chmod(0o600)
                draft.replace(kept)
        except OSError as error:
            raise InputError(error.strerror or "cannot be read", where=str(file), advice="Check the path") from None
        return {"file": file.name, "sha256": digest, "size": str(size)}


@contextmanager
def open_casework(directory: Path, *, write: bool = False, now: datetime | None = None) -> Iterator[Casework]:
    """The vendors and cases of a workspace.

    Args:
        directory: the workspace.
        write: hold it, so that nobody else writes meanwhile.
        now: the time of what is written; by default the clock's.

    Raises:
        WorkspaceError: there is no workspace, another run holds it, or it cannot be read.
    """
    with Workspace.open(directory, create=False) as workspace:
        if not write:
            yield Casework(workspace, now)
            return
        with workspace.lock():
            yield Casework(workspace, now)


def operator_contact(text: str) -> Contact:
    """A contact that a person enters.

    Raises:
        UsageError: it is no address.
    """
    address = contact_address(text)
    if not address:
        raise UsageError("no e-mail address, https: or tel: URI", where=text, advice="Write it as security.txt does")
    return Contact(address, "operator")


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_told(one) for one in value)
    return value.address if isinstance(value, Contact) else str(value)
