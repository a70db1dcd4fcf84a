"""A throw-away PostgreSQL for SQL of unknown origin.

Migrations are programs: they may call ``COPY … TO PROGRAM``, loop without end or fill the disk. The server runs as an
unprivileged user without capabilities, in its own network, mount, process and IPC namespaces, with its data in a memory
file system of limited size. It has no TCP port. SQL is loaded by a role that is no superuser. Where one of these is not
possible, it does not start.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieback.model.errors import InputError, UsageError
from tieback.model.extras import extra_advice
from tieback.model.small_file import read_small

if TYPE_CHECKING:
    import psycopg

ADMIN = "tieback_admin"
"""The superuser. It executes only our own statements, before the SQL of the files."""
LOADER = "postgres"
"""The role that executes the SQL of the files, as at Supabase: no superuser."""
ASKER = "tieback_asker"
"""The role that changes to ``anon`` or ``authenticated``: no superuser."""
_MAX_LOG = 16 * 1024 * 1024
SECONDS = 120.0
"""Time limit of one project in seconds; then the server is killed."""
DISK_MIB = 256
MEMORY_MIB = 768
"""Address space of each process of the server."""
_START_SECONDS = 60.0
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "16MB",
    "max_connections": "12",
    "max_worker_processes": "0",
    "max_parallel_workers": "0",
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "temp_file_limit": "64MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "16MB",
    "max_wal_size": "48MB",
    "min_wal_size": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_locks_per_transaction": "256",
    "logging_collector": "off",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",
}
_BIN = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql", "/usr/pgsql")


@dataclass(frozen=True, slots=True)
class Isolation:
    """How the server is started."""

    initdb: Path
    postgres: Path
    account: tuple[int, int] | None
    """User and group of the server if we are root; else ours."""


def find_isolation() -> Isolation:
    """Check that the server can be isolated.

    Raises:
        UsageError: a program or a right is missing; the text names it.
    """
    if find_spec("psycopg") is None:
        raise _refused("the client of PostgreSQL is not installed", extra_advice("postgres"))
    programs = _programs()
    if programs is None:
        raise _refused("PostgreSQL is not installed", "Install it (Debian: postgresql)")
    for tool in ("unshare", "setpriv", "prlimit", "mount"):
        if shutil.which(tool) is None:
            raise _refused(f"{tool} is not installed", "Use Linux with util-linux")
    account = None
    if os.geteuid() == 0:
        try:
            found = pwd.getpwnam("nobody")
        except KeyError:
            raise _refused("the user nobody does not exist", "Run it as another user than root") from None
        account = (found.pw_uid, found.pw_gid)
    isolation = Isolation(*programs, account)
    with tempfile.TemporaryDirectory(prefix="tieback-pg-") as place:
        Path(place).chmod(0o711)
        made = subprocess.run(
            [*_namespaces(isolation), _script(isolation, Path(place), "true")],
            capture_output=True, timeout=20, check=False, env=_environment(),
        )  # fmt: skip
    if made.returncode != 0:
        reason = made.stderr.decode(errors="replace").strip().split("\n")[-1][:200]
        raise _refused(f"namespaces are not available: {reason}", "Allow user namespaces, or run it as root")
    return isolation


def _refused(what: str, advice: str) -> UsageError:
    return UsageError(f"--verify needs an isolated PostgreSQL: {what}", advice=advice)


def _programs() -> tuple[Path, Path] | None:
    """``initdb`` and ``postgres`` of the newest version of the system."""
    places = [Path(folder, "bin") for folder in _BIN]
    places += [path / "bin" for folder in _BIN[:1] for path in Path(folder).glob("[0-9]*")]
    on_path = shutil.which("postgres")
    if on_path:
        places.insert(0, Path(on_path).resolve().parent)
    found = [one for one in places if all(os.access(one / name, os.X_OK) for name in ("initdb", "postgres"))]
    if not found:
        return None
    best = max(found, key=lambda one: [int(part) for part in one.parent.name.split(".") if part.isdigit()] or [0])
    return best / "initdb", best / "postgres"


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _namespaces(isolation: Isolation) -> list[str]:
    user = [] if isolation.account else ["--user", "--map-root-user"]
    spaces = ["--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation", "private"]
    return ["unshare", *user, *spaces, "sh", "-c"]


def _script(isolation: Isolation, place: Path, command: str) -> str:
    """A memory file system for the data, then the command without rights. ``place`` needs no quotes."""
    options = f"size={DISK_MIB}m,nosuid,nodev,noexec,mode=0700"
    limits = f"--as={MEMORY_MIB << 20} --fsize={DISK_MIB << 20} --cpu={int(SECONDS)} --core=0 --nofile=256"
    if isolation.account:
        user, group = isolation.account
        options += f",uid={user},gid={group}"
        drop = f"setpriv --reuid={user} --regid={group} --clear-groups --no-new-privs --bounding-set=-all"
    else:
        # PostgreSQL does not run as root, not even as the root of a user namespace.
        drop = f"unshare --user --map-user={os.geteuid()} --map-group={os.getegid()} setpriv --no-new-privs"
    return (
        f"mkdir -p {place}/data && mount -t tmpfs -o {options} tmpfs {place}/data && "
        f"exec {drop} prlimit {limits} sh -c 'cd {place}/data && umask 077 && {command}'"
    )


class Server:
    """A running server.

    Args:
        folder: of its socket.
        process: the outer process; its end ends all others.
        deadline: when it is killed, as ``time.monotonic()``.
    """

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], deadline: float) -> None:
        self.folder = folder
        self._process = process
        self.deadline = deadline
        self.database = "postgres"
        """The database of new connections."""

    def connect(self, user: str) -> "psycopg.Connection[Any]":
        """A connection.

        Raises:
            InputError: the server does not answer.
        """
        import psycopg

        try:
            return psycopg.connect(
                host=str(self.folder), port=5432, user=user, dbname=self.database, connect_timeout=60,
                application_name="tieback", autocommit=True, sslmode="disable", gssencmode="disable",
            )  # fmt: skip
        except psycopg.Error as error:
            raise InputError(f"the throw-away PostgreSQL does not answer: {str(error)[:200]}") from None

    @property
    def expired(self) -> bool:
        """True after the time limit."""
        return time.monotonic() >= self.deadline


@contextmanager
def isolated_server(isolation: Isolation, seconds: float = SECONDS) -> Iterator[Server]:
    """A server with an empty database; it is killed at the end, with this process, and after ``seconds``.

    Raises:
        InputError: it did not start.
    """
    place = Path(tempfile.mkdtemp(prefix="tieback-pg-"))
    try:
        place.chmod(0o711)
        socket = place / "s"
        socket.mkdir(mode=0o700)
        if isolation.account:
            os.chown(socket, *isolation.account)
        settings = " ".join(f"-c {name}={value or '""'}" for name, value in _SETTINGS.items())
        # The shell is the first process of the namespace. It ends with the server, and if our end of the pipe closes,
        # also because this process was killed.
        command = (
            f"exec 3<&0; {{ {isolation.initdb} -D {place}/data/d -U {ADMIN} -A trust -E UTF8 --locale=C --no-sync"
            f" >/dev/null && exec {isolation.postgres} -D {place}/data/d -k {socket} {settings}; }} 3<&- & server=$!;"
            " { cat <&3 >/dev/null; kill -KILL $server; } & wait $server"
        )
        log = place / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*_namespaces(isolation), _script(isolation, place, command)],
                stdin=subprocess.PIPE, stdout=output, stderr=output, env=_environment(), start_new_session=True,
            )  # fmt: skip
        watch = threading.Timer(seconds, _kill, (process,))
        watch.daemon = True
        watch.start()
        try:
            server = Server(socket, process, time.monotonic() + seconds)
            _await(server, socket, process, log)
            yield server
        finally:
            watch.cancel()
            _kill(process)
            process.communicate()
    finally:
        with suppress(OSError):
            shutil.rmtree(place)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End the server. Its first process is the child of ``unshare``: with it, all others of its namespace end.

    ``unshare --kill-child`` is not enough: the kernel forgets that signal when the child changes its user.
    """
    with suppress(OSError, ValueError):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
        for child in children.split():
            os.kill(int(child), signal.SIGKILL)
    process.kill()


def _await(server: Server, socket: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if (socket / ".s.PGSQL.5432").exists():
            try:
                server.connect(ADMIN).close()
                return
            except InputError:
                pass
        time.sleep(0.05)
    with suppress(OSError):
        reason = read_small(log, _MAX_LOG).decode("utf-8", "replace").strip().split("\n")[-1][:200]
        raise InputError(f"the throw-away PostgreSQL did not start: {reason}")
    raise InputError("the throw-away PostgreSQL did not start")
