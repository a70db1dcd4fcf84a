"""Rules of gitleaks: TOML with ``[[rules]]``, as ``gitleaks.toml`` (https://github.com/gitleaks/gitleaks).

Taken over: ``regex`` (RE2 in both tools), ``keywords``, ``entropy``, ``secretGroup``, and the description as the
source.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tieback.model.errors import InputError
from tieback.pipeline.rule_imports.interface import (
    MAX_RULES,
    ForeignRule,
    RefusedRule,
    RuleImport,
    convert_rules,
    read_foreign,
)
from tieback.userrules.parse import MAX_LINE

TOOL = "gitleaks"
_UNMAPPED = {
    "path": "`path`: a rule of tieback applies to all files of an app",
    "allowlists": "`allowlists`: a rule of tieback has no exceptions by value",
    "allowlist": "`allowlist`: a rule of tieback has no exceptions by value",
    "required": "`required`: a rule of tieback does not depend on another one",
    "skipReport": "`skipReport`: it only serves other rules",
}


class _Rule(msgspec.Struct, frozen=True):
    id: str
    regex: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    entropy: float = 0.0
    secretGroup: int = 0  # noqa: N815 - the key of the file


def import_gitleaks(path: Path) -> RuleImport:
    """Map the rules of a file.

    Raises:
        InputError: it cannot be read, or has no rules of gitleaks.
    """
    text = read_foreign(path)
    if max(map(len, text.split("\n"))) > MAX_LINE:
        raise InputError(f"a line of more than {MAX_LINE:,} characters", where=str(path), advice="Split the line")
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not TOML ({error})", where=str(path), advice="Pass a rule file of gitleaks") from None
    rules = tables.get("rules")
    if not isinstance(rules, list) or not rules:
        raise InputError("no [[rules]]", where=str(path), advice="Pass a rule file of gitleaks")
    if len(rules) > MAX_RULES:
        raise InputError(f"more than {MAX_RULES:,} rules", where=str(path), advice="Split the file")
    return convert_rules(TOOL, map(_rule, rules), tuple(_notes(tables)))


def _rule(row: Any) -> ForeignRule | RefusedRule:
    name = str(row.get("id", ""))[:100] if isinstance(row, dict) else ""
    try:
        rule = msgspec.convert(row, _Rule)
    except msgspec.ValidationError as error:
        return RefusedRule(name or "without id", f"not a rule of gitleaks ({error})"[:300])
    for key, why in _UNMAPPED.items():
        if row.get(key):
            return RefusedRule(rule.id, why)
    return ForeignRule(
        rule.id, rule.description, rule.regex, tuple(rule.keywords), float(rule.entropy), rule.secretGroup
    )


def _notes(tables: dict[str, Any]) -> Iterator[str]:
    if tables.get("allowlist") or tables.get("allowlists"):
        yield "The allowlist of the whole file was not taken over: tieback has its own rules for placeholders."
    if tables.get("extend"):
        yield "`extend` was not followed: import that file, too."
