"""Start and fill the lab's servers in parallel; a failure is reported and does not affect the others."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from pymongo.errors import PyMongoError

from tieback.lab.certificates import authority, leaf
from tieback.lab.fill import fill
from tieback.lab.grant import lab_grant
from tieback.lab.interface import StartContext
from tieback.lab.listeners import foreign_ports, reserved_subnet
from tieback.lab.mongod import start_mongod
from tieback.lab.osmem import start_osmem
from tieback.lab.ports import needs_root
from tieback.lab.postgres import start_postgres
from tieback.lab.process import RECORD, RunningServer, is_running, stop, stop_recorded
from tieback.lab.programs import MissingProgramError
from tieback.lab.servers import KINDS
from tieback.lab.state import GRANT, TRUTH, Lab, LabServer
from tieback.lab.store import LAB_ACCOUNT, LabStore, ServerProgram, StoreState
from tieback.lab.stores import choose, stores_in
from tieback.lab.truth import truth_document
from tieback.lab.valkey import start_valkey
from tieback.lab.workhub_api import start_workhub_api
from tieback.model.errors import LabError
from tieback.model.grant import Grant
from tieback.scope.grant import render_grant

_AT_ONCE = 6
"""Number of servers that start concurrently; each waits more than it computes."""
_HIGH_HTTPS = 8443
_HIGH_PORTS = 10_000
"""Added to ports that need root, if we are not root."""
_ODD_PORTS = range(20_000, 30_000)
"""Below Linux's ephemeral ports (32768), with room for a server's additional ports above."""


class StartResult(msgspec.Struct, frozen=True):
    """Result of starting one store."""

    store: LabStore
    server: RunningServer | None
    seconds: float
    already: bool = False
    """True if it was already running with its records."""
    loaded: bool = False
    """True if records were loaded now, and not reused from an earlier run."""
    skipped: bool = False
    """True if its program is not installed and it was not requested by name; ``error`` names the package."""
    error: LabError | None = None


def _unchanged(store: LabStore) -> LabStore:
    return store


def up(
    lab: Lab,
    tell: Callable[[StartResult], None],
    names: tuple[str, ...] = (),
    *,
    demo: bool = False,
    subnet: int | None = None,
    odd_ports: bool | None = None,
    installed: Mapping[ServerProgram, Path] | None = None,
    change: Callable[[LabStore], LabStore] = _unchanged,
) -> list[StartResult]:
    """Start the stores in parallel, and write the lab's grant and truth file.

    Args:
        lab: the lab.
        tell: called from the calling thread for each store when it is running or has failed.
        names: stores by name, host or server; default: all.
        demo: only the stores of the demo.
        subnet: third number of their addresses; ``None`` keeps that of a running lab, and otherwise chooses a free one.
        odd_ports: use random high ports instead of the usual ones; ``None`` keeps the current choice.
        installed: folders or programs of servers that the user has unpacked; their stores start, too.
        change: called with each store before it starts; it may give its holdings another number of records.

    Returns:
        One for each store, in the order of their addresses.

    Raises:
        LabError: the lab's directory cannot be used, a name is unknown, or the lab is running in another subnet.
    """
    installed = installed or {}
    with lab.locked(), _subnet(lab, subnet) as chosen:
        all_stores = tuple(map(change, stores_in(lab.choose_subnet(chosen, odd_ports))))
        stores = choose(names, demo=demo, stores=all_stores, unpacked=frozenset(installed))
        entries = lab.entries()
        odd = lab.state().odd_ports
        places = [_place(lab, store, installed.get(store.server), odd=odd) for store in stores]
        authority(lab.certificates)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            waiting = {
                place.store.name: threads.submit(
                    _raise_one, lab, place, entries.get(place.store.name), named=bool(_words(place.store) & {*names})
                )
                for place in sorted(places, key=_slowness)
            }
            for future in as_completed(waiting.values()):
                tell(future.result())
        lab.replace(TRUTH, truth_document(lab.entries(), all_stores))
        lab.replace(GRANT, render_grant(_grant(lab, all_stores)).encode())
    return [waiting[store.name].result() for store in stores]


@contextmanager
def _subnet(lab: Lab, subnet: int | None) -> Iterator[int | None]:
    """The subnet to use; a new one is reserved. ``None``: the lab is running and stays where it is."""
    if subnet is not None or lab.is_running():
        yield subnet
        return
    with reserved_subnet(lab.state().subnet) as free:
        yield free


def _grant(lab: Lab, stores: tuple[LabStore, ...]) -> Grant:
    """The grant for what this lab has started, and for nothing else on this machine."""
    entries = lab.entries()
    running = tuple(one for one in stores if one.name in entries and is_running(entries[one.name].server.process))
    own = {(entries[one.name].server.address, entries[one.name].server.port) for one in running}
    foreign = {
        address: frozenset(port for port in ports if (address, port) not in own)
        for address, ports in foreign_ports({store.address for store in running}, lab.sessions()).items()
    }
    return lab_grant(datetime.now(UTC).date(), running, foreign)


def _place(lab: Lab, store: LabStore, installed: Path | None, *, odd: bool) -> StartContext:
    port = store.port
    if odd:
        port = random.SystemRandom().choice(_ODD_PORTS)
    elif needs_root(store.address, port):
        port = _HIGH_HTTPS if store.server is ServerProgram.WORKHUB_API else port + _HIGH_PORTS
    listening = msgspec.structs.replace(store, port=port)
    return StartContext(listening, lab.store_directory(store.name), lab.certificates, installed)


def _words(store: LabStore) -> set[str]:
    return {store.name, store.host, store.server.value}


def _slowness(place: StartContext) -> int:
    """Sort key: the slowest servers first; the wheels, which are fast, last."""
    order = [kind.server for kind in KINDS]
    return order.index(place.store.server) if place.store.server in order else len(order)


def _raise_one(lab: Lab, place: StartContext, entry: LabServer | None, *, named: bool) -> StartResult:
    begun = time.monotonic()
    store, directory = place.store, place.directory
    server: RunningServer | None = None
    missing = False
    try:
        alive = entry is not None and is_running(entry.server.process)
        if entry and alive and entry.records is not None:
            return StartResult(store, entry.server, time.monotonic() - begun, already=True)
        if entry and alive:
            server = entry.server
        else:
            _stop_rest(directory)
            server = _start(place)
            lab.remember(store.name, LabServer(server))
        loaded = fill(store, server, directory)
        lab.remember(store.name, LabServer(server, store.records))
        return StartResult(store, server, time.monotonic() - begun, loaded=loaded)
    except LabError as error:
        missing = isinstance(error, MissingProgramError)
        failure = error
    except (OSError, PyMongoError) as error:
        failure = LabError(str(error), where=store.name, advice=f"See the log in {directory}")
    if server is not None:
        stop(server)
        lab.remember(store.name, None)
    _stop_rest(directory)
    return StartResult(store, None, time.monotonic() - begun, skipped=missing and not named, error=failure)


def _stop_rest(directory: Path) -> None:
    """Stop the servers and helper processes that an earlier start left running."""
    stop_recorded(directory)
    for record in directory.glob(f"*/{RECORD}"):
        stop_recorded(record.parent)


def _start(place: StartContext) -> RunningServer:
    store, directory = place.store, place.directory
    login = LAB_ACCOUNT if store.state is StoreState.PROTECTED else None
    password = login.password if login else None
    match store.server:
        case ServerProgram.OSMEM:
            return start_osmem(directory, store.address, store.port)
        case ServerProgram.MONGOD:
            pem = leaf(place.certificates, store.host, store.address) if store.tls else b""
            return start_mongod(directory, store.address, store.port, login=login, pem=pem, binary=place.installed)
        case ServerProgram.POSTGRES:
            return start_postgres(directory, store.address, store.port, password=password)
        case ServerProgram.VALKEY:
            return start_valkey(directory, store.address, store.port, password=password)
        case ServerProgram.WORKHUB_API:
            return start_workhub_api(directory, store.address, store.port)
        case _:
            kind = next(kind for kind in KINDS if kind.server is store.server)
            return kind.start(place)
