"""rabbitmq.conf."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.rabbitmq_conf import RabbitmqConf
from tieback.posture.rules.source import RulesText

READER = RabbitmqConf()
CASES: list[tuple[str, str, str]] = [
    ("nothing set", "", "--"),
    ("guest from anywhere", "loopback_users.guest = false", "r?w?"),
    ("nobody bound to loopback", "loopback_users = none", "r?w?"),
    ("anonymous refused", "loopback_users = none\nanonymous_login_user = none", "--"),
    ("no anonymous mechanism", "loopback_users = none\nauth_mechanisms.1 = PLAIN", "--"),
    ("anonymous mechanism", "loopback_users = none\nauth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = ANONYMOUS", "r?w?"),
    ("anonymous is another", "anonymous_login_user = visitor", "r?w?"),
    ("this machine", "listeners.tcp.local = 127.0.0.1:5672\nloopback_users = none", "--"),
    ("no listener", "listeners.tcp = none\nloopback_users = none", "--"),
    ("MQTT", "mqtt.allow_anonymous = true", "--"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "rabbitmq.conf") == expected
    assert ask(READER, text, "any-user", "/", "rabbitmq.conf") == expected


@pytest.mark.parametrize(("text", "where"), [("loopback_users", "f:1")])
def test_errors_name_the_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f", text))
    assert error.value.where.startswith(where)
