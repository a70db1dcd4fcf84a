"""cassandra.yaml and scylla.yaml."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.cassandra_yaml import CassandraYaml
from tieback.posture.rules.source import RulesText

READER = CassandraYaml()
CASES: list[tuple[str, str, str]] = [
    ("everybody", "rpc_address: 0.0.0.0\nauthenticator: AllowAllAuthenticator", "rw"),
    ("default", "rpc_address: 0.0.0.0", "rw"),
    ("login", "rpc_address: 0.0.0.0\nauthenticator: PasswordAuthenticator", "--"),
    (
        "login, as a class",
        "rpc_address: 0.0.0.0\nauthenticator:\n  class_name: org.apache.cassandra.auth.PasswordAuthenticator",
        "--",
    ),
    ("this machine", "rpc_address: localhost\nauthenticator: AllowAllAuthenticator", "--"),
    ("client certificate", "rpc_address: 0.0.0.0\nclient_encryption_options:\n  require_client_auth: true", "--"),
    ("address elsewhere", "cluster_name: x", "-?-?"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "cassandra.yaml") == expected
    assert ask(READER, text, "any-user", "/", "cassandra.yaml") == expected


@pytest.mark.parametrize(("text", "where"), [("a: {", "f:")])
def test_errors_name_the_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f", text))
    assert error.value.where.startswith(where)
