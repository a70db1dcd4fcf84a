"""Docker Registry 2 (Debian): open, with a password file, and empty; images by "Docker Registry HTTP API V2"."""

import hashlib
import re
from urllib.parse import urlsplit

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.login import Login
from tieback.lab.process import RunningServer, run_tool
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_PROGRAM = Need("docker-registry", "Debian: docker-registry")
_HTPASSWD = f"{LAB_ACCOUNT.user}:$2b$05$abcdefghijklmnopqrstuufZ2Brwo3A3xbA0zZo5YGTBQDvPawhyO\n"
"""The keeper's password as bcrypt, the only hash that the registry accepts; Python has none."""
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def start(place: StartContext) -> RunningServer:
    """Start it with its images on disk."""
    binary, store = str(locate(_PROGRAM)), place.store
    home = create_server_directory(place)
    (home.path / "htpasswd").write_text(_HTPASSWD, encoding="ascii")
    login = f"auth: {{htpasswd: {{realm: lab, path: {home.path}/htpasswd}}}}\n"
    (home.path / "config.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {home.path}/data}}}}\n"
        f'http: {{addr: "{store.address}:{store.port}"}}\n{login if store.state is StoreState.PROTECTED else ""}',
        encoding="utf-8",
    )
    version = re.search(r" ([\d.]+)", run_tool((binary, "--version"), directory=home.path))
    return serve(
        place,
        home,
        (binary, "serve", str(home.path / "config.yml")),
        lambda: is_answering((store.address, store.port), "/v2/"),
        version=version[1] if version else "",
    )


def load(store: LabStore, server: RunningServer) -> None:
    """Push one image without layers, under as many tags as the holding has records."""
    where, login = (server.address, server.port), _login(store)
    config = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'
    digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    described = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(config), "digest": digest}
    manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": described, "layers": []}
    for holding in store.holdings:
        path = f"/v2/{holding.path[0]}"
        begun = send_request(where, "POST", f"{path}/blobs/uploads/", b"", login=login)
        to = urlsplit(begun.headers["location"])
        blob = {"Content-Type": "application/octet-stream"}
        send_request(where, "PUT", f"{to.path}?{to.query}&digest={digest}", config, blob, login=login)
        for number in range(1, holding.records + 1):
            tag = {"Content-Type": _MANIFEST}
            send_request(where, "PUT", f"{path}/manifests/1.{number}", manifest, tag, login=login)


def count(store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Tags of the repository."""
    path = f"/v2/{holding.path[0]}/tags/list"
    answer = send_request((server.address, server.port), "GET", path, login=_login(store), accept=(404,))
    return 0 if answer.status == 404 else len(answer.json()["tags"])


def _login(store: LabStore) -> Login | None:
    return LAB_ACCOUNT if store.state is StoreState.PROTECTED else None


_IMAGES = (Holding(("workhub/api",), "", 3), Holding(("workhub/reports",), "", 1))
KIND = LabProduct(
    server=ServerProgram.REGISTRY,
    needs=(_PROGRAM,),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store("registry-open", ServerProgram.REGISTRY, 130, 5000, StoreState.OPEN, Access.OPEN, holdings=_IMAGES),
        lab_store(
            "registry-protected",
            ServerProgram.REGISTRY,
            131,
            5000,
            StoreState.PROTECTED,
            Access.AUTH_REQUIRED,
            holdings=_IMAGES,
        ),
        lab_store("registry-empty", ServerProgram.REGISTRY, 132, 5000, StoreState.EMPTY, Access.SCHEMA_ONLY),
    ),
)
