"""Statements of a file, and their trees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import InputError
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql.parse import StatementError, parse, split

CASES = [
    ("two", "select 1; select 2", ["select 1", "select 2"]),
    ("comments", "-- a;b\n/* c; /* d; */ e; */ select 1;", ["select 1"]),
    ("texts", "select ';', e'\\';', $$;$$, $a$ $$;$$ $a$, \";\";",
     ["select ';', e'\\';', $$;$$, $a$ $$;$$ $a$, \";\""]),
    ("backslash in a text", "select '\\'; select 2", ["select '\\'", "select 2"]),
    ("rows", "copy t from stdin;\n1\t;\n\\.\nselect 1;", ["copy t from stdin", "select 1"]),
    ("commands of psql", "\\connect x\n\\restrict y\nselect 1;", ["select 1"]),
    ("atomic body", "create function f() returns int begin atomic select 1; select 2; end; select 3;",
     ["create function f() returns int begin atomic select 1; select 2; end", "select 3"]),
    ("nothing", " ; ;\n", []),
]  # fmt: skip


@each(("text", "expected"), [one[1:] for one in CASES], ids=[one[0] for one in CASES])
def test_statements_of_a_file(text: str, expected: list[str]) -> None:
    assert [one.text for one in split(RulesText("f", text))] == expected


@pytest.mark.parametrize("text", ["select 'x", 'select "x', "do $$ x", "/* x", "/* /* */"])
def test_text_without_an_end(text: str) -> None:
    with pytest.raises(InputError, match="expected"):
        list(split(RulesText("f", text)))


@pytest.mark.parametrize("text", ["create policy", "select from from", "grant select to anon on"])
def test_statements_that_postgresql_does_not_accept(text: str) -> None:
    with pytest.raises(StatementError, match="syntax error"):
        parse(text)


@given(st.text(alphabet="ab;'\"$-/*\\\n ", max_size=60))
def test_any_text_gives_statements_or_an_input_error(text: str) -> None:
    try:
        found = [one.text for one in split(RulesText("f", text))]
    except InputError:
        return
    assert all(one in text and one.strip() for one in found)
