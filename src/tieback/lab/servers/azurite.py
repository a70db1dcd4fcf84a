"""Azurite (npm), the vendor's emulator of Azure Blob Storage: one public and one private container."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime

from tieback.lab.http_client import is_answering, send_request
from tieback.lab.interface import LabProduct, StartContext
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.lab.programs import Need, locate
from tieback.lab.serve import create_server_directory, serve
from tieback.lab.store import Holding, LabStore, ServerProgram, StoreState, lab_store
from tieback.model.probe import Access

_NODE = Need("node", "Debian: nodejs")
_PROGRAM = Need("node_modules/azurite/dist/src/blob/main.js", "npm: azurite")
_ACCOUNT = "devstoreaccount1"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's published account ("Use the Azurite emulator for local Azure Storage development")."""
_CLOSED = "contracts"


def start(place: StartContext) -> RunningServer:
    """Start its blob service, without telemetry."""
    node, program, store = str(locate(_NODE)), locate(_PROGRAM), place.store
    home = create_server_directory(place, program=program)
    words = ("--blobHost", store.address, "--blobPort", str(store.port), "-l", str(home.path), "-s")
    argv = (node, str(program), *words, "--disableTelemetry", "--skipApiVersionCheck")
    package = json.loads((program.parents[3] / "package.json").read_bytes())
    return serve(place, home, argv, lambda: is_answering((store.address, store.port), "/"), version=package["version"])


def load(store: LabStore, server: RunningServer) -> None:
    """Create the public containers with one blob per record, and a private one."""
    _put(server, f"/{_CLOSED}", "restype=container", b"", {}, accept=(409,))
    for holding in store.holdings:
        container = holding.path[0].rpartition("/")[2]
        public = {"x-ms-blob-public-access": "container"}
        _put(server, f"/{container}", "restype=container", b"", public, accept=(409,))
        for number, row in enumerate(synthetic_rows(holding.dataset, holding.records)):
            body = json.dumps(row, default=str).encode()
            _put(server, f"/{container}/{number}.json", "", body, {"x-ms-blob-type": "BlockBlob"})


def _put(
    server: RunningServer, path: str, query: str, body: bytes, headers: dict[str, str], accept: tuple[int, ...] = ()
) -> None:
    """One signed request ("Authorize with Shared Key")."""
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    sent = {"x-ms-date": now, "x-ms-version": "2021-08-06", **headers}
    fields = "".join(f"{name}:{value}\n" for name, value in sorted(sent.items()))
    resource = f"/{_ACCOUNT}/{_ACCOUNT}{path}" + (f"\n{query.replace('=', ':')}" if query else "")
    text = f"PUT\n\n\n{len(body) or ''}\n\ntext/plain\n\n\n\n\n\n\n{fields}{resource}"
    signature = b64encode(hmac.new(b64decode(_KEY), text.encode(), hashlib.sha256).digest()).decode()
    signed = {**sent, "Authorization": f"SharedKey {_ACCOUNT}:{signature}", "Content-Type": "text/plain"}
    url = f"/{_ACCOUNT}{path}{'?' if query else ''}{query}"
    send_request((server.address, server.port), "PUT", url, body, signed, accept=accept)


def count(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    """Blobs of the container's public list."""
    path = f"/{holding.path[0]}?restype=container&comp=list"
    answer = send_request((server.address, server.port), "GET", path, accept=(404, 403))
    return answer.body.count(b"<Blob>") if answer.status == 200 else 0


KIND = LabProduct(
    server=ServerProgram.AZURITE,
    needs=(_NODE, _PROGRAM),
    start=start,
    load=load,
    count=count,
    stores=(
        lab_store(
            "azurite",
            ServerProgram.AZURITE,
            230,
            10000,
            StoreState.OPEN,
            Access.UNKNOWN,
            holdings=(Holding((f"{_ACCOUNT}/badges",), "visitors", 12),),
            names=(f"{_ACCOUNT}/badges",),
            named_access=Access.OPEN,
            emulation=True,
        ),
    ),
)
