"""Evaluation of rules for an external requester: known values are computed, unknown ones are a ``UnknownValue``."""

import re
from collections.abc import Callable, Mapping, Sequence

from tieback.posture.rules import logic
from tieback.posture.rules.expression import (
    Binary,
    CallExpression,
    Choice,
    Expression,
    IndexExpression,
    ListOf,
    Literal,
    MapOf,
    MemberExpression,
    NameExpression,
    PathOf,
    RangeExpression,
    Regex,
    Unary,
)
from tieback.posture.rules.logic import (
    CHOSEN,
    ERROR,
    OPEN,
    OWN,
    OWNED,
    STORED,
    Distinct,
    Moment,
    NamedValues,
    SettableValue,
    Span,
    StoredRecord,
    UnknownValue,
    Value,
)

MAX_STEPS = 50_000
"""Most steps of one rule; recursive functions end with an error at this limit."""

type Method = Callable[[Value, str, Sequence[Value]], Value]
type Function = Callable[[Sequence[Value]], Value]


class Evaluator:
    """Evaluates the expressions of one rule.

    Args:
        names: values of the variables.
        functions: results of functions, those of the dialect and those of the file.
        method: result of a method of a value.
        null_members: True if a member of ``null`` is ``null`` (Realtime Database), False if it is an error (Firestore).
        strict: True if an error on the left of ``||`` and ``&&`` aborts the rule, whatever is on the right.
    """

    def __init__(
        self,
        names: Mapping[str, Value],
        functions: Mapping[str, Function],
        method: Method,
        *,
        null_members: bool,
        strict: bool,
    ) -> None:
        self._names = names
        self._functions = functions
        self._method = method
        self._null_members = null_members
        self._strict = strict
        self.steps = 0

    def value(self, expression: Expression, names: Mapping[str, Value] | None = None) -> Value:  # noqa: PLR0912 - a kind of expression each
        """The value of an expression; ``names`` are those of the function that is evaluated."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            return ERROR
        scope = self._names if names is None else names
        match expression:
            case Literal(value):
                return value
            case Regex():
                return expression
            case NameExpression(name):
                return scope.get(name, self._names.get(name, ERROR))
            case MemberExpression(of, name):
                return self._member(self.value(of, names), name)
            case IndexExpression(of, at):
                return self._index(self.value(of, names), self.value(at, names))
            case RangeExpression(of, begin, end):
                return _range(*(self.value(part, names) for part in (of, begin, end)))
            case CallExpression():
                return self._call(expression, names)
            case Unary("!", operand):
                return logic.logical_not(self.value(operand, names))
            case Unary(_, operand):
                return logic.arithmetic("-", 0, self.value(operand, names))
            case Binary():
                return self._binary(expression, names)
            case Choice(condition, yes, no):
                return self._choice(logic.to_truth(self.value(condition, names)), yes, no, names)
            case ListOf(items):
                found = [self.value(item, names) for item in items]
                return ERROR if ERROR in found and not self._null_members else found
            case MapOf(pairs):
                return self._map(pairs, names)
            case PathOf(segments):
                values = (segment if isinstance(segment, str) else self.value(segment, names) for segment in segments)
                path = [logic.plain(value) if isinstance(value, SettableValue) else value for value in values]
                return ERROR if any(part is None or part is ERROR for part in path) else path

    def _map(self, pairs: Sequence[tuple[Expression, Expression]], names: Mapping[str, Value] | None) -> Value:
        found: dict[str, Value] = {}
        for key, value in pairs:
            name = key.name if isinstance(key, NameExpression) else self.value(key, names)
            found[str(name)] = self.value(value, names)
        return NamedValues(found, ERROR)

    def _choice(self, condition: Value, yes: Expression, no: Expression, names: Mapping[str, Value] | None) -> Value:
        if condition is True:
            return self.value(yes, names)
        if condition is False:
            return self.value(no, names)
        if condition is ERROR:
            return ERROR
        first, second = self.value(yes, names), self.value(no, names)
        if first is second or first == second:
            return first
        # The condition is undecided: access by either branch is as certain as the condition.
        if all(way is False or way is ERROR for way in (first, second)):
            return False
        reached = any(way is True or way is CHOSEN for way in (first, second))
        return condition if condition in (CHOSEN, OWNED) and reached else STORED

    def _binary(self, expression: Binary, names: Mapping[str, Value] | None) -> Value:
        operator = expression.operator
        left = self.value(expression.left, names)
        if operator in {"&&", "||"}:
            found = self._junction(operator, logic.to_truth(left), expression.right, names)
            return False if operator == "&&" and found in _UNDECIDED and _contradicts(expression) else found
        if operator == "is":
            return _is_type(left, expression.right.name if isinstance(expression.right, NameExpression) else "")
        right = self.value(expression.right, names)
        match operator:
            case "==":
                return logic.equals(left, right)
            case "!=":
                return logic.logical_not(logic.equals(left, right))
            case "in":
                return logic.is_in(left, right)
            case "<" | "<=" | ">" | ">=":
                return logic.compare(operator, left, right)
        return logic.arithmetic(operator, left, right, as_javascript=self._null_members)

    def _junction(self, operator: str, left: Value, right: Expression, names: Mapping[str, Value] | None) -> Value:
        if left is (operator == "||"):
            return left
        if left is ERROR and self._strict:
            return ERROR
        joined = logic.logical_or if operator == "||" else logic.logical_and
        return joined(left, self.value(right, names))

    def _member(self, of: Value, name: str) -> Value:
        if isinstance(of, SettableValue | StoredRecord) and of.member is not None:
            return of.member(name)
        of = logic.plain(of)
        if of is None:
            return None if self._null_members else ERROR
        if isinstance(of, NamedValues):
            return of.fields.get(name, of.rest)
        if of is STORED and self._null_members and name != "length":
            return ERROR  # the Realtime Database refuses members of plain data
        if of in (CHOSEN, STORED, ERROR):
            return of
        if of in (OWN, OPEN):
            return STORED
        if isinstance(of, str) and name == "length":
            return len(of)
        return self._method(of, name, ()) if not isinstance(of, bool | int | float) else ERROR

    def _index(self, of: Value, at: Value) -> Value:
        at = logic.plain(at)
        if at is ERROR or at is None:
            return ERROR
        if isinstance(of, SettableValue | StoredRecord) and of.member is not None:
            return of.member(at)
        of = logic.plain(of)
        if isinstance(of, list) or (isinstance(of, str) and not self._null_members):
            if isinstance(at, int) and not isinstance(at, bool):
                return of[at] if 0 <= at < len(of) else ERROR
            return STORED if isinstance(at, UnknownValue) else ERROR
        if isinstance(of, NamedValues) and isinstance(at, UnknownValue):
            return STORED if of.rest is STORED else of.rest
        if isinstance(of, UnknownValue):
            # Data under the requester's own id: there is none yet.
            return self._absent() if of is STORED and at is OWN else of
        return self._member(of, at) if isinstance(at, str) else ERROR

    def _absent(self) -> Value:
        return None if self._null_members else ERROR

    def _call(self, call: CallExpression, names: Mapping[str, Value] | None) -> Value:
        arguments = [self.value(argument, names) for argument in call.arguments]
        if isinstance(call.function, NameExpression):
            function = self._functions.get(call.function.name)
            return function(arguments) if function is not None else ERROR
        if isinstance(call.function, MemberExpression):
            if isinstance(call.function.of, NameExpression):
                # `math.abs`, `timestamp.date` and similar ones are functions of a module.
                function = self._functions.get(f"{call.function.of.name}.{call.function.name}")
                if function is not None:
                    return function(arguments)
            of = self.value(call.function.of, names)
            return ERROR if of is ERROR else self._method(of, call.function.name, arguments)
        if self._null_members and isinstance(call.function, IndexExpression) and isinstance(call.function.at, Literal):
            # The Realtime Database takes `data['exists']()` for `data.exists()`.
            of, name = self.value(call.function.of, names), call.function.at.value
            return self._method(of, name, arguments) if of is not ERROR and isinstance(name, str) else ERROR
        return ERROR


_UNDECIDED = (CHOSEN, OWNED, STORED)
_NUMBERS = {"int", "float", "number"}


def _contradicts(expression: Binary) -> bool:
    """True if two parts of a conjunction require different constants, or types, of the same value."""
    found: dict[tuple[Expression, str], object] = {}
    waiting: list[Expression] = [expression]
    while waiting:
        match waiting.pop():
            case Binary("&&", left, right):
                waiting += [left, right]
            case Binary("==", of, Literal(value)) | Binary("==", Literal(value), of):
                constant = (type(value), value) if isinstance(value, bool) or value is None else value
                if found.setdefault((of, "=="), constant) != constant:
                    return True
            case Binary("is", of, NameExpression(kind)):
                kind = "number" if kind in _NUMBERS else kind
                if found.setdefault((of, "is"), kind) != kind:
                    return True
    return False


def _range(of: Value, begin: Value, end: Value) -> Value:
    """A part of a list or of a text."""
    of, begin, end = (logic.plain(value) for value in (of, begin, end))
    if ERROR in (begin, end) or of is ERROR or of is None:
        return ERROR
    if not isinstance(of, list | str):
        return of if of in (CHOSEN, STORED) else STORED
    if isinstance(begin, UnknownValue) or isinstance(end, UnknownValue):
        return STORED
    if not all(isinstance(at, int) and not isinstance(at, bool) and 0 <= at <= len(of) for at in (begin, end)):
        return ERROR
    return of[begin:end]


_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,), "int": (int,), "float": (float,), "number": (int, float), "string": (str,), "list": (list,),
    "map": (NamedValues,), "path": (list,), "null": (type(None),),
}  # fmt: skip


def _is_type(value: Value, name: str) -> Value:
    value = logic.plain(value)
    if value in (CHOSEN, STORED, ERROR):
        return value
    if value in (OWN, OPEN):
        return name == "string"
    for kind, of_kind in ((Moment, "timestamp"), (Span, "duration"), (Distinct, "set")):
        if isinstance(value, kind):
            return name == of_kind
    kinds = _TYPES.get(name, ())
    return isinstance(value, kinds) and (not isinstance(value, bool) or name == "bool")


_RISKY = re.compile(r"\)[*+{]|\\[1-9]|\(\?")


def matches(text: Value, pattern: str, flags: str = "", *, whole: bool = True) -> Value:
    """True if a text matches a pattern in RE2 or JavaScript syntax; ``STORED`` if the pattern is not evaluated.

    Patterns with repeated groups or many repetitions are not evaluated, because Python's engine could need unlimited
    time.
    """
    text = logic.plain(text)
    if isinstance(text, UnknownValue):
        return STORED if text in (OWN, OPEN) else text
    if not isinstance(text, str):
        return ERROR
    if len(text) > 256 or len(pattern) > 200 or _RISKY.search(pattern) or len(re.findall(r"[*+{]", pattern)) > 3:
        return STORED
    try:
        compiled = re.compile(pattern, re.IGNORECASE if "i" in flags else 0)
    except (re.error, OverflowError, RecursionError):
        return ERROR
    return bool(compiled.fullmatch(text) if whole else compiled.search(text))
