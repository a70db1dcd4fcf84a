import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.engine.works import FAST, Behave, CannotBeImported, Publish, unit
from tieback.engine.interface import SLOWEST_READ, EngineError, EngineEvent, UnitLimits
from tieback.engine.local import LocalEngine
from tieback.engine.memory import NEW_OBJECTS
from tieback.lab.programs import MissingProgramError
from tieback.model.errors import WorkspaceError
from tieback.model.unit import Unit, UnitEnd, UnitState

ROOT = Path(__file__).parents[3]


def by_source(ends: Iterator[UnitEnd]) -> dict[str, UnitEnd]:
    found: dict[str, UnitEnd] = {}
    for end in ends:
        assert end.unit.source not in found, "a unit ended twice"
        found[end.unit.source] = end
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def test_every_unit_ends_once_with_its_summary() -> None:
    units = [unit("ok", number) for number in range(50)]
    ends = list(LocalEngine(2, batch=4).run(Behave(), iter(units), FAST))
    assert sorted(end.unit.key for end in ends) == sorted(u.key for u in units)
    assert {(end.state, end.result, end.problem, end.attempts) for end in ends} == {(UnitState.DONE, b"OK", "", 1)}


def test_workers_search_rarely_for_cycles_but_keep_few() -> None:
    ends = by_source(LocalEngine(1).run(Behave(), [unit("collector"), unit("cycles")], FAST))
    assert ends["collector"].result == str(NEW_OBJECTS).encode()
    assert int(ends["cycles"].result) < 32 * 1024**2  # 100 MiB if none is collected


def test_nothing_to_do_starts_no_worker() -> None:
    events: list[EngineEvent] = []
    assert list(LocalEngine(2, on_event=events.append).run(Behave(), [], FAST)) == []
    assert events == []


def test_workers_start_lazily_and_at_least_one_works() -> None:
    events: list[EngineEvent] = []
    ends = list(LocalEngine(0, on_event=events.append).run(Behave(), [unit("ok")], FAST))
    assert [end.state for end in ends] == [UnitState.DONE]
    assert [event.kind for event in events] == ["worker_started"]


def test_few_units_are_spread_over_the_workers() -> None:
    ends = list(LocalEngine(2, batch=16).run(Behave(), [unit("pid", 0), unit("pid", 1)], FAST))
    assert len({end.result for end in ends}) == 2


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("bad", "not an app. Give an APK"),
        ("bug", "unexpected KeyError: 'two\\nlines' (works.py:"),
        ("deep", "unexpected RecursionError: maximum recursion depth exceeded"),
        ("sys.exit", "unexpected SystemExit: gone (works.py:"),
    ],
)
def test_error_fails_only_its_unit(source: str, problem: str) -> None:
    ends = by_source(LocalEngine(1, batch=3).run(Behave(), [unit("a"), unit(source), unit("b")], FAST))
    assert ends[source].state is UnitState.FAILED
    assert ends[source].problem.startswith(problem)
    assert "\n" not in ends[source].problem
    assert {ends["a"].state, ends["b"].state} == {UnitState.DONE}


@pytest.mark.parametrize(
    ("source", "limits", "problem"),
    [
        ("exit", FAST, "ended its worker process (exit status 3), twice; quarantined"),
        ("segfault", FAST, "ended its worker process (SIGSEGV), twice; quarantined"),
        ("hang", UnitLimits(seconds=0.5), "took more than 0.5 s, twice; quarantined"),
        (
            "allocate",
            UnitLimits(memory_bytes=128 * 1024**2),
            "needed more than 128 MiB of memory, twice; quarantined",
        ),
    ],
)
def test_unit_is_quarantined_after_a_second_crash_on_its_own(source: str, limits: UnitLimits, problem: str) -> None:
    units = [*(unit(f"before {n}") for n in range(3)), unit(source), *(unit(f"after {n}") for n in range(3))]
    events: list[EngineEvent] = []
    # A long stream, so that the batch is full and the quarantined stands in its middle.
    ends = by_source(LocalEngine(1, batch=7, on_event=events.append).run(Behave(), [*units, *more(20)], limits))
    quarantined = ends.pop(source)
    assert (quarantined.state, quarantined.problem, quarantined.attempts) == (UnitState.QUARANTINED, problem, 2)
    assert {end.state for end in ends.values()} == {UnitState.DONE}
    assert len(ends) == 26
    retried = [event.detail for event in events if event.kind == "retried"]
    assert len(retried) == 1
    assert retried[0].startswith(f"{source}: ")


