"""What adapters share: results from claims, and the end of a case that a tool does not take."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench.openback.peers._programs import Done, ToolError
from bench.openback.schema import Answer, Case, Claim, Result


class UnsupportedError(Exception):
    """The tool does not claim to take such an input; the text says which."""


type Decide = Callable[[Case], Iterable[Claim] | None]
"""Claims about a case; ``None``: the tool says that it does not know.

It raises ``UnsupportedError``, or ``ToolError`` if the tool gave no answer.
"""


def results(tool: str, version: str | None, cases: Iterable[Case], decide: Decide) -> Iterator[Result]:
    """A result for each case. Time and memory are left to ``run``, which measures the whole process."""
    for case in cases:
        known = version or ""
        try:
            claims = decide(case)
        except UnsupportedError as error:
            yield Result(case.id, tool, known, Answer.UNSUPPORTED, error=str(error))
        except (ToolError, ValueError, OSError) as error:
            yield Result(case.id, tool, known, Answer.FAILED, error=f"{error}"[:500] or type(error).__name__)
        else:
            if claims is None:
                yield Result(case.id, tool, known, Answer.UNDECIDED)
            else:
                yield Result(case.id, tool, known, Answer.DECIDED, tuple(dict.fromkeys(claims)))


def ended(done: Done, codes: Iterable[int] = (0,)) -> bytes:
    """The output of a program that ended well.

    Raises:
        ToolError: it exceeded a limit, or ended with another code.
    """
    if done.error:
        raise ToolError(done.error)
    if done.code not in codes:
        raise ToolError(f"ended with code {done.code}: {done.complaint.strip()[-300:]}")
    return done.output


def input_file(case: Case, folder: Path, endings: Iterable[str] = ()) -> Path:
    """The input of a case.

    Raises:
        UnsupportedError: the name has another ending.
        ToolError: there is no such file.
    """
    if (known := tuple(endings)) and not case.input.lower().endswith(known):
        raise UnsupportedError(f"reads only {', '.join(known)}")
    place = (folder / case.input).resolve()
    if not place.exists():
        raise ToolError(f"{case.input} is missing")
    return place
