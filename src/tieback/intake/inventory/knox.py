"""Samsung Knox Manage: apps of a device from its Open API, whose responses are in ``resultValue``."""

from collections.abc import Iterator

import msgspec

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta, Text, clean_text
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, InventoryRow


class _App(msgspec.Struct, rename="camel"):
    package_name: Text = None
    app_name: Text = None
    app_version: Text = None
    version: Text = None
    device_id: Text = None


class _Result(msgspec.Struct, rename="camel"):
    device_id: Text = None
    app_list: list[_App] = []


class Knox:
    """Importer of Samsung Knox Manage inventories."""

    meta = InventoryImporterMeta(
        "knox",
        "Samsung Knox Manage",
        FormatEvidence.ALIASES,
        "https://docs.samsungknox.com/admin/knox-manage/",
        "resultValue with appList of packageName and appName",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members of a response."""
        return "appList" if {"resultValue", "appList", "packageName"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app of the device."""
        for _, result in iter_json_records(source, ("resultValue",), _Result):
            for app in result.app_list:
                yield InventoryRow(
                    platform=DevicePlatform.ANDROID,
                    bundle_id=clean_text(app.package_name),
                    name=clean_text(app.app_name),
                    version=clean_text(app.app_version or app.version),
                    device=clean_text(app.device_id or result.device_id) or source.device,
                )
