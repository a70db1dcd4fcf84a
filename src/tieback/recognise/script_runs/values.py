"""Values of the interpreter of scripts, and conversions between them.

Texts, numbers, booleans and ``null`` are those of Python. A value that is not known is ``Unknown``; a text of which a
part is not known has ``GAP`` in its place. Source: https://tc39.es/ecma262/#sec-ecmascript-data-types-and-values
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tieback.recognise.script_runs.syntax import Function

type Value = Any
"""A value of the script."""
type Call = Callable[[Value, list[Value]], Value]
"""A function of the platform: gets ``this`` and the arguments."""

GAP: Final = "\ue0f1"
"""A part of a text that is not known."""
MAX_TEXT = 20_000
"""Most characters of a text; a longer one is not known."""
MAX_ITEMS = 20_000
"""Most items of a list."""
_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|0[xX][0-9a-fA-F]+)\s*\Z")
_MAX_DEPTH = 2
_MAX_LISTED, _MAX_INNER = 100, 10
"""Most items of a list as text, and of one inside it."""
_FLAG_NAMES = ("global", "ignoreCase", "multiline", "dotAll", "unicode", "sticky")


class Undefined:
    """The value ``undefined``."""

    __slots__ = ()


UNDEFINED: Final = Undefined()


class Unknown:
    """A value that is not known, how the script reaches it, and the members that the script has set or read."""

    __slots__ = ("members", "path")

    def __init__(self, path: str = "") -> None:
        self.path = path
        self.members: dict[str, Value] = {}


class Symbol:
    """A symbol, which is a key of members. Two with one key are the same."""

    __slots__ = ("key",)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __init__(self, key: str) -> None:
        self.key = key


class Accessor:
    """A member that is read and set by functions."""

    __slots__ = ("read", "write")

    def __init__(self, read: Value = None, write: Value = None) -> None:
        self.read, self.write = read, write


class Object:
    """An object with members."""

    __slots__ = ("above", "members")

    def __init__(self, above: "Object | Unknown | None" = None) -> None:
        self.members: dict[str, Value] = {}
        self.above = above
        """Its prototype."""


class Holder(Object):
    """An object whose functions of the platform are made when they are read."""

    __slots__ = ("table",)

    def __init__(self, above: "Object | Unknown | None") -> None:
        super().__init__(above)
        self.table: Mapping[str, Callable[..., Value]] = {}


class List(Object):
    """An array, or a typed array."""

    __slots__ = ("items", "width")

    def __init__(self, items: list[Value], above: Object | Unknown | None, *, width: int = 0) -> None:
        super().__init__(above)
        self.items = items
        self.width = width
        """Bits of the items of a typed array, without that of a sign; 64 for fractions, 0 for an array."""

    def fitting(self, value: Value) -> Value:
        """A value as an item of a typed array."""
        found = number(value)
        if found is None or self.width == 64:
            return Unknown() if found is None else found
        if not math.isfinite(found):
            return 0
        signed = self.width % 2
        bits = int(found) & ((1 << (self.width + signed)) - 1)
        return bits - (1 << (self.width + 1)) if signed and bits >> self.width else bits


class Scope:
    """Names, and those around them."""

    __slots__ = ("names", "outer")

    def __init__(self, outer: "Scope | None") -> None:
        self.names: dict[str, Value] = {}
        self.outer = outer


class Closure(Object):
    """A function of the script, with the names around it."""

    __slots__ = ("fields", "function", "holder", "home", "is_class", "latest", "scope")

    def __init__(self, function: "Function", scope: Scope, above: Object | Unknown | None) -> None:
        super().__init__(above)
        self.function, self.scope = function, scope
        self.latest: Value = None
        """The object that it made last with ``new``."""
        self.is_class = False
        self.home: Value = None
        """The object above which ``super`` looks."""
        self.holder: Value = None
        """The object of whose literal it is a member."""
        self.fields: list[tuple[str, Callable[[Scope], Value] | None, Scope]] = []
        """Names and values of the fields of a class, and the names around it."""


class Native(Holder):
    """A function of the platform."""

    __slots__ = ("call", "name", "new")

    def __init__(self, name: str, call: Call, above: Object | None, new: Call | None = None) -> None:
        super().__init__(above)
        self.name, self.call = name, call
        self.new = new
        """What it makes with ``new``."""


class Promise(Object):
    """A value that is known later."""

    __slots__ = ("failed", "is_open", "settled", "value", "waiting")

    def __init__(self, above: Object | None) -> None:
        super().__init__(above)
        self.settled = self.failed = False
        self.is_open = False
        """True if it can fail as well: it is that of a request."""
        self.value: Value = UNDEFINED
        self.waiting: list[Callable[[], None]] = []


class Table(Object):
    """A map or a set: keys, each with a value."""

    __slots__ = ("is_map", "rows")

    def __init__(self, above: Object | None, *, is_map: bool) -> None:
        super().__init__(above)
        self.is_map = is_map
        self.rows: dict[object, tuple[Value, Value]] = {}


class Regex(Object):
    """A regular expression."""

    __slots__ = ("flags", "source")

    def __init__(self, source: str, flags: str, above: Object | None) -> None:
        super().__init__(above)
        self.source, self.flags = source, flags


def pattern_member(pattern: Regex, key: str) -> Value:
    """A member of a regular expression that the script has not set."""
    match key:
        case "source":
            return pattern.source
        case "flags":
            return pattern.flags
        case "lastIndex":
            return 0
        case "global" | "ignoreCase" | "multiline" | "dotAll" | "unicode" | "sticky":
            return dict(zip(_FLAG_NAMES, "gimsuy", strict=True))[key] in pattern.flags
    return UNDEFINED


class Proxy(Object):
    """An object whose members are read by functions of the script."""

    __slots__ = ("handler", "target")

    def __init__(self, target: Value, handler: Value) -> None:
        super().__init__(None)
        self.target, self.handler = target, handler


class Address(Object):
    """A ``URL``, as text; its members change the text."""

    __slots__ = ("text",)

    def __init__(self, text: str, above: Object | None) -> None:
        super().__init__(above)
        self.text = text


class Query(Object):
    """A ``URLSearchParams``, and the address that it belongs to."""

    __slots__ = ("address", "pairs")

    def __init__(self, pairs: list[tuple[str, str]], above: Object | None, address: Address | None = None) -> None:
        super().__init__(above)
        self.pairs = pairs
        self.address = address


def is_callable(value: Value) -> bool:
    """True for functions."""
    return isinstance(value, (Closure, Native)) or (isinstance(value, Proxy) and is_callable(value.target))


def key_value(key: str) -> Value:
    """The key of a member as the script sees it: a text or a symbol."""
    return Symbol(key) if key.startswith("@@") else key


def is_open(value: Value) -> bool:
    """True if a value is not known, or not all of it."""
    return isinstance(value, Unknown) or (isinstance(value, str) and GAP in value)


def truth(value: Value) -> bool | None:
    """A value as a condition; ``None`` if that is not known."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, (bool, int, str)):
        return bool(value)
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return value is not None and value is not UNDEFINED


