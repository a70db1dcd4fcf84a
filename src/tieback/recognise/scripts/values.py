"""Values of expressions in scripts: constants, the parts of the source that make up the others, and choices.

A value is a set of cases. Each case has the branches that lead to it, so that ``c.host + c.path`` joins the members of
one object only. A part of a text that is not constant is ``HOLE``, as in the data flow of DEX code.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple, TypeGuard

from tieback.recognise.dataflow.methods.values import HOLE, MAX_ALTERNATIVES, When, compatible

MAX_TEXT = 4_096
"""Most characters of a composed text; longer ones are cut."""
MAX_PARTS = 64
"""Most literals that are recorded per text."""
MAX_VIA = 6
"""Most names that are recorded as the way of a text."""
_MAX_WHEN = 32


class Text(NamedTuple):
    """A text, as far as it is constant."""

    text: str
    at: int = -1
    """Offset of its first literal; -1 if there is none."""
    parts: tuple[str, ...] = ()
    """The literals that are in the script as they are."""
    via: tuple[str, ...] = ()
    """Names through which the literals came, outermost first."""


class Kind(Enum):
    """What is at a place of the source."""

    OBJECT = auto()
    ARRAY = auto()
    FUNCTION = auto()
    CLASS = auto()
    MODULE = auto()
    """The function around a module of a bundle."""
    INSTANCE = auto()
    """An object that was made with ``new``; the place is that of its class or function."""
    SCOPE = auto()
    """The variables of a function; only in bytecode."""


type Env = Mapping[tuple[int, str], "Cases"]
"""Values of parameters, by function and name."""
NO_ENV: Env = {}


class Source(NamedTuple):
    """A value that is read from the source when one of its parts is needed."""

    kind: Kind
    at: int
    """Offset of the opening bracket, or of the beginning of a function."""
    env: Env
    via: tuple[str, ...] = ()


class Items(NamedTuple):
    """An array that is the result of a method."""

    items: tuple["Cases", ...]


class Plain(NamedTuple):
    """A value from JSON."""

    value: object
    at: int


class Table(NamedTuple):
    """A ``Map`` that is made of an array of pairs, or without one."""

    rows: Items
    at: int = -1
    """Where it is made, if it is empty then."""


class Merged(NamedTuple):
    """Objects that were copied into one, the last one first."""

    objects: tuple["Value", ...]


class Client(NamedTuple):
    """An HTTP client with a base address."""

    base: Text


class Pattern(NamedTuple):
    """A regular expression."""

    source: str
    flags: str


class Deferred(NamedTuple):
    """Result of an unknown function that was called with a function: a module that is run at its first use."""

    function: Source


class Unknown(NamedTuple):
    """Any other value, and the names through which the script reaches it."""

    path: str = ""


type Value = Text | int | Source | Items | Table | Plain | Merged | Client | Pattern | Deferred | Unknown
type Cases = tuple[tuple[When, Value], ...]

ALWAYS: When = frozenset()
UNKNOWN: Cases = ((ALWAYS, Unknown()),)


def single(value: Value) -> Cases:
    """The cases of a value without a choice."""
    return ((ALWAYS, value),)


def choice(origin: object, options: Sequence[Cases]) -> Cases:
    """One of several values; ``origin`` is equal for choices that are made together."""
    if len(options) == 1:
        return options[0]
    found: dict[tuple[When, object], tuple[When, Value]] = {}
    for number, option in enumerate(options):
        mark: When = frozenset(((origin, number),))
        for when, value in option:
            both = compatible(when, mark)
            if both is not None and len(both) <= _MAX_WHEN:
                found.setdefault((both, _key(value)), (both, value))
        if len(found) > MAX_ALTERNATIVES:
            return UNKNOWN
    return tuple(found.values()) or UNKNOWN


def combine(make: Callable[..., Value], *operands: Cases) -> Cases:
    """Apply a function to each combination of cases that can be together."""
    for one in operands:
        if len(one) != 1 or one[0][0]:
            break
    else:
        return single(make(*[one[0][1] for one in operands]))
    rows: list[tuple[When, tuple[Value, ...]]] = [(ALWAYS, ())]
    for operand in operands:
        rows = [
            (both, (*row, value))
            for when, row in rows
            for other, value in operand
            if (both := compatible(when, other)) is not None and len(both) <= _MAX_WHEN
        ]
        if len(rows) > MAX_ALTERNATIVES:
            return UNKNOWN
    return tuple((when, make(*row)) for when, row in rows) or UNKNOWN


def chained(make: Callable[[Value], Cases], operand: Cases) -> Cases:
    """Apply a function whose results are cases again."""
    if len(operand) == 1 and not operand[0][0]:
        return make(operand[0][1])
    found: list[tuple[When, Value]] = []
    for when, value in operand:
        for other, result in make(value):
            both = compatible(when, other)
            if both is not None and len(both) <= _MAX_WHEN:
                found.append((both, result))
        if len(found) > MAX_ALTERNATIVES:
            return UNKNOWN
    return tuple(found) or UNKNOWN


def of_key(pairs: Sequence[tuple[Cases, Cases]], key: Cases, origin: object) -> Cases:
    """The value of a key among pairs; one of all values, chosen at ``origin``, if the key is not known."""
    if not 0 < len(pairs) <= MAX_ALTERNATIVES:
        return UNKNOWN

    def value_of(wanted: Value) -> Cases:
        if not is_known(wanted):
            return choice(origin, [value for _, value in pairs])
        text = as_text(wanted).text
        return next((value for name, value in pairs if [as_text(one).text for _, one in name] == [text]), UNKNOWN)

    return chained(value_of, key)


def as_text(value: Value) -> Text:
    """A value converted to a text; ``HOLE`` if it is not known."""
    if isinstance(value, Text):
        return value
    if isinstance(value, int):
        return Text(str(value))
    if isinstance(value, Plain) and isinstance(value.value, str):
        return Text(value.value[:MAX_TEXT], value.at)
    if isinstance(value, Plain) and isinstance(value.value, int):
        return Text(str(value.value), value.at)
    return Text(HOLE)


def joined(*texts: Text) -> Text:
    """Texts in a row; cut at ``MAX_TEXT``."""
    return Text("".join(one.text for one in texts)[:MAX_TEXT], *origins(texts))


def origins(texts: Sequence[Text]) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """First place, literals and names of several texts together."""
    at = next((one.at for one in texts if one.at >= 0), -1)
    parts = tuple([part for one in texts for part in one.parts])[:MAX_PARTS]
    via = tuple(dict.fromkeys([name for one in texts for name in one.via]))[:MAX_VIA]
    return at, parts, via


def named(value: Value, name: str) -> Value:
    """A value with the name through which it is reached."""
    if isinstance(value, (Text, Source)):
        if value.via[:1] == (name,):
            return value
        via = (name, *value.via)[:MAX_VIA]  # ``_replace`` takes twice the time
        if isinstance(value, Text):
            return Text(value.text, value.at, value.parts, via)
        return Source(value.kind, value.at, value.env, via)
    return value


def is_known(value: Value) -> bool:
    """True for a text or number that is constant as a whole."""
    text = as_text(value)
    return HOLE not in text.text and (bool(text.text) or isinstance(value, Text))


def is_function(value: Value) -> TypeGuard[Source]:
    """True for a function of the script."""
    return isinstance(value, Source) and value.kind is Kind.FUNCTION


def is_unknown(cases: Cases) -> bool:
    """True if nothing is known in any case."""
    return all(isinstance(value, Unknown) for _, value in cases)


def _key(value: Value) -> object:
    return value.text if isinstance(value, Text) else value if isinstance(value, int) else id(value)
