"""What an importer returns, and the mapping that they share: a pattern with keywords becomes a ``[[credential]]``.

The tools match a pattern in any file that contains a keyword. A rule of tieback has texts (anchors) of which one is in
every match. So a keyword must be a part of the pattern.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.userrules.parse import RuleMistake, parse_rules

MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_RULES = 10_000
NEEDS_EXAMPLES = "# Add texts to `accept` that the rule must recognise, and texts to `reject` that it must not."
_SHORTEST_ANCHOR, _LONGEST_ANCHOR = 4, 64
_MAX_ANCHORS = 20
_LONG = 200
"""A pattern with a longer repetition needs a longer text after the keyword."""
_GROUP = re.compile(
    r"\\.|\[(?:\^?\]|\^)?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]|\((?:\?(?:P?<\w+>|[a-zA-Z-]*[:)])?)?", re.DOTALL
)
"""What may contain or open a group: an escape, a class of characters, or a parenthesis with what follows ``?``."""
_REPEATED = re.compile(r"(?<!\\)[*+]|\{([0-9]+)(,?)([0-9]*)\}")


class ForeignRule(msgspec.Struct, frozen=True):
    """A rule of another tool: a pattern, and the keywords of which one must be in the text."""

    name: str
    about: str
    pattern: str
    keywords: tuple[str, ...]
    entropy: float = 0.0
    group: int = 0
    """Number of the group with the secret; 0: the only group, or the whole match."""


class ImportedRule(msgspec.Struct, frozen=True):
    """A rule of tieback, without examples."""

    name: str
    """Name in the other tool."""
    id: str
    toml: str


class RefusedRule(msgspec.Struct, frozen=True):
    """A rule that does not map."""

    name: str
    why: str
    """One clause."""


class RuleImport(msgspec.Struct, frozen=True):
    """The result of an import."""

    tool: str
    rules: tuple[ImportedRule, ...]
    refused: tuple[RefusedRule, ...]
    notes: tuple[str, ...] = ()
    """What of the file, besides rules, was not taken over; one sentence each."""

    @property
    def text(self) -> str:
        """The rule file, without the examples that ``tieback rules check`` demands."""
        every = count_text(len(self.rules) + len(self.refused), "rule")
        head = (
            f"# Imported from {self.tool}: {len(self.rules):,} of {every}.\n"
            "# Every rule needs examples before it is used.\n"
            "# Check with `tieback rules check`, then `tieback rules test`.\n"
        )
        return "\n".join((head, *(rule.toml for rule in self.rules)))


def read_foreign(path: Path) -> str:
    """The text of a rule file of another tool.

    Raises:
        InputError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise InputError(f"larger than {MAX_FILE_BYTES >> 20} MiB", where=str(path), advice="Split the file")
        return data.decode()
    except OSError as error:
        why = f"cannot be read ({error.strerror or error})"
        raise InputError(why, where=str(path), advice="Check the path and permissions") from None
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", where=str(path), advice="Pass a rule file of the tool") from None


def convert_rules(tool: str, rules: Iterable[ForeignRule | RefusedRule], notes: Sequence[str] = ()) -> RuleImport:
    """Map rules; each one becomes a rule of tieback or a refusal."""
    done: list[ImportedRule] = []
    refused: list[RefusedRule] = []
    seen: set[str] = set()
    for one in rules:
        end = one if isinstance(one, RefusedRule) else _convert(tool, one)
        if isinstance(end, ImportedRule) and end.id in seen:
            end = RefusedRule(end.name, "another rule of the file has the same name")
        if isinstance(end, ImportedRule):
            seen.add(end.id)
            done.append(end)
        else:
            refused.append(end)
    return RuleImport(tool, tuple(done), tuple(refused), tuple(notes))


def _convert(tool: str, rule: ForeignRule) -> ImportedRule | RefusedRule:
    if why := next(_keyword_problems(rule), ""):
        return RefusedRule(rule.name, why)
    pattern = _with_secret(rule.pattern, rule.group)
    if pattern is None:
        return RefusedRule(rule.name, "several groups, and it is not stated which of them is the secret")
    rule_id = f"{tool}.{re.sub(r'[^a-z0-9_.-]+', '-', rule.name.lower()).strip('-')}"[:64]
    anchors = tuple(dict.fromkeys(rule.keywords))
    about = " ".join(f"{tool} rule {rule.name}: {rule.about}".split())[:500]
    lines = [
        "[[credential]]",
        f"id = {_text(rule_id)}",
        f"names = {_text(' '.join(re.split('[-_. ]+', rule.name))[:200])}",
        f"source = {_text(about)}",
        f"anchors = [{', '.join(map(_text, anchors))}]",
        "caseless = true",
        f"pattern = {_literal(pattern)}",
        f"entropy = {min(max(rule.entropy, 0.0), 6.0):g}",
        "back = 128",
        f"ahead = {1024 if _is_long(pattern) else 256}",
    ]
    body = "\n".join(lines)
    checked = next(iter(parse_rules(f'{body}\naccept = ["x"]\nreject = ["x"]\n'.encode(), "")), None)
    if isinstance(checked, RuleMistake):
        return RefusedRule(rule.name, checked.what.removeprefix("[[credential]]: "))
    return ImportedRule(rule.name, rule_id, f"{body}\n{NEEDS_EXAMPLES}\naccept = []\nreject = []\n")


def _keyword_problems(rule: ForeignRule) -> Iterator[str]:
    """Why no anchors follow from the keywords."""
    if not rule.pattern:
        yield "no pattern"
    if not rule.keywords:
        yield "no keywords; a rule needs a text that is in every match"
    if len(rule.keywords) > _MAX_ANCHORS:
        yield f"more than {_MAX_ANCHORS} keywords"
    literal = re.sub(r"\\([^\w\s])", r"\1", rule.pattern).lower()
    for keyword in rule.keywords:
        if not _SHORTEST_ANCHOR <= len(keyword) <= _LONGEST_ANCHOR or not re.fullmatch(r"[\x21-\x7e]+", keyword):
            yield f"the keyword {keyword[:40]!r} is not {_SHORTEST_ANCHOR} to {_LONGEST_ANCHOR} ASCII characters"
        elif keyword.lower() not in literal:
            yield f"the keyword {keyword[:40]!r} is not written in the pattern, so that it may be far from the match"


def _with_secret(pattern: str, group: int) -> str | None:
    """The pattern with the group ``secret``; ``None`` if it is not known which one that is."""
    opened = [match.start() for match in _GROUP.finditer(pattern) if match[0] == "(" or match[0].endswith(">")]
    if not opened and not group:
        return f"(?P<secret>{pattern})"
    if not 0 <= group <= len(opened) or (not group and len(opened) > 1):
        return None
    at = opened[max(group, 1) - 1]
    rest = pattern[at + 1 :]
    named = re.match(r"\?P?<\w+>", rest)
    return f"{pattern[:at]}(?P<secret>{rest[named.end() if named else 0 :]}"


def _is_long(pattern: str) -> bool:
    """True if a repetition has no bound, or a high one."""
    return any(
        match[1] is None or (match[2] and not match[3]) or max(int(match[1]), int(match[3] or 0)) > _LONG
        for match in _REPEATED.finditer(pattern)
    )


def _text(value: str) -> str:
    """A basic string of TOML; its escapes are those of JSON."""
    return json.dumps(value).replace("\x7f", "\\u007f")


def _literal(value: str) -> str:
    """A literal string of TOML if it can contain the text."""
    plain = value.isprintable() and "'''" not in value and not value.endswith("'")
    return f"'''{value}'''" if plain else _text(value)
