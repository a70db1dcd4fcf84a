"""DEX files built to blow up the call graph end with what was found so far and a problem line.

The file has methods that call eight others each, rings of fields, switches in a row, branches over builders, a sink
with hundreds of callers, an interface with a hundred implementations, and a ring of extras. ``bench/flow_build.py``
builds it.
"""

from collections import Counter
from pathlib import Path
from unittest.mock import Mock

import pytest

from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Problem, Sighting, UnreadKind
from tieback.recognise.dataflow import analysis
from tieback.recognise.dataflow.code import conditions
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.code.native_addresses import native_addresses
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
MANY = (Path(__file__).parents[1] / "unit/recognise/dataflow/dex/manyaddresses.dex").read_bytes()
"""One method with 60 addresses."""
SEARCH = AppSearch(RuleFiles())


def finds(data: bytes = DATA) -> list[Find]:
    return list(SEARCH.finds([read_dex("classes.dex", data)[0]]))


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


def test_instructions_before_addresses_are_read_once_per_method(monkeypatch: pytest.MonkeyPatch) -> None:
    read: Counter[tuple[int, int]] = Counter()
    methods: list[conditions._Before] = []
    reading = conditions._Before.read

    def noting(self: conditions._Before, *rest: object) -> bool:
        methods.append(self)  # kept, so that no other gets its identity
        read[id(self), self.place] += 1
        return reading(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(conditions._Before, "read", noting)
    hosts = {one.endpoint.host for one in finds(MANY) if isinstance(one, Sighting)}
    assert hosts == {f"many{number}.flow.test" for number in range(60)}
    assert len(read) > 200
    assert set(read.values()) == {1}


def test_the_methods_of_a_class_are_named_once_for_all_functions_of_its_library() -> None:
    app, named = Mock(), list[int]()

    def ref(identity: int) -> MemberRef:
        named.append(identity)
        return MemberRef("Lshop/Api;", f"f{identity}", "()Ljava/lang/String;")

    app.method, app.ref = (lambda _number, index: index), ref
    dex = Mock(type_of=lambda name: 7 if name == b"Lshop/Api;" else -1, methods_of=lambda _kind: range(300))
    returned = {f"Java_shop_Api_f{number}": "https://api.shop.test" for number in range(0, 600, 2)}
    app.files = [dex]
    assert list(native_addresses(app, returned, lambda _: None)) == list(range(0, 300, 2))
    assert len(named) == 300
