from collections.abc import Callable
from typing import Any

import pytest

from tests.each import each
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Entry, Outcome, Privileges, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.redis.probe import RedisProbe
from tieback.probes.wire.resp import command
from tieback.scope.conversation import Target

PROBE = RedisProbe()
HELLO = command("PING") + command("INFO", "server")


def bulk(text: str) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(text.encode()), text.encode())


def array(*parts: bytes) -> bytes:
    return b"*%d\r\n" % len(parts) + b"".join(parts)


def user(commands: str = "+@all", keys: str = "~*") -> bytes:
    """Answer to ACL GETUSER of Redis 7."""
    return array(
        bulk("flags"), array(bulk("on"), bulk("nopass")), bulk("passwords"), array(),
        bulk("commands"), bulk(commands), bulk("keys"), bulk(keys), bulk("selectors"), array(),
    )  # fmt: skip


GETUSER = command("ACL", "GETUSER", "default")
NOPERM = b"-NOPERM this user has no permissions to run the command\r\n"
NO_KEY = b"-NOPERM this user has no permissions to access one of the keys used as arguments\r\n"


def types(*keys: str) -> bytes:
    return b"".join(command("TYPE", key) for key in keys)


OPEN = {
    GETUSER: user(),
    HELLO: b"+PONG\r\n" + bulk("# Server\r\nredis_version:7.2.5\r\nrun_id:" + "a" * 40 + "\r\n"),
    command("INFO", "replication"): bulk("master_replid:" + "b" * 40 + "\r\n"),
    command("INFO", "keyspace"): bulk("# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=0\r\ndb2:keys=1,expires=0\r\n"),
    command("INFO", "memory"): bulk("used_memory_dataset:4000\r\n"),
    command("INFO", "sentinel"): bulk("sentinel_masters:0\r\n"),
    command("DBSIZE"): b":3\r\n",
    command("SELECT", "0"): b"+OK\r\n",
    command("SELECT", "2"): b"-ERR no\r\n",
    command("SCAN", "0", "COUNT", "50"): b"*2\r\n$1\r\n0\r\n*2\r\n$3\r\nu:1\r\n$3\r\nu:2\r\n",
}


def ask(change: dict[bytes, bytes | None], depth: Depth = Depth.DESCRIBE) -> PlaybackResult[ProbeReport]:
    answers: dict[bytes, bytes | None] = {**OPEN, **change}
    return play(PROBE.run(Target("127.0.0.1", 6379), depth), MemoryPeer(lambda sent: answers[sent]), PROBE.meta.sends)


def test_an_open_one() -> None:
    report = ask({}).result
    assert (report.access, report.product, report.version) == (Access.OPEN, "redis", "7.2.5")
    assert report.identity is not None
    assert report.identity.key == "redis:master_replid:" + "b" * 40
    first, second = report.containers
    assert (first.name, second.name) == ("db0", "db2")
    assert first.records is not None
    assert first.bytes is not None
    assert (first.records.value, first.bytes.value) == (3, 3000)
    assert [field.name for field in first.fields] == ["u:#"]
    assert second.fields == ()


STATES: list[tuple[dict[bytes, bytes | None], Access]] = [
    ({HELLO: b"-NOAUTH Authentication required.\r\n" * 2}, Access.AUTH_REQUIRED),
    ({HELLO: b"-ERR operation not permitted\r\n" * 2}, Access.AUTH_REQUIRED),
    ({HELLO: b"-DENIED Redis is running in protected mode\r\n"}, Access.LOCKED),
    ({HELLO: b"-LOADING Redis is loading\r\n" * 2}, Access.UNKNOWN),
    ({command("INFO", "keyspace"): bulk(""), command("DBSIZE"): b":0\r\n"}, Access.OPEN_EMPTY),
    # Neither answer: not known to be empty.
    ({command("INFO", "keyspace"): b"-ERR x\r\n", command("DBSIZE"): b"-MOVED 1 a:1\r\n"}, Access.PARTIAL),
    # INFO keyspace has the figures; one proof is left.
    ({command("DBSIZE"): b"-NOPERM no\r\n"}, Access.PARTIAL),
    ({command("INFO", "replication"): b"-NOPERM no\r\n"}, Access.OPEN),
]


