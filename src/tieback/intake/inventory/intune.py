"""Microsoft Intune: detected apps from Graph, and the reports AppInvAggregate and AppInvRawData as CSV or JSON.

Graph: https://learn.microsoft.com/en-us/graph/api/resources/intune-devices-detectedapp (with ``$expand=managedDevices``
each app lists its devices). Reports:
https://learn.microsoft.com/en-us/mem/intune/fundamentals/reports-export-graph-available-reports. Neither contains a
bundle identifier. Such apps are matched by name and publisher; this is a weak match and shown as one.
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
    parse_count,
    parse_ownership,
    parse_platform,
)
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import map_rows, rows_from_cells
from tieback.model.device import InventoryRow

_COLUMNS = {"name": "ApplicationName"}
_OPTIONAL = {
    "publisher": "ApplicationPublisher",
    "version": "ApplicationVersion",
    "platform": "Platform",
    "device": "DeviceId",
    "device_name": "DeviceName",
    "user": "UserName",
}
"""Columns that an export with ``select`` may leave out."""
_REPORT = frozenset({"applicationkey", "applicationpublisher", "applicationversion", "applicationshortversion"})
"""At least one of these makes a table with ``ApplicationName`` a report of Intune."""


_CONTEXT = re.compile(rb'"@odata\.context"\s*:\s*"[^"]*\$metadata#deviceManagement/detectedApps\b')


class _Device(msgspec.Struct, rename="camel"):
    id: str
    device_name: Text = None
    user_principal_name: Text = None
    managed_device_owner_type: Text = None
    operating_system: Text = None


class _App(msgspec.Struct, rename="camel"):
    display_name: Text = None
    version: Text = None
    device_count: Any = None
    publisher: Text = None
    platform: Text = None
    managed_devices: list[_Device] = []


class Intune:
    """Importer of Microsoft Intune inventories."""

    meta = InventoryImporterMeta(
        "intune",
        "Microsoft Intune",
        FormatEvidence.DOCUMENTED,
        "https://learn.microsoft.com/en-us/mem/intune/fundamentals/reports-export-graph-available-reports",
        "columns ApplicationName and another one of the application, with DeviceId, DeviceName or DeviceCount; or, for "
        "Graph's detectedApps, the members displayName and either managedDevices, or deviceCount and sizeInByte",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the columns of the reports or the members of ``detectedApp``."""
        names = head.folded or frozenset(key.casefold() for key in head.keys)
        if head.form in ("csv", "json") and "applicationname" in names and names & _REPORT:
            ending = " JSON" if head.form == "json" else ""
            if names & {"deviceid", "devicename"}:
                return f"AppInvRawData{ending}"
            return f"AppInvAggregate{ending}" if "devicecount" in names else ""
        detected = {"displayName", "deviceCount", "sizeInByte"} <= head.keys or {
            "displayName",
            "managedDevices",
        } <= head.keys
        if head.form == "json" and (detected or _is_detected(head)):
            return "detectedApps"
        return ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app and device, or one row per app with its number of devices."""
        if shape == "detectedApps":
            yield from _detected(source)
            return
        columns = _COLUMNS if "Raw" in shape else _COLUMNS | {"count": "DeviceCount"}
        if shape.endswith("JSON"):
            yield from _report(source, columns | _OPTIONAL)
        else:
            yield from map_rows(source, columns, optional=_OPTIONAL)


def _is_detected(head: FileHead) -> bool:
    """True if the context of a response names ``detectedApps``, whatever members the query selected."""
    return "displayName" in head.keys and _CONTEXT.search(head.text) is not None


def _detected(source: InventorySource) -> Iterator[InventoryRow]:
    for _, app in iter_json_records(source, ("value",), _App):
        row = InventoryRow(
            platform=parse_platform(app.platform),
            name=clean_text(app.display_name),
            version=clean_text(app.version),
            publisher=clean_text(app.publisher),
        )
        if not app.managed_devices:
            yield msgspec.structs.replace(row, count=parse_count(app.device_count))
        for device in app.managed_devices:
            yield msgspec.structs.replace(
                row,
                device=clean_text(device.id),
                device_name=clean_text(device.device_name),
                user=clean_text(device.user_principal_name),
                ownership=parse_ownership(device.managed_device_owner_type, source),
            )


def _report(source: InventorySource, columns: dict[str, str]) -> Iterator[InventoryRow]:
    for _, record in iter_json_records(source, ("values",), dict[str, Any]):
        yield from rows_from_cells(source, {field: record.get(name) for field, name in columns.items()})