def number(value: Value) -> int | float | None:
    """A value as a number; ``None`` if that is not known."""
    if isinstance(value, (bool, int)):
        return int(value)
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        if GAP in value:
            return None
        if not value.strip():
            return 0
        found = _NUMBER.match(value) if len(value) < 400 else None
        if found is None:
            return math.nan
        text = found[1]
        return int(text, 16) if text[:2].lower() == "0x" else whole(float(text))
    if value is None:
        return 0
    if isinstance(value, Unknown):
        return None
    if isinstance(value, List) and len(value.items) < 2:
        return number(value.items[0]) if value.items else 0
    return math.nan


def whole(value: float) -> int | float:
    """A number as an integer, if it is one."""
    return int(value) if math.isfinite(value) and value.is_integer() and abs(value) < 2**63 else value


def int32(value: Value) -> int | None:
    """A value as an integer of 32 bits with a sign; ``None`` if that is not known."""
    found = number(value)
    if found is None:
        return None
    if not math.isfinite(found):
        return 0
    return ((int(found) + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def number_text(value: float) -> str:
    """A number as text."""
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, int):
        value = float(value) if abs(value) < 2**1023 else math.inf
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    shown = repr(value)
    if value.is_integer() and abs(value) < 1e21:
        digits, _, power = shown.removesuffix(".0").partition("e")
        sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
        whole_part, _, fraction = digits.partition(".")
        return f"{sign}{(whole_part + fraction).ljust(len(whole_part) + int(power or 0), '0')}"
    if abs(value) >= 1e-6 and "e-0" in shown:
        return f"{value:.20f}".rstrip("0")
    return shown.replace("e-0", "e-").removesuffix(".0")


def text(value: Value, depth: int = 0) -> str:
    """A value as text, without calls of ``toString`` of the script."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, List):
        return _list_text(value, depth)
    if isinstance(value, Address):
        return value.text
    if isinstance(value, Query):
        return query_text(value.pairs)
    if isinstance(value, Symbol):
        return value.key
    if isinstance(value, Regex):
        return f"/{value.source}/{value.flags}"
    if isinstance(value, (Unknown, Closure, Native, Proxy)):
        return GAP
    return "[object Object]"


def limited(value: str) -> str:
    """A text, cut at the most characters of one."""
    return value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + GAP


def _list_text(value: List, depth: int) -> str:
    if depth > _MAX_DEPTH or (depth and len(value.items) > _MAX_INNER):  # a list that is in others many times
        return GAP
    items = value.items[:_MAX_LISTED]
    return joined(("" if one is None or one is UNDEFINED else text(one, depth + 1) for one in items), ",")


def joined(parts: Iterable[str], between: str = "") -> str:
    """Texts as one, cut at the most characters of one; those behind are not made."""
    found: list[str] = []
    size = -len(between)
    for part in parts:
        found.append(part)
        size += len(part) + len(between)
        if size > MAX_TEXT:
            break
    return limited(between.join(found))


def key_text(value: Value) -> str:
    """A value as the key of a member."""
    return value if isinstance(value, str) else value.key if isinstance(value, Symbol) else text(value)


def query_text(pairs: list[tuple[str, str]]) -> str:
    """The pairs of a query as text."""
    return joined((f"{_form(name)}={_form(value)}" for name, value in pairs), "&")


def _form(value: str) -> str:
    return encoded(value).replace("%20", "+")


def encoded(value: str, safe: str = "-_.*") -> str:
    """A text in percent encoding; what is not known stays so."""
    from urllib.parse import quote

    return GAP.join(quote(part, safe=safe, errors="replace") for part in value.split(GAP))


def kind(value: Value) -> Value:
    """What ``typeof`` gives."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, Symbol):
        return "symbol"
    return "function" if is_callable(value) else "object"


def same(left: Value, right: Value) -> bool | None:
    """``===``; ``None`` if that is not known."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return True if left is right else None
    if isinstance(left, str) and isinstance(right, str):
        if GAP in left or GAP in right:
            return _same_texts(left, right)
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool) and left == right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    if isinstance(left, Symbol):
        return isinstance(right, Symbol) and left.key == right.key
    return left is right


def _same_texts(left: str, right: str) -> bool | None:
    one, other = left.partition(GAP)[0], right.partition(GAP)[0]
    least = min(len(one), len(other))
    if one[:least] != other[:least] or (GAP not in left and len(left) < len(other)):
        return False
    return None if not (GAP not in right and len(right) < len(one)) else False


def alike(left: Value, right: Value) -> bool | None:
    """``==``; ``None`` if that is not known."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    empty = left is None or left is UNDEFINED
    if empty or right is None or right is UNDEFINED:
        return empty and (right is None or right is UNDEFINED)
    simple = str | bool | int | float
    if (
        isinstance(left, simple)
        and isinstance(right, simple)
        and not (isinstance(left, str) and isinstance(right, str))
    ):
        one, other = number(left), number(right)
        return None if one is None or other is None else one == other
    if isinstance(left, (List, Address)) and isinstance(right, simple):
        return alike(text(left), right)
    if isinstance(right, (List, Address)) and isinstance(left, simple):
        return alike(text(right), left)
    return same(left, right)
