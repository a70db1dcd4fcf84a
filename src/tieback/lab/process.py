"""Start a server as its own process, identify it later, and stop exactly that process.

A process is identified by its ID, its start time and its executable, all from ``/proc`` (proc_pid_stat(5)): the ID
alone may belong to another program when ``lab down`` runs. Signals are sent through a pidfd (pidfd_open(2)), so the
process cannot change between the check and the signal.
"""

import contextlib
import os
import pwd
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from tieback.lab.listeners import STORE_VARIABLE
from tieback.lab.ports import require_free_port
from tieback.model.errors import LabError

READY_SECONDS = 30.0
"""Time limit for a server to become ready, in seconds; on an idle machine, each needs about one second."""
RECORD = "process.json"
"""File beside a server's data that names its process from the moment it exists, for a lab that was killed meanwhile."""
TEMPORARY = "tmp"
"""Folder beside a server's log for its temporary files and sockets."""
_POLL_SECONDS = 0.02
_GATE = ("/bin/sh", "-c", 'read -r go && exec "$@" </dev/null', "gate")
"""Becomes the server when told to, and exits if its parent is killed before that. Therefore no server runs without a
record."""
_LOG_TAIL_BYTES = 4096


type ProcessId = Annotated[int, msgspec.Meta(ge=1, le=2**22)]
"""Up to PID_MAX_LIMIT (proc_sys_kernel(5))."""
type SignalNumber = Annotated[int, msgspec.Meta(ge=1, le=64)]


class ProcessStamp(msgspec.Struct, frozen=True):
    """Identifies a process over time."""

    pid: ProcessId
    started: int
    """Clock ticks since boot, field 22 of ``/proc/<pid>/stat``."""
    executable: str
    """Path of the program, from ``/proc/<pid>/exe``; servers may change their command line."""


class ProcessRecord(msgspec.Struct, frozen=True):
    """The content of ``process.json``."""

    process: ProcessStamp
    stop_signal: SignalNumber


class RunningServer(msgspec.Struct, frozen=True):
    """A server that the lab started."""

    product: str
    version: str
    address: str
    port: int
    process: ProcessStamp
    emulation: bool
    """True if it only imitates the product."""
    directory: str
    """Contains its data and its log ``server.log``."""
    stop_signal: SignalNumber = signal.SIGTERM
    """Signal that ends it without waiting for its clients."""

    @property
    def pid(self) -> int:
        """Its process ID; check ``is_running`` before using it."""
        return self.process.pid


class UnprivilegedUser(msgspec.Struct, frozen=True):
    """The unprivileged user for servers when the lab runs as root."""

    uid: int
    gid: int


def unprivileged_account() -> UnprivilegedUser | None:
    """``nobody`` if we are root, else ``None`` (the server runs as the current user)."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return UnprivilegedUser(entry.pw_uid, entry.pw_gid)


def stamp(pid: int) -> ProcessStamp | None:
    """The stamp of a running process; ``None`` if it does not exist, is a zombie, or is not readable."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        executable = str(Path(f"/proc/{pid}/exe").readlink())
    except OSError:
        return None
    # The command in parentheses may contain spaces and parentheses: fields are counted after the last one.
    fields = stat[stat.rindex(")") + 2 :].split()
    if fields[0] in ("Z", "X"):
        return None
    return ProcessStamp(pid, int(fields[19]), executable.removesuffix(" (deleted)"))


def is_running(process: ProcessStamp) -> bool:
    """True if exactly this process still runs, as the server or as the gate before it."""
    found = stamp(process.pid)
    if found is None or found.started != process.started:
        return False
    return found.executable in {process.executable, os.path.realpath(_GATE[0])}


def stop(server: RunningServer, *, patience: float = 10.0) -> bool:
    """Stop a server: send its stop signal, then SIGKILL after ``patience`` seconds.

    An ID that now belongs to another process is ignored.

    Returns:
        True if the process was running.

    Raises:
        LabError: it did not end even then, or it belongs to another user.
    """
    return stop_process(server.process, stop_signal=server.stop_signal, patience=patience)


def stop_recorded(directory: Path) -> bool:
    """Stop the process that a start in ``directory`` left running, and remove its record.

    Returns:
        True if a process was running.

    Raises:
        LabError: it did not end, or it belongs to another user.
    """
    path = directory / RECORD
    try:
        record = msgspec.json.decode(path.read_bytes(), type=ProcessRecord)
    except FileNotFoundError:
        return False
    except (msgspec.DecodeError, OSError, UnicodeDecodeError, RecursionError):
        # A truncated record identifies no process; never stop a process by guessing.
        path.unlink(missing_ok=True)
        return False
    stopped = stop_process(record.process, stop_signal=record.stop_signal)
    path.unlink(missing_ok=True)
    return stopped


def stop_process(process: ProcessStamp, *, stop_signal: int = signal.SIGTERM, patience: float = 10.0) -> bool:
    """As ``stop``, for a stamp.

    Raises:
        LabError: it did not end even after SIGKILL, or it belongs to another user.
    """
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return False
    try:
        if not is_running(process):
            return False
        for number, seconds in ((stop_signal, patience), (signal.SIGKILL, 5.0)):
            signal.pidfd_send_signal(handle, number)
            # A pidfd becomes readable when its process has ended, even as a zombie.
            if select.select([handle], [], [], seconds)[0]:
                _reap(process.pid)
                return True
    except ProcessLookupError:
        return True
    except PermissionError:
        raise LabError(
            f"process {process.pid} belongs to another user",
            where=process.executable,
            advice="Run `tieback lab down` as the user that ran `tieback lab up`",
        ) from None
    finally:
        os.close(handle)
    raise LabError(f"process {process.pid} does not end", where=process.executable, advice="Check its log")


