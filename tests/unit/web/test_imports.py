"""The page of imported reports."""

import json
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.unit.web.clients import Changes, client
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.jobs import submit
from tieback.pipeline.passive_evidence import import_reports

FORM = """Question ID (machine readable),Response ID (machine readable),Response value
PSL_DATA_TYPES_PERSONAL,PSL_EMAIL,true
"""
SHODAN = {"_shodan": {"module": "elastic"}, "ip_str": "203.0.113.7", "port": 9200, "timestamp": "2026-11-01T10:00:00"}


def test_imports_with_their_source_in_pages(tmp_path: Path) -> None:
    files = [tmp_path / f"<b>{number}.json" for number in range(3)]
    for number, path in enumerate(files):
        path.write_text(json.dumps(SHODAN | {"port": 9200 + number}) + "\n")
    list(import_reports(tmp_path / "ws", files))
    with client(tmp_path / "ws", Role.ANALYST) as made:
        seen: list[str] = []
        after: str | None = ""
        page: dict[str, Any] = {}
        for _ in files:
            page = made.get("/api/v1/imports", params={"limit": 1, "after": after}).json()
            seen += [one["name"] for one in page["imports"]["items"]]
            after = page["imports"]["next"]
        assert (seen, after) == (["<b>2.json", "<b>1.json", "<b>0.json"], None)
        assert page["imports"]["total"] == 3
        assert [(one["source"], one["imports"]) for one in page["sources"]] == [("shodan", 3)]
        text = made.get("/imports").text
        assert "<b>0.json" not in text
        assert "&lt;b&gt;0.json" in text


def test_an_empty_workspace_and_a_viewer(tmp_path: Path, pages: TestClient[Any]) -> None:
    assert pages.get("/imports").status_code == 200
    with client(tmp_path / "ws", Role.VIEWER) as viewer:
        assert viewer.get("/imports").status_code == 403
    with client(tmp_path / "ws", Role.ANALYST) as made:
        assert "No report was imported" in made.get("/imports").text


def test_an_upload_is_imported_once(tmp_path: Path) -> None:
    changes = Changes()
    with client(tmp_path / "ws", Role.OPERATOR, changes) as made:
        sha256 = made.post("/api/v1/uploads", content=json.dumps(SHODAN).encode()).json()["sha256"]
        first = made.post("/api/v1/imports", json={"uploads": [sha256]})
        assert (first.status_code, first.json()["new"], first.json()["state"]) == (202, True, "queued")
        again = made.post("/api/v1/imports", json={"uploads": [sha256]}).json()
        assert (again["job"], again["new"]) == (first.json()["job"], False)
        sent = made.post(f"/uploads/{sha256}/import", follow_redirects=False)
        assert sent.headers["location"].startswith(f"/runs/{again['job']}?")
        assert made.post("/api/v1/imports", json={"uploads": ["0" * 64]}).status_code == 400
        assert made.post("/api/v1/imports", json={"uploads": []}).status_code == 400
        assert made.post("/api/v1/imports", json={"uploads": ["../x"]}).status_code == 400
        assert changes.lines[1][1] == "start an import"
    with client(tmp_path / "ws", Role.ANALYST) as analyst:
        assert analyst.post("/api/v1/imports", json={"uploads": [sha256]}).status_code == 403


def test_imports_do_not_fill_the_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "MAX_PENDING", 1)
    with client(tmp_path / "ws", Role.OPERATOR) as made:
        sha256 = made.post("/api/v1/uploads", content=json.dumps(SHODAN).encode()).json()["sha256"]
        assert made.post("/api/v1/imports", json={"uploads": [sha256]}).status_code == 202
        answer = made.post("/api/v1/imports", json={"uploads": [sha256, sha256]})
        assert (answer.status_code, answer.json()["detail"]) == (503, "1 jobs have not ended")


def test_a_data_safety_export_is_imported_for_the_app_of_the_form(tmp_path: Path) -> None:
    with client(tmp_path / "ws", Role.OPERATOR) as made:
        sha256 = made.post("/api/v1/uploads", content=FORM.encode()).json()["sha256"]
        assert 'name="app"' in made.get(f"/uploads/{sha256}").text
        body = {"uploads": [sha256], "app": "test.shop.app"}
        first = made.post("/api/v1/imports", json=body)
        assert (first.status_code, first.json()["new"]) == (202, True)
        sent = made.post(f"/uploads/{sha256}/import", data={"app": " test.shop.app "}, follow_redirects=False)
        assert sent.headers["location"].startswith(f"/runs/{first.json()['job']}?")
        other = made.post(f"/uploads/{sha256}/import", data={"app": "test.other.app"}, follow_redirects=False)
        assert not other.headers["location"].startswith(f"/runs/{first.json()['job']}?")


@pytest.mark.parametrize("app", ["shop", "a b.c", "a.b\n", "<b>.c", "a." + "b" * 300])
def test_what_is_no_package_name_is_refused(tmp_path: Path, app: str) -> None:
    with client(tmp_path / "ws", Role.OPERATOR) as made:
        sha256 = made.post("/api/v1/uploads", content=FORM.encode()).json()["sha256"]
        answer = made.post("/api/v1/imports", json={"uploads": [sha256], "app": app})
        assert (answer.status_code, answer.json()["detail"]) == (400, "not a package name")
        assert made.post(f"/uploads/{sha256}/import", data={"app": f"{app}."}).status_code == 400


def test_the_page_counts_declared_types(tmp_path: Path) -> None:
    (tmp_path / "form.csv").write_text(FORM)
    list(import_reports(tmp_path / "ws", [tmp_path / "form.csv"], app="test.shop.app"))
    with client(tmp_path / "ws", Role.ANALYST) as made:
        (row,) = made.get("/api/v1/imports").json()["imports"]["items"]
        assert (row["source"], row["declared"]) == ("play-data-safety", 1)
        assert "Declared types" in made.get("/imports").text
