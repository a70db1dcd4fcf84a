"""Functions and operators of plain values, as PostgreSQL computes them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.posture.rules.sql.conditions import scalars
from tieback.posture.rules.sql.conditions.values import UNKNOWN


@each(
    ("name", "arguments", "expected"),
    [
        ("left", ("abc", 2), "ab"),
        ("left", ("abc", -1), "ab"),
        ("right", ("abc", 2), "bc"),
        ("right", ("abc", -1), "bc"),
        ("right", ("abc", 0), ""),
        ("substring", ("abc", 2), "bc"),
        ("substring", ("abc", 0, 2), "a"),
        ("substring", ("abc", 2, -1), UNKNOWN),
        ("replace", ("a.b", ".", "-"), "a-b"),
        ("position", ("abc", "d"), 0),
        ("abs", (-3,), 3),
        ("md5", ("a",), "0cc175b9c0f1b6a831c399e269772661"),
        ("num_nonnulls", (1, None, "a"), 2),
        ("left", (None, 2), None),
        ("left", (1, 2), UNKNOWN),
        ("abs", (True,), UNKNOWN),
        ("lpad", ("a", 3), UNKNOWN),
    ],
)
def test_functions(name: str, arguments: tuple[Any, ...], expected: Any) -> None:
    assert scalars.function(name, arguments) == expected


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("/", 7, 2, 3), ("/", -7, 2, -3), ("%", -7, 3, -1), ("/", 7.0, 2, 3.5), ("/", 1, 0, UNKNOWN),
    ],
)  # fmt: skip
def test_division_is_rounded_toward_zero(operator: str, left: float, right: float, expected: Any) -> None:
    assert scalars.divide(operator, left, right) == expected


@each(
    ("operator", "value", "pattern", "expected"),
    [
        ("~", "abc", "^a", True), ("~", "ABC", "^a", False), ("~*", "ABC", "^a", True), ("!~", "abc", "^a", False),
        ("~", "ab", "(a|b)+", UNKNOWN), ("~", "ab", r"\ma", UNKNOWN), ("~", 1, "a", UNKNOWN),
    ],
)  # fmt: skip
def test_patterns(operator: str, value: Any, pattern: str, expected: Any) -> None:
    assert scalars.matches(operator, value, pattern) is expected


def test_json_contains_members_and_items() -> None:
    value = scalars.read_json('{"a": {"b": [1, 2]}, "c": 3}')
    assert scalars.contains(value, {"a": {"b": [2]}})
    assert not scalars.contains(value, {"a": {"b": [3]}})
    assert not scalars.contains(value, {"c": True})
    assert scalars.read_json("no json") is UNKNOWN


@given(st.text(alphabet="ab.*+[]()^$\\-", max_size=40), st.text(alphabet="ab.", max_size=60))
def test_any_pattern_never_raises(pattern: str, value: str) -> None:
    assert scalars.matches("~", value, pattern) in {True, False, UNKNOWN}
