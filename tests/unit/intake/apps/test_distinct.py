"""Distinct numbers are those of NumPy's own function."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.apps.distinct import distinct


@given(st.lists(st.integers(-5, 5) | st.integers(-(2**62), 2**62)))
def test_distinct_numbers(numbers: list[int]) -> None:
    found = distinct(np.array(numbers, np.int64))
    assert found.tolist() == np.unique(np.array(numbers, np.int64)).tolist()
    assert found.dtype == np.int64
