"""DEX files built to blow up the call graph end with what was found so far and a problem line.

The file has methods that call eight others each, rings of fields, switches in a row, branches over builders, a sink
with hundreds of callers, an interface with a hundred implementations, and a ring of extras. ``bench/flow_build.py``
builds it.
"""

from pathlib import Path

import pytest

from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Problem, Sighting, UnreadKind
from tieback.recognise.dataflow import analysis
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.unused import failing_code
from tieback.recognise.dataflow.unused.failing_code import FailingCode
from tieback.recognise.dataflow.walk.state import WalkResult
from tieback.recognise.dataflow.walk.walker import Walker
from tieback.recognise.interface import MAY_MISS, Find
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parents[2] / "bench" / "flow" / "hostile.dex").read_bytes()
SEARCH = AppSearch(RuleFiles())


def finds() -> list[Find]:
    return list(SEARCH.finds([read_dex("classes.dex", DATA)[0]]))


def test_a_call_graph_without_end_gives_a_problem_line() -> None:
    found = finds()
    (problem,) = [one for one in found if isinstance(one, Problem) and "not followed to its end" in one.what]
    assert (problem.where, problem.unread) == ("classes.dex", UnreadKind.UNFOLLOWED)
    assert "limit on the work per app" in problem.what
    assert problem.what.endswith(MAY_MISS)
    assert {one.endpoint.host for one in found if isinstance(one, Sighting)} >= {"fan.flow.test", "many.flow.test"}
    assert len(found) < 1_000


def test_the_work_is_bounded_by_the_size_of_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    walkers: dict[int, Walker] = {}
    walk = Walker.walk
    most: list[int] = []

    def noting(self: Walker, *rest: object) -> WalkResult:
        if id(self) not in walkers:
            walkers[id(self)] = self
            most.append(self.left)
        return walk(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Walker, "walk", noting)
    finds()
    (walker,) = walkers.values()
    assert most[0] <= analysis._MOST_UNITS
    # Only the last step, of at most one method and the states of its branches, can exceed the limit.
    assert walker.left > -10_000


def test_the_search_for_code_that_cannot_run_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    dex = DexFile(DATA)
    missing = {kind: dex.descriptor(kind) for kind in range(len(dex.types)) if dex.class_row(kind) < 0}
    whole = FailingCode(ConstantUses([dex]), [missing])
    assert whole.left > 0
    monkeypatch.setattr(failing_code, "MAX_STEPS", 500)
    # Only the last step, of one method, can exceed the limit.
    assert FailingCode(ConstantUses([dex]), [missing]).left > -10_000
