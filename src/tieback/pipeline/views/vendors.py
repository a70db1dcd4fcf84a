"""Vendors of the register: their contacts and domains, which decide to whom letters go and who answers for a store."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from tieback.cases.letters.language import languages, load_language
from tieback.cases.register import VendorRegister
from tieback.model.app import Platform
from tieback.model.case import CaseState
from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.model.vendor import Contact, Vendor
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.disclosure.vendors import operator_contact, register_changes
from tieback.pipeline.fleet.analysed_apps import apps_of_vendor
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing, bounded_limit, decode_cursor, encode_cursor
from tieback.storage.workspace import Workspace

MOST_APPS = 200
"""Apps of a vendor on its page."""


class VendorRow(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor in a list."""

    id: str
    name: str
    contact: str
    """The best one; empty if none is known."""
    contacts: int
    domains: tuple[str, ...]
    language: str
    cases: int
    """Cases that are not closed."""


class VendorCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case of a vendor."""

    id: str
    state: CaseState
    product: str


class VendorApp(msgspec.Struct, frozen=True, kw_only=True):
    """An analysed app of a vendor."""

    sha256: str
    platform: Platform
    bundle_id: str
    name: str
    version: str
    listed: bool
    """True if the register lists its bundle identifier; otherwise it belongs to the vendor by its signer."""


class VendorPage(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor with its apps and cases."""

    vendor: Vendor
    apps: tuple[VendorApp, ...]
    """Analysed apps, at most 200, by bundle identifier."""
    apps_total: int
    cases: tuple[VendorCase, ...]
    languages: tuple[tuple[str, str], ...]
    """Languages of letters: the value for ``language``, and its name."""