def _reap(pid: int) -> None:
    """Collect the exit status of our own child processes."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


class Launch(msgspec.Struct, frozen=True):
    """How to start one server."""

    argv: tuple[str, ...]
    directory: Path
    """Working directory, with the log ``server.log``."""
    address: str
    port: int
    account: UnprivilegedUser | None = None
    record: Path | None = None
    """Directory of ``process.json``, if not ``directory``."""
    stop_signal: int = signal.SIGTERM
    seconds: float = READY_SECONDS
    environment: Mapping[str, str] = {}
    """In addition to the clean environment."""
    executable: str = ""
    """The program that the process becomes if ``argv[0]`` is a script; default: the real path of ``argv[0]``."""


def launch[T](plan: Launch, ready: Callable[[], T | None]) -> tuple[ProcessStamp, T]:
    """Start the process in its own session and wait until ``ready`` returns a value.

    ``ready`` is called repeatedly; an ``OSError`` means "not yet".

    Raises:
        LabError: the port is in use, or the program cannot be started, ended early, or was not ready in time; it is
            then stopped again.
    """
    require_free_port(plan.address, plan.port)
    where = f"{plan.address}:{plan.port}"
    if not os.access(plan.argv[0], os.X_OK):
        raise LabError(f"cannot start {plan.argv[0]} (no such program)", where=where)
    _fresh_temporary(plan)
    log, place = plan.directory / "server.log", plan.record or plan.directory
    with log.open("wb") as output:
        try:
            child = subprocess.Popen(
                [*_GATE, *plan.argv],
                cwd=plan.directory,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=clean_environment(plan.directory) | {STORE_VARIABLE: str(place)} | dict(plan.environment),
                user=plan.account.uid if plan.account else None,
                group=plan.account.gid if plan.account else None,
                extra_groups=[] if plan.account else None,
            )
        except OSError as error:
            raise LabError(f"cannot start {plan.argv[0]} ({error.strerror})", where=where) from None
    gate = stamp(child.pid)
    try:
        if gate is None or child.stdin is None:
            raise LabError(
                f"{Path(plan.argv[0]).name} ended immediately: {_tail(log)}", where=where, advice=f"See {log}"
            )
        # exec keeps the ID and start time; only the program changes.
        process = ProcessStamp(gate.pid, gate.started, plan.executable or os.path.realpath(plan.argv[0]))
        record = ProcessRecord(process, plan.stop_signal)
        (place / RECORD).write_bytes(msgspec.json.encode(record))
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(b"go\n")
            child.stdin.close()
        answer = _await(child, ready, plan.seconds, log, where)
    except BaseException:
        child.kill()
        child.wait()
        raise
    # The server outlives this object intentionally; without this, Popen warns about a running child.
    child.returncode = 0
    return process, answer


def run_tool(
    argv: Sequence[str],
    *,
    directory: Path,
    account: UnprivilegedUser | None = None,
    text: str = "",
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a tool of a server to its end (at most 60 seconds) with ``text`` on its standard input.

    Returns:
        Its standard output.

    Raises:
        LabError: it could not be started, took too long, or failed; the message contains its last line of output.
    """
    name = Path(argv[0]).name
    try:
        done = subprocess.run(
            argv,
            cwd=directory,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=clean_environment(directory) | dict(environment or {}),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{name} failed ({error})", where=str(directory)) from None
    if done.returncode != 0:
        complaint = (done.stderr or done.stdout).strip().splitlines()
        raise LabError(f"{name} failed: {complaint[-1] if complaint else done.returncode}", where=str(directory))
    return done.stdout


def clean_environment(directory: Path) -> dict[str, str]:
    """An environment without the caller's settings, which servers and their tools would follow (``PG*``, proxies)."""
    settings = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(directory)}
    if (directory / TEMPORARY).is_dir():
        settings["TMPDIR"] = str(directory / TEMPORARY)
    return settings


def _fresh_temporary(plan: Launch) -> None:
    """A temporary folder for this server only: in a shared one, sockets of two servers can have the same name."""
    temporary = plan.directory / TEMPORARY
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(mode=0o700)
    if plan.account is not None:
        os.chown(temporary, plan.account.uid, plan.account.gid)


def _await[T](
    child: "subprocess.Popen[bytes]", ready: Callable[[], T | None], seconds: float, log: Path, where: str
) -> T:
    name = Path(str(child.args[0])).name if isinstance(child.args, tuple) else "server"
    deadline = time.monotonic() + seconds
    while True:
        if child.poll() is not None:
            raise LabError(
                f"{name} ended with status {child.returncode}: {_tail(log)}", where=where, advice=f"See {log}"
            )
        with contextlib.suppress(OSError):
            answer = ready()
            if answer is not None:
                return answer
        if time.monotonic() > deadline:
            raise LabError(f"{name} was not ready within {seconds:g} s: {_tail(log)}", where=where, advice=f"See {log}")
        time.sleep(_POLL_SECONDS)


def _tail(log: Path) -> str:
    """The last line of a log, at most 200 characters."""
    try:
        with log.open("rb") as lines:
            lines.seek(max(0, log.stat().st_size - _LOG_TAIL_BYTES))
            text = lines.read(_LOG_TAIL_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return "no log"
    return text.splitlines()[-1][-200:] if text else "the log is empty"
