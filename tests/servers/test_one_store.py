"""One store is one store: real servers behind several doors, and two servers of one kind with other data.

The doors are a second port, IPv6 and a port that ends TLS: small forwarders on loopback, as HAProxy and stunnel are.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.examples import few
from tests.lab.ports import free_port
from tests.lab.stores import HOST, certificate, stopped_after
from tieback.assess.exposures import assess_exposures
from tieback.assess.identity import distinct_parts, group_stores
from tieback.lab.mongod import client, start_mongod
from tieback.lab.process import RunningServer
from tieback.lab.valkey import pipeline, start_valkey
from tieback.model.probe import ProbeReport
from tieback.pii import detectors
from tieback.probes.choose import probe_named

pytestmark = pytest.mark.servers

STORES = [
    # fixture, probe, accounts without a password
    ("valkey_open", "redis", ()),
    ("mongo_open", "mongodb", ()),
    ("postgres_trust", "postgresql", ("postgres",)),
    ("mariadb_closed", "mysql", ("root",)),
    ("mariadb_anonymous", "mysql", ()),
]


class Door(NamedTuple):
    """Where a server can be reached, too."""

    address: str
    port: int


@contextmanager
def door(port: int, address: str = HOST, tls: ssl.SSLContext | None = None, to: str = HOST) -> Iterator[Door]:
    """A forwarder to ``port`` of the address ``to``."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    listener.bind((address, 0))
    listener.listen(16)
    threading.Thread(target=_accept, args=(listener, (to, port), tls), daemon=True).start()
    try:
        yield Door(address, listener.getsockname()[1])
    finally:
        listener.close()


def _accept(listener: socket.socket, server: tuple[str, int], tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_forward, args=(near, server, tls), daemon=True).start()


def _forward(near: socket.socket, server: tuple[str, int], tls: ssl.SSLContext | None) -> None:
    try:
        near = near if tls is None else tls.wrap_socket(near, server_side=True)
        with near, socket.create_connection(server) as far:
            back = threading.Thread(target=_copy, args=(far, near), daemon=True)
            back.start()
            _copy(near, far)
            back.join(10)
    except OSError:
        near.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture(scope="module")
def terminator(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    path = tmp_path_factory.mktemp("tls") / "door.pem"
    path.write_bytes(certificate())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def server(request: pytest.FixtureRequest) -> RunningServer:
    started: RunningServer = request.getfixturevalue(request.param)
    return started


@pytest.mark.parametrize(("server", "probe", "accounts"), few(STORES, 3), indirect=["server"])
def test_one_server_is_one_store_through_every_door(
    ask: Callable[..., Any], server: RunningServer, probe: str, accounts: tuple[str, ...], terminator: ssl.SSLContext
) -> None:
    with ExitStack() as stack:
        doors: list[Any] = [
            server,
            stack.enter_context(door(server.port)),
            stack.enter_context(door(server.port, "::1")),
        ]
        if probe == "redis":
            doors.append(stack.enter_context(door(server.port, tls=terminator)))
        reports = [ask(probe_named(probe), one, passwordless=accounts).report for one in doors]
    assert all(report.containers for report in reports), [report.problems for report in reports]
    (store,) = group_stores(reports)
    assert len(distinct_parts(store)) == 1
    (exposure,) = assess_exposures(reports, {}, detectors()[0])
    assert (exposure.at_most, len(exposure.addresses)) == (1, len(doors))
    assert exposure.records.value == sum(
        one.records.value for one in exposure.containers if one.records is not None and not one.system
    )


def kinds(*reports: ProbeReport) -> list[int]:
    return [len(distinct_parts(store)) for store in group_stores(reports)]


def test_two_mariadb_servers_with_the_same_tables_are_two_stores(
    ask: Callable[..., Any], mariadb_closed: RunningServer, mariadb_anonymous: RunningServer
) -> None:
    one = ask(probe_named("mysql"), mariadb_closed, passwordless=("root",)).report
    other = ask(probe_named("mysql"), mariadb_anonymous).report
    assert {box.path for box in one.containers if not box.system} & {box.path for box in other.containers}
    assert kinds(one, other) == [1, 1]


def test_two_valkeys_with_the_same_number_of_keys_are_two_stores(ask: Callable[..., Any], tmp_path: Path) -> None:
    with ExitStack() as stack:
        reports = []
        for name in ("one", "other"):
            valkey = start_valkey(tmp_path / name, HOST, free_port())
            stack.enter_context(stopped_after(valkey))
            pipeline(valkey.address, valkey.port, [("SET", f"{name}:{n}", "x") for n in range(20)])
            reports.append(ask(probe_named("redis"), valkey).report)
    assert kinds(*reports) == [1, 1]


def test_a_second_mongod_with_the_same_names_is_another_store(
    ask: Callable[..., Any], mongo_open: RunningServer, tmp_path: Path
) -> None:
    first = ask(probe_named("mongodb"), mongo_open).report
    mongod = start_mongod(tmp_path / "mongod", HOST, free_port())
    with stopped_after(mongod):
        with client(mongod.address, mongod.port) as connection:
            for box in first.containers:
                if not box.system and len(box.path) == 2:
                    connection[box.path[0]][box.path[1]].insert_many([{"email": "x"} for _ in range(3)])
        second = ask(probe_named("mongodb"), mongod).report
    assert {box.path for box in second.containers} == {box.path for box in first.containers}
    assert kinds(first, second) == [1, 1]
