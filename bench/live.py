"""A capture on a terminal: the time until the proxy accepts connections, and the screen at 500 flows a second.

``python -m bench live`` starts ``tieback capture`` on loopback three times, and stops it as soon as its port is open.
For the screen, it makes the flows itself, without a proxy: each is a request with JSON, is judged, and is added.
"""

import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import table
from tests.unit.cli.test_live_view import at
from tieback.cli.live_view import LiveView
from tieback.console import SafeConsole
from tieback.intake.traffic.interface import SampledFlow
from tieback.leaks.detect import LeakDetector
from tieback.model.flow import CleartextSample

RATE, SECONDS = 500, 10
HOSTS = 2_000
STARTS = 3
_PATIENCE = 60.0
_HEAD = b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n"


def run() -> str:
    """Both parts as tables."""
    started = [_start() for _ in range(STARTS)]
    flows, spent, longest = _screen()
    ready = [(f"{wall:.2f}", f"{cpu:.2f}") for wall, cpu in started]
    return (
        f"## Live capture\n\nUntil the port of the proxy is open:\n\n{table(('wall, s', 'CPU, s'), ready)}\n\n"
        f"The screen with {flows:,} flows in {SECONDS} s of {HOSTS:,} hosts: {spent:.2f} s of CPU, the longest flow "
        f"{longest * 1000:.0f} ms.\n"
    )


def _start() -> tuple[float, float]:
    """Wall time until the port is open, and the CPU time of the command and its proxy by then."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tieback-live-") as folder:
        command = [
            sys.executable, "-m", "tieback", "capture", "--listen", f"127.0.0.1:{port}", "--destinations", "loopback",
            "--workspace", str(Path(folder) / "workspace"),
        ]  # fmt: skip
        begun = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            try:
                while not _opened(port):
                    if running.poll() is not None or time.monotonic() - begun > _PATIENCE:
                        raise RuntimeError(f"the capture did not open port {port}")
                wall, cpu = time.monotonic() - begun, _cpu(running.pid)
            finally:
                running.send_signal(signal.SIGINT)
    return wall, cpu


def _opened(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.1).close()
    except OSError:
        time.sleep(0.02)
        return False
    return True


def _cpu(pid: int) -> float:
    """CPU seconds of a process and of all below it."""
    parents: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
            ticks[int(entry.name)] = sum(int(field) for field in fields[11:15])
    total, left = 0, [pid]
    while left:
        one = left.pop()
        total += ticks.get(one, 0)
        left += parents.get(one, [])
    return total / os.sysconf("SC_CLK_TCK")


def _screen() -> tuple[int, float, float]:
    """Flows that were added, CPU seconds, and the longest time for one flow."""
    judge, chance = LeakDetector(), random.Random(RATE)
    console = SafeConsole(file=io.StringIO(), width=160, height=50, force_terminal=True)

    def flow(number: int) -> SampledFlow:
        body = json.dumps({"event": "open", "email": f"a{number % 900}@workhub.test", "number": number}).encode()
        host = f"api{chance.randrange(HOSTS)}.service{chance.randrange(300)}.test"
        return SampledFlow(at(host, protocol="http", encrypted=False), (CleartextSample("out", "http", _HEAD + body),))

    done, longest = 0, 0.0
    with LiveView(console) as view:
        view.add(judge(flow(0)))  # loads the rules
        begun, used = time.monotonic(), time.process_time()
        while (now := time.monotonic()) - begun < SECONDS:
            while done < int((now - begun) * RATE):
                before = time.monotonic()
                view.add(judge(flow(done)))
                longest = max(longest, time.monotonic() - before)
                done += 1
            time.sleep(0.01)
        return done, time.process_time() - used, longest