def test_a_larger_input_has_more_time() -> None:
    assert UnitLimits().seconds_for(0) == 120
    assert UnitLimits().seconds_for(1024**3) == 120 + 256
    (end,) = LocalEngine(1).run(Behave(), [unit("hang", size=SLOWEST_READ // 4)], UnitLimits(seconds=0.25))
    assert end.problem == "took more than 0.5 s, twice; quarantined"


def more(count: int) -> list[Unit]:
    return [unit(f"more {number}") for number in range(count)]


def test_memory_is_watched_from_outside_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if the limit inside had not held: the engine sees the same growth through /proc.
    monkeypatch.setattr("tieback.engine.process.resident_bytes", lambda _: 10 * 1024**3)
    ends = list(LocalEngine(1).run(Behave(), [unit("sleep")], UnitLimits(memory_bytes=1024**3)))
    assert [(end.state, end.problem) for end in ends] == [
        (UnitState.QUARANTINED, "needed more than 1024 MiB of memory, twice; quarantined")
    ]


def test_unit_ends_name_their_published_part(tmp_path: Path) -> None:
    ends = by_source(LocalEngine(1, batch=16).run(Publish(tmp_path), [unit("a"), unit("bad"), *more(40)], FAST))
    assert ends["bad"].part == ""
    assert ends["a"].part
    kept = [key for part in {end.part for end in ends.values()} - {""} for key in keys_in(tmp_path / part)]
    assert sorted(kept) == sorted(end.unit.key for end in ends.values() if end.state is UnitState.DONE)


def keys_in(path: Path) -> list[str]:
    return path.read_text().splitlines()


@pytest.mark.parametrize("trouble", ["dies once before", "dies after"])
def test_a_worker_lost_while_publishing_loses_and_repeats_nothing(trouble: str, tmp_path: Path) -> None:
    ends = by_source(LocalEngine(1, batch=8).run(Publish(tmp_path, trouble), [unit("bad"), *more(15)], FAST))
    assert ends["bad"].state is UnitState.FAILED
    files = [path for path in tmp_path.iterdir() if path.name != "died"]
    assert sorted(key for path in files for key in keys_in(path)) == sorted(u.key for u in more(15))
    assert {ends[u.source].part for u in more(15)} == {path.name for path in files}


@pytest.mark.parametrize(
    ("source", "state", "problem"),
    [
        ("unpublishable", UnitState.FAILED, "unexpected UnicodeEncodeError: "),
        ("kills publication", UnitState.QUARANTINED, "ended its worker process (exit status 4), twice"),
    ],
)
def test_what_cannot_be_published_is_narrowed_down(source: str, state: UnitState, problem: str, tmp_path: Path) -> None:
    units = [*more(8), unit(source), *(unit(f"after {n}") for n in range(30))]
    ends = by_source(LocalEngine(1, batch=16).run(Publish(tmp_path), units, FAST))
    culprit = ends.pop(source)
    assert culprit.state is state
    assert culprit.problem.startswith(problem)
    assert {end.state for end in ends.values()} == {UnitState.DONE}
    kept = sorted(key for path in tmp_path.iterdir() for key in keys_in(path))
    assert kept == sorted(u.key for u in units if u.source != source)


def test_a_full_disk_ends_the_run_with_its_own_line(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"lake: the disk is full\. Free some space"):
        list(LocalEngine(1).run(Publish(tmp_path, "full"), [unit("a")], FAST))


def test_an_indirect_subclass_keeps_its_class(tmp_path: Path) -> None:
    with pytest.raises(MissingProgramError, match=r"lab: redis-server is missing\. Install it"):
        list(LocalEngine(1).run(Publish(tmp_path, "no program"), [unit("a")], FAST))


def test_work_that_cannot_be_imported_ends_the_run() -> None:
    with pytest.raises(EngineError, match="cannot run in a worker: unexpected ValueError: invalid literal"):
        list(LocalEngine(2).run(CannotBeImported(), [unit("a")], FAST))


def test_closing_the_iterator_ends_the_workers() -> None:
    events: list[EngineEvent] = []
    units = [unit("pid", 0), unit("sleep", 1), unit("sleep", 2), unit("sleep", 3)]
    ends = LocalEngine(2, batch=1, on_event=events.append).run(Behave(), units, FAST)
    next(ends)
    ends.close()  # type: ignore[attr-defined]
    assert len({event.pid for event in events}) == 2
    assert not any(alive(event.pid) for event in events)


def test_units_are_read_only_as_workers_become_free() -> None:
    read = 0

    def endless() -> Iterator[Unit]:
        nonlocal read
        while True:
            read += 1
            yield unit("ok", read)

    ends = LocalEngine(2, batch=5).run(Behave(), endless(), FAST)
    for count, _ in enumerate(ends):
        # Ahead: one batch a worker waiting, one in each worker, one just heard of.
        assert read <= count + 5 * 2 * 3
        if count == 300:
            break
    ends.close()  # type: ignore[attr-defined]


def test_a_slow_consumer_costs_no_unit_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's clock goes on by twice the limit while the consumer has each end."""
    paused = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + paused, sleep=time.sleep)
    monkeypatch.setattr("tieback.engine.local.time", clock)
    monkeypatch.setattr("tieback.engine.process.time", clock)
    limits = UnitLimits(seconds=30)
    ends = LocalEngine(2, batch=1).run(Behave(), [unit("slow", n) for n in range(6)], limits)
    states = []
    for end in ends:
        paused += 2 * limits.seconds
        states.append(end.state)
    assert states == [UnitState.DONE] * 6


def test_sigint_is_the_parents_business() -> None:
    ends = LocalEngine(1, batch=1).run(Behave(), [unit("pid", 0), unit("slow", 1), unit("pid", 2)], FAST)
    first = next(ends)
    os.kill(int(first.result), signal.SIGINT)
    assert [end.state for end in ends] == [UnitState.DONE] * 2


TWENTY_THOUSAND = """
from tests.engine.works import FAST, Behave, unit
from tieback.engine.local import LocalEngine
from tieback.engine.memory import resident_bytes

early = count = 0
for count, _ in enumerate(LocalEngine(2, batch=64).run(Behave(), (unit("ok", n) for n in range(20_000)), FAST), 1):
    if count == 2_000:
        early = resident_bytes()
print(count, resident_bytes() - early)
"""


@pytest.mark.more
def test_twenty_thousand_units_leave_memory_flat() -> None:
    """In a process of its own, whose memory earlier tests do not change."""
    done = subprocess.run(
        [sys.executable, "-c", TWENTY_THOUSAND], cwd=ROOT, capture_output=True, text=True, timeout=150, check=True
    )
    count, grown = map(int, done.stdout.split())
    assert count == 20_000
    assert grown < 8 * 1024**2
