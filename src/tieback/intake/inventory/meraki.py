"""Cisco Meraki Systems Manager: the software of a device or of a user's devices.

``GET /networks/{networkId}/sm/devices/{deviceId}/softwares`` and the same of a user, ``sm/users/{userId}/softwares``
(https://developer.cisco.com/meraki/api-v1/get-network-sm-device-softwares/). ``appId`` is Meraki's own number;
``identifier`` is the bundle identifier.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta, Text, clean_text
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import InventoryRow


class _Software(msgspec.Struct, rename="camel"):
    device_id: Text = None
    identifier: Text = None
    name: Text = None
    vendor: Text = None
    version: Text = None
    short_version: Text = None
    itunes_id: Text = None
    installed_at: Text = None
    uninstalled_at: Text = None
    to_install: Text = None


class Meraki:
    """Importer of Meraki Systems Manager inventories."""

    meta = InventoryImporterMeta(
        "meraki",
        "Meraki Systems Manager",
        FormatEvidence.DOCUMENTED,
        "https://developer.cisco.com/meraki/api-v1/get-network-sm-device-softwares/",
        "an array of software with deviceId, identifier and isManaged",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members of a software."""
        return "softwares" if {"deviceId", "identifier", "isManaged", "shortVersion"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app and device, without software that was removed or is not yet installed."""
        for _, app in iter_json_records(source, (), _Software):
            if app.uninstalled_at or (app.to_install and not app.installed_at):
                continue
            yield InventoryRow(
                bundle_id=clean_text(app.identifier),
                name=clean_text(app.name),
                version=clean_text(app.short_version or app.version),
                publisher=clean_text(app.vendor),
                store_id=clean_text(app.itunes_id),
                device=clean_text(app.device_id) or source.device,
            )
