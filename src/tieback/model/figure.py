"""Numbers with a statement of how exact they are."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Quality(StrEnum):
    """Relation of a figure to the true value."""

    EXACT = "exact"
    """Counted by the server."""
    ESTIMATE = "estimate"
    """From server statistics or computed; may be too high or too low."""
    LOWER_BOUND = "lower_bound"
    """At least this much; something was not counted."""
    CLAIMED = "claimed"
    """Reported by the server, but not plausible. Sums leave it out, as if it had not been measured."""


class Figure(msgspec.Struct, frozen=True):
    """A measured number with its quality and the method that produced it."""

    value: int
    """Records, or bytes; never negative."""
    quality: Quality
    method: str
    """The call or computation, such as ``_cat/indices docs.count``."""

    def __post_init__(self) -> None:
        if isinstance(self.value, bool):
            # Written to JSON as true, which no reader takes for a number.
            raise TypeError(f"a figure cannot be {self.value}")
        if self.value < 0:
            raise ValueError(f"a figure cannot be negative: {self.value}")

    def __add__(self, other: "Figure") -> "Figure":
        return total((self, other))


def exact(value: int, method: str) -> Figure:
    """A figure counted by the server."""
    return Figure(value, Quality.EXACT, method)


def estimate(value: int, method: str) -> Figure:
    """A figure that may be too high or too low."""
    return Figure(value, Quality.ESTIMATE, method)


def lower_bound(value: int, method: str) -> Figure:
    """A figure that is at most the true value."""
    return Figure(value, Quality.LOWER_BOUND, method)


NO_ANSWER = lower_bound(0, "no data store answered")
"""Records or bytes of a run, or of a group, in which no data store answered: what does not answer may hold any number.
"""


def total(figures: Iterable[Figure | None], method: str | None = None) -> Figure:
    """Sum figures; a missing one (``None``) makes a sum of counts a lower bound.

    Any estimate makes the sum an estimate, because it may be too high: "at least" would be false. Without estimates,
    any lower bound gives a lower bound. A claimed figure counts as not measured. The sum of no figures is exactly 0. A
    sum of 0 with something uncounted is a lower bound.

    Args:
        figures: the addends; ``None`` stands for one that could not be measured.
        method: method of the sum; default: the distinct methods of the addends, in order.
    """
    value = 0
    qualities: set[Quality] = set()
    methods: dict[str, None] = {}
    for figure in figures:
        if figure is None or figure.quality is Quality.CLAIMED:
            qualities.add(Quality.LOWER_BOUND)
            continue
        value += figure.value
        methods.setdefault(figure.method)
        qualities.add(figure.quality)
    weakest = (Quality.ESTIMATE, Quality.LOWER_BOUND) if value else (Quality.LOWER_BOUND, Quality.ESTIMATE)
    quality = next((one for one in weakest if one in qualities), Quality.EXACT)
    return Figure(value, quality, " + ".join(methods) if method is None else method)
