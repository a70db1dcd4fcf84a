"""Redis (Debian): over TLS, empty, ransomed, and a Sentinel. For open and password-protected stores see Valkey."""

import re
import signal
from pathlib import Path

from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import PEM, ServerDirectory, accepts_connections, create_server_directory, serve
from tieback.lab.store import Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access

_PROGRAM = Need("redis-server", "Debian: redis-server")
_CLIENT = Need("redis-cli", "Debian: redis-tools")


def start(place: StartContext) -> RunningServer:
    """Start it; it stores nothing on disk."""
    binary, store = str(locate(_PROGRAM)), place.store
    locate(_CLIENT)
    home = create_server_directory(place)
    words = ["--bind", store.address, "--protected-mode", "no", "--dir", str(home.path), "--save", ""]
    if store.tls:
        pem = str(home.path / PEM)
        words += ["--port", "0", "--tls-port", str(store.port), "--tls-cert-file", pem, "--tls-key-file", pem]
        words += ["--tls-ca-cert-file", pem, "--tls-auth-clients", "no"]
    else:
        words += ["--port", str(store.port)]
    return serve(
        place,
        home,
        (binary, *words),
        lambda: accepts_connections(store.address, store.port),
        version=_version(binary, home),
        stop_signal=signal.SIGKILL,
    )


def start_sentinel(place: StartContext) -> RunningServer:
    """Start a Sentinel that watches an address of the lab without a server."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place)
    config = home.path / "sentinel.conf"
    config.write_text(
        f"port {store.port}\nbind {store.address}\nprotected-mode no\ndir {home.path}\n"
        f"sentinel monitor sessions {store.address} 1 1\n",
        encoding="utf-8",
    )
    return serve(
        place,
        home,
        (binary, str(config), "--sentinel"),
        lambda: accepts_connections(store.address, store.port),
        version=_version(binary, home),
        stop_signal=signal.SIGKILL,
    )


def _version(binary: str, home: ServerDirectory) -> str:
    found = re.search(r"v=([\d.]+)", run_tool((binary, "--version"), directory=home.path))
    return found[1] if found else ""


def load(store: LabStore, server: RunningServer) -> None:
    """Empty it, then add one hash per session; if ransomed, the keys that cron attacks leave behind."""
    commands = ["FLUSHALL"]
    for holding in store.holdings:
        if store.state is StoreState.RANSOMED:
            # The form used by P2PInfect and similar worms; this line downloads nothing.
            commands += [f'SET backup{n} "*/{n} * * * * root echo lab-only"' for n in range(1, holding.records + 1)]
        else:
            for row in synthetic_rows(holding.dataset, holding.records):
                commands.append(f'HSET {row["key"]} user "{row["user"]}" ip {row["ip"]}')
    told = _cli(store, server, commands)
    if "ERR" in told:
        raise LabError("the server rejected a part of the load", where=store.name)


def count(store: LabStore, server: RunningServer, _holding: Holding) -> int:
    """``DBSIZE``, by the product's own client."""
    return int(_cli(store, server, ["DBSIZE"]).split()[-1])


def _cli(store: LabStore, server: RunningServer, commands: list[str]) -> str:
    words = [str(locate(_CLIENT)), "-h", server.address, "-p", str(server.port)]
    words += ["--tls", "--insecure"] if store.tls else []
    text = "".join(f"{command}\n" for command in commands)
    return run_tool(words, directory=Path(server.directory), text=text)


_SESSIONS = (Holding(("db0",), "sessions", 250),)
KIND = LabProduct(
    server=ServerProgram.REDIS,
    needs=(_PROGRAM, _CLIENT),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "redis-tls", ServerProgram.REDIS, 90, 6379, StoreState.OPEN, Access.OPEN, holdings=_SESSIONS, tls=True
        ),
        lab_store("redis-empty", ServerProgram.REDIS, 91, 6379, StoreState.EMPTY, Access.OPEN_EMPTY),
        lab_store(
            "redis-ransomed",
            ServerProgram.REDIS,
            92,
            6379,
            StoreState.RANSOMED,
            Access.OPEN,
            holdings=(Holding(("db0",), "", 4),),
        ),
    ),
)
SENTINEL = LabProduct(
    server=ServerProgram.SENTINEL,
    needs=(_PROGRAM,),
    start=start_sentinel,
    count=lambda _store, _server, _holding: 0,
    stores=(lab_store("sentinel", ServerProgram.SENTINEL, 93, 26379, StoreState.OPEN, Access.SCHEMA_ONLY),),
)
