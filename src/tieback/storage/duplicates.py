"""Duplicate delivery: a unit whose results two parts hold is taken out of the second one.

A scheduler that has lost sight of a worker gives its batch to another one. Cut alike, the batch has the same name and
is published once. Where one of the two had to split it, the parts differ, and units stand in both.
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


def members(lake: Lake, part: str) -> list[Unit]:
    """The units whose results are in a part. Raises ``WorkspaceError`` where it cannot be read."""
    return _members(lake.read(part, "units"))


def leave_out(lake: Lake, part: str, names: Collection[Name]) -> None:
    """Make a part over without some of its units; it goes as a whole where no other unit is left.

    A kill between the two steps loses the part, and recovery has its units done again: nothing is ever there twice.
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
    """The rows of all other units: every table of a batch says in ``unit`` and ``version`` whose a row is."""
    import pyarrow as pa

    pairs = zip(table["unit"].to_pylist(), table["version"].to_pylist(), strict=True)
    return table.filter(pa.array([pair not in names for pair in pairs], pa.bool_()))
