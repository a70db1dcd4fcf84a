"""What a register may hold while a method is walked: constants, texts made of them, objects that carry parts."""

from collections.abc import Mapping
from typing import NamedTuple

MAX_TEXT = 4096
"""Characters of a composed text; it is not made longer."""
MAX_PARTS = 64
"""Constants that are remembered of one text."""

HOLE = "{}"
"""Stands for what is not constant; rules take it for a placeholder."""


class Text(NamedTuple):
    """A string, as far as it is constant."""

    text: str
    """With ``HOLE`` for each part that is not constant."""
    first: int = -1
    """String index of the first constant; -1 where there is none."""
    parts: tuple[str, ...] = ()
    """The constants it was made of."""

    def plus(self, other: "Text") -> "Text":
        """Both, one after the other; cut at ``MAX_TEXT``."""
        return Text(
            (self.text + other.text)[:MAX_TEXT],
            self.first if self.first >= 0 else other.first,
            (*self.parts, *other.parts)[:MAX_PARTS],
        )


class Ref(NamedTuple):
    """An object that can change: its contents are found under this number."""

    number: int


class Facts(NamedTuple):
    """An object that carries parts of an endpoint, such as a ``java.net.URL`` or a builder of one."""

    values: Mapping[str, str | int]
    """By role; see ``sinks.toml``."""
    first: int = -1
    """String index of the first constant among them."""


class Array(NamedTuple):
    """An array of objects of known length."""

    items: tuple["Value | None", ...]


type Value = Text | int | Ref
type Contents = Text | Facts | Array

UNKNOWN = Text(HOLE)


def as_text(value: Value | None) -> Text:
    """What a value becomes in a string."""
    if isinstance(value, Text):
        return value
    if isinstance(value, int):
        return Text(str(value), parts=(str(value),))
    return UNKNOWN


def common(one: Contents, other: Contents) -> Contents | None:
    """What two paths through a method agree on; a text keeps its common beginning."""
    if one == other:
        return one
    if isinstance(one, Text) and isinstance(other, Text):
        length = 0
        for length, (left, right) in enumerate(zip(one.text, other.text, strict=False)):  # noqa: B007
            if left != right:
                break
        else:
            length = min(len(one.text), len(other.text))
        shared = tuple(part for part, same in zip(one.parts, other.parts, strict=False) if part == same)
        return Text((one.text[:length] + HOLE)[:MAX_TEXT], one.first if shared else -1, shared)
    if isinstance(one, Facts) and isinstance(other, Facts):
        values = {role: value for role, value in one.values.items() if other.values.get(role) == value}
        return Facts(values, one.first)
    return None
