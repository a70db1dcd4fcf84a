from collections.abc import Callable
from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.redis.probe import RedisProbe
from tieback.probes.wire.resp import command
from tieback.scope.conversation import Target

PROBE = RedisProbe()
HELLO = command("PING") + command("INFO", "server")


def bulk(text: str) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(text.encode()), text.encode())


OPEN = {
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
    ({HELLO: b"-NOPERM no permissions\r\n" * 2}, Access.AUTH_REQUIRED),
    ({HELLO: b"-LOADING Redis is loading\r\n" * 2}, Access.UNKNOWN),
    ({HELLO: b"+PONG\r\n-NOPERM no\r\n"}, Access.UNKNOWN),
    ({command("INFO", "keyspace"): bulk(""), command("DBSIZE"): b":0\r\n"}, Access.OPEN_EMPTY),
    # Neither answer: not known to be empty.
    ({command("INFO", "keyspace"): b"-ERR x\r\n", command("DBSIZE"): b"-MOVED 1 a:1\r\n"}, Access.PARTIAL),
    ({command("DBSIZE"): b"-NOPERM no\r\n"}, Access.UNKNOWN),
    ({command("INFO", "replication"): b"-NOPERM no\r\n"}, Access.OPEN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(change: dict[bytes, bytes | None], access: Access) -> None:
    report = ask(change).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report


@pytest.mark.parametrize("text", ["'INFO', with args beginning with: 'server'", "`INFO`, with args", "'info'"])
def test_a_server_with_a_renamed_info_is_redis_and_not_decided(text: str) -> None:
    report = ask({HELLO: b"+PONG\r\n-ERR unknown command " + text.encode() + b"\r\n"}).result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.UNKNOWN, "redis")


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
    (b"-NOPERM no\r\n", Access.UNKNOWN, []),
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


@pytest.mark.parametrize(("depth", "sends"), [(Depth.IDENTIFY, 2), (Depth.ENUMERATE, 5), (Depth.DESCRIBE, 8)])
def test_no_deeper_than_allowed(depth: Depth, sends: int) -> None:
    assert len(ask({}, depth).sent) == sends


@pytest.mark.parametrize(
    "words",
    [
        ("KEYS", "*"),
        ("GET", "k"),
        ("CONFIG", "GET", "*"),
        ("FLUSHALL",),
        ("SELECT", "1000"),
        ("SCAN", "0", "COUNT", "9999"),
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
