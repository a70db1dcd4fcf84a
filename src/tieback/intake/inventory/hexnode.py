"""Hexnode UEM: all applications of a device, ``GET /api/v1/devices/{id}/applications/``.

https://www.hexnode.com/mobile-device-management/help/hexnode-mdm-api-documentation/. The response does not name the
device, so the file name is the device identifier.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.inventory.interface import Evidence, Head, ImporterMeta, Text, platform_of, text_of
from tieback.intake.inventory.json_stream import records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import Reported


class _App(msgspec.Struct):
    name: Text = None
    identifier: Text = None
    version: Text = None
    platform: Text = None


class Hexnode:
    """Importer of Hexnode UEM inventories."""

    meta = ImporterMeta(
        "hexnode",
        "Hexnode UEM",
        Evidence.ALIASES,
        "https://www.hexnode.com/mobile-device-management/help/hexnode-mdm-api-documentation/",
        "results with name, identifier and version, beside count, next and previous",
    )

    def shape(self, head: Head) -> str:
        """The name of the format, recognised by the members of a page."""
        return "applications" if {"results", "next", "previous", "identifier", "version"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[Reported]:
        """Yield one row per app of the device."""
        for _, app in records(source, ("results",), _App):
            yield Reported(
                platform=platform_of(app.platform),
                bundle_id=text_of(app.identifier),
                name=text_of(app.name),
                version=text_of(app.version),
                device=source.device,
            )
