"""From package to report: reading, map, probes of simulated targets, report; with kills, and on a cluster.

``python -m bench reading --apps N --targets M [--workers W] [--kills K] [--seed S]`` needs root: it runs in a network
namespace that it creates, with nothing but loopback. It assembles the packages (``bench.reading_made``), starts the
responder of ``bench.throughput`` and runs `tieback scan` three times into new workspaces: without disturbance with one
worker, with W workers and K kills (SIGKILL of all its processes, then the same command again), and on a Dask cluster
over TLS with two workers, each in a namespace of its own behind a cable. It compares what ledger and lake contain, and
exits with 1 if a run differs from the first. The targets are simulated: their answers are those of the responder.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import conditions, intake, static
from bench.measure import table
from bench.reading_made import assemble, grant
from tieback.engine.certificates import make_certificates
from tieback.scope.grant import render_grant
from tieback.storage.workspace import Workspace

MILLION = 1_000_000
A_TENTH = 10
"""One in this many packages is also read alone, to know what a scan takes whatever it reads."""
USD_PER_CORE_HOUR = 0.04
"""Assumed, as on docs/benchmarks/scale.md."""
INSIDE = "TIEBACK_BENCH_INSIDE"
SCHEDULER = "10.91.0.1"
SAMPLE_SECONDS = 0.5
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
_TIEBACK = (sys.executable, "-m", "tieback")


class Cost(NamedTuple):
    """What a run took, all its processes together."""

    wall: float
    cpu: float
    peaks: tuple[float, float]
    """Highest resident memory in MiB, summed over the processes: in the first and in the second half of the time."""
    kills: int = 0


class Sampler(threading.Thread):
    """Resident memory of the processes of some sessions, summed, twice per second."""

    def __init__(self, sessions: set[int]) -> None:
        super().__init__(daemon=True)
        self.sessions = sessions
        self.seen: list[float] = []
        self.ended = threading.Event()

    def run(self) -> None:
        """Sample until ``ended``."""
        while not self.ended.wait(SAMPLE_SECONDS):
            self.seen.append(sum(one[1] for one in _processes(self.sessions)) * _PAGE / 2**20)

    def peaks(self) -> tuple[float, float]:
        """Highest values of the two halves."""
        half = len(self.seen) // 2
        return max(self.seen[:half], default=0.0), max(self.seen[half:], default=0.0)


def _processes(sessions: set[int]) -> Iterator[tuple[float, int]]:
    """CPU seconds and resident pages of each process of some sessions, without its children (proc_pid_stat(5))."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) in sessions:
            yield (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[21])


def scan(words: Sequence[str], workspace: Path, kills: Sequence[float] = (), members: Sequence[int] = ()) -> Cost:
    """Run a scan to its end, killing it after each of some numbers of seconds.

    Args:
        words: inputs and options.
        workspace: a new one.
        kills: seconds after which all its processes are killed; it starts again each time.
        members: sessions of a cluster whose CPU time and memory count too.
    """
    command = [*_TIEBACK, "scan", *words, "-w", str(workspace)]
    start, cpu, done = time.perf_counter(), 0.0, 0
    before = sum(one[0] for one in _processes(set(members)))
    sampler = Sampler(set(members))
    sampler.start()
    for moment in (*kills, None):
        # A session of its own: a kill reaches its workers too.
        log = (workspace.parent / f"{workspace.name}.log").open("ab")
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
        log.close()
        sampler.sessions.add(run.pid)
        deadline = time.perf_counter() + (moment or 0.0)
        ended, status, usage = os.wait4(run.pid, os.WNOHANG)
        while not ended:
            ended, status, usage = os.wait4(run.pid, os.WNOHANG)
            if not ended and moment is not None and time.perf_counter() > deadline:
                # Children that are killed with it are not in its usage.
                cpu += sum(one[0] for one in _processes({run.pid}))
                os.killpg(run.pid, signal.SIGKILL)
                os.wait4(run.pid, 0)
                done += 1
                break
            time.sleep(0.02)
        else:
            run.returncode = os.waitstatus_to_exitcode(status)
            cpu += usage.ru_utime + usage.ru_stime
            if run.returncode:
                raise SystemExit(f"{' '.join(command)} failed with {run.returncode}; see {log.name}")
            break
    sampler.ended.set()
    sampler.join()
    cpu += sum(one[0] for one in _processes(set(members))) - before
    return Cost(time.perf_counter() - start, cpu, sampler.peaks(), done)


