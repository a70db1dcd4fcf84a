"""Values become masks, so that evidence shows their form and nothing else."""

import re
from collections import Counter
from collections.abc import Iterable

MAX_MASK = 32
MASKED = 64
"""Characters of a value that are masked."""

_RUN = re.compile(r"(.)\1{3,}")
_KEPT = frozenset("-./:@+() _,#")


def mask(value: str) -> str:
    """Digits as 9, letters as a or A, few marks as they are, all else as ``?``; runs are counted: ``9{11}``."""
    masked = "".join(
        "9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c if c in _KEPT else "?"
        for c in value[:MASKED]
    )
    return _RUN.sub(lambda run: f"{run[1]}{{{len(run[0])}}}", masked)[:MAX_MASK]


def usual_mask(values: Iterable[str]) -> str:
    """The mask that most of the values have; the first of several."""
    return Counter(map(mask, values)).most_common(1)[0][0]
