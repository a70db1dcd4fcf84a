"""Chroma (PyPI ``chromadb``, in its own environment): open, and empty; it has no password without a proxy."""

from msgspec.structs import replace

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_PYTHON = Need("chroma/bin/python3", "PyPI: chromadb, in its own environment")
_START = "from chromadb.cli.cli import app; import sys; sys.exit(app())"
_COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"


def start(place: StartContext) -> RunningServer:
    """Start it with its data on disk, without telemetry."""
    python, store = locate(_PYTHON), place.store
    home = create_server_directory(place, program=python)
    listen = ("--host", store.address, "--port", str(store.port))
    argv = (str(python), "-c", _START, "run", "--path", str(home.path / "data"), *listen)
    where = (store.address, store.port)
    server = serve(
        place,
        home,
        argv,
        lambda: is_answering(where, "/api/v2/heartbeat"),
        environment={"ANONYMIZED_TELEMETRY": "False"},
    )
    return replace(server, version=send_request(where, "GET", "/api/v2/version").json())


def load(store: LabStore, server: RunningServer) -> None:
    """Recreate the collections, each record with a two-dimensional vector."""
    where = (server.address, server.port)
    for holding in store.holdings:
        name = holding.path[-1]
        send_request(where, "DELETE", f"{_COLLECTIONS}/{name}", accept=(404,))
        made = send_request(where, "POST", _COLLECTIONS, {"name": name, "metadata": {"owner": "workhub"}}).json()
        people = synthetic_rows(holding.dataset, holding.records)
        records = {
            "ids": [f"row{number}" for number in range(len(people))],
            "embeddings": [[1.0, 2.0]] * len(people),
            "documents": [str(row["full_name"]) for row in people],
        }
        send_request(where, "POST", f"{_COLLECTIONS}/{made['id']}/add", records)


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """``count`` of the collection."""
    where = (server.address, server.port)
    known = {one["name"]: one["id"] for one in send_request(where, "GET", _COLLECTIONS).json()}
    if holding.path[-1] not in known:
        return 0
    return int(send_request(where, "GET", f"{_COLLECTIONS}/{known[holding.path[-1]]}/count").json())


KIND = LabProduct(
    server=ServerProgram.CHROMA,
    needs=(_PYTHON,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "chroma-open",
            ServerProgram.CHROMA,
            210,
            8000,
            StoreState.OPEN,
            Access.OPEN,
            holdings=(Holding(("default_database", "visitors"), "visitors", 75),),
        ),
        lab_store("chroma-empty", ServerProgram.CHROMA, 211, 8000, StoreState.EMPTY, Access.SCHEMA_ONLY),
    ),
)
