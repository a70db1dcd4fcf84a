"""The files of OpenSearch's security plugin."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.opensearch_security import OpensearchSecurity
from tieback.posture.rules.source import RulesText

READER = OpensearchSecurity()
CASES: list[tuple[str, str, str]] = [
    ("anonymous access", "config:\n  dynamic:\n    http:\n      anonymous_auth_enabled: true", "r?w?"),
    ("no anonymous access", "config:\n  dynamic:\n    http:\n      anonymous_auth_enabled: false", "--"),
    ("default", "config:\n  dynamic:\n    http: {}", "--"),
    ("anonymous reads", "readall:\n  backend_roles: [opendistro_security_anonymous_backendrole]", "r-"),
    ("anonymous does all", "all_access:\n  users: [opendistro_security_anonymous]", "rw"),
    ("anonymous has a role", "own_role:\n  backend_roles: [opendistro_security_anonymous_backendrole]", "r?w?"),
    ("administrators", "all_access:\n  backend_roles: [admin]", "--"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "rules") == expected
    assert ask(READER, text, "any-user", "/", "rules") == expected


@pytest.mark.parametrize(("text", "where"), [("config: [", "f:")])
def test_errors_name_the_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f", text))
    assert error.value.where.startswith(where)


def test_roles_of_any_signed_in_user(ask: Ask) -> None:
    text = "readall:\n  users: ['*']"
    assert (ask(READER, text, "anonymous"), ask(READER, text, "any-user")) == ("--", "r-")
    assert (ask(READER, text, "any-user", "/readall"), ask(READER, text, "any-user", "/other")) == ("r-", "--")
