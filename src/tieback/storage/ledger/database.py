"""The ledger's database: SQLite in WAL mode by default, or PostgreSQL by URL; migrates its tables.

SQLite: a commit survives a kill of the process at any time. After a power loss, the last commits may be missing, but
never a part of one; their units are found again in the lake. One process writes at a time, others wait.

PostgreSQL: many processes write concurrently; writes that must not overlap take a named lock. If the connection is
lost, the transaction is retried for a limited time. If it was lost during the commit, the server is first asked whether
the commit took place (``txid_status``), so that nothing is entered twice.
"""

import logging
import os
import random
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import is_passing, storage_errors
from tieback.storage.ledger.postgres import connect, pauses
from tieback.storage.ledger.tables import ledger_state, metadata
from tieback.storage.ledger.write_ahead import LogGuard

HEAD = "0010"
"""The newest migration."""
BUSY_SECONDS = 30
"""Maximum time to wait for the writes of another process, in seconds."""


class LockGuard(Protocol):
    """Checks that a lock is still held, or raises ``WorkspaceError``."""

    def __call__(self, *, now: bool = False) -> None: ...  # noqa: D102


class Database:
    """An open database with the tables of this release."""

    def __init__(self, engine: Engine, where: str, guard: LogGuard | None = None) -> None:
        self.engine = engine
        self._guard = guard
        self.where = where
        """Its name in messages."""
        self.is_postgres = engine.dialect.name == "postgresql"
        self.epoch: int | None = None
        """Number of the lock on the workspace under which it writes; ``None`` without a lock."""
        self.keep: LockGuard = no_guard
        """Called before every write, and with ``now`` after a lost connection, before a retry."""
        self.refusal: WorkspaceError | None = None
        """Raised by every write, if the database is a copy that is only read."""
        self._reading = {"isolation_level": "REPEATABLE READ"} if self.is_postgres else {}
        self._lost = False
        if self.is_postgres:
            event.listen(engine, "invalidate", self._notice)
        self._insert: Any = postgresql.insert if self.is_postgres else sqlite.insert

    def insert(self, table: Table) -> Any:
        """An INSERT that supports ON CONFLICT, which is dialect-specific in SQLAlchemy."""
        return self._insert(table)

    def close(self) -> None:
        """Release all connections."""
        self.engine.dispose()
        if self._guard is not None:
            self._guard.leave()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read transaction: all its queries see the same snapshot."""
        with storage_errors(self.where), self.engine.connect() as connection:
            yield connection.execution_options(**self._reading)

    def read[T](self, ask: Callable[[Connection], T]) -> T:
        """The result of ``ask`` in one transaction; it is called again if the connection is lost."""

        def once() -> T:
            with self.reading() as connection:
                return ask(connection)

        return self._again(once)

    @contextmanager
    def writing(self, alone: str = "") -> Iterator[Connection]:
        """A write transaction, rolled back if the block raises; see ``write``."""
        self._refuse()
        self.keep()
        with storage_errors(self.where), writing(self.engine) as connection:
            self._enter(connection, alone)
            yield connection

    def write[T](self, change: Callable[[Connection], T], *, alone: str = "") -> T:
        """Run ``change`` in one transaction, exactly once, and return its result.

        Args:
            change: may be called again after a rollback.
            alone: name of a lock that excludes other writers; in SQLite, every write transaction is exclusive.

        Raises:
            WorkspaceError: the database cannot be written, has moved, or another run has taken over the workspace.
        """

        def once() -> T:
            number, results = None, []
            try:
                with self.engine.connect() as connection:
                    connection.execution_options(writes=True)
                    with connection.begin() as transaction:
                        number = self._enter(connection, alone)
                        results = [change(connection)]
                        transaction.commit()
                return results[0]
            except Exception as error:
                if results and number is not None and is_passing(error) and self._committed(number):
                    return results[0]
                raise

        self._refuse()
        self.keep()
        with storage_errors(self.where):
            result = self._again(once)
        if self._lost:
            # The pool reconnected silently; the lock may be lost with the old connection.
            self._lost = False
            self.keep(now=True)
        return result

    def try_write(self) -> None:
        """Commit a change without effect, without waiting: a ledger that another process is writing to can be written.

        Raises:
            WorkspaceError: it cannot be written.
        """
        self._refuse()
        with storage_errors(self.where), self.engine.connect() as connection:
            connection.execution_options(writes=True)
            if self.is_postgres:
                with connection.begin():
                    self._enter(connection, "")  # locks a row, so the end of the transaction is written
                return
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA busy_timeout = 0").close()
            try:
                with connection.begin():
                    self._enter(connection, "")
                    # Writes the first page, whatever it was before; SQLite does not write a row that stays the same.
                    connection.exec_driver_sql("PRAGMA user_version = 0")
            except DBAPIError as error:
                if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
            finally:
                driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}").close()

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    def _notice(self, *_: object) -> None:
        self._lost = True

    def _enter(self, connection: Connection, alone: str) -> int | None:
        """Start a write transaction; returns its transaction ID in PostgreSQL."""
        if not self.is_postgres:
            moved = connection.exec_driver_sql("SELECT moved_to FROM ledger_state").scalar()
            self._check_place(moved)
            return None
        if alone:
            key = "hashtextextended(current_schema() || '/tieback/' || %(name)s, 0)"
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key})", {"name": f"write {alone}"})
        # A takeover of the workspace, or a move of the ledger, changes this row: either side waits for the other.
        row = connection.exec_driver_sql("SELECT txid_current(), epoch, moved_to FROM ledger_state FOR SHARE").one()
        self._check_place(row[2])
        if self.epoch is not None and row[1] != self.epoch:
            raise taken_over_error(self.where)
        return int(row[0])

    def _check_place(self, moved: str | None) -> None:
        if moved is not None:
            raise WorkspaceError(f"this ledger was moved to {moved}", where=self.where, advice="Run the command again")

    def _committed(self, number: int) -> bool:
        """True if a transaction was committed although the connection was lost during the commit."""
        waiting = pauses()
        status = "in progress"
        while status == "in progress":
            try:
                with self.engine.connect() as connection:
                    asked = connection.exec_driver_sql("SELECT txid_status(%(number)s)", {"number": number})
                    status = asked.scalar_one()
            except Exception as error:
                if not is_passing(error):
                    raise
            if status == "in progress" and not waiting.take():
                # Without a cause, so that this is not treated as retryable.
                raise WorkspaceError(
                    "the connection was lost; it is unknown whether the last change was committed",
                    where=self.where,
                    advice="Run the command again; it resumes where it stopped",
                ) from None
        return status == "committed"

    def _again[T](self, once: Callable[[], T]) -> T:
        """Retry until the connection holds, or the server has been unreachable for too long."""
        if not self.is_postgres:
            return once()
        waiting = pauses()
        while True:
            try:
                return once()
            except Exception as error:
                cause = error.__cause__ if isinstance(error, WorkspaceError) and error.__cause__ else error
                if not is_passing(cause) or not waiting.take():
                    raise
            self.keep(now=True)


def no_guard(*, now: bool = False) -> None:
    """For processes without a lock."""


def taken_over_error(where: str) -> WorkspaceError:
    """The error for a workspace taken over by another run while our connection was lost."""
    return WorkspaceError(
        "another run took over the workspace while the connection was lost",
        where=where,
        advice="Wait for it to end, and run the command again; it resumes where it stopped",
    )


def open_database(url: str, guard: LogGuard | None = None) -> Engine:
    """Connect and migrate.

    Args:
        url: SQLAlchemy URL of SQLite, or a PostgreSQL URL as described in ``storage.ledger.postgres``.
        guard: of the log of an SQLite ledger in a trusted workspace.

    Raises:
        WorkspaceError: the database was created by a newer release.
        sqlalchemy.exc.DBAPIError: it cannot be opened; ``storage_errors`` explains it.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", partial(_begin_sqlite, guard))
    else:
        engine = _postgres_engine(url)
    try:
        migrate(engine, url)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _postgres_engine(url: str) -> Engine:
    engine = create_engine("postgresql+psycopg://", creator=lambda: connect(url), pool_pre_ping=True)
    # It logs a traceback if a cursor cannot be closed because the connection is lost, which is one error line here.
    logging.getLogger("sqlalchemy.pool").addHandler(logging.NullHandler())
    return engine


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """A transaction of a PostgreSQL ledger of this release, as it is now. The server refuses every write in it.

    Raises:
        WorkspaceError: the database is of another release, and is not migrated; or it cannot be read.
    """
    engine = _postgres_engine(url)
    try:
        with storage_errors(url), engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            found = revision_of(connection)
            if found is not None and found != HEAD and not _is_older(found):
                raise _newer_error(url, found)
            if found != HEAD:
                raise WorkspaceError(
                    f"its ledger has schema {int(found or 0)}, and one that can only be read is not upgraded",
                    where=url,
                    advice="Open the workspace once with this release where it can be written",
                )
            yield connection
    finally:
        engine.dispose()


