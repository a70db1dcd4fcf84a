"""Elasticsearch (6.3 or newer) and OpenSearch unpacked by the user: open, with a password, empty,
ransomed, wiped.

Their settings are copied to the store's home directory and changed there (``ES_PATH_CONF``, ``OPENSEARCH_PATH_CONF``).
They download nothing: the GeoIP download is disabled.
"""

import json
import re
import shutil
from pathlib import Path

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.login import Login
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.serve import create_server_directory, give_to_user, serve
from tieback.lab.servers.unpacked import folder_with, java_of, version_in
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access, RansomVerdict

_HEAP = "-Xms512m -Xmx512m"
_TRANSPORT = 100
"""Offset of the port for nodes from the port for clients, as usual."""
_START_SECONDS = 180.0


def start(place: StartContext) -> RunningServer:
    """Start a single node."""
    store, name = place.store, place.store.server.value
    folder = folder_with(place, "bin", name)
    version = version_in(folder, f"lib/{name}-*.jar")
    java = java_of(folder)
    home = create_server_directory(place)
    conf = home.path / "config"
    shutil.copytree(folder / "config", conf)
    (conf / f"{name}.yml").write_text("\n".join(settings(store, folder, home.path, version)) + "\n", encoding="utf-8")
    for options in conf.glob("jvm.options"):
        # They refer to files next to the program, where its user may not write.
        text = re.sub(r"(?<=[=:])(?=logs/|data$)", f"{home.path}/", options.read_text("utf-8"), flags=re.MULTILINE)
        options.write_text(text, encoding="utf-8")
    (home.path / "logs").mkdir()
    (home.path / "data").mkdir()
    prefix = "ES" if store.server is ServerProgram.ELASTICSEARCH else "OPENSEARCH"
    environment = {
        f"{prefix}_PATH_CONF": str(conf),
        f"{prefix}_JAVA_OPTS": _HEAP,
        f"{prefix}_JAVA_HOME": str(java.parent.parent),
        "JAVA_HOME": str(java.parent.parent),
        f"{prefix}_TMPDIR": str(home.path / "data"),
    }
    if store.state is StoreState.PROTECTED:
        give_to_user(home)
        words = (
            str(folder / "bin" / f"{name}-users"),
            "useradd",
            LAB_ACCOUNT.user,
            "-p",
            LAB_ACCOUNT.password,
            "-r",
            "superuser",
        )
        run_tool(words, directory=home.path, account=home.account, environment=environment)
    where = (store.address, store.port)
    return serve(
        place,
        home,
        (str(folder / "bin" / name),),
        lambda: is_answering(where, "/"),
        version=".".join(map(str, version)),
        environment=environment,
        executable=str(java.resolve()),
        seconds=_START_SECONDS,
    )


def settings(store: LabStore, folder: Path, home: Path, version: tuple[int, ...]) -> list[str]:
    """Lines of its YAML file: flat keys, accepted by both products."""
    search = store.server is ServerProgram.ELASTICSEARCH
    transport = "transport.tcp.port" if search and version[0] < 7 else "transport.port"
    lines = [
        f"cluster.name: {store.host}",
        f"node.name: {store.name}",
        f"path.data: {home}/data",
        f"path.logs: {home}/logs",
        f"network.host: {store.address}",
        f"http.port: {store.port}",
        f"{transport}: {store.port + _TRANSPORT}",
        "discovery.type: single-node",
        "cluster.routing.allocation.disk.threshold_enabled: false",
    ]
    # A setting of a missing module is an error.
    if search and (folder / "modules" / "x-pack-security").is_dir():
        lines.append(f"xpack.security.enabled: {str(store.state is StoreState.PROTECTED).lower()}")
        if version[0] >= 8:
            lines.append("xpack.security.autoconfiguration.enabled: false")
    if search and (folder / "modules" / "x-pack-ml").is_dir():
        lines.append("xpack.ml.enabled: false")
    if search and version >= (7, 14, 0) and (folder / "modules" / "ingest-geoip").is_dir():
        lines.append("ingest.geoip.downloader.enabled: false")
    if (folder / "plugins" / "opensearch-security").is_dir():
        lines.append("plugins.security.disabled: true")
    return lines


def load(store: LabStore, server: RunningServer) -> None:
    """Make the indices, without replicas, and load them."""
    where, login = (server.address, server.port), _login(store)
    # The type in the bulk path was removed in version 8 and required before 7.
    kind = "/_doc" if store.server is ServerProgram.ELASTICSEARCH and server.version.startswith("6.") else ""
    for holding in store.holdings:
        index = holding.path[0]
        send_request(where, "DELETE", f"/{index}", login=login, accept=(404,))
        send_request(where, "PUT", f"/{index}", {"settings": {"number_of_replicas": 0}}, login=login)
        if not holding.dataset:
            continue
        lines = "".join(
            f'{{"index":{{}}}}\n{json.dumps(row)}\n' for row in synthetic_rows(holding.dataset, holding.records)
        )
        headers = {"Content-Type": "application/x-ndjson"}
        send_request(where, "POST", f"/{index}{kind}/_bulk?refresh=true", lines.encode(), headers, login=login)


def count(store: LabStore, server: RunningServer, holding: Holding) -> int:
    """``_count`` of the index."""
    path = f"/{holding.path[0]}/_count"
    answer = send_request((server.address, server.port), "GET", path, login=_login(store), accept=(404,))
    return int(answer.json()["count"]) if answer.status != 404 else 0


def _login(store: LabStore) -> Login | None:
    return LAB_ACCOUNT if store.state is StoreState.PROTECTED else None


_PEOPLE = (Holding(("machines",), "machines", 1200), Holding(("operators",), "operators", 150))
_OPERATORS = _PEOPLE[1:]
_NOTE = {"holdings": (Holding(("read_me",), "ransom_note", 1),), "ransom": RansomVerdict.LIKELY}
_WIPED = {
    "holdings": tuple(Holding((f"{name}-meow",), "", 0) for name in ("b7s1kq9d2v", "x4n8wz0c6m")),
    "ransom": RansomVerdict.WIPED,
}
ELASTICSEARCH = LabProduct(
    server=ServerProgram.ELASTICSEARCH,
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(
            f"elasticsearch-{name}", ServerProgram.ELASTICSEARCH, place, 9200, state, access, operator=True, **more
        )
        for name, place, state, access, more in (
            ("open", 73, StoreState.OPEN, Access.OPEN, {"holdings": _PEOPLE}),
            ("protected", 74, StoreState.PROTECTED, Access.AUTH_REQUIRED, {"holdings": _OPERATORS}),
            ("empty", 75, StoreState.EMPTY, Access.OPEN_EMPTY, {}),
            ("ransomed", 76, StoreState.RANSOMED, Access.OPEN, _NOTE),
            ("wiped", 77, StoreState.WIPED, Access.OPEN_EMPTY, _WIPED),
        )
    ),
)
OPENSEARCH = LabProduct(
    server=ServerProgram.OPENSEARCH,
    start=start,
    load=load,
    count=count,
    stores=tuple(
        lab_store(
            f"opensearch-{name}", ServerProgram.OPENSEARCH, place, 9200, state, access, operator=True, holdings=held
        )
        for name, place, state, access, held in (
            ("open", 78, StoreState.OPEN, Access.OPEN, _PEOPLE),
            ("empty", 79, StoreState.EMPTY, Access.OPEN_EMPTY, ()),
        )
    ),
)
