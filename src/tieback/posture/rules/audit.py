"""Audit of rules files: one answer per requester and path."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Severity
from tieback.posture.rules import reader_for, reader_named
from tieback.posture.rules.interface import (
    EXPIRED,
    PathPermissions,
    Permission,
    ProjectRulesReader,
    Requester,
    RulesPolicy,
    TimedRulesReader,
)
from tieback.posture.rules.part import RulesPart
from tieback.posture.rules.source import RulesText, load_text
from tieback.posture.rules.sql.project import read_files, read_folder
from tieback.posture.rules.sql.server import find_isolation
from tieback.posture.rules.sql.verify import Verified, confirmed
from tieback.posture.rules.sql.verify import verify as run_verification
from tieback.posture.rules.sql_policies import SqlPolicies, SqlSchema

SECONDS = 10.0
"""Time limit for the answers of one file, in seconds: thousands of rules times thousands of paths are not evaluated."""

_WRITES = ("insert", "update", "delete")
MAX_PROJECT_BYTES = 32 << 20
"""Most bytes of the files that are read as one state."""
_PROJECT = 12
"""Most time limits of one file that a project gets."""


class RulesAnswer(msgspec.Struct, frozen=True, rename={"who": "as"}):
    """Access of a requester to one path of one file."""

    file: str
    """The rules file."""
    kind: str
    """The grammar, as in ``--kind``."""
    who: Requester
    """Who requests access."""
    path: str
    """The path that access was decided for."""
    read: bool
    """True if reading is allowed."""
    write: bool
    """True if writing is allowed."""
    line: int
    """The line that decides, allowed before denied access and read before write access; 0 if there is none."""
    rule: str
    """Text of the rule that decides."""
    certain: bool
    """False if something outside the file decides."""
    request: str
    """A request that passes; empty if there is none."""
    reason: str
    """Why access is allowed or denied."""
    read_by: Permission
    """What decides about reading."""
    write_by: Permission
    """What decides about writing."""
    lints: tuple[str, ...] = ()
    """Checks of Supabase's linter that match the path."""
    database: str = ""
    """The database, instance or bucket that the rules are for, if ``firebase.json`` names it."""

    def is_equivalent(self, other: "RulesAnswer") -> bool:
        """True if the answer for another requester has the same content and the same lines."""

        def told(one: "RulesAnswer") -> tuple[object, ...]:
            return (one.file, one.path, one.read, one.write, one.certain, one.read_by.line, one.write_by.line)

        return self.who is not other.who and told(self) == told(other)

    @property
    def is_expired(self) -> bool:
        """True if a rule allowed this access before a date, such as one of the test mode."""
        return EXPIRED in (self.read_by.reason, self.write_by.reason)

    @property
    def severity(self) -> Severity | None:
        """Severity of this access for an external requester; ``None`` if access is denied.

        Access that is not certain, and access only to the requester's own data, is low.
        """
        if not self.read and not self.write:
            return None
        reads, writes = (
            permit.allowed and permit.certain and not permit.own_only for permit in (self.read_by, self.write_by)
        )
        if not reads and not writes:
            return Severity.LOW
        if self.who is Requester.ANY_USER:
            return Severity.MEDIUM
        return Severity.CRITICAL if writes else Severity.HIGH


def audit_rules(
    file: Path | tuple[Path, ...] | RulesPart,
    strangers: Sequence[Requester],
    paths: Sequence[str] = (),
    kind: str = "",
    at: datetime | None = None,
    *,
    verify: bool = False,
) -> Iterator[RulesAnswer]:
    """Read a file and evaluate it.

    Args:
        file: the rules; a folder is a Supabase project, and several files are migrations of one database.
            A part of a folder has its own reader.
        strangers: requesters to evaluate.
        paths: paths to evaluate; by default all paths in the file.
        kind: name of its grammar; by default detected from its content.
        at: the time for conditions on time; by default now.
        verify: load SQL into a throw-away PostgreSQL, and add its answers.

    Raises:
        InputError: the file cannot be read or has an error; or the time limit was reached before all paths were
            evaluated. The answers before that are valid.
        UsageError: the grammar is unknown, no grammar recognises the file, or ``verify`` is not possible.
    """
    part = file if isinstance(file, RulesPart) else None
    label = str(part.label if part is not None else file[0].parent if isinstance(file, tuple) else file)
    errors: list[InputError] = []
    policy: RulesPolicy
    texts: list[RulesText] = []
    if isinstance(file, RulesPart):
        texts = _texts(file.files)
        reader = reader_named(file.kind)
        if at is not None and isinstance(reader, TimedRulesReader):
            reader = reader.at(at)
        grammar = file.kind
        policy = reader.read_project(texts) if isinstance(reader, ProjectRulesReader) else reader.read(texts[0])
    elif isinstance(file, tuple) or file.is_dir():
        read = read_files(file) if isinstance(file, tuple) else read_folder(file)
        policy, errors, grammar, texts = read.schema, read.errors, SqlPolicies.meta.name, read.texts
    else:
        text = load_text(file)
        reader = reader_named(kind) if kind else reader_for(text)
        if at is not None and isinstance(reader, TimedRulesReader):
            reader = reader.at(at)
        policy, grammar, texts = reader.read(text), reader.meta.name, [text]
    verified = _verified(policy, texts, label) if verify else None
    wanted: Iterable[str] = paths or policy.paths()
    seconds = SECONDS * min(max(len(texts), 1), _PROJECT)
    deadline = time.monotonic() + seconds
    for asked, path in enumerate(wanted):
        if asked and time.monotonic() > deadline:
            raise InputError(
                f"only the first {count_text(asked, 'path was', 'paths were')} evaluated within {seconds:g} s",
                where=label,
                advice="Evaluate the others with --path",
            )
        for who in strangers:
            verdict = policy.ask(who, path)
            if verified is not None and isinstance(policy, SqlSchema):
                verdict = _checked(verified, who, policy.label(path), verdict)
            decisive = verdict.decisive
            yield RulesAnswer(
                decisive.file or label,
                grammar,
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
                policy.lints(path) if isinstance(policy, SqlSchema) else (),
                part.database if part is not None else "",
            )
    if errors:
        raise errors[0]


def _texts(files: Sequence[Path]) -> list[RulesText]:
    """The files of a part, at most ``MAX_PROJECT_BYTES`` in all."""
    texts: list[RulesText] = []
    total = 0
    for file in files:
        texts.append(load_text(file))
        total += len(texts[-1].text)
        if total > MAX_PROJECT_BYTES:
            raise InputError(
                f"longer than {MAX_PROJECT_BYTES >> 20} MiB in all", where=str(file), advice="Name fewer files"
            )
    return texts


def _verified(policy: RulesPolicy, texts: Sequence[RulesText], label: str) -> Verified:
    if not isinstance(policy, SqlSchema):
        raise UsageError("only SQL can be verified", where=label, advice="Leave out --verify")
    return run_verification(policy.database, texts, find_isolation())


def _checked(verified: Verified, who: Requester, path: str, answer: PathPermissions) -> PathPermissions:
    reads, writes = (("call",), ("change",)) if path.startswith("rpc/") else (("select",), _WRITES)
    return PathPermissions(
        confirmed(verified, who, path, reads, answer.read), confirmed(verified, who, path, writes, answer.write)
    )
