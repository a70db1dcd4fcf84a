"""How rules are evaluated where the two dialects differ, and where they end. The dialects' own tests hold the rest."""

from tests.each import each
from tieback.posture.rules.evaluate import Evaluator, matches
from tieback.posture.rules.expression import ExpressionParser
from tieback.posture.rules.logic import CHOSEN, ERROR, OWN, STORED, NamedValues
from tieback.posture.rules.source import RulesText


def value(text: str, *, null_members: bool = False, strict: bool = False) -> object:
    names = {
        "nil": None,
        "own": OWN,
        "sent": CHOSEN,
        "kept": STORED,
        "map": NamedValues({"a": 1}, ERROR),
        "list": [1, "x"],
    }
    functions = {"twice": lambda arguments: arguments[0] * 2, "math.one": lambda _: 1}
    evaluator = Evaluator(
        names, functions, lambda of, name, _: f"{of}.{name}", null_members=null_members, strict=strict
    )
    return evaluator.value(ExpressionParser(RulesText("f", text), paths=True).expression())


def test_members_of_null() -> None:
    assert value("nil.a", null_members=True) is None
    assert value("nil.a") is ERROR


def test_errors_before_or() -> None:
    assert value("nil.a || true") is True
    assert value("nil.a || true", strict=True) is ERROR
    assert value("true || nil.a", strict=True) is True


@each(
    ("text", "expected"),
    [
        ("map.a", 1), ("map.b", ERROR), ("map['a']", 1), ("list[1]", "x"), ("list[9]", ERROR), ("list[kept]", STORED),
        ("kept.a.b", STORED), ("sent[0]", CHOSEN), ("own.length", STORED), ("kept[own]", ERROR), ("none", ERROR),
        ("twice(2)", 4), ("math.one()", 1), ("other()", ERROR), ("(1)()", ERROR),
        ("kept ? 1 : 1", 1), ("kept ? true : false", STORED), ("sent ? true : false", CHOSEN), ("nil.a ? 1 : 2", ERROR),
        ("kept ? false : nil.a", False), ("own is string", True), ("1 is bool", False), ("true is number", False),
        ("{'k': 1}.k", 1), ("/a/$(nil)", ERROR), ("/a/$(own)/b", ["a", OWN, "b"]),
    ],
)  # fmt: skip
def test_expressions_are_evaluated(text: str, expected: object) -> None:
    found = value(text)
    assert found == expected or found is expected


@each(
    ("text", "pattern", "expected"),
    [
        ("a.png", ".*[.]png", True), ("a.gif", ".*[.]png", False), ("x", "[", ERROR), ("x", "(a+)+$", STORED),
        ("x" * 300, "x", STORED), (OWN, "x", STORED), (CHOSEN, "x", CHOSEN), (5, "x", ERROR), ("x", "a*b*c*d*", STORED),
    ],
)  # fmt: skip
def test_patterns_match_texts(text: object, pattern: str, expected: object) -> None:
    assert matches(text, pattern) is expected
