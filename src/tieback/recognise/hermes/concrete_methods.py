"""Values of evaluated bytecode, and the pure functions and methods of the language that they have.

Source: https://tc39.es/ecma262/. A method that is not here ends the evaluation.
"""

import math
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NoReturn

from tieback.recognise.scripts.methods import function_result
from tieback.recognise.scripts.values import Text

if TYPE_CHECKING:
    from tieback.recognise.hermes.evaluate import Scope

MAX_TEXT = 16_384
"""Most characters of a text."""
MAX_ITEMS = 4_096
"""Most items of an array."""


class Abort(Exception):  # noqa: N818
    """The value is not known, or a bound is reached."""


class Undefined:
    """The value ``undefined``; also for ``null``."""

    __slots__ = ()


UNDEFINED: Final = Undefined()


class Array:
    """An array."""

    __slots__ = ("fields", "items")

    def __init__(self, items: "list[Plain] | None" = None) -> None:
        self.items: list[Plain] = items if items is not None else []
        self.fields: dict[str, Plain] = {}
        """Other members, as those that a decoder keeps in its ``arguments``."""


class Object:
    """An object, or the variables of a function in a register."""

    __slots__ = ("fields", "scope")

    def __init__(self, scope: "Scope | None" = None) -> None:
        self.fields: dict[str, Plain] = {}
        self.scope = scope


class Function:
    """A function of the file."""

    __slots__ = ("closure", "fields", "function", "scope")

    def __init__(self, function: int, scope: "Scope | None", closure: int = -1) -> None:
        self.function, self.scope, self.closure = function, scope, closure
        self.fields: dict[str, Plain] = {}


class Method:
    """A function of the language, by its name; or an object that has such functions."""

    __slots__ = ("name", "owner")

    def __init__(self, name: str, owner: "Method | None") -> None:
        self.name, self.owner = name, owner


type Plain = str | bool | int | float | Undefined | Array | Object | Function | Method

_ROUNDED: dict[str, Callable[[float], int | float]] = {
    "floor": math.floor, "ceil": math.ceil, "trunc": math.trunc, "abs": abs,
    "round": lambda value: math.floor(value + 0.5),
}  # fmt: skip
_GLOBAL_OWNER = Method("", None)
_OWNERS = ("String", "Math", "Array", "Number", "parseInt", "Object")
_FUNCTIONS = (
    "parseInt",
    "String",
    "Number",
    "atob",
    "decodeURIComponent",
    "unescape",
    "decodeURI",
    "encodeURIComponent",
)


_METHODS = frozenset((
    "push", "shift", "pop", "unshift", "join", "reverse", "slice", "concat", "map", "forEach", "reduce", "charAt",
    "charCodeAt", "indexOf", "substring", "substr", "split", "replace", "replaceAll", "toLowerCase", "toUpperCase",
    "toString", "trim",
))  # fmt: skip


def global_value(name: str) -> Plain:
    """A global name. Raises ``Abort`` if it is not known."""
    if name in _FUNCTIONS:
        return Method(name, _GLOBAL_OWNER)
    if name in _OWNERS:
        return Method(name, None)
    if name in ("global", "globalThis", "window", "self"):
        return _GLOBAL_OWNER
    if name == "undefined":
        return UNDEFINED
    raise Abort


def member(owner: Plain, key: Plain) -> Plain:
    """A member of a value. Raises ``Abort`` if it is not known."""
    if isinstance(owner, (str, Array)):
        items: Sequence[Plain] = owner if isinstance(owner, str) else owner.items
        if key == "length":
            return len(items)
        if isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) < 10:
            key = int(key)
        if isinstance(key, int) and not isinstance(key, bool):
            return items[key] if 0 <= key < len(items) else UNDEFINED
        if isinstance(key, str):
            if key in _METHODS:
                return Method(key, None)
            return owner.fields.get(key, UNDEFINED) if isinstance(owner, Array) else UNDEFINED
    elif isinstance(owner, (Object, Function)) and isinstance(key, (str, int)):
        found = owner.fields.get(str(key), UNDEFINED)
        return Method(str(key), None) if found is UNDEFINED and str(key) in ("apply", "call") else found
    elif isinstance(owner, Method) and isinstance(key, str):
        return Method(key, owner) if owner.name else global_value(key)
    elif isinstance(owner, (int, float)) and key == "toString":
        return Method("toString", None)
    raise Abort


def text(value: Plain) -> str:
    """A value as a text. Raises ``Abort`` for objects and functions."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value) if math.isfinite(value) else _abort()
    if isinstance(value, Array):
        return ",".join("" if one is UNDEFINED else text(one) for one in value.items)
    if value is UNDEFINED:
        return "undefined"
    return _abort()


def number(value: Plain) -> float:
    """A value as a number. Raises ``Abort`` for objects and functions."""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        found = value.strip()
        if not found:
            return 0
        if re.fullmatch(r"0[xX][0-9a-fA-F]{1,13}", found):
            return int(found, 16)
        return float(found) if re.fullmatch(r"[-+]?\d{1,15}(?:\.\d{0,15})?", found) else math.nan
    return math.nan if value is UNDEFINED else _abort()


def integer(value: Plain) -> int:
    """A value as a signed number of 32 bits."""
    found = number(value)
    if not math.isfinite(found):
        return 0
    low = int(found) & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low


def truthy(value: Plain) -> bool:
    """Whether a value counts as true."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return value is not UNDEFINED and (bool(value) if isinstance(value, (str, bool, int, float)) else True)


