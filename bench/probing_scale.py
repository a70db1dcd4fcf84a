"""Probing of 100,000 targets on loopback addresses by one service: cost, memory, fairness, first answers and a stop.

One network of 20,000 targets comes first in the stream, then 320 networks of 250. 300 targets are emulated stores (the
responder of ``bench.throughput``, reachable only over the loopback device). Some targets never answer a connect (a
listener with a full queue). All others refuse. Each row is a process of its own: ``python -m bench.probing_scale WHAT
…``.
"""

import asyncio
import itertools
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from bench.measure import table
from bench.throughput import REDIS, SILENT

BIG, SMALL_NETWORKS, A_NETWORK, STORES = 20_000, 320, 250, 300
TARGETS = BIG + SMALL_NETWORKS * A_NETWORK
DROPS = 16382
"""Port of the listener with the full queue."""
REFUSES = 16400
"""The first of the ports without a listener."""
ROWS = (
    # event loop, conversations at once, targets, of them never answering a connect, with first looks
    ("asyncio", 1000, TARGETS, 0, True),
    ("uvloop", 1000, TARGETS, 0, True),
    ("asyncio", 10_000, TARGETS // 5, 0, True),
    ("asyncio", 1000, TARGETS // 5, 4000, True),
    ("asyncio", 1000, TARGETS // 5, 4000, False),
)


def run() -> str:
    """Measure, and return the report section."""
    with responding() as ready:
        if not ready:
            return "### Probing at scale\n\nNot measured: its ports are in use.\n"
        measured = [(row, _child("ask", json.dumps(row))) for row in ROWS]
        stops = [(loop, _child("stop", json.dumps([loop, 10_000]))) for loop in ("asyncio", "uvloop")]
    columns = [
        "loop",
        "at once",
        "targets",
        "silent targets",
        "short first time-out",
        "wall s",
        "CPU s",
        "CPU µs per target",
    ]
    columns += ["right", "peak MiB", "last network reported after", "all answers after s"]
    rows = [
        [
            loop,
            f"{size:,}",
            f"{count:,}",
            f"{drops:,}",
            "yes" if hasty else "no",
            f"{one['wall']:.1f}",
            f"{one['cpu']:.1f}",
            f"{one['cpu'] / count * 1e6:.0f}",
            f"{one['right']:,}",
            f"{one['peak']:.0f}",
            f"{one['first']:,} reports",
            f"{one['answered']:.1f}",
        ]
        for (loop, size, count, drops, hasty), one in measured
    ]
    stopped = [
        [loop, f"{one['open']:,}", f"{one['wall']:.2f}", f"{one['cpu']:.2f}", f"{one['each']:.1f}"]
        for loop, one in stops
    ]
    return (
        "### Probing at scale\n\n`python -m bench probing_scale`: loopback addresses in 321 networks. One network has "
        f"{BIG:,} targets and comes first in the input. {STORES} emulated stores; some targets never answer a connect; "
        "the rest refuse.\n\n"
        + table(columns, rows)
        + "\nTime from the stop file to the last closed and logged conversation, while this many conversations wait "
        "for an answer:\n\n" + table(["loop", "conversations", "wall s", "CPU s", "KiB each"], stopped)
    )


@contextmanager
def responding() -> Iterator[bool]:
    """Start the responder and the listener with the full queue. Yields True if both got their ports."""
    with ExitStack() as stack:
        responder = stack.enter_context(
            subprocess.Popen([sys.executable, "-m", "bench.throughput"], stdout=subprocess.PIPE, text=True)
        )
        stack.callback(responder.kill)
        assert responder.stdout is not None
        ready = responder.stdout.readline() == "ready\n"
        full = stack.enter_context(socket.socket())
        full.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        try:
            full.bind(("0.0.0.0", DROPS))
        except OSError:
            ready = False
        full.listen(0)
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(("127.0.0.1", DROPS))
        yield ready


def _child(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.probing_scale", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900).stdout
    found: dict[str, Any] = json.loads(said)
    print(*words, said, file=sys.stderr, flush=True)
    return found


def targets(count: int, drops: int) -> Iterator[tuple[str, int]]:
    """Addresses and ports, the large network first. Stores and silent targets are spread evenly."""
    big = count * BIG // TARGETS
    places = itertools.chain(
        ((f"127.91.0.{1 + number % 250}", number // 250) for number in range(big)),
        (
            (f"127.92.{number // A_NETWORK}.{1 + number % A_NETWORK}", 0)
            if number // A_NETWORK < 256
            else (f"127.93.{number // A_NETWORK - 256}.{1 + number % A_NETWORK}", 0)
            for number in range(count - big)
        ),
    )
    store = count // STORES
    drop = count // drops if drops else 0
    for number, (address, turn) in enumerate(places):
        if number % store == 0:
            yield address, REDIS
        elif drop and number % drop == 1:
            yield address, DROPS
        else:
            yield address, REFUSES + turn


def _candidates(places: Iterator[tuple[str, int]], service: str | None = None) -> Iterator[Any]:
    from tieback.model.backend import Candidate, Route

    for address, port in places:
        yield Candidate(address, port, service, Route.NAMED, (), "benchmark")


def _grant(size: int, idle: float = 5.0) -> Any:
    from tieback.model.grant import Depth, Grant, Limits, TargetRule

    limits = Limits(connects_per_second=0.0, concurrency=size, idle_seconds=idle, total_seconds=4 * idle)
    rules = (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),)
    return Grant("the benchmark", "lab@tieback.test", date(2999, 1, 1), rules, limits=limits)


async def _ask(size: int, count: int, drops: int) -> dict[str, Any]:
    from tieback.pipeline.probing.service import probe_all
    from tieback.scope.audit import AuditLog
    from tieback.scope.dialer import Dialer
    from tieback.scope.fair_queue import network_of

    expected = {REDIS: ("ok", "redis"), DROPS: ("timeout", "")}
    heard: dict[str, int] = {}
    wrong: list[tuple[str, str, tuple[str, ...]]] = []
    right = done = 0
    answered = 0.0
    grant = _grant(size)
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder, AuditLog(Path(folder) / "log") as audit:
        wall, cpu = time.perf_counter(), time.process_time()
        async for one, report in probe_all(_candidates(targets(count, drops)), grant, Dialer(grant, audit)):
            done += 1
            if (str(report.outcome), report.product) == expected.get(one.port, ("refused", "")):
                right += 1
            elif len(wrong) < 10:
                wrong.append((report.target, report.outcome, report.problems[:1]))
            heard.setdefault(network_of(one.host), done)
            if one.port != DROPS:
                answered = time.perf_counter() - wall
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "wall": wall,
        "cpu": cpu,
        "right": right,
        "wrong": wrong,
        "peak": _peak(),
        "first": max(heard.values()),
        "answered": answered,
    }


async def _stop(size: int) -> dict[str, Any]:
    from tieback.model.errors import StoppedError
    from tieback.pipeline.probing.service import probe_all
    from tieback.scope.audit import AuditLog
    from tieback.scope.dialer import Dialer

    silent = ((f"127.94.{number >> 8}.{number & 255}", SILENT) for number in range(2 * size))
    grant = _grant(size, idle=300.0)
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder, AuditLog(Path(folder) / "log") as audit:
        stop = Path(folder) / "stop"
        dialer = Dialer(grant, audit, stop_file=stop)
        before, idle = _resident(), _descriptors()

        async def ask() -> None:
            async for _ in probe_all(_candidates(silent, "redis"), grant, dialer):
                pass

        task = asyncio.create_task(ask())
        while _descriptors() < idle + size:  # noqa: ASYNC110 - the kernel is asked
            await asyncio.sleep(0.2)
        await asyncio.sleep(1)
        each = (_resident() - before) / size
        wall, cpu = time.perf_counter(), time.process_time()
        stop.touch()
        with suppress(StoppedError):
            await task
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"open": size, "wall": wall, "cpu": cpu, "each": each / 1024}


def _descriptors() -> int:
    """Open descriptors of this process."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - no paths are made of them


def _peak() -> float:
    """Peak resident memory in MiB, without that of the parent process (VmHWM, proc_pid_status(5))."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _resident() -> int:
    """Current resident memory in bytes (proc_pid_statm(5))."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main(what: str, row: str) -> None:
    """Measure one row; JSON on stdout."""
    from tieback.scope import event_loop
    from tieback.scope.rtt import RttEstimator

    loop, *rest = json.loads(row)
    os.environ["TIEBACK_EVENT_LOOP"] = loop
    if what == "stop":
        print(json.dumps(event_loop.run(_stop(*rest))))
        return
    size, count, drops, hasty = rest
    if not hasty:
        RttEstimator.timeout = lambda _trips, _address, most: most  # type: ignore[assignment,method-assign]
    print(json.dumps(event_loop.run(_ask(size, count, drops))))


if __name__ == "__main__":
    main(*sys.argv[1:])
