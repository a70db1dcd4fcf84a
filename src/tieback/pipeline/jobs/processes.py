"""Processes of jobs: their identity across a restart of the server, and their end.

The number of a process is used again after its end. So a process is identified by the boot of the machine, its number
and its start time (proc(5)), and signals go through a file descriptor of the process (pidfd_open(2)).
"""

import os
import select
import signal
from contextlib import suppress
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def process_identity(pid: int) -> str:
    """Boot, number and start time of a process; empty if it has ended, also if no process has waited for it yet."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""
    # The name of the program, in parentheses, may contain spaces and parentheses.
    fields = text.rpartition(")")[2].split()
    return f"{boot} {pid} {fields[19]}" if len(fields) > 19 and fields[0] not in {"Z", "X"} else ""


def end_process(identity: str, grace: float) -> bool:
    """End the process with this identity, if it still runs: SIGTERM, then SIGKILL after ``grace`` seconds.

    Returns:
        Whether it ran.
    """
    words = identity.split()
    if len(words) != 3 or not words[1].isdigit():
        return False
    try:
        handle = os.pidfd_open(int(words[1]))
    except OSError:
        return False
    try:
        if process_identity(int(words[1])) != identity or wait_for(handle, 0):
            return False
        _signal(handle, signal.SIGTERM)
        if not wait_for(handle, grace):
            _signal(handle, signal.SIGKILL)
            wait_for(handle, grace)
        return True
    finally:
        os.close(handle)


def wait_for(handle: int, seconds: float) -> bool:
    """Wait for the end of a process, by its file descriptor; False after that time."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _signal(handle: int, number: signal.Signals) -> None:
    with suppress(OSError):
        signal.pidfd_send_signal(handle, number)
