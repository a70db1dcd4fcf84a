"""Evidence graph at the target size: built from a synthetic lake, and queried in both directions.

Synthetic: 1,000,000 apps, 5,000,000 endpoints, 500,000 back ends, 100,000 stores. Many apps name one endpoint in eight,
as with endpoints of SDKs. ``TIEBACK_BENCH_GRAPH`` divides the size.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.measure import peak_mib, table
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.graph_index import GraphIndex, Level

DIVIDE = int(os.environ.get("TIEBACK_BENCH_GRAPH", "1"))
APPS, ENDPOINTS, BACKENDS, STORES = (n // DIVIDE for n in (1_000_000, 5_000_000, 500_000, 100_000))
SHARED = 3_000_000 // DIVIDE
"""Number of additional edges from apps to endpoints that many apps name."""
RUN = "bench"
QUESTIONS = 200


def synthetic(lake: Lake) -> tuple[pa.Table, pa.Table]:
    """Fill the lake. Returns the routes to stores, and an empty table of captured evidence."""
    random = np.random.default_rng(7)
    apps = pa.array([f"{n * 2654435761 % 2**64:064x}" for n in range(APPS)])
    hosts = pa.array([f"h{n}.customer{n % 50_000}.test" for n in range(BACKENDS)])
    host_of = random.integers(0, BACKENDS, ENDPOINTS)
    names = hosts.to_pylist()
    values = pa.array([f"https://{names[host]}/v{n % 9}/r{n}" for n, host in enumerate(host_of.tolist())])
    popular = (random.zipf(1.3, SHARED) - 1) % (ENDPOINTS // 8)
    named = np.concatenate([np.arange(ENDPOINTS), popular])
    by = np.concatenate([np.arange(ENDPOINTS) % APPS, random.integers(0, APPS, SHARED)])
    unit = apps.take(pa.array(by))
    version = pa.array(["1"] * len(by))
    count = pa.array([RUN] * APPS)
    lake.publish(
        "bench",
        {
            "inputs": pa.table({"run": count, "unit": apps, "version": ["1"] * APPS, "problem": [""] * APPS}),
            "sightings": pa.table(
                {"unit": unit, "version": version, "app_sha256": unit, "value": values.take(pa.array(named))}
            ),
            "backends": pa.table({"run": [RUN] * ENDPOINTS, "value": values, "host": hosts.take(pa.array(host_of))}),
        },
    )
    # The last of them are those that many apps name.
    behind = np.concatenate([random.choice(ENDPOINTS, STORES - 9, replace=False), np.arange(9)])
    ways = pa.table({"value": values.take(pa.array(behind)), "store": [f"store-{n}" for n in range(STORES)]})
    return ways, pa.table({"app": pa.array([], pa.string()), "value": pa.array([], pa.string())})


def run() -> str:
    """Build and query the graph, and return the report section."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake")
        ways, seen = synthetic(lake)
        wall, cpu = time.perf_counter(), time.process_time()
        index = GraphIndex.of_run(lake, RUN, Path(folder) / "graph", ways, seen)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        size = sum(path.stat().st_size for path in (Path(folder) / "graph").rglob("*") if path.is_file())
        stores = _ask(index, Level.STORE, Level.APP, [f"store-{n * 37 % STORES}" for n in range(QUESTIONS)])
        names = [index.name(int(node)) for node in index.all(Level.APP)[:: APPS // QUESTIONS]]
        apps = _ask(index, Level.APP, Level.STORE, names)
        hub = _ask(index, Level.STORE, Level.APP, [f"store-{STORES - 9}"] * 5)
    rows = [
        ("edges", f"{len(index):,}"),
        ("nodes: apps, endpoints, back ends, stores", ", ".join(f"{index.count(level):,}" for level in Level)),
        ("build", f"{wall:.1f} s, {cpu:.1f} CPU s: **{len(index) / wall:,.0f} edges/s** (goal 200,000)"),
        ("index on disk", f"{size / 2**20:,.0f} MiB; peak memory of the process {peak_mib():,.0f} MiB"),
        ("apps behind a store", _line(stores)),
        ("stores behind an app", _line(apps)),
        ("apps behind the most used store", _line(hub)),
    ]
    title = "`python -m bench graph`: a synthetic lake. Questions to an open index; up to 1,000 names per answer.\n\n"
    return "## The evidence graph\n\n" + title + table(("what", "measured"), rows)


def _ask(index: GraphIndex, level: Level, wanted: Level, names: list[str]) -> list[tuple[float, int]]:
    found: list[tuple[float, int]] = []
    for name in names:
        start = time.perf_counter()
        nodes = index.reach(level, name, wanted)
        list(index.names(nodes))
        found.append((time.perf_counter() - start, len(nodes)))
    return found


def _line(asked: list[tuple[float, int]]) -> str:
    times: list[Any] = sorted(seconds * 1000 for seconds, _ in asked)
    most = max(count for _, count in asked)
    return (
        f"median {statistics.median(times):.2f} ms, worst of {len(times)} **{times[-1]:.1f} ms** (goal 100); "
        f"answers of up to {most:,}"
    )
