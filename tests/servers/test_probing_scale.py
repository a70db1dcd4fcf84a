"""Probing at scale: a stop that is obeyed, a kill that loses little, and memory that stays what it was."""

import asyncio
import json
import resource
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from tieback.model.backend import Candidate, Route
from tieback.model.errors import StoppedError
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.pipeline.probing.journal import FOLDER
from tieback.pipeline.probing.service import probe_all
from tieback.scope.audit import AuditLog
from tieback.scope.audit_check import verify
from tieback.scope.dialer import RESERVE, Dialer
from tieback.scope.event_loop import factory
from tieback.storage.workspace import Workspace

LAB = Path(__file__).parents[1] / "lab"
pytestmark = pytest.mark.servers

MANY = 10_000


class Peer:
    """The stuck peer, in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.port = int(self._line())

    def counts(self) -> tuple[int, int, int]:
        """Connections now, and in all; bytes that came."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        now, ever, received = map(int, self._line().split())
        return now, ever, received

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def stuck(addresses: int = 0) -> Iterator[Peer]:
    command = [sys.executable, str(LAB / "stuck_peer.py"), str(addresses)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Peer(process)
        finally:
            process.kill()


def room() -> int:
    """Conversations that this machine lets one process have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return min(MANY, hard - 2 * RESERVE) if hard != resource.RLIM_INFINITY else MANY


def resident() -> int:
    """Bytes of memory now (proc_pid_statm(5))."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - another process is watched
            await asyncio.sleep(0.05)


async def stop_at_its_height(folder: Path, peer: Peer, many: int) -> float:
    """Ask many, stop when all are under way; bytes of memory a conversation."""
    # Each at an address of its own: an unknown port has one connection at a time.
    names = {f"n{number}.test": str(IPv4Address("127.1.0.1") + number) for number in range(many + 500)}
    limits = Limits(60, 120, 60, connects_per_second=0, concurrency=many)
    rule = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE)
    grant = Grant("the test", "security@example.test", date(2999, 1, 1), (rule,), hosts=dict(names), limits=limits)
    candidates = [Candidate(name, peer.port, "redis", Route.NAMED, (), "the test") for name in names]
    with AuditLog(folder / "audit.jsonl") as audit:
        dialer = Dialer(grant, audit, stop_file=folder / "stop")

        async def ask() -> None:
            async for _ in probe_all(candidates, grant, dialer):
                raise AssertionError("nobody answers")

        before = resident()
        task = asyncio.create_task(ask())
        await until(lambda: peer.counts()[0] == many or task.done())
        await asyncio.sleep(0.1)
        each = (resident() - before) / many
        sent = peer.counts()[2]
        (folder / "stop").touch()
        with pytest.raises(StoppedError, match="stop file"):
            await task
        await until(lambda: peer.counts()[0] == 0)
    assert peer.counts()[1:] == (many, sent), "nobody was connected to and nothing sent after it"
    return each


