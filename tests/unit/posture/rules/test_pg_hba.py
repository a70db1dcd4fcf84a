"""pg_hba.conf, as https://www.postgresql.org/docs/current/auth-pg-hba-conf.html describes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.pg_hba import PgHba
from tieback.posture.rules.source import RulesText

READER = PgHba()
CASES: list[tuple[str, str, str, str]] = [
    ("trust for all", "host all all 0.0.0.0/0 trust", "/", "rw"),
    ("trust for all, IPv6", "host all all ::/0 trust", "/", "rw"),
    ("trust, the word all", "hostssl all all all trust", "/", "rw"),
    ("trust, with a mask", "host all all 0.0.0.0 0.0.0.0 trust", "/", "rw"),
    ("password", "host all all 0.0.0.0/0 scram-sha-256", "/", "--"),
    ("here alone", "local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust", "/", "--"),
    ("a network", "host all all 10.0.0.0/8 trust", "/", "--"),
    ("same network", "host all all samenet trust", "/", "--"),
    ("rejected first", "host all all 0.0.0.0/0 reject\nhost all all 0.0.0.0/0 trust", "/", "--"),
    ("trust first", "host all all 0.0.0.0/0 trust\nhost all all 0.0.0.0/0 reject", "/", "rw"),
    ("one database, another asked", "host shop all 0.0.0.0/0 trust\nhost all all 0.0.0.0/0 md5", "hr/app", "--"),
    ("one database", "host shop all 0.0.0.0/0 trust\nhost all all 0.0.0.0/0 md5", "shop/app", "rw"),
    ("one database, any asked", "host shop all 0.0.0.0/0 trust\nhost all all 0.0.0.0/0 md5", "/", "rw"),
    ("one role", 'host all "web user",app 0.0.0.0/0 trust', "shop/app", "rw"),
    ("one role, another asked", "host all app 0.0.0.0/0 trust", "shop/root", "--"),
    ("ident over the network", "host all all 0.0.0.0/0 ident", "/", "rw"),
    ("certificate", "hostssl all all 0.0.0.0/0 cert", "/", "--"),
    ("trust with a certificate", "hostssl all all 0.0.0.0/0 trust clientcert=verify-full", "/", "--"),
    ("a host's name", "host all all .example.org trust", "/", "-?-?"),
    ("shadowed", "host all all 0.0.0.0/0 md5\nhost shop app 0.0.0.0/0 trust", "/", "--"),
    ("replication", "host replication all 0.0.0.0/0 trust", "shop/app", "--"),
    ("empty", "# nothing\n\n", "/", "--"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, path: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", path) == expected


def test_verdict_names_the_record() -> None:
    policy = READER.read(RulesText("pg_hba.conf", "# x\nhost  shop  all  0.0.0.0/0  trust  # for now"))
    read = policy.ask(Requester.ANY_USER, "/").read
    assert (read.line, read.rule) == (2, "host shop all 0.0.0.0/0 trust")
    assert list(policy.paths()) == ["shop/all"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("host all all 0.0.0.0/0 trusted", "expected a method such as scram-sha-256, found 'trusted'"),
        ("hosts all all 0.0.0.0/0 trust", "expected local, host"),
        ("host all all trust", "expected a database, a role, an address and a method"),
    ],
)
def test_errors_name_the_line(text: str, what: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("pg_hba.conf", f"\n{text}"))
    assert error.value.where == "pg_hba.conf:2"
    assert what in error.value.what


@given(st.text(alphabet='hostal ,"#.0/md5trus\n', max_size=80))
def test_any_text_never_raises_another_error(text: str) -> None:
    try:
        policy = READER.read(RulesText("f", text))
    except InputError:
        return
    policy.ask(Requester.ANONYMOUS, "/")
