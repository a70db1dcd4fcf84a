"""Overlapping strings in one storage, laid out so that each can be searched separately.

Compilers pack strings: a string that is part of another is not stored, and the end of one may be the beginning of the
next. No single list of offsets can describe that. Here each string that is not part of another goes to one of a few
copies of the storage. In a copy no two strings overlap and all other bytes are zero. Offsets do not change.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

MAX_LAYERS = 4
"""Copies made of one storage. Compilers overlap only neighbouring strings, so two are usually enough."""

type Offsets = NDArray[np.int64]


def split_overlaps(storage: bytes, starts: Offsets, ends: Offsets) -> Iterator[tuple[int, bytes, Offsets]]:
    """Copies of the used part of the storage: its offset, its bytes, and the offsets in it where strings begin and end.

    Strings that exceed the storage are left out. If more than ``MAX_LAYERS`` strings overlap at one offset, which no
    compiler produces, there is one whole copy, in which strings are not separated.
    """
    good = (starts >= 0) & (ends <= len(storage)) & (starts < ends)
    starts, ends = starts[good], ends[good]
    order = np.lexsort((-ends, starts))
    starts, ends = starts[order], ends[order]
    if not len(starts):
        return
    # In this order a string is part of another one if it ends no later than any before it.
    reached = np.maximum.accumulate(ends)
    outer = np.concatenate(([True], ends[1:] > reached[:-1]))
    starts, ends = starts[outer], ends[outer]
    count = next((n for n in range(1, MAX_LAYERS + 1) if (starts[n:] >= ends[:-n]).all()), 0)
    if count == 0:
        yield 0, storage, np.empty(0, np.int64)
        return
    raw = np.frombuffer(storage, np.uint8)
    for layer in range(count):
        first, last = starts[layer::count], ends[layer::count]
        if not len(first):
            continue
        base, stop = int(first[0]), int(last[-1])
        marks = np.zeros(stop - base + 1, np.int8)
        # A string may begin where another ends: both edges are at one offset and leave it inside.
        np.add.at(marks, first - base, 1)
        np.subtract.at(marks, last - base, 1)
        inside = np.cumsum(marks[:-1], dtype=np.int8)
        yield base, (raw[base:stop] * inside.view(np.uint8)).tobytes(), np.unique(np.concatenate((first, last))) - base
