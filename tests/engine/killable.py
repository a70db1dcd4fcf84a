"""A run that the kill test kills: ``python killable.py WORKSPACE COUNT``. Claims, analyses, publishes, enters."""

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import batched
from pathlib import Path

from tests.engine.works import FAST
from tieback.engine.interface import Work
from tieback.engine.local import LocalEngine
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake, part_name
from tieback.storage.lake.schemas import rows_table
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.recovery import recover
from tieback.storage.workspace import Workspace


class Record(Work[str]):
    """Publishes two tables a batch: a problem line for each unit, and the units."""

    def __init__(self, directory: Path, key: bytes) -> None:
        self.directory = directory
        self.key = key

    def analyse(self, unit: Unit) -> str:
        time.sleep(0.0005)
        return unit.source

    def publish(self, batch: Sequence[Unit], results: Sequence[tuple[Unit, str]]) -> str:
        part = part_name(batch)
        rows = rows_table("problems", [(unit.key, unit.version, 0, result, "", None) for unit, result in results])
        Lake(self.directory, key=self.key).publish(part, {"problems": rows}, [unit for unit, _ in results])
        return part

    def published(self, batch: Sequence[Unit]) -> str | None:
        part = part_name(batch)
        return part if Lake(self.directory).is_published(part) else None


def all_units(count: int) -> Iterator[Unit]:
    """The same units in every run."""
    for number in range(count):
        yield Unit(f"{number:064x}", "v1", f"app {number}", 1)


def claimed(ledger: Ledger, count: int) -> Iterator[Unit]:
    """Those that are still to do."""
    for group in batched(all_units(count), 50):
        yield from ledger.claim(group, "run", 3600)


def main(directory: Path, count: int) -> None:
    """One run, from the beginning to the end."""
    with Workspace.open(directory) as workspace, workspace.lock():
        recover(workspace.lake, workspace.ledger)
        workspace.ledger.retry_quarantined()  # a worker that the test killed twice over the same unit
        engine = LocalEngine(2, batch=8)
        for end in engine.run(
            Record(workspace.lake_directory, workspace.lake.key), claimed(workspace.ledger, count), FAST
        ):
            workspace.ledger.finish([end])


if __name__ == "__main__":
    sys.modules["tests.engine.killable"] = sys.modules["__main__"]
    Record.__module__ = "tests.engine.killable"  # the name by which workers import it
    main(Path(sys.argv[1]), int(sys.argv[2]))
