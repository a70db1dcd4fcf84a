"""One run on a cluster: a window of batches under way, as wide as the workers can take."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import Any

from distributed import Client, KilledWorker, wait

from tieback.engine.dask_members import LOOK_SECONDS, Members, gone
from tieback.engine.dask_worker import OtherReleaseError, do_batch, release
from tieback.engine.interface import EngineError, UnitLimits, Work
from tieback.engine.tasks import Task, TaskSource, after_loss
from tieback.model.errors import TiebackError
from tieback.model.unit import UnitEnd, UnitState

type _Future = Any
"""``distributed.Future``."""

AHEAD = 2
"""Batches a thread of the workers: one in work, one waiting for it."""
MAX_ODD = 20
"""Batches in a row that fail for no reason of theirs, until the run is given up; as many again as are under way."""


class Run:
    """Hands out batches and hears of their ends. The window follows the workers: paused ones count for nothing.

    Args:
        client: connected.
        members: ready.
        work: what is done.
        source: of batches.
        limits: of a unit.
        tell: takes a line for people about a batch that runs again.
    """

    def __init__(
        self,
        client: Client,
        members: Members,
        work: Work[Any],
        source: TaskSource,
        limits: UnitLimits,
        tell: Callable[[str], None],
    ) -> None:
        self._client = client
        self._members = members
        self._work = work
        self._source = source
        self._limits = limits
        self._tell = tell
        self._under_way: dict[_Future, Task] = {}
        self._dry = False
        self._odd = 0

    def ends(self) -> Iterator[UnitEnd]:
        """The loop: hand out batches, and give the ends of those that are done."""
        while True:
            self._members.look()
            self._hand_out()
            if self._under_way:
                for future in self._done():
                    yield from self._settled(future, self._under_way.pop(future))
            elif self._dry:
                return
            else:
                time.sleep(LOOK_SECONDS / 4)  # all workers are paused, or away

    def cancel(self) -> None:
        """Take back what is not begun. What was published meanwhile is found in the lake."""
        with contextlib.suppress(OSError, TimeoutError, CancelledError):
            self._client.cancel(list(self._under_way), force=True)
        self._under_way.clear()

    def _hand_out(self) -> None:
        self._source.set_workers(self._members.running)
        while len(self._under_way) < self._members.running * AHEAD:
            task = self._source.take()
            self._dry = task is None
            if task is None:
                return
            future = self._client.submit(
                do_batch, release(), self._work, task.units, self._limits, pure=False, retries=0
            )
            self._under_way[future] = task

    def _done(self) -> list[_Future]:
        """Batches that have ended; none where that takes longer than until the next look at the members."""
        try:
            with self._client.as_current():
                return list(wait(list(self._under_way), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            return []
        except (OSError, CancelledError):
            raise gone(self._members.address) from None

    def _settled(self, future: _Future, task: Task) -> Iterator[UnitEnd]:
        """The ends of a batch; where it has none, it goes back to the source."""
        if future.status == "finished":
            self._odd = 0
            yield from future.result()
            return
        if future.status != "error":
            self._put_back(task)  # cancelled with its scheduler's memory of it
            return
        error = future.exception()
        if isinstance(error, TiebackError):
            raise error
        if isinstance(error, KilledWorker):
            # Whatever the input does, it does in a process of its own; so it was the worker or its machine.
            self._tell(f"a batch of {len(task.units)} lost its workers ({error.last_worker.address}); it runs again")
            again, alone = after_loss(task, None)
            self._put_back(*again)
            if alone is not None:
                problem = "lost its workers, again and again; set aside"
                yield UnitEnd(alone, UnitState.QUARANTINED, problem=problem, attempts=task.attempt + task.broken)
            return
        self._odd += 1
        if self._odd >= MAX_ODD + self._members.threads * AHEAD:
            raise EngineError(
                f"workers cannot do the work ({type(error).__name__}: {error})"[:300],
                advice="Install the same releases on all members",
            ) from None
        if not isinstance(error, OtherReleaseError):
            self._tell(f"a batch of {len(task.units)} failed in a worker ({type(error).__name__}); it runs again")
        self._members.look(now=True)
        self._put_back(task)

    def _put_back(self, *tasks: Task) -> None:
        self._source.put_back(tasks)
        self._dry = False
