"""The table of schemas, by the offline reader."""

from tests.each import each
from tests.unit.posture.rules.conftest import Ask
from tests.unit.posture.rules.sql_cases import CASES, SqlCase
from tieback.posture.rules.sql_policies import SqlPolicies


@each("case", CASES, ids=[case.name for case in CASES])
def test_access_of_each_schema(ask: Ask, case: SqlCase) -> None:
    reader = SqlPolicies()
    found = ask(reader, case.sql, "anonymous", case.path), ask(reader, case.sql, "any-user", case.path)
    assert found == (case.anonymous, case.user)


def test_names_of_cases_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
