"""Probing of 100,000 simulated targets on loopback: probes per second, memory, and the effect of slow targets on
others.

The responder is a process of its own that answers at every address of 127.78.0.0/16 and is reachable only over the
loopback device (SO_BINDTODEVICE). Of a hundred targets, 59 are closed, 20 answer like a Redis with a password, 20 like
an Elasticsearch with one, and one accepts the connection and sends nothing.
"""

import asyncio
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.measure import table

TARGETS = 100_000
CLOSED, REDIS, SEARCH, SILENT = 16380, 16379, 9243, 16381
"""Ports of these products that the labs do not use."""
SHARES = {CLOSED: 5_980, REDIS: 2_000, SEARCH: 2_000, SILENT: 20}
"""Number per ten thousand targets."""


def run(count: int = TARGETS) -> str:
    """Measure, and return the report section."""
    with subprocess.Popen([sys.executable, "-m", "bench.throughput"], stdout=subprocess.PIPE, text=True) as responder:
        try:
            assert responder.stdout is not None
            if responder.stdout.readline() != "ready\n":
                return "### Throughput\n\nNot measured: its ports are in use.\n"
            quiet = asyncio.run(probe(count, silent=False))
            mixed = asyncio.run(probe(count // 10, silent=True))
        finally:
            responder.kill()
    rows = [_row("only targets that answer or refuse", quiet), _row("also silent targets", mixed)]
    columns = [
        "targets",
        "number",
        "probes/s",
        "CPU µs per probe",
        "right",
        "median ms",
        "99 % ms",
        "MiB at a tenth",
        "MiB at the end",
    ]
    return (
        "### Throughput\n\n`python -m bench probes`: simulated targets, 60 % of them closed. One process probes, "
        "another one answers. The times are those of targets that answer. A silent target takes a second or more.\n\n"
        + table(columns, rows)
    )


def _row(name: str, one: dict[str, Any]) -> list[str]:
    latencies = sorted(one["latencies"])
    return [
        name,
        f"{one['count']:,}",
        f"{one['count'] / one['wall']:,.0f}",
        f"{one['cpu'] / one['count'] * 1e6:.0f}",
        f"{one['right']:,}",
        f"{statistics.median(latencies) * 1000:.1f}",
        f"{latencies[int(len(latencies) * 0.99)] * 1000:.1f}",
        f"{one['early']:.0f}",
        f"{one['late']:.0f}",
    ]


async def probe(count: int, *, silent: bool) -> dict[str, Any]:
    """Probe simulated targets; the responder must run. Returns times, memory and the number of right results."""
    from tieback.model.backend import Candidate, Route
    from tieback.model.grant import Depth, Grant, Limits, TargetRule
    from tieback.pipeline.probing.service import probe_all
    from tieback.scope.audit import AuditLog
    from tieback.scope.dialer import Dialer

    limits = Limits(connects_per_second=0.0, connect_seconds=1.0)
    grant = Grant(
        "the benchmark",
        "lab@tieback.test",
        date(2999, 1, 1),
        (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
        limits=limits,
    )
    dice = random.Random(1)
    ports = dice.choices(
        [p for p in SHARES if silent or p != SILENT], [SHARES[p] for p in SHARES if silent or p != SILENT], k=count
    )
    expected = {
        CLOSED: ("refused", ""),
        REDIS: ("ok", "redis"),
        SEARCH: ("ok", "elasticsearch"),
        # On a port that is nobody's usual one it is asked by several guesses.
        SILENT: ("protocol_mismatch", ""),
    }
    candidates = [
        Candidate(f"127.78.{number >> 8 & 255}.{number & 255}", port, None, Route.NAMED, (), "benchmark")
        for number, port in enumerate(ports)
    ]
    right, done, early, latencies = 0, 0, 0.0, []
    with (
        tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder,
        AuditLog(Path(folder) / "audit.jsonl") as audit,
    ):
        dialer = Dialer(grant, audit)
        wall, cpu = time.perf_counter(), time.process_time()
        async for candidate, report in probe_all(candidates, grant, dialer):
            right += (str(report.outcome), report.product) == expected[candidate.port]
            done += 1
            if candidate.port in (REDIS, SEARCH):
                latencies.append(report.seconds)
            if done == count // 10:
                early = _resident()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "count": count,
        "wall": wall,
        "cpu": cpu,
        "right": right,
        "latencies": latencies,
        "early": early,
        "late": _resident(),
    }


def _resident() -> float:
    """Current resident memory in MiB (proc_pid_statm(5))."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


class Responder(asyncio.Protocol):
    """Answers according to the port of the connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the local port."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def data_received(self, data: bytes) -> None:
        """Answer, or close the connection if the data is not in its protocol."""
        if self.port == REDIS and data.startswith((b"*", b"PING", b"INFO")):
            self.transport.write(b"-NOAUTH Authentication required.\r\n" * max(1, data.count(b"*")))
        elif self.port == SEARCH and data.startswith(b"GET "):
            self.transport.write(
                b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="security" charset="UTF-8"\r\n'
                b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            )
        elif self.port != SILENT:
            self.transport.close()


async def respond() -> None:
    """Listen until the process is killed."""
    loop = asyncio.get_running_loop()
    for port in (REDIS, SEARCH, SILENT):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The wildcard address, on the loopback device only: nothing from outside reaches it.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        listener.bind(("0.0.0.0", port))
        listener.listen(4096)
        await loop.create_server(Responder, sock=listener)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(respond())
