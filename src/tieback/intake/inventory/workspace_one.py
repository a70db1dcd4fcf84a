"""Workspace ONE UEM (Omnissa, formerly VMware AirWatch): apps of a device, the search of apps, Intelligence reports.

REST API, with the member names of its help at ``/api/help``. ``GET /api/mdm/devices/{id}/apps`` (``DeviceApps``) and
``GET /api/mdm/devices/{uuid}/apps/search`` (``app_items``) do not name the device, so the file name is its identifier.
``GET /api/mam/apps/search`` (``Application``) has a count of devices. A report of Workspace ONE Intelligence on apps is
a table with a row for each app and device.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.inventory.interface import (
    FileHead,
    FormatEvidence,
    InventoryImporterMeta,
    Text,
    clean_text,
    is_absent,
    parse_count,
    parse_ownership,
    parse_platform,
    parse_yes,
)
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import map_rows
from tieback.model.device import DevicePlatform, InventoryRow

_NUMBERS = {
    "2": DevicePlatform.IOS, "5": DevicePlatform.ANDROID, "10": DevicePlatform.MACOS, "12": DevicePlatform.WINDOWS,
}  # fmt: skip
"""Model numbers of ``Platform``."""
_APPS, _SEARCH, _DEVICES = "device apps", "device app search", "devices with apps"
_NUMBERED = {name: f"{name}, state not known" for name in (_APPS, _SEARCH, _DEVICES)}
"""Formats whose ``Status`` or ``installed_status`` is a number. What the numbers mean is not documented."""
_STATUS_NUMBER = re.compile(rb'"(?:Status|installed_status)"\s*:\s*"?\d')
_CSV = {"name": "Application Name", "bundle_id": "Application ID", "version": "Version", "device": "Serial Number"}
_INTELLIGENCE = {"bundle_id": "App Package ID"}
_INTELLIGENCE_MORE = {
    "name": "App Name",
    "version": "App Version",
    "platform": "Device Platform",
    "device": "Device Serial Number",
    "device_name": "Device Friendly Name",
    "user": "Device Enrollment User Name",
    "ownership": "Device Ownership",
    "installed": "App Is Installed",
}
"""Columns of a report; the user chooses which it has."""


class _Item(msgspec.Struct):
    name: Text = None
    bundle_id: Text = None
    installed_version: Text = None
    assigned_version: Text = None
    installed_status: Text = None
    type: Text = None


class _Device(msgspec.Struct, rename="pascal"):
    uuid: Any = None
    serial_number: Text = None
    device_friendly_name: Text = None
    user_name: Text = None
    platform: Text = None
    ownership: Text = None
    items: list[_Item] = msgspec.field(default_factory=list, name="app_items")


class _DeviceApp(msgspec.Struct, rename="pascal"):
    application_name: Text = None
    application_identifier: Text = None
    version: Text = None
    type: Text = None
    status: Any = None


class _Application(msgspec.Struct, rename="pascal"):
    application_name: Text = None
    bundle_id: Text = None
    app_version: Text = None
    actual_file_version: Text = None
    app_type: Text = None
    platform: Text = None
    installed_device_count: Any = None


class WorkspaceOne:
    """Importer of Workspace ONE UEM inventories."""

    meta = InventoryImporterMeta(
        "workspace-one",
        "Workspace ONE UEM",
        FormatEvidence.ALIASES,
        "https://developer.omnissa.com/workspace-one-uem-apis/",
        "DeviceApps, app_items or Application of its REST API; the columns Application Name, Application ID and Serial "
        "Number; or the column App Package ID",
        partial=frozenset(_NUMBERED.values()),
        undecided=frozenset(_NUMBERED.values()),
        one_device=frozenset({_APPS, _SEARCH, _NUMBERED[_APPS], _NUMBERED[_SEARCH]}),
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members of the responses."""
        if {"DeviceApps", "ApplicationIdentifier"} <= head.keys:
            return _with_state(_APPS, head)
        if {"Devices", "DeviceFriendlyName", "app_items"} <= head.keys:
            return _with_state(_DEVICES, head)
        if {"app_items", "bundle_id"} <= head.keys:
            return _with_state(_SEARCH, head)
        if {"Application", "BundleId", "AppType"} <= head.keys:
            return "app search"
        if head.form == "csv" and {"application name", "application id", "serial number"} <= head.folded:
            return "CSV"
        if head.form == "csv" and "app package id" in head.folded:
            return "Intelligence report"
        return ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app of the device, or one row per app with its number of devices."""
        if shape in (_APPS, _NUMBERED[_APPS]):
            yield from _device_apps(source)
        elif shape in (_SEARCH, _NUMBERED[_SEARCH]):
            for _, item in iter_json_records(source, ("app_items",), _Item):
                yield from _installed(source, item, InventoryRow(device=source.device))
        elif shape in (_DEVICES, _NUMBERED[_DEVICES]):
            for place, device in iter_json_records(source, ("Devices",), _Device):
                key = device.uuid.get("Value") if isinstance(device.uuid, dict) else device.uuid
                owner = InventoryRow(
                    platform=parse_platform(device.platform),
                    device=clean_text(key) or clean_text(device.serial_number),
                    device_name=clean_text(device.device_friendly_name),
                    user=clean_text(device.user_name),
                    ownership=parse_ownership(device.ownership, source),
                )
                if not owner.device:
                    source.skip(place, "the device has no identifier")
                for item in device.items if owner.device else ():
                    yield from _installed(source, item, owner)
        elif shape == "app search":
            for _, app in iter_json_records(source, ("Application",), _Application):
                number = clean_text(app.platform)
                yield InventoryRow(
                    platform=_NUMBERS.get(number) or parse_platform(number),
                    bundle_id=clean_text(app.bundle_id),
                    name=clean_text(app.application_name),
                    version=clean_text(app.actual_file_version or app.app_version),
                    count=parse_count(app.installed_device_count),
                    in_house=parse_yes(app.app_type),
                )
        elif shape == "Intelligence report":
            yield from map_rows(source, _INTELLIGENCE, optional=_INTELLIGENCE_MORE)
        else:
            yield from map_rows(source, _CSV)


def _with_state(shape: str, head: FileHead) -> str:
    return _NUMBERED[shape] if _STATUS_NUMBER.search(head.text) else shape


def _is_numbered(status: object, source: InventorySource) -> bool:
    """True if a status is a number, which is reported: whether the app is on the device is not known then."""
    text = clean_text(status)
    numbered = text.isdigit() or (isinstance(status, int) and not isinstance(status, bool))
    if numbered:
        source.count_unknown_word("status", text)
    return numbered


def _device_apps(source: InventorySource) -> Iterator[InventoryRow]:
    for _, one in iter_json_records(source, ("DeviceApps",), _DeviceApp):
        number = _is_numbered(one.status, source)
        if not number and is_absent(one.status, source):
            source.absent += 1
            continue
        yield InventoryRow(
            bundle_id=clean_text(one.application_identifier),
            name=clean_text(one.application_name),
            version=clean_text(one.version),
            device="" if number else source.device,
            in_house=parse_yes(one.type),
        )


def _installed(source: InventorySource, item: _Item, owner: InventoryRow) -> Iterator[InventoryRow]:
    number = _is_numbered(item.installed_status, source)
    if not number and is_absent(item.installed_status, source):
        source.absent += 1
    else:
        yield msgspec.structs.replace(
            InventoryRow(platform=owner.platform) if number else owner,
            bundle_id=clean_text(item.bundle_id),
            name=clean_text(item.name),
            version=clean_text(item.installed_version or item.assigned_version),
            in_house=parse_yes(item.type),
        )
