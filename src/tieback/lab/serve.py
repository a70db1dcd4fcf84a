"""Start a server in a fresh directory, as an unprivileged user where the lab itself runs as root."""

import os
import shutil
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from tieback.lab.certificates import leaf
from tieback.lab.interface import Place
from tieback.lab.ports import require_free_port
from tieback.lab.process import Account, Launch, RunningServer, launch, unprivileged_account
from tieback.lab.wheels import open_place, reachable

PEM = "both.pem"
"""Key, certificate and authority of a server that speaks TLS, in its home."""


class Home(msgspec.Struct, frozen=True):
    """A fresh directory for one server's settings and data."""

    path: Path
    account: Account | None
    """Who owns it and runs the server; ``None``: whoever runs the lab."""


def fresh_home(place: Place, *, program: Path | None = None, keep_root: bool = False) -> Home:
    """An empty home for the store; nothing of an earlier run stays. With the certificate where it speaks TLS.

    Args:
        place: of the store.
        program: where it lies outside the system's own folders: if nobody else may read it, the server runs as we do.
        keep_root: the server needs root's rights to begin with, where we have them, and gives them up by itself.

    Raises:
        LabError: the port is taken, or somebody else owns the place.
    """
    require_free_port(place.store.address, place.store.port)
    account = unprivileged_account()
    if account is not None and program is not None and not reachable(program.resolve().parent, account):
        account = None
    place.directory.mkdir(parents=True, exist_ok=True)
    path = open_place(place.directory, account) / "home"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o755)
    (place.directory / "dataset").unlink(missing_ok=True)
    if place.store.tls:
        (path / PEM).write_bytes(leaf(place.certificates, place.store.host, place.store.address))
    return Home(path, None if keep_root else account)


def serve(
    place: Place,
    home: Home,
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
        place: of the store.
        home: by ``fresh_home``, with everything in it that the server reads.
        argv: the program's real path and its arguments.
        ready: asked again and again; an ``OSError`` counts as "not yet".
        version: of the product, where it is known beforehand.
        environment: beyond the clean one.
        executable: what the process becomes, where that is not ``argv[0]``.
        stop_signal: what ends it soonest.
        seconds: how long it may take.

    Raises:
        LabError: it did not come up.
    """
    own(home)
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


def own(home: Home) -> None:
    """Give everything in the home to the account that the server runs as."""
    if home.account is not None:
        for path in (home.path, *home.path.rglob("*")):
            os.chown(path, home.account.uid, home.account.gid, follow_symlinks=False)


def accepts(address: str, port: int) -> bool:
    """Whether somebody takes a connection there.

    Raises:
        OSError: nobody does.
    """
    with socket.create_connection((address, port), timeout=1.0):
        return True
