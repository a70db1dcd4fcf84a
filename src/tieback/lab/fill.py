"""Fill the lab's stores with synthetic records, and count the records."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import msgspec

from tieback.lab import people
from tieback.lab.mongod import client
from tieback.lab.osmem import request
from tieback.lab.people import DATASET_VERSION, Row
from tieback.lab.postgres import psql
from tieback.lab.process import RunningServer
from tieback.lab.servers import KINDS
from tieback.lab.store import LAB_ACCOUNT, Holding, LabStore, ServerProgram, StoreState
from tieback.lab.valkey import pipeline
from tieback.model.errors import LabError

_MARK = "dataset"
"""File that records the version of the loaded records."""
_SYSTEM_DATABASES = frozenset({"admin", "config", "local"})


class Loader(msgspec.Struct, frozen=True):
    """How one product is filled and counted."""

    load: Callable[[LabStore, RunningServer], None]
    """Empty the store, then load every holding."""
    count: Callable[[LabStore, RunningServer, Holding], int]
    """Records in one holding, as counted by the product; 0 if it does not exist."""


def fill(store: LabStore, server: RunningServer, directory: Path) -> bool:
    """Load exactly the records of the store, unless an earlier run already did.

    Args:
        store: store with its records.
        server: its server.
        directory: directory of the store, for the marker of a finished load.

    Returns:
        True if anything was loaded.

    Raises:
        LabError: it contains other records after loading.
        OSError, pymongo.errors.PyMongoError: the connection to the server was lost.
    """
    loader = loader_of(store.server)
    if loader is None:
        return False
    mark = directory / _MARK
    if mark.exists() and mark.read_text(encoding="ascii") == DATASET_VERSION and _complete(loader, store, server):
        return False
    mark.unlink(missing_ok=True)
    loader.load(store, server)
    if not _complete(loader, store, server):
        raise LabError(
            "the store does not contain the loaded records",
            where=store.name,
            advice="Run `tieback lab down --purge`, then `tieback lab up`",
        )
    mark.write_text(DATASET_VERSION, encoding="ascii")
    return bool(store.holdings)


def loader_of(server: ServerProgram) -> Loader | None:
    """How the product is filled and counted; ``None`` if it contains no records."""
    if server in _LOADERS:
        return _LOADERS[server]
    kind = next((kind for kind in KINDS if kind.server is server), None)
    return Loader(kind.load, kind.count) if kind is not None else None


def _complete(loader: Loader, store: LabStore, server: RunningServer) -> bool:
    return all(loader.count(store, server, holding) == holding.records for holding in store.holdings)


def _rows(holding: Holding) -> list[Row]:
    return people.synthetic_rows(holding.dataset, holding.records)


def _password(store: LabStore) -> str | None:
    return LAB_ACCOUNT.password if store.state is StoreState.PROTECTED else None


def _load_mongod(store: LabStore, server: RunningServer) -> None:
    login = LAB_ACCOUNT if store.state is StoreState.PROTECTED else None
    with client(server.address, server.port, login=login, tls=store.tls) as connection:
        for name in set(connection.list_database_names()) - _SYSTEM_DATABASES:
            connection.drop_database(name)
        for holding in store.holdings:
            database, collection = holding.path
            if holding.dataset:
                connection[database][collection].insert_many(_rows(holding))
            else:
                connection[database].create_collection(collection)


def _count_mongod(store: LabStore, server: RunningServer, holding: Holding) -> int:
    login = LAB_ACCOUNT if store.state is StoreState.PROTECTED else None
    database, collection = holding.path
    with client(server.address, server.port, login=login, tls=store.tls) as connection:
        return int(connection[database][collection].count_documents({}))


def _load_postgres(store: LabStore, server: RunningServer) -> None:
    password = _password(store)
    for database in {holding.path[0] for holding in store.holdings}:
        recreate = (f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)', f'CREATE DATABASE "{database}"')
        psql(server, *recreate, password=password)
    for holding in store.holdings:
        database, schema, table = holding.path
        rows = _rows(holding)
        columns = ", ".join(f'"{name}" {_sql_type(value)}' for name, value in rows[0].items())
        psql(
            server,
            f'CREATE TABLE "{schema}"."{table}" ({columns})',
            f'COPY "{schema}"."{table}" FROM STDIN',
            # Without statistics, the server reports -1 as the number of rows.
            f'ANALYZE "{schema}"."{table}"',
            password=password,
            database=database,
            copy="".join("\t".join(_copy_text(value) for value in row.values()) + "\n" for row in rows),
        )


def _sql_type(value: object) -> str:
    match value:
        case int():
            return "bigint"
        case float():
            return "double precision"
        case datetime():
            return "timestamptz"
        case date():
            return "date"
        case _:
            return "text"


def _copy_text(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _count_postgres(store: LabStore, server: RunningServer, holding: Holding) -> int:
    database, schema, table = holding.path
    password = _password(store)
    there = psql(server, f"SELECT 1 FROM pg_database WHERE datname = '{database}'", password=password)  # noqa: S608 - ours
    if not there.strip():
        return 0
    sql = f'SELECT count(*) FROM "{schema}"."{table}"'  # noqa: S608 - the names are constants of stores.py
    return int(psql(server, sql, password=password, database=database))


def _load_valkey(store: LabStore, server: RunningServer) -> None:
    commands: list[tuple[str | bytes, ...]] = [("FLUSHALL",)]
    for holding in store.holdings:
        for row in _rows(holding):
            fields = [str(part) for name, value in row.items() if name != "key" for part in (name, value)]
            commands.append(("HSET", str(row["key"]), *fields))
    pipeline(server.address, server.port, commands, password=_password(store))


def _count_valkey(store: LabStore, server: RunningServer, _holding: Holding) -> int:
    return int(pipeline(server.address, server.port, [("DBSIZE",)], password=_password(store))[0])


def _osmem_indices(server: RunningServer) -> set[str]:
    return {row["index"] for row in request(server.address, server.port, "GET", "/_cat/indices?format=json")}


def _load_osmem(store: LabStore, server: RunningServer) -> None:
    for index in _osmem_indices(server):
        request(server.address, server.port, "DELETE", f"/{index}")
    for holding in store.holdings:
        if not holding.dataset:
            request(server.address, server.port, "PUT", f"/{holding.path[0]}")
            continue
        lines = [f'{{"index":{{}}}}\n{json.dumps(row)}\n' for row in _rows(holding)]
        path = f"/{holding.path[0]}/_bulk?refresh=true"
        answer = request(server.address, server.port, "POST", path, "".join(lines).encode())
        if answer["errors"]:
            raise LabError("the server rejected a part of the bulk load", where=store.name)


def _count_osmem(_store: LabStore, server: RunningServer, holding: Holding) -> int:
    if holding.path[0] not in _osmem_indices(server):
        return 0
    return int(request(server.address, server.port, "GET", f"/{holding.path[0]}/_count")["count"])


_LOADERS: Mapping[ServerProgram, Loader] = {
    ServerProgram.MONGOD: Loader(_load_mongod, _count_mongod),
    ServerProgram.POSTGRES: Loader(_load_postgres, _count_postgres),
    ServerProgram.VALKEY: Loader(_load_valkey, _count_valkey),
    ServerProgram.OSMEM: Loader(_load_osmem, _count_osmem),
}
