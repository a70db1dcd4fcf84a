"""Start the lab's servers side by side and fill them; one that fails is reported and the others go on."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from pymongo.errors import PyMongoError

from tieback.lab.fill import fill
from tieback.lab.mongod import start_mongod
from tieback.lab.osmem import start_osmem
from tieback.lab.permit import lab_grant
from tieback.lab.ports import needs_root
from tieback.lab.postgres import start_postgres
from tieback.lab.process import RunningServer, running, stop, stop_recorded
from tieback.lab.state import GRANT, TRUTH, Entry, Lab
from tieback.lab.stores import KEEPER, Server, State, Store, choose, stores_in
from tieback.lab.truth import truth_document
from tieback.lab.valkey import start_valkey
from tieback.lab.workhub_api import start_workhub_api
from tieback.model.errors import LabError
from tieback.scope.grant import render_grant

_AT_ONCE = 6
"""Servers that start at the same time; each waits more than it computes."""
_HIGH_HTTPS = 8443


class Raised(msgspec.Struct, frozen=True):
    """How one store came up."""

    store: Store
    server: RunningServer | None
    seconds: float
    already: bool = False
    """It ran before, with its records."""
    loaded: bool = False
    """Records were loaded now, not taken over from an earlier run."""
    error: LabError | None = None


def up(
    lab: Lab,
    tell: Callable[[Raised], None],
    names: tuple[str, ...] = (),
    *,
    demo: bool = False,
    subnet: int | None = None,
) -> list[Raised]:
    """Bring up the stores, in parallel, and write the lab's grant and truth.

    Args:
        lab: where.
        tell: called for each store as soon as it is up or has failed, from the calling thread.
        names: which stores, by name or host; all where none is given.
        demo: the demo's stores.
        subnet: third number of their addresses; ``None`` keeps that of the run before, or 0.

    Returns:
        One for each store, in the order of their addresses.

    Raises:
        LabError: the lab's directory cannot be used, a name is unknown, or the lab runs in another subnet.
    """
    with lab.locked():
        all_stores = stores_in(lab.settle(subnet))
        stores = choose(names, demo=demo, stores=all_stores)
        entries = lab.entries()
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            waiting = [threads.submit(_raise_one, lab, store, entries.get(store.name)) for store in stores]
            for future in as_completed(waiting):
                tell(future.result())
        lab.replace(TRUTH, truth_document(lab.entries(), all_stores))
        lab.replace(GRANT, render_grant(lab_grant(datetime.now(UTC).date(), all_stores)).encode())
    return [future.result() for future in waiting]


def _raise_one(lab: Lab, store: Store, entry: Entry | None) -> Raised:
    begun = time.monotonic()
    server: RunningServer | None = None
    try:
        directory = lab.store_directory(store.name)
        alive = entry is not None and running(entry.server.process)
        if entry and alive and entry.records is not None:
            return Raised(store, entry.server, time.monotonic() - begun, already=True)
        if entry and alive:
            server = entry.server
        else:
            stop_recorded(directory)
            server = _start(store, directory)
            lab.remember(store.name, Entry(server))
        loaded = fill(store, server, directory)
        lab.remember(store.name, Entry(server, store.records))
        return Raised(store, server, time.monotonic() - begun, loaded=loaded)
    except LabError as error:
        failure = error
    except (OSError, PyMongoError) as error:
        failure = LabError(str(error), where=store.name, advice=f"See the log in {lab.store_directory(store.name)}")
    if server is not None:
        stop(server)
        lab.remember(store.name, None)
    return Raised(store, None, time.monotonic() - begun, error=failure)


def _start(store: Store, directory: Path) -> RunningServer:
    login = KEEPER if store.state is State.PROTECTED else None
    password = login.password if login else None
    match store.server:
        case Server.OSMEM:
            return start_osmem(directory, store.address, store.port)
        case Server.MONGOD:
            return start_mongod(directory, store.address, store.port, login=login)
        case Server.POSTGRES:
            return start_postgres(directory, store.address, store.port, password=password)
        case Server.VALKEY:
            return start_valkey(directory, store.address, store.port, password=password)
        case Server.WORKHUB_API:
            port = _HIGH_HTTPS if needs_root(store.address, store.port) else store.port
            return start_workhub_api(directory, store.address, port)
