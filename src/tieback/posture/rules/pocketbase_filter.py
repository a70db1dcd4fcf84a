"""Filter expressions of PocketBase rules.

Grammar: https://github.com/ganigeorgiev/fexpr; semantics: https://pocketbase.io/docs/api-rules-and-filters/ and
``tools/search/filter.go`` of https://github.com/pocketbase/pocketbase. A missing value and an empty text are equal.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from tieback.posture.rules import logic
from tieback.posture.rules.logic import CHOSEN, ERROR, OPEN, OWN, OWNED, STORED, UnknownValue, Value
from tieback.posture.rules.source import RulesText

MAX_DEPTH = 40
MAX_PARTS = 2000
"""Most comparisons of one rule."""
_SPACE = re.compile(r"(?:\s+|//[^\n]*)+")
_STRING = re.compile(r"'(?:[^'\\]|\\.)*+'|\"(?:[^\"\\]|\\.)*+\"", re.DOTALL)
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_NAME = re.compile(r"[@#_A-Za-z][\w.:]*")
_OPERATOR = re.compile(r"\??(?:!=|!~|>=|<=|=|~|>|<)")
_UNESCAPED = re.compile(r"\\(.)", re.DOTALL)


class ChosenValue(Enum):
    """A value that the requester chooses."""

    FILLED = auto()
    """Any value but an empty one."""
    ELSEWHERE = auto()
    """Any value, in a record that the requester writes first: also the own identity."""


FILLED, ELSEWHERE = ChosenValue.FILLED, ChosenValue.ELSEWHERE


@dataclass(frozen=True, slots=True)
class Operand:
    """A literal, or the name of a value."""

    value: Value = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator right``."""

    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Junction:
    """Parts joined by ``&&`` or ``||``."""

    operator: str
    parts: "tuple[Filter, ...]"


type Filter = Comparison | Junction


def parse(text: RulesText) -> Filter:
    """Read a rule. Raises ``InputError`` for a syntax error or more than ``MAX_DEPTH`` levels."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: RulesText) -> None:
        self._text = text
        self._at = 0
        self._parts = 0

    def whole(self) -> Filter:
        found = self._junction("||", 0)
        if self._skip() < len(self._text.text):
            raise self._text.error(self._at, "&&, || or the end of the rule")
        return found

    def _skip(self) -> int:
        found = _SPACE.match(self._text.text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _take(self, sign: str) -> bool:
        if not self._text.text.startswith(sign, self._skip()):
            return False
        self._at += len(sign)
        return True

    def _junction(self, operator: str, depth: int) -> Filter:
        parts = [self._part(operator, depth)]
        while self._take(operator):
            parts.append(self._part(operator, depth))
        return parts[0] if len(parts) == 1 else Junction(operator, tuple(parts))

    def _part(self, operator: str, depth: int) -> Filter:
        if operator == "||":
            return self._junction("&&", depth)
        self._parts += 1
        if depth > MAX_DEPTH or self._parts > MAX_PARTS:
            raise self._text.error(self._at, f"at most {MAX_DEPTH} levels and {MAX_PARTS:,} comparisons")
        if self._take("("):
            inner = self._junction("||", depth + 1)
            if not self._take(")"):
                raise self._text.error(self._at, '")"')
            return inner
        left = self._operand()
        found = _OPERATOR.match(self._text.text, self._skip())
        if found is None:
            raise self._text.error(self._at, "an operator such as = or !=")
        self._at = found.end()
        return Comparison(left, found.group(), self._operand())

    def _operand(self) -> Operand:
        raw, at = self._text.text, self._skip()
        if found := _STRING.match(raw, at):
            self._at = found.end()
            return Operand(_UNESCAPED.sub(r"\1", found.group()[1:-1]))
        if found := _NUMBER.match(raw, at):
            self._at = found.end()
            return Operand(float(found.group()))
        found = _NAME.match(raw, at)
        if found is None:
            raise self._text.error(at, "a field, a text or a number")
        self._at = found.end()
        name = found.group()
        if self._text.text.startswith("(", self._at):
            self._arguments()
            return Operand(STORED)
        words: dict[str, Value] = {"null": None, "true": 1.0, "false": 0.0}
        return Operand(words[name.lower()]) if name.lower() in words else Operand(name=name)

    def _arguments(self) -> None:
        """Skip the arguments of a function, which may be functions."""
        open_ones = 0
        while self._at < len(self._text.text):
            if found := _STRING.match(self._text.text, self._at):
                self._at = found.end()
                continue
            sign = self._text.text[self._at]
            self._at += 1
            open_ones += (sign == "(") - (sign == ")")
            if not open_ones:
                return
        raise self._text.error(self._at, '")"')


def evaluate(rule: Filter, value_of: Callable[[str], Value]) -> Value:
    """The truth of a rule for values of its names: ``None`` is a missing one, ``OPEN`` a stored one, never empty."""
    if isinstance(rule, Junction):
        joined = logic.logical_or if rule.operator == "||" else logic.logical_and
        found = evaluate(rule.parts[0], value_of)
        for part in rule.parts[1:]:
            found = joined(found, evaluate(part, value_of))
        return found
    left, right = (value_of(one.name) if one.name else one.value for one in (rule.left, rule.right))
    operator = rule.operator.removeprefix("?")
    if ELSEWHERE in (left, right):
        return CHOSEN
    if FILLED in (left, right):
        if operator in {"=", "!="} and any(one is None or one == "" for one in (left, right)):
            return operator == "!="
        left, right = (CHOSEN if one is FILLED else one for one in (left, right))
    match operator:
        case "=":
            return _equals(left, right)
        case "!=":
            return logic.logical_not(_equals(left, right))
        case "~":
            return _contains(left, right)
        case "!~":
            return False if left is None or right is None else logic.logical_not(_contains(left, right))
    if left is None or right is None:
        return False
    found = logic.compare(operator, left, right)
    return STORED if found is ERROR else found


def _equals(left: Value, right: Value) -> Value:
    left, right = ("" if one is None else one for one in (left, right))
    if "" in (left, right) and OPEN in (left, right):
        return False
    if any(isinstance(one, UnknownValue) for one in (left, right)):
        return logic.equals(left, right)
    return bool(left == right)


def _contains(left: Value, right: Value) -> Value:
    """``left ~ right``: SQL's LIKE, which is not true for a missing value."""
    if left is None or right is None:
        return False
    if right is OWN:
        return OWNED if left is CHOSEN else left is OWN
    if isinstance(left, UnknownValue) or isinstance(right, UnknownValue):
        return CHOSEN if CHOSEN in (left, right) else STORED
    return STORED if "%" in str(right) else str(right).lower() in str(left).lower()
