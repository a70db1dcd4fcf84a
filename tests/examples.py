"""How many examples and cases `make test` tries; `make test-more` tries all.

Hypothesis has a quarter of its examples, and all of them with ``TIEBACK_EXAMPLES=full``. Of many cases that show the
same promise, ``few`` leaves every so many.
"""

import os
from collections.abc import Iterable
from typing import Any

import pytest
from _pytest.mark import ParameterSet

FULL = os.environ.get("TIEBACK_EXAMPLES", "") == "full"
DEFAULT = 100 if FULL else 25
"""For tests that name no number."""


def examples(full: int) -> int:
    """The number for a test that tries so many in a full run."""
    return full if FULL else max(1, full // 4)


def few(cases: Iterable[Any], every: int) -> list[Any]:
    """Cases for ``pytest.mark.parametrize``: the first and each further one of ``every`` stay in `make test`."""
    return [case if number % every == 0 else _more(case) for number, case in enumerate(cases)]


def _more(case: Any) -> ParameterSet:
    if isinstance(case, ParameterSet):
        return pytest.param(*case.values, marks=[*case.marks, pytest.mark.more], id=case.id)
    return pytest.param(*(case if type(case) is tuple else (case,)), marks=pytest.mark.more)
