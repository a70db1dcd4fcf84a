"""Generic tables, CSV or JSON: proposes what the columns mean; a person confirms it.

The words that identify columns are in ``columns.toml``, in several languages.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporterMeta, json_keys, named_columns
from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.records import fold, record_path
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import FIELDS, FileDefaults, map_rows, rows_from_cells
from tieback.model.device import DevicePlatform, InventoryRow

NEEDED = ("bundle_id", "store_id", "name")
"""At least one of these fields is required for each app."""


class PlainTable:
    """Importer of generic tables with a column map."""

    meta = InventoryImporterMeta(
        "plain",
        "plain CSV or JSON",
        FormatEvidence.MAPPED,
        "docs/howto/inventory.md",
        "a column for the bundle identifier, the store ID or the name of an app",
    )

    def __init__(self, columns: Mapping[str, str] | None = None, platform: DevicePlatform = DevicePlatform.UNKNOWN):
        """Take a map from field to column name, and the platform of rows that name none."""
        self._columns = dict(columns or {})
        self._platform = platform

    def shape(self, head: FileHead) -> str:
        """The name of the format: any table with two or more columns, or any JSON."""
        if head.form == "csv":
            return "CSV" if head.columns else ""
        return "JSON" if head.form == "json" and head.keys else ""

    def rows(self, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        """Yield one row per row of the table; a row without a device and without a count stands for one device."""
        defaults = FileDefaults(self._platform)
        if shape == "CSV":
            yield from map_rows(source, self._columns, defaults)
            return
        used = False
        for _, record in iter_json_records(source, record_path(source.head()), dict[str, Any]):
            cells = {field: record.get(name) for field, name in self._columns.items()}
            used = used or any(cells.get(field) for field in NEEDED)
            yield from rows_from_cells(source, cells, defaults)
        if source.records and not used:
            raise source.broken("no record has a value in the columns that identify an app")


def read_columns(head: FileHead) -> tuple[str, ...]:
    """The columns of a table, or the members of the JSON records."""
    if head.form == "csv":
        return tuple(named_columns(head.columns))
    envelope = record_path(head.text)
    inner = head.text.partition(b"[")[2] if envelope else head.text
    text = inner[max(inner.find(b"{"), 0) :].decode("utf-8", "replace")
    try:
        record, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return tuple(sorted(json_keys(inner[: inner.find(b"}") + 1] or inner)))
    return tuple(sorted(record)) if isinstance(record, dict) else ()


@cache
def _words() -> dict[str, str]:
    text = resources.files("tieback.intake.inventory").joinpath("columns.toml").read_bytes()
    known = msgspec.toml.decode(text, type=dict[str, list[str]])
    return {fold(word): field for field, words in known.items() for word in words}


def propose_columns(columns: Sequence[str]) -> dict[str, str]:
    """Propose a map from field to column; of several columns for a field, the first. Unknown columns are ignored.

    If no column identifies the app (none of ``NEEDED``), a person must map one.
    """
    found: dict[str, str] = {}
    for column in columns:
        field = _words().get(fold(column))
        if field is not None:
            found.setdefault(field, column)
    return {field: found[field] for field in FIELDS if field in found}
