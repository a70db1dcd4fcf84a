"""The state folder and the key of the user."""

from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.storage.trust import confirm_ledger, distrust, key_of, require_confirmed, trust
from tieback.storage.workspace import Workspace
from tieback.user_state import open_state_folder, state_folder, user_key


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
