"""Redis (Debian): over TLS, empty, ransomed, and a Sentinel. For open and password-protected stores see Valkey."""

import re
import signal
from pathlib import Path

from tieback.lab.interface import Kind, Place
from tieback.lab.people import rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import PEM, Home, accepts, fresh_home, serve
from tieback.lab.store import Holding, Server, State, Store, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access

_PROGRAM = Need("redis-server", "Debian: redis-server")
_CLIENT = Need("redis-cli", "Debian: redis-tools")


def start(place: Place) -> RunningServer:
    """Start it; it stores nothing on disk."""
    binary, store = str(locate(_PROGRAM)), place.store
    locate(_CLIENT)
    home = fresh_home(place)
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
        lambda: accepts(store.address, store.port),
        version=_version(binary, home),
        stop_signal=signal.SIGKILL,
    )


def start_sentinel(place: Place) -> RunningServer:
    """Start a Sentinel that watches an address of the lab without a server."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = fresh_home(place)
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
        lambda: accepts(store.address, store.port),
        version=_version(binary, home),
        stop_signal=signal.SIGKILL,
    )


def _version(binary: str, home: Home) -> str:
    found = re.search(r"v=([\d.]+)", run_tool((binary, "--version"), directory=home.path))
    return found[1] if found else ""


def load(store: Store, server: RunningServer) -> None:
    """Empty it, then add one hash per session; if ransomed, the keys that cron attacks leave behind."""
    commands = ["FLUSHALL"]
    for holding in store.holdings:
        if store.state is State.RANSOMED:
            # The form used by P2PInfect and similar worms; this line downloads nothing.
            commands += [f'SET backup{n} "*/{n} * * * * root echo lab-only"' for n in range(1, holding.records + 1)]
        else:
            for row in rows(holding.dataset, holding.records):
                commands.append(f'HSET {row["key"]} user "{row["user"]}" ip {row["ip"]}')
    told = _cli(store, server, commands)
    if "ERR" in told:
        raise LabError("the server rejected a part of the load", where=store.name)


def count(store: Store, server: RunningServer, _holding: Holding) -> int:
    """``DBSIZE``, by the product's own client."""
    return int(_cli(store, server, ["DBSIZE"]).split()[-1])


def _cli(store: Store, server: RunningServer, commands: list[str]) -> str:
    words = [str(locate(_CLIENT)), "-h", server.address, "-p", str(server.port)]
    words += ["--tls", "--insecure"] if store.tls else []
    text = "".join(f"{command}\n" for command in commands)
    return run_tool(words, directory=Path(server.directory), text=text)


_SESSIONS = (Holding(("db0",), "sessions", 250),)
KIND = Kind(
    server=Server.REDIS,
    needs=(_PROGRAM, _CLIENT),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store("redis-tls", Server.REDIS, 90, 6379, State.OPEN, Access.OPEN, holdings=_SESSIONS, tls=True),
        lab_store("redis-empty", Server.REDIS, 91, 6379, State.EMPTY, Access.OPEN_EMPTY),
        lab_store(
            "redis-ransomed", Server.REDIS, 92, 6379, State.RANSOMED, Access.OPEN, holdings=(Holding(("db0",), "", 4),)
        ),
    ),
)
SENTINEL = Kind(
    server=Server.SENTINEL,
    needs=(_PROGRAM,),
    start=start_sentinel,
    count=lambda _store, _server, _holding: 0,
    stores=(lab_store("sentinel", Server.SENTINEL, 93, 26379, State.OPEN, Access.SCHEMA_ONLY),),
)
