"""Distinct numbers, and which are wanted, are those of NumPy's own functions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.apps.distinct import distinct, is_one_of


@given(st.lists(st.integers(-5, 5) | st.integers(-(2**62), 2**62)))
def test_distinct_numbers(numbers: list[int]) -> None:
    found = distinct(np.array(numbers, np.int64))
    assert found.tolist() == np.unique(np.array(numbers, np.int64)).tolist()
    assert found.dtype == np.int64


@given(st.lists(st.integers(0, 9) | st.integers(0, 2**32 - 1)), st.sets(st.integers(0, 9) | st.integers(0, 2**32 - 1)))
def test_wanted_numbers(numbers: list[int], wanted: set[int]) -> None:
    for kind in (np.uint32, np.int64):
        found = is_one_of(np.array(numbers, kind), wanted)
        assert found.tolist() == [number in wanted for number in numbers]
