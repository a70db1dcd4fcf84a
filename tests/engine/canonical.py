"""What a workspace holds, in an order and form of its own, so that two workspaces can be compared byte for byte.

Left out or masked is what two undisturbed runs differ in as well: the time, the id of a run, how inputs were cut into
parts (a part's name is a digest of its units), how often a unit was begun, and the order in which services answered.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tieback.storage.lake.schemas import SCHEMAS
from tieback.storage.workspace import Workspace

LEDGER = {
    "units": ("key", "version", "state", "problem", "part", "size", "source", "lease_owner", "lease_until"),
    "grants": ("sha256", "text"),
    "runs": ("ended", "grant_sha256", "args"),
    "exposures": ("run", "id", "product", "access", "severity", "document", "rank", "score", "exposed", "records"),
    "exposure_apps": ("run", "exposure", "app"),
    "findings": ("run", "id", "rule", "severity", "document", "rank"),
}
"""The tables that a scan writes, and their columns that are compared."""
SET_OR_NOT = {"part", "ended", "lease_owner", "lease_until"}
"""Columns of which it counts whether they are set."""
MASKED = {"run", "seconds", "started", "asked", "at", "time", "when", "checked", "first_seen", "last_seen", "ordinal"}
"""Names of columns, and of members of JSON documents, that tell the time or an order of arrival."""


def canonical(directory: Path) -> str:
    """Every row of ledger and lake, a line each, sorted."""
    return "\n".join(sorted([*_ledger(directory), *_lake(directory)]))


def _ledger(directory: Path) -> Iterator[str]:
    connection = sqlite3.connect(f"file:{directory / 'ledger.db'}?mode=ro", uri=True)
    try:
        for table, columns in LEDGER.items():
            for row in connection.execute(f"SELECT {', '.join(columns)} FROM {table}"):
                yield _line(f"ledger.{table}", dict(zip(columns, row, strict=True)))
    finally:
        connection.close()


def _lake(directory: Path) -> Iterator[str]:
    with Workspace.open(directory, create=False) as workspace:
        for table in SCHEMAS:
            for row in workspace.lake.query(f"SELECT * FROM {table}").to_pylist():
                yield _line(f"lake.{table}", row)


def _line(table: str, row: dict[str, Any]) -> str:
    kept = {name: value is not None if name in SET_OR_NOT else _plain(value) for name, value in row.items()}
    return f"{table} {json.dumps(_without_times(kept), sort_keys=True, default=str)}"


def _plain(value: Any) -> Any:
    """JSON documents as what they say."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_times(one) for name, one in value.items() if name not in MASKED}
    if isinstance(value, list):
        return [_without_times(one) for one in value]
    return value
