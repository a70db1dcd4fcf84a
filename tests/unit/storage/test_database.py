from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, text
from sqlalchemy.schema import CreateTable

from tieback.model.errors import WorkspaceError
from tieback.storage.database import HEAD, open_database, revision_of, sqlite_url, writing
from tieback.storage.tables import metadata


def test_migrations_from_nothing_make_what_the_tables_say(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path / "ledger.db"))
    with engine.connect() as connection:
        assert revision_of(connection) == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_newer_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "ledger.db")
    engine = open_database(url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0042'"))
    with pytest.raises(WorkspaceError, match="made by a newer tieback: schema 42, this release reads up to"):
        open_database(url)
    with engine.connect() as connection:
        assert revision_of(connection) == "0042"
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = sqlite_url(tmp_path / "ledger.db")
    upgraded = []

    def fail(*_: object) -> None:
        upgraded.append(True)
        raise OSError

    from alembic import op

    monkeypatch.setattr(op, "create_index", fail)
    with pytest.raises(OSError):  # noqa: PT011 - ours, from above
        open_database(url)
    assert upgraded
    monkeypatch.undo()
    engine = open_database(url)  # would fail on tables left behind
    engine.dispose()


def test_settings_of_sqlite(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path / "a ledger?x=1#.db"))
    with engine.connect() as connection:
        for pragma, value in [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 30_000)]:
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    engine.dispose()
    assert (tmp_path / "a ledger?x=1#.db").exists()


def test_tables_can_be_made_in_postgresql() -> None:
    dialect = make_url("postgresql+psycopg://").get_dialect()
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect()))
