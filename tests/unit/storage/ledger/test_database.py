import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, String, create_engine, inspect, text
from sqlalchemy.types import Integer, TypeEngine

from tests.lab.postgres import Postgres
from tieback.model.errors import WorkspaceError
from tieback.storage.ledger import database as database_module
from tieback.storage.ledger import postgres as postgres_module
from tieback.storage.ledger.database import HEAD, Database, open_database, revision_of, sqlite_url, upgrade, writing
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.tables import metadata, vendors


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "ledger.db")
    server: Postgres = request.getfixturevalue("postgres")
    return server.make("without_tables")


def _differ(_: object, __: object, ___: object, found: TypeEngine[object], wanted: TypeEngine[object]) -> bool | None:
    # In PostgreSQL text has no length and whole numbers have 64 bits.
    for kind in (String, Integer):
        if isinstance(found, kind):
            return not isinstance(getattr(wanted, "impl", wanted), kind)
    return None


def test_migrations_create_the_declared_tables(empty_url: str) -> None:
    engine = open_database(empty_url)
    postgres = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        assert revision_of(connection) == HEAD
        options = {"compare_type": _differ} if postgres else {}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        if postgres:
            columns = [column for table in metadata.tables for column in inspect(connection).get_columns(table)]
            assert {column["type"].collation for column in columns if isinstance(column["type"], String)} == {"C"}
            assert {str(column["type"]) for column in columns if isinstance(column["type"], Integer)} == {"BIGINT"}
    engine.dispose()


def test_a_new_file_has_exactly_the_tables_of_the_migrations(tmp_path: Path) -> None:
    def schema(path: Path) -> tuple[dict[str, str], list[list[tuple[object, ...]]]]:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
            rows = [
                connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("ledger_state", "alembic_version")
            ]
        return {name: " ".join((sql or "").split()) for name, sql in found}, rows

    open_database(sqlite_url(tmp_path / "new.db")).dispose()
    engine = create_engine(sqlite_url(tmp_path / "migrated.db"))
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    assert schema(tmp_path / "new.db") == schema(tmp_path / "migrated.db")


