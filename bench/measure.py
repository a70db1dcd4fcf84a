"""Timing whole processes and calls: several runs, medians."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence


def median_cpu(call: Callable[[], object], runs: int = 5, warmups: int = 1) -> float:
    """Median CPU seconds of ``call`` in this process, after warm-ups."""
    times = []
    for run in range(runs + warmups):
        start = time.process_time()
        call()
        if run >= warmups:
            times.append(time.process_time() - start)
    return statistics.median(times)


def process(command: Sequence[str], runs: int = 3) -> tuple[float, float, float]:
    """Median wall seconds, CPU seconds and peak MiB of a command as a whole process."""
    walls, cpus, peaks = [], [], []
    for _ in range(runs):
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed with {child.returncode}")
        walls.append(time.perf_counter() - start)
        cpus.append(usage.ru_utime + usage.ru_stime)
        peaks.append(usage.ru_maxrss / 1024)
    return statistics.median(walls), statistics.median(cpus), max(peaks)


def peak_mib() -> float:
    """Peak resident memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
