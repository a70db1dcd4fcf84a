"""What real servers and their clients say on loopback, recorded by tcpdump, and what is told of it.

The lab starts every store of this machine and fills it with the products' own clients and interfaces; where it fills
files instead of talking, a probe talks. Nothing here is made from a description.
"""

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections import defaultdict
from pathlib import Path

import pytest

pytest.importorskip("pymongo")
pytest.importorskip("osmem_server")

from tests.lab.ports import free_subnet
from tieback.backends.probe_hints import ProbeHints
from tieback.intake.traffic.open import open_traffic
from tieback.lab.state import Lab
from tieback.lab.store import LabStore, ServerProgram
from tieback.lab.stores import STORES
from tieback.lab.up import StartResult, up
from tieback.model.backend import Candidate, Route
from tieback.model.flow import Flow, FlowEvidence
from tieback.pipeline.probing.service import probe_one
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer
from tieback.scope.grant import load_grant

pytestmark = [pytest.mark.servers, pytest.mark.more]

SUBNET = free_subnet()
"""Of our own, so that a lab that runs on this machine is not in the way."""
PROTOCOLS = {
    ServerProgram.OSMEM: "elasticsearch",
    ServerProgram.MONGOD: "mongodb",
    ServerProgram.POSTGRES: "postgresql",
    ServerProgram.VALKEY: "redis",
    ServerProgram.REDIS: "redis",
    ServerProgram.SENTINEL: "redis",
    ServerProgram.MEMCACHED: "memcached",
    ServerProgram.MOSQUITTO: "mqtt",
    ServerProgram.MARIADB: "mysql",
    ServerProgram.INFLUXDB: "influxdb",
    ServerProgram.ETCD: "etcd",
    ServerProgram.ZOOKEEPER: "zookeeper",
    ServerProgram.SLAPD: "ldap",
    ServerProgram.RABBITMQ: "amqp",
    ServerProgram.POUCHDB: "couchdb",
    ServerProgram.NATS: "nats",
}
"""OSMem and PouchDB Server are emulations, of OpenSearch and of CouchDB; all others are the products themselves."""
ASKED = frozenset({ServerProgram.SENTINEL, ServerProgram.SLAPD, ServerProgram.RABBITMQ, ServerProgram.NATS})
"""Nobody talks to them while the lab fills them."""
GREET = frozenset({"mysql", "nats"})
BESIDE = frozenset({"http", "http2"})
"""Of an HTTP store not every answer tells which it is, and NATS has a page of figures."""
STORED = [store for store in STORES if store.is_store and not store.operator and store.server in PROTOCOLS]


class Recorded:
    """The lab while it came up, and every flow of that time by the server's place."""

    def __init__(self, raised: list[StartResult], capture: Path) -> None:
        self.raised = {one.store.name: one for one in raised}
        self.problems: list[str] = []
        self._flows: dict[tuple[str, int | None], list[Flow]] = defaultdict(list)
        opened = open_traffic(capture)
        for seen in opened.flows():
            self._flows[seen.flow.server.ip, seen.flow.server.port].append(seen.flow)
        opened.close()
        self.problems = [problem.what for problem in opened.problems]

    def of(self, store: LabStore) -> list[Flow]:
        """The flows in which both sides said something, or the server greeted."""
        one = self.raised[store.name]
        if one.skipped and one.error is not None:
            pytest.skip(one.error.diagnostics())
        assert one.server is not None, one.error
        flows = self._flows[one.server.address, one.server.port]
        return [flow for flow in flows if flow.bytes_in and (flow.bytes_out or flow.protocol in GREET)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    program = shutil.which("tcpdump", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if program is None:
        pytest.skip("tcpdump is not installed here (Debian: tcpdump)")
    if os.geteuid() != 0:
        pytest.skip("only root may record loopback")
    folder = tmp_path_factory.mktemp("recorded")
    capture = folder / "lab.pcap"
    words = ["-i", "lo", "-U", "-s", "0", "-B", "65536", "-Z", "root", "-w", str(capture), f"net 127.77.{SUBNET}.0/24"]
    with subprocess.Popen([program, *words], stderr=subprocess.PIPE) as tcpdump:
        assert tcpdump.stderr is not None
        line = tcpdump.stderr.readline()
        assert b"listening on lo" in line, line
        lab = Lab(folder / "lab")
        try:
            raised = up(lab, lambda _: None, subnet=SUBNET)
            asyncio.run(_ask(lab, [one for one in raised if one.server and one.store.server in ASKED], folder))
            _await_record(capture)
        finally:
            with lab.locked():
                lab.stop_all()
                lab.purge()
            tcpdump.terminate()
            tcpdump.communicate(timeout=20)
    return Recorded(raised, capture)


def _await_record(capture: Path) -> None:
    """Wait until the file holds everything so far: it is written in the order of the packets."""
    mark = secrets.token_bytes(16)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(mark, (f"127.77.{SUBNET}.254", 9))
    deadline = time.monotonic() + 60
    while mark not in capture.read_bytes()[-100_000:]:
        assert time.monotonic() < deadline, "tcpdump does not write"
        time.sleep(0.05)


async def _ask(lab: Lab, raised: list[StartResult], folder: Path) -> None:
    grant = load_grant(lab.grant)
    with AuditLog(folder / "audit.jsonl") as audit:
        for one in raised:
            assert one.server is not None
            candidate = Candidate(one.server.address, one.server.port, None, Route.NAMED, (), "the test")
            await probe_one(candidate, Dialer(grant, audit), grant, ProbeHints())


@pytest.mark.parametrize("store", STORED, ids=[store.name for store in STORED])
def test_each_store_is_detected_from_its_payload(recorded: Recorded, store: LabStore) -> None:
    flows = recorded.of(store)
    assert flows
    protocol = PROTOCOLS[store.server]
    told = {flow.protocol for flow in flows if flow.evidence is FlowEvidence.PAYLOAD}
    # TLS from the first byte on hides what is inside; the others turn to it in their own words.
    behind_tls = store.tls and protocol not in {"mysql", "nats"}
    assert ("tls" if behind_tls else protocol) in told or (store.server is ServerProgram.NATS and "http" in told)
    assert told <= {protocol, *BESIDE, *({"tls"} if store.tls else ())}


@pytest.mark.parametrize("store", STORED, ids=[store.name for store in STORED])
def test_encryption_is_reported(recorded: Recorded, store: LabStore) -> None:
    if store.tls and PROTOCOLS[store.server] == "nats":
        pytest.skip("the probe reads the greeting, which goes in clear")
    # A login that is refused for want of TLS, and the wait for the server, end before TLS begins.
    flows = [
        flow for flow in recorded.of(store) if flow.evidence is FlowEvidence.PAYLOAD and (flow.bytes_out or 0) > 40
    ]
    told = {flow.encrypted for flow in flows}
    assert told <= {store.tls} or (store.tls and PROTOCOLS[store.server] == "memcached")


def test_nothing_was_wrong_with_the_capture(recorded: Recorded) -> None:
    assert recorded.problems == []
