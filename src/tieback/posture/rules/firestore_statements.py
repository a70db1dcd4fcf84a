"""Elements of Firestore and Storage rules files."""

from collections.abc import Mapping
from dataclasses import dataclass

from tieback.posture.rules.expression import Expression


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of a pattern: a text, ``{name}`` or ``{name=**}``."""

    text: str
    wild: bool = False
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """``function name(parameters) { let ...; return ...; }``."""

    parameters: tuple[str, ...]
    lets: tuple[tuple[str, Expression], ...]
    result: Expression


@dataclass(frozen=True, slots=True)
class AllowStatement:
    """One ``allow``, with the whole pattern of its enclosing blocks."""

    pattern: tuple[Segment, ...]
    methods: frozenset[str]
    condition: Expression
    line: int
    text: str
    functions: Mapping[str, Function]
