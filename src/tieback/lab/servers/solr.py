"""Apache Solr (8 or newer) unpacked by the user: open, with a password, empty. Without ZooKeeper."""

import json
import shutil
from base64 import b64encode
from hashlib import sha256

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.login import Login
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.servers.unpacked import folder_with, java_of, version_in
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_CORES = "server/solr-webapp/webapp/WEB-INF/lib/solr-core-*.jar"
_STOP = 500
"""Offset of the stop port on 127.0.0.1, which its own script uses."""
_START_SECONDS = 120.0


def start(place: StartContext) -> RunningServer:
    """Start it with one core per holding."""
    store = place.store
    folder = folder_with(place, "bin", "solr")
    version = version_in(folder, _CORES)
    java = java_of(folder)
    home = create_server_directory(place)
    cores = home.path / "cores"
    cores.mkdir()
    shutil.copy(folder / "server" / "solr" / "solr.xml", cores)
    for holding in store.holdings:
        core = cores / holding.path[0]
        shutil.copytree(folder / "server" / "solr" / "configsets" / "_default" / "conf", core / "conf")
        (core / "core.properties").write_text(f"name={holding.path[0]}\n", encoding="ascii")
    if store.state is StoreState.PROTECTED:
        (cores / "security.json").write_text(json.dumps(security(LAB_ACCOUNT)), encoding="ascii")
    environment = {
        "SOLR_HOME": str(cores),
        "SOLR_LOGS_DIR": str(home.path / "logs"),
        "SOLR_PID_DIR": str(home.path),
        "SOLR_HEAP": "512m",
        "SOLR_ULIMIT_CHECKS": "false",
        "SOLR_JAVA_HOME": str(java.parent.parent),
        "JAVA_HOME": str(java.parent.parent),
        "SOLR_JETTY_HOST": store.address,
        # Version 8 has no SOLR_JETTY_HOST and would listen on all addresses.
        "SOLR_OPTS": f"-Djetty.host={store.address}",
        "STOP_PORT": str(store.port + _STOP),
    }
    alone = ("--user-managed",) if version[0] >= 10 else ()
    where = (store.address, store.port)
    return serve(
        place,
        home,
        (str(folder / "bin" / "solr"), "start", "-f", "-p", str(store.port), *alone),
        lambda: is_answering(where, "/solr/admin/info/system"),
        version=".".join(map(str, version)),
        environment=environment,
        executable=str(java.resolve()),
        seconds=_START_SECONDS,
    )


def security(login: Login, salt: bytes = b"tieback-lab-salt") -> dict[str, object]:
    """A ``security.json`` that allows only this account (Solr's Basic Authentication Plugin).

    The password is stored as ``base64(sha256(sha256(salt + password))) base64(salt)``.
    """
    digest = sha256(sha256(salt + login.password.encode()).digest()).digest()
    kept = f"{b64encode(digest).decode()} {b64encode(salt).decode()}"
    return {
        "authentication": {
            "class": "solr.BasicAuthPlugin",
            "blockUnknown": True,
            "realm": "solr",
            "credentials": {login.user: kept},
        },
    }


def load(store: LabStore, server: RunningServer) -> None:
    """Empty each core and load it."""
    where, login = (server.address, server.port), _login(store)
    for holding in store.holdings:
        update = f"/solr/{holding.path[0]}/update?commit=true"
        send_request(where, "POST", update, {"delete": {"query": "*:*"}}, login=login)
        documents = [
            {name: value for name, value in row.items() if not isinstance(value, dict | list)}
            for row in synthetic_rows(holding.dataset, holding.records)
        ]
        send_request(where, "POST", update, json.loads(json.dumps(documents, default=str)), login=login)


def count(store: LabStore, server: RunningServer, holding: Holding) -> int:
    """``numFound`` of everything in the core."""
    path = f"/solr/{holding.path[0]}/select?q=*:*&rows=0&wt=json"
    answer = send_request((server.address, server.port), "GET", path, login=_login(store), accept=(404,))
    return int(answer.json()["response"]["numFound"]) if answer.status != 404 else 0


def _login(store: LabStore) -> Login | None:
    return LAB_ACCOUNT if store.state is StoreState.PROTECTED else None


_VISITORS = (Holding(("visitors",), "visitors", 110),)
KIND = LabProduct(
    server=ServerProgram.SOLR,
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(f"solr-{name}", ServerProgram.SOLR, place, 8983, state, access, operator=True, holdings=held)
        for name, place, state, access, held in (
            ("open", 204, StoreState.OPEN, Access.OPEN, _VISITORS),
            ("protected", 205, StoreState.PROTECTED, Access.AUTH_REQUIRED, _VISITORS),
            ("empty", 206, StoreState.EMPTY, Access.OPEN_EMPTY, ()),
        )
    ),
)
