"""etcd's configuration."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.etcd_conf import EtcdConf
from tieback.posture.rules.source import RulesText

READER = EtcdConf()
CASES: list[tuple[str, str, str]] = [
    ("nothing set", "name: x", "--"),
    ("this machine", "listen-client-urls: http://127.0.0.1:2379,http://[::1]:2379", "--"),
    ("no address in the list", "listen-client-urls: []", "-?-?"),
    ("everywhere", "listen-client-urls: http://0.0.0.0:2379", "r?w?"),
    (
        "client certificate",
        "listen-client-urls: https://0.0.0.0:2379\nclient-transport-security:\n  client-cert-auth: true",
        "--",
    ),
    (
        "client certificate without TLS",
        "listen-client-urls: http://0.0.0.0:2379\nclient-transport-security:\n  client-cert-auth: true",
        "r?w?",
    ),
    ("environment, open", 'ETCD_LISTEN_CLIENT_URLS="http://0.0.0.0:2379"', "r?w?"),
    ("environment, here", 'export ETCD_LISTEN_CLIENT_URLS="http://localhost:2379"', "--"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "rules") == expected
    assert ask(READER, text, "any-user", "/", "rules") == expected


@pytest.mark.parametrize(("text", "where"), [("listen-client-urls: [", "f:")])
def test_errors_name_the_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f", text))
    assert error.value.where.startswith(where)
