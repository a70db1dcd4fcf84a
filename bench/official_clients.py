"""CPU of the official clients for the requests of a probe at depth ``enumerate``, on a new connection.

Runs in an environment that has the clients, and prints JSON lines: ``{"name","client","cpu_ms"}``. ``python
official_clients.py mongodb=HOST:PORT redis=… postgresql=… mysql=…``
"""

import asyncio
import contextlib
import importlib.metadata
import json
import sys
import time
from importlib import import_module

RUNS, AT_ONCE = 640, 32


async def mongodb(host: str, port: int) -> None:
    """pymongo, asynchronous."""
    pymongo = import_module("pymongo")
    async with pymongo.AsyncMongoClient(host, port, directConnection=True) as client:
        await client.server_info()
        await client.admin.command("getLog", "startupWarnings")
        listed = await client.admin.command("listDatabases")
        for name in {one["name"] for one in listed["databases"]} - {"admin", "config", "local"}:
            await client[name].command("dbStats")
            for collection in await (await client[name].list_collections()).to_list():
                stats: list[dict[str, object]] = [{"$collStats": {"count": {}, "storageStats": {}}}]
                await (await client[name][collection["name"]].aggregate(stats)).to_list()


async def redis(host: str, port: int) -> None:
    """redis-py, asynchronous."""
    asynchronous = import_module("redis.asyncio")
    async with asynchronous.Redis(host=host, port=port) as client:
        await client.ping()
        await client.info("server")
        await client.info("replication")
        await client.dbsize()
        await client.info("keyspace")
        await client.info("memory")


async def postgresql(host: str, port: int) -> None:
    """Run asyncpg with a user that does not exist, like the probe; the server rejects it."""
    asyncpg = import_module("asyncpg")
    with contextlib.suppress(asyncpg.PostgresError):
        await asyncpg.connect(host=host, port=port, user="nobody-here", password="x", database="postgres")


async def mysql(host: str, port: int) -> None:
    """Run asyncmy with a user that does not exist; an anonymous account admits it."""
    asyncmy = import_module("asyncmy")
    connection = await asyncmy.connect(host=host, port=port, user="nobody-here", password="")
    async with connection.cursor() as cursor:
        for statement in ("SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY", "SELECT @@server_id"):
            await cursor.execute(statement)
        await cursor.execute("SELECT table_schema, table_name, table_rows FROM information_schema.tables")
        await cursor.fetchall()
    connection.close()


CLIENTS = {"mongodb": (mongodb, "pymongo"), "redis": (redis, "redis"), "postgresql": (postgresql, "asyncpg")}
CLIENTS["mysql"] = (mysql, "asyncmy")


async def measure(name: str, where: str) -> None:
    """Print the mean of many runs, some at a time."""
    call, package = CLIENTS[name]
    host, _, port = where.partition(":")

    async def worker(times: int) -> None:
        for _ in range(times):
            await call(host, int(port))

    await worker(3)
    begun = time.process_time()
    await asyncio.gather(*(worker(RUNS // AT_ONCE) for _ in range(AT_ONCE)))
    spent = (time.process_time() - begun) / RUNS
    version = f"{package} {importlib.metadata.version(package)}"
    print(json.dumps({"name": name, "client": version, "cpu_ms": spent * 1000}))


async def main() -> None:
    """Measure all clients on the command line."""
    for word in sys.argv[1:]:
        name, _, where = word.partition("=")
        try:
            await measure(name, where)
        except ImportError as error:
            print(json.dumps({"name": name, "client": f"{error.name} is not installed", "cpu_ms": None}))


asyncio.run(main())
