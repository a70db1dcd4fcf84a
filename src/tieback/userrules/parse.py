"""Reader of one rule file: strict, and every mistake with its line, its key and what is allowed.

A file is TOML with tables of several kinds: ``[[identifier]]``, ``[[credential]]``, ``[[sdk_host]]``,
``[[personal_data]]``, ``[[ransom]]`` and ``[[probe]]``. One mistake is reported per rule.
"""

import re
import string
import tomllib
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec

from tieback.model.toml_lines import line_of
from tieback.userrules.expressions import RuleFlaw, check_expression
from tieback.userrules.http_probe import HttpProbeRule, check_probe
from tieback.userrules.model import (
    CredentialFormRule,
    FieldWordsRule,
    IdentifierRule,
    RansomNameRule,
    SdkHostRule,
)

MAX_FILE_BYTES = 256 * 1024
MAX_LINE = 4096
"""Most characters of a line. The time of the TOML parser grows with the square of the parts of a dotted key."""
MAX_RULES = 2000
"""Most rules of all files."""
_MAX_NESTING = 8

KINDS: dict[str, type[msgspec.Struct]] = {
    "identifier": IdentifierRule,
    "credential": CredentialFormRule,
    "sdk_host": SdkHostRule,
    "personal_data": FieldWordsRule,
    "ransom": RansomNameRule,
    "probe": HttpProbeRule,
}
"""Tables of a rule file, with the struct of each."""
FIELDS = {
    "identifier": "identifiers",
    "credential": "credentials",
    "sdk_host": "sdk_hosts",
    "personal_data": "personal_data",
    "ransom": "ransom",
    "probe": "probes",
}
"""Fields of ``UserRules``, by table."""


class RuleMistake(msgspec.Struct, frozen=True):
    """A mistake in a rule file."""

    file: str
    """The rules file."""
    line: int
    """1-based; 0 if unknown."""
    what: str
    """One clause with the key and what is allowed."""
    rule: str = ""
    """Id of the rule; empty if it has none."""

    @property
    def where(self) -> str:
        """File and line."""
        return f"{self.file}, line {self.line}" if self.line else self.file


class FileRule(msgspec.Struct, frozen=True):
    """A rule and its place."""

    table: str
    """Kind of the table, such as ``identifier``."""
    rule: Any
    line: int


def parse_rules(data: bytes, file: str) -> Iterator[FileRule | RuleMistake]:
    """The rules of a file in the order of its tables, and the mistakes in it.

    Args:
        data: content of the file.
        file: its name in mistakes.
    """
    try:
        text = _text(data)
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line ([0-9]+), column [0-9]+\)", str(error))
        yield RuleMistake(file, int(at[1]) if at else 0, f"is not TOML: {error}")
        return
    except RuleFlaw as flaw:
        yield RuleMistake(file, 0, flaw.what)
        return
    except (ValueError, RecursionError):
        yield RuleMistake(file, 0, "is not valid TOML: a number, a date or the nesting is out of bounds")
        return
    for name, rows in tables.items():
        yield from _rows(text, file, name, rows)


def _text(data: bytes) -> str:
    if len(data) > MAX_FILE_BYTES:
        raise RuleFlaw(f"is larger than {MAX_FILE_BYTES // 1024} KiB; split it into several files")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise RuleFlaw(f"is not UTF-8 text (byte {error.start})") from None
    long = next((n for n, line in enumerate(text.split("\n"), start=1) if len(line) > MAX_LINE), 0)
    if long:
        raise RuleFlaw(f"has a line of more than {MAX_LINE} characters (line {long})")
    return text


def _rows(text: str, file: str, name: str, rows: object) -> Iterator[FileRule | RuleMistake]:
    kind = KINDS.get(name)
    line = line_of(text, name) or line_of(text, "", name) or 0
    if kind is None:
        yield RuleMistake(file, line, f"unknown table `{name:.80}`{_hint(name, KINDS)}")
        return
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield RuleMistake(file, line, f"`{name}` must be a list of tables; write [[{name}]] with two brackets")
        return
    for index, row in enumerate(rows):
        id_ = row.get("id")
        known = id_[:64] if isinstance(id_, str) else ""
        try:
            rule = _rule(name, kind, row)
        except RuleFlaw as flaw:
            at = line_of(text, flaw.key, name, index) or 0
            yield RuleMistake(file, at, f"[[{name}]]: {flaw.what}", known)
        else:
            yield FileRule(name, rule, line_of(text, "", name, index) or 0)


