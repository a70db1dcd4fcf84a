"""SOTI MobiControl: installed applications of a device, ``GET /api/devices/{deviceId}/installedApplications``."""

from collections.abc import Iterator

import msgspec

from tieback.intake.inventory.interface import Evidence, Head, ImporterMeta, Text, text_of
from tieback.intake.inventory.json_stream import records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import Reported


class _App(msgspec.Struct, rename="pascal"):
    device_id: Text = None
    application_id: Text = None
    name: Text = None
    version: Text = None
    short_version: Text = None


class Soti:
    """Importer of SOTI MobiControl inventories."""

    meta = ImporterMeta(
        "soti",
        "SOTI MobiControl",
        Evidence.ALIASES,
        "MobiControl API help, /MobiControl/api/swagger",
        "an array of applications with DeviceId and ApplicationId",
    )

    def shape(self, head: Head) -> str:
        """The name of the format, recognised by the members of an application."""
        return "installedApplications" if {"ApplicationId", "DeviceId", "Version"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[Reported]:
        """Yield one row per app of the device."""
        for _, app in records(source, (), _App):
            yield Reported(
                bundle_id=text_of(app.application_id),
                name=text_of(app.name),
                version=text_of(app.short_version or app.version),
                device=text_of(app.device_id) or source.device,
            )
