"""What parsers of scripts give: statements and expressions as tuples that begin with their kind.

Source: https://tc39.es/ecma262/#sec-ecmascript-language-expressions and the sections on statements, functions and
modules.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

type Node = tuple[Any, ...]
"""A statement or an expression; its first part is its kind."""


class Source(NamedTuple):
    """A script, or a text that a script runs."""

    script: str
    closing: Mapping[int, int]
    """Each opening brace of the code, and the one that closes it."""
    is_file: bool
    """True if offsets are those of the file."""
    base: int = 0
    """What is added to them (``files.AppScript``)."""


class Function:
    """A function of a script, whose body is read when it is first called."""

    __slots__ = ("at", "body", "calls", "end", "flags", "name", "parameters", "run", "source", "start")

    def __init__(self, source: Source, name: str, parameters: list[Node], flags: str, at: int) -> None:
        self.source, self.name, self.parameters, self.at = source, name, parameters, at
        self.flags = flags
        """Letters: ``a`` asynchronous, ``g`` generator, ``>`` arrow, ``m`` method."""
        self.start = self.end = -1
        """Range of the body."""
        self.body: Node | None = None
        """The body of an arrow function without braces."""
        self.calls = 0
        self.run: Any = None
        """What the body was made into."""


def names_in(target: Node | None) -> list[str]:
    """The names that a pattern declares."""
    if target is None:
        return []
    match target[0]:
        case "name":
            return [target[1]]
        case "assign":
            return names_in(target[2])
        case "spread":
            return names_in(target[1])
        case "array":
            return [name for one in target[1] for name in names_in(one)]
        case "object":
            return [name for one in target[1] for name in names_in(one[1] if one[0] == "spread" else one[2])]
    return []