def _rule(table: str, kind: type[msgspec.Struct], row: Mapping[str, Any]) -> msgspec.Struct:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key, value in row.items():
        if key not in fields:
            raise RuleFlaw(f"unknown key `{key:.80}`{_hint(key, fields)}", key)
        _check_nesting(value, key)
    for key, field in fields.items():
        if field.required and key not in row:
            raise RuleFlaw(f"the key `{key}` is missing")
    try:
        rule = msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        clause, _, path = str(error).partition(" - at ")
        at = re.match(r"`\$\.(\w+)", path)
        key = at[1] if at else ""
        raise RuleFlaw(f"`{path.strip('`').removeprefix('$.') or key}`: {_plain(clause)}", key) from None
    check = _CHECKS.get(table)
    if check is not None:
        check(rule)
    return rule


def _check_nesting(value: object, key: str, depth: int = 1) -> None:
    if depth > _MAX_NESTING:
        raise RuleFlaw(f"`{key:.80}` is nested more than {_MAX_NESTING} levels deep", key)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        _check_nesting(one, key, depth + 1)


def _hint(word: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(word[:80].lower(), known, n=1)
    return f" (did you mean `{close[0]}`?)" if close else f"; allowed are {', '.join(known)}"


_SIZE = re.compile(r"Expected `(array|object|str)` of length (>=|<=) ([0-9]+)")


def _plain(clause: str) -> str:
    if size := _SIZE.match(clause):
        noun = {"array": "entries", "object": "keys", "str": "characters"}[size[1]]
        if size[2] == ">=":
            return "must not be empty" if size[3] == "1" else f"needs at least {size[3]} {noun}"
        return f"has more than {size[3]} {noun}"
    if "matching regex" in clause:
        form = clause.partition("matching regex ")[2].strip("'")
        return f"must have the form {form}"
    return clause[:1].lower() + clause[1:]


def _check_identifier(rule: IdentifierRule) -> None:
    by_host, by_text = bool(rule.suffixes or rule.host), bool(rule.anchors or rule.pattern)
    if by_host == by_text:
        raise RuleFlaw("needs either `suffixes` and `host`, or `anchors` and `pattern`")
    groups: set[str] = set()
    if by_host:
        if not rule.suffixes or not rule.host:
            raise RuleFlaw("needs both `suffixes` and `host`", "suffixes" if rule.suffixes else "host")
        groups |= set(check_expression(rule.host, "host"))
        if rule.rest:
            groups |= set(check_expression(rule.rest, "rest"))
    else:
        if not rule.anchors or not rule.pattern:
            raise RuleFlaw("needs both `anchors` and `pattern`", "anchors" if rule.anchors else "pattern")
        if rule.rest:
            raise RuleFlaw("`rest` belongs to `host`; leave it out", "rest")
        groups |= set(check_expression(rule.pattern, "pattern"))
    _check_template(rule.value, groups)
    for _, named in rule.accept:
        if not named.startswith(f"{rule.id}:"):
            raise RuleFlaw(f"`accept`: the resource {named[:80]!r} must begin with `{rule.id}:`", "accept")


def _check_template(value: str, groups: set[str]) -> None:
    try:
        parts = list(string.Formatter().parse(value))
    except ValueError:
        raise RuleFlaw("`value` has a brace without its pair", "value") from None
    used = [(name, spec, conversion) for _, name, spec, conversion in parts if name is not None]
    if not used:
        raise RuleFlaw("`value` must name a group of the pattern, such as {tenant}", "value")
    for name, spec, conversion in used:
        if name not in groups or spec or conversion:
            known = ", ".join(sorted(groups)) or "none: write (?P<tenant>…)"
            raise RuleFlaw(f"`value` names {{{name[:40]}}}; the groups of the pattern are {known}", "value")


def _check_credential(rule: CredentialFormRule) -> None:
    if "secret" not in check_expression(rule.pattern, "pattern"):
        raise RuleFlaw("`pattern` needs the group (?P<secret>…), which is the credential", "pattern")


def _check_ransom(rule: RansomNameRule) -> None:
    if not rule.names and not rule.pattern:
        raise RuleFlaw("needs `names` or `pattern`")
    if rule.pattern:
        check_expression(rule.pattern, "pattern")


_CHECKS: dict[str, Callable[[Any], None]] = {
    "identifier": _check_identifier,
    "credential": _check_credential,
    "ransom": _check_ransom,
    "probe": check_probe,
}
"""Checks of what a struct cannot say, by table; each raises ``RuleFlaw``."""
