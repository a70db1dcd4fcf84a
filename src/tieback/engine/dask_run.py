"""One run on a cluster: keeps as many batches in progress as the workers can take."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import Any

from distributed import Client, KilledWorker, wait

from tieback.engine.dask_members import POLL_SECONDS, ClusterMembers, scheduler_lost
from tieback.engine.dask_worker import ReleaseMismatchError, release, run_batch
from tieback.engine.interface import EngineError, UnitLimits, Work
from tieback.engine.tasks import Task, TaskSource, tasks_after_loss
from tieback.model.errors import TiebackError
from tieback.model.unit import UnitEnd, UnitState

type _Future = Any
"""``distributed.Future``."""

BATCHES_PER_THREAD = 2
"""Batches per worker thread: one running, one waiting."""
MAX_UNEXPLAINED_FAILURES = 20
"""Consecutive batches that may fail without a known reason before the run stops; plus the number in progress."""


class ClusterRun:
    """Distributes batches and collects their ends. The window follows the workers; paused workers do not count.

    Args:
        client: a connected client.
        members: members after ``wait_until_ready``.
        work: the work to run.
        source: source of batches.
        limits: limits of a unit.
        tell: prints a message about a batch that runs again.
    """

    def __init__(
        self,
        client: Client,
        members: ClusterMembers,
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

    def iter_ends(self) -> Iterator[UnitEnd]:
        """The main loop: submit batches, and yield the ends of completed ones."""
        while True:
            self._members.refresh()
            self._hand_out()
            if self._under_way:
                for future in self._done():
                    yield from self._settled(future, self._under_way.pop(future))
            elif self._dry:
                return
            else:
                time.sleep(POLL_SECONDS / 4)  # all workers are paused or disconnected

    def cancel(self) -> None:
        """Cancel batches that have not started. Parts published meanwhile are found in the lake."""
        with contextlib.suppress(OSError, TimeoutError, CancelledError):
            self._client.cancel(list(self._under_way), force=True)
        self._under_way.clear()

    def _hand_out(self) -> None:
        self._source.set_workers(self._members.running)
        while len(self._under_way) < self._members.running * BATCHES_PER_THREAD:
            task = self._source.take()
            self._dry = task is None
            if task is None:
                return
            future = self._client.submit(
                run_batch, release(), self._work, task.units, self._limits, pure=False, retries=0
            )
            self._under_way[future] = task

    def _done(self) -> list[_Future]:
        """Completed batches; empty if none completes before the next check of the members."""
        try:
            with self._client.as_current():
                return list(wait(list(self._under_way), timeout=POLL_SECONDS, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            return []
        except (OSError, CancelledError):
            raise scheduler_lost(self._members.address) from None

    def _settled(self, future: _Future, task: Task) -> Iterator[UnitEnd]:
        """The ends of a batch; a batch without ends goes back to the source."""
        if future.status == "finished":
            self._odd = 0
            yield from future.result()
            return
        if future.status != "error":
            self._put_back(task)  # cancelled: the scheduler lost its state
            return
        error = future.exception()
        if isinstance(error, TiebackError):
            raise error
        if isinstance(error, KilledWorker):
            # Inputs run in separate processes, so the cause is the worker or its machine.
            self._tell(f"a batch of {len(task.units)} lost its worker ({error.last_worker.address}) and runs again")
            again, alone = tasks_after_loss(task, None)
            self._put_back(*again)
            if alone is not None:
                problem = "lost its worker repeatedly; quarantined"
                yield UnitEnd(alone, UnitState.QUARANTINED, problem=problem, attempts=task.attempt + task.broken)
            return
        self._odd += 1
        if self._odd >= MAX_UNEXPLAINED_FAILURES + self._members.threads * BATCHES_PER_THREAD:
            raise EngineError(
                f"workers cannot do the work ({type(error).__name__}: {error})"[:300],
                advice="Install the same release on all members",
            ) from None
        if not isinstance(error, ReleaseMismatchError):
            self._tell(f"a batch of {len(task.units)} failed in a worker ({type(error).__name__}) and runs again")
        self._members.refresh(now=True)
        self._put_back(task)

    def _put_back(self, *tasks: Task) -> None:
        self._source.put_back(tasks)
        self._dry = False
