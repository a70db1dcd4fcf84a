"""Evaluates rules files: one document per identity and path."""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from tieback.model.errors import InputError
from tieback.model.exposure import Severity
from tieback.posture.rules import reader_for, reader_named
from tieback.posture.rules.interface import Permit, Stranger
from tieback.posture.rules.source import load_text

SECONDS = 10.0
"""Time limit for the evaluation of one file, in seconds."""


class Answer(msgspec.Struct, frozen=True, rename={"who": "as"}):
    """Access of an identity to one path of one file."""

    file: str
    kind: str
    """Kind of the file, as in ``--kind``."""
    who: Stranger
    path: str
    read: bool
    write: bool
    line: int
    """The line that decides, allowed before denied and read before write; 0 if there is none."""
    rule: str
    certain: bool
    request: str
    """A request that is allowed; empty if there is none."""
    reason: str
    read_by: Permit
    write_by: Permit

    def says_as_much_as(self, other: "Answer") -> bool:
        """True if another identity has the same access, by the same lines."""

        def told(one: "Answer") -> tuple[object, ...]:
            return (one.file, one.path, one.read, one.write, one.certain, one.read_by.line, one.write_by.line)

        return self.who is not other.who and told(self) == told(other)

    @property
    def severity(self) -> Severity | None:
        """Severity of this access; ``None`` if nothing is allowed."""
        permits = [permit for permit in (self.read_by, self.write_by) if permit.allowed]
        if not permits:
            return None
        if not any(permit.certain for permit in permits):
            return Severity.LOW
        if self.who is Stranger.ANY_USER:
            return Severity.MEDIUM
        return Severity.CRITICAL if self.write and self.write_by.certain else Severity.HIGH


def answers(file: Path, strangers: Sequence[Stranger], paths: Sequence[str] = (), kind: str = "") -> Iterator[Answer]:
    """Read a file and evaluate it.

    Args:
        file: the rules file.
        strangers: the identities to evaluate.
        paths: the paths to evaluate; default: all paths in the file.
        kind: kind of the file; default: detected from its content.

    Raises:
        InputError: the file cannot be read or is invalid, or not all paths could be evaluated in time. Earlier
            answers remain valid.
        UsageError: unknown kind, or no reader recognises the file.
    """
    text = load_text(file)
    reader = reader_named(kind) if kind else reader_for(text)
    policy = reader.read(text)
    wanted: Iterable[str] = paths or policy.paths()
    deadline = time.monotonic() + SECONDS
    for asked, path in enumerate(wanted):
        if asked and time.monotonic() > deadline:
            raise InputError(
                f"only the first {asked:,} paths were evaluated within {SECONDS:g} s",
                where=str(file),
                advice="Evaluate the others with --path",
            )
        for who in strangers:
            verdict = policy.ask(who, path)
            decisive = verdict.decisive
            yield Answer(
                str(file),
                reader.meta.name,
                who,
                path,
                verdict.read.allowed,
                verdict.write.allowed,
                decisive.line,
                decisive.rule,
                verdict.read.certain and verdict.write.certain,
                decisive.request,
                decisive.reason,
                verdict.read,
                verdict.write,
            )
