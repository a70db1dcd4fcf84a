import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.storage.lake.lake import part_name
from tieback.storage.ledger.tables import LedgerState, parts, units
from tieback.storage.recovery import RecoveryResult, recover
from tieback.storage.workspace import Workspace

A, B, C = (Unit(name * 64, "v1", f"{name}.apk", 1) for name in "abc")


@pytest.fixture(autouse=True)
def _made(ledger_url: str | None, tmp_path: Path) -> None:
    """The workspace has its ledger in a file, or in PostgreSQL."""
    Workspace.open(tmp_path, ledger=ledger_url).close()


def test_a_fresh_workspace_needs_nothing(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        assert recover(workspace.lake, workspace.ledger) == RecoveryResult(0, 0, 0, 0)


def test_published_and_not_entered(tmp_path: Path) -> None:
    part = part_name([A, B])
    with Workspace.open(tmp_path) as workspace:
        ledger, lake = workspace.ledger, workspace.lake
        ledger.claim([A, B, C], "dead", 3600)
        lake.publish(part, {}, [A, B])
        # Killed in the middle of entering the ends.
        ledger.finish([UnitEnd(A, UnitState.DONE, part=part)])
        assert recover(lake, ledger) == RecoveryResult(drafts=0, entered=1, lost=0, released=1)
        assert ledger.counts() == {LedgerState.DONE: 2, LedgerState.RELEASED: 1}
        assert ledger.claim([A, B, C], "next", 60) == [C]
        ledger.release()
        assert recover(lake, ledger) == RecoveryResult(0, 0, 0, 0)


def _lose(directory: Path) -> None:
    """The ledger's content is gone."""
    with Workspace.open(directory) as workspace:
        if workspace.ledger.database.is_postgres:
            for table in (units, parts):
                workspace.ledger.database.write(lambda connection, table=table: connection.execute(sa.delete(table)))  # type: ignore[misc]
            return
    for file in directory.glob("ledger.db*"):
        file.unlink()


def test_a_ledger_that_was_lost_is_filled_from_the_lake(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        workspace.lake.publish("p", {}, [A, B])
    _lose(tmp_path)
    with Workspace.open(tmp_path) as workspace:
        assert recover(workspace.lake, workspace.ledger).entered == 2
        row = workspace.ledger.unit(A.key, A.version)
        assert row is not None
        assert (row.source, row.part) == ("a.apk", "p")


def test_a_lake_that_was_lost_is_made_again(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        ledger, lake = workspace.ledger, workspace.lake
        lake.publish("p", {}, [A])
        ledger.finish([UnitEnd(A, UnitState.DONE, part="p")])
        shutil.rmtree(lake.directory)
        assert recover(lake, ledger) == RecoveryResult(drafts=0, entered=0, lost=1, released=0)
        assert ledger.claim([A], "next", 60) == [A]


def test_drafts_of_the_dead_are_removed(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        workspace.lake.publish("p", {}, [A])
        (workspace.lake_directory / "drafts" / "q.1.x").mkdir()
        assert recover(workspace.lake, workspace.ledger).drafts == 1
