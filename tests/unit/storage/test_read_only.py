"""A workspace that can only be read: it is shown as it is, no byte of it changes, and changes are refused."""

import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from tests.lab.postgres import Postgres
from tests.unit.pipeline.graph_workspace import made
from tieback.cli.main import build
from tieback.model.errors import WorkspaceError
from tieback.storage import read_only
from tieback.storage.accept import accept_workspace
from tieback.storage.ledger.accounts import StoredUser
from tieback.storage.ledger.database import HEAD, snapshot
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.move import move_ledger, table_digests
from tieback.storage.ledger.tables import ledger_state
from tieback.storage.trust import confirm_ledger
from tieback.storage.workspace import Workspace

OLD = Path(__file__).parents[1] / "cli" / "workspaces" / "0.1" / "workspace.tar.xz"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("readonly"))


@pytest.fixture
def backup(scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that nothing may write to. Root may write everywhere, so the answer of the kernel is replaced."""
    copy = Path(shutil.copytree(scanned, tmp_path / "backup"))
    shutil.rmtree(copy / "graph", ignore_errors=True)
    access = os.access

    def refuse(path: str | Path, mode: int) -> bool:
        return access(path, mode) and not (mode & os.W_OK and Path(path).is_relative_to(copy))

    monkeypatch.setattr(os, "access", refuse)
    return copy


@pytest.fixture
def folder(backup: Path) -> Iterator[Path]:
    """The same; at the end, no byte of it has changed."""
    before = _content(backup)
    yield backup
    assert _content(backup) == before


def _content(folder: Path) -> dict[str, tuple[float, bytes]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.name != "readers":  # an advisory lock of the lake, which a real read-only disk does without
            found[str(path.relative_to(folder))] = (
                path.stat().st_mtime, b"" if path.is_dir() else path.read_bytes()
            )  # fmt: skip
    return {name: one if one[1] else (0.0, b"") for name, one in found.items()}


@pytest.mark.parametrize(
    "words",
    [
        ("report",),
        ("report", "--format", "json"),
        ("report", "--format", "html"),
        ("backend", "list"),
        ("backend", "show", "api.shop.test"),
        ("workspace", "show"),
        ("workspace", "runs"),
        ("workspace", "check"),
        ("workspace", "users"),
        ("case", "list"),
        ("vendor", "list"),
        ("letter", "list"),
        ("inventory", "imports"),
    ],
)
def test_what_only_shows_says_the_same_as_on_the_original(
    scanned: Path, folder: Path, words: tuple[str, ...], tmp_path: Path
) -> None:
    original = Path(shutil.copytree(scanned, tmp_path / "original"))
    here, there = (CliRunner().invoke(build(), [*words, "-w", str(one)]) for one in (folder, original))
    assert here.exit_code == there.exit_code
    assert _comparable(here.stdout, folder) == _comparable(there.stdout, original)


def _comparable(text: str, workspace: Path) -> str:
    lines = text.replace(str(workspace), "W").splitlines()
    return "\n".join(line for line in lines if '"created"' not in line and "generated" not in line.lower())


@pytest.mark.parametrize(
    "words",
    [
        ("workspace", "compact"),
        ("workspace", "prune", "--older-than", "1d", "--yes"),
        ("inventory", "remove", "plain", "--taken", "2026-01-01", "--yes"),
    ],
)
def test_a_change_is_refused_and_says_why(folder: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(build(), [*words, "-w", str(folder)])
    assert result.exit_code != 0
    assert isinstance(result.exception, WorkspaceError)


def test_the_ledger_refuses_every_write(folder: Path) -> None:
    with Workspace.open(folder, create=False) as workspace:
        assert workspace.read_only
        with pytest.raises(WorkspaceError, match="can only be read"):
            workspace.ledger.start_run([])
        with pytest.raises(WorkspaceError, match="can only be read"), workspace.lock():
            pass
        assert workspace.ledger.where == str(folder / "ledger.db")


def test_its_temporary_folder_is_removed(folder: Path) -> None:
    with Workspace.open(folder, create=False) as workspace:
        scratch = workspace.indices_directory.parent
        assert scratch.is_dir()
        assert not scratch.is_relative_to(folder)
    assert not scratch.exists()


def test_what_is_only_in_the_log_is_read(scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(Path(shutil.copytree(scanned, tmp_path / "live")), create=False) as live:
        run = live.ledger.start_run(["after the checkpoint"])
        copy = Path(shutil.copytree(tmp_path / "live", tmp_path / "backup"))
    assert (copy / "ledger.db-wal").stat().st_size > 0
    monkeypatch.setattr("tieback.storage.workspace.is_read_only", lambda _: True)
    with Workspace.open(copy, create=False) as workspace:
        assert run in [one.id for one in workspace.ledger.list_runs()]


def test_an_older_ledger_is_upgraded_in_the_copy_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tarfile.open(OLD) as tar:
        tar.extractall(tmp_path, filter="data")
    file = next(tmp_path.rglob("ledger.db"))
    before = _content(file.parent)
    monkeypatch.setattr("tieback.storage.workspace.is_read_only", lambda _: True)
    with Workspace.open(file.parent, create=False) as workspace:
        assert workspace.ledger.accounts.count() == 0
        assert workspace.ledger.list_runs()
        found = workspace.ledger.database.read(
            lambda connection: connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        )
        assert found == HEAD
    assert _content(file.parent) == before


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "link", "garbage"])
def test_what_is_no_ledger_is_an_error(backup: Path, kind: str, tmp_path: Path) -> None:
    file = backup / "ledger.db"
    file.rename(tmp_path / "elsewhere.db")
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "link":
        file.symlink_to(tmp_path / "elsewhere.db")
    elif kind == "garbage":
        file.write_bytes(b"x" * 5000)
    with pytest.raises(WorkspaceError):
        Workspace.open(backup, create=False)


def test_a_ledger_that_changes_all_the_time_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = iter((number, 0, 0) for number in range(100))
    monkeypatch.setattr(read_only, "_state", lambda _: next(states))
    monkeypatch.setattr(read_only, "_copy_file", lambda *_: None)
    with pytest.raises(WorkspaceError, match="is being written"):
        Workspace.open(folder, create=False)


def test_an_address_that_the_user_did_not_confirm_is_not_contacted(folder: Path) -> None:
    place = {"schema": 1, "url": "postgresql://db.test/tieback", "workspace": "w"}
    (folder / "ledger.json").write_text(json.dumps(place))
    with pytest.raises(WorkspaceError, match="is not confirmed"):
        Workspace.open(folder, create=False)
    (folder / "ledger.json").unlink()


@pytest.fixture
def elsewhere(backup: Path, postgres_url: str) -> Iterator[Path]:
    """The same with its ledger in PostgreSQL; at the end, nothing has changed there either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "access", lambda *_: True)
        accept_workspace(backup)
        with Workspace.open(backup) as workspace, workspace.lock():
            move_ledger(backup, postgres_url, lambda *_: None)
    before, state = _content(backup), _state_of(postgres_url)
    yield backup
    assert _content(backup) == before
    assert _state_of(postgres_url) == state


