"""The seam of the engines: units of work in, their ends out, each exactly once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec


class Unit(msgspec.Struct, frozen=True):
    """One input to analyse."""

    key: str
    """SHA-256 of the content, lower-case hexadecimal."""
    version: str
    """Version of what analyses it."""
    source: str
    """Path to read it from."""
    size: int
    """Bytes, for balance and progress."""


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
    """What the work returned for it."""
    problem: str = ""
    """One line for people, where it is not done."""
    attempts: int = 1
    seconds: float = 0.0


class UnitLimits(msgspec.Struct, frozen=True):
    """What one unit may cost."""

    seconds: float = 120.0
    memory_bytes: int = 2 * 1024**3
    """Address space that a worker may hold beyond what it holds when idle."""


type Work = Callable[[Sequence[Unit]], Sequence[UnitEnd]]
"""Analyses a batch in a worker. Importable by name; returns one end for each unit, in order."""


class Engine(Protocol):
    """Runs work over units."""

    def run(self, work: Work, units: Iterable[Unit], limits: UnitLimits) -> Iterator[UnitEnd]:
        """Yield the end of every unit, in the order they end. Closing the iterator stops and releases the workers."""
        ...
