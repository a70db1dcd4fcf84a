"""CouchDB's local.ini and _security."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.couchdb_ini import CouchdbIni
from tieback.posture.rules.source import RulesText

READER = CouchdbIni()
CASES: list[tuple[str, str, str]] = [
    ("nothing set", "[couchdb]\nuuid = 1", "--"),
    ("this machine", "[chttpd]\nbind_address = 127.0.0.1\n[admins]\na = b", "--"),
    ("no administrator", "[chttpd]\nbind_address = 0.0.0.0\n", "r?w?"),
    ("a login for all", "[chttpd]\nbind_address = 0.0.0.0\nrequire_valid_user = true\n[admins]\na = -pbkdf2-x", "--"),
    ("administrators", "[chttpd]\nbind_address = 0.0.0.0\n[admins]\na = -pbkdf2-x", "r?w?"),
    (
        "older section",
        "[httpd]\nbind_address = 0.0.0.0\n[couch_httpd_auth]\nrequire_valid_user = true\n[admins]\na = b",
        "--",
    ),
    ("no members", '{"admins": {"names": ["a"], "roles": []}, "members": {"names": [], "roles": []}}', "rw"),
    ("members", '{"members": {"names": ["a"], "roles": []}}', "--"),
    ("administrators are members", '{"members": {"roles": ["_admin"]}}', "--"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "rules") == expected
    assert ask(READER, text, "any-user", "/", "rules") == expected


@pytest.mark.parametrize(("text", "where"), [("[chttpd]\nnonsense", "f:2"), ('{"members": ', "f:1")])
def test_errors_name_the_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f", text))
    assert error.value.where.startswith(where)
