"""Google inventories: devices of the Android Management API; mobile devices and audit events of Google Workspace.

* https://developers.google.com/android/management/reference/rest/v1/enterprises.devices (``applicationReports``; the
  fingerprints of signing certificates there are SHA-1, so they are not kept)
* https://developers.google.com/workspace/admin/directory/reference/rest/v1/mobiledevices
* https://developers.google.com/workspace/admin/reports/v1/appendix/activity/mobile (``APPLICATION_EVENT``)
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.inventory.interface import Evidence, Head, ImporterMeta, Text, ownership_of, platform_of, text_of
from tieback.intake.inventory.json_stream import records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, Reported

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

    meta = ImporterMeta(
        "android-management",
        "Google Android Management",
        Evidence.DOCUMENTED,
        "https://developers.google.com/android/management/reference/rest/v1/enterprises.devices",
        "devices with applicationReports",
    )

    def shape(self, head: Head) -> str:
        """The name of the format, recognised by the members of a device."""
        return "enterprises.devices" if {"applicationReports", "packageName"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[Reported]:
        """Yield one row per app and device; removed apps are left out."""
        # A file is the response to a list request, or one device.
        path = ("devices",) if b'"devices"' in source.head() else ()
        for number, device in records(source, path, _Managed):
            owner = Reported(
                platform=DevicePlatform.ANDROID,
                device=text_of(device.name),
                user=text_of(device.user_name),
                ownership=ownership_of(device.ownership),
            )
            if not owner.device:
                source.skip(number, "the device has no name")
                continue
            yield from _apps(device.application_reports, owner)


class GoogleWorkspace:
    """Importer of Google Workspace mobile devices and audit events."""

    meta = ImporterMeta(
        "google-workspace",
        "Google Workspace",
        Evidence.DOCUMENTED,
        "https://developers.google.com/workspace/admin/directory/reference/rest/v1/mobiledevices",
        "mobiledevices with applications, or activities with APPLICATION_EVENT",
        whole_devices=False,
    )

    def shape(self, head: Head) -> str:
        """The name of the format, recognised by the members of the responses."""
        if {"mobiledevices", "packageName"} <= head.keys:
            return "mobiledevices"
        return "activities" if b"APPLICATION_EVENT" in head.text and "items" in head.keys else ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[Reported]:
        """Yield one row per app and device."""
        if shape == "mobiledevices":
            for _, device in records(source, ("mobiledevices",), _Mobile):
                owner = Reported(
                    platform=platform_of(device.type),
                    device=text_of(device.device_id or device.resource_id),
                    user=text_of(next(iter(device.email), "")),
                )
                yield from _apps(device.applications, owner)
            return
        for _, activity in records(source, ("items",), _Activity):
            for event in activity.events:
                if event.name == "APPLICATION_EVENT":
                    yield from _event(event, text_of(activity.actor.get("email")))


def _apps(reports: list[_Report], owner: Reported) -> Iterator[Reported]:
    for report in reports:
        if report.state not in _GONE:
            yield msgspec.structs.replace(
                owner,
                bundle_id=text_of(report.package_name),
                name=text_of(report.display_name),
                version=text_of(report.version_name),
            )


def _event(event: _Event, email: str) -> Iterator[Reported]:
    told = {text_of(one.get("name")): one.get("value") for one in event.parameters}
    if told.get("APPLICATION_STATE") not in _GONE:
        yield Reported(
            platform=platform_of(told.get("DEVICE_TYPE")),
            bundle_id=text_of(told.get("APPLICATION_ID")),
            device=text_of(told.get("DEVICE_ID") or told.get("SERIAL_NUMBER")),
            user=text_of(told.get("USER_EMAIL")) or email,
        )
