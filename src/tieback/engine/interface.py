"""The seam of the engines: units of work in, their ends out, each exactly once.

An engine cuts the units into batches. In a worker, each unit of a batch is analysed on its own, then the results of the
batch are published in one atomic step, and only then do the ends leave the engine. A unit that ends as ``DONE`` is
therefore published, and whatever is killed before that is analysed again.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Literal, Protocol

import msgspec

from tieback.model.errors import TiebackError


class Unit(msgspec.Struct, frozen=True):
    """One input to analyse."""

    key: str
    """SHA-256 of the content, lower-case hexadecimal."""
    version: str
    """Version of what analyses it."""
    source: str
    """Path to read it from, or what names it where ``access`` says how."""
    size: int
    """Bytes, for balance and progress."""
    access: str = ""
    """How a worker gets at the content where ``source`` is no file. Kept nowhere: it may hold a signature."""

    def __repr__(self) -> str:
        """Without ``access``: logs of a cluster print what a task was given."""
        return f"Unit({self.key!r}, {self.version!r}, {self.source!r}, {self.size!r})"


class UnitState(StrEnum):
    """How a unit ended."""

    DONE = "done"
    FAILED = "failed"
    """The work raised an error for this unit; it says which."""
    POISON = "poison"
    """It killed its worker, or passed its time or memory limit, twice: alone the second time."""


class UnitEnd(msgspec.Struct, frozen=True):
    """The end of one unit."""

    unit: Unit
    state: UnitState
    result: bytes = b""
    """What ``Work.summary`` said of its result."""
    part: str = ""
    """Name under which its results were published; empty where nothing was."""
    problem: str = ""
    """One line for people, where it is not done; without the source, which stands in ``unit``."""
    attempts: int = 1
    """How often it was begun, where an earlier attempt took its worker along."""
    seconds: float = 0.0
    """Time of its analysis, without the publication of its batch."""


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
