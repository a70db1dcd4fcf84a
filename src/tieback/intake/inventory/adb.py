"""Android package lists: output of ``adb shell pm list packages``.

The options ``-f``, ``--show-versioncode``, ``-U`` and ``-i`` are supported. Line format as printed by Android's
``PackageManagerShellCommand``: ``package:``, with ``-f`` the path of the APK and ``=``, then the package name, ``
versionCode:N``, ``  installer=NAME`` and `` uid:N``. One file describes one device; the file name is the device
identifier.
"""

import re
from collections.abc import Iterator

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta, clean_text
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, InventoryRow

_LINE = re.compile(
    r"package:(?:(?P<path>/\S*)=)?(?P<name>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)"
    r"(?:\s+(?:versionCode:(?P<version>\d+)|installer=\S+|uid:[\d,]+))*\s*"
)
_PACKAGE = re.compile(rb"^package:\S", re.MULTILINE)
_NOISE = re.compile(r"\* daemon .*|adb server .*|List of devices attached.*|WARNING: .*|- waiting for device -")
"""Lines that adb and the device print before the list."""


def is_package_list(text: bytes) -> bool:
    """True if a line of the text is one of a package list."""
    return _PACKAGE.search(text) is not None


class AdbPackageList:
    """Importer of Android package lists."""

    meta = InventoryImporterMeta(
        "adb",
        "adb shell pm list packages",
        FormatEvidence.PLATFORM,
        "https://developer.android.com/tools/adb#pm",
        "lines that start with package:",
        one_device=frozenset({"pm list packages"}),
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by a line of the file."""
        return "pm list packages" if head.form == "text" and is_package_list(head.text) else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[InventoryRow]:
        """Yield one row per app."""
        for number, line in enumerate(source.lines(), start=1):
            if not line.strip() or _NOISE.fullmatch(line.strip()):
                continue
            found = _LINE.fullmatch(line.strip())
            if found is None:
                source.skip(number, "not a line of pm list packages")
                continue
            yield InventoryRow(
                platform=DevicePlatform.ANDROID,
                bundle_id=clean_text(found["name"]),
                version=found["version"] or "",
                device=source.device,
            )
