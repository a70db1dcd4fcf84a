"""A ledger moves and loses nothing; killed at any step it is whole in one place."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.examples import examples
from tests.lab.postgres import Postgres
from tieback.model.case import NewLogLine
from tieback.model.device import DevicePlatform, InventoryRow
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.storage.ledger import move as moving_module
from tieback.storage.ledger.accounts import StoredUser
from tieback.storage.ledger.bulk import insert_rows
from tieback.storage.ledger.inventory import InventoryFile
from tieback.storage.ledger.inventory_load import Snapshot
from tieback.storage.ledger.location import LEDGER_FILE, MOVE_FILE, MOVE_POINTER, POINTER
from tieback.storage.ledger.move import move_ledger, table_digests
from tieback.storage.ledger.pseudonyms import Pseudonyms
from tieback.storage.ledger.tables import grants, ledger_state, metadata, runs, vendors
from tieback.storage.workspace import Workspace

A, B = (Unit(name * 64, "v1", f"/apps/{name}\udcff\0.apk", 10) for name in "ab")
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def quiet(_done: int, _total: int) -> None:
    """No progress is shown."""


def fill(workspace: Workspace) -> None:
    """Something of each room, as runs leave it."""
    ledger = workspace.ledger
    run = ledger.start_run(["a.apk", "\udcff"], "authorised_by = 'Жenya'\n")
    ledger.claim([A, B], run, 3600)
    ledger.finish([UnitEnd(A, UnitState.DONE, part="p"), UnitEnd(B, UnitState.FAILED, problem="a\0b")])
    ledger.enter_part("p", [A])
    ledger.end_run(run)
    ledger.cases.note([NewLogLine("case-1", "note", {"text": "\t\\N \U0001f512 \0"}, by="Ann")], NOW)
    ledger.deliveries.queue([("event", "hook", "{}")])
    ledger.accounts.add_user(
        StoredUser(id="u1", name="ann", display="\0", created=1.0),
        [NewLogLine("u1", "created", {"text": "\0"}, by="Ann")],
    )
    ledger.inventory.remember_map(["a", "b"], {"app": "a"})
    rows = [
        InventoryRow(
            platform=DevicePlatform.ANDROID, bundle_id=f"com.x{n % 3}", device=f"d{n}", version="1\\.0", name="é"
        )
        for n in range(40)
    ]
    snapshot = Snapshot("jamf", date(2026, 5, 1).toordinal(), complete=True)
    file = InventoryFile("0" * 64, "fleet\udcff.csv", "plain")
    ledger.inventory.enter(file, snapshot, lambda: iter(rows), Pseudonyms(b"k" * 32))


def held(directory: Path) -> dict[str, Any]:
    with Workspace.open(directory, create=False) as workspace:
        return table_digests(workspace.ledger.database)


def moved(directory: Path, to: str) -> None:
    with Workspace.open(directory, create=False) as workspace, workspace.lock():
        move_ledger(directory, to, quiet)


def test_there_and_back_again(postgres_url: str, tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        fill(workspace)
    before = held(tmp_path)
    assert sum(digest.rows for digest in before.values()) > 80
    moved(tmp_path, postgres_url)
    with Workspace.open(tmp_path, create=False) as workspace:
        assert workspace.ledger.where == postgres_url
        assert workspace.ledger.cases.verify().ok
        assert workspace.ledger.accounts.verify_log().ok
        assert table_digests(workspace.ledger.database) == before
    assert (tmp_path / LEDGER_FILE).exists()  # the old one stays
    shutil.move(tmp_path / LEDGER_FILE, tmp_path.parent / f"{tmp_path.name}.old")
    moved(tmp_path, "sqlite")
    assert held(tmp_path) == before
    assert not (tmp_path / POINTER).exists()


def test_sequence_continues_after_moved_rows(postgres_url: str, tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        fill(workspace)
    moved(tmp_path, postgres_url)
    with Workspace.open(tmp_path) as workspace:
        snapshot = Snapshot("intune", date(2026, 5, 2).toordinal())
        row = InventoryRow(platform=DevicePlatform.IOS, bundle_id="com.new", device="new")
        file = InventoryFile("1" * 64, "b.csv", "plain")
        workspace.ledger.inventory.enter(file, snapshot, lambda: [row], Pseudonyms(b"k" * 32))
        assert [found.source for found in workspace.ledger.inventory.imports()] == ["jamf", "intune"]
        assert len(list(workspace.ledger.inventory.apps())) == 4


_WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_VALUES = {"integer": st.integers(-(2**63), 2**63 - 1), "float": st.floats(allow_nan=False), "text": _WORDS}


def _values(column: sa.Column[Any]) -> st.SearchStrategy[Any]:
    if column.table.autoincrement_column is column:
        return st.integers(1, 2**40)
    return _VALUES[_kind(column)]


def _kind(column: sa.Column[Any]) -> str:
    if isinstance(column.type, sa.Integer):
        return "integer"
    return "float" if isinstance(column.type, sa.Double) else "text"


def _rows(table: sa.Table) -> st.SearchStrategy[list[dict[str, Any]]]:
    columns = {
        column.name: (st.none() if column.foreign_keys else st.none() | _values(column))
        if column.nullable
        else _values(column)
        for column in table.columns
    }
    unique = [[column.name for column in table.primary_key]]
    unique += [[column.name for column in index.columns] for index in table.indexes if index.unique]
    return st.lists(st.fixed_dictionaries(columns), max_size=4, unique_by=tuple(map(_known_by, unique)))


def _known_by(names: list[str]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    return lambda row: tuple(row[name] for name in names)


_OWN = [table for table in metadata.sorted_tables if table is not ledger_state and table is not runs]
_FREE = [table for table in _OWN if not any(column.foreign_keys for column in table.columns)]


@settings(
    max_examples=examples(5),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(content=st.fixed_dictionaries({table.name: _rows(table) for table in _FREE}))
def test_any_content_arrives_as_it_left(
    content: dict[str, list[dict[str, Any]]], postgres: Postgres, ledger_database: str, tmp_path_factory: Any
) -> None:
    directory = tmp_path_factory.mktemp("any")
    with Workspace.open(directory) as workspace:

        def change(connection: Connection) -> None:
            for table in _FREE:
                insert_rows(connection, table, content[table.name])

        workspace.ledger.database.write(change)
    before = held(directory)
    try:
        moved(directory, ledger_database)
        assert held(directory) == before
        shutil.move(directory / LEDGER_FILE, directory.parent / f"{directory.name}.old")
        moved(directory, "sqlite")
        assert held(directory) == before
    finally:
        names = ", ".join(table.name for table in _OWN)
        postgres.execute(
            f"TRUNCATE {names}, runs", "UPDATE ledger_state SET workspace = NULL, moved_to = NULL", database="ledger"
        )


def _raw(directory: Path, table: sa.Table, **values: object) -> None:
    """What an earlier release could write into SQLite: past the column types."""
    with Workspace.open(directory) as workspace, workspace.ledger.database.engine.begin() as connection:
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", tuple(values.values()))


def test_text_that_postgresql_cannot_store_is_escaped_and_reported(postgres_url: str, tmp_path: Path) -> None:
    _raw(tmp_path, grants, sha256="a" * 64, text="x\0y", first_used=1.5)
    _raw(tmp_path, vendors, id="v", name="n\0", document="\0")
    with Workspace.open(tmp_path) as workspace, workspace.lock():
        assert move_ledger(tmp_path, postgres_url, quiet).written_out == 3
    with Workspace.open(tmp_path) as workspace:
        assert workspace.ledger.grant_text("a" * 64) == "x\\x00y"


def test_a_chained_log_is_not_changed(postgres_url: str, tmp_path: Path) -> None:
    _raw(
        tmp_path, metadata.tables["case_log"],
        seq=1, time="t", subject="s", event="e", author="a\0", fields="{}", prev="", hash="",
    )  # fmt: skip
    with pytest.raises(WorkspaceError, match="the case log contains U\\+0000"):
        moved(tmp_path, postgres_url)
    with Workspace.open(tmp_path) as workspace:
        assert workspace.ledger.where.endswith(LEDGER_FILE)


def test_non_empty_ledger_is_not_overwritten(postgres_url: str, tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "other", ledger=postgres_url) as workspace:
        fill(workspace)
    theirs = held(tmp_path / "other")
    Workspace.open(tmp_path / "ws").close()
    with pytest.raises(WorkspaceError, match="a ledger already exists and is not overwritten"):
        moved(tmp_path / "ws", postgres_url)
    assert held(tmp_path / "other") == theirs
    (tmp_path / "other" / LEDGER_FILE).write_bytes(b"mine")
    with pytest.raises(WorkspaceError, match="a ledger already exists"):
        moved(tmp_path / "other", "sqlite")
    assert (tmp_path / "other" / LEDGER_FILE).read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("had", "to", "line"),
    [
        (None, "sqlite", "the ledger is already in SQLite"),
        ("postgresql", "postgresql://h/d", "the ledger is already in PostgreSQL .* Move it to sqlite first"),
        ("postgresql", "there", "the ledger is already there"),
        (None, "file:///x", "not the URL of a ledger"),
    ],
)
def test_moves_that_lead_nowhere(had: str | None, to: str, line: str, postgres_url: str, tmp_path: Path) -> None:
    Workspace.open(tmp_path, ledger=postgres_url if had else None).close()
    with pytest.raises(UsageError, match=line):
        moved(tmp_path, postgres_url if to == "there" else to)


def test_what_does_not_arrive_as_it_left_does_not_count(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workspace.open(tmp_path) as workspace:
        fill(workspace)
    before = held(tmp_path)

    def lossy(connection: Connection, table: sa.Table, rows: Iterator[dict[str, Any]]) -> int:
        kept = ({**row, "name": "x"} if table.name == "inventory_apps" else row for row in rows)
        return insert_rows(connection, table, kept)

    with monkeypatch.context() as patch:
        patch.setattr(moving_module, "insert_rows", lossy)
        with pytest.raises(WorkspaceError, match="table inventory_apps differs after the copy"):
            moved(tmp_path, postgres_url)
    assert held(tmp_path) == before
    moved(tmp_path, postgres_url)
    assert held(tmp_path) == before


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, and what was not committed is gone."""


