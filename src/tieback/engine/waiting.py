"""Time in which a process was ready to run, but other processes had every processor (the kernel's ``sched-stats``).

A time limit exists for what an input does: compute, read, sleep. How long the machine lets its worker wait is not the
input's doing. An input that starts threads could make its first thread wait, so waiting has a limit too.
"""

from pathlib import Path

MOST_WAITING = 10
"""A step ends at this many times its limit at the latest, waiting included."""


def waited_seconds(pid: int) -> float:
    """Seconds since its start in which the first thread of a process waited for a processor.

    0.0 if the process is gone, or if the kernel does not count it: the whole time then counts.
    """
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


class StepClock:
    """Measures a step of a process without the time in which it waited for a processor."""

    def __init__(self, pid: int, now: float) -> None:
        """Start the first step.

        Args:
            pid: the process.
            now: of ``time.monotonic``.
        """
        self._pid = pid
        self._since = now
        self._waited = 0.0

    def restart(self, now: float) -> None:
        """A new step begins."""
        self._since = now
        self._waited = waited_seconds(self._pid)

    def forgive(self, seconds: float) -> None:
        """Leave out seconds in which others did not let it go on."""
        self._since += seconds

    def exceeds(self, limit: float, now: float) -> bool:
        """True if the step took more than ``limit`` seconds, or with its waiting many times as long."""
        elapsed = now - self._since
        if elapsed <= limit:
            return False
        return elapsed > limit * MOST_WAITING or elapsed - max(0.0, waited_seconds(self._pid) - self._waited) > limit
