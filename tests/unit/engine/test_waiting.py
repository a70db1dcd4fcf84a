"""The time limit of a unit is one of its own time: a busy machine costs no unit its result."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine.works import Behave, unit
from tieback.engine import waiting
from tieback.engine.interface import UnitLimits
from tieback.engine.local import LocalEngine
from tieback.engine.waiting import MOST_WAITING, StepClock, waited_seconds
from tieback.model.unit import UnitState

OTHERS = 3
counts = pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="this kernel does not count waiting")


@pytest.fixture
def busy() -> Iterator[None]:
    """One processor for this process and its children, and three others that use it without a pause."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    with ExitStack() as stack:
        stack.callback(os.sched_setaffinity, 0, before)
        for _ in range(OTHERS):
            other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(other.wait)
            stack.callback(other.kill)
        yield


@counts
@pytest.mark.usefixtures("busy")
def test_a_unit_that_only_waits_for_a_processor_is_not_ended() -> None:
    start = time.monotonic()
    (end,) = LocalEngine(1).run(Behave(), [unit("busy")], UnitLimits(seconds=1))
    assert (end.state, end.result) == (UnitState.DONE, b"BUSY")
    assert time.monotonic() - start > 1


@pytest.mark.more
@counts
@pytest.mark.usefixtures("busy")
def test_a_unit_that_computes_without_end_is_ended_on_a_busy_machine() -> None:
    (end,) = LocalEngine(1).run(Behave(), [unit("hang")], UnitLimits(seconds=0.5))
    assert end.problem == "took more than 0.5 s, twice; quarantined"


def test_a_unit_that_sleeps_is_ended_as_before() -> None:
    (end,) = LocalEngine(1).run(Behave(), [unit("sleep")], UnitLimits(seconds=0.5))
    assert end.problem == "took more than 0.5 s, twice; quarantined"


def test_waiting_is_left_out_of_a_step_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = 5.0
    monkeypatch.setattr(waiting, "waited_seconds", lambda _pid: waited)
    clock = StepClock(1, 0.0)
    clock.restart(100.0)
    waited += 8
    assert not clock.exceeds(2.0, 109.9)
    assert clock.exceeds(2.0, 110.1)
    waited += 1000
    assert not clock.exceeds(2.0, 100 + 2.0 * MOST_WAITING)
    assert clock.exceeds(2.0, 100.1 + 2.0 * MOST_WAITING)
    clock.forgive(1.0)
    assert not clock.exceeds(2.0, 100.1 + 2.0 * MOST_WAITING)
    clock.restart(200.0)
    assert clock.exceeds(2.0, 202.1)


def test_a_process_that_is_gone_has_waited_no_time() -> None:
    assert waited_seconds(2**22 + 1) == 0.0


@counts
def test_this_process_has_waited() -> None:
    assert 0.0 <= waited_seconds(os.getpid()) < time.monotonic()
