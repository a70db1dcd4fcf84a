"""An outside witness: tshark records a probe of the whole lab, and reads it without code of tieback.

Every message to a server must be a declared send. What tshark and the servers' own counters name must be on the lists
of reading commands below.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("pymongo")
pytest.importorskip("osmem_server")

from tests.lab.ports import free_subnet
from tieback.lab.mongod import client
from tieback.lab.process import RunningServer
from tieback.lab.state import Lab
from tieback.lab.store import NETWORK
from tieback.lab.up import StartResult, up
from tieback.lab.valkey import pipeline
from tieback.model.probe import Access
from tieback.probes import PROBES

pytestmark = [pytest.mark.servers, pytest.mark.more]

SUBNET = free_subnet()
READING_METHODS = {"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"}
READING_SQL = re.compile(r"\s*(SELECT|SHOW|SET|BEGIN|START TRANSACTION|ROLLBACK|COMMIT)\b", re.IGNORECASE)
WRITING_SQL = re.compile(
    r"\b(INSERT|UPDATE|DELETE|DROP|CREATE|ALTER|TRUNCATE|COPY|CALL|EXECUTE|GRANT|LOAD|INTO\s+OUTFILE|DO\s+\$)\b"
)
READING_REDIS = {
    *(
        "acl|getuser",
        "acl|whoami",
        "auth",
        "client|setinfo",
        "cluster|info",
        "cluster|nodes",
        "cluster|shards",
        "command",
        "config|get",
    ),
    *(
        "dbsize",
        "hello",
        "hlen",
        "hmget",
        "hscan",
        "info",
        "keys",
        "lindex",
        "llen",
        "lrange",
        "memory|usage",
        "object",
    ),
    *("object|encoding", "ping", "pfcount", "randomkey", "role", "scan", "scard", "select", "sentinel|masters"),
    *("srandmember", "sscan", "strlen", "type", "xlen", "xrange", "zcard", "zscan", "zrange", "quit", "getrange"),
    *("get", "hrandfield", "zrandmember", "ttl", "pttl"),
}
READING_MONGO = {
    *("hello", "isMaster", "ismaster", "buildInfo", "ping", "listDatabases", "listCollections", "listIndexes", "count"),
    *("collStats", "dbStats", "aggregate", "find", "getParameter", "hostInfo", "serverStatus", "saslStart"),
    *("saslContinue", "endSessions", "connectionStatus", "getMore", "killCursors", "getCmdLineOpts", "getLog"),
}


class Message(NamedTuple):
    """What a client sent in one TCP segment, in the order of the capture."""

    stream: int
    port: int
    data: bytes


class Run(NamedTuple):
    """One probe of the whole lab as the witness saw it."""

    servers: dict[str, StartResult]
    capture: Path
    redis: dict[str, set[str]]
    mongo: dict[str, set[str]]
    reports: list[dict[str, object]]


def redis_commands(server: RunningServer, password: str | None) -> dict[str, int]:
    """Calls by command, as the server itself counts them."""
    text = pipeline(server.address, server.port, [("INFO", "commandstats")], password=password)[0].decode()
    return {name: int(calls) for name, calls in re.findall(r"cmdstat_([^:]+):calls=(\d+)", text)}


def mongo_commands(server: RunningServer) -> dict[str, int]:
    """Calls by command, as the server itself counts them."""
    with client(server.address, server.port) as connection:
        counted = connection.admin.command("serverStatus")["metrics"]["commands"]
    return {name: int(one["total"]) for name, one in counted.items() if isinstance(one, dict) and "total" in one}


def grown(before: dict[str, int], after: dict[str, int]) -> set[str]:
    return {name for name, calls in after.items() if calls > before.get(name, 0)}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed (Debian package tshark)")
    folder = tmp_path_factory.mktemp("witness")
    lab = Lab(folder / "lab")
    try:
        raised = {one.store.name: one for one in up(lab, lambda _: None, subnet=SUBNET)}
        running = {name: one.server for name, one in raised.items() if one.server is not None}
        subnet = f"{NETWORK.rpartition('.0.0')[0]}.{SUBNET}.0/24"
        capture = folder / "lab.pcapng"
        # Only open servers show their counters to us.
        free = {name for name, one in raised.items() if one.store.access in (Access.OPEN, Access.OPEN_EMPTY)}
        plain = {name: running[name] for name in sorted(free & set(running)) if not raised[name].store.tls}
        redis = {name: redis_commands(one, None) for name, one in plain.items() if one.product == "valkey"}
        mongo = {name: mongo_commands(one) for name, one in plain.items() if one.product == "mongodb"}
        witness = subprocess.Popen(
            [tshark, "-q", "-i", "lo", "-f", f"net {subnet}", "-w", str(capture)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert witness.stderr is not None
            while "Capturing on" not in (line := witness.stderr.readline()):
                assert line, "tshark cannot capture on lo; this needs root or CAP_NET_RAW"
            time.sleep(1)  # tshark names the interface a moment before it listens
            targets = folder / "targets"
            targets.write_text("".join(f"{one.address}:{one.port}\n" for one in running.values()))
            done = subprocess.run(
                [sys.executable, "-m", "tieback", "probe", "--targets", str(targets), "--grant", str(lab.grant),
                 "--format", "json"],
                capture_output=True, text=True, check=False, timeout=280,
            )  # fmt: skip
            time.sleep(1)
        finally:
            witness.terminate()
            witness.wait(20)
        reports = [json.loads(line) for line in done.stdout.splitlines()]
        yield Run(
            raised,
            capture,
            {name: grown(before, redis_commands(running[name], None)) for name, before in redis.items()},
            {name: grown(before, mongo_commands(running[name])) for name, before in mongo.items()},
            reports,
        )
    finally:
        with lab.locked():
            lab.stop_all()
            lab.purge()


def tshark(run: Run, condition: str, *fields: str) -> list[list[str]]:
    """Return the fields of every packet that meets the condition. Products are named to tshark by their ports."""
    decoded = {"postgresql": "pgsql", "mysql": "mysql", "mariadb": "mysql"}
    words = []
    for one in run.servers.values():
        if one.server is None:
            continue
        kind = decoded.get(one.store.product, "")
        if kind:
            words += ["-d", f"tcp.port=={one.server.port},{kind}"]
    done = subprocess.run(
        ["tshark", "-n", "-r", str(run.capture), "-Y", condition, "-T", "fields", "-E", "separator=/t", *words,
         *(word for field in fields for word in ("-e", field))],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return [line.split("\t") for line in done.stdout.splitlines()]


def messages(run: Run) -> list[Message]:
    ports = {one.server.port for one in run.servers.values() if one.server is not None}
    rows = tshark(run, "tcp.len > 0 && !tcp.analysis.retransmission", "tcp.stream", "tcp.dstport", "tcp.payload")
    return [Message(int(s), int(p), bytes.fromhex(data)) for s, p, data in rows if int(p) in ports]


def declared(data: bytes) -> bool:
    return any(send.matches(data) for probe in PROBES for send in probe.meta.sends)


def test_every_lab_server_was_probed(run: Run) -> None:
    running = {f"{one.server.address}:{one.server.port}" for one in run.servers.values() if one.server is not None}
    assert {report["target"] for report in run.reports} == running
    assert len(running) >= 5


def test_each_message_in_clear_is_a_declared_send(run: Run) -> None:
    # Servers such as etcd keep connections to themselves, which they opened before the witness listened.
    begun = {int(row[0]) for row in tshark(run, "tcp.flags.syn == 1 && tcp.flags.ack == 0", "tcp.stream")}
    streams: dict[int, list[bytes]] = defaultdict(list)
    for one in messages(run):
        if one.stream in begun:
            streams[one.stream].append(one.data)
    assert len(streams) > 20
    strange = []
    for stream, parts in streams.items():
        # From a ClientHello on, a stream is TLS, which the witness cannot read.
        while parts and not re.match(rb"\x16\x03[\x00-\x04]..\x01", parts[0], re.DOTALL):
            # A long send needs several segments: the shortest run of segments that is one declared send.
            for count in range(1, len(parts) + 1):
                if declared(b"".join(parts[:count])):
                    break
            else:
                strange.append((stream, b"".join(parts)[:200]))
                break
            del parts[:count]
    assert strange == []


def test_tshark_sees_only_reading_http_methods(run: Run) -> None:
    running = [one.server for one in run.servers.values() if one.server is not None]
    targets = {(one.address, str(one.port)) for one in running}
    every = tshark(run, "http.request", "ip.dst", "tcp.dstport", "http.request.method", "http.request.uri")
    # The parts of SeaweedFS store the filer's log in a volume once a minute, also if nobody contacts S3: each part has
    # a port of its own, which is not a target.
    storing = {one.address for one in running if one.product == "seaweedfs"}
    assert {address for address, port, *_ in every if (address, port) not in targets} <= storing
    rows = [(method, uri) for address, port, method, uri in every if (address, port) in targets]
    posts = [uri for method, uri in rows if method == "POST"]
    assert {method for method, _ in rows} <= READING_METHODS | {"POST"}
    assert len(rows) > 20
    # These endpoints read; tests/unit/test_sends.py lists each with its body.
    reading = re.compile(
        r"_search|_count|_msearch|/kv/range|/maintenance/status|graphql|/list|get_stats|/query|tx/commit|/get|/mcp|/v3/auth/status$"
    )
    assert [uri for uri in posts if not reading.search(uri)] == []


def test_tshark_sees_only_reading_sql(run: Run) -> None:
    statements = [row[0] for row in tshark(run, "pgsql.query", "pgsql.query")]
    statements += [row[0] for row in tshark(run, "mysql.query", "mysql.query")]
    assert len(statements) >= 5
    assert [one for one in statements if not READING_SQL.match(one) or WRITING_SQL.search(one)] == []


def test_the_redis_and_mongodb_counters_hold_only_reading_commands(run: Run) -> None:
    assert run.redis
    assert run.mongo
    for commands in run.redis.values():
        assert {"info"} < commands
        assert commands <= READING_REDIS, commands - READING_REDIS
    for commands in run.mongo.values():
        assert "listDatabases" in commands
        assert commands <= READING_MONGO, commands - READING_MONGO
