"""SimpleMDM: installed apps of a device, ``GET /api/v1/devices/{id}/installed_apps``.

https://api.simplemdm.com/v1#list-installed-apps. The response does not name the device, so the file name is the device
identifier.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta, Text, clean_text
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import InventoryRow


class _Attributes(msgspec.Struct):
    name: Text = None
    identifier: Text = None
    version: Text = None
    short_version: Text = None


class _Entry(msgspec.Struct):
    type: Text = None
    attributes: _Attributes = msgspec.field(default_factory=_Attributes)


class SimpleMdm:
    """Importer of SimpleMDM inventories."""

    meta = InventoryImporterMeta(
        "simplemdm",
        "SimpleMDM",
        FormatEvidence.DOCUMENTED,
        "https://api.simplemdm.com/v1#list-installed-apps",
        "data with entries of the type installed_app",
        one_device=frozenset({"installed_apps"}),
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the type of an entry."""
        return "installed_apps" if {"data", "attributes"} <= head.keys and b'"installed_app"' in head.text else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app of the device."""
        for _, entry in iter_json_records(source, ("data",), _Entry):
            if entry.type == "installed_app":
                yield InventoryRow(
                    bundle_id=clean_text(entry.attributes.identifier),
                    name=clean_text(entry.attributes.name),
                    version=clean_text(entry.attributes.short_version or entry.attributes.version),
                    device=source.device,
                )
