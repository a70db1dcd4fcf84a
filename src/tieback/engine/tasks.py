"""Batches of units: how the stream of units is split, and what happens to a batch that lost its worker."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tieback.model.unit import Unit

BATCH_BYTES = 256 * 1024 * 1024
"""A batch is closed when its inputs reach this size in bytes, to limit the work lost with a worker."""


class Task(msgspec.Struct, frozen=True):
    """A batch of units on its way through the workers."""

    units: tuple[Unit, ...]
    attempt: int = 1
    """2 for a unit that is retried, alone."""
    broken: int = 0
    """How often this batch lost its worker while no unit was running."""


class TaskSource:
    """Splits a stream of units into tasks; reads ahead at most one batch per worker.

    Returned tasks come first. Near the end of the stream, batches become smaller, so that all workers finish together.
    A batch prefers units from the same location as its first unit.

    Args:
        units: the stream.
        workers: number of concurrent batches.
        batch: maximum number of units in a batch.
        least: minimum number of units in a batch, regardless of size; beyond that, ``BATCH_BYTES`` closes it.
    """

    def __init__(self, units: Iterable[Unit], workers: int, batch: int, least: int = 1) -> None:
        self._stream: Iterator[Unit] = iter(units)
        self._workers = workers
        self._batch = batch
        self._least = least
        self._ahead: deque[Unit] = deque()
        self._returned: deque[Task] = deque()
        self._dry = False

    def put_back(self, tasks: Sequence[Task]) -> None:
        """Put back tasks that must run again; they run in this order, before all others."""
        self._returned.extendleft(reversed(tasks))

    def take(self) -> Task | None:
        """The next task; ``None`` if there is none now (tasks may still be put back)."""
        if self._returned:
            return self._returned.popleft()
        self._read_ahead()
        if not self._ahead:
            return None
        count = self._batch
        if self._dry:
            count = min(count, -(-len(self._ahead) // (2 * self._workers)))
        self._bring_together(count)
        units = [self._ahead.popleft()]
        size = units[0].size
        while (
            self._ahead
            and len(units) < count
            and (len(units) < self._least or size + self._ahead[0].size <= BATCH_BYTES)
        ):
            size += self._ahead[0].size
            units.append(self._ahead.popleft())
        return Task(tuple(units))

    def set_workers(self, workers: int) -> None:
        """Set the number of concurrent batches: members of a cluster come and go."""
        self._workers = max(1, workers)

    def _bring_together(self, count: int) -> None:
        """Move units from the location of the first unit to the front, at most one batch; otherwise keep the order."""
        here = locality(self._ahead[0].source)
        if all(locality(unit.source) == here for unit in itertools.islice(self._ahead, count)):
            return
        near: list[Unit] = []
        others: list[Unit] = []
        for unit in self._ahead:
            (near if len(near) < count and locality(unit.source) == here else others).append(unit)
        self._ahead = deque(near + others)

    def _read_ahead(self) -> None:
        if self._dry:
            return
        missing = max(0, self._batch * self._workers - len(self._ahead))
        before = len(self._ahead)
        self._ahead.extend(itertools.islice(self._stream, missing))
        self._dry = len(self._ahead) < before + missing


def locality(source: str) -> str:
    """The location of a unit that matters for a reader: bucket and folder of a URL, else empty.

    Members of a shard name the shard: ``s3://bucket/shard.tar#member``.
    """
    if "://" not in source:
        return ""
    whole, shard, _ = source.partition("#")
    return whole if shard else whole.rpartition("/")[0]


def tasks_after_loss(task: Task, current: int | None) -> tuple[list[Task], Unit | None]:
    """What to do after a worker was lost with ``task``: the tasks to run again, and the unit to quarantine, if any.

    Args:
        task: the unpublished batch of the worker.
        current: position of the running unit; ``None`` if the worker was between units or publishing.
    """
    if current is not None:
        unit = task.units[current]
        if task.attempt > 1:
            again, quarantined = [], unit
        else:
            again, quarantined = [Task((unit,), task.attempt + 1)], None
        return [Task(rest) for rest in (task.units[:current], task.units[current + 1 :]) if rest] + again, quarantined
    if not task.broken:
        return [msgspec.structs.replace(task, broken=1)], None
    halves, unit_alone = split_task(task)
    return halves, unit_alone


def split_task(task: Task) -> tuple[list[Task], Unit | None]:
    """Bisect a batch that cannot be published: two halves, or the single unit."""
    if len(task.units) == 1:
        return [], task.units[0]
    middle = len(task.units) // 2
    return [Task(task.units[:middle], task.attempt), Task(task.units[middle:], task.attempt)], None