def _kill(at: int, patch: pytest.MonkeyPatch) -> None:
    """Die before the step of that number: copying a table, marking the old ledger, or changing the pointers."""
    steps = iter(range(1000))

    def dying(name: str, module: Any) -> None:
        real = getattr(module, name)

        def step(*arguments: Any, **more: Any) -> Any:
            if next(steps) == at:
                raise Killed
            return real(*arguments, **more)

        patch.setattr(module, name, step)

    dying("insert_rows", moving_module)
    dying("_say_moved", moving_module)
    dying("finish_move", moving_module)
    dying("write_location", moving_module)
    dying("fsync", os)


STEPS = len(_OWN) + 1
"""Tables to copy."""


@pytest.mark.parametrize(
    ("to", "at"),
    [("postgresql", 1), ("sqlite", STEPS)]
    + [pytest.param("postgresql", at, marks=pytest.mark.more) for at in (0, STEPS, STEPS + 1, STEPS + 2)]
    + [pytest.param("sqlite", at, marks=pytest.mark.more) for at in (0, STEPS - 1, STEPS + 1, STEPS + 2)],
)
def test_killed_move_can_be_repeated(
    at: int, to: str, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workspace.open(tmp_path, ledger=postgres_url if to == "sqlite" else None) as workspace:
        fill(workspace)
    before = held(tmp_path)
    target = postgres_url if to == "postgresql" else to
    with monkeypatch.context() as patch:
        _kill(at, patch)
        with pytest.raises(Killed):
            moved(tmp_path, target)
    assert held(tmp_path) == before
    with Workspace.open(tmp_path, create=False) as workspace:
        arrived = workspace.ledger.database.is_postgres == (to == "postgresql")
        workspace.ledger.retry_quarantined()  # takes writes
    if not arrived:
        moved(tmp_path, target)
        assert held(tmp_path) == before
    assert not (tmp_path / MOVE_POINTER).exists()
    assert not (tmp_path / MOVE_FILE).exists()
    assert (tmp_path / POINTER).exists() == (to == "postgresql")


def test_old_ledger_is_not_written_after_a_move(postgres_url: str, tmp_path: Path) -> None:
    """One who had it open before and writes after is told, and nothing of his is lost in silence."""
    with Workspace.open(tmp_path) as early:
        moved(tmp_path, postgres_url)
        with pytest.raises(WorkspaceError, match="this ledger was moved to postgresql:"):
            early.ledger.start_run(["late"])
    with Workspace.open(tmp_path) as early:
        (tmp_path / LEDGER_FILE).unlink()
        moved(tmp_path, "sqlite")
        with pytest.raises(WorkspaceError, match="this ledger was moved to the file"):
            early.ledger.start_run(["late"])


def test_moved_ledger_reports_its_new_location(postgres_url: str, tmp_path: Path) -> None:
    Workspace.open(tmp_path).close()
    moved(tmp_path, postgres_url)
    (tmp_path / POINTER).unlink()
    with pytest.raises(WorkspaceError, match=r"this ledger was moved to postgresql://.*Restore ledger\.json"):
        Workspace.open(tmp_path)
