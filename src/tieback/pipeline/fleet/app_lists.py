"""Apps to block or remove, as files that an EMM takes in. Nothing is pushed.

* ``intune``: the body of a Graph device configuration whose ``compliantAppsList`` names apps that make a device not
  compliant (``appsNotInListCompliant``), one a platform:
  https://learn.microsoft.com/en-us/graph/api/resources/intune-deviceconfig-iosgeneraldeviceconfiguration
* ``jamf``: a configuration profile with ``blockedAppBundleIDs`` for supervised iOS devices:
  https://developer.apple.com/documentation/devicemanagement/restrictions
* ``csv``: a row an app.

The first two are written by the vendors' documentation; no server of either was asked.
"""

import csv
import io
import plistlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from tieback.model.device import DevicePlatform
from tieback.pipeline.fleet.coverage import FleetLine
from tieback.report.formats.csv import cell

_TYPES = {
    DevicePlatform.IOS: "#microsoft.graph.iosGeneralDeviceConfiguration",
    DevicePlatform.ANDROID: "#microsoft.graph.androidGeneralDeviceConfiguration",
    DevicePlatform.MACOS: "#microsoft.graph.macOSGeneralDeviceConfiguration",
}
_STORES = {
    DevicePlatform.IOS: "https://apps.apple.com/app/id{}",
    DevicePlatform.ANDROID: "https://play.google.com/store/apps/details?id={}",
}

type AppList = Callable[[Iterable[FleetLine], str], bytes]


def to_csv(lines: Iterable[FleetLine], action: str) -> bytes:
    """A row an app, with what to do and why; no cell can become a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("action", "platform", "bundle_id", "store_id", "name", "publisher", "devices", "match", "reason"))
    for line in lines:
        app = line.app
        match = line.match.strength.value if line.match else ""
        row = (action, app.platform, app.bundle_id, app.store_id, app.name, app.publisher, str(app.devices), match)
        writer.writerow([cell(str(value)) for value in (*row, _reason(line))])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def to_intune(lines: Iterable[FleetLine], action: str) -> bytes:
    """A JSON array with a device configuration a platform."""
    groups: dict[DevicePlatform, list[dict[str, Any]]] = {}
    for line in lines:
        app = line.app
        if app.platform in _TYPES:
            item = {
                "@odata.type": "microsoft.graph.appListItem",
                "name": app.label,
                "publisher": app.publisher or None,
                "appStoreUrl": _store_url(line),
                "appId": app.bundle_id or None,
            }
            groups.setdefault(app.platform, []).append(item)
    documents = [
        {
            "@odata.type": _TYPES[platform],
            "displayName": f"tieback: apps to {action} ({platform})",
            "description": "Written by tieback. Look through it before it is used.",
            "compliantAppListType": "appsNotInListCompliant",
            "compliantAppsList": items,
        }
        for platform, items in sorted(groups.items())
    ]
    return msgspec.json.format(msgspec.json.encode(documents), indent=2) + b"\n"


def to_jamf(lines: Iterable[FleetLine], action: str) -> bytes:
    """A configuration profile; apps whose bundle identifier the inventory does not tell cannot stand in it."""
    ids = sorted(
        {line.app.bundle_id for line in lines if line.app.platform is DevicePlatform.IOS and line.app.bundle_id}
    )
    # The same list is the same profile, so that it replaces itself.
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


LISTS: Mapping[str, AppList] = {"csv": to_csv, "intune": to_intune, "jamf": to_jamf}
"""By the name that ``--format`` takes."""


def _store_url(line: FleetLine) -> str | None:
    app = line.app
    ident = app.store_id or (app.bundle_id if app.platform is DevicePlatform.ANDROID else "")
    form = _STORES.get(app.platform)
    return form.format(ident) if form and ident.replace(".", "").replace("_", "").isalnum() else None


def _reason(line: FleetLine) -> str:
    if not line.exposures:
        return "named by the operator"
    classes = f", with {', '.join(line.classes[:6])}" if line.classes else ""
    stores = len(line.exposures)
    return f"leads to {stores} open data store{'' if stores == 1 else 's'} of {line.records:,} records{classes}"
