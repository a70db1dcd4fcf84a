"""The pages of grants and of the audit log of probing: words, never a way to change one."""

import hashlib
import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.unit.web.clients import client
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.scan import ScanRequest
from tieback.scope.audit import AuditLog
from tieback.scope.grant import grant_sha256, render_grant
from tieback.scope.policy.approval import load_approved_grant
from tieback.storage.workspace import Workspace

GRANT = Grant(
    authorised_by="<b>Security office</b>",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule(match="192.0.2.0/24", ports=(9200,), depth=Depth.DESCRIBE, mcp=True),),
)
OLD = Grant(authorised_by="X", contact="x@example.test", not_after=date(2020, 1, 1))
TEXT = f"# Approved in November.\n{render_grant(GRANT)}"
ID = grant_sha256(TEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("grants")
    (made / "server").mkdir()
    (made / "server" / "old.toml").write_text(render_grant(OLD))
    with Workspace.open(made / "ws") as workspace:
        (workspace.grants_directory / "<i>lab.toml").write_text(TEXT)
        (workspace.grants_directory / "broken.toml").write_text("authorised_by = 1")
        (workspace.grants_directory / "notes.txt").write_text("not a grant")
        run = workspace.ledger.start_run([], render_grant(GRANT))
        workspace.ledger.end_run(run)
        with AuditLog(workspace.audit_file) as log:
            for number in range(120):
                log.append("connect", {"target": f"192.0.2.{number}:9200", "note": "<script>alert(1)</script>"})
    return made


@pytest.fixture(scope="module")
def pages(folder: Path) -> Iterator[TestClient[Any]]:
    with client(folder / "ws", Role.ANALYST, grants=folder / "server") as made:
        yield made


def test_each_grant_says_if_it_can_be_used(pages: TestClient[Any]) -> None:
    found = {one["file"]: one for one in pages.get("/api/v1/grants").json()["items"]}
    assert {name: (one["place"], one["usable"]) for name, one in found.items()} == {
        "<i>lab.toml": ("workspace", True), "broken.toml": ("workspace", False), "old.toml": ("server", False),
    }  # fmt: skip
    assert "expired" in found["old.toml"]["why_not"]
    assert found["<i>lab.toml"]["id"] == ID
    text = pages.get("/grants").text
    assert "<i>lab" not in text
    assert "<b>Security" not in text


def test_other_files_of_the_folders_are_counted_with_the_reason(tmp_path: Path) -> None:
    own, server = tmp_path / "ws" / "grants", tmp_path / "server"
    Workspace.open(tmp_path / "ws").close()
    server.mkdir()
    (own / "lab.toml").write_text(TEXT)
    for name in ("lab.toml.sig", "lab.toml.ann.sig", "lab.toml.bak", "<b>.txt", "gone.toml.sig"):
        (own / name).write_text(TEXT)
    (own / "folder.toml").mkdir()
    (tmp_path / "outside.toml").write_text(TEXT)
    (server / "link.toml").symlink_to(tmp_path / "outside.toml")
    for number in range(201):
        (server / f"{number:03}.toml").write_text(TEXT)
    with client(tmp_path / "ws", Role.ANALYST, grants=server) as made:
        found = made.get("/api/v1/grants").json()
        page = made.get("/grants").text
    assert (len(found["items"]), found["total"]) == (201, 201)
    assert {(one["where"], one["why"]): (one["count"], one["first"]) for one in found["skipped"]} == {
        ("workspace", "names that do not end in .toml"): (2, "<b>.txt"),
        ("workspace", "not regular files"): (1, "folder.toml"),
        ("workspace", "signatures of grants that are not in the folder"): (1, "gone.toml.sig"),
        ("server", "above the limit of files"): (1, "200.toml"),
        ("server", "links to files outside the folder"): (1, "link.toml"),
    }
    assert re.search(
        r"Folder of the workspace: 2 files were not read, such as [^ ]+: names that do not end in \.toml\.", page
    )
    assert "<b>.txt" not in page


def test_a_grant_has_one_sha256_that_of_its_file(folder: Path, pages: TestClient[Any]) -> None:
    """``sha256sum``, the run, the job and the pages must agree, or an API client finds no grant."""
    ids = {one["file"]: one["id"] for one in pages.get("/api/v1/grants").json()["items"]}
    assert ids["<i>lab.toml"] == hashlib.sha256((folder / "ws" / "grants" / "<i>lab.toml").read_bytes()).hexdigest()
    approved = load_approved_grant(folder / "ws" / "grants" / "<i>lab.toml", None, date(2026, 11, 1))
    text = ScanRequest((), approved.grant, folder / "ws", approval=approved.approval).grant_text()
    with Workspace.open(folder / "ws") as workspace:
        run = workspace.ledger.start_run(["with comments"], text)
        workspace.ledger.end_run(run)
    shown = pages.get(f"/api/v1/runs/{run}").json()["run"]["grant"]
    assert shown == ids["<i>lab.toml"]
    # A run of a release that stored the values without comments leads to the same file.
    earlier = grant_sha256(render_grant(GRANT))
    assert earlier != shown
    assert pages.get(f"/api/v1/grants/{earlier}").json()["grant"]["id"] == shown
    assert len(pages.get(f"/api/v1/grants/{shown}").json()["runs"]) == 2


def test_a_grant_in_words_with_its_runs(pages: TestClient[Any]) -> None:
    found = pages.get(f"/api/v1/grants/{ID}").json()
    assert "It permits:" in found["sentences"]
    assert any("192.0.2.0/24 on ports 9200" in line for line in found["sentences"])
    assert found["runs"]
    page = pages.get(f"/grants/{ID}").text
    # What a target also allows is in the item of the target: alone, it would belong to none.
    assert re.search(r"<li[^>]*>192\.0\.2\.0/24[^<]*<br>and open a session with MCP servers[^<]*</li>", page)
    assert f'href="/runs/{found["runs"][0]["id"]}"' in page


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("192.0.2.7:9200", "inside"),
        ("192.0.2.7:22", "outside"),
        ("198.51.100.1", "outside"),
        ("db.example.test:1", "outside"),
        ("192.0.2.7:99999", "not a port"),
        ("<script>alert(1)</script>", "outside"),
    ],
)
def test_a_target_is_explained(pages: TestClient[Any], target: str, words: str) -> None:
    page = pages.get(f"/grants/{ID}", params={"target": target})
    assert (page.status_code, words in page.text, "<script>alert" in page.text) == (200, True, False)
    assert ("<code>mcp</code>" in page.text) is (words == "inside")