def _is_older(revision: str) -> bool:
    return re.fullmatch(r"\d{4}", revision) is not None and revision < HEAD


def _newer_error(where: str, revision: str) -> WorkspaceError:
    return WorkspaceError(
        f"created by a newer release: schema {revision.lstrip('0')}, this release supports up to {int(HEAD)}",
        where=where,
        advice="Upgrade tieback or choose another directory",
    )


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file."""
    return make_url("sqlite+pysqlite://").set(database=str(path)).render_as_string()


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions start below, not where the driver guesses
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = wal",
        "synchronous = normal",
        "foreign_keys = on",
    ):
        _wait_for_others(connection, f"PRAGMA {pragma}")


def _wait_for_others(connection: Any, statement: str) -> None:
    """Run it, and again while another process has the file locked, for ``BUSY_SECONDS`` in all.

    SQLite does not wait itself (``busy_timeout``) where two connections change a new file to WAL mode: one could wait
    for the other for ever, so one fails immediately.
    """
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(statement).close()
            return
        except sqlite3.OperationalError as error:
            if (
                error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
                or time.monotonic() > end
            ):
                raise
        time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - not a secret


def _begin_sqlite(guard: LogGuard | None, connection: Connection) -> None:
    # A transaction that reads first and writes later would fail instead of waiting if another process wrote between.
    if not connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN")
    elif guard is not None:
        guard.begin(connection.exec_driver_sql)
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A write transaction: it waits for earlier writers, and is rolled back if the block raises."""
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        with connection.begin():
            yield connection


