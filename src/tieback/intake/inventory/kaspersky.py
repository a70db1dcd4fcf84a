"""Kaspersky Security Center: ``DEV_EX_DATA_APPL``, the apps of a mobile device, in the ``params`` format of its Open
API.

https://support.kaspersky.com/help/KSC/KSCAPI/a00091.html: an array of ``{"type":"params","value":{...}}`` with
``AppIdentifier, AppVersion, AppShortVersion, AppName, AppBundleSize``.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta, Text, clean_text
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import InventoryRow


class _App(msgspec.Struct, rename="pascal"):
    app_identifier: Text = None
    app_name: Text = None
    app_version: Text = None
    app_short_version: Text = None


class _Params(msgspec.Struct):
    apps: list[dict[str, Any]] = msgspec.field(default_factory=list, name="DEV_EX_DATA_APPL")
    device: Text = msgspec.field(default=None, name="KLMDM_DEVICE_ID")


class Kaspersky:
    """Importer of Kaspersky Security Center inventories."""

    meta = InventoryImporterMeta(
        "kaspersky",
        "Kaspersky Security Center",
        FormatEvidence.DOCUMENTED,
        "https://support.kaspersky.com/help/KSC/KSCAPI/a00091.html",
        "DEV_EX_DATA_APPL with AppIdentifier and AppName",
        one_device=frozenset({"DEV_EX_DATA_APPL"}),
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the name of the list."""
        return "DEV_EX_DATA_APPL" if {"DEV_EX_DATA_APPL", "AppIdentifier"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app of the device. If the file does not name the device, the file name does."""
        # The list is at the top level, or in PxgRetVal as the API returns it.
        path = ("PxgRetVal",) if b'"PxgRetVal"' in source.head() else ()
        for number, params in iter_json_records(source, path, _Params):
            device = clean_text(params.device) or source.device
            for entry in params.apps:
                inner = entry.get("value", entry)
                try:
                    app = msgspec.convert(inner, _App)
                except msgspec.ValidationError as error:
                    source.skip(number, str(error))
                    continue
                yield InventoryRow(
                    bundle_id=clean_text(app.app_identifier),
                    name=clean_text(app.app_name),
                    version=clean_text(app.app_short_version or app.app_version),
                    device=device,
                )
