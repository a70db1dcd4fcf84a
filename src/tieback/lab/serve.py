"""Start a server in a fresh directory, as an unprivileged user if the lab runs as root."""

import os
import shutil
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tieback.lab.certificates import leaf
from tieback.lab.interface import StartContext
from tieback.lab.ports import require_free_port
from tieback.lab.process import Launch, RunningServer, UnprivilegedUser, launch, unprivileged_account
from tieback.lab.wheels import is_reachable, reachable_directory

PEM = "both.pem"
"""Key, certificate and authority of a TLS server, in its home directory."""


class ServerDirectory(msgspec.Struct, frozen=True):
    """A fresh directory for one server's settings and data."""

    path: Path
    account: UnprivilegedUser | None
    """Owner of the directory and user of the server; ``None``: the current user."""


def create_server_directory(
    place: StartContext, *, program: Path | None = None, keep_root: bool = False
) -> ServerDirectory:
    """An empty home directory for the store, with the certificate if it uses TLS; data of an earlier run is removed.

    Args:
        place: place of the store.
        program: program outside the system folders; if other users cannot read it, the server runs as the current user.
        keep_root: start as root if possible; the server drops its privileges itself.

    Raises:
        LabError: the port is in use, or another user owns the directory.
    """
    require_free_port(place.store.address, place.store.port)
    account = unprivileged_account()
    if account is not None and program is not None and not is_reachable(program.resolve().parent, account):
        account = None
    place.directory.mkdir(parents=True, exist_ok=True)
    path = reachable_directory(place.directory, account) / "home"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o755)
    (place.directory / "dataset").unlink(missing_ok=True)
    if place.store.tls:
        (path / PEM).write_bytes(leaf(place.certificates, place.store.host, place.store.address))
    return ServerDirectory(path, None if keep_root else account)


def serve(
    place: StartContext,
    home: ServerDirectory,
    argv: tuple[str, ...],
    ready: Callable[[], bool | None],
    *,
    version: str = "",
    environment: Mapping[str, str] | None = None,
    executable: str = "",
    stop_signal: signal.Signals = signal.SIGTERM,
    seconds: float = 60.0,
) -> RunningServer:
    """Start ``argv`` in ``home`` and wait until it is ready.

    Args:
        place: place of the store.
        home: home from ``create_server_directory``, with all files that the server reads.
        argv: the program's real path and its arguments.
        ready: called repeatedly; an ``OSError`` means "not yet".
        version: product version, if known beforehand.
        environment: in addition to the clean environment.
        executable: the program that the process becomes, if not ``argv[0]``.
        stop_signal: signal that ends it fastest.
        seconds: time limit.

    Raises:
        LabError: it did not start.
    """
    give_to_user(home)
    store = place.store
    plan = Launch(
        argv,
        home.path,
        store.address,
        store.port,
        home.account,
        record=place.directory,
        stop_signal=stop_signal,
        seconds=seconds,
        environment=dict(environment or {}),
        executable=executable,
    )
    process, _ = launch(plan, ready)
    return RunningServer(
        store.product,
        version,
        store.address,
        store.port,
        process,
        emulation=store.emulation,
        directory=str(home.path),
        stop_signal=stop_signal,
    )


def give_to_user(home: ServerDirectory) -> None:
    """Give all files of the home directory to the account of the server."""
    if home.account is not None:
        for path in (home.path, *home.path.rglob("*")):
            os.chown(path, home.account.uid, home.account.gid, follow_symlinks=False)


def accepts_connections(address: str, port: int) -> bool:
    """True if a server accepts a connection there.

    Raises:
        OSError: no server accepts it.
    """
    with socket.create_connection((address, port), timeout=1.0):
        return True
