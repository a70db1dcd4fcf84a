"""``tests.each``: every case runs, and a failure names each case that failed."""

import inspect

import pytest

from tests.each import each


@each("number", range(3))
def test_it_takes_the_place_of_parametrize(tmp_path: object, number: int) -> None:
    assert tmp_path
    assert number < 3


def test_every_failure_is_named() -> None:
    seen = []

    @each(("number", "word"), [(1, "a"), (2, "b"), (3, "c")], ids=str)
    def check(number: int, word: str) -> None:
        seen.append(word)
        if number == 1:
            pytest.fail("no exception of ours")
        assert number < 3

    with pytest.raises(AssertionError, match=r"2 of 3 cases failed\n\[1-a\] Failed.*\n\[3-c\] AssertionError"):
        check()
    assert seen == ["a", "b", "c"]
    assert not inspect.signature(check).parameters


def test_no_cases_are_an_error() -> None:
    with pytest.raises(AssertionError, match="no cases"):
        each("number", [])
