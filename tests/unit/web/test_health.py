"""Health: totals for signed-in users, one word for everyone, metrics only for a token or this machine."""

from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families

from tests.unit.web.clients import client
from tieback.engine.sandbox import Sandbox
from tieback.model.errors import WorkspaceError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.views import health
from tieback.storage.lake.lake import Lake
from tieback.storage.ledger.database import Database
from tieback.storage.workspace import SCHEMA, Workspace


def test_the_page_and_its_twin(pages: TestClient[Any]) -> None:
    found = pages.get("/api/v1/health").json()
    assert (found["schema"], found["ledger"], found["damaged_total"]) == (SCHEMA, "SQLite", 0)
    assert found["queue"] == {"running": 0, "waiting": 0, "interrupted": 0, "failed": 0, "done": 0}
    page = pages.get("/health")
    assert (page.status_code, found["version"] in page.text) == (200, True)


def test_a_viewer_sees_it_and_a_stranger_does_not(scanned: Path) -> None:
    with client(scanned, Role.VIEWER) as viewer:
        assert viewer.get("/health").status_code == 200
    with client(scanned, None) as stranger:
        assert stranger.get("/api/v1/health").status_code == 401
        assert (stranger.get("/healthz").text, stranger.get("/readyz").text) == ("ok\n", "ready\n")


def test_what_needs_attention(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        workspace.stop_file.touch()
        (workspace.lake_directory / "damaged").mkdir()
        (workspace.lake_directory / "parts" / "units-1").mkdir(parents=True)
        (workspace.lake_directory / "damaged" / "units-1").write_text("<b>bad</b> footer")
    monkeypatch.setattr(health, "sandbox_state", lambda: Sandbox.NONE)
    with client(tmp_path / "ws", Role.VIEWER) as made:
        page = made.get("/health").text
        for words in ("Uploads are off", "stop file", "damaged"):
            assert words in page
        assert "<b>bad" not in page


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (WorkspaceError("the disk is full", where="/srv/ws/ledger.db", advice="Free space"), "the disk is full"),
        (WorkspaceError("the file system is read-only", where="/srv/ws"), "the file system is read-only"),
        (WorkspaceError("cannot be opened (/srv/ws/ledger.db)"), "the ledger cannot be written"),
        (WorkspaceError("the database is unreachable (db.internal)"), "the ledger cannot be written"),
    ],
)
def test_it_is_not_ready_if_the_ledger_cannot_be_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    failure: WorkspaceError,
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(_: Database) -> None:
        raise failure

    monkeypatch.setattr(Database, "try_write", refuse)
    with client(tmp_path / "ws", None) as stranger:
        for _ in range(3):
            answer = stranger.get("/readyz")
            assert (answer.status_code, answer.text) == (503, f"not ready: {reason}\n")
        assert stranger.get("/healthz").status_code == 200
    told = [line.getMessage() for line in caplog.records if "/readyz" in line.getMessage()]
    assert told in ([], [f"unavailable: /readyz: {reason}"]), "each text at most once a minute"
    with client(tmp_path / "ws", Role.VIEWER) as viewer:
        assert f"Nothing can be saved: {reason}" in viewer.get("/health").text
        assert viewer.get("/api/v1/health").json()["writable"] is False
        assert "tieback_writable 0.0" in viewer.get("/metrics").text


def test_it_is_not_ready_if_nothing_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Lake) -> None:
        raise WorkspaceError("/srv/ws/lake cannot be listed")

    with client(tmp_path / "ws", None) as made:
        monkeypatch.setattr(Lake, "damaged_parts", refuse)
        answer = made.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "not ready: the workspace cannot be read\n")


def test_many_questions_are_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    try_write = Database.try_write

    def counted(database: Database) -> None:
        written.append(1)
        try_write(database)

    monkeypatch.setattr(Database, "try_write", counted)
    with client(tmp_path / "ws", None) as made:
        assert {made.get("/readyz").text for _ in range(20)} == {"ready\n"}
    assert len(written) == 1


def test_the_overview_has_a_twin_at_the_address_of_the_api(pages: TestClient[Any]) -> None:
    answer = pages.get("/api/v1?run=r1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "/api/v1/overview?run=r1")


def test_metrics_are_prometheus_text(pages: TestClient[Any]) -> None:
    answer = pages.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].count("charset") == 1
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    assert families["tieback_stores_exposed"].samples[0].value == 1
    assert {sample.labels["state"] for sample in families["tieback_jobs"].samples} >= {"running", "waiting"}
    assert "process_resident_memory_bytes" in families


def test_metrics_without_a_token_only_from_this_machine(scanned: Path) -> None:
    with client(scanned, None) as stranger:
        assert stranger.get("/metrics").status_code == 401  # the test's own address is no loopback address
    with client(scanned, None, public_url="https://tieback.example.test") as proxied:
        assert proxied.get("/metrics", headers={"Host": "tieback.example.test"}).status_code == 401


@pytest.mark.parametrize(
    ("host", "headers", "allowed"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, False),
        ("192.0.2.1", {}, False),
    ],
)
def test_where_a_request_for_metrics_comes_from(
    scanned: Path, host: str, headers: dict[str, str], allowed: bool
) -> None:
    with client(scanned, None) as made:
        assert (_status(made, host, headers) == 200) is allowed


def _status(made: TestClient[Any], host: str, headers: dict[str, str]) -> int:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/metrics", "raw_path": b"/metrics", "query_string": b"", "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in {"Host": "127.0.0.1:8484", **headers}.items()],
        "client": (host, 1), "server": ("127.0.0.1", 8484), "state": {},
    }  # fmt: skip
    with made.portal() as portal:
        portal.call(made.app, scope, receive, send)
    return next(int(event["status"]) for event in sent if event["type"] == "http.response.start")


@pytest.mark.parametrize("path", ["/", "/health", "/account", "/tokens", "/case-log", "/runs/new", "/audit/probing"])
def test_the_navigation_marks_the_current_page(pages: TestClient[Any], path: str) -> None:
    assert pages.get(path).text.count('aria-current="page"') == 1
