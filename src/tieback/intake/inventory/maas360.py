"""IBM MaaS360: software of a device, and the search of installed apps, as JSON or XML.

API Reference Guide for Web Services: ``device-apis/devices/1.0/softwareInstalled`` (``deviceSoftwares`` with
``deviceSw``, whose ``swAttrs`` contain the identifier) and ``application-apis/installedApps/1.0/search``.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tieback.intake.inventory.interface import (
    FileHead,
    FormatEvidence,
    InventoryImporterMeta,
    Text,
    clean_text,
    parse_count,
    parse_platform,
)
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.xml_records import iter_xml_elements as xml_records
from tieback.model.device import InventoryRow

_IDENTIFIERS = ("application id", "app id", "bundle id", "package name", "identifier")
_VERSIONS = ("full version", "application version", "version")


class _Software(msgspec.Struct):
    name: Text = msgspec.field(default=None, name="swName")
    attributes: Any = msgspec.field(default=None, name="swAttrs")


class _Softwares(msgspec.Struct):
    device: Text = msgspec.field(default=None, name="maas360DeviceID")
    software: list[_Software] | _Software = msgspec.field(default_factory=list, name="deviceSw")


class _Installed(msgspec.Struct, rename="camel"):
    app_name: Text = None
    app_id: Text = msgspec.field(default=None, name="appID")
    platform: Text = None
    version: Text = None
    device_count: Any = None


class Maas360:
    """Importer of IBM MaaS360 inventories."""

    meta = InventoryImporterMeta(
        "maas360",
        "IBM MaaS360",
        FormatEvidence.ALIASES,
        "IBM MaaS360 API Reference Guide for Web Services, v10.80",
        "deviceSoftwares with maas360DeviceID and deviceSw, or installedApps with appID",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members or elements of the responses."""
        if head.form == "xml":
            return "softwareInstalled XML" if b"<deviceSoftwares" in head.text else ""
        if {"deviceSoftwares", "deviceSw"} <= head.keys:
            return "softwareInstalled"
        return "installedApps" if {"installedApps", "appID"} <= head.keys else ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app of the device, or one row per app with its number of devices."""
        match shape:
            case "softwareInstalled XML":
                for node in xml_records(source, frozenset({"deviceSoftwares"})):
                    device = node.get("maas360DeviceID") or source.device
                    for one in node.all("deviceSw"):
                        told = ((attr.get("key"), attr.get("value")) for attr in one.all("swAttrs", "swAttr"))
                        yield _app(device, one.get("swName"), told)
            case "softwareInstalled":
                for _, found in iter_json_records(source, ("deviceSoftwares",), _Softwares):
                    device = clean_text(found.device) or source.device
                    some = found.software if isinstance(found.software, list) else [found.software]
                    for software in some:
                        yield _app(device, software.name, _pairs(software.attributes))
            case _:
                for _, app in iter_json_records(source, ("installedApps", "installedApp"), _Installed):
                    yield InventoryRow(
                        platform=parse_platform(app.platform),
                        bundle_id=clean_text(app.app_id),
                        name=clean_text(app.app_name),
                        version=clean_text(app.version),
                        count=parse_count(app.device_count),
                    )


def _app(device: str, name: Text, attributes: Iterable[tuple[object, object]]) -> InventoryRow:
    told = {clean_text(key).casefold(): clean_text(value) for key, value in attributes}
    return InventoryRow(
        bundle_id=next((told[key] for key in _IDENTIFIERS if told.get(key)), ""),
        name=clean_text(name),
        version=next((told[key] for key in _VERSIONS if told.get(key)), ""),
        device=device,
    )


def _pairs(attributes: object) -> Iterator[tuple[object, object]]:
    """Pairs of key and value; the list may be in ``swAttr`` or be the value itself."""
    inner = attributes.get("swAttr", attributes) if isinstance(attributes, dict) else attributes
    for one in inner if isinstance(inner, list) else [inner]:
        if isinstance(one, dict):
            yield one.get("key"), one.get("value")
