"""Vendors of the register: their contacts and domains."""

from collections.abc import Sequence

import msgspec

from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import vendors
from tieback.pipeline.views.listing import DEFAULT_LIMIT, Listing
from tieback.pipeline.views.vendors import VendorPage, VendorRow
from tieback.web.context import Context
from tieback.web.problems import NotFoundError
from tieback.web.resource import change, form, page_and_json

_MERGE = "merge two vendors"


class NewContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contact to add."""

    contact: str
    """An e-mail address, or an ``https:`` or ``tel:`` URI."""


class Domains(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The domains of a vendor."""

    domains: tuple[str, ...]
    """They replace the known ones."""


class VendorApps(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bundle identifiers of apps that belong to a vendor, regardless of the signer."""

    bundle_ids: tuple[str, ...]
    """They replace the known ones."""


class Merge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entry to merge into a vendor."""

    gone: str
    """ID of the other entry, or its whole name. It is removed."""


class RegisterChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change in the register; fields that are left out do not change."""

    name: str | None = None
    """Name of the organisation."""
    language: str | None = None
    """Language of its letters, such as ``de``."""
    postal: str | None = None
    """Postal address, one line per line."""
    note: str | None = None
    """Free text."""


class VendorForm(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of the forms of a vendor; each form sends one of them."""

    contact: str = ""
    domains: str = ""
    """One per line, or separated by spaces."""
    bundle_ids: str = ""
    """The same."""
    gone: str = ""
    name: str = ""
    language: str = ""
    postal: str = ""
    note: str = ""


def list_vendors(context: Context, q: str = "", after: str = "", limit: int = DEFAULT_LIMIT) -> Listing[VendorRow]:
    """Vendors of the register, by name. The first case of a vendor adds it. ``q``: in name, domain or contact."""
    return vendors.list_vendors(context.workspace, q=q, after=after, limit=limit)


def get_vendor(context: Context, vendor_id: str) -> VendorPage:
    """One vendor: its contacts, domains and cases."""
    found = vendors.vendor_page(context.workspace, vendor_id)
    if found is None:
        raise NotFoundError("no vendor with this ID", where=vendor_id[:80], advice="See the list of vendors")
    return found


@change("POST", "/vendors/{vendor_id:str}/contacts", role=Role.ANALYST, action="add a contact of a vendor", status=201)
def add_vendor_contact(context: Context, vendor_id: str, data: NewContact) -> VendorPage:
    """Add a contact before the known ones: letters go to the first e-mail address."""
    return _add(context, vendor_id, data.contact)


@change("DELETE", "/vendors/{vendor_id:str}/contacts", role=Role.ANALYST, action="remove a contact of a vendor")
def remove_vendor_contact(context: Context, vendor_id: str, contact: str) -> VendorPage:
    """Remove a contact."""
    return _remove(context, vendor_id, contact)


@change(
    "PATCH", "/vendors/{vendor_id:str}", role=Role.ANALYST, action="change the entry of a vendor", current=get_vendor
)
def change_vendor(context: Context, vendor_id: str, data: RegisterChange) -> VendorPage:
    """Change name, language of letters, postal address or note of a vendor."""
    return _change(context, vendor_id, data)


@change(
    "PUT",
    "/vendors/{vendor_id:str}/domains",
    role=Role.ANALYST,
    action="set the domains of a vendor",
    current=get_vendor,
)
def set_vendor_domains(context: Context, vendor_id: str, data: Domains) -> VendorPage:
    """Replace the domains of a vendor: it answers for stores at hosts in them."""
    return _set_domains(context, vendor_id, data.domains)


@change(
    "PUT", "/vendors/{vendor_id:str}/apps", role=Role.ANALYST, action="set the apps of a vendor", current=get_vendor
)
def set_vendor_apps(context: Context, vendor_id: str, data: VendorApps) -> VendorPage:
    """Replace the apps that the register lists: they belong to the vendor, regardless of the signer."""
    return _set_apps(context, vendor_id, data.bundle_ids)


@change("POST", "/vendors/{vendor_id:str}/merge", role=Role.ANALYST, action=_MERGE, current=get_vendor, logged=True)
def merge_vendors(context: Context, vendor_id: str, data: Merge) -> VendorPage:
    """Merge another entry into this vendor: its apps, domains, contacts, cases and letters. The entry is removed."""
    return _merge(context, vendor_id, data.gone)


def _set_apps(context: Context, vendor_id: str, bundle_ids: Sequence[str]) -> VendorPage:
    get_vendor(context, vendor_id)
    vendors.set_apps(context.workspace, vendor_id, bundle_ids, context.user.name)
    return get_vendor(context, vendor_id)


def _merge(context: Context, vendor_id: str, gone: str) -> VendorPage:
    get_vendor(context, vendor_id)
    vendors.merge_vendor(context.workspace, vendor_id, gone, context.user.name)
    context.changes.note(context.user, _MERGE, f"{vendor_id} {gone.strip()[:80]}")
    return get_vendor(context, vendor_id)


def _add(context: Context, vendor_id: str, contact: str) -> VendorPage:
    get_vendor(context, vendor_id)
    vendors.add_contact(context.workspace, vendor_id, contact, context.user.name)
    return get_vendor(context, vendor_id)


def _remove(context: Context, vendor_id: str, contact: str) -> VendorPage:
    get_vendor(context, vendor_id)
    vendors.remove_contact(context.workspace, vendor_id, contact, context.user.name)
    return get_vendor(context, vendor_id)


def _set_domains(context: Context, vendor_id: str, domains: Sequence[str]) -> VendorPage:
    get_vendor(context, vendor_id)
    vendors.set_domains(context.workspace, vendor_id, domains, context.user.name)
    return get_vendor(context, vendor_id)


def _change(context: Context, vendor_id: str, data: RegisterChange) -> VendorPage:
    get_vendor(context, vendor_id)
    vendors.change_register(
        context.workspace,
        vendor_id,
        context.user.name,
        name=data.name,
        language=data.language,
        postal=data.postal,
        note=data.note,
    )
    return get_vendor(context, vendor_id)


@form(
    "/vendors/{vendor_id:str}/contacts",
    role=Role.ANALYST,
    action="add a contact of a vendor",
    done="The contact is added.",
    again="get_vendor",
)
def add_contact_in_page(context: Context, vendor_id: str, data: VendorForm) -> str:
    """Add a contact."""
    return f"/vendors/{_add(context, vendor_id, data.contact).vendor.id}"


@form(
    "/vendors/{vendor_id:str}/contacts/remove",
    role=Role.ANALYST,
    action="remove a contact of a vendor",
    done="The contact is removed.",
    again="get_vendor",
)
def remove_contact_in_page(context: Context, vendor_id: str, data: VendorForm) -> str:
    """Remove a contact."""
    return f"/vendors/{_remove(context, vendor_id, data.contact).vendor.id}"


@form(
    "/vendors/{vendor_id:str}/domains",
    role=Role.ANALYST,
    action="set the domains of a vendor",
    done="The vendor has its new domains.",
    again="get_vendor",
)
def set_domains_in_page(context: Context, vendor_id: str, data: VendorForm) -> str:
    """Replace the domains."""
    return f"/vendors/{_set_domains(context, vendor_id, data.domains.split()).vendor.id}"


@form(
    "/vendors/{vendor_id:str}/apps",
    role=Role.ANALYST,
    action="set the apps of a vendor",
    done="The vendor has its new apps.",
    again="get_vendor",
)
def set_apps_in_page(context: Context, vendor_id: str, data: VendorForm) -> str:
    """Replace the apps that the register lists."""
    return f"/vendors/{_set_apps(context, vendor_id, data.bundle_ids.split()).vendor.id}"


@form(
    "/vendors/{vendor_id:str}/merge",
    role=Role.ANALYST,
    action=_MERGE,
    done="Both entries are one vendor now.",
    logged=True,
    again="get_vendor",
)
def merge_in_page(context: Context, vendor_id: str, data: VendorForm) -> str:
    """Merge another entry into this vendor."""
    return f"/vendors/{_merge(context, vendor_id, data.gone).vendor.id}"


@form(
    "/vendors/{vendor_id:str}/register",
    role=Role.ANALYST,
    action="change the entry of a vendor",
    done="The entry is saved.",
    again="get_vendor",
)
def change_vendor_in_page(context: Context, vendor_id: str, data: VendorForm) -> str:
    """Change name, language of letters, postal address and note."""
    wanted = RegisterChange(name=data.name, language=data.language, postal=data.postal, note=data.note)
    return f"/vendors/{_change(context, vendor_id, wanted).vendor.id}"


ROUTES = [
    *page_and_json("/vendors", list_vendors, template="vendors.html", role=Role.ANALYST, title="Vendors"),
    *page_and_json("/vendors/{vendor_id:str}", get_vendor, template="vendor.html", role=Role.ANALYST, title="Vendor"),
    add_vendor_contact,
    remove_vendor_contact,
    change_vendor,
    change_vendor_in_page,
    set_vendor_domains,
    add_contact_in_page,
    remove_contact_in_page,
    set_domains_in_page,
    set_vendor_apps,
    set_apps_in_page,
    merge_vendors,
    merge_in_page,
]
