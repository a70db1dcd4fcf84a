"""Hexnode UEM: all applications of a device, ``GET /api/v1/devices/{id}/applications/``.

https://www.hexnode.com/mobile-device-management/help/hexnode-mdm-api-documentation/. The response does not name the
device, so the file name is the device identifier.
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
from tieback.model.device import InventoryRow


class _App(msgspec.Struct):
    name: Text = None
    identifier: Text = None
    version: Text = None
    platform: Text = None


class Hexnode:
    """Importer of Hexnode UEM inventories."""

    meta = InventoryImporterMeta(
        "hexnode",
        "Hexnode UEM",
        FormatEvidence.ALIASES,
        "https://www.hexnode.com/mobile-device-management/help/hexnode-mdm-api-documentation/",
        "results with name, identifier and version, beside count, next and previous",
        one_device=frozenset({"applications"}),
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members of a page."""
        return "applications" if {"results", "next", "previous", "identifier", "version"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app of the device."""
        for _, app in iter_json_records(source, ("results",), _App):
            yield InventoryRow(
                platform=parse_platform(app.platform),
                bundle_id=clean_text(app.identifier),
                name=clean_text(app.name),
                version=clean_text(app.version),
                device=source.device,
            )
