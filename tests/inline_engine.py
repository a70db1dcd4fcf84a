"""An engine for tests that works where it is called: quick, and without any of the guarantees of the real ones."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import batched

from tieback.engine.interface import Unit, UnitEnd, UnitLimits, UnitState, Work
from tieback.engine.worker import problem_line
from tieback.model.errors import InputError
from tieback.pipeline.probing import Progress


class InlineEngine:
    """Two units a batch."""

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        for batch in batched(units, 2):
            results, failed = [], []
            for unit in batch:
                try:
                    results.append((unit, work.analyse(unit)))
                except InputError as error:
                    failed.append(UnitEnd(unit, UnitState.FAILED, problem=problem_line(error, unit.source)))
            part = work.publish(batch, results) if results else ""
            yield from [*failed, *(UnitEnd(unit, UnitState.DONE, part=part) for unit, _ in results)]


@contextmanager
def quiet(_: str) -> Iterator[Progress]:
    """A stage that shows nothing."""
    yield lambda _done, _total: None
