"""Ivanti EPMM (MobileIron Core): the API's inventory, and ``MI_APP_INVENTORY`` of the reporting database as CSV.

API v2, ``GET /api/v2/devices/appinventory``: ``results``, each a device with ``appInventory``
(https://help.ivanti.com/mi/help/en_us/core/11.3.0.0/api2/APIv2/APIv2Appinventory.htm).

Columns: Reporting Database data dictionary, https://help.ivanti.com/: ``vsp_id, app_id, name, bundle, platform`` (``I``
or ``A``), ``version, long_version, short_version, created_at, modified_at``. The table lists apps, not devices. If the
query joined a column ``device_uuid``, each row is an install.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.inventory.interface import (
    FileHead,
    FormatEvidence,
    InventoryImporterMeta,
    Text,
    clean_text,
    parse_platform,
)
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import map_rows
from tieback.model.device import InventoryRow

_COLUMNS = {"bundle_id": "bundle", "name": "name", "platform": "platform", "version": "version"}


class _App(msgspec.Struct, rename="camel"):
    name: Text = None
    bundle_id: Text = None
    identifier: Text = None
    package_name: Text = None
    version: Text = None
    short_version: Text = None
    platform_type: Text = None


class _Device(msgspec.Struct, rename="camel"):
    device_uuid: Text = None
    uuid: Text = None
    app_inventory: list[_App] = []


class Ivanti:
    """Importer of Ivanti EPMM inventories."""

    meta = InventoryImporterMeta(
        "ivanti",
        "Ivanti EPMM",
        FormatEvidence.DOCUMENTED,
        "https://help.ivanti.com/mi/help/en_us/RDB/",
        "results with appInventory, or the columns app_id, name, bundle, platform and version of MI_APP_INVENTORY",
        one_device=frozenset({"appinventory"}),
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members or columns."""
        if {"results", "appInventory"} <= head.keys:
            return "appinventory"
        if head.form == "csv" and {"app_id", "bundle", "platform", "version", "name"} <= head.folded:
            return "MI_APP_INVENTORY with devices" if "device_uuid" in head.folded else "MI_APP_INVENTORY"
        return ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app and device, or one row per row of the table."""
        if shape == "appinventory":
            for _, device in iter_json_records(source, ("results",), _Device):
                yield from _apps(device, clean_text(device.device_uuid or device.uuid) or source.device)
            return
        columns = _COLUMNS | ({"device": "device_uuid"} if shape.endswith("devices") else {})
        yield from map_rows(source, columns)


def _apps(device: _Device, name: str) -> Iterator[InventoryRow]:
    for app in device.app_inventory:
        yield InventoryRow(
            platform=parse_platform(app.platform_type),
            bundle_id=clean_text(app.bundle_id or app.identifier or app.package_name),
            name=clean_text(app.name),
            version=clean_text(app.short_version or app.version),
            device=name,
        )
