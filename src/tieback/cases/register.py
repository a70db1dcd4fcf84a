"""Vendor register: assigns apps to the vendors responsible for them.

Apps with the same signing certificate, or the same team identifier of Apple, belong to one vendor. The name in a
certificate can be chosen freely, so it names a vendor but never joins two. Keys that sign apps of many makers identify
no vendor: such apps get one vendor per bundle identifier until a user merges vendors, if they have no team identifier.
Unrelated apps share the identifiers of templates, such as ``io.cordova.hellocordova``: each package with one gets a
vendor of its own.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tieback.intake.apps.shared_keys import names_no_maker
from tieback.model.app import App
from tieback.model.case import NewLogLine
from tieback.model.errors import UsageError
from tieback.model.vendor import TEAM, Contact, Vendor
from tieback.recognise.makers.words import names_no_app

_MAX_NAME = 200


def vendor_id(app: App) -> str:
    """Return the default vendor id of an app, from its signer or else its bundle id; the register may override it."""
    keys = vendor_keys(app)
    return _id_of(f"signer:{keys[0]}" if keys else f"bundle:{app.platform}:{own_identifier(app)}")


def _id_of(words: str) -> str:
    return f"v-{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def own_identifier(app: App) -> str:
    """Return what only apps of one maker have: the bundle id, or the content hash if a template wrote the bundle id."""
    return app.sha256 if names_no_app(app.bundle_id) else app.bundle_id


def vendor_keys(app: App) -> tuple[str, ...]:
    """Return what identifies the vendor of an app: its team as ``team:A1B2C3D4E5``, and the SHA-256 of its signer.

    Packages of the App Store have only the team, Android apps only the signer. A signer that names no maker is left
    out; there may be neither.
    """
    team = (f"{TEAM}{app.team}",) if app.team else ()
    return team if app.signer is None or names_no_maker(app.signer) else (*team, app.signer.sha256)


class VendorRegister:
    """Looks up the vendor of an app."""

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        self._by_signer: dict[str, str] = {}
        self._by_bundle: dict[str, str] = {}
        for vendor in vendors:
            self._by_signer |= dict.fromkeys(vendor.signers, vendor.id)
            self._by_bundle |= dict.fromkeys(vendor.bundle_ids, vendor.id)

    def find_vendor(self, app: App) -> str | None:
        """Return the id of the app's vendor; ``None`` if it is not registered yet.

        A bundle identifier that a user assigned to a vendor takes precedence over the signer.
        """
        listed = self._by_bundle.get(app.bundle_id)
        if (
            listed is not None
            and names_no_app(app.bundle_id)
            and listed == _id_of(f"bundle:{app.platform}:{app.bundle_id}")
        ):
            listed = None  # an earlier version joined all apps with the identifier
        signed = next(filter(None, map(self._by_signer.get, vendor_keys(app))), None)
        return listed or self._by_bundle.get(app.sha256) or signed


def new_vendors(known: Sequence[Vendor], apps: Iterable[App]) -> list[tuple[Vendor, tuple[NewLogLine, ...]]]:
    """Return the new vendors of apps that are not registered yet, with their log entries."""
    register = VendorRegister(known)
    found: dict[str, Vendor] = {}
    owners: dict[str, str] = {}
    for app in apps:
        if register.find_vendor(app) is not None:
            continue
        keys = vendor_keys(app)
        key = next((owners[one] for one in keys if one in owners), None) or vendor_id(app)
        words = f"{app.bundle_id}, {app.sha256[:8]}" if app.name else app.sha256[:8]
        shared = f"{app.label} ({words})" if names_no_app(app.bundle_id) else ""
        name = (app.vendor if keys and app.vendor != app.team else "") or shared or app.bundle_id or app.label
        vendor = found.get(key) or Vendor(key, name.encode("utf-8", "backslashreplace").decode()[:_MAX_NAME])
        new = tuple(one for one in keys if one not in owners)
        owners |= dict.fromkeys(new, key)
        if keys:
            found[key] = msgspec.structs.replace(vendor, signers=(*vendor.signers, *new))
        else:
            found[key] = msgspec.structs.replace(vendor, bundle_ids=(own_identifier(app),))
    return [(vendor, (NewLogLine(key, "opened", {"name": vendor.name}),)) for key, vendor in found.items()]


MAX_NOTE = 60_000
"""Maximum characters of a note about a vendor."""
_REQUEST = ("asked", "due", "answer", "answered")
"""Fields of the request for a written confirmation, which belong together."""


def merge_vendors(kept: Vendor, gone: Vendor) -> Vendor:
    """Merge ``gone`` into ``kept``. Nothing of ``gone`` is lost: what has no place of its own is in the note.

    Postal address, and request with its answer, are those of ``gone`` if ``kept`` has none.

    Raises:
        UsageError: both are the same vendor.
    """
    if kept.id == gone.id:
        raise UsageError("cannot merge a vendor with itself", where=kept.id, advice="Name two different vendors")
    blank = Vendor("", "")
    owed = kept if any(getattr(kept, name) != getattr(blank, name) for name in _REQUEST) else gone
    notes = [kept.note, *(f"{gone.name} ({gone.id}): {told}" for told in _leftovers(kept, gone, owed)), gone.note]
    return msgspec.structs.replace(
        kept,
        domains=tuple(dict.fromkeys((*kept.domains, *gone.domains))),
        contacts=_contacts((*kept.contacts, *gone.contacts)),
        signers=tuple(dict.fromkeys((*kept.signers, *gone.signers))),
        bundle_ids=tuple(dict.fromkeys((*kept.bundle_ids, *gone.bundle_ids))),
        postal=kept.postal or gone.postal,
        note="\n".join(dict.fromkeys(filter(None, notes)))[:MAX_NOTE],
        **{name: getattr(owed, name) for name in _REQUEST},
    )


def _contacts(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Each address once, as it is first, with a key if any entry has one."""
    found: dict[str, Contact] = {}
    for one in contacts:
        known = found.setdefault(one.address, one)
        if not known.encryption:
            found[one.address] = msgspec.structs.replace(known, encryption=one.encryption)
    return tuple(found.values())


def _leftovers(kept: Vendor, gone: Vendor, owed: Vendor) -> Iterator[str]:
    """What ``gone`` has, and the merged vendor has no place for."""
    if gone.postal and kept.postal and gone.postal != kept.postal:
        yield f"postal address {', '.join(gone.postal.splitlines())}"
    if owed is kept and gone.asked is not None:
        yield f"confirmation requested on {gone.asked}" + (f", due {gone.due}" if gone.due else "")
    if owed is kept and gone.answered is not None:
        yield f"answer of {gone.answered}: {gone.answer}"
    if gone.language != kept.language:
        yield f"language of letters {gone.language}"


def vendor_fields(vendor: Vendor) -> dict[str, str]:
    """Every fact of a vendor as text, for the log: a removed entry can be written again from it."""
    lists = {
        "domains": vendor.domains,
        "contacts": tuple(one.address for one in vendor.contacts),
        "signers": vendor.signers,
        "bundle_ids": vendor.bundle_ids,
    }
    texts = {"name": vendor.name, "language": vendor.language, "postal": vendor.postal, "note": vendor.note}
    days = {"asked": vendor.asked, "due": vendor.due, "answered": vendor.answered}
    answer = {"answer": vendor.answer.value} if vendor.answered is not None else {}
    fields = {name: ", ".join(values) for name, values in lists.items()} | texts | answer
    fields |= {name: day.isoformat() for name, day in days.items() if day is not None}
    return {name: text for name, text in fields.items() if text}