def add(left: Plain, right: Plain) -> Plain:
    """The operator ``+``."""
    if isinstance(left, (bool, int, float)) and isinstance(right, (bool, int, float)):
        made = left + right
        return int(made) if isinstance(made, float) and math.isfinite(made) and made == int(made) else made
    if isinstance(left, (str, Array)) or isinstance(right, (str, Array)):
        return _short(text(left) + text(right))
    return number(left) + number(right)


def equal(left: Plain, right: Plain) -> bool:
    """Strict equality; numbers and texts that are equal only after a conversion are not decided."""
    simple = (str, bool, int, float)
    if isinstance(left, simple) and isinstance(right, simple):
        if isinstance(left, str) is not isinstance(right, str):
            return False
        return left == right
    return left is right


def compared(sign: str, left: Plain, right: Plain) -> bool:
    """A comparison."""
    if sign in ("==", "==="):
        return equal(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]
    one, other = number(left), number(right)
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]


def method(owner: Plain, name: str, arguments: Sequence[Plain]) -> Plain:
    """The result of a function or method. Raises ``Abort`` if it is not known."""
    if isinstance(owner, Array):
        return _of_array(owner, name, arguments)
    if isinstance(owner, str):
        return _of_text(owner, name, arguments)
    if isinstance(owner, (int, float)) and name == "toString":
        base = arguments[0] if arguments else 10
        return text(owner) if base == 10 else f"{integer(owner):x}" if base == 16 and number(owner) >= 0 else _abort()
    if not isinstance(owner, Method):
        raise Abort
    first = arguments[0] if arguments else UNDEFINED
    if name == "parseInt":
        base = integer(arguments[1]) if len(arguments) > 1 else 10
        return _leading(text(first), base or 10)
    if owner.name == "String" and name == "fromCharCode":
        return _short("".join(chr(integer(one) & 0xFFFF) for one in arguments))
    if owner.name == "Math" and name in _ROUNDED:
        return _ROUNDED[name](number(first))
    if not owner.name and name == "String":
        return text(first)
    if not owner.name and name == "Number":
        return number(first)
    if not owner.name and isinstance(first, str):
        made = function_result(name, [Text(first)])
        if isinstance(made, Text) and "{}" not in made.text:
            return made.text
    raise Abort


def _of_array(array: Array, name: str, arguments: Sequence[Plain]) -> Plain:
    items = array.items
    first = arguments[0] if arguments else UNDEFINED
    if name == "push" and len(items) + len(arguments) <= MAX_ITEMS:
        items.extend(arguments)
        return len(items)
    if name in ("shift", "pop"):
        return items.pop(0 if name == "shift" else -1) if items else UNDEFINED
    if name == "unshift" and len(items) + len(arguments) <= MAX_ITEMS:
        items[:0] = arguments
        return len(items)
    if name == "join":
        return _short((text(first) if arguments else ",").join("" if one is UNDEFINED else text(one) for one in items))
    if name == "reverse":
        items.reverse()
        return array
    if name == "slice":
        return Array(items[slice(*(integer(one) for one in arguments[:2]))] if arguments else list(items))
    if name == "concat":
        made = Array(list(items))
        for one in arguments:
            made.items.extend(one.items if isinstance(one, Array) else [one])
        return made if len(made.items) <= MAX_ITEMS else _abort()
    raise Abort


def _of_text(value: str, name: str, arguments: Sequence[Plain]) -> Plain:
    first = arguments[0] if arguments else UNDEFINED
    if name == "charAt":
        at = integer(first)
        return value[at] if 0 <= at < len(value) else ""
    if name == "charCodeAt":
        at = integer(first)
        return ord(value[at]) if 0 <= at < len(value) else math.nan
    if name == "indexOf" and isinstance(first, str):
        return value.find(first)
    if name in ("slice", "substring", "substr"):
        numbers = [integer(one) for one in arguments[:2]]
        if name == "slice":
            return value[slice(*numbers)] if len(numbers) > 1 else value[numbers[0] :] if numbers else value
        start = max(0, numbers[0]) if numbers else 0
        if name == "substr":
            return value[start : start + numbers[1]] if len(numbers) > 1 else value[start:]
        end = max(0, numbers[1]) if len(numbers) > 1 else len(value)
        return value[min(start, end) : max(start, end)]
    if name == "split" and isinstance(first, str):
        parts = value.split(first) if first else list(value)
        return Array(list[Plain](parts)) if len(parts) <= MAX_ITEMS else _abort()
    if name == "concat":
        return _short(value + "".join(map(text, arguments)))
    if name in ("replace", "replaceAll") and len(arguments) > 1 and isinstance(first, str):
        other = arguments[1]
        if isinstance(other, str) and "$" not in other:
            return _short(value.replace(first, other, 1 if name == "replace" else -1))
    if name in ("toLowerCase", "toUpperCase", "trim", "toString"):
        changed = {"toLowerCase": value.lower, "toUpperCase": value.upper, "trim": value.strip}
        return changed[name]() if name in changed else value
    raise Abort


def _leading(value: str, base: int) -> int | float:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:base] if 2 <= base <= 36 else ""
    found = (
        re.match(rf"\s*([-+]?)(?:0[xX](?=[0-9a-fA-F]))?([{digits}]{{1,15}})", value, re.IGNORECASE) if digits else None
    )
    if found is None:
        return math.nan
    hexadecimal = re.match(r"\s*[-+]?0[xX][0-9a-fA-F]", value) is not None
    if hexadecimal:
        return _abort()
    return int(found[1] + found[2], base)


def _short(value: str) -> str:
    return value if len(value) <= MAX_TEXT else _abort()


def _abort() -> NoReturn:
    raise Abort
