"""Apache Solr (8 or newer) unpacked by the user: open, with a password, empty. Without ZooKeeper."""

import json
import shutil
from base64 import b64encode
from hashlib import sha256

from tieback.lab.http_client import answers, call
from tieback.lab.interface import Kind, Place
from tieback.lab.login import Login
from tieback.lab.people import rows
from tieback.lab.process import RunningServer
from tieback.lab.serve import fresh_home, serve
from tieback.lab.servers.unpacked import folder_with, java_of, version_in
from tieback.lab.store import KEEPER, Holding, Server, State, Store, lab_store
from tieback.model.probe import Access

_CORES = "server/solr-webapp/webapp/WEB-INF/lib/solr-core-*.jar"
_STOP = 500
"""Offset of the stop port on 127.0.0.1, which its own script uses."""
_START_SECONDS = 120.0


def start(place: Place) -> RunningServer:
    """Start it with one core per holding."""
    store = place.store
    folder = folder_with(place, "bin", "solr")
    version = version_in(folder, _CORES)
    java = java_of(folder)
    home = fresh_home(place)
    cores = home.path / "cores"
    cores.mkdir()
    shutil.copy(folder / "server" / "solr" / "solr.xml", cores)
    for holding in store.holdings:
        core = cores / holding.path[0]
        shutil.copytree(folder / "server" / "solr" / "configsets" / "_default" / "conf", core / "conf")
        (core / "core.properties").write_text(f"name={holding.path[0]}\n", encoding="ascii")
    if store.state is State.PROTECTED:
        (cores / "security.json").write_text(json.dumps(security(KEEPER)), encoding="ascii")
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
        lambda: answers(where, "/solr/admin/info/system"),
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


def load(store: Store, server: RunningServer) -> None:
    """Empty each core and load it."""
    where, login = (server.address, server.port), _login(store)
    for holding in store.holdings:
        update = f"/solr/{holding.path[0]}/update?commit=true"
        call(where, "POST", update, {"delete": {"query": "*:*"}}, login=login)
        documents = [
            {name: value for name, value in row.items() if not isinstance(value, dict | list)}
            for row in rows(holding.dataset, holding.records)
        ]
        call(where, "POST", update, json.loads(json.dumps(documents, default=str)), login=login)


def count(store: Store, server: RunningServer, holding: Holding) -> int:
    """``numFound`` of everything in the core."""
    path = f"/solr/{holding.path[0]}/select?q=*:*&rows=0&wt=json"
    answer = call((server.address, server.port), "GET", path, login=_login(store), accept=(404,))
    return int(answer.json()["response"]["numFound"]) if answer.status != 404 else 0


def _login(store: Store) -> Login | None:
    return KEEPER if store.state is State.PROTECTED else None


_VISITORS = (Holding(("visitors",), "visitors", 110),)
KIND = Kind(
    server=Server.SOLR,
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(f"solr-{name}", Server.SOLR, place, 8983, state, access, operator=True, holdings=held)
        for name, place, state, access, held in (
            ("open", 204, State.OPEN, Access.OPEN, _VISITORS),
            ("protected", 205, State.PROTECTED, Access.AUTH_REQUIRED, _VISITORS),
            ("empty", 206, State.EMPTY, Access.OPEN_EMPTY, ()),
        )
    ),
)
