"""mongod.conf, as YAML and in the older form."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.mongod_conf import MongodConf
from tieback.posture.rules.source import RulesText

READER = MongodConf()
CASES: list[tuple[str, str, str]] = [
    ("nothing set", "", "--"),
    ("everywhere", "net:\n  bindIp: 0.0.0.0", "rw"),
    ("everywhere, by flag", "net:\n  bindIpAll: true", "rw"),
    ("this machine", "net:\n  bindIp: 127.0.0.1,::1", "--"),
    ("a list with another", "net:\n  bindIp: localhost,10.0.0.1", "rw"),
    ("authorization", "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: enabled", "--"),
    ("authorization off", "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: disabled", "rw"),
    ("dotted", "net.bindIp: 0.0.0.0\nsecurity.authorization: enabled", "--"),
    ("key file", "net:\n  bindIp: 0.0.0.0\nsecurity:\n  keyFile: /k", "--"),
    (
        "on the way to authorization",
        "net:\n  bindIp: 0.0.0.0\nsecurity:\n  keyFile: /k\n  transitionToAuth: true",
        "rw",
    ),
    ("client certificate", "net:\n  bindIp: 0.0.0.0\n  tls:\n    mode: requireTLS\n    CAFile: /ca", "--"),
    (
        "client certificate not needed",
        (
            "net:\n  bindIp: 0.0.0.0\n  tls:\n    mode: requireTLS\n    CAFile: /ca\n"
            "    allowConnectionsWithoutCertificates: true"
        ),
        "rw",
    ),
    ("older form, open", "bind_ip = 0.0.0.0\nport = 27017", "rw"),
    ("older form, closed", "bind_ip = 0.0.0.0\nauth = true", "--"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "mongod.conf") == expected
    assert ask(READER, text, "any-user", "/", "mongod.conf") == expected


@pytest.mark.parametrize(("text", "where"), [("net:\n  bindIp: [", "f:"), ("a: b: c", "f:1")])
def test_errors_name_the_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f", text))
    assert error.value.where.startswith(where)
