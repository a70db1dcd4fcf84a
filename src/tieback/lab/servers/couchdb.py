"""Apache CouchDB (3.0 or newer) unpacked by the user: open, names only, with a password, and wiped.

It runs without a node name, and therefore without Erlang's port mapper, which would listen on all addresses. Since 3.0,
each database belongs to the administrator until its ``_security`` changes that; so does the list of databases
(``admin_only_all_dbs``).
"""

import json

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.servers.unpacked import folder_with
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access, RansomVerdict

_MACHINE = ("-kernel error_logger silent", "-sasl sasl_error_logger false", "+K true", "+A 16", "+Bd -noinput")
"""As in its own ``vm.args``, but without a name."""
_EVERYBODY: dict[str, object] = {"admins": {"names": [], "roles": []}, "members": {"names": [], "roles": []}}


def start(place: StartContext) -> RunningServer:
    """Start a single node."""
    store = place.store
    folder = folder_with(place, "bin", "couchdb")
    machines = sorted(folder.glob("erts-*/bin/beam.smp"))
    defaults = folder / "etc" / "default.ini"
    if not machines or not defaults.is_file():
        raise LabError("not an unpacked couchdb: no erts-*/bin/beam.smp or etc/default.ini", where=str(folder))
    home = create_server_directory(place)
    (home.path / "data").mkdir()
    (home.path / "local.ini").write_text(
        f"[couchdb]\nsingle_node=true\ndatabase_dir = {home.path}/data\nview_index_dir = {home.path}/data\n"
        f"[chttpd]\nbind_address = {store.address}\nport = {store.port}\n"
        f"admin_only_all_dbs = {str(store.access is Access.UNKNOWN).lower()}\n"
        f"[admins]\n{LAB_ACCOUNT.user} = {LAB_ACCOUNT.password}\n",
        encoding="utf-8",
    )
    (home.path / "vm.args").write_text("\n".join(_MACHINE) + "\n", encoding="ascii")
    where = (store.address, store.port)
    environment = {
        "ERL_FLAGS": f"-couch_ini {defaults} {home.path}/local.ini",
        "COUCHDB_ARGS_FILE": str(home.path / "vm.args"),
    }
    server = serve(
        place,
        home,
        (str(folder / "bin" / "couchdb"),),
        lambda: is_answering(where, "/_up"),
        environment=environment,
        executable=str(machines[-1].resolve()),
    )
    root = send_request(where, "GET", "/", login=LAB_ACCOUNT).json()
    return RunningServer(
        server.product,
        str(root.get("version", "")),
        *where,
        server.process,
        emulation=False,
        directory=server.directory,
        stop_signal=server.stop_signal,
    )


def load(store: LabStore, server: RunningServer) -> None:
    """Create the databases and load them; if it is open, everyone is a member."""
    where = (server.address, server.port)
    for holding in store.holdings:
        path = f"/{holding.path[0]}"
        send_request(where, "DELETE", path, login=LAB_ACCOUNT, accept=(404,))
        send_request(where, "PUT", path, login=LAB_ACCOUNT)
        if holding.dataset:
            docs = json.loads(json.dumps(synthetic_rows(holding.dataset, holding.records), default=str))
            send_request(where, "POST", f"{path}/_bulk_docs", {"docs": docs}, login=LAB_ACCOUNT)
        if store.state is not StoreState.PROTECTED:
            send_request(where, "PUT", f"{path}/_security", _EVERYBODY, login=LAB_ACCOUNT)


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """``doc_count`` of the database."""
    answer = send_request((server.address, server.port), "GET", f"/{holding.path[0]}", login=LAB_ACCOUNT, accept=(404,))
    return int(answer.json().get("doc_count", 0)) if answer.status != 404 else 0


_VISITORS = (Holding(("visitors",), "visitors", 110),)
_WIPED = tuple(Holding((f"{name}-meow",), "", 0) for name in ("k3v9q0xw1z", "r81mmd5t2a"))
KIND = LabProduct(
    server=ServerProgram.COUCHDB,
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(f"couchdb-{name}", ServerProgram.COUCHDB, place, 5984, state, access, operator=True, **more)
        for name, place, state, access, more in (
            ("open", 207, StoreState.OPEN, Access.OPEN, {"holdings": _VISITORS}),
            ("names", 208, StoreState.PROTECTED, Access.SCHEMA_ONLY, {"holdings": _VISITORS}),
            (
                "protected",
                209,
                StoreState.PROTECTED,
                Access.UNKNOWN,
                {"holdings": _VISITORS, "names": ("visitors",), "named_access": Access.AUTH_REQUIRED},
            ),
            ("wiped", 215, StoreState.WIPED, Access.OPEN_EMPTY, {"holdings": _WIPED, "ransom": RansomVerdict.WIPED}),
        )
    ),
)
