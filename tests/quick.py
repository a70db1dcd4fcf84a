"""Parts of the program that cost the same in each test: made quicker for the whole run. Conftests take them."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Connection


@pytest.fixture(scope="session", autouse=True)
def new_ledgers_are_copies() -> Iterator[None]:
    """Make the tables of a new SQLite ledger from the text of the first one's: SQLAlchemy takes 40 ms to write it."""
    from tieback.storage.ledger import database

    create, made = database._create_tables, list[str]()

    def copied(connection: "Connection") -> None:
        if not made:
            create(connection)
            made.extend(
                connection.exec_driver_sql(
                    "SELECT sql FROM sqlite_master WHERE sql <> '' AND name NOT LIKE 'sqlite_%'"
                ).scalars()
            )
            return
        for text in made:
            connection.exec_driver_sql(text)
        # By the name in the module, which a test replaces.
        connection.execute(vars(database)["ledger_state"].insert().values(number=1, epoch=0))
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (database.HEAD,))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_create_tables", copied)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords with 8 KiB in one pass: each start of the pages hashes one, in 0.2 s with the real parameters."""
    try:
        from argon2 import PasswordHasher

        from tieback.pipeline.accounts import passwords
    except ImportError:  # without the extra web
        yield
        return
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PasswordHasher", quick)
        yield


@pytest.fixture(scope="session")
def shared_database(tmp_path_factory: pytest.TempPathFactory) -> "duckdb.DuckDBPyConnection":
    """A DuckDB that reads every lake below the folder of the run, and nothing else."""
    from tieback.storage.lake import schemas, sql

    base = tmp_path_factory.getbasetemp()
    database = sql._open(str(base), (base,), sql._QUERIES)
    database.execute(sql._KIND_OF)
    for name, schema in schemas.SCHEMAS.items():
        sql._define(database, name, schema)
    return database


@pytest.fixture(scope="module", autouse=True)
def lakes_share_a_database(
    shared_database: "duckdb.DuckDBPyConnection", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Query all lakes in one DuckDB: to open one takes 20 ms of CPU, and most tests of commands and pages do it.

    ``tests/unit/storage`` does not take this: there each lake has a database of its own, as in the program.
    """
    from tieback.storage.lake import sql

    opened, base = sql._open, tmp_path_factory.getbasetemp()

    def shared(spill: str, folders: Sequence[Path], *more: str) -> "duckdb.DuckDBPyConnection":
        if more == (sql._QUERIES,) and all(folder.is_relative_to(base) for folder in folders):
            return shared_database.cursor()
        return opened(spill, folders, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql, "_open", shared)
        yield
