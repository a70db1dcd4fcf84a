"""Lists of apps to block or remove, as files for import into an EMM. Nothing is pushed.

* ``intune``: bodies of Graph device configurations. Apple platforms: a ``compliantAppsList`` of apps that make a device
  not compliant (``appsNotInListCompliant``). Android: ``androidDeviceOwnerGeneralDeviceConfiguration`` (beta)
  with the apps of the personal profile that are blocked (``personalProfilePersonalApplications``):
  https://learn.microsoft.com/en-us/graph/api/resources/intune-deviceconfig-iosgeneraldeviceconfiguration and
  https://learn.microsoft.com/en-us/graph/api/resources/intune-deviceconfig-androiddeviceownergeneraldeviceconfiguration
* ``android-enterprise``: the part of a policy of the Android Management API (managed Google Play) that blocks apps, in
  the managed and in the personal profile:
  https://developers.google.com/android/management/reference/rest/v1/enterprises.policies
* ``jamf``: a configuration profile with ``blockedAppBundleIDs`` for supervised iOS devices:
  https://developer.apple.com/documentation/devicemanagement/restrictions
* ``workspace-one``: application groups of its API, one per platform; the names of the members are assumed.
* ``csv``: one row per app.

All but the last follow the vendors' documentation; they were not tested against a server.
"""

import csv
import io
import plistlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from tieback.model.count_text import count_text
from tieback.model.device import DevicePlatform
from tieback.pii.taxonomy import class_phrase
from tieback.pipeline.fleet.coverage import FleetLine
from tieback.report.formats.csv import cell
from tieback.report.shortened import cut_text
from tieback.report.texts.stores import records_text

_MOST_CLASSES = 6
"""Classes of personal data in the reason of a line, the most sensitive first."""
_APPLE = {
    DevicePlatform.IOS: "#microsoft.graph.iosGeneralDeviceConfiguration",
    DevicePlatform.MACOS: "#microsoft.graph.macOSGeneralDeviceConfiguration",
}
_DEVICE_OWNER = "#microsoft.graph.androidDeviceOwnerGeneralDeviceConfiguration"
_GROUPS = {DevicePlatform.IOS: "Apple", DevicePlatform.ANDROID: "Android"}
_STORES = {
    DevicePlatform.IOS: "https://apps.apple.com/app/id{}",
    DevicePlatform.ANDROID: "https://play.google.com/store/apps/details?id={}",
}


class AppListFile(msgspec.Struct, frozen=True):
    """A list in its format."""

    data: bytes
    apps: int
    left_out: dict[str, int]
    """Number of apps that the format cannot name, by reason."""


class AppList(msgspec.Struct, frozen=True):
    """A format of block lists."""

    writer: Callable[[list[FleetLine], str], bytes]
    """Writes the lines, for an action."""
    platforms: frozenset[DevicePlatform] = frozenset(DevicePlatform)
    """Platforms that the format can name."""
    needs_bundle: bool = False
    """True if the format names apps by bundle identifier only."""

    def write(self, lines: Iterable[FleetLine], action: str) -> AppListFile:
        """The list of these apps, for an action; apps that the format cannot name are left out."""
        kept: list[FleetLine] = []
        left_out: Counter[str] = Counter()
        for line in lines:
            why = self._obstacle(line)
            if why:
                left_out[why] += 1
            else:
                kept.append(line)
        return AppListFile(self.writer(kept, action), len(kept), dict(left_out))

    def _obstacle(self, line: FleetLine) -> str:
        if line.platform not in self.platforms:
            return f"platform {line.platform}"
        return "no bundle identifier" if self.needs_bundle and not line.bundle_id else ""


