"""PouchDB Server (npm), an emulation of CouchDB: open, with authentication, empty, and wiped."""

import json

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access, RansomVerdict

_NODE = Need("node", "Debian: nodejs")
_PROGRAM = Need("node_modules/pouchdb-server/bin/pouchdb-server", "npm: pouchdb-server")


def start(place: StartContext) -> RunningServer:
    """Start it in memory."""
    node, program, store = str(locate(_NODE)), locate(_PROGRAM), place.store
    home = create_server_directory(place, program=program)
    words = ("-p", str(store.port), "-o", store.address, "-m", "-n", "-c", str(home.path / "config.json"))
    where = (store.address, store.port)
    package = json.loads((program.parent.parent / "package.json").read_bytes())
    return serve(
        place, home, (node, str(program), *words), lambda: is_answering(where, "/"), version=package["version"]
    )


def load(store: LabStore, server: RunningServer) -> None:
    """Create the databases and load them; if protected, only the keeper is a member."""
    where = (server.address, server.port)
    for holding in store.holdings:
        path = f"/{holding.path[0]}"
        send_request(where, "DELETE", path, accept=(404,))
        send_request(where, "PUT", path)
        if holding.dataset:
            docs = json.loads(json.dumps(synthetic_rows(holding.dataset, holding.records), default=str))
            send_request(where, "POST", f"{path}/_bulk_docs", {"docs": docs})
        if store.state is StoreState.PROTECTED:
            send_request(where, "PUT", f"{path}/_security", {"members": {"names": [LAB_ACCOUNT.user], "roles": []}})
    if store.state is StoreState.PROTECTED:
        send_request(where, "PUT", f"/_config/admins/{LAB_ACCOUNT.user}", LAB_ACCOUNT.password)


def count(store: LabStore, server: RunningServer, holding: Holding) -> int:
    """``doc_count`` of the database."""
    login = LAB_ACCOUNT if store.state is StoreState.PROTECTED else None
    answer = send_request((server.address, server.port), "GET", f"/{holding.path[0]}", login=login, accept=(404,))
    return int(answer.json().get("doc_count", 0)) if answer.status != 404 else 0


_VISITORS = (Holding(("visitors",), "visitors", 110),)
KIND = LabProduct(
    server=ServerProgram.POUCHDB,
    needs=(_NODE, _PROGRAM),
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(name, ServerProgram.POUCHDB, place, 5984, state, access, product="pouchdb", emulation=True, **more)
        for name, place, state, access, more in (
            ("pouchdb-open", 200, StoreState.OPEN, Access.OPEN, {"holdings": _VISITORS}),
            ("pouchdb-protected", 201, StoreState.PROTECTED, Access.SCHEMA_ONLY, {"holdings": _VISITORS}),
            ("pouchdb-empty", 202, StoreState.EMPTY, Access.OPEN_EMPTY, {}),
            (
                "pouchdb-wiped",
                203,
                StoreState.WIPED,
                Access.OPEN_EMPTY,
                {
                    "holdings": tuple(Holding((f"{name}-meow",), "", 0) for name in ("k3v9q0xw1z", "r81mmd5t2a")),
                    "ransom": RansomVerdict.WIPED,
                },
            ),
        )
    ),
)
