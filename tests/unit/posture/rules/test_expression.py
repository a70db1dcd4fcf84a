"""Expressions of Firebase's rules: precedence, literals, paths."""

import pytest

from tests.each import each
from tieback.model.errors import InputError
from tieback.posture.rules.expression import (
    Binary,
    CallExpression,
    Expression,
    ExpressionParser,
    IndexExpression,
    ListOf,
    Literal,
    MapOf,
    MemberExpression,
    NameExpression,
    PathOf,
    Regex,
    Unary,
)
from tieback.posture.rules.source import RulesText


def read(text: str, *, paths: bool = True) -> Expression:
    scanner = ExpressionParser(RulesText("f", text), paths=paths)
    expression = scanner.expression()
    assert scanner.done()
    return expression


A, B, C = NameExpression("a"), NameExpression("b"), NameExpression("c")


@each(
    ("text", "expected"),
    [
        ("a || b && c", Binary("||", A, Binary("&&", B, C))),
        ("a == b && !c", Binary("&&", Binary("==", A, B), Unary("!", C))),
        ("a !== b", Binary("!=", A, B)),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a in b == c", Binary("==", Binary("in", A, B), C)),
        ("a is string", Binary("is", A, NameExpression("string"))),
        ("inside", NameExpression("inside")),
        ("-1", Unary("-", Literal(1))),
        ("a.b['c'](1)", CallExpression(IndexExpression(MemberExpression(A, "b"), Literal("c")), (Literal(1),))),
        ("[1, 'x',]", ListOf((Literal(1), Literal("x")))),
        ("{'a': b}", MapOf(((Literal("a"), B),))),
        ("/d/$(a)/(default)", PathOf(("d", A, "(default)"))),
        ("'it\\'s \\u0041'", Literal("it's A")),
        ("1.5e2", Literal(150.0)),
        ("a /* c */ && // d\n b", Binary("&&", A, B)),
    ],
)
def test_expressions(text: str, expected: Expression) -> None:
    assert read(text) == expected


def test_regular_expressions_of_the_realtime_database() -> None:
    assert read(r"a.matches(/^x\/y$/i)", paths=False) == CallExpression(
        MemberExpression(A, "matches"), (Regex(r"^x\/y$", "i"),)
    )


@each("text", ["", "a &&", "(a", "a ? b", "a.", "a[", "f(a", "'open", "1 +", "{a}", "/", "a is 1"])
def test_syntax_errors_name_their_position(text: str) -> None:
    with pytest.raises(InputError, match=r"^f:1:"):
        read(text)
