"""The window: all are asked, so many at once, and whatever ends it ends what is under way."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tieback.model.errors import StoppedError, WorkspaceError
from tieback.pipeline.probing import window as window_module
from tieback.pipeline.probing.window import ProbeWindow
from tieback.scope.conversation import RetryLater
from tieback.scope.fair_queue import FairQueue


class Stage:
    """What is asked does as the test says; who is under way is counted."""

    def __init__(self, count: int, size: int, again: set[int] | None = None) -> None:
        self.turns = FairQueue(range(count), lambda number: str(number % 3), size)
        self.size = size
        self.again = again or set()
        self.under_way: set[int] = set()
        self.full = asyncio.Event()
        self.most = 0
        self.order: list[int] = []
        self.stopped = self.lost = False
        self.stuck = False
        self.broken: int | None = None

    async def ask(self, number: int) -> str:
        self.order.append(number)
        self.under_way.add(number)
        if len(self.under_way) == self.size:
            self.full.set()
        self.most = max(self.most, len(self.under_way))
        try:
            if number == self.broken:
                raise WorkspaceError("the log cannot be written")
            await asyncio.sleep(3600 if self.stuck else 0)
            if number in self.again:
                raise RetryLater("too short")
            return f"report of {abs(number)}"
        finally:
            self.under_way.discard(number)

    def check_stop(self) -> None:
        if self.stopped:
            raise StoppedError("the stop file is there")

    def check(self) -> None:
        if self.lost:
            raise WorkspaceError("the lease was lost")

    def results(self) -> AsyncGenerator[list[tuple[int, str]]]:
        found = ProbeWindow(self.turns, self.ask, lambda number: -number, self.size, self.check_stop, self.check)
        return found.results()


async def told(stage: Stage, reports: list[str] | None = None) -> list[str]:
    found = [] if reports is None else reports
    async with aclosing(stage.results()) as batches:
        async for batch in batches:
            found += [report for _, report in batch]
    return found


@pytest.mark.parametrize(("count", "size"), [(0, 4), (1, 4), (100, 1), (100, 7), (3000, 1000)])
async def test_all_items_are_run_within_the_limit(count: int, size: int) -> None:
    stage = Stage(count, size)
    assert sorted(await told(stage)) == sorted(f"report of {number}" for number in range(count))
    assert stage.most <= size
    assert not stage.under_way


async def test_slow_item_is_retried() -> None:
    stage = Stage(50, 4, again={5, 6, 7})
    assert sorted(await told(stage)) == sorted(f"report of {number}" for number in range(50))
    assert {number for number in stage.order if number < 0} == {-7, -6, -5}
    assert all(stage.order.index(-number) > stage.order.index(number) for number in (5, 6, 7))


@pytest.mark.parametrize(("what", "error"), [("stopped", StoppedError), ("lost", WorkspaceError)])
async def test_what_is_stuck_ends_when_all_has_to(
    monkeypatch: pytest.MonkeyPatch, what: str, error: type[Exception]
) -> None:
    monkeypatch.setattr(window_module, "STOP_CHECK_SECONDS", 0.01)
    stage = Stage(5000, 2000)
    stage.stuck = True
    task = asyncio.create_task(told(stage))
    await stage.full.wait()
    setattr(stage, what, True)
    with pytest.raises(error):
        await task
    assert not stage.under_way
    assert len(stage.order) == 2000


async def test_failure_is_raised_after_finished_results() -> None:
    stage = Stage(100, 4)
    stage.broken = 20
    reports: list[str] = []
    with pytest.raises(WorkspaceError, match="log"):
        await told(stage, reports)
    assert not stage.under_way
    assert len(reports) >= 20 - 4
    assert len(stage.order) <= 20 + 2 * 4


@pytest.mark.parametrize("how", ["cancelled", "closed"])
async def test_consumer_may_stop_early(how: str) -> None:
    stage = Stage(100, 8)
    stage.stuck = how == "cancelled"
    if how == "cancelled":
        task = asyncio.create_task(told(stage))
        await stage.full.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    else:
        found = stage.results()
        await anext(found)
        await found.aclose()
    assert not stage.under_way
    assert len(asyncio.all_tasks()) == 1
