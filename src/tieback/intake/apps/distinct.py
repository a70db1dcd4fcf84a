"""Distinct numbers of an array. ``np.unique`` imports ``numpy.ma``, a twelfth of the start of a process."""

import numpy as np
from numpy.typing import NDArray


def distinct[T: np.integer](numbers: "NDArray[T]") -> "NDArray[T]":
    """The numbers in ascending order, each once."""
    ordered = np.sort(numbers)
    kept = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=kept[1:])
    return ordered[kept]
