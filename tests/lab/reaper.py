"""End every process of a test run, also if the run was killed: ``python -I -S reaper.py FOLDER PID``.

A run marks its processes in two ways: the environment variable ``TIEBACK_TEST_RUN`` names its folder, and servers work
below that folder. Servers that change their user, rewrite their environment or fork are found by at least one of the
two, or by their parent or session. Only the standard library is used: this program starts in a few milliseconds.

The program waits until the process ``PID`` ends or a line arrives on standard input: ``keep`` or ``remove``, which says
what becomes of the folder. Without a line the folder is removed. It writes the ended processes to standard output.
"""

import contextlib
import errno
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

VARIABLE = "TIEBACK_TEST_RUN"
RECORD = "process.json"
"""Written by the lab beside each server; see ``tieback.lab.process``."""
PATIENCE = 3.0
"""Seconds that a recorded server has to end by its own signal, which lets it give its shared memory back."""
_YOUNG = 60.0
"""Seconds for which a socket is left alone."""
_ROUNDS = 20
_PAUSE = 0.1


class Process(NamedTuple):
    """One line of the process table."""

    pid: int
    parent: int
    session: int
    started: int
    """Clock ticks since boot."""
    command: str
    marked: bool
    """Whether its environment or its working directory belongs to the run."""


class Recorded(NamedTuple):
    """A server of the lab."""

    pid: int
    started: int
    stop_signal: int


def processes(folder: str) -> dict[int, Process]:
    """Every live process of this machine that we may look at."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (process := _process(int(entry.name), folder)) is not None:
            found[process.pid] = process
    return found


def _process(pid: int, folder: str) -> Process | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    name, rest = stat.partition("(")[2].rpartition(")")[0], stat[stat.rindex(")") + 2 :].split()
    if rest[0] in "ZX":
        return None
    # Somebody who looks around in the folder works in a terminal; servers have none.
    terminal = rest[4] != "0"
    marked = _environment(pid, folder) or (not terminal and _works_in(pid, folder))
    return Process(pid, int(rest[1]), int(rest[3]), int(rest[19]), name, marked)


def _environment(pid: int, folder: str) -> bool:
    try:
        settings = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    # A run inside a run has its folder inside ours.
    mark = f"{VARIABLE}={folder}".encode()
    return any(one == mark or one.startswith(mark + b"/") for one in settings)


def _works_in(pid: int, folder: str) -> bool:
    try:
        place = str(Path(f"/proc/{pid}/cwd").readlink()).removesuffix(" (deleted)")
    except OSError:
        return False
    return place == folder or place.startswith(folder + "/")


def recorded(folder: str) -> list[Recorded]:
    """What the lab's records below the folder name."""
    found = []
    for place, _, files in os.walk(folder):
        if RECORD in files:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                record = json.loads(Path(place, RECORD).read_text())
                process = record["process"]
                found.append(Recorded(int(process["pid"]), int(process["started"]), int(record["stop_signal"])))
    return found


def of_the_run(folder: str, records: list[Recorded], spared: set[int]) -> dict[int, Process]:
    """The processes of the run: marked or recorded ones, their descendants, and the sessions that they lead."""
    table = processes(folder)
    leaders = {one.pid for one in records if one.pid not in table or table[one.pid].started == one.started}
    ours = {pid for pid, one in table.items() if one.marked or (pid in leaders and one.session == pid)}
    before = -1
    while before != len(ours):
        before = len(ours)
        sessions = leaders | {pid for pid in ours if table[pid].session == pid}
        ours |= {pid for pid, one in table.items() if one.parent in ours or one.session in sessions}
    return {pid: table[pid] for pid in ours - spared}


def end_processes(folder: str, spared: set[int]) -> list[str]:
    """End all of them. Returns a line for each process that was still there."""
    records = recorded(folder)
    seen: dict[int, str] = {}
    signals = {one.pid: one.stop_signal for one in records}
    deadline = time.monotonic() + PATIENCE
    for turn in range(_ROUNDS + int(PATIENCE / _PAUSE)):
        left = of_the_run(folder, records, spared)
        if not left:
            break
        seen |= {pid: f"{one.command} (process {pid})" for pid, one in left.items()}
        for pid in left:
            if turn == 0 and pid in signals:
                _send(pid, signals[pid])
            elif pid not in signals or time.monotonic() > deadline:
                _send(pid, signal.SIGKILL)
        time.sleep(_PAUSE)
    return list(seen.values())


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def remove(folder: str) -> None:
    """Remove the folder, also what a test made unreadable in it."""
    for place, folders, _ in os.walk(folder):
        for one in folders:
            with contextlib.suppress(OSError):
                path = Path(place, one)
                if not path.is_symlink():
                    path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def remove_sockets(place: Path = Path("/tmp")) -> None:
    """Remove what SeaweedFS left: it makes its sockets in ``/tmp`` whatever ``TMPDIR`` says, named only by ports."""
    for path in place.glob("seaweedfs-*.sock"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            # A younger one may belong to a server that is about to listen.
            if time.time() - path.stat().st_mtime > _YOUNG and client.connect_ex(str(path)) == errno.ECONNREFUSED:
                path.unlink()


def _waited(owner: int) -> str:
    """The line of the owner; empty if it ended without one."""
    try:
        handle = os.pidfd_open(owner)
    except ProcessLookupError:
        return ""
    ready, _, _ = select.select([handle, sys.stdin], [], [])
    os.close(handle)
    return sys.stdin.readline().strip() if sys.stdin in ready else ""


def _lines(folder: str, owner: int) -> Iterator[str]:
    said = _waited(owner)
    yield from end_processes(folder, {os.getpid(), owner})
    remove_sockets()
    if said != "keep":
        remove(folder)


def main() -> None:
    """Wait, end, remove."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for line in _lines(sys.argv[1], int(sys.argv[2])):
        # The owner may be gone, and nobody may read this.
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    os._exit(0)  # standard output may be closed


if __name__ == "__main__":
    main()
