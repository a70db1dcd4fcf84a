"""The rules of users that are active, and what the stages take from them.

Rules are in the folders of ``--rules``, in ``rules`` of the user's configuration folder, and in ``rules`` of a trusted
workspace (``userrules``). Without such a folder, no module of ``userrules`` is imported.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from tieback.user_state import RULES_FOLDER, configuration_folder, has_user_rules

if TYPE_CHECKING:
    from tieback.assess.ransom import RansomSigns
    from tieback.model.errors import InputError
    from tieback.model.report.used import RulesUsed
    from tieback.model.unit import Unit
    from tieback.probes.choose import ProbeSet
    from tieback.userrules.folders import RuleFolder, RuleReading
    from tieback.userrules.model import FieldWordsRule, UserRules


def active_rules(
    named: Sequence[Path] = (), workspace: Path | None = None, tell: Callable[[str], None] | None = None
) -> "UserRules | None":
    """The rules of users for a command; ``None`` if there are none.

    Args:
        named: folders that the user names.
        workspace: the workspace of the command.
        tell: called with one sentence if rules are not read.

    Raises:
        UsageError: a folder or file cannot be read, or has a mistake.
    """
    if not has_user_rules(named, workspace):
        return None
    from tieback.userrules.folders import refuse

    reading = read_active_rules(named, workspace, tell)
    refuse(reading.mistakes)
    return reading.rules if reading.rules.files else None


def read_active_rules(
    named: Sequence[Path] = (), workspace: Path | None = None, tell: Callable[[str], None] | None = None
) -> "RuleReading":
    """As ``active_rules``, with the mistakes as values, and an empty set if there are no rules."""
    from tieback.pipeline.rule_checks import builtin_mistakes
    from tieback.userrules.folders import RuleReading, read_rules

    reading = read_rules(_folders(named, workspace, tell))
    return RuleReading(reading.rules, (*reading.mistakes, *builtin_mistakes(reading.rules)), reading.skipped)


def _folders(
    named: Sequence[Path], workspace: Path | None, tell: Callable[[str], None] | None
) -> "Iterator[RuleFolder]":
    from tieback.userrules.folders import RuleFolder

    own = configuration_folder() / RULES_FOLDER
    if os.path.lexists(own):
        yield RuleFolder(own, "user")
    passed = []
    if workspace is not None and os.path.lexists(workspace / RULES_FOLDER):
        folder = workspace / RULES_FOLDER
        passed = [one for one in named if os.path.realpath(one) == os.path.realpath(folder)]
        why = _refusal(workspace, passed=bool(passed))
        if not why:
            yield RuleFolder(folder, "workspace")
        elif tell is not None:
            tell(f"the rules in {folder} are not used: {why}")
    for one in named:
        if one not in passed:
            yield RuleFolder(one, "option")


def _refusal(workspace: Path, *, passed: bool) -> str:
    """Why the rules of a workspace are not used, as one clause; empty if they are.

    An archive that is unpacked over a workspace can bring a rule. So the user accepts the files as they are, by passing
    their folder once, or with the whole workspace.
    """
    from tieback.storage.trust import accept_file, accepts_file, distrust

    folder = workspace / RULES_FOLDER
    if folder.is_symlink():
        return "it is a link"
    if why := distrust(workspace):
        return f"{why}; see `tieback workspace trust`"
    if passed:
        accept_file(workspace, RULES_FOLDER)
    if not accepts_file(workspace, RULES_FOLDER):
        return f"new or changed, and you did not accept them yet. Review them, then pass --rules {folder} once"
    return ""


def analysis_suffix(rules: "UserRules | None") -> str:
    """End of the version of an analysis: results that other rules gave are not used again."""
    return rules.analysis if rules is not None else ""


def with_rules(units: "Iterable[Unit | InputError]", rules: "UserRules | None") -> "Iterable[Unit | InputError]":
    """The units with the rules in their version."""
    suffix = analysis_suffix(rules)
    if not suffix:
        return units
    import msgspec

    from tieback.model.unit import Unit

    return (
        msgspec.structs.replace(one, version=one.version + suffix) if isinstance(one, Unit) else one for one in units
    )


def ransom_signs(rules: "UserRules | None") -> "RansomSigns":
    """The signs of ransom, with the names that users add."""
    from tieback.assess.ransom import RansomSigns, builtin_signs

    return RansomSigns(added=rules.ransom) if rules is not None and rules.ransom else builtin_signs()


def probe_set(rules: "UserRules | None") -> "ProbeSet":
    """The built-in probes, and those that rules of users declare."""
    from tieback.probes.choose import BUILT_IN, ProbeSet

    if rules is None or not rules.probes:
        return BUILT_IN
    from tieback.probes.declared import DeclaredProbe

    hashes = {one.path: one.sha256 for one in rules.files}
    return ProbeSet([DeclaredProbe(one, hashes[rules.places[one.id].rpartition(", line ")[0]]) for one in rules.probes])


def name_words(rules: "UserRules | None") -> "tuple[FieldWordsRule, ...]":
    """The names of fields that users add."""
    return rules.personal_data if rules is not None else ()


def rules_used(rules: "UserRules | None") -> "tuple[RulesUsed, ...]":
    """The active rule files, for reports."""
    if rules is None:
        return ()
    from tieback.model.report.used import RulesUsed

    return tuple(RulesUsed(PurePath(one.path).name, one.origin, one.sha256, one.rules) for one in rules.files)
