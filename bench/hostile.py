"""Packages that are built to be slow: CPU time at a size and at twice that size, peak memory, and what was not read.

``python -m bench hostile`` measures all kinds of ``bench/hostile_made``, each in a new process with limits on time and
memory. ``python -m bench.hostile KIND...`` measures some. CPU seconds and memory are those of the process without the
start of Python: the modules are imported, and a small package is read, before it counts.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from bench.hostile_made import KINDS
from bench.hostile_made.kind import Kind, write
from bench.measure import table

MOST_SECONDS = 10.0
"""Bar of CPU seconds of one package."""
MOST_MIB = 250
"""Bar of memory beyond the size of the package."""
GROWTH = 2.6
"""Bar of the ratio of the times at 2n and at n, if the first one is at least half a second."""
_CPU_LIMIT, _ADDRESS_SPACE = 60, 6 << 30

_CHILD = """
import json, resource, sys
from pathlib import Path
from tieback.model.errors import TiebackError
from tieback.pipeline.analyse import Analyser
from tieback.recognise import failures

failures.RAISED = True
analyser = Analyser()

def seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

before = seconds()
try:
    document = analyser.document(Path(sys.argv[1]))
    hosts = sorted({one.endpoint.host for one in document.sightings if one.endpoint.host in sys.argv[2:]})
    answer = {"hosts": hosts, "problems": [f"{one.where}: {one.what}" for one in document.problems]}
except TiebackError as error:
    answer = {"hosts": [], "problems": [error.what]}
line = next(l for l in Path("/proc/self/status").read_text().splitlines() if l.startswith("VmHWM"))
print(json.dumps({**answer, "seconds": seconds() - before, "mib": int(line.split()[1]) / 1024}))
"""


class Run(NamedTuple):
    """What one package cost, and what the output had of it."""

    seconds: float
    mib: float
    """Peak of the process."""
    package: float
    """Size of the package, MiB."""
    hosts: list[str]
    """The hosts of the kind that were found."""
    problems: list[str]
    end: str = ""
    """Why the process ended without a result; empty if it has one."""


def measured(path: Path, hosts: Iterable[str], *, limit: int = _CPU_LIMIT) -> Run:
    """Read one package in a new process, at most ``limit`` CPU seconds."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))

    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    package = path.stat().st_size / (1 << 20)
    command = [sys.executable, "-c", _CHILD, str(path), *hosts]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=kept, preexec_fn=limited)
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        return Run(limit, 0, package, [], [], f"exit {done.returncode} {last}".strip())
    answer = json.loads(done.stdout)
    return Run(answer["seconds"], answer["mib"], package, answer["hosts"], answer["problems"])


def faults(kind: Kind, runs: tuple[Run, Run]) -> list[str]:
    """What misses a bar or is left out silently, in words."""
    found = []
    for size, run in zip(("n", "2n"), runs, strict=True):
        if run.end:
            found.append(f"{run.end} at {size}")
            continue
        if run.seconds > MOST_SECONDS:
            found.append(f"{run.seconds:.1f} s at {size}")
        if run.mib - run.package > MOST_MIB:
            found.append(f"{run.mib:.0f} MiB at {size}")
        missing = set(kind.hosts) - set(run.hosts)
        if missing and not run.problems:
            found.append(f"{', '.join(sorted(missing))} not found at {size}, without a problem line")
    before, after = runs
    if before.seconds >= 0.5 and after.seconds > GROWTH * before.seconds:
        found.append(f"{after.seconds / before.seconds:.1f} times the seconds at 2n")
    return found


def both(kind: Kind) -> tuple[Run, Run]:
    """The runs at n and at 2n."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for size in (kind.n, 2 * kind.n):
            path = Path(folder) / f"{kind.name}-{size}.apk"
            write(kind, size, path)
            found.append(measured(path, kind.hosts))
            path.unlink()
    return found[0], found[1]


def _row(kind: Kind, runs: tuple[Run, Run]) -> list[str]:
    before, after = runs
    missing = sorted(set(kind.hosts) - set(after.hosts))
    return [
        kind.what, f"{kind.n:,}", f"{before.seconds:.1f}", f"{after.seconds:.1f}", f"{after.mib:.0f}",
        ", ".join(missing) or "all", "; ".join(after.problems).replace("|", "/")[:160], "; ".join(faults(kind, runs)),
    ]  # fmt: skip


_COLUMNS = ["kind", "n", "s at n", "s at 2n", "MiB at 2n", "hosts missing at 2n", "what the output states", "misses"]


def run(names: Iterable[str] = ()) -> str:
    """The table, of all kinds or of these."""
    rows = []
    for name in names or KINDS:
        rows.append(_row(KINDS[name], both(KINDS[name])))
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    missed = sum(bool(row[-1]) for row in rows)
    return table(_COLUMNS, rows) + f"\n{len(rows)} kinds, {missed} miss a bar.\n"


if __name__ == "__main__":
    print(run(sys.argv[1:]))
