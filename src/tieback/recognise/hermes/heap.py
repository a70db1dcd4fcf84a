"""Objects, variables and closures that the functions of bytecode make, and their members.

Values are those of ``scripts.values``. The place of an object, an array, variables or an instance is its number here;
that of a function is the number of a closure; that of a module is its number in the bundle, and ``via`` are the members
that are read from it when the value is needed.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from tieback.recognise.scripts.expo_settings import KEY
from tieback.recognise.scripts.values import (
    MAX_VIA,
    NO_ENV,
    UNKNOWN,
    Cases,
    Items,
    Kind,
    Plain,
    Source,
    Text,
    Unknown,
    Value,
    chained,
    choice,
    is_unknown,
    named,
    single,
)  # fmt: skip

MAX_OBJECTS = 200_000
"""Most objects and closures of one file."""
MAX_FIELDS = 2_000
"""Most members of one object."""
MAX_ITEMS = 4_096
"""Most items of one array."""
GLOBAL = 0
"""Number of the global object."""
INTEROP = "#interop"
"""Member that stands for the helper of Babel that gives a module the member ``default``."""
_MAX_PATH = 120
_MAX_PARENTS = 8
_MAX_MEMBERS = 8
"""Most members of an object that are taken for one whose name is not known."""


@lru_cache(maxsize=65_536)
def _unknown(path: str, name: str) -> Cases:
    """A member of a value that is not known."""
    return single(Unknown(f"{path}.{name}"[:_MAX_PATH] if path not in ("null", "undefined") else f".{name}"))


def through(name: str, value: Cases) -> Cases:
    """A value with the name through which it is reached; a variable has none."""
    if name.startswith("$"):
        return value
    if len(value) == 1 and not isinstance(value[0][1], (Text, Source)):
        return value
    return tuple(
        (when, one if isinstance(one, Source) and one.kind is not Kind.FUNCTION else named(one, name))
        for when, one in value
    )


class Closure(NamedTuple):
    """A function with the variables around it."""

    function: int
    scope: int
    """Number of the variables; -1 if they are not known."""


class Thing:
    """An object, an array, or the variables of a function."""

    __slots__ = ("fields", "getters", "items", "parent")

    def __init__(self, parent: int = -1, items: list[Cases] | None = None) -> None:
        self.fields: dict[str, Cases] = {}
        self.getters: dict[str, Cases] = {}
        self.parent = parent
        """Number of the prototype, or of the variables of the function around."""
        self.items = items


class Heap:
    """Everything that the functions of one file make."""

    def __init__(self) -> None:
        self.extra: Mapping[str, object] = {}
        """Settings of an Expo app."""
        self.things: list[Thing] = [Thing()]
        self.closures: list[Closure] = []
        self.homes: dict[int, int] = {}
        """Objects that have a closure as a method."""
        self.bases: dict[int, Source] = {}
        """The class from which that of a closure is derived."""
        self.statics: dict[int, int] = {}
        """Objects with the members of closures."""
        self.module: Callable[[Source], Cases] = lambda _: UNKNOWN
        self.missing: Callable[[int, str], Cases | None] = lambda *_: None
        self.getter: Callable[[Cases, Cases], Cases] = lambda *_: UNKNOWN
        """Read a member of a module, a member that no known function has set, and the result of a getter."""

    def new(self, kind: Kind, parent: int = -1, items: list[Cases] | None = None) -> Source:
        """A new object, array, instance or set of variables."""
        if len(self.things) >= MAX_OBJECTS:
            raise RecursionError
        self.things.append(Thing(parent, items))
        return Source(kind, len(self.things) - 1, NO_ENV)

    def closure(self, function: int, scope: int) -> Source:
        """A new closure."""
        if len(self.closures) >= MAX_OBJECTS:
            raise RecursionError
        self.closures.append(Closure(function, scope))
        return Source(Kind.FUNCTION, len(self.closures) - 1, NO_ENV)

    def thing(self, value: Value) -> int:
        """Number of the object of a value; -1 if it has none."""
        if not isinstance(value, Source) or value.kind is Kind.MODULE:
            return -1
        if value.kind is not Kind.FUNCTION:
            return value.at
        if value.at not in self.statics:
            self.statics[value.at] = self.new(Kind.OBJECT).at
        return self.statics[value.at]

    def derive(self, derived: Value, base: Value) -> None:
        """Derive a class from another one."""
        if isinstance(derived, Source) and isinstance(base, Source) and base.kind is Kind.FUNCTION:
            self.bases[derived.at] = base
            own, parent = (self.thing(self.member(single(one), "prototype")[0][1]) for one in (derived, base))
            if own >= 0:
                self.things[own].parent = parent

    def things_of(self, closure: Source, name: str) -> int:
        """Number of the object that is a member of a closure; -1 if it has none."""
        known = self.statics.get(closure.at, -1)
        value = self.things[known].fields.get(name) if known >= 0 else None
        return self.thing(value[0][1]) if value else -1

    def forced(self, value: Cases) -> Cases:
        """A value without members of modules that are still to be read."""
        for _, one in value:
            if isinstance(one, Source) and one.kind is Kind.MODULE:
                break
        else:
            return value
        return chained(
            lambda one: self.module(one) if isinstance(one, Source) and one.kind is Kind.MODULE else single(one), value
        )

    def member(self, value: Cases, name: str) -> Cases:
        """A member of a value."""
        if len(value) == 1 and not value[0][0]:
            found = self._member(value[0][1], name)
        else:
            found = chained(lambda one: self._member(one, name), value)
        return single(Plain(self.extra, -1)) if name == KEY and self.extra and is_unknown(found) else found

    def _member(self, value: Value, name: str) -> Cases:
        match value:
            case Unknown(path=path):
                return _unknown(path, name)
            case Source(kind=Kind.MODULE):
                if len(value.via) >= MAX_VIA:
                    return UNKNOWN
                return single(value._replace(via=(*value.via, name)))
            case Source(kind=Kind.FUNCTION) if name == "prototype":
                number = self.thing(value)
                found = self.things[number].fields.get(name)
                if found is None:
                    found = self.things[number].fields[name] = single(self.new(Kind.OBJECT))
                return found
            case Source(kind=Kind.FUNCTION) if value.at not in self.statics:
                return single(Unknown(f".{name}"))
            case Source():
                return self._of_thing(value, self.thing(value), name)
            case Plain(value=dict() as content) if name in content:
                inner = content[name]
                made = Text(inner, value.at, (), (name,)) if isinstance(inner, str) else Plain(inner, value.at)
                return single(made)
            case Text() if name == "length":
                return single(len(value.text))
            case Text() if name == "href":
                return single(value)
        return single(Unknown(f".{name}"))

    def _of_thing(self, value: Source, number: int, name: str) -> Cases:
        if name == "length" and self.things[number].items is not None:
            return single(len(self.things[number].items or ()))
        at = number
        for _ in range(_MAX_PARENTS):
            thing = self.things[at]
            if name in thing.getters:
                return self.getter(thing.getters[name], single(value))
            if name in thing.fields:
                return through(name, thing.fields[name])
            if value.kind is Kind.SCOPE or thing.parent < 0:
                break
            at = thing.parent
        found = self.missing(number, name)
        if found is not None:
            return found
        return single(Unknown(name if number == GLOBAL else f".{name}"))

    def put(self, value: Cases, name: str, member: Cases, *, join: bool) -> None:
        """Set a member; with ``join`` the value that it had stays possible."""
        for _, one in value:
            number = self.thing(one)
            if number < 0:
                continue
            fields = self.things[number].fields
            known = fields.get(name)
            if known is None and len(fields) >= MAX_FIELDS:
                continue
            if join and known is not None and not is_unknown(known) and known != member:
                member = choice(("put", number, name), (known, member)) if not is_unknown(member) else known
            fields[name] = member

    def items(self, value: Value) -> list[Cases] | None:
        """The items of an array; ``None`` for other values."""
        if isinstance(value, Items):
            return list(value.items)
        if isinstance(value, Source) and value.kind is Kind.ARRAY:
            return self.things[value.at].items
        if isinstance(value, Plain) and isinstance(value.value, list):
            return [single(Text(one) if isinstance(one, str) else Plain(one, value.at)) for one in value.value]
        return None

    def element(self, value: Cases, key: Cases) -> Cases:
        """A member or item whose name is a value."""
        return chained(lambda one: chained(lambda other: self._element(one, other), key), value)

    def _element(self, value: Value, key: Value) -> Cases:
        if isinstance(key, Text):
            return self._member(value, key.text)
        items = self.items(value)
        if items is not None and isinstance(key, int):
            return items[key] if 0 <= key < len(items) else UNKNOWN
        if items is not None and items and len(items) <= MAX_VIA:
            return choice(("of", id(items)), items)
        if isinstance(value, Source) and isinstance(key, Unknown) and value.kind is Kind.OBJECT and value.at != GLOBAL:
            members = list(self.things[value.at].fields.values())
            return choice(("of", value.at), members) if 0 < len(members) <= _MAX_MEMBERS else UNKNOWN
        if isinstance(value, Text) and isinstance(key, int):
            return single(Text(value.text[key], value.at, (), value.via)) if 0 <= key < len(value.text) else UNKNOWN
        if isinstance(value, Source) and isinstance(key, int) and value.kind is not Kind.MODULE:
            return self._member(value, str(key))
        return UNKNOWN

    def set_item(self, value: Cases, key: int, member: Cases) -> None:
        """Set an item of an array, or the member of an object with this number as its name."""
        for _, one in value:
            items = self.items(one) if isinstance(one, Source) else None
            if items is None:
                self.put(single(one), str(key), member, join=False)
            elif 0 <= key < MAX_ITEMS:
                items.extend([UNKNOWN] * (key + 1 - len(items)))
                items[key] = member