def back_up_sqlite(path: Path, copy: Path) -> None:
    """Copy an SQLite ledger before it is migrated. A copy that exists is kept: an earlier attempt made it.

    Raises:
        sqlite3.Error, OSError: it cannot be read or written; ``storage_errors`` explains both.
    """
    if copy.exists():
        return
    copy.parent.mkdir(mode=0o700, exist_ok=True)
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        connection.execute("VACUUM INTO ?", (str(draft),))
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.chmod(0o600)
    draft.replace(copy)


def revision_of(connection: Connection) -> str | None:
    """The migration of the database; ``None`` if it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, where: str) -> None:
    """Migrate the tables to ``HEAD``, in one transaction.

    An empty SQLite database gets the tables of this release directly: loading Alembic costs a third of a second and
    10 MiB.

    Raises:
        WorkspaceError: the database has a migration that this release does not know.
    """
    with engine.connect() as connection:
        if revision_of(connection) == HEAD:
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('tieback/migrations', 0))")
        found = revision_of(connection)
        if found == HEAD:
            return  # another process was first
        if found is not None and not _is_older(found):
            raise _newer_error(where, found)
        if found is None and engine.dialect.name == "sqlite":
            _create_tables(connection)
        else:
            upgrade(connection)


def upgrade(connection: Connection) -> None:
    """Run the migrations that a database does not have yet."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _create_tables(connection: Connection) -> None:
    """What all migrations together do to an empty SQLite database."""
    metadata.create_all(connection)
    connection.execute(ledger_state.insert().values(number=1, epoch=0))
    version = Column("version_num", String(32), nullable=False)
    table = Table("alembic_version", MetaData(), version, PrimaryKeyConstraint(version, name="alembic_version_pkc"))
    table.create(connection)
    connection.execute(table.insert().values(version_num=HEAD))
