"""Rules that users of the server's account added, as its next run uses them. The pages cannot change one."""

from pathlib import PurePath

import msgspec

from tieback.model.report.used import RulesUsed
from tieback.pipeline.rule_sets import read_active_rules, rules_used
from tieback.storage.workspace import Workspace
from tieback.user_state import has_user_rules


class UserRuleItem(msgspec.Struct, frozen=True, kw_only=True):
    """One active rule."""

    id: str
    kind: str
    """Table of the rule file, such as ``credential``."""
    what: str
    source: str
    """Where the rule is known from."""
    file: str
    """Name of the file, without folders."""
    line: int


class RuleProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A mistake in a rule file: as long as there is one, no run starts."""

    file: str
    line: int
    what: str


class RulesPage(msgspec.Struct, frozen=True, kw_only=True):
    """The active rules of users."""

    files: tuple[RulesUsed, ...]
    rules: tuple[UserRuleItem, ...]
    problems: tuple[RuleProblem, ...]
    note: str
    """Why rules of the workspace are not used, as one sentence; empty if they are, or if there are none."""
    skipped: tuple[str, ...] = ()
    """Files of the folders that are no rule files: how many, and why, by folder and reason."""


def rules_page(workspace: Workspace) -> RulesPage:
    """The rules of the configuration folder and of the workspace. Raises ``UsageError`` if a folder cannot be read."""
    if not has_user_rules((), workspace.directory):
        return RulesPage(files=(), rules=(), problems=(), note="")
    from tieback.pipeline.rule_checks import user_rule_rows

    notes: list[str] = []
    reading = read_active_rules((), workspace.directory, notes.append)
    return RulesPage(
        files=rules_used(reading.rules),
        rules=tuple(
            UserRuleItem(
                id=row.rule, kind=row.kind, what=row.what, source=row.source, file=_name(row.file), line=row.line
            )
            for row in user_rule_rows(reading.rules)
        ),
        problems=tuple(RuleProblem(file=_name(one.file), line=one.line, what=one.what) for one in reading.mistakes),
        note=" ".join(notes),
        skipped=tuple(f"{_name(one.where)}: {one.text}" for one in reading.skipped),
    )


def _name(path: str) -> str:
    return PurePath(path).name
