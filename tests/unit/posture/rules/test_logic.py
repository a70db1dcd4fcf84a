"""Truth where not every value is known."""

import itertools

import pytest

from tests.each import each
from tieback.posture.rules.logic import (
    CHOSEN,
    ERROR,
    OPEN,
    OWN,
    OWNED,
    STORED,
    NamedValues,
    arithmetic,
    compare,
    equals,
    is_in,
    logical_and,
    logical_not,
    logical_or,
)

TRUTHS = (True, False, CHOSEN, STORED, ERROR)


def test_the_order_of_two_conditions_does_not_matter() -> None:
    for one, other in itertools.product(TRUTHS, TRUTHS):
        assert logical_and(one, other) is logical_and(other, one)
        assert logical_or(one, other) is logical_or(other, one)


@each(
    ("one", "other", "and_", "or_"),
    [
        (True, CHOSEN, CHOSEN, True), (True, STORED, STORED, True), (False, STORED, False, STORED),
        (False, ERROR, False, ERROR), (True, ERROR, ERROR, True), (CHOSEN, STORED, STORED, CHOSEN),
        (CHOSEN, ERROR, ERROR, CHOSEN), (False, CHOSEN, False, CHOSEN),
    ],
)  # fmt: skip
def test_and_or_with_unknown_values(one: object, other: object, and_: object, or_: object) -> None:
    assert logical_and(one, other) is and_
    assert logical_or(one, other) is or_


@each(
    ("value", "expected"),
    [(True, False), (CHOSEN, CHOSEN), (STORED, STORED), (ERROR, ERROR), ("x", ERROR), (None, ERROR)],
)
def test_negated(value: object, expected: object) -> None:
    assert logical_not(value) is expected


@each(
    ("one", "other", "expected"),
    [
        (1, 1, True), (1, True, False), ("a", "a", True), (None, None, True), (OWN, OWN, True), (OWN, "alice", False),
        (OWN, STORED, False), (OWN, OPEN, False), (OWN, CHOSEN, OWNED), (OWN, None, False), (STORED, 1, STORED),
        (OPEN, "a", STORED), (CHOSEN, STORED, CHOSEN), (ERROR, OWN, ERROR), (NamedValues(), None, False),
        ([1], [1], True), ([1], [2], False), ([OWN], ["x"], False), ([STORED], [1], STORED),
    ],
)  # fmt: skip
def test_equality_with_unknown_values(one: object, other: object, expected: object) -> None:
    assert equals(one, other) is expected
    assert equals(other, one) is expected


@each(
    ("one", "other", "expected"),
    [
        ("a", ["a"], True), ("a", ["b", STORED], STORED), (OWN, ["a"], False), (OWN, STORED, False),
        (OWN, CHOSEN, OWNED), ("a", NamedValues({"a": 1}), True), ("b", NamedValues({"a": 1}), False),
        ("b", NamedValues({}, STORED), STORED), ("a", "abc", ERROR), ("a", ERROR, ERROR), (1, NamedValues(), STORED),
    ],
)  # fmt: skip
def test_in_with_unknown_values(one: object, other: object, expected: object) -> None:
    assert is_in(one, other) is expected


@each(
    ("operator", "one", "other", "expected"),
    [
        ("<", 1, 2, True), (">=", "b", "a", True), ("<", 1, "a", ERROR), ("<", None, 1, ERROR),
        (">", STORED, 1, STORED),        ("<", CHOSEN, 1, CHOSEN), ("<=", True, 1, ERROR),
    ],
)  # fmt: skip
def test_comparison_with_unknown_values(operator: str, one: object, other: object, expected: object) -> None:
    assert compare(operator, one, other) is expected


@each(
    ("operator", "one", "other", "expected"),
    [
        ("+", 1, 2, 3), ("+", "a", "b", "ab"), ("+", "a", 1, ERROR), ("/", 1, 0, ERROR), ("%", 7, 4, 3), ("*", 2, 3, 6),
        ("-", 1, STORED, STORED), ("+", CHOSEN, "x", CHOSEN), ("+", OWN, "x", OWN), ("*", 1e301, 1e301, STORED),
    ],
)  # fmt: skip
def test_arithmetic_with_unknown_values(operator: str, one: object, other: object, expected: object) -> None:
    assert arithmetic(operator, one, other) == expected


@pytest.mark.parametrize("operator", ["+", "-", "*", "/", "%"])
def test_a_truth_of_own_data_is_not_a_number(operator: str) -> None:
    assert arithmetic(operator, OWNED, 1) is ERROR
