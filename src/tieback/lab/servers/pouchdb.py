"""PouchDB Server (npm), an emulation of CouchDB: open, with authentication, empty, and wiped."""

import json

from tieback.lab.http_client import answers, call
from tieback.lab.interface import Kind, Place
from tieback.lab.people import rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import fresh_home, serve
from tieback.lab.store import KEEPER, Holding, Server, State, Store, lab_store
from tieback.model.probe import Access, RansomVerdict

_NODE = Need("node", "Debian: nodejs")
_PROGRAM = Need("node_modules/pouchdb-server/bin/pouchdb-server", "npm: pouchdb-server")


def start(place: Place) -> RunningServer:
    """Start it in memory."""
    node, program, store = str(locate(_NODE)), locate(_PROGRAM), place.store
    home = fresh_home(place, program=program)
    words = ("-p", str(store.port), "-o", store.address, "-m", "-n", "-c", str(home.path / "config.json"))
    where = (store.address, store.port)
    package = json.loads((program.parent.parent / "package.json").read_bytes())
    return serve(place, home, (node, str(program), *words), lambda: answers(where, "/"), version=package["version"])


def load(store: Store, server: RunningServer) -> None:
    """Create the databases and load them; if protected, only the keeper is a member."""
    where = (server.address, server.port)
    for holding in store.holdings:
        path = f"/{holding.path[0]}"
        call(where, "DELETE", path, accept=(404,))
        call(where, "PUT", path)
        if holding.dataset:
            docs = json.loads(json.dumps(rows(holding.dataset, holding.records), default=str))
            call(where, "POST", f"{path}/_bulk_docs", {"docs": docs})
        if store.state is State.PROTECTED:
            call(where, "PUT", f"{path}/_security", {"members": {"names": [KEEPER.user], "roles": []}})
    if store.state is State.PROTECTED:
        call(where, "PUT", f"/_config/admins/{KEEPER.user}", KEEPER.password)


def count(store: Store, server: RunningServer, holding: Holding) -> int:
    """``doc_count`` of the database."""
    login = KEEPER if store.state is State.PROTECTED else None
    answer = call((server.address, server.port), "GET", f"/{holding.path[0]}", login=login, accept=(404,))
    return int(answer.json().get("doc_count", 0)) if answer.status != 404 else 0


_VISITORS = (Holding(("visitors",), "visitors", 110),)
KIND = Kind(
    server=Server.POUCHDB,
    needs=(_NODE, _PROGRAM),
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(name, Server.POUCHDB, place, 5984, state, access, product="pouchdb", emulation=True, **more)
        for name, place, state, access, more in (
            ("pouchdb-open", 200, State.OPEN, Access.OPEN, {"holdings": _VISITORS}),
            ("pouchdb-protected", 201, State.PROTECTED, Access.SCHEMA_ONLY, {"holdings": _VISITORS}),
            ("pouchdb-empty", 202, State.EMPTY, Access.OPEN_EMPTY, {}),
            (
                "pouchdb-wiped",
                203,
                State.WIPED,
                Access.OPEN_EMPTY,
                {
                    "holdings": tuple(Holding((f"{name}-meow",), "", 0) for name in ("k3v9q0xw1z", "r81mmd5t2a")),
                    "ransom": RansomVerdict.WIPED,
                },
            ),
        )
    ),
)
