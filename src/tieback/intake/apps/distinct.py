"""Distinct numbers of an array, and which of them are wanted.

``np.unique``, and ``np.isin`` for numbers far apart, import ``numpy.ma``, a twelfth of the start of a process.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray


def distinct[T: np.integer](numbers: "NDArray[T]") -> "NDArray[T]":
    """The numbers in ascending order, each once."""
    ordered = np.sort(numbers, kind="stable")  # most are in order, or a few such runs
    kept = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=kept[1:])
    return ordered[kept]


def is_one_of(numbers: "NDArray[np.integer]", wanted: Collection[int]) -> "NDArray[np.bool_]":
    """For each number, whether it is one of those that are wanted."""
    if not wanted:
        return np.zeros(len(numbers), np.bool_)
    ordered = np.sort(np.fromiter(wanted, np.int64, len(wanted)))
    places = np.minimum(ordered.searchsorted(numbers), len(ordered) - 1)
    found: NDArray[np.bool_] = ordered[places] == numbers
    return found
