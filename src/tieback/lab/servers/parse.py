"""Parse Server (npm) with its own mongod: one class that anyone may count, and one that nobody may."""

import json
import shutil

from tieback.lab.http_client import send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.mongod import start_mongod
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access
from tieback.model.public_key import PublicKey

_NODE = Need("node", "Debian: nodejs")
_PROGRAM = Need("parse/node_modules/parse-server/bin/parse-server", "npm: parse-server, in its own folder")
APPLICATION = "kZ8rQ2mVx7Lw0pTn5Yb3"
"""The application ID, which an app contains: public by design."""
_MASTER = {"X-Parse-Application-Id": APPLICATION, "X-Parse-Master-Key": LAB_ACCOUNT.password}
_CLOSED = {"className": "Payroll", "classLevelPermissions": {"find": {}, "get": {}, "count": {}, "create": {}}}
_MONGOD_OFFSET = 10_000


def start(place: StartContext) -> RunningServer:
    """Start both; the mongod is a separate process below the store's directory."""
    node, program, store = str(locate(_NODE)), locate(_PROGRAM), place.store
    home = create_server_directory(place, program=program)
    shutil.rmtree(place.directory / "mongod", ignore_errors=True)
    mongod = start_mongod(place.directory / "mongod", store.address, store.port + _MONGOD_OFFSET)
    argv = (
        *(node, str(program), "--appId", APPLICATION, "--masterKey", LAB_ACCOUNT.password, "--mountPath", "/parse"),
        *("--databaseURI", f"mongodb://{mongod.address}:{mongod.port}/app", "--port", str(store.port)),
        *("--host", store.address, "--logsFolder", str(home.path / "logs")),
        # By default, the master key is accepted only from 127.0.0.1.
        *("--masterKeyIps", "127.0.0.0/8"),
    )
    package = json.loads((program.parent.parent / "package.json").read_bytes())
    where = (store.address, store.port)

    def ready() -> bool | None:
        return send_request(where, "GET", "/parse/health", accept=tuple(range(300, 600))).status == 200 or None

    return serve(place, home, argv, ready, version=package["version"])


def load(store: LabStore, server: RunningServer) -> None:
    """Create one object per record, and a class closed by its permissions."""
    where = (server.address, server.port)
    for holding in store.holdings:
        path = f"/parse/classes/{holding.path[0]}"
        for row in synthetic_rows(holding.dataset, holding.records):
            send_request(where, "POST", path, json.loads(json.dumps(row, default=str)), _MASTER)
    send_request(where, "POST", "/parse/schemas/Payroll", _CLOSED, _MASTER, accept=(400,))


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """``count`` with the master key."""
    path = f"/parse/classes/{holding.path[0]}?limit=0&count=1"
    return int(send_request((server.address, server.port), "GET", path, headers=_MASTER).json()["count"])


KIND = LabProduct(
    server=ServerProgram.PARSE,
    needs=(_NODE, _PROGRAM),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "parse",
            ServerProgram.PARSE,
            191,
            1337,
            StoreState.OPEN,
            Access.AUTH_REQUIRED,
            holdings=(Holding(("Booking",), "bookings", 40),),
            names=("Booking",),
            keys=(PublicKey("parse", APPLICATION, ("parse",)),),
            named_access=Access.OPEN,
        ),
    ),
)
