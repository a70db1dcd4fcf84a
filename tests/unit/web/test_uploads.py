"""Uploads over HTTP: the whole file or nothing, whatever a client announces, sends or interrupts."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from litestar.testing import TestClient

from tests.unit.web.clients import Changes, client
from tieback.engine.sandbox import Sandbox
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import uploads
from tieback.storage.ledger.jobs import NewJob
from tieback.storage.workspace import Workspace

DATA = b"PK\x03\x04" + bytes(range(256)) * 16
SHA = hashlib.sha256(DATA).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()
HOSTILE = "<script>alert(1)</script>.apk"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def recorded() -> Changes:
    return Changes()


@pytest.fixture(scope="module")
def server(folder: Path, recorded: Changes) -> Iterator[TestClient[Any]]:
    with client(folder / "ws", Role.OPERATOR, recorded, max_upload=1 << 20) as made:
        yield made


@pytest.fixture
def changes(recorded: Changes) -> Changes:
    recorded.lines.clear()
    return recorded


@pytest.fixture
def sender(server: TestClient[Any], folder: Path) -> TestClient[Any]:
    """The client of one server for all tests, without uploads."""
    for path in (folder / "ws" / "uploads").glob("*"):
        path.unlink()
    return server


def stored(folder: Path) -> set[str]:
    uploads_folder = folder / "ws" / "uploads"
    return {path.name for path in uploads_folder.iterdir()} if uploads_folder.exists() else set()


def drive(sender: TestClient[Any], path: str, events: list[dict[str, Any]], headers: dict[str, str]) -> int:
    """Send exactly these events of a body to the application; returns the status."""
    sent: list[Any] = []
    waiting = iter(events)

    async def receive() -> dict[str, Any]:
        event = next(waiting, {"type": "http.disconnect"})
        if event["type"] == "silence":
            await anyio.sleep_forever()
        return event

    async def send(event: Any) -> None:
        sent.append(event)

    everything = {"host": "127.0.0.1:8484", "sec-fetch-site": "same-origin", **headers}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PUT", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in everything.items()],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8484), "state": {},
    }  # fmt: skip
    with sender.portal() as portal:
        portal.call(sender.app, scope, receive, send)
    return next((event["status"] for event in sent if event["type"] == "http.response.start"), 0)


def body(*pieces: bytes, end: bool = True) -> list[dict[str, Any]]:
    events = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    return [*events, {"type": "http.request", "body": b"", "more_body": False}] if end else events


def test_an_upload_is_listed_used_and_deleted(sender: TestClient[Any], changes: Changes, folder: Path) -> None:
    answer = sender.put(f"/api/v1/uploads/{SHA}", content=DATA, params={"name": HOSTILE})
    assert (answer.status_code, answer.json()["sha256"], answer.json()["author"]) == (200, SHA, "Ann")
    assert stored(folder) == {SHA, f"{SHA}.json"}
    assert changes.lines == [("Ann", "upload a file", SHA)]
    with Workspace.open(folder / "ws") as workspace:
        new = NewJob(kind="analyse", author="Ann", arguments=f'{{"uploads":["{SHA}"]}}')
        job, _ = workspace.ledger.jobs.add(new)
    listed = sender.get("/api/v1/uploads").json()
    assert [use["job"] for use in listed["uploads"]["items"][0]["uses"]] == [job.id]
    for path in ("/uploads", f"/uploads/{SHA}"):
        page = sender.get(path)
        assert (page.status_code, "<script>alert" in page.text) == (200, False)
        assert f'href="/runs/new?upload={SHA}"' in page.text
    assert sender.delete(f"/api/v1/uploads/{SHA}").status_code == 409
    with Workspace.open(folder / "ws") as workspace:
        workspace.ledger.jobs.cancel(job.id)
    assert sender.delete(f"/api/v1/uploads/{SHA}").status_code == 200
    assert stored(folder) == set()
    assert sender.get(f"/api/v1/uploads/{SHA}").status_code == 404
    assert sender.delete(f"/api/v1/uploads/{SHA}").status_code == 404
    assert changes.lines[-1] == ("Ann", "delete an upload", SHA)


def test_the_server_computes_a_digest(sender: TestClient[Any]) -> None:
    answer = sender.post("/api/v1/uploads", content=DATA, params={"name": "a.apk"})
    assert (answer.status_code, answer.json()["sha256"], answer.json()["name"]) == (200, SHA, "a.apk")
    assert sender.put(f"/api/v1/uploads/{SHA}", content=DATA).json()["name"] == "a.apk"


def test_no_address_sends_the_content(sender: TestClient[Any]) -> None:
    sender.put(f"/api/v1/uploads/{SHA}", content=DATA)
    for path in (
        f"/api/v1/uploads/{SHA}",
        f"/uploads/{SHA}",
        "/uploads",
        f"/static/../uploads/{SHA}",
        f"/static/{SHA}",
    ):
        assert DATA not in sender.get(path).content


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({}, b"other", 422),
        ({}, b"", 422),
        ({"content-length": str(len(DATA) + 1)}, DATA, 422),
        ({"content-length": str(len(DATA) - 1)}, DATA, 422),
        ({"content-length": "-1"}, DATA, 400),
        ({"content-length": "1e3"}, DATA, 400),
        ({"content-length": "9" * 30}, DATA, 400),
        ({"content-length": str(1 << 40)}, DATA, 413),
        ({}, bytes((1 << 20) + 1), 413),
    ],
)
def test_what_is_wrong_is_refused(
    sender: TestClient[Any], folder: Path, changes: Changes, headers: dict[str, str], content: bytes, status: int
) -> None:
    assert drive(sender, f"/api/v1/uploads/{SHA}", body(content), headers) == status
    assert (stored(folder), changes.lines) == (set(), [])


def test_pieces_without_a_length(sender: TestClient[Any], folder: Path) -> None:
    pieces = [DATA[n : n + 100] for n in range(0, len(DATA), 100)]
    assert drive(sender, f"/api/v1/uploads/{SHA}", body(*pieces), {}) == 200
    assert (folder / "ws" / "uploads" / SHA).read_bytes() == DATA


def test_a_connection_that_ends_early_leaves_nothing(sender: TestClient[Any], folder: Path) -> None:
    assert drive(sender, f"/api/v1/uploads/{SHA}", body(DATA[:100], end=False), {"content-length": "4100"}) == 400
    assert stored(folder) == set()


def test_a_silent_sender_is_disconnected(
    sender: TestClient[Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieback.web.resources.uploads.IDLE_SECONDS", 0.0)
    assert drive(sender, f"/api/v1/uploads/{SHA}", [*body(DATA, end=False), {"type": "silence"}], {}) == 408
    assert stored(folder) == set()


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e", "..%2f..%2fledger.db", "A" * 64, "a" * 63, f"{'a' * 64}%00", f"{'a' * 64}.json", "%F0%9F"]
)
def test_only_a_digest_is_an_address(sender: TestClient[Any], folder: Path, name: str) -> None:
    for method in ("PUT", "GET", "DELETE"):
        answer = sender.request(method, f"/api/v1/uploads/{name}", content=b"x", follow_redirects=False)
        assert answer.status_code in {400, 404, 405} or answer.headers["location"] == "/api/v1/overview"
    assert stored(folder) == set()


def test_uploads_are_off_without_a_sandbox(sender: TestClient[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "sandbox_state", lambda: Sandbox.NONE)
    answer = sender.put(f"/api/v1/uploads/{SHA}", content=DATA)
    assert (answer.status_code, "cannot take the network" in answer.json()["detail"]) == (503, True)
    page = sender.get("/uploads").text
    assert "Uploads are off" in page
    assert "data-uploads-start" not in page


def test_only_operators_upload(sender: TestClient[Any], folder: Path) -> None:
    with client(folder / "ws", Role.ANALYST) as analyst:
        assert analyst.put(f"/api/v1/uploads/{SHA}", content=DATA).status_code == 403
        assert analyst.post("/api/v1/uploads", content=DATA).status_code == 403
        assert analyst.delete(f"/api/v1/uploads/{SHA}").status_code == 403
        assert analyst.get("/uploads").status_code == 403
    assert stored(folder) == set()


def test_a_form_of_another_site_uploads_nothing(sender: TestClient[Any], folder: Path) -> None:
    answer = sender.post("/api/v1/uploads", content=DATA, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, stored(folder)) == (403, set())


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_a_form_is_no_file(sender: TestClient[Any], folder: Path, kind: str) -> None:
    answer = sender.post("/api/v1/uploads", content=DATA, headers={"Content-Type": kind})
    assert (answer.status_code, stored(folder)) == (415, set())


def test_a_form_deletes(sender: TestClient[Any], folder: Path) -> None:
    sender.put(f"/api/v1/uploads/{SHA}", content=DATA)
    answer = sender.post(f"/uploads/{SHA}/delete", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/uploads?done=delete_upload_form")
    assert "The upload was deleted." in sender.get(answer.headers["location"]).text
    assert stored(folder) == set()
