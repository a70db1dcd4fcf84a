"""An engine for tests that works where it is called: quick, and without any of the guarantees of the real ones."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import batched

from tieback.engine.interface import UnitLimits, Work
from tieback.engine.worker import problem_line
from tieback.model.errors import InputError
from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.pipeline.progress import Progress


class InlineEngine:
    """Two units a batch; it may die once so many batches are published, before anybody hears of the last."""

    def __init__(self, dies_after: int = 0) -> None:
        self._dies_after = dies_after

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        for number, batch in enumerate(batched(units, 2), start=1):
            results, failed = [], []
            for unit in batch:
                try:
                    results.append((unit, work.analyse(unit)))
                except InputError as error:
                    failed.append(UnitEnd(unit, UnitState.FAILED, problem=problem_line(error, unit.source)))
            part = work.publish(batch, results) if results else ""
            if number == self._dies_after:
                raise KeyboardInterrupt
            yield from [*failed, *(UnitEnd(unit, UnitState.DONE, part=part) for unit, _ in results)]


@contextmanager
def quiet(_: str) -> Iterator[Progress]:
    """A stage that shows nothing."""
    yield lambda _done, _total: None
