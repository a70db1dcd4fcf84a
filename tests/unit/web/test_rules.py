"""The page of rules that were added on the server: it shows them and cannot change one."""

from pathlib import Path

import pytest

from tests.unit.userrules.test_parse import RANSOM, SDK
from tests.unit.web.clients import client
from tieback.pipeline.accounts.roles import Role
from tieback.storage.trust import accept_file
from tieback.storage.workspace import Workspace

HOSTILE = SDK.replace("ACME Ads", "<script>alert(1)</script>")


def workspace(path: Path, text: str = "") -> Path:
    Workspace.open(path / "ws").close()
    if text:
        (path / "ws" / "rules").mkdir()
        (path / "ws" / "rules" / "<i>a.toml").write_text(text)
        accept_file(path / "ws", "rules")
    return path / "ws"


def test_without_rules_the_page_says_what_to_do(tmp_path: Path) -> None:
    with client(workspace(tmp_path), Role.ANALYST) as pages:
        assert pages.get("/api/v1/rules").json() == {
            "files": [],
            "rules": [],
            "problems": [],
            "note": "",
            "skipped": [],
        }
        assert "tieback rules check" in pages.get("/rules").text


def test_rules_are_listed_with_their_file(tmp_path: Path) -> None:
    with client(workspace(tmp_path, HOSTILE + RANSOM), Role.ANALYST) as pages:
        found = pages.get("/api/v1/rules").json()
        text = pages.get("/rules").text
    assert [(one["id"], one["file"], one["line"]) for one in found["rules"]] == [
        ("acme-ads", "<i>a.toml", 2),
        ("acme-notes", "<i>a.toml", 10),
    ]
    assert [(one["name"], one["origin"], one["rules"]) for one in found["files"]] == [("<i>a.toml", "workspace", 2)]
    assert "acme-notes" in text
    assert "<script>alert" not in text
    assert "<i>a" not in text


def test_mistakes_are_shown(tmp_path: Path) -> None:
    with client(workspace(tmp_path, SDK.replace("suffixes", "sufixes")), Role.ANALYST) as pages:
        [problem] = pages.get("/api/v1/rules").json()["problems"]
        text = pages.get("/rules").text
    assert (problem["file"], problem["line"]) == ("<i>a.toml", 6)
    assert "did you mean `suffixes`?" in problem["what"]
    assert "No run starts before these are corrected" in text


def test_files_that_are_no_rule_files_are_counted(tmp_path: Path) -> None:
    directory = workspace(tmp_path, SDK)
    (directory / "rules" / "<i>b.tml").write_text(SDK)
    with client(directory, Role.ANALYST) as pages:
        (text,) = pages.get("/api/v1/rules").json()["skipped"]
        page = pages.get("/rules").text
    assert text == "rules: <i>b.tml was not read: not a rule file (.toml)"
    assert "&lt;i&gt;b.tml" in page


@pytest.mark.parametrize("role", [Role.VIEWER])
def test_a_viewer_does_not_see_them(tmp_path: Path, role: Role) -> None:
    with client(workspace(tmp_path, RANSOM), role) as pages:
        assert pages.get("/api/v1/rules").status_code == 403
