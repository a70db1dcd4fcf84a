"""Apache Cassandra (3.11 or newer) unpacked by the user: open, with a password, and empty.

It uses its own settings (``CASSANDRA_CONF``); the other settings of the folder are copied. The loader uses four
messages of the native protocol, version 4: STARTUP, AUTH_RESPONSE, QUERY, and their responses
(https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec).
"""

import re
import shutil
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.login import Login
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.serve import accepts_connections, create_server_directory, serve
from tieback.lab.servers.unpacked import folder_with, java_of, version_in
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access

_FIRST = Login("cassandra", "cassandra")
"""The default account of a new server; only the loader of our own server uses it, and then disables it."""
_INTERNODE, _JMX = 100, 200
"""Offsets from the client port."""
_STARTUP, _QUERY, _AUTH_RESPONSE = 0x01, 0x07, 0x0F
_ERROR, _READY, _AUTHENTICATE, _RESULT, _AUTH_SUCCESS = 0x00, 0x02, 0x03, 0x08, 0x10
_ONE = 1
_MOST = 16 * 1024 * 1024
_HOME, _FOLDER = "conf", "installed"
_START_SECONDS = 180.0


def start(place: StartContext) -> RunningServer:
    """Start a single node."""
    store = place.store
    folder = folder_with(place, "bin", "cassandra")
    version = version_in(folder, "lib/apache-cassandra-*.jar")
    java = java_of(folder)
    home = create_server_directory(place)
    conf = home.path / _HOME
    shutil.copytree(folder / "conf", conf)
    (conf / "cassandra.yaml").write_text(settings(store, home.path), encoding="utf-8")
    script = conf / "cassandra-env.sh"
    # For its own tools, it listens on 127.0.0.1, on the same port for all servers of a machine.
    told = re.sub(r'JMX_PORT="?7199"?', f'JMX_PORT="{store.port + _JMX}"', script.read_text("utf-8"))
    script.write_text(told, encoding="utf-8")
    (home.path / _FOLDER).symlink_to(folder)
    environment = _environment(home.path, java)
    server = serve(
        place,
        home,
        (str(folder / "bin" / "cassandra"), "-f"),
        lambda: accepts_connections(store.address, store.port),
        version=".".join(map(str, version)),
        environment=environment,
        executable=str(java.resolve()),
        seconds=_START_SECONDS,
    )
    if store.state is StoreState.PROTECTED:
        _make_keeper(server)
    return server


def _environment(home: Path, java: Path) -> dict[str, str]:
    return {
        "CASSANDRA_CONF": str(home / _HOME),
        "CASSANDRA_LOG_DIR": str(home / "logs"),
        "MAX_HEAP_SIZE": "512M",
        "HEAP_NEWSIZE": "100M",
        "JAVA_HOME": str(java.parent.parent),
        # Single node: do not wait for others.
        "JVM_EXTRA_OPTS": "-Dcassandra.skip_wait_for_gossip_to_settle=0 -Dcassandra.superuser_setup_delay_ms=0"
        f" -Dcassandra.logdir={home}/logs",
        "PATH": f"{java.parent}:/usr/bin:/bin",
    }


def settings(store: LabStore, home: Path) -> str:
    """The complete YAML file: flat keys, and the seed provider."""
    asks = store.state is StoreState.PROTECTED
    flat = {
        "cluster_name": store.host,
        "num_tokens": 1,
        "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner",
        "endpoint_snitch": "SimpleSnitch",
        "commitlog_sync": "periodic",
        "commitlog_sync_period_in_ms": 10000,
        "listen_address": store.address,
        "storage_port": store.port + _INTERNODE,
        "ssl_storage_port": store.port + _INTERNODE + 1,
        "rpc_address": store.address,
        "start_native_transport": "true",
        "native_transport_port": store.port,
        "authenticator": "PasswordAuthenticator" if asks else "AllowAllAuthenticator",
        "authorizer": "CassandraAuthorizer" if asks else "AllowAllAuthorizer",
        **{f"{name}_directory": f"{home}/data/{name}" for name in ("commitlog", "saved_caches", "hints")},
    }
    lines = [f"{key}: {value}" for key, value in flat.items()]
    lines += [f"data_file_directories: [{home}/data/tables]", "seed_provider:"]
    lines += ["  - class_name: org.apache.cassandra.locator.SimpleSeedProvider", "    parameters:"]
    return "\n".join([*lines, f'      - seeds: "{store.address}"', ""])


def _make_keeper(server: RunningServer) -> None:
    """Create the keeper account, and disable the default account of new servers."""
    with _session(server, _FIRST) as ask:
        ask(
            f"CREATE ROLE {LAB_ACCOUNT.user} WITH PASSWORD = '{LAB_ACCOUNT.password}' "
            "AND LOGIN = true AND SUPERUSER = true"
        )
    with _session(server, LAB_ACCOUNT) as ask:
        ask(f"ALTER ROLE {_FIRST.user} WITH LOGIN = false AND SUPERUSER = false")


