"""Numbers that say how far they can be trusted."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Quality(StrEnum):
    """How a figure relates to the truth."""

    EXACT = "exact"
    """The server counted it."""
    ESTIMATE = "estimate"
    """The server's statistics or our arithmetic; it may be off either way."""
    LOWER_BOUND = "lower_bound"
    """At least this much; something was not counted."""


class Figure(msgspec.Struct, frozen=True):
    """A measured number with its quality and the method that produced it."""

    value: int
    """Records, or bytes; never negative."""
    quality: Quality
    method: str
    """The call or the arithmetic, such as ``_cat/indices docs.count``."""

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError(f"a figure cannot be negative: {self.value}")

    def __add__(self, other: "Figure") -> "Figure":
        return total((self, other))


def exact(value: int, method: str) -> Figure:
    """A figure that the server counted."""
    return Figure(value, Quality.EXACT, method)


def estimate(value: int, method: str) -> Figure:
    """A figure that may be off either way."""
    return Figure(value, Quality.ESTIMATE, method)


def lower_bound(value: int, method: str) -> Figure:
    """A figure that the truth is not below."""
    return Figure(value, Quality.LOWER_BOUND, method)


def total(figures: Iterable[Figure | None], method: str | None = None) -> Figure:
    """Sum figures; a missing one (``None``) makes the sum a lower bound.

    Exact and exact is exact; exact and estimate is an estimate; any lower bound makes a lower bound. The sum of
    nothing is exactly 0.

    Args:
        figures: the addends; ``None`` stands for one that could not be measured.
        method: the method of the sum; by default the distinct methods of the addends, in order.
    """
    value = 0
    quality = Quality.EXACT
    methods: dict[str, None] = {}
    for figure in figures:
        if figure is None:
            quality = Quality.LOWER_BOUND
            continue
        value += figure.value
        methods.setdefault(figure.method)
        if quality is not Quality.LOWER_BOUND and figure.quality is not Quality.EXACT:
            quality = figure.quality
    return Figure(value, quality, " + ".join(methods) if method is None else method)
