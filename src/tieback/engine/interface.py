"""The seam of the engines: units of work in, their ends out, each exactly once.

An engine cuts the units into batches. In a worker, each unit of a batch is analysed on its own, then the results of the
batch are published in one atomic step, and only then do the ends leave the engine. A unit that ends as ``DONE`` is
therefore published, and whatever is killed before that is analysed again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

import msgspec

from tieback.model.errors import TiebackError
from tieback.model.unit import Unit, UnitEnd


class UnitLimits(msgspec.Struct, frozen=True):
    """What one unit may cost."""

    seconds: float = 120.0
    """From its begin to its end; the publication of a batch may take as long again."""
    memory_bytes: int = 2 * 1024**3
    """Private writable memory that a worker may hold beyond what it holds when idle."""


class Work[R](Protocol):
    """What is done to units: a value that can be pickled, of a class that can be imported by name.

    Subclass it. ``analyse``, ``summary`` and ``publish`` run in a worker, ``published`` where the engine runs.
    """

    def analyse(self, unit: Unit) -> R:
        """Analyse one unit. Any exception makes this unit ``FAILED`` and leaves the others alone."""
        ...

    def summary(self, result: R) -> bytes:  # noqa: ARG002 - a default for works that send nothing back
        """What goes back to the caller with the unit's end; keep it small, it crosses a pipe."""
        return b""

    def publish(self, batch: Sequence[Unit], results: Sequence[tuple[Unit, R]]) -> str:  # noqa: ARG002 - as above
        """Make the results of a batch permanent in one atomic step and return the name of the part.

        Args:
            batch: every unit of the batch. Called again with the same batch, it must leave one part, not two.
            results: those that were analysed without an error; never empty.

        Raises:
            TiebackError: nothing can be published (a full disk); the engine stops and raises it.
            Exception: something in these results cannot be published; the engine narrows down which and fails that one.
        """
        return ""

    def published(self, batch: Sequence[Unit]) -> str | None:  # noqa: ARG002 - as above
        """The part's name where ``publish`` has finished for exactly this batch, else ``None``.

        Asked when a worker was lost while it published. Work that keeps nothing leaves it at ``None``.
        """
        return None


class EngineError(TiebackError):
    """The engine itself cannot go on: workers do not start, or the work cannot be imported there."""


class EngineEvent(msgspec.Struct, frozen=True):
    """Something a person who watches the engine may want to know."""

    kind: Literal["worker_started", "worker_lost", "retried", "members"]
    """The last one: something about the members of a cluster."""
    pid: int
    """Of a process of this machine, else 0."""
    detail: str = ""
    """One line: why the worker was lost, or which unit is tried once more."""


class Engine(Protocol):
    """Runs work over units."""

    def run[R](self, work: Work[R], units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        """Yield the end of every unit, in the order they end. Closing the iterator stops and releases the workers.

        Raises:
            EngineError: no worker can be started.
            TiebackError: raised by ``Work.publish``.
        """
        ...
