"""Possible register values during a walk: constants, texts from constants, objects, and choices between them.

A walk creates hundreds of thousands of them, and a structure of msgspec takes a third of the time of a named tuple.
Values refer to no value that refers to them, so that the collector of cycles need not look at them (``gc=False``).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

MAX_TEXT = 4096
"""Most characters of a composed text; longer ones are cut."""
MAX_PARTS = 64
"""Most constants that are recorded per text."""
MAX_ALTERNATIVES = 32
"""Most possible values of one register; with more the value is unknown."""
MAX_NEEDS = 8
"""Most unknown members that are recorded per text."""
MAX_VIA = 6
"""Most members that are recorded as the way of a text."""

HOLE = "{}"
"""Placeholder for a part that is not constant; the rules treat it like a placeholder in the app."""

EMPTY = ""
"""Part of a text that a field has as an empty text until code sets it."""


class Need(NamedTuple):
    """A member whose value would make a text more complete."""

    kind: str
    """``result`` of a method, ``field``, or ``parameter`` of the method where the walk began."""
    member: int
    """Identity of the method or field; see ``app.AppCode``."""


class TextValue(msgspec.Struct, frozen=True, gc=False):
    """A string, as far as it is constant."""

    text: str
    """The text, with ``HOLE`` for each part that is not constant."""
    first: int = -1
    """Place of the first constant: number of the file and string index, see ``place``; -1 if there is none."""
    parts: tuple[str, ...] = ()
    """The constants of the text."""
    needs: tuple[Need, ...] = ()
    """What the unknown parts depend on."""
    via: tuple[int, ...] = ()
    """Identities of the methods and fields through which the constants came, outermost first."""

    def plus(self, other: "TextValue") -> "TextValue":
        """Both texts joined; cut at ``MAX_TEXT``."""
        return TextValue((self.text + other.text)[:MAX_TEXT], *origins((self, other)))


class Alternative(msgspec.Struct, frozen=True, gc=False):
    """One of the values of a choice, with its condition."""

    when: "When"
    """Branches that lead to it: a place where paths meet, and the number of the path."""
    value: "Value | None"


class Choice(msgspec.Struct, frozen=True, gc=False):
    """Several possible values."""

    alternatives: tuple[Alternative, ...]


TEXTS = (TextValue, Choice)
"""Types of texts; a tuple, because ``isinstance`` with a union makes the union each time."""


NUMBERS = frozenset((int, type(None)))
"""Types of the items of an array of numbers, which has thousands of them and refers to no object."""


class ObjectRef(msgspec.Struct, frozen=True, gc=False):
    """Reference to a mutable object; the heap has its contents under this number."""

    number: int


class Receiver(msgspec.Struct, frozen=True, gc=False):
    """Object that the walk did not see being created, of which only the class is known. The heap has nothing of it."""

    kind: str
    """Descriptor of the class; the object can also be of a class below."""


class EndpointParts(msgspec.Struct, frozen=True, gc=False):
    """Parts of an endpoint from a call, all of them constants."""

    values: Mapping[str, str | int]
    """Parts by role; see ``sinks.toml``."""
    first: int = -1
    """Place of the first constant among the parts."""
    needs: tuple[Need, ...] = ()
    via: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    """The constants of all texts."""


class PartsValue(msgspec.Struct, frozen=True, gc=False):
    """An object with parts of an endpoint, such as a ``java.net.URL`` or its builder."""

    values: Mapping[str, "Value"]


class ArrayValue(msgspec.Struct, frozen=True, gc=False):
    """An array or a list of known length."""

    items: tuple["Value | None", ...]


class MapValue(msgspec.Struct, frozen=True, gc=False):
    """A map with constant keys."""

    items: Mapping[str | int, "Value | None"]


class InstanceValue(msgspec.Struct, frozen=True, gc=False):
    """An object of a class of the app."""

    kind: str
    """Descriptor of the class."""
    fields: Mapping[int, "Value | None"]
    """Values by identity of the field."""


class Frozen(msgspec.Struct, frozen=True, gc=False):
    """Contents of an object outside a walk."""

    contents: "Contents"


type Value = TextValue | int | ObjectRef | Receiver | Choice | Frozen
type Contents = TextValue | Choice | PartsValue | ArrayValue | MapValue | InstanceValue

UNKNOWN = TextValue(HOLE)


def place(file: int, string: int) -> int:
    """The number of a file and a string index, as one number."""
    return file << 32 | string if string >= 0 else -1


def origins(
    texts: Sequence[TextValue],
) -> tuple[int, tuple[str, ...], tuple[Need, ...], tuple[int, ...]]:
    """First place, parts, needs and way of several texts together."""
    if len(texts) == 2:  # the common case, without loops
        one, other = texts
        return (
            one.first if one.first >= 0 else other.first,
            (*one.parts, *other.parts)[:MAX_PARTS],
            merged(one.needs, other.needs, MAX_NEEDS),
            merged(one.via, other.via, MAX_VIA),
        )
    parts: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    via: tuple[int, ...] = ()
    first = -1
    for text in texts:
        first = first if first >= 0 else text.first
        parts = (*parts, *text.parts)[:MAX_PARTS]
        needs = merged(needs, text.needs, MAX_NEEDS)
        via = merged(via, text.via, MAX_VIA)
    return first, parts, needs, via


def merged[T](one: tuple[T, ...], other: tuple[T, ...], most: int) -> tuple[T, ...]:
    """Distinct items of both, in order."""
    if not other or one == other:
        return one
    return tuple(dict.fromkeys((*one, *other)))[:most] if one else other


def as_text(value: Value | None) -> TextValue:
    """A value converted to a string; not for a choice."""
    if isinstance(value, TextValue):
        return value
    if isinstance(value, int):
        return TextValue(str(value), parts=(str(value),))
    return UNKNOWN


def text_of_object(value: Value | None) -> TextValue:
    """The same for a value whose type is that of an object: 0 is null, and no code contacts what has null in it.

    A field without a value is null until code sets it, as one that a server or a file fills.
    """
    return UNKNOWN if value == 0 else as_text(value)


def choice(alternatives: Sequence[Alternative]) -> Value | None:
    """A value from its alternatives: the value itself if they are equal, unknown if there are too many."""
    if not alternatives:
        return None
    first = alternatives[0].value
    if [one.value for one in alternatives].count(first) == len(alternatives):
        return first
    if len({one.when for one in alternatives}) == len(alternatives):
        distinct = tuple(alternatives)  # without the hash of each value
    else:
        distinct = tuple({(one.when, _key(one.value)): one for one in alternatives}.values())
    if len(distinct) > MAX_ALTERNATIVES:
        distinct = _by_value(distinct)
    if len(distinct) > MAX_ALTERNATIVES:
        return UNKNOWN
    return Choice(distinct)


def _by_value(alternatives: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """Each value once, with the conditions that all its paths have."""
    found: dict[object, Alternative] = {}
    for one in alternatives:
        key = _key(one.value)
        held = found.get(key)
        found[key] = one if held is None else Alternative(held.when & one.when, one.value)
    return tuple(found.values())


def same_choice(value: Choice) -> Value | None:
    """``choice`` of the alternatives of a choice: the same object if nothing can be left out."""
    made = choice(value.alternatives)
    return value if isinstance(made, Choice) and made.alternatives is value.alternatives else made


def _key(value: Value | None) -> object:
    """Equal for equal constants; objects with contents have no hash."""
    return value if value is None or isinstance(value, (TextValue, int, ObjectRef, Receiver)) else id(value)


_ALWAYS: "When" = frozenset()


def alternatives(value: Value | None) -> tuple[Alternative, ...]:
    """The possible values; one without a condition if there is no choice."""
    return value.alternatives if isinstance(value, Choice) else (Alternative(_ALWAYS, value),)


type When = frozenset[tuple[object, object]]


def rows(values: Sequence[Value | None]) -> list[tuple[When, tuple[Value | None, ...]]] | None:
    """Each combination of values that one path can have; ``None`` if there are too many.

    Many paths with few values give each combination of these values.
    """
    found = _rows(values)
    return found if found is not None else _rows(list(map(_distinct, values)))


def _distinct(value: Value | None) -> Value | None:
    return Choice(_by_value(value.alternatives)) if isinstance(value, Choice) else value


def _rows(values: Sequence[Value | None]) -> list[tuple[When, tuple[Value | None, ...]]] | None:
    found: list[tuple[When, tuple[Value | None, ...]]] = [(frozenset(), ())]
    for value in values:
        if not isinstance(value, Choice):
            found = [(when, (*row, value)) for when, row in found]
            continue
        found = [
            (both, (*row, one.value))
            for when, row in found
            for one in value.alternatives
            if (both := compatible(when, one.when)) is not None
        ]
        if len(found) > MAX_ALTERNATIVES:
            return None
    return found


def combine(values: Sequence[Value | None], make: Callable[..., Value | None]) -> Value | None:
    """Apply a function to values; to each combination that one path can have if some are choices."""
    if Choice not in map(type, values):
        return make(*values)
    found = rows(values)
    return UNKNOWN if found is None else choice([Alternative(when, make(*row)) for when, row in found])


def each(value: Value | None, make: Callable[[Value | None], Value | None]) -> Value | None:
    """Apply a function, whose results can be choices, to each possible value."""
    if not isinstance(value, Choice):
        return make(value)
    return choice(
        [
            Alternative(both, inner.value)
            for one in value.alternatives
            for inner in alternatives(make(one.value))
            if (both := compatible(one.when, inner.when)) is not None
        ]
    )


def combine_known(values: Sequence[Value | None], make: Callable[..., Value | None]) -> Value | None:
    """The same, with the last choices as unknown values if there are too many combinations: the first ones, where an
    address begins, are kept.
    """
    result = combine(values, make)
    for at in range(len(values) - 1, 0, -1):
        if result is not UNKNOWN:
            break
        if isinstance(values[at], Choice):
            values = [*values[:at], unknown_of([values[at]]), *values[at + 1 :]]
            result = combine(values, make)
    return result


def compatible(one: When, other: When) -> When | None:
    """Both conditions together; ``None`` if no path has both."""
    if not other or one == other:
        return one
    if not one:
        return other
    both = one | other
    return both if len({origin for origin, _ in both}) == len(both) else None


def is_address(value: Value | None) -> bool:
    """True if a text can begin an endpoint."""
    if isinstance(value, Choice):
        return any(is_address(one.value) for one in value.alternatives)
    return isinstance(value, TextValue) and "://" in value.text


def is_informative(value: Value | None) -> bool:
    """True if a value is known, at least in part."""
    if isinstance(value, Choice):
        return any(is_informative(one.value) for one in value.alternatives)
    return (
        bool(value.parts) or value.text != HOLE
        if isinstance(value, TextValue)
        else value is not None and type(value) is not Receiver
    )


def unknown_of(values: Sequence[Value | None]) -> TextValue:
    """An unknown text that depends on what these values depend on."""
    needs: tuple[Need, ...] = ()
    for value in values:
        if isinstance(value, TextValue):
            needs = merged(needs, value.needs, MAX_NEEDS)
        elif isinstance(value, Choice):
            for one in value.alternatives:
                if isinstance(one.value, TextValue):
                    needs = merged(needs, one.value.needs, MAX_NEEDS)
    return TextValue(HOLE, needs=needs) if needs else UNKNOWN
