"""Types of expressions in rules of the Realtime Database: Firebase refuses a file with a rule of a wrong type.

Source: https://firebase.google.com/docs/reference/security/database, and for what is refused the cases of
https://github.com/goldibex/targaryen. A rule is refused whatever its value would be, also behind ``true ||``. What is
not known to be refused is accepted.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from enum import Enum, auto

from tieback.posture.rules.expression import (
    Binary,
    CallExpression,
    Choice,
    Expression,
    IndexExpression,
    ListOf,
    Literal,
    MemberExpression,
    NameExpression,
    Regex,
    Unary,
)


class _Type(Enum):
    TRUTH = auto()
    NUMBER = auto()
    TEXT = auto()
    NULL = auto()
    SNAPSHOT = auto()
    QUERY = auto()
    LOGIN = auto()
    """``auth`` and its members: anything, also a map."""
    VALUE = auto()
    """Plain data: a truth, a number, a text or null."""
    REGEX = auto()
    LIST = auto()


TRUTH, NUMBER, TEXT, NULL = _Type.TRUTH, _Type.NUMBER, _Type.TEXT, _Type.NULL
SNAPSHOT, QUERY, LOGIN, VALUE, REGEX, LIST = (
    _Type.SNAPSHOT,
    _Type.QUERY,
    _Type.LOGIN,
    _Type.VALUE,
    _Type.REGEX,
    _Type.LIST,
)
_OPEN = {LOGIN, VALUE}
_NO_VALUE = {SNAPSHOT, QUERY, REGEX, LIST}
_OF_SNAPSHOT: dict[str, tuple[tuple[_Type, ...], _Type]] = {
    "child": ((TEXT,), SNAPSHOT), "parent": ((), SNAPSHOT), "hasChild": ((TEXT,), TRUTH), "exists": ((), TRUTH),
    "val": ((), VALUE), "getPriority": ((), VALUE), "isNumber": ((), TRUTH), "isString": ((), TRUTH),
    "isBoolean": ((), TRUTH),
}  # fmt: skip
_OF_TEXT: dict[str, tuple[tuple[_Type, ...], _Type]] = {
    "contains": ((TEXT,), TRUTH), "beginsWith": ((TEXT,), TRUTH), "endsWith": ((TEXT,), TRUTH),
    "replace": ((TEXT, TEXT), TEXT), "toLowerCase": ((), TEXT), "toUpperCase": ((), TEXT), "matches": ((REGEX,), TRUTH),
}  # fmt: skip
_OF_QUERY = {
    "orderByChild": VALUE, "orderByKey": TRUTH, "orderByPriority": TRUTH, "orderByValue": TRUTH, "startAt": VALUE,
    "endAt": VALUE, "equalTo": VALUE, "limitToFirst": VALUE, "limitToLast": VALUE,
}  # fmt: skip
_NAMES = {"auth": LOGIN, "now": NUMBER, "root": SNAPSHOT, "data": SNAPSHOT}


class _RefusedError(Exception):
    """The text is the reason."""


def refusal(expression: Expression, rule: str, path_names: AbstractSet[str]) -> str:
    """Why Firebase refuses a rule; empty if it does not.

    Args:
        expression: the rule.
        rule: ``.read``, ``.write`` or ``.validate``: they know different names.
        path_names: the names of the path, such as ``$uid``.
    """
    more = {"query": QUERY} if rule == ".read" else {"newData": SNAPSHOT}
    names = {**_NAMES, **more, **dict.fromkeys(path_names, TEXT)}
    try:
        found = _type(expression, names)
    except _RefusedError as reason:
        return str(reason)
    return "" if found in {TRUTH, *_OPEN} else "the rule is not a boolean"


def _type(of: Expression, names: dict[str, _Type]) -> _Type:  # noqa: PLR0912 - a kind of expression each
    match of:
        case Literal(value):
            return _of_literal(value)
        case Regex():
            return _regex(of)
        case NameExpression(name):
            if name not in names:
                raise _RefusedError(f"unknown name {name}")
            return names[name]
        case MemberExpression(inner, name):
            return _member(_type(inner, names), name)
        case IndexExpression():
            return _index(of, names)
        case CallExpression(function, arguments):
            return _call(function, arguments, names)
        case Unary(operator, operand):
            kind = TRUTH if operator == "!" else NUMBER
            _need(_type(operand, names), {kind}, f"an operand of {operator}")
            return kind
        case Binary():
            return _binary(of, names)
        case Choice(condition, yes, no):
            _need(_type(condition, names), {TRUTH}, "a condition")
            return _either(_type(yes, names), _type(no, names))
        case ListOf(items):
            for item in items:
                _need(_type(item, names), {TEXT}, "an item of a list")
            return LIST
        case _:
            raise _RefusedError("no such value in these rules")


def _of_literal(value: object) -> _Type:
    if value is None:
        return NULL
    return TRUTH if isinstance(value, bool) else TEXT if isinstance(value, str) else NUMBER


def _need(found: _Type, accepted: AbstractSet[_Type], what: str) -> None:
    """A value whose type is known only later is accepted."""
    if found not in accepted and found not in _OPEN:
        raise _RefusedError(f"{what} has a wrong type")


def _either(one: _Type, other: _Type) -> _Type:
    if one is other or other in _OPEN:
        return one
    if one in _OPEN:
        return other
    raise _RefusedError("the branches of a condition have different types")


def _member(of: _Type, name: str) -> _Type:
    if of is LOGIN:
        return LOGIN
    if of in {TEXT, VALUE} and name == "length":
        return NUMBER
    if of is QUERY and name in _OF_QUERY:
        return _OF_QUERY[name]
    raise _RefusedError(f"no member {name}")


def _index(of: IndexExpression, names: dict[str, _Type]) -> _Type:
    inner = _type(of.of, names)
    _need(_type(of.at, names), {TEXT}, "a name in brackets")
    if isinstance(of.at, Literal) and isinstance(of.at.value, str):
        return _member(inner, of.at.value)
    return _member(inner, "[]")


def _call(function: Expression, arguments: Sequence[Expression], names: dict[str, _Type]) -> _Type:
    match function:
        case MemberExpression(inner, name):
            of = _type(inner, names)
        case IndexExpression(inner, Literal(str() as name)):
            of = _type(inner, names)
        case _:
            raise _RefusedError("no such function")
    if of is SNAPSHOT and name == "hasChildren":
        return _has_children(arguments, names)
    methods = _OF_SNAPSHOT if of is SNAPSHOT else _OF_TEXT if of in {TEXT, *_OPEN} else {}
    if name not in methods:
        raise _RefusedError(f"no method {name}")
    accepted, result = methods[name]
    if len(arguments) != len(accepted):
        raise _RefusedError(f"{name} has another number of arguments")
    for argument, kind in zip(arguments, accepted, strict=True):
        found = _type(argument, names)
        if found is not kind and (kind is REGEX or found not in _OPEN):
            raise _RefusedError(f"an argument of {name} has a wrong type")
    return result


def _has_children(arguments: Sequence[Expression], names: dict[str, _Type]) -> _Type:
    match arguments:
        case []:
            return TRUTH
        case [ListOf(items)] if items:
            _type(arguments[0], names)
            return TRUTH
    raise _RefusedError("hasChildren needs one list of names")


def _binary(of: Binary, names: dict[str, _Type]) -> _Type:
    left, right = _type(of.left, names), _type(of.right, names)
    match of.operator:
        case "&&" | "||":
            _need(left, {TRUTH}, f"a side of {of.operator}")
            _need(right, {TRUTH}, f"a side of {of.operator}")
            return TRUTH
        case "==" | "!=":
            if {left, right} & _NO_VALUE:
                raise _RefusedError(f"a side of {of.operator} is not a value")
            return TRUTH
        case "<" | "<=" | ">" | ">=":
            for side in (left, right):
                _need(side, {NUMBER, TEXT}, f"a side of {of.operator}")
            return TRUTH
        case "+":
            for side in (left, right):
                _need(side, {NUMBER, TEXT}, "a side of +")
            return TEXT if TEXT in {left, right} else NUMBER if left is right is NUMBER else VALUE
        case "-" | "*" | "/" | "%":
            for side in (left, right):
                _need(side, {NUMBER}, f"a side of {of.operator}")
            return NUMBER
    raise _RefusedError(f"no operator {of.operator}")


def _regex(regex: Regex) -> _Type:
    if not is_accepted(regex):
        raise _RefusedError("Firebase does not accept this pattern")
    return REGEX


def is_accepted(regex: Regex) -> bool:
    """False for flags and anchors that Firebase refuses: only ``i``; ``^`` first and ``$`` last; no empty choice."""
    if regex.flags not in {"", "i"} or re.search(r"\|\)|\(\||\|\||^\||\|$", regex.pattern):
        return False
    inner = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", regex.pattern).removeprefix("^").removesuffix("$")
    return "^" not in inner and "$" not in inner
