"""`tieback serve` against hostile uploads, names and browsers; each hole that MobSF published is tried here or named.

Holes of the same kind elsewhere: requests to what an upload names (SSRF), archives that write outside or that grow,
names in paths, SQL in filters, scripts in names, changes that another site makes. Tokens and redirects are tried in
``tests/unit/web/test_sign_in.py``, slow patterns in ``tests/unit/test_linear.py``.
"""

import hashlib
import io
import socket
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.examples import few

pytest.importorskip("litestar")
pytest.importorskip("playwright")

from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.hostile.test_pages_in_browser import NAMES, OUT
from tests.lab.served import chromium, first_start, opened, served, watch
from tests.unit.pipeline.graph_workspace import ELASTIC, exposure, made
from tests.unit.web.clients import Changes
from tieback.engine.sandbox import Sandbox, sandbox_state
from tieback.model.backend import Candidate, Route
from tieback.model.probe import Access
from tieback.pipeline.accounts.roles import Role
from tieback.storage.workspace import Workspace
from tieback.web.app import build_server
from tieback.web.context import User
from tieback.web.settings import WebSettings

SECONDS = 120
"""For runs on a busy machine."""
USER = User(id="u1", name="Ann", role=Role.ADMIN)
SHORT = [text[:900].replace("\ud800", "") for name, text in NAMES.items() if name not in {"huge name", "many words"}]


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[TestClient[ASGIApp]]:
    app = build_server(
        WebSettings(workspace=tmp_path / "ws"), identify=lambda _: USER, changes=Changes(), run_jobs=True
    )
    with TestClient(app, base_url="http://127.0.0.1:8484") as made_client:
        made_client.headers["Sec-Fetch-Site"] = "same-origin"
        yield made_client


def upload(pages: TestClient[ASGIApp], data: bytes, name: str) -> str:
    digest = hashlib.sha256(data).hexdigest()
    answer = pages.put(f"/api/v1/uploads/{digest}", content=data, params={"name": name})
    assert answer.status_code in {200, 201}, answer.text
    return digest


def finished(pages: TestClient[ASGIApp], run: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = pages.get(f"/api/v1/runs/{run}").json()["run"]
        if found["state"] not in {"queued", "running"}:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def package(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_uploads_reach_nothing_and_write_nothing(pages: TestClient[ASGIApp], tmp_path: Path) -> None:
    if sandbox_state() is Sandbox.NONE:
        pytest.skip("this machine has no sandbox, so the server refuses uploads")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        here = f"http://127.0.0.1:{listener.getsockname()[1]}"
        script = f'fetch("{here}/api/v1/users"); const es = "{here}/_search"; const db = "{here}/x.json";'
        slip = package({"AndroidManifest.xml": b"x", "../../../slip.txt": b"x", "/tmp/slip-by-upload.txt": b"x"})
        bomb = package({"AndroidManifest.xml": b"x", "classes.dex": b"\0" * (64 << 20)})
        inputs = [
            upload(pages, script.encode(), "../../a.js"),
            upload(pages, slip, "..\\slip.apk"),
            upload(pages, bomb, "<img src=x>.apk"),
        ]
        started = pages.post("/api/v1/runs", json={"kind": "scan", "inputs": inputs})
        assert started.status_code == 201, started.text
        end = finished(pages, started.json()["id"])
        assert end["state"] in {"done", "failed"}, end
        with pytest.raises(BlockingIOError):
            listener.accept()
    outside = {path.name for path in tmp_path.iterdir()}
    assert outside == {"ws"}
    assert not Path("/tmp/slip-by-upload.txt").exists()
    assert not list(tmp_path.rglob("slip.txt"))
    assert pages.get("/healthz").status_code == 200


@pytest.mark.parametrize("text", few(["' OR '1'='1", "%' ESCAPE '!", "a\0\\b\u202e", "[" * 300], 3))
def test_filters_are_values(pages: TestClient[ASGIApp], text: str) -> None:
    document = pages.get("/api/v1/openapi.json").json()
    tried = 0
    for path, methods in document["paths"].items():
        if "get" not in methods or "{" in path or path.startswith("/api/v1/exports"):
            continue
        for parameter in methods["get"].get("parameters", ()):
            if parameter["in"] == "query":
                answer = pages.get(path, params={parameter["name"]: text})
                assert answer.status_code < 500, (path, parameter["name"], answer.text)
                tried += 1
    assert tried > 30
    assert pages.get("/api/v1/runs").json()["items"] == []


def hostile(folder: Path) -> Path:
    """A workspace whose stores, files and hosts have hostile names."""
    workspace = made(folder)
    with Workspace.open(workspace) as opened_workspace:
        ledger = opened_workspace.ledger
        run = ledger.latest_run()
        assert run is not None
        (app, *_) = [str(row[0]) for row in opened_workspace.lake.query("SELECT DISTINCT sha256 FROM apps")]
        candidate = Candidate("es.fieldhand.test", 9200, "elasticsearch", Route.NAMED, (ELASTIC,), SHORT[0])
        stores = [
            msgspec.structs.replace(
                exposure(f"store-{number}", Access.OPEN, candidate, text, (app,)),
                version=text, product=text[:60], targets=(text,), addresses=(text,),
            )
            for number, text in enumerate(SHORT)
        ]  # fmt: skip
        ledger.conclusions.save(run.id, stores, [])
    return workspace


@pytest.mark.more  # the tests of each resource render hostile names, too
def test_no_name_runs_in_any_page(tmp_path: Path) -> None:
    complaints: list[str] = []
    requests: list[str] = []
    with served(hostile(tmp_path), tmp_path) as server, chromium() as browser:
        page = browser.new_page()
        first_start(server, page)
        page.on("request", lambda request: requests.append(request.url))
        watch(page, complaints)
        count = 0
        for _ in opened(page, server):
            count += 1
            assert page.evaluate("window.bad === undefined")
            # The policy refuses what gets into a page in spite of the escaping.
            page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x: onerror=\"window.bad = 1\">')")
            assert page.evaluate("window.bad === undefined")
    assert count > 25
    assert [url for url in requests if not url.startswith((server.url, "x:"))] == []
    assert [text for text in complaints if "Content Security Policy" not in text] == []
    assert OUT not in "".join(requests)
