"""Conditions of policies, one by one. Whole policies stand with the schemas."""

import pytest

from tieback.posture.rules.interface import Requester
from tieback.posture.rules.logic import CHOSEN, STORED
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql_condition import Condition
from tieback.posture.rules.sql_text import statements


def truth(text: str, who: Requester = Requester.ANY_USER) -> object:
    (statement,) = statements(RulesText("f", text))
    return Condition(statement.tokens, who, STORED).truth()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("1 = 1", True),
        ("'a' <> 'b'", True),
        ("null", False),
        ("null = null", False),
        ("not null is null", False),
        ("(true)", True),
        ("((true and (not false)))", True),
        ("true or column_a", True),
        ("false and column_a", False),
        ("column_a in ('x', 'y')", STORED),
        ("'x' in ('x', 'y')", True),
        ("'x' not in ('y')", True),
        ("auth.uid() = '00000000-0000-0000-0000-000000000000'::uuid", False),
        ("auth.uid() = any (members)", False),
        ("current_user = 'authenticated'", True),
        ("current_setting('request.jwt.claims', true)::json ->> 'role' = 'authenticated'", True),
        ("(auth.jwt() ->> 'email') = 'boss@example.org'", False),
        ("auth.jwt() -> 'user_metadata' ->> 'admin' = 'true'", CHOSEN),
        ("created_at > now()", STORED),
        ("name like 'a%'", STORED),
        ("coalesce(auth.uid(), null) is not null", True),
        ("auth.uid() is distinct from user_id", True),
        ("something strange here ( [", STORED),
        ("(" * 500 + "true" + ")" * 500, STORED),
    ],
)
def test_any_user(text: str, expected: object) -> None:
    assert truth(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auth.uid() is null", True),
        ("auth.uid() = user_id", False),
        ("auth.role() = 'anon'", True),
        ("auth.jwt() ->> 'sub' is null", True),
        ("current_user = 'anon'", True),
    ],
)
def test_anonymous(text: str, expected: object) -> None:
    assert truth(text, Requester.ANONYMOUS) is expected
