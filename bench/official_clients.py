"""What a probe costs the makers' own clients: connect, version, is anyone let in, one catalogue read, close.

Runs by itself in an environment that has the clients, prints JSON lines: ``{"client","cpu_ms","version"}``.
``python official_clients.py mongodb=HOST:PORT redis=… postgresql=… mysql=…``
"""

import asyncio
import contextlib
import importlib.metadata
import json
import statistics
import sys
import time
from importlib import import_module

RUNS = 40


async def mongodb(host: str, port: int) -> None:
    """pymongo, asynchronous."""
    pymongo = import_module("pymongo")
    async with pymongo.AsyncMongoClient(host, port, directConnection=True) as client:
        await client.server_info()
        await client.admin.command("listDatabases")


async def redis(host: str, port: int) -> None:
    """redis-py, asynchronous."""
    asynchronous = import_module("redis.asyncio")
    async with asynchronous.Redis(host=host, port=port) as client:
        await client.info()


async def postgresql(host: str, port: int) -> None:
    """asyncpg: like the probe, as somebody who does not exist, so it is turned away."""
    asyncpg = import_module("asyncpg")
    with contextlib.suppress(asyncpg.PostgresError):
        await asyncpg.connect(host=host, port=port, user="nobody-here", password="x", database="postgres")


async def mysql(host: str, port: int) -> None:
    """asyncmy, as somebody who does not exist: an anonymous account lets him in."""
    asyncmy = import_module("asyncmy")
    connection = await asyncmy.connect(host=host, port=port, user="nobody-here", password="")
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT table_schema, table_name, table_rows FROM information_schema.tables")
        await cursor.fetchall()
    connection.close()


CLIENTS = {"mongodb": (mongodb, "pymongo"), "redis": (redis, "redis"), "postgresql": (postgresql, "asyncpg")}
CLIENTS["mysql"] = (mysql, "asyncmy")


async def measure(name: str, where: str) -> None:
    """Print the median."""
    call, package = CLIENTS[name]
    host, _, port = where.partition(":")
    costs = []
    for run in range(RUNS + 3):
        begun = time.process_time()
        await call(host, int(port))
        if run >= 3:
            costs.append(time.process_time() - begun)
    version = f"{package} {importlib.metadata.version(package)}"
    print(json.dumps({"name": name, "client": version, "cpu_ms": statistics.median(costs) * 1000}))


async def main() -> None:
    """All that were named."""
    for word in sys.argv[1:]:
        name, _, where = word.partition("=")
        try:
            await measure(name, where)
        except ImportError as error:
            print(json.dumps({"name": name, "client": f"{error.name} is not installed", "cpu_ms": None}))


asyncio.run(main())
