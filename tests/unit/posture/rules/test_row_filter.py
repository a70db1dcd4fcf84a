"""Filters of rows in JSON."""

import json
from typing import Any

from tests.each import each
from tieback.posture.rules.logic import CHOSEN, OWN, OWNED, STORED, Value
from tieback.posture.rules.row_filter import evaluate_row_filter, filter_text
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode, read_json


def node(rule: Any) -> ConfigNode:
    """A filter as a tree."""
    return read_json(RulesText("f", json.dumps(rule)))


OF_ME = {"owner": {"_eq": "$ME"}}
CASES: list[tuple[str, Any, Value, Value]] = [
    ("nothing", {}, STORED, True),
    ("a stored value", {"a": {"_eq": 1}}, STORED, STORED),
    ("a value of a new row", {"a": {"_eq": 1}}, CHOSEN, CHOSEN),
    ("my rows", OF_ME, STORED, False),
    ("a new row of mine", OF_ME, CHOSEN, OWNED),
    ("rows of others", {"owner": {"_neq": "$ME"}}, STORED, True),
    ("rows of others, negated", {"_not": OF_ME}, STORED, True),
    ("one of several", {"_or": [OF_ME, {"a": {"_eq": 1}}]}, STORED, STORED),
    ("no alternative", {"_or": []}, STORED, False),
    ("all of several", {"_and": [OF_ME, {"a": {"_eq": 1}}]}, STORED, False),
    ("all members of an object", {"owner": {"_eq": "$ME"}, "a": {"_eq": 1}}, STORED, False),
    ("a list with me", {"owner": {"_in": ["x", "$ME"]}}, CHOSEN, CHOSEN),
    ("a value that the requester sends", {"owner": {"_eq": "$SENT"}}, STORED, CHOSEN),
    ("a related row", {"room": {"members": {"_some": OF_ME}}}, STORED, False),
    ("another operator", {"a": {"_gt": 1}}, STORED, STORED),
    ("a short form", {"a": True}, STORED, STORED),
    ("another shape", ["a"], STORED, STORED),
]


@each(("rule", "data", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_filters(rule: Any, data: Value, expected: Value) -> None:
    values: dict[str, Value] = {"$ME": OWN, "$SENT": CHOSEN}
    assert evaluate_row_filter(node(rule), data, lambda name: values.get(name, name)) is expected


def test_deep_filters_are_not_decided() -> None:
    rule: Any = {"a": {"_eq": 1}}
    for _ in range(40):
        rule = {"_and": [rule]}
    assert evaluate_row_filter(node(rule), STORED, str) is STORED


def test_a_filter_on_one_line() -> None:
    assert filter_text(node({"_and": [{"a": {"_eq": None}}, {"b": [1]}]})) == "{_and: [{a: {_eq: null}}, {b: [1]}]}"
