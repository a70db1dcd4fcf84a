"""Interface of the engines: units of work in, their ends out, each exactly once.

An engine groups units into batches. A worker analyses each unit of a batch separately, then publishes the results of
the batch in one atomic step; only then does the engine report the ends. A unit that ends as ``DONE`` is therefore
published, and a unit interrupted before that is analysed again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

import msgspec

from tieback.model.errors import TiebackError
from tieback.model.unit import Unit, UnitEnd

SLOWEST_READ = 4 * 1024**2
"""Bytes per second: a large capture on a busy machine may take this much longer. Packets cost the most per byte."""


class UnitLimits(msgspec.Struct, frozen=True):
    """Resource limits of one unit."""

    seconds: float = 120.0
    """Time limit of the analysis of a small unit; the publication of a batch may take as long again. Waiting for a
    processor does not count (``engine.waiting``)."""
    memory_bytes: int = 2 * 1024**3
    """Private writable memory of a worker beyond its idle memory."""

    def seconds_for(self, size: int) -> float:
        """Time limit for the analysis of so many bytes."""
        return self.seconds + size / SLOWEST_READ


class Work[R](Protocol):
    """What is done with units: a picklable value of a class that can be imported by name.

    Subclass it. ``analyse``, ``summary`` and ``publish`` run in a worker; ``published`` runs where the engine runs.
    """

    def analyse(self, unit: Unit) -> R:
        """Analyse one unit. An exception makes this unit ``FAILED`` and does not affect the others."""
        ...

    def summary(self, result: R) -> bytes:  # noqa: ARG002 - a default for works that send nothing back
        """Data returned to the caller with the unit's end; keep it small, it crosses a pipe."""
        return b""

    def publish(self, batch: Sequence[Unit], results: Sequence[tuple[Unit, R]]) -> str:  # noqa: ARG002 - as above
        """Store the results of a batch in one atomic step; returns the name of the part.

        Args:
            batch: every unit of the batch. A second call with the same batch must leave one part, not two.
            results: units analysed without an error; never empty.

        Raises:
            TiebackError: nothing can be published (a full disk); the engine stops and raises this error.
            Exception: some result cannot be published; the engine bisects the batch and fails that unit.
        """
        return ""

    def published(self, batch: Sequence[Unit]) -> str | None:  # noqa: ARG002 - as above
        """The name of the part if ``publish`` has finished for exactly this batch, else ``None``.

        Called if a worker was lost while it published. Work that stores nothing returns ``None``.
        """
        return None


class EngineError(TiebackError):
    """The engine itself cannot continue: workers do not start, or cannot import the work."""


class EngineEvent(msgspec.Struct, frozen=True):
    """An event for a person who watches the engine."""

    kind: Literal["worker_started", "worker_lost", "retried", "members"]
    """``members``: an event about the members of a cluster."""
    pid: int
    """A process of this machine, else 0."""
    detail: str = ""
    """One line: why the worker was lost, or which unit is retried."""


class Engine(Protocol):
    """Runs work over units."""

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        """Yield the end of every unit, in order of completion. Closing the iterator stops and releases the workers.

        Raises:
            EngineError: no worker can be started.
            TiebackError: raised by ``Work.publish``.
        """
        ...
