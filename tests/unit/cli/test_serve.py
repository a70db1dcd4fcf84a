"""``tieback serve`` that cannot start: one line with the reason, and no traceback."""

import contextlib
import ctypes
import re
import shutil
import socket
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tieback.pipeline.accounts.links import find_link, first_admin_link, use_link
from tieback.pipeline.accounts.service import AccountService, Client
from tieback.storage.workspace import Workspace
from tieback.web import app as web_app
from tieback.web import server as web_server
from tieback.web.server import serve
from tieback.web.settings import WebSettings


def test_a_workspace_of_another_machine_is_the_reason_that_is_given(run: Run, tmp_path: Path) -> None:
    own, copy = tmp_path / "own", tmp_path / "copy"
    Workspace.open(own).close()
    shutil.copytree(own, copy)
    end = run("serve", "--workspace", copy, "--port", "18547")
    assert end.code == 4
    assert "Traceback" not in end.err
    assert "cannot listen" not in end.err
    assert f"{copy}: this workspace is not trusted" in end.err
    assert f"tieback workspace trust -w {copy}" in end.err


def test_an_unexpected_failure_of_the_start_is_not_a_port_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(web_app, "open_for_pages", fail)
    settings = WebSettings(workspace=tmp_path / "w", port=18548)
    with pytest.RaisesGroup(pytest.RaisesExc(RuntimeError, match="the disk is gone"), flatten_subgroups=True):
        serve(web_app.build_server(settings), settings, lambda _: None)


def test_a_port_in_use_is_named(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as used:
        end = run("serve", "--workspace", tmp_path / "w", "--port", str(used.getsockname()[1]))
    assert end.code == 2
    assert "cannot listen (Address already in use). Choose another one with --port" in end.err
    assert "Errno" not in end.err, "the words of the server library are not repeated"
    assert "Traceback" not in end.err


def test_a_new_workspace_is_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the folder can have a typing error: the pages would be empty without a word."""
    monkeypatch.setattr("tieback.web.server.serve", lambda _app, _settings, ready: ready("http://localhost"))
    said = "is new and empty: upload an app, or run tieback scan on it."
    assert said in " ".join(run("serve", "--workspace", tmp_path / "w").err.split())
    Workspace.open(tmp_path / "x").close()
    assert said not in " ".join(run("serve", "--workspace", tmp_path / "x").err.split())


def test_a_recovery_link_is_shown_while_the_service_has_the_port(run: Run, tmp_path: Path) -> None:
    """The sessions of the user end with it, so the link must never be lost."""
    with contextlib.closing(Workspace.open(tmp_path / "w")) as workspace:
        service = AccountService.of(workspace)
        first = first_admin_link(service) or ""
        use_link(service, first.rpartition("/")[2], "anna", "correct horse battery", Client())
    options = ("--recover", "anna", "--public-url", "https://tieback.test")
    with socket.create_server(("127.0.0.1", 0)) as used:
        end = run("serve", "--workspace", tmp_path / "w", "--port", str(used.getsockname()[1]), *options)
    assert end.code == 0
    link = re.search(r"https://tieback\.test/first-start/(\S+)", end.err)
    assert link is not None
    assert "is in use. If that is the server of this workspace, open the link there." in " ".join(end.err.split())
    with contextlib.closing(Workspace.open(tmp_path / "w")) as workspace:
        opened = find_link(AccountService.of(workspace), link[1])
    assert opened is not None
    assert opened.name == "anna"


def test_the_memory_is_protected_while_the_server_runs(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(web_server, "serve", lambda *_: seen.append(_is_reachable()))
    assert run("serve", "--workspace", tmp_path / "w").code == 0
    assert (seen, _is_reachable()) == ([False], True)


def _is_reachable() -> bool:
    """Whether other processes of this user can reach the memory of this one (prctl(2))."""
    return bool(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
