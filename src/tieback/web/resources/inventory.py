"""The fleet: imports, the review of its apps, its devices, and lists to block apps."""

from datetime import date

import msgspec

from tieback.model.device import DevicePlatform, Ownership
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.fleet.block_list import BlockRequest
from tieback.pipeline.fleet.fleet_state import FleetState
from tieback.pipeline.fleet.imports import remove_day
from tieback.pipeline.runs import finished_run
from tieback.pipeline.views import fleet, inventory
from tieback.pipeline.views.download import Download
from tieback.pipeline.views.fleet import BlockLists, FleetAppPage, FleetFilter, FleetReview
from tieback.pipeline.views.inventory import DevicePage, DeviceQuery, DeviceRow, InventoryPage
from tieback.pipeline.views.listing import Listing
from tieback.web.context import Context
from tieback.web.parameters import choice
from tieback.web.problems import NotFoundError
from tieback.web.resource import change, download, form, page_and_json


def inventory_overview(context: Context, run: str = "", after: str = "", limit: int = 50) -> InventoryPage:
    """What was imported, from which source and when, and what is stale or was never analysed."""
    return inventory.inventory_page(context.workspace, after=after, limit=limit, run=run)


class InventoryDayChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The imports to remove."""

    source: str
    taken: date
    """Day that they describe."""


_REMOVE = "remove the imports of an inventory"


@change("POST", "/inventory/remove", role=Role.OPERATOR, action=_REMOVE, logged=True)
def remove_inventory_day(context: Context, data: InventoryDayChoice) -> InventoryPage:
    """Remove all imports of a source for one day, with the apps and devices that only they list."""
    _remove(context, data)
    return inventory_overview(context)


@form(
    "/inventory/remove",
    role=Role.OPERATOR,
    action=_REMOVE,
    done="The imports of that day were removed.",
    logged=True,
    again="inventory_overview",
)
def remove_inventory_day_form(context: Context, data: InventoryDayChoice) -> str:
    """Remove all imports of a source for one day."""
    _remove(context, data)
    return "/inventory"


def _remove(context: Context, data: InventoryDayChoice) -> None:
    removed = remove_day(context.workspace, data.source, data.taken)
    context.changes.note(context.user, _REMOVE, f"{removed.source} {removed.taken}")


def fleet_review(
    context: Context,
    show: str = "",
    ownership: str = "",
    q: str = "",
    enterprise_store: bool = False,
    run: str = "",
    after: str = "",
    limit: int = 50,
) -> FleetReview:
    """Apps of the fleet with the next action and its reason, the most urgent first. BYOD: ``ownership=personal``.

    Open stores are those of ``run``; default: the last finished one.
    """
    which = _filter(show, ownership, q, enterprise_store)
    return fleet.fleet_review(context.workspace, which, after=after, limit=limit, run=run)


def fleet_app(context: Context, app: int, run: str = "", after: str = "", limit: int = 50) -> FleetAppPage:
    """One app of the fleet with its devices."""
    found = fleet.fleet_app(context.workspace, app, after=after, limit=limit, run=run)
    if found is None:
        raise NotFoundError("the review has no app with this ID", where=str(app), advice="See /inventory/apps")
    return found


def fleet_devices(
    context: Context,
    platform: str = "",
    ownership: str = "",
    q: str = "",
    removed: bool = False,
    run: str = "",
    after: str = "",
    limit: int = 50,
) -> Listing[DeviceRow]:
    """Devices under their pseudonyms; ``q`` is the start of a pseudonym. Links of the page keep ``run``."""
    finished_run(context.workspace, run)
    which = DeviceQuery(
        choice(DevicePlatform, platform, "platform"), choice(Ownership, ownership, "ownership"), removed, q
    )
    return inventory.list_devices(context.workspace, which, after=after, limit=limit)


def fleet_device(context: Context, device: str, run: str = "", after: str = "", limit: int = 50) -> DevicePage:
    """One device with its apps."""
    found = inventory.device_of(context.workspace, device, after=after, limit=limit, run=run)
    if found is None:
        raise NotFoundError("no device has this pseudonym", where=device[:80], advice="See /inventory/devices")
    return found


def fleet_blocklists(context: Context, weak: bool = False, force: bool = False, run: str = "") -> BlockLists:
    """The lists that an EMM, a DNS server or a gateway can import, with their size and what they leave out."""
    return fleet.block_lists(context.workspace, weak=weak, force=force, run=run)


def fleet_blocklist_file(
    context: Context,
    name: str,
    action: str = "block",
    app: str = "",
    entry: int | None = None,
    weak: bool = False,
    force: bool = False,
    run: str = "",
) -> Download:
    """One list as a file, the same as ``tieback inventory block`` writes. It changes nothing anywhere.

    ``app`` is an identifier or a name, and ``entry`` the ID of one entry of the inventory.
    """
    request = BlockRequest(name, action, (app,) if app else (), weak, force, entry)
    return fleet.block_list_file(context.workspace, request, run)


def fleet_review_file(
    context: Context,
    name: str,
    show: str = "",
    ownership: str = "",
    q: str = "",
    enterprise_store: bool = False,
    run: str = "",
) -> Download:
    """The review as ``csv`` or ``xlsx``, the same table as ``tieback inventory review`` writes."""
    return fleet.review_file(context.workspace, _filter(show, ownership, q, enterprise_store), name, run)


def _filter(show: str, ownership: str, q: str, enterprise_store: bool) -> FleetFilter:
    return FleetFilter(
        state=choice(FleetState, show, "show"),
        ownership=choice(Ownership, ownership, "ownership"),
        enterprise_store=enterprise_store,
        q=q,
    )


_ROLE = Role.ANALYST
ROUTES = [
    *page_and_json("/inventory", inventory_overview, template="inventory.html", role=_ROLE, title="Inventory"),
    *page_and_json("/inventory/apps", fleet_review, template="inventory_apps.html", role=_ROLE, title="Review"),
    *page_and_json(
        "/inventory/apps/{app:int}", fleet_app, template="inventory_app.html", role=_ROLE, title="App of the fleet"
    ),
    *page_and_json("/inventory/devices", fleet_devices, template="inventory_devices.html", role=_ROLE, title="Devices"),
    *page_and_json(
        "/inventory/devices/{device:str}", fleet_device, template="inventory_device.html", role=_ROLE, title="Device"
    ),
    *page_and_json(
        "/inventory/blocklists", fleet_blocklists, template="inventory_blocklists.html", role=_ROLE, title="Block lists"
    ),
    remove_inventory_day,
    remove_inventory_day_form,
    download(
        "/inventory/blocklists/{name:str}",
        fleet_blocklist_file,
        role=_ROLE,
        title="Block list as a file",
        files=lambda: fleet.BLOCK_LIST_MEDIA_TYPES,
    ),
    download(
        "/inventory/review/{name:str}",
        fleet_review_file,
        role=_ROLE,
        title="Review as a file",
        files=lambda: fleet.REVIEW_MEDIA_TYPES,
    ),
]
