"""The state folder and the key of the user."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.cli.settings import load_settings, user_file
from tieback.lab.state import default_directory
from tieback.model.errors import WorkspaceError
from tieback.pipeline.capture.live import default_state
from tieback.storage.trust import confirm_ledger, distrust, key_of, require_confirmed, trust
from tieback.storage.workspace import Workspace
from tieback.user_state import (
    NO_HOME,
    configuration_folder,
    expand_home,
    has_user_rules,
    home_folder,
    open_state_folder,
    state_folder,
    user_key,
)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIEBACK_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"TIEBACK_STATE": "/s", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/s"),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/tieback"),
        # A relative path would be in the working directory, which a repository can fill.
        ({"XDG_STATE_HOME": "x", "HOME": "/h"}, "/h/.local/state/tieback"),
        ({"HOME": "/h"}, "/h/.local/state/tieback"),
    ],
)
def test_where_the_state_is(environment: dict[str, str], folder: str) -> None:
    assert state_folder(environment) == Path(folder)


def test_a_user_without_a_home_has_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container can run under a number that is no account, and without variables."""
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert home_folder({}) == NO_HOME
    assert state_folder({"TIEBACK_STATE": "/s"}) == Path("/s")
    for folder in (state_folder({}), configuration_folder({}), user_file({}), default_state({}), default_directory({})):
        assert folder.is_relative_to(NO_HOME)
    assert load_settings({}, project=False) == []
    assert not has_user_rules()


@pytest.mark.parametrize(("text", "path"), [("~/x", "/h/x"), ("/x", "/x"), ("~x/y", "~x/y")])
def test_the_home_in_a_path(text: str, path: str) -> None:
    assert expand_home(text, {"HOME": "/h"}) == Path(path)
    assert state_folder({"TIEBACK_STATE": text, "HOME": "/h"}) == Path(path).absolute()


def test_the_key_is_private_and_stays(state: Path) -> None:
    key = user_key()
    assert user_key() == key
    assert (state / "key").stat().st_mode & 0o777 == 0o600
    (state / "key").write_bytes(b"short")
    with pytest.raises(WorkspaceError, match="not a key"):
        user_key()


def test_a_state_folder_that_others_can_write_is_refused(state: Path, tmp_path: Path) -> None:
    state.mkdir()
    state.chmod(0o770)
    with pytest.raises(WorkspaceError, match="others can write"):
        open_state_folder()
    with pytest.raises(WorkspaceError, match="others can write"):
        Workspace.open(tmp_path / "ws")
    assert not (tmp_path / "ws" / "VERSION").exists()


def test_a_state_folder_that_cannot_be_made_is_named(state: Path, tmp_path: Path) -> None:
    state.write_text("a file")
    with pytest.raises(WorkspaceError, match="TIEBACK_STATE") as caught:
        Workspace.open(tmp_path / "ws")
    assert str(state) in caught.value.diagnostics()


def _is_link(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.replace(ledger.with_name("other.db"))
    ledger.symlink_to("other.db")


def _is_foreign(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = ledger.stat()
    real = Path.lstat

    def lstat(path: Path) -> os.stat_result:
        return os.stat_result((*found[:4], 987_654, *found[5:])) if path.name == ledger.name else real(path)

    monkeypatch.setattr(Path, "lstat", lstat)


def _is_open(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.chmod(0o666)


@pytest.mark.parametrize(
    ("change", "why", "remedy"),
    [(_is_link, "is a link", "Replace the link"), (_is_foreign, "another user", "chown"), (_is_open, "write", "chmod")],
)
def test_a_backup_that_cannot_be_trusted_is_told_with_what_helps(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path, pytest.MonkeyPatch], None],
    why: str,
    remedy: str,
) -> None:
    Workspace.open(tmp_path / "ws").close()
    change(tmp_path / "ws" / "ledger.db", monkeypatch)
    with pytest.raises(WorkspaceError, match=why) as caught:
        trust(tmp_path / "ws")
    assert remedy in caught.value.diagnostics()


def test_an_empty_folder_that_others_could_write_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    folder.mkdir()
    folder.chmod(0o777)
    Workspace.open(folder).close()
    assert distrust(folder) == ""


def test_a_workspace_at_the_same_path_with_another_token_is_not_trusted(tmp_path: Path) -> None:
    Workspace.open(tmp_path / "ws").close()
    assert distrust(tmp_path / "ws") == ""
    (tmp_path / "ws").rename(tmp_path / "old")
    assert distrust(tmp_path / "old") == "you did not create it on this machine"
    (tmp_path / "ws").mkdir(mode=0o700)
    for content in (None, b"", b"0" * 64):
        if content is not None:
            (tmp_path / "ws" / "identity").write_bytes(content)
        assert distrust(tmp_path / "ws") == "you did not create it on this machine"


def test_a_lost_key_or_record_ends_trust(state: Path, tmp_path: Path) -> None:
    Workspace.open(tmp_path / "ws").close()
    (record,) = (state / "trusted").glob("*.json")
    for content in (b"", b"{}", record.read_bytes().replace(b"/ws", b"/xs")):
        record.write_bytes(content)
        assert distrust(tmp_path / "ws") == "you did not create it on this machine"


def test_only_confirmed_addresses_of_a_ledger_are_used(tmp_path: Path) -> None:
    Workspace.open(tmp_path / "ws").close()
    confirm_ledger(tmp_path / "ws", "postgresql://a.test/x", "1")
    require_confirmed(tmp_path / "ws", "postgresql://a.test/x", "1")
    for url, name in (("postgresql://b.test/x", "1"), ("postgresql://a.test/x", "2")):
        with pytest.raises(WorkspaceError, match="not confirmed"):
            require_confirmed(tmp_path / "ws", url, name)
    trust(tmp_path / "ws")
    with pytest.raises(WorkspaceError, match="not confirmed"):
        require_confirmed(tmp_path / "ws", "postgresql://a.test/x", "1")


def test_a_folder_whose_name_is_no_utf8_is_remembered(tmp_path: Path) -> None:
    folder = tmp_path / "w\udcff"
    folder.mkdir(mode=0o700)
    assert trust(folder) == key_of(folder)
    assert distrust(folder) == ""