def contents(workspace: Path) -> dict[str, tuple[int, int]]:
    """Number of rows of each table that a scan fills, and a digest of them in which order does not matter."""
    columns = {
        "apps": "unit, version, sha256, platform, bundle_id, name, vendor, unread",
        "sightings": 'unit, version, kind, value, count, party, file, "offset", how, owner',
        "credentials": 'unit, version, kind, masked, file, "offset", grade, fingerprint',
        "not_backends": "unit, version, value, reason",
        "problems": 'unit, version, what, "where"',
        "backends": "value, host, addresses, resolved_by, provider, owner, party",
        "probes": "target, address, product, version, outcome, access, identity",
    }
    found = {}
    with Workspace.open(workspace, create=False) as space:
        for name, of in columns.items():
            sql = f"SELECT count(*), coalesce(bit_xor(hash({of})), 0) FROM {name}"
            count, digest = next(space.lake.stream(sql))
            found[name] = (int(count), int(digest))
        run = space.ledger.conclusions.counts(_last_run(space))
    return found | {"exposed stores": (run[0], 0), "other stores": (run[1], 0), "findings": (run[2], 0)}


def _last_run(space: Workspace) -> str:
    from tieback.pipeline.runs import finished_run

    run = finished_run(space, "")
    assert run is not None
    return run.id


@contextmanager
def responder() -> Iterator[None]:
    """The simulated targets, at every address of 127.0.0.0/8."""
    with subprocess.Popen([sys.executable, "-m", "bench.throughput"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield
        finally:
            process.kill()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[int]]]:
    """A scheduler, and workers that each have a network namespace of their own. Yields its address and the sessions."""
    certs = folder / "certs"
    make_certificates(certs)
    options = ("--certs", str(certs))
    _ip("address", "add", f"{SCHEDULER}/32", "dev", "lo")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    with ExitStack() as stack:
        scheduler, address = _member(stack, (*_TIEBACK, "cluster", "scheduler", *options, "--host", SCHEDULER))
        sessions = [scheduler]
        for number in range(1, workers + 1):
            mine, theirs = f"10.91.{number}.1", f"10.91.{number}.2"
            script = (
                "while ! ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done; "
                "ip link set lo up; ip link set eth0 up; "
                f'ip address add {theirs}/30 dev eth0; ip route add default via {mine}; exec "$@"'
            )
            words = (*_TIEBACK, "cluster", "worker", address, *options, "--host", theirs)
            command = ("unshare", "--net", "sh", "-c", script, "sh", *words)
            sessions.append(_member(stack, command, cable=(f"w{number}", mine))[0])
        yield f"dask://{address}", sessions


def _member(stack: ExitStack, command: Sequence[str], cable: tuple[str, str] | None = None) -> tuple[int, str]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    stack.callback(_end, process)
    if cable is not None:
        name, address = cable
        # The child leaves our namespace before it executes the shell.
        ours = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{process.pid}/ns/net").readlink() == ours:
            time.sleep(0.01)
        _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", str(process.pid))
        _ip("address", "add", f"{address}/30", "dev", name)
        _ip("link", "set", name, "up")
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if found := re.search(r" at (\S+:\d+)", line):
            # Somebody must read what it prints later.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return process.pid, found[1]
    raise SystemExit(f"{' '.join(command)} did not start: {said}")


