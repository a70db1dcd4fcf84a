"""Recovery after an interruption: make ledger and lake consistent."""

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

import msgspec

from tieback.storage.lake.upkeep import quarantine_damaged, sweep
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.retention import finish_removal


class RecoveryResult(msgspec.Struct, frozen=True):
    """What was repaired."""

    drafts: int
    """Unfinished parts that were removed."""
    entered: int
    """Units with published results that the ledger did not know as done."""
    lost: int
    """Units that the ledger knew as done but whose part is gone; they are done again."""
    released: int
    """Leases of dead runs."""
    repeated: int = 0
    """Units with results in two parts; they were removed from one."""
    damaged: tuple[str, ...] = ()
    """Parts that were quarantined, each with its problem; their units are among the lost."""


def recover(lake: Lake, ledger: Ledger, *, seals: bool = False) -> RecoveryResult:
    """Update the ledger from the lake. Call at the start of a run and at the end of its analysis, under the lock.

    Workers with old batches can no longer publish (``fencing``), so the lake is complete. Each part is read only once
    here: the cost depends on the size of a run, not on that of the workspace. With ``seals``, the seal of every part is
    checked, and every byte read: parts that this user's tieback did not write are quarantined, and their units are done
    again.

    Raises:
        WorkspaceError: the lake or the ledger cannot be read or written.
    """
    drafts = lake.clear_staging()
    aside = quarantine_damaged(lake, lake.layout().live if seals else lake.parts() - ledger.entered_parts())
    finish_removal(lake, ledger)
    sweep(lake)
    published = lake.parts()
    lost = sum(ledger.forget_part(part) for part in sorted(ledger.named_parts() - published))
    entered = repeated = 0
    for part in sorted(published - ledger.entered_parts()):
        units = stored_units(lake, part)
        entered += ledger.enter_part(part, units)
        if elsewhere := ledger.done_elsewhere(part, units):
            remove_units(lake, part, elsewhere)
            repeated += len(elsewhere)
    damaged = tuple(f"{part}: {why}" for part, why in aside.items())
    return RecoveryResult(drafts, entered, lost, ledger.release(), repeated, damaged)


type Name = tuple[str, str]
"""Key and version of a unit."""


def stored_units(lake: Lake, part: str) -> list[Unit]:
    """The units with results in a part. Raises ``WorkspaceError`` if it cannot be read."""
    return _members(lake.read(part, "units"))


def units_without_results(lake: Lake, wanted: "pa.Table") -> list[Name]:
    """The units that no part of the lake has, whatever the ledger says about them.

    Args:
        lake: the lake.
        wanted: columns ``unit`` and ``version``.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    sql = "SELECT DISTINCT unit, version FROM wanted ANTI JOIN units USING (unit, version) ORDER BY ALL"
    return list(lake.stream(sql, tables={"wanted": wanted}))


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
