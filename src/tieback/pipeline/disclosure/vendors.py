"""The vendor register of a workspace: filled from analysed apps, edited by people; records answers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, reduce
from operator import add
from pathlib import Path

import msgspec

from tieback.backends.datasets import Datasets
from tieback.backends.normalise import OwnerDomains
from tieback.backends.rdap import MAX_DOCUMENT, is_rdap, read_rdap
from tieback.backends.registration import RegistrationLookup, registered_contacts
from tieback.cases.answers import require_past
from tieback.cases.contacts import contact_address, read_contact_list, read_security_txt
from tieback.cases.register import MAX_NOTE, VendorRegister, merge_vendors, new_vendors, vendor_fields
from tieback.cases.shared_domains import shared_domains
from tieback.cases.states import attest
from tieback.model.app import App
from tieback.model.case import Case, NewLogLine
from tieback.model.count_text import count_text
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Exposure
from tieback.model.vendor import AssuranceAnswer, Contact, Vendor
from tieback.pipeline.fleet.analysed_apps import analysed_apps, maker_hosts
from tieback.pipeline.fleet.coverage import DeviceCounts, FleetLine, FleetView
from tieback.pipeline.fleet.run_reach import RunReach, back_end_word, run_reach
from tieback.recognise.suffixes import Suffixes
from tieback.storage.attachments import keep
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

MAX_DOMAINS = 20
"""Maximum domains per vendor, from its apps."""
MOST_BUNDLE_IDS = 1_000
"""Maximum bundle identifiers per vendor, from the user."""
MOST_DOMAINS = 200
"""Maximum domains per vendor, from the user."""
_MOST_TEXT = {"name": 300, "language": 20, "postal": 2_000, "note": MAX_NOTE}
"""Maximum characters of fields that people fill in."""
_WORST_FIRST = ("not_decided", "not_probed", "not_in_run", "partly_read", "no_back_end", "no_open_store")
"""Words of ``back_end_word``: the first that an app of a vendor has is that of the vendor."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")
_BUNDLE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}")
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]")