def _end(process: "subprocess.Popen[str]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def measured(apps: int, targets: int, *, workers: int, kills: int, seed: int) -> tuple[str, bool]:
    """The report section, and whether all runs contain the same."""
    donors = intake.readable(static.apps())
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="tieback-reading-") as name, responder():
        folder = Path(name)
        packages = folder / "packages"
        packages.mkdir()
        files = list(assemble(donors, apps, targets, seed, packages))
        size = sum(path.stat().st_size for path in files)
        few = folder / "few"
        few.mkdir()
        for path in files[::A_TENTH]:
            (few / path.name).hardlink_to(path)
        (folder / "grant.toml").write_text(render_grant(grant(apps, targets)))
        words = (str(packages), "--grant", str(folder / "grant.toml"))
        less = scan((str(few), *words[1:], "--workers", "1"), folder / "start")
        runs = {"one worker": scan((*words, "--workers", "1"), folder / "one")}
        moments = sorted(chance.uniform(0.1, 0.6) * runs["one worker"].wall for _ in range(kills))
        runs[f"{workers} workers, {kills} kills"] = scan(
            (*words, "--workers", str(workers)), folder / "killed", moments
        )
        with cluster(folder, workers) as (address, members):
            options = ("--engine", address, "--certs", str(folder / "certs"))
            runs[f"Dask, {workers} workers, each in its network namespace"] = scan(
                (*words, *options), folder / "dask", (), members
            )
        first, *others = (contents(folder / one) for one in ("one", "killed", "dask"))
    same = [True, *(one == first for one in others)]
    rows = [
        [what, f"{one.wall:.1f}", f"{one.cpu:.1f}", f"{one.peaks[0]:,.0f}", f"{one.peaks[1]:,.0f}", str(one.kills),
         "equal" if equal else "different"]
        for (what, one), equal in zip(runs.items(), same, strict=True)
    ]  # fmt: skip
    each = (runs["one worker"].cpu - less.cpu) / max(apps - len(files[::A_TENTH]), 1)
    hours = each * MILLION / 3600
    text = (
        f"## From package to report\n\n`python -m bench reading --apps {apps} --targets {targets} --workers {workers} "
        f"--kills {kills} --seed {seed}`: {apps:,} packages of distinct content, "
        f"{size / apps / 1e6:.1f} MB on average, "
        f"assembled from {len(donors)} real ones, and {targets:,} simulated targets on loopback. "
        f"One worker read {first['apps'][0]:,} of the packages and probed {first['probes'][0]:,} of the targets. "
        "Memory is the sum over all processes.\n\n"
        + table(["run", "wall s", "CPU s", "peak MiB, first half", "second half", "kills", "ledger and lake"], rows)
        + f"\nRows: {', '.join(f'{count:,} {name}' for name, (count, _) in first.items())}.\n"
        + f"\nFor a million such apps and {targets / apps:g} targets for each, without start-up (extrapolated from the "
        f"runs over {len(files[::A_TENTH])} and {apps} apps with one worker): {each * 1e3:.0f} ms of CPU per app, "
        f"{hours:.1f} core-hours, {hours * USD_PER_CORE_HOUR:.2f} USD at {USD_PER_CORE_HOUR} USD per core-hour "
        "(assumed).\n"
    )
    for what, one in zip(list(runs)[1:], others, strict=True):
        different = [table for table in first if one[table] != first[table]]
        text += "".join(f"\n{what}: {name} is {one[name]}, not {first[name]}.\n" for name in different)
    return text, all(same)


def main(words: Sequence[str]) -> int:
    """Run in a network namespace. Returns 1 if a run differs."""
    parser = argparse.ArgumentParser(prog="python -m bench reading", description=__doc__.partition("\n")[0])
    parser.add_argument("--apps", type=int, default=200)
    parser.add_argument("--targets", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(words)
    if INSIDE not in os.environ:
        command = ["unshare", "--net", sys.executable, "-m", "bench", "reading", *words]
        return subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode
    _ip("link", "set", "lo", "up")
    at = conditions.measured()
    text, same = measured(chosen.apps, chosen.targets, workers=chosen.workers, kills=chosen.kills, seed=chosen.seed)
    print(f"{text}\n{at}")
    return 0 if same else 1
