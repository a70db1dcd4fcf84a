"""Statements and tokens of SQL."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import InputError
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql_text import statements


def read(text: str) -> list[list[str]]:
    return [[token.value for token in one.tokens] for one in statements(RulesText("f", text))]


@each(
    ("text", "expected"),
    [
        ("SELECT 1; SELECT 2", [["select", "1"], ["select", "2"]]),
        ("-- a; b\nSELECT /* ; */ 'x;''y'", [["select", "x;'y"]]),
        ('"A b"."c" `d`', [["A b", ".", "c", "d"]]),
        ("a::b->>'c' <> d", [["a", "::", "b", "->>", "c", "<>", "d"]]),
        ("DO $$ x; y $$; z", [["do", " x; y "], ["z"]]),
        ("DO $tag$ $$ ; $tag$", [["do", " $$ ; "]]),
        ("COPY t FROM stdin;\n1;2\n\\.\nz", [["copy", "t", "from", "stdin"], ["z"]]),
        ("COPY t FROM stdin;\n1;2", [["copy", "t", "from", "stdin"]]),
        (";;", []),
        ("été", [["été"]]),
    ],
)
def test_sql_is_split_into_statements(text: str, expected: list[list[str]]) -> None:
    assert read(text) == expected


def test_tokens_have_their_line() -> None:
    assert [one.line for one in statements(RulesText("f", "\na;\n\nb\nc;"))] == [2, 4]


def test_a_long_statement_is_cut() -> None:
    (statement,) = statements(RulesText("f", "insert into t values " + "(1)," * 5000))
    assert len(statement.tokens) == 4000


@given(st.text(max_size=80))
def test_any_text_never_raises_another_error(text: str) -> None:
    try:
        list(statements(RulesText("f", text)))
    except InputError:
        return
