"""Engine for one machine: a pool of worker processes, each of which can be killed without affecting the others.

``concurrent.futures`` gives up its whole pool if one worker dies, and cannot kill a worker that hangs. Here every
worker has its own pipe and reports each unit, so the engine knows which unit was running when a worker died, hung or
exceeded its memory. That batch is split: the running unit is retried once, alone, and then quarantined; the others run
again, because no unit of a batch counts before the batch is published. A bad unit therefore costs at most one
additional batch.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import wait
from typing import Any, Literal

from tieback.engine.interface import EngineError, EngineEvent, UnitLimits, Work
from tieback.engine.memory import resident_bytes
from tieback.engine.messages import EngineStop, OutOfMemory, PublishDone, PublishFailed, WorkerReady, WorkUnusable
from tieback.engine.process import WorkerProcess
from tieback.engine.tasks import TaskSource, split_task, tasks_after_loss
from tieback.model.errors import TiebackError, error_kinds
from tieback.model.unit import Unit, UnitEnd, UnitState

POLL_SECONDS = 0.2
"""Interval between checks of the workers' limits, in seconds."""
MAX_FAILED_STARTS = 3
"""Number of consecutive workers that may fail to start before the engine gives up."""


class LocalEngine:
    """Runs work in processes of this machine.

    Args:
        workers: number of processes; default: one per core available to this process.
        batch: maximum number of units that are analysed and published together.
        on_event: called when workers start or are lost, in the iterating thread.
        keep: keep workers for the next run of the same work, until ``close``.
        isolated: the workers have no network (``engine.sandbox``).
    """

    def __init__(
        self,
        workers: int | None = None,
        batch: int = 16,
        on_event: Callable[[EngineEvent], None] | None = None,
        *,
        keep: bool = False,
        isolated: bool = False,
    ) -> None:
        self.workers = max(1, workers if workers is not None else len(os.sched_getaffinity(0)))
        self.batch = max(1, batch)
        self._on_event = on_event
        self._keep = keep
        self._isolated = isolated
        self._kept: list[WorkerProcess] = []
        self._run: _Run | None = None

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        """Yield the end of every unit, in order of completion. Closing the iterator kills and releases the workers.

        ``units`` is read as workers become free, at most one batch per worker ahead. The time that ``units`` or the
        consumer takes does not count towards a unit's limit. The iterating thread must live as long as the iterator:
        Linux ends the workers with it.

        Raises:
            EngineError: workers do not start, or cannot import the work.
            TiebackError: raised by ``Work.publish``.
        """
        run = _Run(
            work,
            TaskSource(units, self.workers, self.batch),
            limits,
            self.workers,
            self._on_event,
            isolated=self._isolated,
        )
        kept, self._kept = self._kept, []
        run.adopt(kept)
        self._run = run
        try:
            yield from run.ends()
            if self._keep:
                self._kept = run.idle()
            run.dismiss()
        finally:
            self._run = None
            run.kill()

    def memory(self) -> int:
        """Private memory of its processes now, in bytes; may be called from another thread."""
        run = self._run
        processes = [*self._kept, *(run.workers() if run is not None else ())]
        return sum(resident_bytes(worker.pid) for worker in processes)

    def close(self) -> None:
        """Stop the kept workers."""
        while self._kept:
            worker = self._kept.pop()
            worker.shut_down()
            worker.wait()


