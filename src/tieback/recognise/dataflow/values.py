"""Possible register values during a walk: constants, texts from constants, objects with parts of an endpoint."""

from collections.abc import Mapping
from typing import NamedTuple

MAX_TEXT = 4096
"""Most characters of a composed text; longer ones are cut."""
MAX_PARTS = 64
"""Most constants that are recorded per text."""

HOLE = "{}"
"""Placeholder for a part that is not constant; the rules treat it like a placeholder in the app."""


class TextValue(NamedTuple):
    """A string, as far as it is constant."""

    text: str
    """The text, with ``HOLE`` for each part that is not constant."""
    first: int = -1
    """String index of the first constant; -1 if there is none."""
    parts: tuple[str, ...] = ()
    """The constants of the text."""

    def plus(self, other: "TextValue") -> "TextValue":
        """Both texts joined; cut at ``MAX_TEXT``."""
        return TextValue(
            (self.text + other.text)[:MAX_TEXT],
            self.first if self.first >= 0 else other.first,
            (*self.parts, *other.parts)[:MAX_PARTS],
        )


class ObjectRef(NamedTuple):
    """Reference to a mutable object; the heap has its contents under this number."""

    number: int


class EndpointParts(NamedTuple):
    """An object with parts of an endpoint, such as a ``java.net.URL`` or its builder."""

    values: Mapping[str, str | int]
    """Parts by role; see ``sinks.toml``."""
    first: int = -1
    """String index of the first constant among the parts."""


class ArrayValue(NamedTuple):
    """An array of objects of known length."""

    items: tuple["Value | None", ...]


type Value = TextValue | int | ObjectRef
type Contents = TextValue | EndpointParts | ArrayValue

UNKNOWN = TextValue(HOLE)


def as_text(value: Value | None) -> TextValue:
    """A value converted to a string."""
    if isinstance(value, TextValue):
        return value
    if isinstance(value, int):
        return TextValue(str(value), parts=(str(value),))
    return UNKNOWN


def common_value(one: Contents, other: Contents) -> Contents | None:
    """The contents that two paths through a method have in common; a text keeps its common beginning."""
    if one == other:
        return one
    if isinstance(one, TextValue) and isinstance(other, TextValue):
        length = 0
        for length, (left, right) in enumerate(zip(one.text, other.text, strict=False)):  # noqa: B007
            if left != right:
                break
        else:
            length = min(len(one.text), len(other.text))
        shared = tuple(part for part, same in zip(one.parts, other.parts, strict=False) if part == same)
        return TextValue((one.text[:length] + HOLE)[:MAX_TEXT], one.first if shared else -1, shared)
    if isinstance(one, EndpointParts) and isinstance(other, EndpointParts):
        values = {role: value for role, value in one.values.items() if other.values.get(role) == value}
        return EndpointParts(values, one.first)
    return None