def test_newer_ledger_is_rejected_unchanged(empty_url: str) -> None:
    engine = open_database(empty_url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0042'"))
    with pytest.raises(WorkspaceError, match="created by a newer release: schema 42, this release supports up to"):
        open_database(empty_url)
    with engine.connect() as connection:
        assert revision_of(connection) == "0042"
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upgraded = []

    def fail(*_: object) -> None:
        upgraded.append(True)
        raise OSError

    from alembic import op

    # A new SQLite file gets its tables directly; the row of the ledger's state comes after them.
    monkeypatch.setattr(op, "create_index", fail)
    monkeypatch.setattr(database_module, "ledger_state", SimpleNamespace(insert=fail))
    with pytest.raises(OSError):  # noqa: PT011 - ours, from above
        open_database(empty_url)
    assert upgraded
    monkeypatch.undo()
    engine = open_database(empty_url)  # would fail on tables left behind
    engine.dispose()


def test_concurrent_migrations_run_once(empty_url: str) -> None:
    found: list[Engine] = []
    threads = [threading.Thread(target=lambda: found.append(open_database(empty_url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 3
    for engine in found:
        engine.dispose()


def test_a_new_file_opened_by_many_at_once_is_never_locked(tmp_path: Path) -> None:
    # The change to WAL mode fails without waiting if two connections make it: about one in ten files of this loop.
    failures: list[BaseException] = []

    def open_one(url: str) -> None:
        try:
            open_database(url).dispose()
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    for number in range(20):
        url = sqlite_url(tmp_path / f"{number}.db")
        threads = [threading.Thread(target=open_one, args=(url,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert failures == []


def test_settings_of_sqlite(tmp_path: Path) -> None:
    engine = open_database(sqlite_url(tmp_path / "a ledger?x=1#.db"))
    with engine.connect() as connection:
        for pragma, value in [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 30_000)]:
            assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value
    engine.dispose()
    assert (tmp_path / "a ledger?x=1#.db").exists()


def _vendor(name: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        connection.execute(sa.insert(vendors).values(id=name, name=name, document="{}"))

    return change


def _names(database: Database) -> set[str]:
    return database.read(lambda connection: set(connection.execute(sa.select(vendors.c.id)).scalars()))


def _cut(connection: Connection) -> None:
    """The server ends this very session."""
    connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    connection.execute(text("SELECT 1"))


def test_a_transaction_that_raises_leaves_nothing(ledger: Ledger) -> None:
    def fail(connection: Connection) -> None:
        _vendor("a")(connection)
        raise OSError(28, "No space left on device")

    with pytest.raises(WorkspaceError, match="the disk is full"):
        ledger.database.write(fail)
    assert _names(ledger.database) == set()


def test_a_ledger_that_was_moved_takes_nothing_more(ledger: Ledger) -> None:
    ledger.database.write(lambda connection: connection.execute(text("UPDATE ledger_state SET moved_to = 'there'")))
    with pytest.raises(WorkspaceError, match="this ledger was moved to there"):
        ledger.database.write(_vendor("a"))
    with pytest.raises(WorkspaceError, match="moved to there"), ledger.database.writing():
        pass


def test_what_lost_its_connection_before_the_commit_is_done_again(postgres_url: str) -> None:
    ledger = Ledger.open_url(postgres_url)
    tried = []

    def change(connection: Connection) -> str:
        _vendor("a")(connection)
        tried.append(True)
        if len(tried) < 3:
            _cut(connection)
        return "done"

    assert ledger.database.write(change) == "done"
    assert (len(tried), _names(ledger.database)) == (3, {"a"})

    def ask(connection: Connection) -> int | None:
        tried.append(True)
        if len(tried) < 5:
            _cut(connection)
        return connection.scalar(sa.select(sa.func.count()).select_from(vendors))

    assert ledger.database.read(ask) == 1
    ledger.close()


@pytest.mark.parametrize("committed", [True, False])
def test_what_lost_its_connection_during_the_commit_takes_place_once(
    committed: bool, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to COMMIT never comes: the server had it, or not."""
    ledger = Ledger.open_url(postgres_url)
    real, calls = ledger.database.engine.dialect.do_commit, []

    def commit(session: object) -> None:
        calls.append(True)
        if len(calls) == 1:
            if committed:
                real(session)  # type: ignore[arg-type]
            session.driver_connection.close()  # type: ignore[attr-defined]
            raise session_error
        real(session)  # type: ignore[arg-type]

    session_error = psycopg.OperationalError("server closed the connection unexpectedly")
    monkeypatch.setattr(ledger.database.engine.dialect, "do_commit", commit)
    tried = []

    def change(connection: Connection) -> int:
        tried.append(True)
        _vendor(f"try {len(tried)}")(connection)
        return len(tried)

    assert ledger.database.write(change) == (1 if committed else 2)
    assert _names(ledger.database) == ({"try 1"} if committed else {"try 2"})
    ledger.close()


def test_commit_with_unknown_outcome_is_not_repeated(
    postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "pauses", lambda: postgres_module.RetryPauses(0.3))
    ledger = Ledger.open_url(postgres_url)
    tried = []

    def commit(session: Any) -> None:
        session.driver_connection.close()
        postgres.execute("ALTER DATABASE ledger ALLOW_CONNECTIONS false")
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(ledger.database.engine.dialect, "do_commit", commit)
    try:
        with pytest.raises(WorkspaceError, match="unknown whether the last change was committed"):
            ledger.database.write(lambda _: tried.append(True))
    finally:
        postgres.execute("ALTER DATABASE ledger ALLOW_CONNECTIONS true")
    assert tried == [True]
    ledger.close()


def test_unreachable_server_is_one_error_line(
    postgres: Postgres, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "pauses", lambda: postgres_module.RetryPauses(0.3))
    ledger = Ledger.open_url(postgres_url)

    def away(_: Connection) -> None:
        postgres.execute("ALTER DATABASE ledger ALLOW_CONNECTIONS false")
        postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ledger' AND state IS NOT NULL"
        )

    def change(connection: Connection) -> None:
        away(connection)
        connection.execute(text("SELECT 1"))

    try:
        with pytest.raises(WorkspaceError) as caught:
            ledger.database.write(change)
    finally:
        postgres.execute("ALTER DATABASE ledger ALLOW_CONNECTIONS true")
    line = caught.value.diagnostics()
    assert line.startswith(postgres_url)
    assert "\n" not in line
    assert 'database "ledger" is not currently accepting connections' in line
    ledger.close()


def test_concurrent_changes_wait_for_each_other(open_ledger: Callable[[], Ledger]) -> None:
    """Each reads and then writes what it read: none is lost."""
    ledgers = [open_ledger() for _ in range(2)]

    def grow(ledger: Ledger) -> None:
        for _ in range(20):

            def change(connection: Connection) -> None:
                count = connection.scalar(sa.select(sa.func.count()).select_from(vendors)) or 0
                _vendor(f"{count:03}")(connection)

            ledger.database.write(change, alone="vendors")

    threads = [threading.Thread(target=grow, args=(ledger,)) for ledger in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert _names(ledgers[0].database) == {f"{n:03}" for n in range(40)}
