"""Exports over HTTP: each format and audience, as a file that no browser shows."""

import json
import re
import threading
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.examples import few
from tests.unit.web.clients import client
from tieback.model.report.document import Report
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.report import build_report
from tieback.pipeline.views import exports
from tieback.pipeline.views.run_index import IN_PROCESS
from tieback.report import by_name, renderers
from tieback.report.files import left_out_text
from tieback.storage.workspace import Workspace
from tieback.web.resource import notes_text

BUILT: dict[tuple[str, str], Report] = {}
FORMATS = [one.meta for one in renderers() if one.meta.name not in {"terminal", "pdf"}]


@pytest.fixture(autouse=True)
def built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is built once: its tables are read again each time, from the workspace of ``pages``."""
    build = build_report

    def kept(workspace: Workspace, run: str) -> Report:
        key = (str(workspace.directory), run)
        if key not in BUILT:
            BUILT[key] = build(workspace, run)
        return BUILT[key]

    monkeypatch.setattr(exports, "build_report", kept)


@pytest.mark.parametrize("meta", FORMATS, ids=lambda meta: str(meta.name))
def test_each_format_is_a_file_to_save(pages: TestClient[Any], scanned: Path, meta: Any) -> None:
    answer = pages.get(f"/api/v1/exports/{meta.name}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="tieback-')
    assert answer.headers["content-disposition"].endswith(f'-internal{meta.suffix}"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == meta.media_type
    assert int(answer.headers["content-length"]) == len(answer.content)
    if "json" in meta.media_type and "ndjson" not in meta.media_type:
        json.loads(answer.content)
    if meta.suffix.endswith(".xml"):
        ET.fromstring(answer.content)
    assert not [path.name for path in scanned.iterdir() if path.name.startswith("tmp")]


@pytest.mark.parametrize("query", ["audience=vendor&vendor=Nobody", "audience=public", "run=none", "vendor=a"])
def test_a_refused_report_gives_no_advice_for_the_command_line(pages: TestClient[Any], query: str) -> None:
    problem = pages.get(f"/api/v1/exports?{query}").json()["problem"]
    assert problem
    for page in (problem, pages.get(f"/exports?{query}").text, pages.get(f"/api/v1/exports/json?{query}").text):
        assert re.search(r"(?<![\w-])--[a-z]|`tieback ", page) is None


def notes_of(answer: Any) -> list[str]:
    found: list[str] = json.loads(answer.headers.get("tieback-notes", "[]"))
    return found


@pytest.mark.parametrize("meta", few(FORMATS, 4), ids=lambda meta: str(meta.name))
def test_what_a_format_leaves_out_is_in_the_header_the_api_and_the_page(
    pages: TestClient[Any], scanned: Path, meta: Any
) -> None:
    with Workspace.open(scanned, create=False) as workspace:
        report = build_report(workspace, workspace.ledger.list_runs()[0].id)
        text = left_out_text(report, by_name(meta.name), f"the format {meta.name}")
    assert notes_of(pages.get(f"/api/v1/exports/{meta.name}")) == ([text] if text else [])
    (known,) = [one for one in pages.get("/api/v1/exports").json()["formats"] if one["format"] == meta.name]
    assert "; ".join(known["left_out"]) == text.removeprefix(f"not in the format {meta.name}: ")
    rows = re.split(r"<tr[ >]", pages.get("/exports").text)
    row = unescape(next(part for part in rows if f">{meta.name}</th>" in part))
    assert [part for part in known["left_out"] if part not in row] == []
    assert "not counted" not in row


def test_some_formats_leave_something_out(pages: TestClient[Any]) -> None:
    """Otherwise the test above shows nothing."""
    formats = pages.get("/api/v1/exports").json()["formats"]
    assert {one["format"] for one in formats if one["left_out"]} == {"csaf"}, "the run has no findings"


def test_a_long_report_is_counted_when_the_user_wants_it(
    pages: TestClient[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "IN_PROCESS", 0)
    data = pages.get("/api/v1/exports").json()
    assert (data["counted"], {one["left_out"] for one in data["formats"]}) == (False, {None})
    page = pages.get("/exports").text
    assert "not counted" in page
    assert "count=true" in page
    assert pages.get("/api/v1/exports?count=true").json()["counted"] is True


def test_the_page_shows_what_an_audience_does_not_get(pages: TestClient[Any]) -> None:
    name = pages.get("/api/v1/exports/json").json()["apps"][0]["app"]["vendor"]
    data = pages.get("/api/v1/exports", params={"audience": "vendor", "vendor": name}).json()
    answer = pages.get("/api/v1/exports/csv", params={"audience": "vendor", "vendor": name})
    assert (data["counted"], data["problem"]) == (True, "")
    assert notes_of(answer)[: len(data["notes"])] == data["notes"]
    for query in ("audience=public", "audience=vendor&vendor=none", "audience=everyone", "run=none"):
        assert pages.get(f"/api/v1/exports?{query}").json()["problem"]
        assert 'class="warning"' in pages.get(f"/exports?{query}").text


def test_suppressions_that_were_not_applied_are_named(pages: TestClient[Any], scanned: Path) -> None:
    path = scanned / "suppressions.toml"
    path.write_text('[[suppress]]\nrule = "open-store"\nreason = "x"\nauthor = "x"\nexpires = 2099-01-01\n')
    try:
        (note,) = notes_of(pages.get("/api/v1/exports/json"))
        assert "was not applied" in note
        assert "was not applied" in pages.get("/exports").text
    finally:
        path.unlink()


def test_a_header_is_ascii_and_bounded() -> None:
    text = notes_text(["\r\nSet-Cookie: x", "\u00fc" * 5_000, *map(str, range(40))])
    assert text.isascii()
    assert not set("\r\n") & set(text)
    assert len(text) < 5_000
    assert json.loads(text)[-1] == "and 32 more notes"


def test_a_vendor_gets_its_own_apps(pages: TestClient[Any]) -> None:
    whole = pages.get("/api/v1/exports/json").json()
    assert len(whole["apps"]) == 3
    name = next(app["vendor"] or app["name"] for app in (one["app"] for one in whole["apps"]))
    answer = pages.get("/api/v1/exports/json", params={"audience": "vendor", "vendor": name})
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["apps"]) == 1


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/v1/exports/docm", 400, "unknown format"),
        ("/api/v1/exports/terminal", 400, "unknown format"),
        ("/api/v1/exports/..%2fjson", 404, ""),
        ("/api/v1/exports/json?audience=everyone", 400, "unknown audience"),
        ("/api/v1/exports/json?audience=vendor", 400, "missing vendor"),
        ("/api/v1/exports/json?audience=vendor&vendor=none", 400, ""),
        ("/api/v1/exports/json?audience=public", 400, ""),
        ("/api/v1/exports/json?run=none", 404, "no run with this ID"),
    ],
)
def test_what_is_refused(pages: TestClient[Any], path: str, status: int, words: str) -> None:
    answer = pages.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json().get("detail", "")


def test_a_long_report_is_left_to_a_job(pages: TestClient[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_ROWS", 1)
    answer = pages.get("/api/v1/exports/json")
    assert (answer.status_code, "job" in answer.json()["advice"]) == (400, True)


def test_few_exports_wait_in_threads_of_the_server(pages: TestClient[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_SLOTS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(exports, "_PLACES", threading.BoundedSemaphore(1))
    with exports._turn():
        assert not exports._PLACES.acquire(blocking=False)
        answer = pages.get("/api/v1/exports/json")  # would wait a minute for its turn
        assert (answer.status_code, answer.json()["detail"]) == (503, "other exports are being written")
    assert pages.get("/api/v1/exports/json").status_code == 200


def test_the_page_lists_what_can_be_exported(pages: TestClient[Any]) -> None:
    page = pages.get("/exports").text
    for meta in FORMATS:
        assert f"/api/v1/exports/{meta.name}?audience=internal" in page
    assert "Choose the vendor first" in pages.get("/exports?audience=vendor").text
    assert "/api/v1/exports/terminal" not in page


def test_the_link_to_the_inventory_keeps_the_run(pages: TestClient[Any]) -> None:
    run = pages.get("/api/v1/exports").json()["run"]
    assert f'href="/inventory/apps?run={run}"' in pages.get("/exports", params={"run": run}).text
    page = pages.get("/exports").text
    assert 'href="/inventory/apps"' in page
    assert "/inventory/apps?run=" not in page


def test_an_empty_workspace_and_a_viewer(tmp_path: Path, scanned: Path) -> None:
    Workspace.open(tmp_path / "ws").close()
    with client(tmp_path / "ws", Role.ANALYST) as made:
        assert "nothing to export" in made.get("/exports").text
        assert made.get("/api/v1/exports/json").status_code == 503
    with client(scanned, Role.VIEWER) as viewer:
        assert viewer.get("/exports").status_code == 403
        assert viewer.get("/api/v1/exports/json").status_code == 403


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize(
    "query",
    ["audience=everyone", "audience=vendor&vendor=none", "audience=public", "run=none", "audience=public&run=none"],
)
def test_a_refused_choice_offers_no_download(
    pages: TestClient[Any], monkeypatch: pytest.MonkeyPatch, query: str, long: bool
) -> None:
    """What the page offers, and what the address answers, are the same."""
    if long:
        monkeypatch.setattr(exports, "lake_bytes", lambda _: IN_PROCESS + 1)
    page = pages.get(f"/exports?{query}").text
    links = re.findall(r'href="(/api/v1/exports/json[^"]*)"', page)
    assert pages.get(f"/api/v1/exports/json?{query}").status_code in {400, 404}
    unread = long and query in {"audience=vendor&vendor=none", "audience=public"}  # known only after the report is read
    assert bool(links) == unread
    assert ('class="warning"' in page) == (not unread)
