"""Table cases of the platforms with several files: the sources of each case, and the shape of an answer."""

from collections.abc import Mapping
from typing import NamedTuple

from tieback.posture.rules.interface import PathPermissions, Permission, ProjectRulesReader, Requester
from tieback.posture.rules.source import RulesText

READ_ON = "2026-11-28"
"""The day on which the documents of these cases were read."""


class Case(NamedTuple):
    """What a file says about one requester and path."""

    name: str
    files: str | Mapping[str, str]
    """A text, or texts by their path."""
    who: str
    path: str
    expected: str
    """As ``shown`` has it."""
    source: str
    """Address of the document that says so, and its version if it has one."""


def shown(access: PathPermissions) -> str:
    """``rw``, ``r-`` …; ``o`` instead of a letter for own data only; ``?`` behind what is not decided."""
    return _sign("r", access.read) + _sign("w", access.write)


def _sign(letter: str, permission: Permission) -> str:
    sign = "-" if not permission.allowed else "o" if permission.own_only else letter
    return sign + ("" if permission.certain else "?")


def answer(reader: ProjectRulesReader, case: Case, name: str) -> str:
    """The answer of a reader; ``name`` is the path of a case with a single text."""
    files = {name: case.files} if isinstance(case.files, str) else case.files
    policy = reader.read_project([RulesText(path, text) for path, text in files.items()])
    return shown(policy.ask(Requester(case.who), case.path))
