"""Errors of tieback's own code in one part of an app: they become a problem, and what else was found stays."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tieback.model.errors import TiebackError
from tieback.model.sighting import Problem, UnreadKind
from tieback.recognise.interface import Find

RAISED = False
"""True in tests and fuzzing: the errors are raised there, so that nobody overlooks them."""


def failure(error: Exception, where: str) -> Problem:
    """The problem for an error that nobody expected in a file.

    Args:
        error: what was raised.
        where: the file that was read.

    Raises:
        TiebackError: ``error`` is one, such as the stop of a run.
        MemoryError: ``error`` is one; the limit of the process is not that of a file.
        Exception: ``error``, if ``RAISED``.
    """
    if RAISED or isinstance(error, TiebackError | MemoryError):
        raise error
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = f"an error of tieback ended the search of this part ({type(error).__name__}{place})"
    return Problem(f"{what}; please report it with the file", where, UnreadKind.FAILED)


def guarded(finds: Iterable[Find], where: str) -> Iterator[Find]:
    """The finds; a problem in place of those behind an error."""
    try:
        yield from finds
    except Exception as error:  # noqa: BLE001 - whatever a file makes the code raise
        yield failure(error, where)
