"""An engine for tests that works where it is called: quick, and without any of the guarantees of the real ones."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import batched

import pytest

from tieback.engine.interface import UnitLimits, Work
from tieback.engine.local import LocalEngine
from tieback.engine.worker import problem_line
from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.pipeline.progress import Progress


class InlineEngine:
    """Two units a batch; it may die once so many batches are published, before anybody hears of the last."""

    def __init__(self, dies_after: int = 0) -> None:
        self._dies_after = dies_after

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        for number, batch in enumerate(batched(units, 2), start=1):
            results, summaries, failed = [], [], []
            for unit in batch:
                try:
                    result = work.analyse(unit)
                    summary = work.summary(result)
                except (Exception, SystemExit) as error:  # noqa: BLE001 - as in a worker
                    line = problem_line(error, unit.source, str(unit.file))
                    failed.append(UnitEnd(unit, UnitState.FAILED, problem=line))
                else:
                    results.append((unit, result))
                    summaries.append(summary)
            part = work.publish(batch, results) if results else ""
            if number == self._dies_after:
                raise KeyboardInterrupt
            done = zip(results, summaries, strict=True)
            yield from failed
            yield from (UnitEnd(unit, UnitState.DONE, result=summary, part=part) for (unit, _), summary in done)


@pytest.fixture
def worker_processes() -> None:
    """For a test that needs the processes in which inputs are read; see ``read_here``."""


@pytest.fixture(autouse=True)
def read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ``LocalEngine`` reads inputs in this process, unless the test has ``worker_processes``.

    To start a worker takes 0.3 s of CPU. What the processes do is tested in ``tests/engine``, ``tests/hostile``,
    ``tests/unit/engine`` and by the commands of ``tests/servers``.
    """

    def run[R](_: LocalEngine, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        return InlineEngine().run(work, units, limits)

    if "worker_processes" not in request.fixturenames:
        monkeypatch.setattr(LocalEngine, "run", run)


@contextmanager
def quiet(_: str) -> Iterator[Progress]:
    """A stage that shows nothing."""
    yield lambda _done, _total: None
