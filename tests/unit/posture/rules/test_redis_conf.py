"""redis.conf and valkey.conf."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.posture.rules.redis_conf import RedisConf

READER = RedisConf()
CASES: list[tuple[str, str, str]] = [
    ("nothing set", "", "--"),
    ("protected mode off", "bind 0.0.0.0\nprotected-mode no", "rw"),
    ("protected mode off, no bind", "protected-mode no", "rw"),
    ("protected mode on, bound", "bind 0.0.0.0\nprotected-mode yes", "-?-?"),
    ("password", 'bind 0.0.0.0\nprotected-mode no\nrequirepass "s3cret"', "--"),
    ("empty password", 'protected-mode no\nrequirepass ""', "rw"),
    ("this machine", "bind 127.0.0.1 -::1\nprotected-mode no", "--"),
    ("one of two addresses", "bind 127.0.0.1 10.0.0.5\nprotected-mode no", "rw"),
    ("no port", "port 0\nprotected-mode no", "--"),
    ("TLS with client certificates", "port 0\ntls-port 6379\nprotected-mode no", "--"),
    ("TLS without", "port 0\ntls-port 6379\ntls-auth-clients no\nprotected-mode no", "rw"),
    ("ACL file", "protected-mode no\naclfile /etc/redis/users.acl", "r?w?"),
    ("default user off", "protected-mode no\nuser default off", "--"),
    ("default user reads", "protected-mode no\nuser default on nopass ~* +@read", "r-"),
    ("default user does all", "protected-mode no\nuser default on nopass ~* &* +@all", "rw"),
    ("default user with a password", "user default on >secret ~* +@all", "--"),
    ("names and FLUSHALL need no key", "protected-mode no\nuser default on nopass +@all", "rw"),
    ("a password beside a user without one", "requirepass x\nprotected-mode no\nuser default on nopass ~* +@all", "rw"),
    ("a password beside an ACL file", "requirepass x\nprotected-mode no\naclfile /etc/users.acl", "r?w?"),
    ("not switched on", "protected-mode no\nuser default nopass ~* +@all", "--"),
    ("a later password", "protected-mode no\nuser default on nopass >secret ~* +@all", "--"),
    ("no password after one", "protected-mode no\nuser default on >secret nopass ~* +@all", "rw"),
    ("taken back", "protected-mode no\nuser default on nopass ~* +@all -@all +get", "r-"),
    ("keys to read", "protected-mode no\nuser default on nopass %R~* +@all -@dangerous", "r-"),
    ("a selector", "protected-mode no\nuser default on nopass (+get ~app:*)", "r-"),
    ("commands for nothing", "protected-mode no\nuser default on nopass ~* +ping +@connection", "-?-?"),
    ("the last holds", "protected-mode yes\nprotected-mode no", "rw"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "redis.conf") == expected
    assert ask(READER, text, "any-user", "/", "redis.conf") == expected
