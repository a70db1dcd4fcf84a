"""Jamf Pro: Classic mobile devices and applications as XML or JSON, the Pro API's inventory, and searches as CSV.

Classic: https://developer.jamf.com/jamf-pro/reference/mobiledeviceapplications (the catalogue of managed apps, without
devices) and https://developer.jamf.com/jamf-pro/reference/findmobiledevicesbyid (one device with its apps). Pro API:
https://developer.jamf.com/jamf-pro/reference/get_v1-computers-inventory with ``section=APPLICATIONS``, and
https://developer.jamf.com/jamf-pro/reference/get_v2-mobile-devices-detail.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tieback.intake.inventory.interface import (
    FileHead,
    FormatEvidence,
    InventoryImporterMeta,
    Text,
    clean_text,
    parse_ownership,
    parse_platform,
    parse_yes,
)
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import FileDefaults, map_rows
from tieback.intake.inventory.xml_records import XmlElement
from tieback.intake.inventory.xml_records import iter_xml_elements as xml_records
from tieback.model.device import DevicePlatform, InventoryRow, Ownership

_IOS = DevicePlatform.IOS
_SEARCH = {"bundle_id": "App Identifier", "name": "App Name", "version": "App Version", "device": "Serial Number"}
"""Columns of an advanced search of mobile devices, named after the search criteria."""
_SHAPES = {
    frozenset({"mobile_device_applications"}): "classic applications JSON",
    frozenset({"mobile_device", "applications"}): "classic device JSON",
    frozenset({"mobileDeviceId", "applications"}): "mobile-devices",
    frozenset({"bundleId", "applications", "macAppStore"}): "computers-inventory",
}


class _Entry(msgspec.Struct):
    """An app of the catalogue or of a device; each release of Jamf has some of these members."""

    name: Text = None
    display_name: Text = None
    bundle_id: Text = None
    version: Text = None
    internal_app: Any = None
    application_name: Text = None
    application_version: Text = None
    application_short_version: Text = None
    identifier: Text = None
    bundle: Text = msgspec.field(default=None, name="bundleId")
    short: Text = msgspec.field(default=None, name="shortVersion")


class _Classic(msgspec.Struct):
    general: dict[str, Any] = {}
    location: dict[str, Any] = {}
    applications: list[_Entry] = []


class _Inventory(msgspec.Struct, rename="camel"):
    """A result of the Pro API."""

    id: Text = None
    mobile_device_id: Text = None
    udid: Text = None
    device_type: Text = None
    general: dict[str, Any] = {}
    hardware: dict[str, Any] = {}
    user_and_location: dict[str, Any] = {}
    applications: list[_Entry] = []


class Jamf:
    """Importer of Jamf Pro inventories."""

    meta = InventoryImporterMeta(
        "jamf",
        "Jamf Pro",
        FormatEvidence.DOCUMENTED,
        "https://developer.jamf.com/jamf-pro/reference/",
        "mobile_device_applications, a mobile_device with applications, computers-inventory with the section "
        "APPLICATIONS, or the columns App Identifier, App Name, App Version and Serial Number",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by element, member or column names."""
        if head.form == "xml" and (b"<mobile_device_application>" in head.text or b"<mobile_device>" in head.text):
            return "classic XML"
        if head.form == "csv" and {"app identifier", "app name", "serial number"} <= head.folded:
            return "search CSV"
        if head.form != "json":
            return ""
        return next((shape for keys, shape in _SHAPES.items() if keys <= head.keys), "")

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app and device; for the catalogue, one row per app without a device."""
        match shape:
            case "classic XML":
                for node in xml_records(source, frozenset({"mobile_device_application", "mobile_device"})):
                    yield from _of_xml(source, node)
            case "classic applications JSON":
                for _, entry in iter_json_records(source, ("mobile_device_applications",), _Entry):
                    yield _app(entry, InventoryRow(_IOS))
            case "classic device JSON":
                for _, device in iter_json_records(source, ("mobile_device",), _Classic):
                    owner = _classic_device(source, device.general, device.location)
                    yield from (_app(entry, owner) for entry in device.applications)
            case "search CSV":
                yield from map_rows(source, _SEARCH, FileDefaults(_IOS))
            case _:
                for number, result in iter_json_records(source, ("results",), _Inventory):
                    owner = _pro_device(
                        source, result, DevicePlatform.MACOS if shape == "computers-inventory" else _IOS
                    )
                    if not owner.device:
                        source.skip(number, "the device has no identifier")
                        continue
                    yield from (_app(entry, owner) for entry in result.applications)


def _app(entry: _Entry, device: InventoryRow) -> InventoryRow:
    return msgspec.structs.replace(
        device,
        bundle_id=clean_text(entry.identifier or entry.bundle or entry.bundle_id),
        name=clean_text(entry.application_name or entry.display_name or entry.name).removesuffix(".app"),
        version=clean_text(
            entry.short or entry.application_short_version or entry.application_version or entry.version
        ),
        in_house=parse_yes(entry.internal_app),
    )


def _of_xml(source: InventorySource, node: XmlElement) -> Iterator[InventoryRow]:
    if node.name == "mobile_device_application":
        entry = node.find("general") or node
        yield _app(_xml_entry(entry), InventoryRow(_IOS))
        return
    general, location = (_children(node.find(name)) for name in ("general", "location"))
    device = _classic_device(source, general, location)
    for one in node.all("applications", "application"):
        yield _app(_xml_entry(one), device)


def _children(node: XmlElement | None) -> dict[str, str]:
    return {} if node is None else {child.name: child.text.strip() for child in node.children}


def _xml_entry(node: XmlElement) -> _Entry:
    told = _children(node)
    return _Entry(**{name: told[name] for name in _Entry.__struct_encode_fields__ if name in told})


def _classic_device(source: InventorySource, general: Mapping[str, Any], location: Mapping[str, Any]) -> InventoryRow:
    return InventoryRow(
        platform=_known(general.get("os_type"), _IOS),
        device=clean_text(general.get("udid") or general.get("serial_number") or general.get("id")),
        device_name=clean_text(general.get("device_name") or general.get("name")),
        user=clean_text(location.get("username") or location.get("email_address")),
        ownership=parse_ownership(general.get("device_ownership_level"), source),
    )


def _pro_device(source: InventorySource, result: _Inventory, platform: DevicePlatform) -> InventoryRow:
    who = result.user_and_location
    owned = clean_text(result.general.get("deviceOwnershipType") or result.general.get("deviceOwnershipLevel"))
    return InventoryRow(
        platform=_known(result.device_type, platform),
        device=clean_text(result.udid or result.general.get("udid") or result.mobile_device_id or result.id),
        device_name=clean_text(result.general.get("name") or result.general.get("displayName")),
        user=clean_text(who.get("username") or who.get("email") or who.get("emailAddress")),
        ownership=parse_ownership(owned, source) if owned else Ownership.UNKNOWN,
    )


def _known(word: object, otherwise: DevicePlatform) -> DevicePlatform:
    found = parse_platform(word)
    return otherwise if found is DevicePlatform.UNKNOWN else found
