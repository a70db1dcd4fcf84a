"""A unit of work: one input to analyse, and how its analysis ended."""

import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

_BYTES = "bytes:"
"""Start of the access of a file whose path is not UTF-8, and of several files; their bytes follow in hexadecimal."""

_NAMED = 8
"""Files of a unit that its source names."""


class Unit(msgspec.Struct, frozen=True):
    """One input to analyse."""

    key: str
    """SHA-256 of the content, lower-case hexadecimal; of several files: of their values, one after the other."""
    version: str
    """Version of the analysis."""
    source: str
    """Path of the input, or its display name if ``access`` locates it; of several files, with the names of all."""
    size: int
    """Bytes, for balancing and progress."""
    access: str = ""
    """How a worker reads the content if ``source`` is not a file. Not stored: it may contain a signature."""

    @property
    def file(self) -> Path | None:
        """The local file to read, or the first one; ``None`` if ``access`` is another kind of location."""
        if self.access.startswith(_BYTES):
            return self.files[0]
        return None if self.access else Path(self.source)

    @property
    def files(self) -> tuple[Path, ...]:
        """The local files to read as one; empty if ``access`` is another kind of location."""
        if self.access.startswith(_BYTES):
            parts = self.access.removeprefix(_BYTES).split(",")
            return tuple(Path(os.fsdecode(bytes.fromhex(part))) for part in parts)
        return () if self.access else (Path(self.source),)

    def __repr__(self) -> str:
        """Without ``access``, because logs of a cluster print the arguments of a task."""
        return f"Unit({self.key!r}, {self.version!r}, {self.source!r}, {self.size!r})"


def path_text(path: Path) -> str:
    """A path as text that every format can store; a byte that is not UTF-8 becomes a backslash, x and two digits."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def file_unit(key: str, version: str, path: Path, size: int) -> Unit:
    """The unit of a local file, whatever the bytes of its path."""
    raw, source = os.fsencode(path), path_text(path)
    return Unit(key, version, source, size, "" if os.fsencode(source) == raw else f"{_BYTES}{raw.hex()}")


def files_unit(key: str, version: str, paths: Sequence[Path], size: int) -> Unit:
    """The unit of local files of one folder that are read as one; its source names them."""
    access = _BYTES + ",".join(os.fsencode(path).hex() for path in paths)
    names = [path_text(paths[0]), *(path_text(Path(path.name)) for path in paths[1:_NAMED])]
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return Unit(key, version, ", ".join(names) + more, size, access)


class UnitState(StrEnum):
    """How a unit ended."""

    DONE = "done"
    FAILED = "failed"
    """The analysis of this unit raised an error; ``problem`` contains it."""
    QUARANTINED = "quarantined"
    """Crashed the worker or exceeded a limit twice, the second time alone in its batch."""


class UnitEnd(msgspec.Struct, frozen=True):
    """The end of one unit."""

    unit: Unit
    state: UnitState
    result: bytes = b""
    """``Work.summary`` of its result."""
    part: str = ""
    """Name of the part with its results; empty if nothing was published."""
    problem: str = ""
    """One line for the user if the unit is not done; without the source, which is in ``unit``."""
    attempts: int = 1
    """Number of attempts; more than 1 if an earlier attempt lost its worker."""
    seconds: float = 0.0
    """Duration of its analysis, without the publication of its batch."""