@each(("change", "access"), STATES)
def test_access_state_by_server_answers(change: dict[bytes, bytes | None], access: Access) -> None:
    report = ask(change).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report


GREETING = array(bulk("server"), bulk("redis"), bulk("version"), bulk("7.0.15"), bulk("proto"), b":2\r\n")
WITHOUT_INFO: dict[bytes, bytes | None] = {
    command("HELLO", "2"): GREETING,
    **{command("SELECT", str(n)) + command("DBSIZE"): b"+OK\r\n:0\r\n" for n in range(1, 16)},
    command("SELECT", "7") + command("DBSIZE"): b"+OK\r\n:2\r\n",
    command("SELECT", "7"): b"+OK\r\n",
}
REFUSED_INFO = [
    b"+PONG\r\n-ERR unknown command 'INFO', with args beginning with: 'server' \r\n",
    b"+PONG\r\n-ERR unknown command `INFO`, with args\r\n",
    b"+PONG\r\n-ERR unknown command 'info'\r\n",
    b"+PONG\r\n" + NOPERM,
    NOPERM + NOPERM,
]


@pytest.mark.parametrize("first", REFUSED_INFO)
def test_a_server_without_info_names_itself_and_is_counted(first: bytes) -> None:
    played = ask({**WITHOUT_INFO, HELLO: first})
    report = played.result
    assert (report.outcome, report.access, report.product, report.version) == (
        Outcome.OK, Access.OPEN, "redis", "7.0.15",
    )  # fmt: skip
    assert {one.name: one.records and one.records.value for one in report.containers} == {"db0": 3, "db7": 2}
    assert [sent for sent in played.sent[1:] if b"INFO" in sent] == []
    assert any("databases from 16 on" in problem for problem in report.problems)


def test_a_server_without_info_and_hello_is_redis_and_its_keys_are_counted() -> None:
    old = {**WITHOUT_INFO, HELLO: REFUSED_INFO[0], command("HELLO", "2"): b"-ERR unknown command `HELLO`\r\n"}
    report = ask({**old, GETUSER: b"-ERR unknown command `ACL`\r\n"}, Depth.ENUMERATE).result
    assert (report.product, report.version, report.access) == ("redis", "", Access.PARTIAL)


def test_a_user_that_may_do_nothing_is_no_demand_for_a_password() -> None:
    nothing = {command("DBSIZE"): NOPERM, GETUSER: NOPERM, command("HELLO", "2"): b"-ERR no\r\n"}
    report = ask({HELLO: NOPERM + NOPERM, **nothing}).result
    assert (report.product, report.access, report.entry) == ("redis", Access.UNKNOWN, Entry.NONE)
    assert report.untested == ("keys and channels that only their names would show",)


RIGHTS = [
    # answer to ACL GETUSER, answers to TYPE u:1 and u:2, access, readable keys of database 0, privileges
    (user(), None, Access.OPEN, 3, Privileges.ADMIN),
    (user("-@all +@read"), None, Access.OPEN, 3, Privileges.LIMITED),
    (user("+@all -flushall"), None, Access.OPEN, 3, Privileges.LIMITED),
    (user("-@all +get", "~u:*"), b"+string\r\n" + NO_KEY, Access.PARTIAL, 1, Privileges.LIMITED),
    (NOPERM, b"+string\r\n" + NO_KEY, Access.PARTIAL, 1, Privileges.LIMITED),
    (NOPERM, b"+string\r\n+hash\r\n", Access.OPEN, 2, Privileges.LIMITED),
    (NOPERM, NO_KEY + NO_KEY, Access.SCHEMA_ONLY, 0, Privileges.LIMITED),
    (NOPERM, NOPERM + NOPERM, Access.PARTIAL, None, Privileges.LIMITED),
    (b"-ERR unknown command 'ACL'\r\n", b"+none\r\n" + NO_KEY, Access.SCHEMA_ONLY, 0, Privileges.UNKNOWN),
]