def _csv(lines: list[FleetLine], action: str) -> bytes:
    """One row per app, with the action and the reason; no cell can become a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("action", "platform", "bundle_id", "store_id", "name", "publisher", "devices", "match", "reason"))
    for line in lines:
        app = line.app
        match = line.match.strength.value if line.match else ""
        row = (action, line.platform, line.bundle_id, app.store_id, app.name, app.publisher, str(app.devices), match)
        writer.writerow([cell(str(value)) for value in (*row, _reason(line))])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _intune(lines: list[FleetLine], action: str) -> bytes:
    """A JSON array with one device configuration per platform."""
    documents: list[dict[str, Any]] = []
    for platform, some in _by_platform(lines):
        items = [
            {
                "@odata.type": "#microsoft.graph.appListItem",
                "name": line.app.label,
                "publisher": line.app.publisher or None,
                "appStoreUrl": _store_url(line),
                "appId": line.bundle_id or None,
            }
            for line in some
        ]
        head = {
            "displayName": f"tieback: apps to {action} ({platform})",
            "description": "Generated by tieback. Review before use.",
        }
        if platform is DevicePlatform.ANDROID:
            body: dict[str, Any] = {
                "@odata.type": _DEVICE_OWNER,
                "personalProfilePlayStoreMode": "blockedApps",
                "personalProfilePersonalApplications": items,
            }
        else:
            body = {
                "@odata.type": _APPLE[platform],
                "compliantAppListType": "appsNotInListCompliant",
                "compliantAppsList": items,
            }
        documents.append({**body, **head})
    return _json(documents)


def _android_enterprise(lines: list[FleetLine], _action: str) -> bytes:
    """A JSON object: the members of a policy that block the apps. Merge them into your policy."""
    blocked = [{"packageName": name, "installType": "BLOCKED"} for name in sorted({line.bundle_id for line in lines})]
    return _json(
        {
            "applications": blocked,
            "personalUsagePolicies": {"personalPlayStoreMode": "BLOCKLIST", "personalApplications": blocked},
        }
    )


def _jamf(lines: list[FleetLine], action: str) -> bytes:
    """A configuration profile."""
    ids = sorted({line.bundle_id for line in lines})
    # The same list gives the same identifier, so that a new import replaces the profile.
    stable = str(uuid.uuid5(uuid.NAMESPACE_URL, f"tieback:{action}:{','.join(ids)}")).upper()
    inner = {
        "PayloadType": "com.apple.applicationaccess",
        "PayloadIdentifier": f"tieback.block.{stable}",
        "PayloadUUID": stable,
        "PayloadVersion": 1,
        "blockedAppBundleIDs": ids,
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadIdentifier": "tieback.block",
        "PayloadUUID": str(uuid.uuid5(uuid.NAMESPACE_URL, stable)).upper(),
        "PayloadVersion": 1,
        "PayloadDisplayName": f"tieback: apps to {action}",
        "PayloadScope": "System",
        "PayloadContent": [inner],
    }
    return plistlib.dumps(profile)


def _workspace_one(lines: list[FleetLine], action: str) -> bytes:
    """A JSON array with one application group per platform."""
    return _json(
        [
            {
                "ApplicationGroupName": f"tieback: apps to {action} ({platform})",
                "ApplicationGroupType": "Denylist",
                "Platform": _GROUPS[platform],
                "Applications": [{"ApplicationName": line.app.label, "BundleID": line.bundle_id} for line in some],
            }
            for platform, some in _by_platform(lines)
        ]
    )


_MOBILE = frozenset(_GROUPS)
LISTS: Mapping[str, AppList] = {
    "csv": AppList(_csv),
    "intune": AppList(_intune, frozenset({*_APPLE, DevicePlatform.ANDROID})),
    "jamf": AppList(_jamf, frozenset({DevicePlatform.IOS}), needs_bundle=True),
    "android-enterprise": AppList(_android_enterprise, frozenset({DevicePlatform.ANDROID}), needs_bundle=True),
    "workspace-one": AppList(_workspace_one, _MOBILE, needs_bundle=True),
}
"""Formats by the name that ``--format`` takes."""


def _by_platform(lines: Iterable[FleetLine]) -> list[tuple[DevicePlatform, list[FleetLine]]]:
    groups: dict[DevicePlatform, list[FleetLine]] = {}
    for line in lines:
        groups.setdefault(line.platform, []).append(line)
    return sorted(groups.items())


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _store_url(line: FleetLine) -> str | None:
    ident = line.app.store_id or (line.bundle_id if line.platform is DevicePlatform.ANDROID else "")
    form = _STORES.get(line.platform)
    return form.format(ident) if form and ident.replace(".", "").replace("_", "").isalnum() else None


def _reason(line: FleetLine) -> str:
    if not line.exposures:
        return "listed by the operator"
    classes = f", with {cut_text(map(class_phrase, line.classes), _MOST_CLASSES, between='; ')}" if line.classes else ""
    stores = count_text(len(line.exposures), "open data store")
    return f"leads to {stores}, {records_text(line.records)}{classes}"
