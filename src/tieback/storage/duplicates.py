"""Duplicate delivery: a unit with results in two parts is removed from the second one.

A scheduler that lost a worker gives its batch to another one. An identical batch has the same name and is published
only once. If one of the two workers had to split it, the parts differ, and units are in both.
"""

import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.model.unit import Unit
from tieback.storage.failures import storage_errors
from tieback.storage.lake.lake import Lake

if TYPE_CHECKING:
    import pyarrow as pa

type Name = tuple[str, str]
"""Key and version of a unit."""


def stored_units(lake: Lake, part: str) -> list[Unit]:
    """The units with results in a part. Raises ``WorkspaceError`` if it cannot be read."""
    return _members(lake.read(part, "units"))


def remove_units(lake: Lake, part: str, names: Collection[Name]) -> None:
    """Rewrite a part without some of its units; it is removed if no other unit is left.

    An interruption between the two steps loses the part, and recovery redoes its units: duplicates never remain.
    Only under ``Workspace.lock``.

    Raises:
        WorkspaceError: the lake cannot be read or written.
    """
    directory = lake.directory / "parts" / part
    kept = {path.stem: _without(lake.read(part, path.stem), names) for path in directory.glob("*.parquet")}
    rest = _members(kept.pop("units"))
    with storage_errors(directory):
        (lake.directory / "drafts").mkdir(exist_ok=True)
        gone = Path(tempfile.mkdtemp(dir=lake.directory / "drafts", prefix=f"{part}.repeated."))
        directory.rename(gone / part)
    if rest:
        lake.publish(part, kept, rest)
    shutil.rmtree(gone, ignore_errors=True)


def _members(units: "pa.Table") -> list[Unit]:
    return [Unit(row["unit"], row["version"], row["source"], row["size"]) for row in units.to_pylist()]


def _without(table: "pa.Table", names: Collection[Name]) -> "pa.Table":
    """The rows of all other units: every table of a batch has the columns ``unit`` and ``version``."""
    import pyarrow as pa

    pairs = zip(table["unit"].to_pylist(), table["version"].to_pylist(), strict=True)
    return table.filter(pa.array([pair not in names for pair in pairs], pa.bool_()))
