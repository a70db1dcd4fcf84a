"""The ledger in SQLite and in PostgreSQL: leases of a million units, conclusions of 100,000 stores.

    python -m bench.ledger [--units 1000000] [--stores 100000] [--writers 2]

Both on this machine. PostgreSQL is the lab's (18, on loopback), here with fsync, synchronous_commit and
full_page_writes, so that each commit is durable, and with 128 MB of shared buffers. SQLite has tieback's settings (WAL,
synchronous = normal: a power loss can lose the last commits). CPU time is that of the client process; the server's is
listed separately.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from unittest import mock

import msgspec
import psycopg

from bench import report
from tieback.lab.postgres import start_postgres
from tieback.lab.process import Launch, ProcessStamp, launch, stop
from tieback.model.exposure import Exposure
from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.storage.ledger.ledger import Ledger

CLAIM = 256
"""Units per call, as in a scan."""
WRITER = """
import sys
from bench.ledger import claim_and_finish, opened
ledger = opened(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
claim_and_finish(ledger, int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
"""


class Took(msgspec.Struct, frozen=True):
    """Seconds of one step."""

    wall: float
    ours: float
    server: float


def opened(where: str) -> Ledger:
    return Ledger.open_url(where) if where.startswith("postgresql:") else Ledger.open(Path(where))


def units(start: int, end: int) -> Iterator[Unit]:
    for number in range(start, end):
        # As content hashes come: in no order.
        yield Unit(f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}{number:048x}", "app-1", f"/apps/{number}.apk", number)


def claim_and_finish(ledger: Ledger, start: int, end: int, owner: str) -> None:
    for some in batched(units(start, end), CLAIM):
        claimed = ledger.claim(some, owner, 3600)
        assert len(claimed) == len(some)
        ledger.finish([UnitEnd(unit, UnitState.DONE, part="part") for unit in claimed])


def claim_again(ledger: Ledger, count: int) -> None:
    """Claim the units of the next run, which are all finished."""
    for some in batched(units(0, count), CLAIM):
        assert not ledger.claim(some, "next", 3600)


def stores(count: int) -> list[Exposure]:
    """The stores of ``bench.report``: three apps lead to each."""
    return [report._store(number) for number in range(count)]


def timed(work: Callable[[], object], pids: Callable[[], list[int]]) -> Took:
    before, ours, wall = _cpu(pids()), time.process_time(), time.perf_counter()
    work()
    return Took(time.perf_counter() - wall, time.process_time() - ours, _cpu(pids()) - before)


def _cpu(pids: list[int]) -> float:
    """CPU seconds of processes and of their ended children."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def with_writers(where: str, count: int, writers: int, first: int = 0) -> float:
    """Wall seconds of several processes that share the units."""
    share = count // writers
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, where, str(first + n * share), str(first + (n + 1) * share), f"writer {n}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for n in range(writers)
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()
    begun = time.perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate()
        assert process.returncode == 0
    return time.perf_counter() - begun


@contextmanager
def server(directory: Path) -> Iterator[tuple[str, Callable[[], list[int]]]]:
    """A PostgreSQL with durable commits; those of the lab's own instance are not durable."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    lab, changed = launch, {"fsync=off": "fsync=on", "full_page_writes=off": "full_page_writes=on",
                                     "shared_buffers=16MB": "shared_buffers=128MB"}  # fmt: skip

    def durable[T](plan: Launch, ready: Callable[[], T | None]) -> tuple[ProcessStamp, T]:
        argv = tuple(changed.get(word, word) for word in plan.argv)
        return lab(msgspec.structs.replace(plan, argv=argv), ready)

    with mock.patch("tieback.lab.postgres.launch", durable):
        running = start_postgres(directory, "127.0.0.1", port)
    try:

        def pids() -> list[int]:
            children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
            return [running.process.pid, *map(int, children)]

        yield f"postgresql://postgres@127.0.0.1:{port}/postgres", pids
    finally:
        stop(running)
        if Path(running.directory).parent == Path("/var/tmp"):
            shutil.rmtree(running.directory, ignore_errors=True)


def measure(where: str, pids: Callable[[], list[int]], count: int, some: list[Exposure]) -> list[Took]:
    """Run the steps in order."""
    ledger = opened(where)
    run = ledger.start_run(["bench"])
    steps: list[Callable[[], object]] = [
        lambda: claim_and_finish(ledger, 0, count, run),
        lambda: claim_again(ledger, count),
        lambda: ledger.conclusions.save(run, some, ()),
        lambda: sum(1 for _ in ledger.conclusions.lines(run)),
    ]
    found = [timed(step, pids) for step in steps]
    ledger.close()
    return found


def run(count: int = 1_000_000, many: int = 100_000, writers: int = 2) -> str:
    """Measure, and return the report section."""
    some = stores(many)
    share, load = count // 10, os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as name, server(Path(name) / "pg") as (url, pids):
        file = str(Path(name) / "ledger.db")
        sqlite = measure(file, list, count, some)
        postgresql = measure(url, pids, count, some)
        alone, together = [], []
        for where in (str(Path(name) / "writers.db"), url.rpartition("/")[0] + "/writers"):
            if where.startswith("postgresql:"):
                with psycopg.connect(url, autocommit=True) as session:
                    session.execute("CREATE DATABASE writers")
            opened(where).close()
            alone.append(with_writers(where, share, 1))
            together.append(_shared(where, share, writers))
    names = (
        f"{count:,} units claimed and finished, {CLAIM} per call",
        f"{count:,} finished units requested again",
        f"conclusions of {many:,} stores saved",
        f"{many:,} stores read as summaries",
    )
    lines = [
        "## Ledger",
        "",
        f"`python -m bench ledger`: SQLite and PostgreSQL 18 on one machine, with fsync. Load {load:.0f} at first.",
        "",
        "| what | SQLite wall s | CPU s | PostgreSQL wall s | our CPU s | server's CPU s |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {what} | {one.wall:.1f} | {one.ours:.1f} | {two.wall:.1f} | {two.ours:.1f} | {two.server:.1f} |"
        for what, one, two in zip(names, sqlite, postgresql, strict=True)
    ]
    lines += [
        "",
        f"Wall seconds for {share:,} units by one process, and by {writers} at once: SQLite {alone[0]:.1f} and",
        f"{together[0]:.1f}, PostgreSQL {alone[1]:.1f} and {together[1]:.1f}.",
    ]
    return "\n".join(lines) + "\n"


def _shared(where: str, count: int, writers: int) -> float:
    return with_writers(where, count, writers, first=count)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--units", type=int, default=1_000_000)
    words.add_argument("--stores", type=int, default=100_000)
    words.add_argument("--writers", type=int, default=2)
    given = words.parse_args()
    print(run(given.units, given.stores, given.writers))


if __name__ == "__main__":
    main()