def load(store: LabStore, server: RunningServer) -> None:
    """Create the tables, load them, and update the server's statistics."""
    with _session(server, _login(store)) as ask:
        for keyspace in {holding.path[0] for holding in store.holdings}:
            ask(f"DROP KEYSPACE IF EXISTS {keyspace}")
            once = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
            ask(f"CREATE KEYSPACE {keyspace} WITH replication = {once}")
        for holding in store.holdings:
            table = ".".join(holding.path)
            found = synthetic_rows(holding.dataset, holding.records)
            names = list(found[0])
            ask(f"CREATE TABLE {table} (n int PRIMARY KEY, {', '.join(f'{name} text' for name in names)})")
            for number, row in enumerate(found):
                values = ", ".join("'" + str(row[name]).replace("'", "''") + "'" for name in names)
                ask(f"INSERT INTO {table} (n, {', '.join(names)}) VALUES ({number}, {values})")  # noqa: S608 - our own
    home = Path(server.directory)
    java = Path(server.process.executable)
    tool = (str(home / _FOLDER / "bin" / "nodetool"), "-h", "127.0.0.1", "-p", str(server.port + _JMX))
    for command in ("flush", "refreshsizeestimates"):
        run_tool((*tool, command), directory=home, environment=_environment(home, java))


def count(store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Count all rows; the lab's tables are small."""
    with _session(server, _login(store)) as ask:
        there = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = '{}' AND table_name = '{}'"
        if not ask(there.format(*holding.path)):
            return 0
        (told,) = ask(f"SELECT count(*) FROM {'.'.join(holding.path)}")  # noqa: S608 - the names are constants
    return int.from_bytes(told, "big")


def _login(store: LabStore) -> Login | None:
    return LAB_ACCOUNT if store.state is StoreState.PROTECTED else None


class _Session:
    """One connection; calling it runs one statement and returns the first column of each row."""

    def __init__(self, connection: socket.socket, login: Login | None) -> None:
        self._stream = connection.makefile("rwb")
        kind, _ = self._exchange(_STARTUP, struct.pack(">H", 1) + _short("CQL_VERSION") + _short("3.0.0"))
        if kind == _AUTHENTICATE and login is not None:
            word = f"\0{login.user}\0{login.password}".encode()
            kind, _ = self._exchange(_AUTH_RESPONSE, len(word).to_bytes(4, "big") + word)
        if kind not in (_READY, _AUTH_SUCCESS):
            raise LabError("the server rejected the loader's account", where="cassandra")

    def __call__(self, statement: str) -> list[bytes]:
        text = statement.encode()
        kind, body = self._exchange(_QUERY, len(text).to_bytes(4, "big") + text + struct.pack(">HB", _ONE, 0))
        if kind != _RESULT:
            raise LabError(f"{statement[:60]}: unexpected response message {kind}", where="cassandra")
        return first_column(body)

    def _exchange(self, kind: int, body: bytes) -> tuple[int, bytes]:
        self._stream.write(struct.pack(">BBhBI", 4, 0, 1, kind, len(body)) + body)
        self._stream.flush()
        header = self._stream.read(9)
        if len(header) < 9:
            raise ConnectionResetError("Cassandra closed the connection")
        *_, answered, size = struct.unpack(">BBhBI", header)
        if size > _MOST:
            raise ConnectionAbortedError("the server is not Cassandra")
        told = self._stream.read(size)
        if answered == _ERROR:
            raise LabError(f"the server responded: {told[6:].decode('utf-8', 'replace')}", where="cassandra")
        return answered, told


@contextmanager
def _session(server: RunningServer, login: Login | None) -> Iterator[_Session]:
    with socket.create_connection((server.address, server.port), timeout=60) as connection:
        yield _Session(connection, login)


def first_column(body: bytes) -> list[bytes]:
    """The first column of each row of a RESULT whose columns are of simple types; empty without rows."""
    kind, flags, columns = struct.unpack_from(">III", body + bytes(12))
    if kind != 2:
        return []
    at = 12
    if flags & 2:
        at += 4 + int.from_bytes(body[at : at + 4], "big")
    if flags & 1:
        at = _past(body, _past(body, at))
    for _ in range(columns):
        at = _past(body, at if flags & 1 else _past(body, _past(body, at))) + 2
    count = int.from_bytes(body[at : at + 4], "big")
    at += 4
    found = []
    for _ in range(count):
        for column in range(columns):
            size = struct.unpack_from(">i", body, at)[0]
            if column == 0:
                found.append(body[at + 4 : at + 4 + max(0, size)])
            at += 4 + max(0, size)
    return found


def _past(body: bytes, at: int) -> int:
    """Offset of the end of a short string that starts at ``at``."""
    return at + 2 + int.from_bytes(body[at : at + 2], "big")


def _short(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


_VISITORS = (Holding(("reception", "visitors"), "visitors", 110),)
KIND = LabProduct(
    server=ServerProgram.CASSANDRA,
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(
            f"cassandra-{name}", ServerProgram.CASSANDRA, place, 9042, state, access, operator=True, holdings=held
        )
        for name, place, state, access, held in (
            ("open", 212, StoreState.OPEN, Access.OPEN, _VISITORS),
            ("protected", 213, StoreState.PROTECTED, Access.AUTH_REQUIRED, _VISITORS),
            ("empty", 214, StoreState.EMPTY, Access.OPEN_EMPTY, ()),
        )
    ),
)