@pytest.mark.parametrize(("loop", "most"), [pytest.param("asyncio", MANY, marks=pytest.mark.more), ("uvloop", 1000)])
def test_the_stop_file_ends_thousands_of_conversations_that_wait(tmp_path: Path, loop: str, most: int) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    many = min(room() // 2 - 500, most)
    make = None if loop == "asyncio" else factory()
    with stuck(many + 500) as peer, asyncio.Runner(loop_factory=make) as runner:
        each = runner.run(stop_at_its_height(tmp_path, peer, many))
    log = events(tmp_path)
    assert len({line["fields"]["target"] for line in log if line["event"] == "connect"}) == many
    assert sum(line["event"] == "connect" for line in log) == sum(line["event"] == "end" for line in log)
    assert each < 64 * 1024, "a conversation that waits costs little"


def events(folder: Path) -> list[dict[str, Any]]:
    if not (folder / "audit.jsonl").stat().st_size:
        return []  # nothing was contacted; such a log is not called whole
    assert verify(folder / "audit.jsonl").ok
    return [json.loads(line) for line in (folder / "audit.jsonl").read_bytes().splitlines()]


ANSWERS, WAITS, AT_ONCE = 300, 30, 40
GRANT = """
authorised_by = "the test"
contact = "security@example.test"
not_after = 2999-01-01
[limits]
connects_per_second = 0
idle_seconds = 60
total_seconds = 100
concurrency = {at_once}
[[target]]
match = "127.0.0.0/8"
ports = "any"
depth = "describe"
[hosts]
"""


@contextmanager
def answering() -> Iterator[int]:
    """Answers each line like a Redis with a password (an emulation); its port."""

    class Locked(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                while self.rfile.readline():
                    self.wfile.write(b"-NOAUTH Authentication required.\r\n")

    class Server(socketserver.ThreadingTCPServer):
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Locked) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def reported(folder: Path) -> set[str]:
    """Targets whose reports a stopped command has kept."""
    found: set[str] = set()
    for file in (folder / FOLDER).glob("*.jsonl"):
        found |= {json.loads(line)["target"] for line in file.read_bytes().split(b"\n")[:-1]}
    return found


@pytest.mark.more
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_run_resumes_with_the_remaining_targets(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tieback", "probe", "@targets.txt", "--grant", "grant.toml", "--format", "json"]
    with answering() as port:
        with stuck() as peer:
            names = [f"n{n}.test:{peer.port if n % 11 == 5 else port}" for n in range(ANSWERS + WAITS)]
            (tmp_path / "targets.txt").write_text("\n".join(names))
            hosts = "".join(f'"{name.partition(":")[0]}" = "127.0.0.1"\n' for name in names)
            (tmp_path / "grant.toml").write_text(GRANT.format(at_once=AT_ONCE) + hosts)
            with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as first:
                deadline = time.monotonic() + 60
                while len(reported(tmp_path)) < 50 and time.monotonic() < deadline:
                    time.sleep(0.01)
                second = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
                first.send_signal(number)
                _, told = first.communicate(timeout=60)
        assert (second.returncode, second.stdout) == (4, "")
        assert f"another process ({first.pid}, since" in second.stderr
        if number is signal.SIGINT:
            assert (first.returncode, b"the same command resumes" in told) == (130, True)
        kept, before = reported(tmp_path), events(tmp_path)
        # Only what was under way is lost, or had ended and was not yet on the disk.
        ended = {line["fields"]["target"] for line in before if line["event"] == "end" and not line["fields"]["fault"]}
        assert 50 <= len(kept) < len(names)
        assert kept <= ended
        assert len(ended - kept) <= AT_ONCE
        # What kept silent is closed now.
        again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert f"resuming: {len(kept)} of {len(names)} targets were probed in the earlier run" in again.stderr
    outcomes = {line["target"]: line["outcome"] for line in map(json.loads, again.stdout.splitlines())}
    assert set(outcomes) == set(names)
    assert list(outcomes.values()).count("ok") == ANSWERS
    connects = {line["fields"]["target"] for line in events(tmp_path)[len(before) :] if line["event"] == "connect"}
    assert connects == set(names) - kept


@pytest.mark.more
def test_scan_stops_on_the_stop_file_and_resumes_later(tmp_path: Path) -> None:
    with answering() as port:
        (tmp_path / "a.har").write_text(json.dumps(visit(f"http://127.0.0.1:{port}/")))
        (tmp_path / "grant.toml").write_text(GRANT.format(at_once=4))
        Workspace.open(tmp_path / "ws").close()
        (tmp_path / "ws" / "stop").touch()
        command = [sys.executable, "-m", "tieback", "scan", "a.har", "--grant", "grant.toml", "-w", "ws"]
        command += ["--workers", "1", "--format", "json"]

        def scanned() -> "subprocess.CompletedProcess[str]":
            return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

        stopped = scanned()
        assert (stopped.returncode, stopped.stdout) == (3, "")
        assert "the stop file ws/stop exists. Remove it and run the same command again" in stopped.stderr
        assert not any(line["event"] == "connect" for line in events(tmp_path / "ws"))
        (tmp_path / "ws" / "stop").unlink()
        assert scanned().returncode == 0
    assert any(line["event"] == "connect" for line in events(tmp_path / "ws"))


def visit(url: str) -> dict[str, object]:
    """A HAR of one request."""
    request = {"method": "GET", "url": url, "httpVersion": "HTTP/1.1", "headers": [], "cookies": [], "queryString": []}
    sizes = {"headersSize": -1, "bodySize": 0}
    response = {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [], "cookies": []}
    response |= {"content": {"size": 0, "mimeType": "text/plain"}, "redirectURL": "", **sizes}
    entry = {"startedDateTime": "2026-11-26T12:00:00.000Z", "time": 1, "request": request | sizes}
    entry |= {"response": response, "cache": {}, "timings": {"send": 0, "wait": 1, "receive": 0}}
    return {"log": {"version": "1.2", "creator": {"name": "the test", "version": "1"}, "entries": [entry]}}