class _Run:
    """One run of the engine."""

    def __init__(
        self,
        work: Work[Any],
        source: TaskSource,
        limits: UnitLimits,
        max_workers: int,
        on_event: Callable[[EngineEvent], None] | None,
        *,
        isolated: bool,
    ) -> None:
        self._work = work
        self._source = source
        self._limits = limits
        self._max_workers = max_workers
        self._on_event = on_event
        self._isolated = isolated
        self._workers: list[WorkerProcess] = []
        self._failed_starts = 0
        self._next_look = 0.0

    def ends(self) -> Iterator[UnitEnd]:
        """The main loop: assign tasks, read messages of the workers, check their limits."""
        self._hand_out()
        while any(worker.task for worker in self._workers):
            ended: list[UnitEnd] = []
            heard = set(wait([worker.pipe for worker in self._workers], timeout=POLL_SECONDS))
            for worker in [worker for worker in self._workers if worker.pipe in heard]:
                ended += self._hear(worker)
            if not heard or time.monotonic() >= self._next_look:
                ended += self._look()
            start = time.monotonic()
            self._hand_out()
            yield from ended
            self._forgive(time.monotonic() - start)

    def adopt(self, workers: Iterable[WorkerProcess]) -> None:
        """Take over workers of an earlier run that fit this work; the others are stopped."""
        for worker in workers:
            if worker.is_started_for(self._work, self._limits) and worker.alive():
                self._workers.append(worker)
            else:
                worker.shut_down()
                worker.wait()

    def workers(self) -> list[WorkerProcess]:
        """The current workers."""
        return list(self._workers)

    def idle(self) -> list[WorkerProcess]:
        """Hand over the workers that are ready and idle."""
        found = [worker for worker in self._workers if worker.ready and worker.task is None]
        self._workers = [worker for worker in self._workers if worker not in found]
        return found

    def dismiss(self) -> None:
        """Let idle workers exit."""
        for worker in self._workers:
            worker.shut_down()
        while self._workers:
            self._workers.pop().wait()

    def kill(self) -> None:
        """Kill every worker. Unpublished results do not count."""
        while self._workers:
            worker = self._workers.pop()
            worker.end()
            worker.shut_down()

    def _hand_out(self) -> None:
        """Assign one task to each idle worker, and start workers while there are tasks."""
        for worker in self._workers:
            if worker.task is None:
                task = self._source.take()
                if task is None:
                    return
                worker.send_batch(task)
        while len(self._workers) < self._max_workers:
            task = self._source.take()
            if task is None:
                return
            try:
                worker = WorkerProcess(self._work, self._limits, isolated=self._isolated)
            except OSError as error:
                raise EngineError(
                    f"cannot start a worker process ({error.strerror})", advice="Free memory, or end other processes"
                ) from error
            self._workers.append(worker)
            self._tell("worker_started", worker)
            worker.send_batch(task)

    def _hear(self, worker: WorkerProcess) -> list[UnitEnd]:
        message = worker.read_message()
        if message is None or not worker.is_expected(message):
            return self._lost(worker)
        worker.record_message(message)
        match message:
            case WorkerReady():
                self._failed_starts = 0
            case WorkUnusable():
                raise EngineError(f"the work cannot run in a worker: {message.problem}")
            case PublishDone():
                return self._published(worker, message.part)
            case PublishFailed():
                return self._not_published(worker, message.problem)
            case OutOfMemory():
                return self._lost(worker, worker.over_memory)
            case EngineStop():
                kind = error_kinds().get(message.kind, TiebackError)
                raise kind(message.what, where=message.where, advice=message.advice)
            case _:
                pass  # only the state of the worker changes
        return []

    def _published(self, worker: WorkerProcess, part: str) -> list[UnitEnd]:
        """The ends of a whole batch, now final."""
        ends = worker.ends
        task = worker.take_task()
        return [
            UnitEnd(
                unit=task.units[end.index],
                state=UnitState.FAILED if end.problem else UnitState.DONE,
                result=end.result,
                part="" if end.problem else part,
                problem=end.problem,
                attempts=task.attempt,
                seconds=end.seconds,
            )
            for end in ends
        ]

    def _not_published(self, worker: WorkerProcess, problem: str) -> list[UnitEnd]:
        task = worker.take_task()
        again, alone = split_task(task)
        self._source.put_back(again)
        if alone is None:
            return []
        return [UnitEnd(alone, UnitState.FAILED, problem=problem, attempts=task.attempt)]

    def _look(self) -> list[UnitEnd]:
        """End the workers that exceeded a limit."""
        ended = []
        now = time.monotonic()
        self._next_look = now + POLL_SECONDS
        for worker in list(self._workers):
            # Read pending messages first: the pipe may contain the end of its unit.
            if not worker.pipe.poll() and (why := worker.exceeded_limit(now)):
                ended += self._lost(worker, why)
        return ended

    def _lost(self, worker: WorkerProcess, why: str = "") -> list[UnitEnd]:
        """Handle a worker that died or must be killed: keep what it published, split its batch."""
        self._workers.remove(worker)
        ended_by = worker.end()
        published = worker.drain_messages()
        worker.shut_down()
        why = why or ended_by
        self._tell("worker_lost", worker, why)
        if worker.task is None:
            return []
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= MAX_FAILED_STARTS:
                raise EngineError(f"worker processes do not start: each {why}")
            self._source.put_back([worker.task])
            return []
        if published is not None:
            return self._published(worker, published.part)
        if worker.publishing and (part := self._work.published(worker.task.units)) is not None:
            return self._published(worker, part)
        return self._split(worker, why)

    def _split(self, worker: WorkerProcess, why: str) -> list[UnitEnd]:
        current = worker.current
        task = worker.take_task()
        again, quarantined = tasks_after_loss(task, current)
        self._source.put_back(again)
        if quarantined is not None:
            attempts = task.attempt + task.broken
            return [
                UnitEnd(quarantined, UnitState.QUARANTINED, problem=f"{why}, twice; quarantined", attempts=attempts)
            ]
        if current is not None:
            self._tell("retried", worker, f"{task.units[current].source}: {why}; it is retried once in its own batch")
        return []

    def _forgive(self, seconds: float) -> None:
        """Exclude the caller's time from the workers' limits."""
        for worker in self._workers:
            worker.clock.forgive(seconds)

    def _tell(
        self, kind: Literal["worker_started", "worker_lost", "retried"], worker: WorkerProcess, detail: str = ""
    ) -> None:
        if self._on_event is not None:
            self._on_event(EngineEvent(kind, worker.pid, detail))
