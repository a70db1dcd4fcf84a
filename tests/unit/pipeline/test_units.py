"""Units are claimed once, their ends are entered, and leases never stay behind."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tieback.engine.interface import UnitLimits, Work
from tieback.model.errors import WorkspaceError
from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.pipeline.units import CLAIM, UnitRun
from tieback.storage.ledger.tables import LedgerState
from tieback.storage.workspace import Workspace


class Nothing(Work[bytes]):
    """Work that the engine below never does."""

    def analyse(self, unit: Unit) -> bytes:
        raise NotImplementedError


class Ends:
    """An engine that ends units as their source says, and can break after some."""

    def __init__(self, breaks_after: int | None = None) -> None:
        self._breaks_after = breaks_after

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        for number, unit in enumerate(units):
            if number == self._breaks_after:
                raise WorkspaceError("the disk is full", where="lake")
            failed = unit.source.startswith("bad")
            yield UnitEnd(unit, UnitState.FAILED if failed else UnitState.DONE, problem="bad input" if failed else "")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "ws") as opened:
        yield opened


def unit(number: int, source: str = "good") -> Unit:
    return Unit(f"{number:064x}", "apps-1", f"{source}-{number}", 1)


def run(workspace: Workspace, groups: list[list[Unit]], engine: Ends) -> tuple[list[str], list[tuple[int, int]]]:
    failed: list[str] = []
    progress: list[tuple[int, int]] = []
    units = UnitRun(workspace.ledger, "run-1", lambda done, known: progress.append((done, known)))
    units.run(engine, Nothing(), groups, UnitLimits(), lambda end: failed.append(end.unit.source))
    return failed, progress


def test_ends_are_entered_and_failures_are_reported(workspace: Workspace) -> None:
    failed, progress = run(workspace, [[unit(1), unit(2, "bad")], [], [unit(3)]], Ends())
    assert failed == ["bad-2"]
    # The total is shown before the first unit ends.
    assert progress == [(0, 2), (1, 2), (2, 2), (2, 3), (3, 3)]
    assert workspace.ledger.counts() == {LedgerState.DONE: 2, LedgerState.FAILED: 1}


def test_units_that_are_done_are_not_claimed_again(workspace: Workspace) -> None:
    run(workspace, [[unit(1)]], Ends())
    assert run(workspace, [[unit(1)], [unit(2)]], Ends())[1] == [(0, 1), (1, 1)]


def test_more_results_than_one_transaction(workspace: Workspace) -> None:
    units = [unit(number) for number in range(CLAIM + 3)]
    run(workspace, [units[:CLAIM], units[CLAIM:]], Ends())
    assert workspace.ledger.counts() == {LedgerState.DONE: CLAIM + 3}


def test_a_broken_engine_leaves_no_lease(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="disk is full"):
        run(workspace, [[unit(1), unit(2)]], Ends(breaks_after=1))
    assert LedgerState.LEASED not in workspace.ledger.counts()
