"""Custom detectors of TruffleHog: YAML with ``detectors`` (https://github.com/trufflesecurity/trufflehog).

Taken over: ``regex`` with one pattern, ``keywords``, ``entropy``, and the description as the source. Detectors with
``verify`` are refused: they send what they find to a server.
"""

from collections.abc import Iterator
from pathlib import Path

from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.pipeline.rule_imports.interface import (
    MAX_RULES,
    ForeignRule,
    RefusedRule,
    RuleImport,
    convert_rules,
    read_foreign,
)
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_yaml

TOOL = "trufflehog"
_UNMAPPED = {
    "verify": "`verify` sends what it finds to a server; tieback never does. Remove it to import the pattern",
    "exclude_regexes_capture": "`exclude_regexes_capture`: a rule of tieback has no exceptions by value",
    "exclude_regexes_match": "`exclude_regexes_match`: a rule of tieback has no exceptions by value",
    "exclude_words": "`exclude_words`: a rule of tieback has no exceptions by value",
    "validations": "`validations`: a rule of tieback has only a pattern and an entropy",
}


def import_trufflehog(path: Path) -> RuleImport:
    """Map the custom detectors of a file.

    Raises:
        InputError: it cannot be read, or has no custom detectors.
    """
    root = read_yaml(RulesText(str(path), read_foreign(path)))
    detectors = root.get("detectors")
    if detectors is None or not isinstance(detectors.value, list) or not detectors.value:
        raise InputError("no `detectors`", where=str(path), advice="Pass a configuration with custom detectors")
    if len(detectors.value) > MAX_RULES:
        raise InputError(f"more than {MAX_RULES:,} detectors", where=str(path), advice="Split the file")
    return convert_rules(TOOL, _rules(detectors.value))


def _rules(detectors: list[ConfigNode]) -> Iterator[ForeignRule | RefusedRule]:
    for number, one in enumerate(detectors, start=1):
        name = _text(one, "name")[:100] or f"detector {number}"
        yield _rule(one, name)


def _rule(one: ConfigNode, name: str) -> ForeignRule | RefusedRule:
    for key, why in _UNMAPPED.items():
        node = one.get(key)
        if node is not None and node.value:
            return RefusedRule(name, why)
    patterns = dict(node.items()) if (node := one.get("regex")) is not None else {}
    if len(patterns) != 1:
        why = "no pattern" if not patterns else f"{count_text(len(patterns), 'pattern')} that must match together"
        return RefusedRule(name, why)
    (pattern,) = patterns.values()
    keywords = node.texts() if (node := one.get("keywords")) is not None else []
    try:
        entropy = float(_text(one, "entropy") or 0)
    except ValueError:
        return RefusedRule(name, "`entropy` is not a number")
    return ForeignRule(name, _text(one, "description"), pattern.text, tuple(keywords), entropy)


def _text(one: ConfigNode, key: str) -> str:
    node = one.get(key)
    return node.text if node is not None else ""
