"""SOTI MobiControl: installed applications of a device, ``GET /api/devices/{deviceId}/installedApplications``."""

from collections.abc import Iterator

import msgspec

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta, Text, clean_text
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import InventoryRow


class _App(msgspec.Struct, rename="pascal"):
    device_id: Text = None
    application_id: Text = None
    name: Text = None
    version: Text = None
    short_version: Text = None


class Soti:
    """Importer of SOTI MobiControl inventories."""

    meta = InventoryImporterMeta(
        "soti",
        "SOTI MobiControl",
        FormatEvidence.ALIASES,
        "MobiControl API help, /MobiControl/api/swagger",
        "an array of applications with DeviceId and ApplicationId",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members of an application."""
        return "installedApplications" if {"ApplicationId", "DeviceId", "Version"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app of the device."""
        for _, app in iter_json_records(source, (), _App):
            yield InventoryRow(
                bundle_id=clean_text(app.application_id),
                name=clean_text(app.name),
                version=clean_text(app.short_version or app.version),
                device=clean_text(app.device_id) or source.device,
            )
