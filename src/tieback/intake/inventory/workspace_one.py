"""Workspace ONE UEM (Omnissa, formerly VMware AirWatch): apps of a device, and the search of apps.

REST API, with the member names of its help at ``/api/help``. ``GET /api/mdm/devices/{id}/apps`` (``DeviceApps``) does
not name the device, so the file name is its identifier. ``GET /api/mam/apps/search`` (``Application``) has a count of
devices.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.inventory.interface import Evidence, Head, ImporterMeta, Text, count_of, platform_of, text_of, yes
from tieback.intake.inventory.json_stream import records
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import mapped
from tieback.model.device import DevicePlatform, Reported

_NUMBERS = {
    "2": DevicePlatform.IOS, "5": DevicePlatform.ANDROID, "10": DevicePlatform.MACOS, "12": DevicePlatform.WINDOWS,
}  # fmt: skip
"""Model numbers of ``Platform``."""
_CSV = {"name": "Application Name", "bundle_id": "Application ID", "version": "Version", "device": "Serial Number"}


class _DeviceApp(msgspec.Struct, rename="pascal"):
    application_name: Text = None
    application_identifier: Text = None
    version: Text = None
    type: Text = None


class _Application(msgspec.Struct, rename="pascal"):
    application_name: Text = None
    bundle_id: Text = None
    app_version: Text = None
    actual_file_version: Text = None
    app_type: Text = None
    platform: Text = None
    installed_device_count: Any = None


class WorkspaceOne:
    """Importer of Workspace ONE UEM inventories."""

    meta = ImporterMeta(
        "workspace-one",
        "Workspace ONE UEM",
        Evidence.ALIASES,
        "https://developer.omnissa.com/workspace-one-uem-apis/",
        "DeviceApps or Application of its REST API, or the columns Application Name, Application ID and Serial Number",
    )

    def shape(self, head: Head) -> str:
        """The name of the format, recognised by the members of the responses."""
        if {"DeviceApps", "ApplicationIdentifier"} <= head.keys:
            return "device apps"
        if {"Application", "BundleId", "AppType"} <= head.keys:
            return "app search"
        if head.form == "csv" and {"application name", "application id", "serial number"} <= head.folded:
            return "CSV"
        return ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[Reported]:
        """Yield one row per app of the device, or one row per app with its number of devices."""
        if shape == "device apps":
            for _, one in records(source, ("DeviceApps",), _DeviceApp):
                yield Reported(
                    bundle_id=text_of(one.application_identifier),
                    name=text_of(one.application_name),
                    version=text_of(one.version),
                    device=source.device,
                    in_house=yes(one.type),
                )
        elif shape == "app search":
            for _, app in records(source, ("Application",), _Application):
                number = text_of(app.platform)
                yield Reported(
                    platform=_NUMBERS.get(number) or platform_of(number),
                    bundle_id=text_of(app.bundle_id),
                    name=text_of(app.application_name),
                    version=text_of(app.actual_file_version or app.app_version),
                    count=count_of(app.installed_device_count),
                    in_house=yes(app.app_type),
                )
        else:
            yield from mapped(source, _CSV)
