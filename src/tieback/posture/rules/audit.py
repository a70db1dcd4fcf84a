"""What files of rules answer, one document a stranger and path."""

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
"""For the answers of one file: thousands of rules times thousands of paths are not asked to their end."""


class Answer(msgspec.Struct, frozen=True, rename={"who": "as"}):
    """What a stranger may do at one path of one file."""

    file: str
    kind: str
    """The grammar, as ``--kind`` takes it."""
    who: Stranger
    path: str
    read: bool
    write: bool
    line: int
    """The line that decides: of what is allowed before what is not, of reading before writing; 0 where none does."""
    rule: str
    certain: bool
    request: str
    """A request that passes; empty where none does."""
    reason: str
    read_by: Permit
    write_by: Permit

    def says_as_much_as(self, other: "Answer") -> bool:
        """Whether another stranger's answer to the same question is the same, of the same lines."""

        def told(one: "Answer") -> tuple[object, ...]:
            return (one.file, one.path, one.read, one.write, one.certain, one.read_by.line, one.write_by.line)

        return self.who is not other.who and told(self) == told(other)

    @property
    def severity(self) -> Severity | None:
        """How bad it is that strangers may do this; ``None`` where they may nothing."""
        permits = [permit for permit in (self.read_by, self.write_by) if permit.allowed]
        if not permits:
            return None
        if not any(permit.certain for permit in permits):
            return Severity.LOW
        if self.who is Stranger.ANY_USER:
            return Severity.MEDIUM
        return Severity.CRITICAL if self.write and self.write_by.certain else Severity.HIGH


def answers(file: Path, strangers: Sequence[Stranger], paths: Sequence[str] = (), kind: str = "") -> Iterator[Answer]:
    """Read a file and ask it.

    Args:
        file: the rules.
        strangers: who asks.
        paths: where; all that the file speaks of by default.
        kind: the name of its grammar; told by its content by default.

    Raises:
        InputError: it cannot be read or has a mistake; or not all paths could be asked in time: what was answered till
            then holds.
        UsageError: no grammar is named so, or none recognises the file.
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
