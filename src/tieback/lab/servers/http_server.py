"""Python's own ``http.server``: a listing of folders with synthetic files, among them backups. It has no password."""

import gzip
import platform
import sys
from pathlib import Path

from tieback.lab.http_client import is_answering
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

# The program itself, without its DNS query for the name of its address.
_START = "import runpy, socket; socket.getfqdn = str; runpy.run_module('http.server', run_name='__main__')"
_NAMES = {"/": "readme {}.txt", "backups": "customers {}.sql.gz", "documents": "card {}.csv"}
"""Names of the files by folder."""


def start(place: StartContext) -> RunningServer:
    """Write the files and serve them."""
    store, python = place.store, Path(sys.executable)
    home = create_server_directory(place, program=python)
    shown = home.path / "shown"
    lines = "".join(f"{row['full_name']},{row['email']}\n" for row in synthetic_rows("customers", 60)).encode()
    for holding in store.holdings:
        folder = _folder(shown, holding)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, holding.records + 1):
            name = _NAMES[holding.path[0]].format(number)
            (folder / name).write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    listen = ("--bind", store.address, "--directory", str(shown), str(store.port))
    argv = (str(python), "-I", "-S", "-c", _START, *listen)
    where = (store.address, store.port)
    return serve(place, home, argv, lambda: is_answering(where, "/"), version=platform.python_version())


def _folder(shown: Path, holding: Holding) -> Path:
    return shown / holding.path[0].strip("/")


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Files on the disk."""
    folder = _folder(Path(server.directory, "shown"), holding)
    return sum(1 for path in folder.iterdir() if path.is_file()) if folder.is_dir() else 0


KIND = LabProduct(
    server=ServerProgram.PYTHON_HTTP_SERVER,
    start=start,
    count=count,
    stores=(
        lab_store(
            "listing-open",
            ServerProgram.PYTHON_HTTP_SERVER,
            31,
            8000,
            StoreState.OPEN,
            Access.OPEN,
            holdings=(Holding(("/",), "", 1), Holding(("backups",), "", 4), Holding(("documents",), "", 12)),
        ),
    ),
)