@each(("told", "kinds", "access", "readable", "privileges"), RIGHTS)
def test_only_keys_that_the_user_may_read_are_records(
    told: bytes, kinds: bytes | None, access: Access, readable: int | None, privileges: Privileges
) -> None:
    only = {command("INFO", "keyspace"): bulk("db0:keys=3,expires=0\r\n"), GETUSER: told, types("u:1", "u:2"): kinds}
    played = ask(dict(only))
    report = played.result
    assert (report.access, report.entry, report.privileges) == (access, Entry.ANONYMOUS, privileges)
    (container,) = report.containers
    assert (container.records.value if container.records else None) == readable
    assert [field.name for field in container.fields] == ["u:#"]
    assert (kinds is None) == (types("u:1", "u:2") not in played.sent)
    if readable != 3 and access is not Access.OPEN:
        assert any("readable without a password" in problem for problem in report.problems)


def test_pages_without_names_end() -> None:
    endless = array(bulk("7"), array())
    change = {
        GETUSER: NOPERM,
        command("SCAN", "0", "COUNT", "50"): endless,
        command("SCAN", "7", "COUNT", "250"): endless,
    }
    played = ask({**change, command("INFO", "keyspace"): bulk("db0:keys=9,expires=0\r\n")})
    assert sum(b"SCAN" in sent for sent in played.sent) == 41
    assert (played.result.access, [one.records for one in played.result.containers]) == (Access.PARTIAL, [None])
    assert any("is not known" in problem for problem in played.result.problems)


def test_where_a_replica_copies_its_data_from_is_noted() -> None:
    replica = bulk("role:slave\r\nmaster_host:192.0.2.9\r\nmaster_port:6379\r\nmaster_link_status:down\r\n")
    report = ask({command("INFO", "replication"): replica}).result
    assert {("master_host", "192.0.2.9"), ("master_link_status", "down")} <= set(report.traits)
    assert not {"master_host", "master_link_status"} & dict(ask({}).result.traits).keys()


def test_a_server_before_version_6_has_no_users() -> None:
    first = b"+PONG\r\n" + bulk("redis_version:5.0.7\r\n")
    report = ask({HELLO: first, GETUSER: b"-ERR unknown command `ACL`\r\n"}).result
    assert (report.access, report.privileges) == (Access.OPEN, Privileges.UNKNOWN)


def test_rights_of_version_6_are_understood() -> None:
    told = array(
        bulk("flags"), array(bulk("on"), bulk("allkeys"), bulk("allcommands"), bulk("nopass")), bulk("passwords"),
        array(), bulk("commands"), bulk("+@all"), bulk("keys"), array(bulk("*")),
    )  # fmt: skip
    report = ask({GETUSER: told}).result
    assert (report.access, report.privileges) == (Access.OPEN, Privileges.ADMIN)


def test_names_are_not_checked_at_the_depth_that_lists_none() -> None:
    report = ask({GETUSER: NOPERM}, Depth.ENUMERATE).result
    assert (report.access, [one.records for one in report.containers]) == (Access.PARTIAL, [None, None])
    assert any("depth describe" in problem for problem in report.problems)


def test_names_are_checked_page_by_page_up_to_a_limit() -> None:
    def page(cursor: int, first: int) -> bytes:
        return array(bulk(str(cursor)), array(*(bulk(f"k:{n}") for n in range(first, first + 250))))

    pages = {command("SCAN", str(n), "COUNT", "250"): page(n + 1, 250 * n) for n in range(1, 40)}
    pages[command("SCAN", "0", "COUNT", "50")] = page(1, 0)
    answers: dict[bytes, bytes] = {**OPEN, **pages, GETUSER: NOPERM}
    answers[command("INFO", "keyspace")] = bulk("db0:keys=90000,expires=0\r\n")

    def answer(sent: bytes) -> bytes:
        return b"+string\r\n" * sent.count(b"TYPE") if sent.startswith(command("TYPE", "k:0")[:14]) else answers[sent]

    played = play(PROBE.run(Target("127.0.0.1", 6379), Depth.DESCRIBE), MemoryPeer(answer), PROBE.meta.sends)
    (container,) = played.result.containers
    assert container.records is not None
    assert (container.records.value, container.records.quality) == (2500, Quality.LOWER_BOUND)
    assert sum(sent.startswith(command("SCAN", "1")[4:8]) or b"SCAN" in sent for sent in played.sent) == 10