def test_no_method_changes_a_grant(pages: TestClient[Any]) -> None:
    for path in ("/grants", f"/grants/{ID}", "/api/v1/grants", f"/api/v1/grants/{ID}", "/audit/probing"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert pages.request(method, path, content=b"{}").status_code == 405


def test_unknown_ids(pages: TestClient[Any]) -> None:
    for name in ("0" * 64, "broken.toml", "..%2fgrants"):
        assert pages.get(f"/api/v1/grants/{name}").status_code == 404
        assert pages.get(f"/grants/{name}").status_code == 404


def test_the_log_in_pages_with_its_verdict(pages: TestClient[Any]) -> None:
    seen: list[int] = []
    after: str | None = ""
    page: dict[str, Any] = {}
    for _ in range(3):
        page = pages.get("/api/v1/audit/probing", params={"after": after, "limit": 50}).json()
        seen += [one["seq"] for one in page["entries"]["items"]]
        after = page["entries"]["next"]
    assert seen == list(range(120, 0, -1))
    assert after is None
    assert (page["state"]["ok"], page["state"]["lines"]) == (True, 120)
    text = pages.get("/audit/probing").text
    assert "intact" in text
    assert "<script>alert" not in text
    only = pages.get("/api/v1/audit/probing", params={"target": "192.0.2.77:"}).json()
    assert [one["target"] for one in only["entries"]["items"]] == ["192.0.2.77:9200"]


def test_a_changed_log_is_broken(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace, AuditLog(workspace.audit_file) as log:
        log.append("connect", {"target": "192.0.2.1:1"})
        log.append("connect", {"target": "192.0.2.2:1"})
    path = tmp_path / "ws" / "audit.jsonl"
    with client(tmp_path / "ws", Role.ANALYST) as pages:
        assert pages.get("/api/v1/audit/probing").json()["state"]["ok"]
        path.write_bytes(path.read_bytes().replace(b"192.0.2.1", b"192.0.2.9"))
        state = pages.get("/api/v1/audit/probing").json()["state"]
        assert (state["ok"], state["bad_line"]) == (False, 1)
        assert "broken" in pages.get("/audit/probing").text


def test_an_empty_workspace(tmp_path: Path) -> None:
    Workspace.open(tmp_path / "ws").close()
    with client(tmp_path / "ws", Role.ANALYST) as pages:
        assert "nothing can be probed" in pages.get("/grants").text
        assert "Nothing was probed" in pages.get("/audit/probing").text


def test_a_viewer_sees_no_target(folder: Path) -> None:
    with client(folder / "ws", Role.VIEWER) as pages:
        for path in ("/grants", f"/grants/{ID}", "/audit/probing"):
            assert pages.get(path).status_code == 403
            assert pages.get(f"/api/v1{path}").status_code == 403


def test_the_page_shows_whose_resources_at_a_shared_host_are_covered(tmp_path: Path) -> None:
    host = "firestore.googleapis.com"
    rule = TargetRule(match=host, ports="any", depth=Depth.DESCRIBE, resources=("shop-1234",))
    text = render_grant(Grant("X", "x@example.test", date(2999, 1, 1), target=(rule,), hosts={host: "192.0.2.1"}))
    with Workspace.open(tmp_path / "ws") as workspace:
        (workspace.grants_directory / "cloud.toml").write_text(text)
    with client(tmp_path / "ws", Role.ANALYST) as made:
        for project, allowed in (("shop-1234", True), ("club", False)):
            place = f"/grants/{grant_sha256(text)}?target={host}:443/{project}"
            (row,) = made.get(f"/api/v1{place}").json()["explanation"]
            assert (row["allowed"], row["resources"]) == (allowed, ["shop-1234"] if allowed else [])
            page = html.unescape(made.get(place).text)
            assert "Of these, only shop-1234 may be probed." in page
            assert ("does not list it: the project 'club' of Cloud Firestore" in page) is not allowed
