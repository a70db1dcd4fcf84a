"""Measurement of whole processes and of calls: medians of several runs."""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence


def median_cpu(call: Callable[[], object], runs: int = 5, warmups: int = 1) -> float:
    """Median CPU seconds of ``call`` in this process, after warm-ups."""
    times = []
    for run in range(runs + warmups):
        start = time.process_time()
        call()
        if run >= warmups:
            times.append(time.process_time() - start)
    return statistics.median(times)


_STARTER = """
import json, os, sys, time
start = time.perf_counter()
null = os.open(os.devnull, os.O_RDWR)
files = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=files)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - start
print(json.dumps([os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
"""


def process(
    command: Sequence[str], runs: int = 3, environment: Mapping[str, str] | None = None
) -> tuple[float, float, float]:
    """Median wall seconds, CPU seconds and peak MiB of a command as a whole process.

    Linux also counts the memory of the parent process in the peak. Therefore a small interpreter starts the command:
    peaks below about 15 MiB are those of the interpreter.
    """
    walls, cpus, peaks = [], [], []
    for _ in range(runs):
        starter = [sys.executable, "-I", "-S", "-c", _STARTER, *command]
        said = subprocess.run(starter, capture_output=True, text=True, check=True, env=environment).stdout
        code, wall, cpu, peak = json.loads(said)
        if code != 0:
            raise SystemExit(f"{' '.join(command)} failed with {code}")
        walls.append(wall)
        cpus.append(cpu)
        peaks.append(peak / 1024)
    return statistics.median(walls), statistics.median(cpus), max(peaks)


def peak_mib() -> float:
    """Peak resident memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
