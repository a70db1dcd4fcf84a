"""Kandji (now Iru): apps of a device, ``GET /api/v1/devices/{device_id}/apps``, and Prism's table of applications.

https://api-docs.kandji.io/. Prism (``GET /api/v1/prism/apps``) names the device in each row.
"""

from collections.abc import Iterator
from typing import Any

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
    app_name: Text = None
    bundle_id: Text = None
    version: Text = None


class _Device(msgspec.Struct):
    device_id: Text = None
    device_name: Text = None
    platform: Text = None
    user: Any = None
    apps: list[_App] = []


class _Row(msgspec.Struct):
    device_id: Text = None
    device_name: Text = msgspec.field(default=None, name="device__name")
    family: Text = msgspec.field(default=None, name="device__family")
    user: Text = msgspec.field(default=None, name="device__user_email")
    name: Text = None
    bundle_id: Text = None
    version: Text = None


class Kandji:
    """Importer of Kandji inventories."""

    meta = InventoryImporterMeta(
        "kandji",
        "Kandji",
        FormatEvidence.DOCUMENTED,
        "https://api-docs.kandji.io/",
        "device_id with apps (app_name, bundle_id, version), or Prism's data with device_id and bundle_id",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members of the responses."""
        if {"device_id", "apps", "app_name", "bundle_id"} <= head.keys:
            return "device apps"
        return "prism apps" if {"device_id", "device__name", "bundle_id", "data"} <= head.keys else ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app and device."""
        if shape == "device apps":
            for _, device in iter_json_records(source, (), _Device):
                # `inventory pull` adds the facts of the device to the response.
                user = device.user.get("email") if isinstance(device.user, dict) else device.user
                for app in device.apps:
                    yield InventoryRow(
                        platform=parse_platform(device.platform),
                        bundle_id=clean_text(app.bundle_id),
                        name=clean_text(app.app_name).removesuffix(".app"),
                        version=clean_text(app.version),
                        device=clean_text(device.device_id) or source.device,
                        device_name=clean_text(device.device_name),
                        user=clean_text(user),
                    )
            return
        for _, row in iter_json_records(source, ("data",), _Row):
            yield InventoryRow(
                platform=parse_platform(row.family),
                bundle_id=clean_text(row.bundle_id),
                name=clean_text(row.name).removesuffix(".app"),
                version=clean_text(row.version),
                device=clean_text(row.device_id) or source.device,
                device_name=clean_text(row.device_name),
                user=clean_text(row.user),
            )