def _state_of(url: str) -> object:
    """The rows of all tables, and the row that says where the ledger is, whose, and how often it was locked."""
    opened = Ledger.open_url(url)
    try:
        rows = opened.database.read(lambda connection: connection.execute(sa.select(ledger_state)).one())
        return tuple(rows), table_digests(opened.database)
    finally:
        opened.close()


@pytest.mark.parametrize("words", [("report", "--format", "json"), ("backend", "list"), ("workspace", "runs")])
def test_a_ledger_in_postgresql_shows_the_same(
    scanned: Path, elsewhere: Path, words: tuple[str, ...], tmp_path: Path
) -> None:
    test_what_only_shows_says_the_same_as_on_the_original(scanned, elsewhere, words, tmp_path)


def test_a_ledger_in_postgresql_refuses_every_write(elsewhere: Path, postgres_url: str) -> None:
    with Workspace.open(elsewhere, create=False) as workspace:
        assert workspace.read_only
        with pytest.raises(WorkspaceError, match="can only be read"):
            workspace.ledger.start_run([])
        assert workspace.ledger.where == postgres_url
        # Sessions are in the copy, and end with it.
        store = workspace.accounts
        assert store.count() == 0
        store.add_user(StoredUser(id="u", name="ann", display="ann", role="admin", created=1.0), [])
    with Workspace.open(elsewhere, create=False) as workspace:
        assert workspace.accounts.count() == 0


def test_the_server_refuses_writes_while_a_ledger_is_copied(postgres_url: str) -> None:
    with snapshot(postgres_url) as connection, pytest.raises(DBAPIError, match="read-only transaction"):
        connection.execute(sa.update(ledger_state).values(epoch=7))


def test_a_role_that_may_only_read_is_enough(elsewhere: Path, postgres: Postgres, ledger_database: str) -> None:
    name = ledger_database.rpartition("/")[2]
    postgres.execute("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN")
    postgres.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", database=name)
    text = (elsewhere / "ledger.json").read_text()
    before, place = (elsewhere / "ledger.json").stat(), json.loads(text)
    url = postgres.url(name, user="reader")
    confirm_ledger(elsewhere, url, place["workspace"])
    (elsewhere / "ledger.json").write_text(json.dumps(place | {"url": url}))
    try:
        with Workspace.open(elsewhere, create=False) as workspace:
            assert len(workspace.ledger.list_runs()) == 1
    finally:
        (elsewhere / "ledger.json").write_text(text)
        os.utime(elsewhere / "ledger.json", ns=(before.st_atime_ns, before.st_mtime_ns))
        postgres.execute("DROP OWNED BY reader", "DROP ROLE reader", database=name)


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE alembic_version SET version_num = '0009'", "has schema 9, and one that can only be read"),
        ("UPDATE alembic_version SET version_num = '9999'", "created by a newer release: schema 9999"),
        ("UPDATE ledger_state SET workspace = 'other'", "this ledger belongs to another workspace"),
        ("UPDATE ledger_state SET moved_to = 'x'", "this ledger was moved to x"),
    ],
)
def test_what_is_not_the_ledger_of_this_copy_is_refused_and_stays(
    elsewhere: Path, postgres: Postgres, ledger_database: str, statement: str, line: str
) -> None:
    name = ledger_database.rpartition("/")[2]
    table, column = statement.split()[1], statement.split()[3]
    ((was,),) = postgres.execute(f"SELECT {column} FROM {table}", database=name)
    postgres.execute(statement, database=name)
    try:
        with pytest.raises(WorkspaceError, match=line):
            Workspace.open(elsewhere, create=False)
        ((now,),) = postgres.execute(f"SELECT {column} FROM {table}", database=name)
        assert repr(now) in statement
    finally:
        value = "NULL" if was is None else f"'{was}'"
        postgres.execute(f"UPDATE {table} SET {column} = {value}", database=name)


def test_a_damaged_part_is_ignored_although_nothing_can_be_recorded(
    backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tieback.storage.lake.lake.note_damage", refuse)
    path = next((backup / "lake" / "parts").glob("*/sightings.parquet"))
    path.write_bytes(path.read_bytes()[:-20])
    with Workspace.open(backup, create=False) as workspace:
        workspace.lake.query("SELECT count(*) FROM sightings")
        assert list(workspace.lake.damaged_parts()) == [path.parent.name]