def list_vendors(
    workspace: Workspace, *, q: str = "", after: str = "", limit: int = DEFAULT_LIMIT
) -> Listing[VendorRow]:
    """Vendors of the register, by name. ``q`` is a part of the name, of a domain or of a contact.

    Raises:
        UsageError: a wrong cursor or limit.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    key = decode_cursor(after, tuple[str, str]) if after else None
    word = q.strip().casefold()
    found = sorted((_key(one), one) for one in workspace.ledger.cases.vendors() if word in _text(one))
    later = [one for order, one in found if key is None or order > key]
    some = later[:limit]
    cases = Counter(case.vendor for case in workspace.ledger.cases.cases() if case.active)
    return Listing(
        items=tuple(
            VendorRow(
                id=one.id,
                name=one.name,
                contact=one.contacts[0].address if one.contacts else "",
                contacts=len(one.contacts),
                domains=one.domains,
                language=one.language,
                cases=cases[one.id],
            )
            for one in some
        ),
        next=encode_cursor(_key(some[-1])) if len(later) > limit else None,
        total=len(found),
    )


def vendor_page(workspace: Workspace, key: str) -> VendorPage | None:
    """One vendor by its ID; ``None`` if the register has none with it. Raises ``WorkspaceError``."""
    known = list(workspace.ledger.cases.vendors())
    vendor = next((one for one in known if one.id == key), None)
    if vendor is None:
        return None
    cases = workspace.ledger.cases.cases(vendor=key)
    apps = _apps(workspace, vendor, VendorRegister(known))
    return VendorPage(
        vendor=vendor,
        apps=tuple(apps[:MOST_APPS]),
        apps_total=len(apps),
        cases=tuple(VendorCase(id=one.id, state=one.state, product=one.store.product) for one in cases),
        languages=tuple((name, load_language(name).language) for name in languages()),
    )


def add_contact(workspace: Workspace, key: str, contact: str, by_whom: str) -> None:
    """Add a contact before the known ones.

    Raises:
        UsageError: it is not a contact.
        WorkspaceError: the ledger cannot be written.
    """
    found: Contact = operator_contact(contact.strip())
    case_service(workspace).add_contacts(key, [found], by_whom)


def remove_contact(workspace: Workspace, key: str, contact: str, by_whom: str) -> None:
    """Remove a contact.

    Raises:
        UsageError: the vendor does not have it.
        WorkspaceError: the ledger cannot be written.
    """
    page = vendor_page(workspace, key)
    known = page.vendor.contacts if page is not None else ()
    left = tuple(one for one in known if one.address != contact)
    if len(left) == len(known):
        raise UsageError("no such contact", where=contact[:80], advice="See the contacts of the vendor")
    case_service(workspace).edit(key, {"contacts": left}, by_whom)


def change_register(
    workspace: Workspace,
    key: str,
    by_whom: str,
    *,
    name: str | None = None,
    language: str | None = None,
    postal: str | None = None,
    note: str | None = None,
) -> None:
    """Change what people fill in; ``None`` changes nothing. Only a real change is logged.

    Raises:
        UsageError: an empty name, or a language without letters.
        WorkspaceError: the ledger cannot be written.
    """
    page = vendor_page(workspace, key)
    if page is None:
        raise UsageError("no vendor with this ID", where=key[:80], advice="See the list of vendors")
    wanted = register_changes(name=name, language=language, postal=postal, note=note)
    changes = {field: value for field, value in wanted.items() if getattr(page.vendor, field) != value}
    if "language" in changes and changes["language"] not in languages():
        raise UsageError("unknown language", where="language", advice=f"Available: {', '.join(languages())}")
    if changes:
        case_service(workspace).edit(key, changes, by_whom)


def set_domains(workspace: Workspace, key: str, domains: Sequence[str], by_whom: str) -> None:
    """Replace the domains: back ends in them belong to the vendor.

    Raises:
        UsageError: one is not a domain, belongs to many organisations or to another vendor, or there are too many.
        WorkspaceError: the ledger cannot be written.
    """
    service = case_service(workspace)
    service.edit(key, {"domains": service.check_domains(key, domains)}, by_whom)


def set_apps(workspace: Workspace, key: str, bundle_ids: Sequence[str], by_whom: str) -> None:
    """Replace the bundle identifiers that the register lists: these apps belong to the vendor, by any signer.

    Raises:
        UsageError: one is not an identifier, another vendor has it, or there are too many.
        WorkspaceError: the ledger cannot be written.
    """
    service = case_service(workspace)
    service.edit(key, {"bundle_ids": service.check_bundle_ids(key, bundle_ids)}, by_whom)


def merge_vendor(workspace: Workspace, kept: str, gone: str, by_whom: str) -> None:
    """Merge another entry into a vendor: its apps, domains, contacts, cases and letters; the entry is then removed.

    Args:
        workspace: an open workspace.
        kept: ID of the vendor that stays.
        gone: ID of the other one, or its whole name if only one vendor has it.
        by_whom: author for the log.

    Raises:
        UsageError: there is no such vendor, several have this name, or both are the same.
        WorkspaceError: the ledger cannot be written.
    """
    service, word = case_service(workspace), gone.strip()
    found = [one for one in service.vendors() if one.id == word]
    found = found or [one for one in service.vendors() if word and one.name.casefold() == word.casefold()]
    if len(found) != 1:
        what = count_text(len(found), "vendor has this name", "vendors have this name") if found else "no such vendor"
        raise UsageError(what, where=word[:80], advice="Write the ID of the vendor, from its page")
    service.merge(kept, found[0].id, by_whom)


def _apps(workspace: Workspace, vendor: Vendor, register: VendorRegister) -> list[VendorApp]:
    return [
        VendorApp(
            sha256=app.sha256,
            platform=app.platform,
            bundle_id=app.bundle_id,
            name=app.name,
            version=app.version_name,
            listed=not {app.bundle_id, app.sha256}.isdisjoint(vendor.bundle_ids),
        )
        for app in apps_of_vendor(workspace.lake, vendor.signers, vendor.bundle_ids)
        if register.find_vendor(app) == vendor.id  # another vendor can list an app with this signer
    ]


def _key(vendor: Vendor) -> tuple[str, str]:
    return vendor.name.casefold(), vendor.id


def _text(vendor: Vendor) -> str:
    return "\n".join((vendor.name, *vendor.domains, *(one.address for one in vendor.contacts))).casefold()
