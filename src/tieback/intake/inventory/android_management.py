"""Google inventories: devices of the Android Management API; mobile devices and audit events of Google Workspace.

* https://developers.google.com/android/management/reference/rest/v1/enterprises.devices (``applicationReports``; the
  fingerprints of signing certificates there are SHA-1, so they are not kept)
* https://developers.google.com/workspace/admin/directory/reference/rest/v1/mobiledevices
* https://developers.google.com/workspace/admin/reports/v1/appendix/activity/mobile (``APPLICATION_EVENT``)
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
    parse_ownership,
    parse_platform,
)
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, InventoryRow

_GONE = frozenset({"REMOVED", "UNINSTALLED", "NOT_INSTALLED"})


class _Report(msgspec.Struct, rename="camel"):
    package_name: Text = None
    display_name: Text = None
    version_name: Text = None
    state: Text = None


class _Managed(msgspec.Struct, rename="camel"):
    name: Text = None
    user_name: Text = None
    ownership: Text = None
    application_reports: list[_Report] = []


class _Mobile(msgspec.Struct, rename="camel"):
    resource_id: Text = None
    device_id: Text = None
    type: Text = None
    os: Text = None
    email: list[Text] = []
    applications: list[_Report] = []


class _Event(msgspec.Struct):
    name: Text = None
    parameters: list[dict[str, Any]] = []


class _Activity(msgspec.Struct):
    actor: dict[str, Any] = {}
    events: list[_Event] = []


class AndroidManagement:
    """Importer of Android Management API devices."""

    meta = InventoryImporterMeta(
        "android-management",
        "Google Android Management",
        FormatEvidence.DOCUMENTED,
        "https://developers.google.com/android/management/reference/rest/v1/enterprises.devices",
        "devices with applicationReports",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members of a device."""
        return "enterprises.devices" if {"applicationReports", "packageName"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app and device; removed apps are left out."""
        # A file is the response to a list request, or one device.
        path = ("devices",) if b'"devices"' in source.head() else ()
        for number, device in iter_json_records(source, path, _Managed):
            owner = InventoryRow(
                platform=DevicePlatform.ANDROID,
                device=clean_text(device.name),
                user=clean_text(device.user_name),
                ownership=parse_ownership(device.ownership, source),
            )
            if not owner.device:
                source.skip(number, "the device has no name")
                continue
            yield from _apps(source, device.application_reports, owner)


class GoogleWorkspace:
    """Importer of Google Workspace mobile devices and audit events."""

    meta = InventoryImporterMeta(
        "google-workspace",
        "Google Workspace",
        FormatEvidence.DOCUMENTED,
        "https://developers.google.com/workspace/admin/directory/reference/rest/v1/mobiledevices",
        "mobiledevices with applications, or activities with APPLICATION_EVENT",
        partial=frozenset({"activities"}),
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the members of the responses."""
        if {"mobiledevices", "packageName"} <= head.keys:
            return "mobiledevices"
        return "activities" if b"APPLICATION_EVENT" in head.text and "items" in head.keys else ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app and device."""
        if shape == "mobiledevices":
            for _, device in iter_json_records(source, ("mobiledevices",), _Mobile):
                owner = InventoryRow(
                    platform=parse_platform(device.type),
                    device=clean_text(device.device_id or device.resource_id),
                    user=clean_text(next(iter(device.email), "")),
                )
                yield from _apps(source, device.applications, owner)
            return
        for _, activity in iter_json_records(source, ("items",), _Activity):
            for event in activity.events:
                if event.name == "APPLICATION_EVENT":
                    yield from _event(source, event, clean_text(activity.actor.get("email")))


def _apps(source: InventorySource, reports: list[_Report], owner: InventoryRow) -> Iterator[InventoryRow]:
    for report in reports:
        if report.state in _GONE:
            source.absent += 1
        else:
            yield msgspec.structs.replace(
                owner,
                bundle_id=clean_text(report.package_name),
                name=clean_text(report.display_name),
                version=clean_text(report.version_name),
            )


def _event(source: InventorySource, event: _Event, email: str) -> Iterator[InventoryRow]:
    told = {clean_text(one.get("name")): one.get("value") for one in event.parameters}
    if told.get("APPLICATION_STATE") in _GONE:
        source.absent += 1
    else:
        yield InventoryRow(
            platform=parse_platform(told.get("DEVICE_TYPE")),
            bundle_id=clean_text(told.get("APPLICATION_ID")),
            device=clean_text(told.get("DEVICE_ID") or told.get("SERIAL_NUMBER")),
            user=clean_text(told.get("USER_EMAIL")) or email,
        )
