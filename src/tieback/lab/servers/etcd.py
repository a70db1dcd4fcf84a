"""etcd (Debian): open, with authentication, over TLS, and empty; through its JSON gateway (``/v3``)."""

from base64 import b64encode

from msgspec.structs import replace

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import PEM, create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_PROGRAM = Need("etcd", "Debian: etcd-server")
_ALL = {"key": "AA==", "range_end": "AA=="}
"""Every key: from the byte 0 on ("range_end" 0)."""


def start(place: StartContext) -> RunningServer:
    """Start a cluster of one."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place)
    here = f"{'https' if store.tls else 'http'}://{store.address}:{store.port}"
    peer = f"http://{store.address}:{store.port + 1}"
    argv = (
        *(binary, "--data-dir", str(home.path / "data"), "--listen-client-urls", here),
        *("--advertise-client-urls", here, "--listen-peer-urls", peer),
        *("--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"),
        # The data can be recreated.
        "--unsafe-no-fsync",
        *(("--cert-file", str(home.path / PEM), "--key-file", str(home.path / PEM)) if store.tls else ()),
    )
    where = (store.address, store.port)
    server = serve(place, home, argv, lambda: is_answering(where, "/health", tls=store.tls))
    return replace(server, version=send_request(where, "GET", "/version", tls=store.tls).json()["etcdserver"])


def load(store: LabStore, server: RunningServer) -> None:
    """Put one key per record, then enable authentication if it is protected."""
    where = (server.address, server.port)

    def ask(path: str, body: dict[str, object]) -> None:
        send_request(where, "POST", path, body, tls=store.tls)

    ask("/v3/kv/deleterange", dict(_ALL))
    for holding in store.holdings:
        for row in synthetic_rows(holding.dataset, holding.records):
            ask("/v3/kv/put", {"key": _b64(f"/sessions/{row['key']}"), "value": _b64(str(row["user"]))})
    if store.state is StoreState.PROTECTED:
        # "Role-based access control": the first account must be root.
        ask("/v3/auth/user/add", {"name": "root", "password": LAB_ACCOUNT.password})
        ask("/v3/auth/role/add", {"name": "root"})
        ask("/v3/auth/user/grant", {"user": "root", "role": "root"})
        ask("/v3/auth/enable", {})


def count(store: LabStore, server: RunningServer, _holding: Holding) -> int:
    """All keys, counted by the server."""
    where, headers = (server.address, server.port), {}
    if store.state is StoreState.PROTECTED:
        login = {"name": "root", "password": LAB_ACCOUNT.password}
        headers["Authorization"] = send_request(where, "POST", "/v3/auth/authenticate", login).json()["token"]
    told = send_request(where, "POST", "/v3/kv/range", _ALL | {"count_only": True}, headers, tls=store.tls).json()
    return int(told.get("count", 0))


def _b64(text: str) -> str:
    return b64encode(text.encode()).decode()


_KEYS = (Holding(("keys",), "sessions", 120),)
KIND = LabProduct(
    server=ServerProgram.ETCD,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store("etcd-open", ServerProgram.ETCD, 120, 2379, StoreState.OPEN, Access.OPEN, holdings=_KEYS),
        lab_store(
            "etcd-protected", ServerProgram.ETCD, 121, 2379, StoreState.PROTECTED, Access.AUTH_REQUIRED, holdings=_KEYS
        ),
        lab_store("etcd-tls", ServerProgram.ETCD, 122, 2379, StoreState.OPEN, Access.OPEN, holdings=_KEYS, tls=True),
        lab_store("etcd-empty", ServerProgram.ETCD, 123, 2379, StoreState.EMPTY, Access.OPEN_EMPTY),
    ),
)
