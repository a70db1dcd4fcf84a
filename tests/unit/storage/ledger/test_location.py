from pathlib import Path

import msgspec
import pytest

from tests.lab.postgres import Postgres
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.unit import Unit
from tieback.storage.ledger.location import POINTER, new_location, read_location, write_location
from tieback.storage.workspace import Workspace

A = Unit("a" * 64, "v1", "a.apk", 1)


def test_a_workspace_remembers_where_its_ledger_is(postgres_url: str, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws", ledger=postgres_url) as workspace:
        assert workspace.ledger.claim([A], "run", 60) == [A]
    assert not (tmp_path / "ws" / "ledger.db").exists()
    pointer = tmp_path / "ws" / POINTER
    assert pointer.stat().st_mode & 0o777 == 0o600
    for again in (None, postgres_url):
        with Workspace.open(tmp_path / "ws", create=False, ledger=again) as workspace:
            assert workspace.ledger.where == postgres_url
            assert workspace.ledger.claim([A], "run", 60) == []


def test_two_workspaces_do_not_share_a_ledger(postgres_url: str, tmp_path: Path) -> None:
    Workspace.open(tmp_path / "one", ledger=postgres_url).close()
    with pytest.raises(WorkspaceError, match="this ledger belongs to another workspace"):
        Workspace.open(tmp_path / "two", ledger=postgres_url)
    assert not (tmp_path / "two").exists()


def test_non_empty_ledger_is_not_claimed_by_a_new_workspace(postgres_url: str, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "one", ledger=postgres_url) as workspace:
        workspace.ledger.claim([A], "run", 60)
        with workspace.ledger.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE ledger_state SET workspace = NULL")
    with pytest.raises(WorkspaceError, match="belongs to another workspace"):
        Workspace.open(tmp_path / "two", ledger=postgres_url)


def test_schemas_of_one_database_are_ledgers_of_their_own(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.make("two_schemas")
    postgres.execute("CREATE SCHEMA one", "CREATE SCHEMA two", database="two_schemas")
    names = [f"{url}?options=-csearch_path%3D{name}" for name in ("one", "two")]
    with (
        Workspace.open(tmp_path / "1", ledger=names[0]) as first,
        Workspace.open(tmp_path / "2", ledger=names[1]) as second,
        first.lock(),
        second.lock(),
    ):
        assert first.ledger.claim([A], "run", 60) == second.ledger.claim([A], "run", 60) == [A]


@pytest.mark.parametrize("had", ["file", "database"])
def test_workspace_keeps_its_ledger_location(had: str, postgres_url: str, tmp_path: Path) -> None:
    Workspace.open(tmp_path, ledger=None if had == "file" else postgres_url).close()
    with pytest.raises(
        UsageError, match=r"the ledger of this workspace is at another location .*`tieback workspace move --to`"
    ):
        Workspace.open(tmp_path, ledger="postgresql://localhost/another")


def test_an_address_that_is_wrong_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="the database is unreachable"):
        Workspace.open(tmp_path / "ws", ledger="postgresql://postgres@127.0.0.1:1/x")
    assert not (tmp_path / "ws").exists()


def test_a_kill_before_the_ledger_was_claimed_is_made_good(postgres_url: str, tmp_path: Path) -> None:
    Workspace.open(tmp_path, ledger=postgres_url).close()
    with Workspace.open(tmp_path) as workspace, workspace.ledger.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger_state SET workspace = NULL")
    with Workspace.open(tmp_path) as workspace:
        assert workspace.ledger.counts() == {}
    with pytest.raises(WorkspaceError, match="another workspace"):
        Workspace.open(tmp_path / "two", ledger=postgres_url)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "invalid ledger location"),
        (b"\xff" * 100_000, "invalid ledger location"),
        (b'{"schema": 1, "url": "postgresql://h/d"}', "invalid ledger location"),
        (b'{"schema": 2, "url": "postgresql://h/d", "workspace": "w"}', "created by a newer release"),
        (b'{"schema": 1, "url": "file:///etc/passwd", "workspace": "w"}', "not the URL of a ledger"),
        (b'{"schema": 1, "url": "postgresql://u:secret@h/d", "workspace": "w"}', "the URL contains a password"),
    ],
)
def test_damaged_pointer_is_reported(content: bytes, line: str, tmp_path: Path) -> None:
    Workspace.open(tmp_path).close()
    (tmp_path / POINTER).write_bytes(content)
    with pytest.raises((WorkspaceError, UsageError)) as caught:
        Workspace.open(tmp_path)
    assert line in caught.value.diagnostics()
    assert "secret" not in caught.value.diagnostics()


def test_places_are_written_and_removed(tmp_path: Path) -> None:
    place = new_location("postgresql://h/d")
    write_location(tmp_path, place, "other.json")
    assert read_location(tmp_path, "other.json") == place
    assert read_location(tmp_path) is None
    assert msgspec.json.decode((tmp_path / "other.json").read_bytes())["url"] == "postgresql://h/d"
    write_location(tmp_path, None, "other.json")
    write_location(tmp_path, None, "other.json")
    assert list(tmp_path.iterdir()) == []
