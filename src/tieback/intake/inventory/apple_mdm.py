"""Apple MDM: a device's answer to the command ``InstalledApplicationList``, a property list, text or binary.

https://developer.apple.com/documentation/devicemanagement/installedapplicationlistresponse. One file is one device; it
stands in ``UDID`` or ``EnrollmentID``.
"""

import plistlib
from collections.abc import Iterator
from typing import Any
from xml.parsers.expat import ExpatError

from tieback.intake.inventory.interface import Evidence, Head, ImporterMeta, text_of
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, Reported

MAX_PLIST = 4 << 20
"""All apps of a device."""
MAX_PARTS = 300_000
"""Tags of a text, objects of a binary property list."""


class AppleMdm:
    """Reads answers of Apple devices."""

    meta = ImporterMeta(
        "apple-mdm",
        "Apple MDM InstalledApplicationList",
        Evidence.DOCUMENTED,
        "https://developer.apple.com/documentation/devicemanagement/installedapplicationlistresponse",
        "a property list with InstalledApplicationList and UDID",
    )

    def shape(self, head: Head) -> str:
        """A property list that names the command's answer, or a binary one."""
        if head.form != "plist":
            return ""
        binary = head.text.startswith(b"bplist00")
        return "InstalledApplicationList" if binary or b"InstalledApplicationList" in head.text else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[Reported]:
        """A row an app."""
        data = source.raw(MAX_PLIST)
        # A binary one says in its last 32 bytes how many objects it has.
        parts = int.from_bytes(data[-24:-16], "big") if data.startswith(b"bplist00") else data.count(b"<")
        if parts > MAX_PARTS:
            raise source.broken(f"this is no property list of a device: it has more than {MAX_PARTS:,} parts")
        try:
            answer: Any = plistlib.loads(data)
        except (ValueError, ExpatError, RecursionError, OverflowError, MemoryError, TypeError, KeyError, IndexError):
            raise source.broken("this is no property list") from None
        apps = answer.get("InstalledApplicationList") if isinstance(answer, dict) else None
        if not isinstance(apps, list):
            raise source.broken("a property list without InstalledApplicationList")
        device = text_of(answer.get("UDID") or answer.get("EnrollmentID")) or source.device
        for number, app in enumerate(apps, start=1):
            if not isinstance(app, dict):
                source.skip(number, "no dictionary")
                continue
            yield Reported(
                platform=DevicePlatform.IOS,
                bundle_id=text_of(app.get("Identifier")),
                name=text_of(app.get("Name")),
                version=text_of(app.get("ShortVersion") or app.get("Version")),
                device=device,
                in_house=app.get("AdHocCodeSigned") is True or app.get("AppStoreVendable") is False,
            )
