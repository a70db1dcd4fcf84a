"""The ledger's database: SQLite in WAL mode by default, PostgreSQL by its address; brings its tables up to date.

SQLite: a commit survives a kill of the process at any moment. After a loss of power SQLite may have forgotten the last
commits, never half of one; the units among them are found again in the lake. One process writes at a time, others wait.

PostgreSQL: many processes write at a time; what must not be written by two at once names the room that it keeps to
itself. A transaction whose connection is lost is done again, for a bounded time: where it was lost during the commit,
the server is asked first whether that took place (``txid_status``), so nothing is entered twice.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import is_passing, storage_errors
from tieback.storage.ledger.postgres import connect, pauses

HEAD = "0006"
"""The newest migration."""
BUSY_SECONDS = 30
"""How long one process waits for the writes of another."""


class Keep(Protocol):
    """Sees that what is held is still held, or raises ``WorkspaceError``."""

    def __call__(self, *, now: bool = False) -> None: ...  # noqa: D102


class Database:
    """An open database with the tables of this release."""

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        """As lines about it name it."""
        self.is_postgres = engine.dialect.name == "postgresql"
        self.epoch: int | None = None
        """Which holding of the workspace writes here; ``None`` for who does not hold it."""
        self.keep: Keep = keep_nothing
        """Called before every write, and with ``now`` after a connection was lost, before anything is done again."""
        self._reading = {"isolation_level": "REPEATABLE READ"} if self.is_postgres else {}
        self._lost = False
        if self.is_postgres:
            event.listen(engine, "invalidate", self._notice)
        self._insert: Any = postgresql.insert if self.is_postgres else sqlite.insert

    def insert(self, table: Table) -> Any:
        """An INSERT that can have an ON CONFLICT, which SQLAlchemy keeps with the dialects."""
        return self._insert(table)

    def close(self) -> None:
        """Release all connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads: all its queries see the same moment."""
        with storage_errors(self.where), self.engine.connect() as connection:
            yield connection.execution_options(**self._reading)

    def read[T](self, ask: Callable[[Connection], T]) -> T:
        """What ``ask`` finds in one transaction; it is asked again where the connection is lost."""

        def once() -> T:
            with self.reading() as connection:
                return ask(connection)

        return self._again(once)

    @contextmanager
    def writing(self, alone: str = "") -> Iterator[Connection]:
        """A transaction that writes, rolled back where the block raises; see ``write``."""
        self.keep()
        with storage_errors(self.where), writing(self.engine) as connection:
            self._enter(connection, alone)
            yield connection

    def write[T](self, change: Callable[[Connection], T], *, alone: str = "") -> T:
        """Do ``change`` in one transaction, exactly once, and return what it returns.

        Args:
            change: may be called again after it was rolled back.
            alone: room that nobody else writes to meanwhile; in SQLite every transaction is alone.

        Raises:
            WorkspaceError: the database cannot be written, has another place now, or another run has the workspace.
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

        self.keep()
        with storage_errors(self.where):
            result = self._again(once)
        if self._lost:
            # A new connection was made in silence; the one that holds something may have gone with the old one.
            self._lost = False
            self.keep(now=True)
        return result

    def _notice(self, *_: object) -> None:
        self._lost = True

    def _enter(self, connection: Connection, alone: str) -> int | None:
        """What every transaction that writes begins with; returns its number in PostgreSQL."""
        if not self.is_postgres:
            moved = connection.exec_driver_sql("SELECT moved_to FROM ledger_state").scalar()
            self._check_place(moved)
            return None
        if alone:
            key = "hashtextextended(current_schema() || '/tieback/' || %(name)s, 0)"
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({key})", {"name": f"write {alone}"})
        # Whoever takes the workspace over, or moves the ledger, changes this row and so waits for us, or we for him.
        row = connection.exec_driver_sql("SELECT txid_current(), epoch, moved_to FROM ledger_state FOR SHARE").one()
        self._check_place(row[2])
        if self.epoch is not None and row[1] != self.epoch:
            raise taken_over(self.where)
        return int(row[0])

    def _check_place(self, moved: str | None) -> None:
        if moved is not None:
            raise WorkspaceError(f"this ledger was moved to {moved}", where=self.where, advice="Give the command again")

    def _committed(self, number: int) -> bool:
        """Whether a transaction took place whose connection was lost while it was committed."""
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
                # Without a cause: nobody may take this for something to be done again.
                raise WorkspaceError(
                    "the connection was lost, and whether the last change took place cannot be told",
                    where=self.where,
                    advice="Give the command again; it goes on where it stopped",
                ) from None
        return status == "committed"

    def _again[T](self, once: Callable[[], T]) -> T:
        """Do it until the connection holds, or the server has been away for too long."""
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


def keep_nothing(*, now: bool = False) -> None:
    """For who holds nothing."""


def taken_over(where: str) -> WorkspaceError:
    """Another run had the workspace while our connection was lost."""
    return WorkspaceError(
        "another run took the workspace over while the connection was lost",
        where=where,
        advice="Wait for it to end, and give the command again; it goes on where it stopped",
    )


def open_database(url: str) -> Engine:
    """Connect and migrate.

    Args:
        url: an SQLAlchemy URL of SQLite, or the address of a PostgreSQL as ``storage.postgres`` describes it.

    Raises:
        WorkspaceError: a newer release made the database.
        sqlalchemy.exc.DBAPIError: it cannot be opened; ``storage_errors`` explains it.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine("postgresql+psycopg://", creator=lambda: connect(url), pool_pre_ping=True)
    try:
        migrate(engine, url)
    except BaseException:
        engine.dispose()
        raise
    return engine


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite file."""
    return make_url("sqlite+pysqlite://").set(database=str(path)).render_as_string()


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin below, not where the driver guesses
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = wal",
        "synchronous = normal",
        "foreign_keys = on",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail, not wait, when another process wrote in between.
    immediate = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: it waits for the writers before it, and is rolled back where the block raises."""
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
    """The migration that the database is at; ``None`` for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, where: str) -> None:
    """Bring the tables up to ``HEAD``, all in one transaction.

    Raises:
        WorkspaceError: the database is at a migration that this release does not know.
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
        if found is not None and not (re.fullmatch(r"\d{4}", found) and found < HEAD):
            raise WorkspaceError(
                f"made by a newer tieback: schema {found.lstrip('0')}, this release reads up to {int(HEAD)}",
                where=where,
                advice="Upgrade tieback or choose another directory",
            )
        from alembic import command  # a third of a second that only a migration needs
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