class VendorView(msgspec.Struct, frozen=True):
    """A vendor with its apps, stores and cases."""

    vendor: Vendor
    apps: tuple[App, ...]
    fleet: tuple[FleetLine, ...]
    """Its apps in the fleet."""
    devices: DeviceCounts
    """Devices with at least one of its apps."""
    stores: tuple[Exposure, ...]
    """Open stores that its apps lead to, from the last finished run."""
    cases: tuple[Case, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of personal data in the stores, sorted."""
        return tuple(sorted({total.pii_class for store in self.stores for total in store.pii}))


class VendorService:
    """The vendors of an open workspace. Use ``open_case_service``, which adds the cases."""

    def __init__(self, workspace: Workspace, now: datetime | None = None, run: RunRow | None = None) -> None:
        self._workspace = workspace
        self.run = run
        """The finished run that open stores are read from; ``None`` if no run has finished."""
        self._cases = workspace.ledger.cases
        self._now = now
        self.fleet = FleetView(workspace, run)

    @property
    def now(self) -> datetime:
        """Timestamp for changes."""
        return self._now or datetime.now(UTC)

    @property
    def directory(self) -> Path:
        """The workspace directory."""
        return self._workspace.directory

    def last_grant(self) -> str | None:
        """Text of the grant of the run."""
        run = self.run
        return None if run is None or run.grant_sha256 is None else self._workspace.ledger.grant_text(run.grant_sha256)

    def newest_grant(self) -> str | None:
        """Text of the grant of the run, or of the latest finished run that had one."""
        granted = (one for one in self._workspace.ledger.list_runs() if one.ended is not None and one.grant_sha256)
        latest = next(granted, None)
        return self.last_grant() or (self._workspace.ledger.grant_text(latest.grant_sha256 or "") if latest else None)

    def enroll(self) -> int:
        """Add vendors of analysed apps that are not in the register. Returns the number of new vendors.

        In a workspace that can only be read, nothing is added: ``vendors`` lists them all the same.
        """
        if self._workspace.read_only:
            return 0
        apps = list(analysed_apps(self._workspace.lake))
        return self._cases.change_vendors(lambda known: self._with_domains(new_vendors(known, apps), apps), self.now)

    def _with_domains(
        self, fresh: Sequence[tuple[Vendor, tuple[NewLogLine, ...]]], apps: Iterable[App]
    ) -> list[tuple[Vendor, tuple[NewLogLine, ...]]]:
        """New vendors with the domains of their first-party back ends, and contacts from imported RDAP documents.

        The domains allow a look-up of security.txt files. A domain of a provider has another organisation's.
        """
        if not fresh:
            return []
        register, hosts = VendorRegister(vendor for vendor, _ in fresh), maker_hosts(self._workspace.lake)
        suffixes, shared, found = OwnerDomains(), shared_domains(), dict[str, dict[str, None]]()
        for app in apps:
            owner = register.find_vendor(app)
            for host in hosts.get(app.sha256, ()) if owner else ():
                if (domain := suffixes.owner_domain(host)) and not shared.has(domain):
                    found.setdefault(owner or "", {}).setdefault(domain)
        registered = RegistrationLookup(Datasets())
        entered = []
        for vendor, entries in fresh:
            domains = tuple(found.get(vendor.id, ()))[:MAX_DOMAINS]
            told = registered_contacts(one for domain in domains for one in registered.lookup_domain(domain))
            contacts = (*vendor.contacts, *(Contact(address, "rdap") for address in told if contact_address(address)))
            entered.append((msgspec.structs.replace(vendor, domains=domains, contacts=contacts), entries))
        return entered

    def vendors(self) -> list[Vendor]:
        """The register, by name."""
        return self._read_only_vendors if self._workspace.read_only else list(self._cases.vendors())

    @cached_property
    def _read_only_vendors(self) -> list[Vendor]:
        return sorted(self.vendors_with_new(), key=lambda one: (one.name, one.id))

    def vendors_with_new(self) -> list[Vendor]:
        """The register as ``enroll`` would leave it; nothing is written."""
        known, apps = list(self._cases.vendors()), list(analysed_apps(self._workspace.lake))
        return [*known, *(vendor for vendor, _ in self._with_domains(new_vendors(known, apps), apps))]

    def find_vendor(self, word: str) -> Vendor:
        """Find a vendor by ID, name, or a unique prefix of its ID.

        Raises:
            UsageError: no vendor matches, or several do.
        """
        vendors, name = self.vendors(), word.strip().casefold()
        found = [one for one in vendors if one.id == name] or [one for one in vendors if one.name.casefold() == name]
        same = "vendor has this name", "vendors have this name"
        if not found and name:
            found = [one for one in vendors if one.id.startswith((name, f"v-{name}"))]
            same = "vendor starts with this", "vendors start with this"
        if len(found) != 1:
            what = count_text(len(found), *same) if found else "no such vendor"
            raise UsageError(
                what, where=word, advice="See the IDs in `tieback vendor list`", page="See the list of vendors"
            )
        return found[0]

    def views(self, wanted: Sequence[Vendor] | None = None, *, versions: bool = False) -> list[VendorView]:
        """Vendors with their apps, devices, stores and cases; default: all vendors, without installed versions."""
        vendors = self.vendors()
        register = VendorRegister(vendors)
        apps: dict[str, list[App]] = {}
        for app in analysed_apps(self._workspace.lake):
            apps.setdefault(register.find_vendor(app) or "", []).append(app)
        lines: dict[str, list[FleetLine]] = {}
        for line in self.fleet.lines(versions=versions):
            owners = {register.find_vendor(app) for app in line.match.apps} if line.match else set()
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
                self.fleet.devices_of(lines.get(vendor.id, ())),
                tuple(stores.get(vendor.id, {}).values()),
                tuple(cases.get(vendor.id, ())),
            )
            for vendor in (vendors if wanted is None else wanted)
        ]

    def back_ends(self, views: Iterable[VendorView]) -> dict[str, str]:
        """What the run shows of the stores behind the apps of each vendor, as ``back_end_word``, by ID of the vendor.

        One app that is not decided, or was not probed, means that more stores may be open. A vendor without an analysed
        app has the word ``not_analysed``.
        """
        views = list(views)
        known = run_reach(self._workspace, self.run, {app.sha256 for view in views for app in view.apps})
        found = {}
        for view in views:
            versions: dict[tuple[str, str], list[RunReach]] = {}
            for app in view.apps:
                parts = versions.setdefault((app.platform.value, app.bundle_id or app.sha256), [])
                parts += [known[app.sha256]] if app.sha256 in known else []
            words = {back_end_word(reduce(add, parts) if parts else None, exposed=False) for parts in versions.values()}
            word = next((one for one in _WORST_FIRST if one in words), "not_analysed")
            found[view.vendor.id] = "open" if view.stores else word
        return found

    def _open_stores(self) -> Iterator[Exposure]:
        if self.run is not None:
            yield from self._workspace.ledger.conclusions.exposures(self.run.id, exposed=True)

    def edit(self, key: str, changes: Mapping[str, object], by_whom: str) -> Vendor:
        """Change fields of a vendor; other fields do not change."""
        told = {name: _told(value) for name, value in changes.items()}
        return self._cases.change_vendor(
            key,
            lambda old: (msgspec.structs.replace(old, **changes), (NewLogLine(key, "edited", told, by_whom),)),
            self.now,
        )

    def check_domains(self, key: str, domains: Iterable[str]) -> tuple[str, ...]:
        """New domains of a vendor, in lower case. Those that it has already are not checked again.

        Raises:
            UsageError: one is not a domain, belongs to many organisations or to another vendor, or there are too many.
        """
        found = tuple(dict.fromkeys(one.strip().lower().removesuffix(".") for one in domains if one.strip()))
        if len(found) > MOST_DOMAINS:
            raise UsageError(f"more than {MOST_DOMAINS} domains", where="domains", advice="Write fewer")
        owners = {domain: one for one in self.vendors() if one.id != key for domain in one.domains}
        known = {domain for one in self.vendors() if one.id == key for domain in one.domains}
        suffixes = Suffixes()
        for domain in found:
            if not _DOMAIN.fullmatch(domain):
                raise UsageError(
                    "not a domain", where=domain[:80], advice="Write it as maker.example, without https://"
                )
            if domain in known:
                continue
            if suffixes.is_shared(domain):
                raise UsageError(
                    "many organisations have names in this domain (Public Suffix List)",
                    where=domain[:80],
                    advice="Name the domain or host that only this vendor has",
                )
            if domain in owners:
                other = owners[domain]
                raise UsageError(
                    f"the vendor {other.name} ({other.id}) has this domain",
                    where=domain[:80],
                    advice="Remove it from that vendor first; if both are one vendor, use `tieback vendor merge`",
                    page="Remove it from that vendor first",
                )
        return found

    def check_bundle_ids(self, key: str, bundle_ids: Iterable[str]) -> tuple[str, ...]:
        """New bundle identifiers of a vendor: its apps, by any signer. Those that it has are not checked again.

        Raises:
            UsageError: one is not an identifier, another vendor has it, or there are too many.
        """
        found = tuple(dict.fromkeys(one.strip() for one in bundle_ids if one.strip()))
        if len(found) > MOST_BUNDLE_IDS:
            raise UsageError(f"more than {MOST_BUNDLE_IDS:,} apps", where="bundle_ids", advice="Write fewer")
        vendors = self.vendors()
        known = {one for vendor in vendors if vendor.id == key for one in vendor.bundle_ids}
        owners = {one: vendor for vendor in vendors if vendor.id != key for one in vendor.bundle_ids}
        for one in found:
            if one in known:
                continue
            if not _BUNDLE_ID.fullmatch(one):
                raise UsageError(
                    "not a bundle identifier", where=one[:80], advice="Write it as com.maker.app, one per line"
                )
            if one in owners:
                other = owners[one]
                raise UsageError(
                    f"the vendor {other.name} ({other.id}) has this app",
                    where=one[:80],
                    advice="Use `tieback vendor merge` if both are one vendor, or remove it from that vendor first",
                    page="Merge that vendor into this one, or remove the app from it first",
                )
        return found

    def merged(self, kept: str, gone: str) -> tuple[Vendor, Vendor]:
        """What a merge would make of two vendors, and the entry that it would remove. Nothing is changed.

        Raises:
            UsageError: both are the same, or there is no such vendor.
        """
        lost = self.find_vendor(gone)
        return merge_vendors(self.find_vendor(kept), lost), lost

    def merge(self, kept: str, gone: str, by_whom: str) -> Vendor:
        """Merge a vendor into another one; the log keeps every fact of the removed entry.

        Raises:
            UsageError: both are the same, or there is no such vendor.
        """
        vendor, lost = self.merged(kept, gone)
        entry = NewLogLine(vendor.id, "edited", {"merged": lost.id, **vendor_fields(lost)}, by_whom)
        self._cases.merge_vendors(vendor, lost.id, (entry,), self.now)
        return vendor

    def add_contacts(self, key: str, contacts: Iterable[Contact], by_whom: str) -> Vendor:
        """Add contacts to a vendor, before the known ones; known contacts keep their position."""
        fresh = list(contacts)
        told = {"contacts": ", ".join(contact.address for contact in fresh)}

        def change(old: Vendor) -> tuple[Vendor, tuple[NewLogLine, ...]]:
            known = {contact.address for contact in old.contacts}
            added = tuple(contact for contact in fresh if contact.address not in known)
            keys = {contact.address: contact.encryption for contact in fresh if contact.encryption}
            there = tuple(
                msgspec.structs.replace(one, encryption=keys.get(one.address, one.encryption)) for one in old.contacts
            )
            entries = (NewLogLine(key, "edited", told, by_whom),) if added or there != old.contacts else ()
            return msgspec.structs.replace(old, contacts=(*added, *there)), entries

        return self._cases.change_vendor(key, change, self.now)

    def import_contacts(self, path: Path, vendor: str, by_whom: str) -> tuple[list[Vendor], list[InputError]]:
        """Import contacts from a ``security.txt`` or RDAP documents of one vendor, or from a CSV list of several.

        Returns:
            The changed vendors, and an error for each row of a list that was left out.

        Raises:
            InputError: the file cannot be read.
        """
        if vendor and (told := _rdap_contacts(path)):
            return [self.add_contacts(self.find_vendor(vendor).id, told, by_whom)], []
        if vendor:
            return [self.add_contacts(self.find_vendor(vendor).id, read_security_txt(path, self.now), by_whom)], []
        changed: dict[str, Vendor] = {}
        problems: list[InputError] = []
        for row in list(read_contact_list(path)):
            where = f"{path}:{row.line}"
            if row.contact is None:
                advice = "Add a vendor, and an e-mail address, a telephone number or an https: address"
                problems.append(InputError("missing vendor or invalid contact", where=where, advice=advice))
                continue
            try:
                key = self.find_vendor(row.vendor).id
            except UsageError as error:
                problems.append(InputError(f"{error.what}: {row.vendor}", where=where, advice=error.advice))
                continue
            changed[key] = self.add_contacts(key, [row.contact], by_whom)
        return list(changed.values()), problems

    def answer(self, vendor: Vendor, answer: AssuranceAnswer, day: date, file: Path | None, by_whom: str) -> list[Case]:
        """Record a vendor's answer to the assurance request; an attestation applies to each of its open cases.

        Raises:
            UsageError: the day is in the future.
            InputError: the file cannot be read.
        """
        require_past(day, self.now.date())
        fields = {"answer": answer.value, "answered": day.isoformat()}
        if file is not None:
            fields |= keep(self._workspace.directory, file)
        self._cases.change_vendor(
            vendor.id,
            lambda old: (
                msgspec.structs.replace(old, answer=answer, answered=day),
                (NewLogLine(vendor.id, "answer", fields, by_whom),),
            ),
            self.now,
        )
        if answer is not AssuranceAnswer.ATTESTED:
            return []
        return [
            self._cases.change(case.id, lambda old: attest(old, day, by_whom), self.now)
            for case in list(self._cases.cases(vendor=vendor.id))
            if case.active
        ]


def register_changes(
    *, name: str | None = None, language: str | None = None, postal: str | None = None, note: str | None = None
) -> dict[str, object]:
    """Fields to change in the register entry of a vendor, without spaces around them; ``None`` changes nothing.

    Args:
        name: of the organisation.
        language: of its letters.
        postal: address, one line per line.
        note: free text.

    Raises:
        UsageError: the name is empty, the language is no tag, or a text is too long.
    """
    changes: dict[str, object] = {}
    for field, value in (("name", name), ("language", language), ("postal", postal), ("note", note)):
        if value is None:
            continue
        lines = [line.strip() for line in value.splitlines()]
        text = "\n".join(lines).strip() if field == "note" else "\n".join(filter(None, lines))
        if len(text) > _MOST_TEXT[field]:
            raise UsageError(
                f"longer than {count_text(_MOST_TEXT[field], 'character')}", where=field, advice="Write less"
            )
        if field == "name" and (not text or "\n" in text):
            raise UsageError(
                "the name is not one line of text", where=field, advice="Write the name of the organisation"
            )
        if field == "language" and not _LANGUAGE.fullmatch(text):
            raise UsageError("not a language", where=text[:20], advice="Write it as in `de` or `pt-br`")
        changes[field] = text
    return changes


def operator_contact(text: str) -> Contact:
    """A contact entered by the user.

    Raises:
        UsageError: the text is not a contact.
    """
    address = contact_address(text)
    if not address:
        raise UsageError(
            "not an e-mail address, https: or tel: URI", where=text, advice="Use the format of security.txt (RFC 9116)"
        )
    return Contact(address, "operator")


def _rdap_contacts(path: Path) -> tuple[Contact, ...]:
    """Contacts from RDAP documents; none if the file contains something else.

    Raises:
        InputError: the documents contain no contact.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_DOCUMENT)
    except OSError:
        return ()  # the next reader reports the error
    if not is_rdap(data):
        return ()
    try:
        told = [contact.address for one in read_rdap(data).objects for contact in one.contacts]
    except InputError as error:
        raise InputError(error.what, where=str(path), advice=error.advice) from None
    if not told:
        raise InputError(
            "no contact with an e-mail address", where=str(path), advice="Use a newer document of the registry"
        )
    return tuple(Contact(address, "rdap") for address in dict.fromkeys(told) if contact_address(address))


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_told(one) for one in value)
    return value.address if isinstance(value, Contact) else str(value)
