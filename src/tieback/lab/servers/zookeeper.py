"""Apache ZooKeeper (Debian's jars): open, closed by an ACL on its nodes, and empty.

The loader uses four requests of its client protocol ("ZooKeeper Internals", jute records): connect, create, setACL and
getAllChildrenNumber. Each server is a Java process with about 80 MB of memory.
"""

import re
import socket
import struct
from pathlib import Path

from msgspec.structs import replace

from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access

_JAVA = Need("java", "Debian: default-jre-headless")
_JAR = Need("/usr/share/java/zookeeper.jar", "Debian: zookeeper")
_JARS = ("zookeeper", "slf4j-nop", "netty-codec", "netty-resolver", "netty-transport-native-unix-common")
"""Jars missing in the manifest of zookeeper.jar."""
_CREATE, _SET_ACL, _AUTH, _COUNT = 1, 7, 100, 104
_ANYONE = struct.pack(">ii", 1, 31) + struct.pack(">i", 5) + b"world" + struct.pack(">i", 6) + b"anyone"
_OURS = struct.pack(">ii", 1, 31) + struct.pack(">i", 4) + b"auth" + struct.pack(">i", 0)
_NODE_EXISTS, _NO_NODE = -110, -101


def start(place: StartContext) -> RunningServer:
    """Start a single node."""
    java, store = str(locate(_JAVA)), place.store
    locate(_JAR)
    home = create_server_directory(place)
    (home.path / "zoo.cfg").write_text(
        f"dataDir={home.path}/data\nadmin.enableServer=false\nmaxClientCnxns=0\n4lw.commands.whitelist=srvr,mntr,envi\n"
        f"clientPort={store.port}\nclientPortAddress={store.address}\n",
        encoding="utf-8",
    )
    path = ":".join(str(Path(_JAR.name).with_name(f"{jar}.jar")) for jar in _JARS)
    argv = (
        *(java, "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"),
        *("-Dzookeeper.jmx.log4j.disable=true", "-Djava.net.preferIPv4Stack=true", "-cp", path),
        *("org.apache.zookeeper.server.quorum.QuorumPeerMain", str(home.path / "zoo.cfg")),
    )

    def ready() -> bool | None:
        with socket.create_connection((store.address, store.port), timeout=5) as client:
            return bool(_connect(client)) or None

    server = serve(place, home, argv, ready)
    with socket.create_connection((store.address, store.port), timeout=5) as client:
        client.sendall(b"srvr")
        told = client.recv(4096)
    version = re.search(rb"version: ([\d.]+)", told)
    return replace(server, version=version[1].decode() if version else "")


def load(store: LabStore, server: RunningServer) -> None:
    """Create a node per holding, and one below it for each further record; if protected, close the node."""
    with socket.create_connection((server.address, server.port), timeout=10) as client:
        _connect(client)
        for holding in store.holdings:
            (top,) = holding.path
            _ask(client, _CREATE, _text(top) + _text("lab") + _ANYONE + bytes(4), but=(_NODE_EXISTS,))
            for row in synthetic_rows(holding.dataset, holding.records - 1):
                body = _text(f"{top}/{row['key']}") + _text(str(row["user"])) + _ANYONE + bytes(4)
                _ask(client, _CREATE, body, but=(_NODE_EXISTS,))
            if store.state is StoreState.PROTECTED:
                login = struct.pack(">i", 0) + _text("digest") + _text(f"{LAB_ACCOUNT.user}:{LAB_ACCOUNT.password}")
                _ask(client, _AUTH, login, number=-4)
                _ask(client, _SET_ACL, _text(top) + _OURS + struct.pack(">i", -1))


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """The node and all nodes below it."""
    with socket.create_connection((server.address, server.port), timeout=10) as client:
        _connect(client)
        login = struct.pack(">i", 0) + _text("digest") + _text(f"{LAB_ACCOUNT.user}:{LAB_ACCOUNT.password}")
        _ask(client, _AUTH, login, number=-4)
        answer = _ask(client, _COUNT, _text(holding.path[0]), but=(_NO_NODE,))
    return int.from_bytes(answer[:4], "big") + 1 if answer else 0


def _connect(client: socket.socket) -> bytes:
    """Protocol 0, last transaction 0, 30 s, no session, no password."""
    _send(client, struct.pack(">iqiq", 0, 0, 30_000, 0) + struct.pack(">i", 16) + bytes(16) + b"\0")
    return _receive(client)


def _ask(client: socket.socket, kind: int, body: bytes, *, number: int = 1, but: tuple[int, ...] = ()) -> bytes:
    _send(client, struct.pack(">ii", number, kind) + body)
    answer = _receive(client)
    error = int.from_bytes(answer[12:16], "big", signed=True)
    if error and error not in but:
        raise LabError(f"request {kind} failed with error {error}", where="zookeeper")
    return answer[16:] if not error else b""


def _send(client: socket.socket, body: bytes) -> None:
    client.sendall(len(body).to_bytes(4, "big") + body)


def _receive(client: socket.socket) -> bytes:
    with client.makefile("rb") as stream:
        size = stream.read(4)
        if len(size) < 4:
            raise ConnectionResetError("ZooKeeper closed the connection")
        return stream.read(int.from_bytes(size, "big"))


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">i", len(raw)) + raw


_NODES = (Holding(("/sessions",), "sessions", 81),)
KIND = LabProduct(
    server=ServerProgram.ZOOKEEPER,
    needs=(_JAVA, _JAR),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store("zookeeper-open", ServerProgram.ZOOKEEPER, 150, 2181, StoreState.OPEN, Access.OPEN, holdings=_NODES),
        lab_store(
            "zookeeper-protected",
            ServerProgram.ZOOKEEPER,
            151,
            2181,
            StoreState.PROTECTED,
            Access.SCHEMA_ONLY,
            holdings=_NODES,
        ),
        lab_store("zookeeper-empty", ServerProgram.ZOOKEEPER, 152, 2181, StoreState.EMPTY, Access.OPEN_EMPTY),
    ),
)
