"""``adb shell pm list packages``, with any of ``-f``, ``--show-versioncode``, ``-U`` and ``-i``.

Lines as Android's ``PackageManagerShellCommand`` prints them: ``package:`` with the path of the APK and ``=`` before
the name (``-f``), then `` versionCode:N``, ``  installer=NAME`` and `` uid:N``. One file is one device: its name.
"""

import re
from collections.abc import Iterator

from tieback.intake.inventory.interface import Evidence, Head, ImporterMeta, text_of
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, Reported

_LINE = re.compile(
    r"package:(?:(?P<path>/\S*)=)?(?P<name>[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)"
    r"(?:\s+(?:versionCode:(?P<version>\d+)|installer=\S+|uid:[\d,]+))*\s*"
)


class Adb:
    """Reads the package lists of Android devices."""

    meta = ImporterMeta(
        "adb",
        "adb shell pm list packages",
        Evidence.PLATFORM,
        "https://developer.android.com/tools/adb#pm",
        "lines that begin with package:",
    )

    def shape(self, head: Head) -> str:
        """By its first line."""
        return "pm list packages" if head.form == "text" and head.text.lstrip().startswith(b"package:") else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[Reported]:
        """A row an app."""
        for number, line in enumerate(source.lines(), start=1):
            if not line.strip():
                continue
            found = _LINE.fullmatch(line.strip())
            if found is None:
                source.skip(number, "no line of pm list packages")
                continue
            yield Reported(
                platform=DevicePlatform.ANDROID,
                bundle_id=text_of(found["name"]),
                version=found["version"] or "",
                device=source.device,
            )
