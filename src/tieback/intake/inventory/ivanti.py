"""Ivanti EPMM (MobileIron Core): the table ``MI_APP_INVENTORY`` of its reporting database, as CSV.

Columns: Reporting Database data dictionary, https://help.ivanti.com/: ``vsp_id, app_id, name, bundle, platform`` (``I``
or ``A``), ``version, long_version, short_version, created_at, modified_at``. The table lists apps, not devices. If the
query joined a column ``device_uuid``, each row is an install.
"""

from collections.abc import Iterator

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import map_rows
from tieback.model.device import InventoryRow

_COLUMNS = {"bundle_id": "bundle", "name": "name", "platform": "platform", "version": "version"}


class Ivanti:
    """Importer of Ivanti EPMM inventories."""

    meta = InventoryImporterMeta(
        "ivanti",
        "Ivanti EPMM",
        FormatEvidence.DOCUMENTED,
        "https://help.ivanti.com/mi/help/en_us/RDB/",
        "columns vsp_id, app_id, name, bundle, platform and version of MI_APP_INVENTORY",
    )

    def shape(self, head: FileHead) -> str:
        """The name of the format, recognised by the columns."""
        if head.form == "csv" and {"app_id", "bundle", "platform", "version", "name"} <= head.folded:
            return "MI_APP_INVENTORY with devices" if "device_uuid" in head.folded else "MI_APP_INVENTORY"
        return ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per row of the table."""
        columns = _COLUMNS | ({"device": "device_uuid"} if shape.endswith("devices") else {})
        yield from map_rows(source, columns)
