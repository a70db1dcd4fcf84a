"""Apple MDM: the response of a device to ``InstalledApplicationList``, an XML or binary property list.

https://developer.apple.com/documentation/devicemanagement/installedapplicationlistresponse. One file describes one
device; ``UDID`` or ``EnrollmentID`` is its identifier.
"""

import plistlib
from collections.abc import Iterator
from typing import Any
from xml.parsers.expat import ExpatError

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta, clean_text
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, InventoryRow

MAX_PLIST = 4 << 20
"""Bytes of one file, with all apps of a device."""
MAX_PARTS = 300_000
"""Tags of an XML property list, or objects of a binary one."""


class AppleMdm:
    """Importer of Apple MDM responses."""

    meta = InventoryImporterMeta(
        "apple-mdm",
        "Apple MDM InstalledApplicationList",
        FormatEvidence.DOCUMENTED,
        "https://developer.apple.com/documentation/devicemanagement/installedapplicationlistresponse",
        "a property list with InstalledApplicationList and UDID",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format: any binary property list, or an XML one that contains
        ``InstalledApplicationList``.
        """
        if head.form != "plist":
            return ""
        binary = head.text.startswith(b"bplist00")
        return "InstalledApplicationList" if binary or b"InstalledApplicationList" in head.text else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per installed app; an app that is still being installed is left out."""
        data = source.raw(MAX_PLIST)
        # The last 32 bytes of a binary property list contain its number of objects.
        parts = int.from_bytes(data[-24:-16], "big") if data.startswith(b"bplist00") else data.count(b"<")
        if parts > MAX_PARTS:
            raise source.broken(f"not a property list of one device: it has more than {MAX_PARTS:,} parts")
        try:
            answer: Any = plistlib.loads(data)
        except (ValueError, ExpatError, RecursionError, OverflowError, MemoryError, TypeError, KeyError, IndexError):
            raise source.broken("not a valid property list") from None
        apps = answer.get("InstalledApplicationList") if isinstance(answer, dict) else None
        if not isinstance(apps, list):
            raise source.broken("property list without InstalledApplicationList")
        device = clean_text(answer.get("UDID") or answer.get("EnrollmentID")) or source.device
        for number, app in enumerate(apps, start=1):
            if not isinstance(app, dict):
                source.skip(number, "not a dictionary")
                continue
            if app.get("Installing") is True:
                continue
            yield InventoryRow(
                platform=DevicePlatform.IOS,
                bundle_id=clean_text(app.get("Identifier")),
                name=clean_text(app.get("Name")),
                version=clean_text(app.get("ShortVersion") or app.get("Version")),
                device=device,
                in_house=app.get("AdHocCodeSigned") is True or app.get("AppStoreVendable") is False,
            )
