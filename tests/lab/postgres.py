"""A real PostgreSQL on loopback for tests of the ledger: one server a session, one database, emptied in between."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from tests.lab.ports import free_port
from tieback.lab.postgres import start_postgres
from tieback.lab.process import RunningServer, stop
from tieback.model.errors import LabError
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.tables import metadata

HOST = "127.0.0.1"
PASSWORD = "correct horse"
GUARDED = "guarded"
"""A user whom the server asks for the password; all others it trusts."""
_TABLES = ", ".join(f"'{table.name}'" for table in metadata.sorted_tables if table.name != "ledger_state")
_EMPTY = (
    # To truncate all tables takes eight times as long: it makes a file for each of them and for each index.
    f"""DO $$ DECLARE name text; used boolean; BEGIN
SET LOCAL session_replication_role = replica;
FOREACH name IN ARRAY ARRAY[{_TABLES}] LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO used;
    IF used THEN EXECUTE format('DELETE FROM %I', name); END IF;
END LOOP;
FOR name IN SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences WHERE last_value IS NOT NULL LOOP
    EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART';
END LOOP; END $$""",
    "UPDATE ledger_state SET workspace = NULL, epoch = 0, moved_to = NULL",
)


class Postgres(msgspec.Struct, frozen=True):
    """The server."""

    server: RunningServer

    def url(self, database: str, user: str = "postgres", **more: str) -> str:
        words = "&".join(f"{name}={value}" for name, value in more.items())
        return f"postgresql://{user}@{HOST}:{self.server.port}/{database}{'?' if words else ''}{words}"

    def execute(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run statements, each by itself; the rows of the last."""
        with psycopg.connect(self.url(database), autocommit=True) as session:
            cursor = session.cursor()
            for statement in statements:
                cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def make(self, name: str, more: str = "") -> str:
        """An empty database; its address."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} {more}")
        return self.url(name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running server of the lab's wheel."""
    try:
        running = start_postgres(tmp_path_factory.mktemp("ledger-pg"), HOST, free_port())
    except LabError as error:
        pytest.skip(error.diagnostics())
    try:
        found = Postgres(running)
        hba = Path(running.directory) / "data" / "pg_hba.conf"
        hba.write_text(f"host all {GUARDED} 127.0.0.0/8 scram-sha-256\n" + hba.read_text())
        found.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'", "SELECT pg_reload_conf()")
        yield found
    finally:
        # At once: what it holds is of no use any more.
        stop(msgspec.structs.replace(running, stop_signal=signal.SIGQUIT))


@pytest.fixture(scope="session")
def ledger_database(postgres: Postgres) -> str:
    """A database with the tables of this release."""
    url = postgres.make("ledger")
    Ledger.open_url(url).close()
    return url


@pytest.fixture
def postgres_url(postgres: Postgres, ledger_database: str) -> Iterator[str]:
    """The address of an empty ledger."""
    yield ledger_database
    with psycopg.connect(ledger_database, autocommit=True) as session:
        for statement in (_END_OTHERS, *_EMPTY):
            session.execute(statement.encode())


_END_OTHERS = """SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str | None:
    """Where the ledger of a test is: ``None`` for a file, or the address of a PostgreSQL."""
    return None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def open_ledger(ledger_url: str | None, tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    """Opens the ledger of a test, as often as it likes."""
    with contextlib.ExitStack() as opened:

        def open_() -> Ledger:
            found = Ledger.open(tmp_path / "ledger.db") if ledger_url is None else Ledger.open_url(ledger_url)
            opened.callback(found.close)
            return found

        yield open_


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    """An empty ledger, of both kinds in turn."""
    return open_ledger()