PRODUCTS = [
    ("redis_version:7.2.4\r\nvalkey_version:8.1.1\r\n", "valkey", "8.1.1"),
    ("redis_version:7.2.11\r\ndragonfly_version:df-v1.20.0\r\n", "dragonfly", "1.20.0"),
    ("redis_version:6.3.4\r\nexecutable:/usr/local/bin/keydb-server\r\n", "keydb", "6.3.4"),
    ("redis_version:8.0.2\r\nredis_mode:sentinel\r\n", "redis-sentinel", "8.0.2"),
    ("redis_version:7.2.4\r\nvalkey_version:8.1.1\r\nserver_mode:sentinel\r\n", "valkey-sentinel", "8.1.1"),
]


@pytest.mark.parametrize(("info", "product", "version"), PRODUCTS)
def test_products(info: str, product: str, version: str) -> None:
    report = ask({HELLO: b"+PONG\r\n" + bulk(info)}).result
    assert (report.product, report.version) == (product, version)


WATCHED = [
    # answer to INFO sentinel, access, names
    (
        bulk("sentinel_masters:1\r\nmaster0:name=people,status=ok,address=10.0.0.1:6379\r\n"),
        Access.SCHEMA_ONLY,
        ["people"],
    ),
    (bulk("sentinel_masters:0\r\n"), Access.OPEN_EMPTY, []),
    (b"-NOPERM no\r\n", Access.PARTIAL, []),
]


@pytest.mark.parametrize(("told", "access", "names"), WATCHED)
def test_sentinel_has_no_keys_and_names_its_masters(told: bytes, access: Access, names: list[str]) -> None:
    info = bulk("redis_version:8.0.2\r\nredis_mode:sentinel\r\nrun_id:" + "c" * 40 + "\r\n")
    played = ask({HELLO: b"+PONG\r\n" + info, command("INFO", "sentinel"): told})
    report = played.result
    assert (report.access, [one.name for one in report.containers]) == (access, names)
    assert command("DBSIZE") not in played.sent
    assert report.identity is not None
    assert report.identity.key == "redis:run_id:" + "c" * 40


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad\r\n", b"ERROR\r\n", b"+HELLO\r\n", b"+PONG\r\n" + bulk("x:y")])
def test_other_protocols(answer: bytes) -> None:
    assert ask({HELLO: answer}).result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize(("depth", "sends"), [(Depth.IDENTIFY, 2), (Depth.ENUMERATE, 6), (Depth.DESCRIBE, 9)])
def test_no_deeper_than_allowed(depth: Depth, sends: int) -> None:
    assert len(ask({}, depth).sent) == sends


@each(
    "words",
    [
        ("KEYS", "*"),
        ("GET", "k"),
        ("CONFIG", "GET", "*"),
        ("FLUSHALL",),
        ("SELECT", "1000"),
        ("SCAN", "0", "COUNT", "9999"),
        ("SCAN", "7", "COUNT", "9999"),
        ("ACL", "SETUSER", "default", "on"),
        ("ACL", "GETUSER", "admin"),
        ("HELLO", "2", "AUTH", "default", "x"),
    ],
)
def test_undeclared(words: tuple[str, ...]) -> None:
    data = command(*words)
    assert not any(send.matches(text) for send in PROBE.meta.sends for text in (data, HELLO + data))


@pytest.mark.parametrize(
    ("name", "access", "product"),
    [("redis-open", Access.OPEN, "valkey"), ("redis-auth", Access.AUTH_REQUIRED, "redis")],
)
def test_recordings(replay: Callable[..., Any], name: str, access: Access, product: str) -> None:
    report = replay(PROBE, name).result
    assert (report.access, report.product) == (access, product)
