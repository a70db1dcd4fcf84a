"""pg_hba.conf, as https://www.postgresql.org/docs/current/auth-pg-hba-conf.html describes it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.posture.rules.conftest import Ask, told
from tieback.model.errors import InputError
from tieback.posture.rules import pg_hba
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
    ("two halves", "host all all 0.0.0.0/1 trust\nhost all all 128.0.0.0/1 trust", "/", "rw"),
    ("half of the Internet", "host all all 128.0.0.0/1 trust", "/", "rw"),
    ("many blocks", "\n".join(f"host all all {n}.0.0.0/9 trust" for n in range(11, 20)), "/", "rw"),
    ("the network of a partner", "host all all 203.0.113.0/24 trust", "/", "--"),
    ("all private networks", "host all all 10.0.0.0/8 trust\nhost all all 192.168.0.0/16 trust", "/", "--"),
    ("IPv6 stays open", "host all all 0.0.0.0/0 reject\nhost all all all trust", "/", "rw"),
    ("IPv4 stays open", "host all all ::/0 reject\nhost all all all trust", "/", "rw"),
    ("both rejected", "host all all 0.0.0.0/0 reject\nhost all all ::/0 reject\nhost all all all trust", "/", "--"),
    ("a part rejected", "host all all 0.0.0.0/1 reject\nhost all all 0.0.0.0/0 trust", "/", "rw"),
    ("TLS is the client's choice", "hostnossl all all all reject\nhost all all all trust", "/", "rw"),
    ("both by TLS", "hostnossl all all all reject\nhostssl all all all md5\nhost all all all trust", "/", "--"),
    ("a group of roles", "host all +app all trust", "/", "-?-?"),
    ("a group of roles, one asked", "host all +app all trust", "shop/web", "-?-?"),
    ("a pattern", 'host all "/^app" all trust', "shop/app1", "-?-?"),
    ("a list in a file", "host @dbs all all trust", "/", "-?-?"),
    ("a group that must log in", "host all +app all md5\nhost all all all trust", "/", "rw"),
    ("an included file", "include other.conf\nhost all all all md5", "/", "-?-?"),
    ("trust and an included file", "include other.conf\nhost all all all trust", "/", "r?w?"),
    ("own database", "host sameuser all all trust", "/", "rw"),
    ("replication, any asked", "host all all all md5\nhost replication all all trust", "/", "r-"),
    ("replication before, any asked", "host replication all all trust\nhost all all all md5", "/", "r-"),
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


REPLICATION = "psql 'host=<host> user={} replication=true' -c IDENTIFY_SYSTEM"
PASSWORDS = "host all all 0.0.0.0/0 md5"
SHOWN: list[tuple[str, str, dict[str, str]]] = [
    (
        "replication behind a password for all",
        f"{PASSWORDS}\nhost replication all 0.0.0.0/0 trust",
        {"all/all": "--", "replication/all": f"r- {REPLICATION.format('postgres')}"},
    ),
    (
        "replication of one role",
        f"{PASSWORDS}\nhost replication standby 0.0.0.0/0 trust",
        {"all/all": "--", "replication/standby": f"r- {REPLICATION.format('standby')}"},
    ),
    (
        "replication rejected",
        "host replication all 0.0.0.0/0 reject\nhost all all 0.0.0.0/0 trust",
        {"replication/all": "--", "all/all": "rw psql 'host=<host> user=postgres dbname=postgres'"},
    ),
    (
        "a role that is called replication",
        f"host all replication 0.0.0.0/0 trust\n{PASSWORDS}",
        {"all/replication": "rw psql 'host=<host> user=replication dbname=postgres'", "all/all": "--"},
    ),
    (
        "one database",
        f"host shop all 0.0.0.0/0 trust\n{PASSWORDS}",
        {"shop/all": "rw psql 'host=<host> user=postgres dbname=shop'", "all/all": "--"},
    ),
    (
        "own database",
        f"host sameuser all 0.0.0.0/0 trust\n{PASSWORDS}",
        {"sameuser/all": "rw psql 'host=<host> user=postgres dbname=postgres'", "all/all": "--"},
    ),
    (
        "own database rejected",
        "host sameuser all 0.0.0.0/0 reject\nhost all all 0.0.0.0/0 trust",
        {"sameuser/all": "--", "all/all": "rw psql 'host=<host> user=postgres dbname=template1'"},
    ),
    (
        "the superuser rejected",
        "host all postgres 0.0.0.0/0 reject\nhost all all 0.0.0.0/0 trust",
        {"all/postgres": "--", "all/all": "rw psql 'host=<host> user=<role> dbname=postgres'"},
    ),
    (
        "a list of databases and roles",
        "host a app 0.0.0.0/0 reject\nhost a,b app,web 0.0.0.0/0 trust",
        {"a/app": "--", "a,b/app,web": "rw psql 'host=<host> user=web dbname=a'"},
    ),
    (
        "signs of the path in names",
        'host "a/b","c,d" "web user" 0.0.0.0/0 trust',
        {'"a/b","c,d"/web user': """rw psql 'host=<host> user='"'"'web user'"'"' dbname=a/b'"""},
    ),
    ("a pattern", 'host "/^a" all 0.0.0.0/0 trust', {'"/^a"/all': "-?-?"}),
    ("members of a group", "host all +staff 0.0.0.0/0 trust", {"all/+staff": "-?-?"}),
    (
        "members of a group must log in",
        "host all +staff 0.0.0.0/0 md5\nhost all +staff 0.0.0.0/0 trust\nhost all all 0.0.0.0/0 trust",
        {"all/+staff": "--", "all/all": "rw psql 'host=<host> user=postgres dbname=postgres'"},
    ),
    (
        "without TLS",
        "hostssl all all 0.0.0.0/0 md5\nhostnossl all all 0.0.0.0/0 trust",
        {"all/all": "rw psql 'host=<host> user=postgres dbname=postgres sslmode=disable'"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in SHOWN], ids=[case[0] for case in SHOWN])
def test_each_record_has_an_answer_of_its_own_with_a_request_that_passes(text: str, expected: dict[str, str]) -> None:
    policy = READER.read(RulesText("pg_hba.conf", text))
    answers = {path: policy.ask(Requester.ANONYMOUS, path) for path in policy.paths()}
    assert {path: f"{told(one)} {one.read.request}".strip() for path, one in answers.items()} == expected


def test_membership_of_a_group_makes_access_of_a_named_role_uncertain(ask: Ask) -> None:
    text = "host all +staff 0.0.0.0/0 md5\nhost all all 0.0.0.0/0 trust"
    assert ask(READER, text, "anonymous", "shop/app") == "r?w?"
    assert ask(READER, text, "anonymous", "shop") == "rw"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("host all all 0.0.0.0/0 trusted", "expected a method such as scram-sha-256, found 'trusted'"),
        ("hosts all all 0.0.0.0/0 trust", "expected local, host"),
        ("host all all trust", "expected a database, a role, an address and a method"),
        ("host " + "all, " * 20_000 + "trust", "longer than 65,536 characters"),
    ],
)
def test_errors_name_the_line(text: str, what: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("pg_hba.conf", f"\n{text}"))
    assert error.value.where == "pg_hba.conf:2"
    assert what in error.value.what


@pytest.mark.parametrize("many", [400, pytest.param(pg_hba.MAX_RECORDS, marks=pytest.mark.more)])
def test_a_file_of_many_records_ends(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """With a tenth of the limits, and in a longer run with those of the program."""
    monkeypatch.setattr(pg_hba, "MAX_PAIRS", pg_hba.MAX_PAIRS * many // pg_hba.MAX_RECORDS)
    monkeypatch.setattr(pg_hba, "MAX_RECORDS", many)
    text = "\n".join(f"host d{n} r{n} {n % 200 + 1}.{n % 250}.0.0/16 md5" for n in range(many // 2))
    text += "\n" + "\n".join(f"host d{n} r{n} 9.9.9.9/32 trust" for n in range(many // 2 - 1))
    read = READER.read(RulesText("pg_hba.conf", text)).ask(Requester.ANONYMOUS, "/").read
    assert (read.allowed, read.certain) == (False, False)
    assert "not all were checked" in read.reason
    with pytest.raises(InputError, match=f"more than {many} records"):
        READER.read(RulesText("pg_hba.conf", f"{text}\n{text}"))


@given(
    st.lists(
        st.tuples(st.sampled_from(["trust", "reject", "md5"]), st.integers(0, 255), st.integers(0, 8)),
        max_size=12,
    )
)
def test_the_verdict_is_that_of_a_walk_over_all_first_octets(rows: list[tuple[str, int, int]]) -> None:
    text = "\n".join(f"host all all {octet}.0.0.0/{size} {method}" for method, octet, size in rows)
    networks = [(ipaddress.ip_network(f"{octet}.0.0.0/{size}", strict=False), method) for method, octet, size in rows]
    inside = {0, 10, 127, *range(224, 256)}
    first = [
        next((method for network, method in networks if ipaddress.ip_address(f"{octet}.1.2.3") in network), "")
        for octet in range(256)
        if octet not in inside
    ]
    read = READER.read(RulesText("pg_hba.conf", text)).ask(Requester.ANONYMOUS, "/").read
    assert read.allowed == ("trust" in first)
    assert read.certain


@given(st.text(alphabet='hostal ,"#.0/md5trus\n', max_size=80))
def test_any_text_never_raises_another_error(text: str) -> None:
    try:
        policy = READER.read(RulesText("f", text))
    except InputError:
        return
    policy.ask(Requester.ANONYMOUS, "/")
