"""Masks of values, so that evidence shows only their form."""

import re
from collections import Counter
from collections.abc import Iterable

MAX_MASK = 32
MASKED = 64
"""Most characters of a value that are masked."""

_RUN = re.compile(r"(.)\1{3,}")
_KEPT = frozenset("-./:@+() _,#")


class _Masks(dict[int, str]):
    """Masks by code point; code points beyond ASCII are computed on access and not stored."""

    def __missing__(self, point: int) -> str:
        return _mark(chr(point))


def _mark(character: str) -> str:
    if character.isdigit():
        return "9"
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return character if character in _KEPT else "?"


_MASKS = _Masks({point: _mark(chr(point)) for point in range(128)})


def mask_value(value: str) -> str:
    """Digits as 9, letters as a or A, a few marks unchanged, all others as ``?``; runs are counted: ``9{11}``."""
    return _RUN.sub(lambda run: f"{run[1]}{{{len(run[0])}}}", value[:MASKED].translate(_MASKS))[:MAX_MASK]


def usual_mask(values: Iterable[str]) -> str:
    """The mask that most of the values have; the first one if several are equal."""
    return Counter(map(mask_value, values)).most_common(1)[0][0]
