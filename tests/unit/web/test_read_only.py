"""The pages of a workspace that can only be read: everything is shown, and every change is refused."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import make
from tests.unit.web.clients import client
from tieback.cases.policy import default_policy
from tieback.model.errors import WorkspaceError
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.views.opening import open_for_pages
from tieback.storage.ledger.move import move_ledger
from tieback.storage.workspace import Workspace
from tieback.web import app as application
from tieback.web.pages import NAV
from tieback.web.settings import WebSettings

PASSWORD = "correct horse battery staple"


def content(directory: Path) -> dict[str, bytes]:
    files = (file for file in directory.rglob("*") if file.is_file())
    # The lake's advisory lock is missing on a real disk that can only be read.
    return {str(file.relative_to(directory)): file.read_bytes() for file in files if file.name != "readers"}


@pytest.fixture(params=["sqlite", "postgresql"])
def backup(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = make(tmp_path, stores=(exposure(),))
    with Workspace.open(directory) as workspace:
        case_service(workspace).open(default_policy())
        if request.param == "postgresql":
            with workspace.lock():
                move_ledger(directory, request.getfixturevalue("postgres_url"), lambda *_: None)
    access = os.access

    def refuse(path: str | Path, mode: int) -> bool:
        return access(path, mode) and not (mode & os.W_OK and Path(path).is_relative_to(directory))

    # Root may write everywhere, so the answer of the kernel is replaced.
    monkeypatch.setattr(os, "access", refuse)
    return directory


@pytest.fixture
def pages(backup: Path) -> Iterator[TestClient[ASGIApp]]:
    with client(backup) as made:
        yield made


def test_everything_is_shown(pages: TestClient[ASGIApp], backup: Path) -> None:
    before = content(backup)
    wrong = {}
    for path in (entry.path for _, group in NAV for entry in group):
        answer = pages.get(path)
        if answer.status_code != 200 or "This workspace can only be read here" not in answer.text:
            wrong[path] = answer.status_code
        for link in set(re.findall(r'href="(/(?:stores|cases|findings|apps|vendors)/[^"?#]+)"', answer.text)):
            if pages.get(link).status_code != 200 or pages.get(f"/api/v1{link}").status_code != 200:
                wrong[link] = pages.get(link).status_code
    assert wrong == {}
    assert pages.get("/readyz").status_code == 200
    assert content(backup) == before


def test_every_change_is_refused_with_the_next_step(pages: TestClient[ASGIApp], backup: Path) -> None:
    """Every route that changes something, whether of a form or of the API."""
    before = content(backup)
    tried = 0
    allowed = set()
    for handler in application.routes():
        for method in handler.http_methods - {"GET", "HEAD", "OPTIONS"}:
            for path in handler.paths:
                tried += 1
                address = re.sub(r"\{[^}]*\}", "x", path)
                answer = pages.request(method, address, content=b"{}", headers={"Content-Type": "application/json"})
                told = answer.json()["detail"] if answer.headers["Content-Type"].endswith("json") else answer.text
                if answer.status_code != 503 or "this workspace can only be read here" not in told.lower():
                    allowed.add(path)
                else:
                    assert "Copy it to a folder that you can write to" in answer.text
    assert allowed == {"/sign-in", "/sign-in/code", "/sign-out", "/first-start/{secret:str}"}
    assert tried > 50
    assert content(backup) == before


def test_people_sign_in_until_the_server_ends(backup: Path) -> None:
    before = content(backup)
    for _ in range(2):
        links: list[str] = []
        app = application.build_server(WebSettings(workspace=backup), first_link=links.append, run_jobs=True)
        with TestClient(app, base_url="http://127.0.0.1:8484") as browser:
            browser.headers["Sec-Fetch-Site"] = "same-origin"
            fields = {"name": "ann", "password": PASSWORD, "again": PASSWORD}
            assert browser.post(links[0], data=fields).status_code == 200
            assert browser.get("/stores").status_code == 200
            refused = browser.post("/cases/x/notes", data={"text": "a"})
            assert (refused.status_code, "can only be read" in refused.text) == (503, True)
    assert content(backup) == before


def test_a_foreign_workspace_is_not_served(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.storage.workspace.distrust", lambda _: "another user made it")
    with pytest.raises(WorkspaceError, match="another user made it"):
        open_for_pages(backup)
