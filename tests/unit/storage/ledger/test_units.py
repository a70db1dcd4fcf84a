import subprocess
import sys

import msgspec
import pytest

from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.tables import LedgerState

A, B, C = (Unit(name * 64, "v1", f"/apps/{name}.apk", 10) for name in "abc")


def end(unit: Unit, state: UnitState = UnitState.DONE, **more: str) -> UnitEnd:
    return msgspec.structs.replace(UnitEnd(unit, state, part="units-1" if state is UnitState.DONE else ""), **more)


def test_a_unit_is_claimed_once(ledger: Ledger) -> None:
    assert ledger.claim([A, B, A], "one", 60) == [A, B]
    assert ledger.claim([A, B, C], "two", 60) == [C]
    assert ledger.counts() == {LedgerState.LEASED: 3}


@pytest.mark.parametrize(
    ("state", "again"),
    [(UnitState.DONE, []), (UnitState.FAILED, [A]), (UnitState.QUARANTINED, [])],
)
def test_what_ended_is_claimed_again_only_where_it_failed(state: UnitState, again: list[Unit], ledger: Ledger) -> None:
    ledger.claim([A], "one", 60)
    ledger.finish([end(A, state)])
    assert ledger.claim([A], "two", 60) == again


def test_another_version_of_the_analysis_is_another_unit(ledger: Ledger) -> None:
    ledger.finish([end(A)])
    newer = msgspec.structs.replace(A, version="v2")
    assert ledger.claim([A, newer], "one", 60) == [newer]


def test_leases_end(ledger: Ledger) -> None:
    ledger.claim([A], "one", -1)
    ledger.claim([B], "two", 60)
    assert ledger.claim([A, B], "three", 60) == [A]
    ledger.claim([C], "four", -1)
    assert ledger.release("two") == 1
    assert ledger.release() == 2
    assert ledger.counts() == {LedgerState.RELEASED: 3}


def test_ends_are_kept_with_their_problem(ledger: Ledger) -> None:
    ledger.claim([A, B], "one", 60)
    ledger.finish([end(A), end(B, UnitState.QUARANTINED, problem="took more than 1 s, twice; quarantined")])
    done = ledger.unit(A.key, A.version)
    assert done is not None
    assert (done.state, done.part, done.attempts, done.source) == (LedgerState.DONE, "units-1", 1, A.source)
    assert [(row.source, row.state, row.problem) for row in ledger.unfinished()] == [
        (B.source, LedgerState.QUARANTINED, "took more than 1 s, twice; quarantined")
    ]
    assert ledger.unit(C.key, C.version) is None


def test_done_stays_done(ledger: Ledger) -> None:
    ledger.finish([end(A)])
    ledger.finish([end(A, UnitState.FAILED, problem="late")])
    assert ledger.counts() == {LedgerState.DONE: 1}


def test_quarantined_units_are_retried_on_request(ledger: Ledger) -> None:
    ledger.finish([end(A, UnitState.QUARANTINED)])
    assert ledger.retry_quarantined() == 1
    assert ledger.claim([A], "one", 60) == [A]


def test_parts_are_entered_and_forgotten(ledger: Ledger) -> None:
    ledger.claim([A, B], "one", 60)
    ledger.finish([end(A)])
    assert ledger.enter_part("units-1", [A, B]) == 1
    assert ledger.entered_parts() == ledger.named_parts() == {"units-1"}
    assert ledger.counts() == {LedgerState.DONE: 2}
    assert ledger.forget_part("units-1") == 2
    assert ledger.entered_parts() == ledger.named_parts() == set()
    assert ledger.claim([A, B], "two", 60) == [A, B]


def test_many_units_and_odd_file_names(ledger: Ledger) -> None:
    many = [Unit(f"{n:064x}", "v1", f"/apps/\udcff{n}.apk", n) for n in range(2_000)]
    assert ledger.claim(many, "one", 60) == many
    ledger.finish([end(unit, UnitState.FAILED, problem="\ud800") for unit in many])
    assert sum(1 for _ in ledger.unfinished()) == 2_000


CLAIM = """
import sys
from pathlib import Path
from tieback.model.unit import Unit
from tieback.storage.ledger.ledger import Ledger
where = sys.argv[1]
ledger = Ledger.open_url(where) if where.startswith("postgresql:") else Ledger.open(Path(where))
units = [Unit(f"{n:064x}", "v1", "x", 1) for n in range(1000)]
if sys.argv[2] == "1":
    units.reverse()
print("ready", flush=True)
sys.stdin.readline()
for start in range(0, 1000, 10):
    for unit in ledger.claim(units[start:start + 10], sys.argv[2], 600):
        print(unit.key)
"""


def test_two_processes_claim_disjoint_sets(ledger: Ledger) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM, ledger.where, owner],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for owner in "01"
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed = [key for process in running for key in process.communicate(timeout=100)[0].split()]
    assert sorted(claimed) == [f"{n:064x}" for n in range(1000)]


def test_ends_of_one_call_that_speak_of_one_unit_are_one(ledger: Ledger) -> None:
    ledger.finish([end(A, UnitState.FAILED, problem="first"), end(A, UnitState.QUARANTINED, problem="last"), end(B)])
    row = ledger.unit(A.key, A.version)
    assert row is not None
    assert (row.state, row.attempts, row.problem) == (LedgerState.QUARANTINED, 2, "last")


def test_empty_claim_sends_no_query(ledger: Ledger) -> None:
    assert ledger.claim([], "one", 60) == []
    ledger.finish([])
    assert ledger.enter_part("empty", []) == 0
    assert ledger.entered_parts() == {"empty"}


def test_a_part_that_names_a_unit_twice_is_entered_once(ledger: Ledger) -> None:
    assert ledger.enter_part("units-1", [A, A]) == 1
    assert ledger.done_elsewhere("units-2", [A, B]) == {(A.key, A.version)}
    assert ledger.done_elsewhere("units-1", [A, B]) == set()
