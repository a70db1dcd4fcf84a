"""Memory of the libraries of ``scan``: what its main process needs before it has read anything.

Each step is a process of its own, which imports what the steps before it import. Private memory belongs to the process
alone. The proportional share (PSS) adds its part of what it shares with others. Resident memory has all of the shared
part: code of libraries, which the kernel can drop and read again.
"""

import subprocess
import sys
from pathlib import Path

from bench.measure import table
from tieback.engine.memory import ALLOCATOR

_QUERY = """
import duckdb, os, pyarrow as pa, pyarrow.parquet as pq, tempfile
with tempfile.TemporaryDirectory() as folder:
    pq.write_table(pa.table({"a": [1, 2]}), folder + "/a.parquet")
    connection = duckdb.connect()
    connection.execute("SET threads = 1; SET memory_limit = '64MB'")
    connection.sql(f"SELECT sum(a) FROM read_parquet('{folder}/a.parquet')").fetchall()
"""
STEPS = {
    "Python": "",
    "Typer with pydantic, Rich, msgspec": "import typer, typer._adapters, rich.console, msgspec",
    "SQLAlchemy with SQLite": "import sqlalchemy.orm, sqlalchemy.dialects.sqlite, sqlite3",
    "Arrow with Parquet (imports NumPy)": "import pyarrow.parquet",
    "Arrow's compute functions": "import pyarrow.compute",
    "DuckDB": "import duckdb",
    "a query of DuckDB, one thread, limit of 64 MB": _QUERY,
}
_SIZES = """
sizes = {}
for name in ("/proc/self/status", "/proc/self/smaps_rollup"):
    for line in open(name):
        key, _, value = line.partition(":")
        words = value.split()
        if len(words) == 2 and words[1] == "kB":
            sizes[key] = int(words[0])
print(sizes["RssAnon"], sizes["Pss"], sizes["VmRSS"])
"""


def measured() -> list[tuple[str, tuple[float, ...]]]:
    """MiB per step: private, proportional and resident."""
    found = []
    code = ""
    for name, step in STEPS.items():
        code += step + "\n"
        ended = subprocess.run(
            [sys.executable, "-c", code + _SIZES],
            env=ALLOCATOR,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        found.append((name, tuple(int(size) / 1024 for size in ended.stdout.split())))
    return found


def run() -> str:
    """The table."""
    rows = []
    before = 0.0
    for name, (private, proportional, resident) in measured():
        rows.append((name, f"{private:.0f}", f"{proportional:.0f}", f"{resident:.0f}", f"{resident - before:.0f}"))
        before = resident
    head = ("imported, with the lines above", "private MiB", "PSS MiB", "resident MiB", "resident, more")
    page = Path("/proc/self/smaps_rollup").exists()
    return f"## Memory of libraries\n\n`python -m bench resident`\n\n{table(head, rows) if page else 'Not measured.'}\n"
