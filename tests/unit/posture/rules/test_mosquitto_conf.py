"""mosquitto.conf, with the defaults of 2.0."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.mosquitto_conf import MosquittoConf

READER = MosquittoConf()
CASES: list[tuple[str, str, str]] = [
    ("nothing set", "", "--"),
    ("open", "listener 1883\nallow_anonymous true", "rw"),
    ("open, set first", "allow_anonymous true\nlistener 1883 0.0.0.0", "rw"),
    ("closed", "listener 1883\nallow_anonymous false\npassword_file /p", "--"),
    ("default", "listener 1883", "-?-?"),
    ("this machine", "listener 1883 127.0.0.1\nallow_anonymous true", "--"),
    ("a socket", "listener 0 /run/m.sock\nallow_anonymous true", "--"),
    ("access list", "listener 1883\nallow_anonymous true\nacl_file /a", "r?w?"),
    (
        "per listener, the other one",
        "per_listener_settings true\nlistener 1 127.0.0.1\nallow_anonymous true\nlistener 2\nallow_anonymous false",
        "--",
    ),
    (
        "per listener, this one",
        "per_listener_settings true\nlistener 8883\nallow_anonymous true\nlistener 1884\nallow_anonymous false",
        "rw",
    ),
    ("client certificate", "listener 8883\nrequire_certificate true\nallow_anonymous true", "--"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "mosquitto.conf") == expected
    assert ask(READER, text, "any-user", "/", "mosquitto.conf") == expected
