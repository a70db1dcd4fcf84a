"""A unit of work: one input to analyse, and how its analysis ended."""

from enum import StrEnum

import msgspec


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
    QUARANTINED = "quarantined"
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
