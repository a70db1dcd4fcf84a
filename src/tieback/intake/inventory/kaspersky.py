"""Kaspersky Security Center: ``DEV_EX_DATA_APPL``, the apps of a mobile device, in the ``params`` format of its Open
API.

https://support.kaspersky.com/help/KSC/KSCAPI/a00091.html: an array of ``{"type":"params","value":{...}}`` with
``AppIdentifier, AppVersion, AppShortVersion, AppName, AppBundleSize``.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.inventory.interface import Evidence, Head, ImporterMeta, Text, text_of
from tieback.intake.inventory.json_stream import records
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import Reported


class _App(msgspec.Struct, rename="pascal"):
    app_identifier: Text = None
    app_name: Text = None
    app_version: Text = None
    app_short_version: Text = None


class _Params(msgspec.Struct):
    apps: list[dict[str, Any]] = msgspec.field(default_factory=list, name="DEV_EX_DATA_APPL")
    device: Text = msgspec.field(default=None, name="KLMDM_DEVICE_ID")


class Kaspersky:
    """Importer of Kaspersky Security Center inventories."""

    meta = ImporterMeta(
        "kaspersky",
        "Kaspersky Security Center",
        Evidence.DOCUMENTED,
        "https://support.kaspersky.com/help/KSC/KSCAPI/a00091.html",
        "DEV_EX_DATA_APPL with AppIdentifier and AppName",
    )

    def shape(self, head: Head) -> str:
        """The name of the format, recognised by the name of the list."""
        return "DEV_EX_DATA_APPL" if {"DEV_EX_DATA_APPL", "AppIdentifier"} <= head.keys else ""

    def rows(self, source: InventorySource, _shape: str) -> Iterator[Reported]:
        """Yield one row per app of the device. If the file does not name the device, the file name does."""
        # The list is at the top level, or in PxgRetVal as the API returns it.
        path = ("PxgRetVal",) if b'"PxgRetVal"' in source.head() else ()
        for number, params in records(source, path, _Params):
            device = text_of(params.device) or source.device
            for entry in params.apps:
                inner = entry.get("value", entry)
                try:
                    app = msgspec.convert(inner, _App)
                except msgspec.ValidationError as error:
                    source.skip(number, str(error))
                    continue
                yield Reported(
                    bundle_id=text_of(app.app_identifier),
                    name=text_of(app.app_name),
                    version=text_of(app.app_short_version or app.app_version),
                    device=device,
                )
