"""One run on a cluster: keeps as many batches in progress as the workers can take."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import Any

from distributed import Client, KilledWorker, wait

from tieback.engine.dask_members import POLL_SECONDS, ClusterMembers, scheduler_lost
from tieback.engine.dask_results import MalformedReportError, decode_ends
from tieback.engine.dask_worker import release, run_batch
from tieback.engine.interface import EngineError, UnitLimits, Work
from tieback.engine.tasks import Task, TaskSource, tasks_after_loss
from tieback.model.unit import UnitEnd, UnitState

type _Future = Any
"""``distributed.Future``."""

BATCHES_PER_THREAD = 2
"""Batches per worker thread: one running, one waiting."""
MAX_UNEXPLAINED_FAILURES = 20
"""Consecutive batches that may fail without a known reason before the run stops; plus the number in progress."""

OTHER_RELEASE = "another release"


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
                run_batch, release(), self._work, task.units, self._limits,
                pure=False, retries=0, workers=self._members.usable(),
            )  # fmt: skip
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
            yield from self._reported(future, task)
            return
        if future.status != "error":
            self._put_back(task)  # cancelled: the scheduler lost its state
            return
        error = future.exception()
        if isinstance(error, KilledWorker):
            # Inputs run in separate processes, so the cause is the worker or its machine.
            worker = str(getattr(error.args[1] if len(error.args) > 1 else None, "address", "unknown"))[:100]
            self._tell(f"a batch of {len(task.units)} lost its worker ({worker}) and runs again")
            again, alone = tasks_after_loss(task, None)
            self._put_back(*again)
            if alone is not None:
                problem = "lost its worker repeatedly; quarantined"
                yield UnitEnd(alone, UnitState.QUARANTINED, problem=problem, attempts=task.attempt + task.broken)
            return
        self._failed(task, type(error).__name__, str(error))

    def _reported(self, future: _Future, task: Task) -> Iterator[UnitEnd]:
        """The ends that a worker reported. Raises ``TiebackError`` if it reported an error that ends the run."""
        try:
            ends = decode_ends(future.result(), task.units)
        except CancelledError:
            self._put_back(task)
        except (MalformedReportError, OSError, TypeError, ValueError, RuntimeError) as error:
            if isinstance(error, MalformedReportError):
                self._members.exclude(future, f"sent no report of its batch: {error}")
            self._failed(task, type(error).__name__, str(error))
        else:
            if ends is None:
                self._failed(task, OTHER_RELEASE, "")
                return
            self._odd = 0
            yield from ends

    def _failed(self, task: Task, kind: str, detail: str) -> None:
        """Count a failure without a known reason; the batch runs again. Raises ``EngineError`` after too many."""
        self._odd += 1
        if self._odd >= MAX_UNEXPLAINED_FAILURES + self._members.threads * BATCHES_PER_THREAD:
            raise EngineError(
                f"workers cannot do the work ({kind}: {detail}"[:299] + ")",
                advice="Install the same release on all members",
            ) from None
        if kind != OTHER_RELEASE:
            self._tell(f"a batch of {len(task.units)} failed in a worker ({kind}) and runs again")
        self._members.refresh(now=True)
        self._put_back(task)

    def _put_back(self, *tasks: Task) -> None:
        self._source.put_back(tasks)
        self._dry = False
