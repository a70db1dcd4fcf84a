"""Apache CouchDB (3.0 or newer) unpacked by the user: open, names only, with a password, and wiped.

It runs without a node name, and therefore without Erlang's port mapper, which would listen on all addresses. Since 3.0,
each database belongs to the administrator until its ``_security`` changes that; so does the list of databases
(``admin_only_all_dbs``).
"""

import json

from tieback.lab.http_client import answers, call
from tieback.lab.interface import Kind, Place
from tieback.lab.people import rows
from tieback.lab.process import RunningServer
from tieback.lab.serve import fresh_home, serve
from tieback.lab.servers.unpacked import folder_with
from tieback.lab.store import KEEPER, Holding, Server, State, Store, lab_store
from tieback.model.errors import LabError
from tieback.model.probe import Access, RansomVerdict

_MACHINE = ("-kernel error_logger silent", "-sasl sasl_error_logger false", "+K true", "+A 16", "+Bd -noinput")
"""As in its own ``vm.args``, but without a name."""
_EVERYBODY: dict[str, object] = {"admins": {"names": [], "roles": []}, "members": {"names": [], "roles": []}}


def start(place: Place) -> RunningServer:
    """Start a single node."""
    store = place.store
    folder = folder_with(place, "bin", "couchdb")
    machines = sorted(folder.glob("erts-*/bin/beam.smp"))
    defaults = folder / "etc" / "default.ini"
    if not machines or not defaults.is_file():
        raise LabError("not an unpacked couchdb: no erts-*/bin/beam.smp or etc/default.ini", where=str(folder))
    home = fresh_home(place)
    (home.path / "data").mkdir()
    (home.path / "local.ini").write_text(
        f"[couchdb]\nsingle_node=true\ndatabase_dir = {home.path}/data\nview_index_dir = {home.path}/data\n"
        f"[chttpd]\nbind_address = {store.address}\nport = {store.port}\n"
        f"admin_only_all_dbs = {str(store.access is Access.AUTH_REQUIRED).lower()}\n"
        f"[admins]\n{KEEPER.user} = {KEEPER.password}\n",
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
        lambda: answers(where, "/_up"),
        environment=environment,
        executable=str(machines[-1].resolve()),
    )
    root = call(where, "GET", "/", login=KEEPER).json()
    return RunningServer(
        server.product,
        str(root.get("version", "")),
        *where,
        server.process,
        emulation=False,
        directory=server.directory,
        stop_signal=server.stop_signal,
    )


def load(store: Store, server: RunningServer) -> None:
    """Create the databases and load them; if it is open, everyone is a member."""
    where = (server.address, server.port)
    for holding in store.holdings:
        path = f"/{holding.path[0]}"
        call(where, "DELETE", path, login=KEEPER, accept=(404,))
        call(where, "PUT", path, login=KEEPER)
        if holding.dataset:
            docs = json.loads(json.dumps(rows(holding.dataset, holding.records), default=str))
            call(where, "POST", f"{path}/_bulk_docs", {"docs": docs}, login=KEEPER)
        if store.state is not State.PROTECTED:
            call(where, "PUT", f"{path}/_security", _EVERYBODY, login=KEEPER)


def count(_store: Store, server: RunningServer, holding: Holding) -> int:
    """``doc_count`` of the database."""
    answer = call((server.address, server.port), "GET", f"/{holding.path[0]}", login=KEEPER, accept=(404,))
    return int(answer.json().get("doc_count", 0)) if answer.status != 404 else 0


_VISITORS = (Holding(("visitors",), "visitors", 110),)
_WIPED = tuple(Holding((f"{name}-meow",), "", 0) for name in ("k3v9q0xw1z", "r81mmd5t2a"))
KIND = Kind(
    server=Server.COUCHDB,
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(f"couchdb-{name}", Server.COUCHDB, place, 5984, state, access, operator=True, **more)
        for name, place, state, access, more in (
            ("open", 207, State.OPEN, Access.OPEN, {"holdings": _VISITORS}),
            ("names", 208, State.PROTECTED, Access.SCHEMA_ONLY, {"holdings": _VISITORS}),
            ("protected", 209, State.PROTECTED, Access.AUTH_REQUIRED, {"holdings": _VISITORS}),
            ("wiped", 215, State.WIPED, Access.OPEN_EMPTY, {"holdings": _WIPED, "ransom": RansomVerdict.WIPED}),
        )
    ),
)
