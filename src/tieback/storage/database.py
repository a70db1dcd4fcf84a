"""Opens the ledger's database: SQLite in WAL mode by default, any other by URL; brings its tables up to date.

A commit survives a kill of the process at any moment. After a loss of power SQLite may have forgotten the last commits,
never half of one; the units among them are found again in the lake.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text

from tieback.model.errors import WorkspaceError

HEAD = "0004"
"""The newest migration."""
BUSY_SECONDS = 30
"""How long one process waits for the writes of another."""


def open_database(url: str) -> Engine:
    """Connect and migrate.

    Args:
        url: an SQLAlchemy URL.

    Raises:
        WorkspaceError: a newer release made the database.
        sqlalchemy.exc.DBAPIError: it cannot be opened; ``storage_errors`` explains it.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        migrate(engine)
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


def revision_of(connection: Connection) -> str | None:
    """The migration that the database is at; ``None`` for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine) -> None:
    """Bring the tables up to ``HEAD``, all in one transaction.

    Raises:
        WorkspaceError: the database is at a migration that this release does not know.
    """
    with engine.connect() as connection:
        if revision_of(connection) == HEAD:
            return
    with writing(engine) as connection:
        found = revision_of(connection)
        if found == HEAD:
            return  # another process was first
        if found is not None and not (re.fullmatch(r"\d{4}", found) and found < HEAD):
            raise WorkspaceError(
                f"made by a newer tieback: schema {found.lstrip('0')}, this release reads up to {int(HEAD)}",
                where=engine.url.render_as_string(hide_password=True),
                advice="Upgrade tieback or choose another directory",
            )
        from alembic import command  # a third of a second that only a migration needs
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
