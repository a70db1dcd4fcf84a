"""The lake: savings from compaction, and the cost of its views compared with plain DuckDB on the files.

``python -m bench.lake WORKSPACE make|compact|asked|queries`` are the child processes: the synthetic run of
``bench.report`` in parts as small as the engine writes them, and each query of its report, through the lake and
directly.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure import median_cpu, peak_mib, table

APPS = 200_000
APPS_A_PART = 50
RUNS = 3


def run() -> str:
    """Measure, and return the report section."""
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
        workspace = Path(folder) / "workspace"
        command = [sys.executable, "-m", "bench.lake", str(workspace)]
        subprocess.run([*command, "make"], check=True, capture_output=True)
        before = _child([*command, "asked"])
        compacted = _child([*command, "compact"])
        after = _child([*command, "asked"])
        queries = _child([*command, "queries"])
    asked = [
        [name, f"{before[name][0]:,}", f"{after[name][0]:,}", f"{before[name][1]:.2f}", f"{after[name][1]:.2f}"]
        for name in before
    ]
    rows = [
        [line["query"], f"{line['ours'] * 1000:.0f}", f"{line['raw'] * 1000:.0f}", f"{line['ours'] / line['raw']:.2f}"]
        for line in queries["lines"]
    ]
    ours, raw = (sum(line[side] for line in queries["lines"]) for side in ("ours", "raw"))
    rows.append(["**all**", f"{ours * 1000:.0f}", f"{raw * 1000:.0f}", f"**{ours / raw:.2f}**"])
    return (
        f"## The lake\n\n`python -m bench lake`: {APPS:,} synthetic apps with two endpoints each, in parts of "
        f"{APPS_A_PART} apps as the engine writes them, and the inputs of {RUNS} runs. `tieback workspace compact` "
        f"merged {compacted['before']:,} parts into {compacted['after']:,}, in {compacted['cpu']:.0f} s of CPU with "
        f"{compacted['peak']:.0f} MiB. {compacted['bytes_before'] / 1e6:.1f} MB became "
        f"{compacted['bytes_after'] / 1e6:.1f} MB.\n\nBytes that DuckDB read for a question (`EXPLAIN ANALYZE`), and "
        "CPU seconds, before and after compaction:\n\n"
        + table(["question", "bytes before", "bytes after", "CPU s before", "CPU s after"], asked)
        + '\n\nCPU time of every query for the report and its terminal table, median of 3. "Plain DuckDB" reads the '
        "bare files with `read_parquet` and a glob, on a new connection.\n\n"
        + table(["query", "lake ms", "plain DuckDB ms", "ratio"], rows)
    )


def _child(command: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    )
    return found


def make(workspace: Path) -> None:
    """Create the run of ``bench.report`` in small parts, and the inputs of older runs of the same apps."""
    from bench import report
    from tieback.storage.lake.tables.inputs import RunInput, save_inputs
    from tieback.storage.workspace import Workspace

    report.APPS, report.APPS_A_PART = APPS, APPS_A_PART
    report.STORES, report.FINDINGS = APPS // 10, APPS // 5
    report.make(workspace)
    with Workspace.open(workspace) as opened:
        for number in range(1, RUNS):
            inputs = (RunInput(f"app-{n}.apk", f"{n:064x}", "app-bench") for n in range(APPS))
            save_inputs(opened.lake, f"2025010{number}T000000Z-00000000", inputs)


def compact(workspace: Path) -> dict[str, Any]:
    """Compact the lake."""
    from tieback.storage.lake.compaction import compact as compacted
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace) as opened, opened.lock():
        start = time.process_time()
        done = compacted(opened.lake)
        return {
            "before": done.before,
            "after": done.after,
            "bytes_before": done.bytes_before,
            "bytes_after": done.bytes_after,
            "cpu": time.process_time() - start,
            "peak": peak_mib(),
        }


def asked(workspace: Path) -> dict[str, tuple[int, float]]:
    """Bytes read and CPU seconds of typical queries."""
    from tieback.storage.lake.lake import Lake

    lake = Lake(workspace / "lake")
    questions = {
        "everything of one app": ("SELECT * FROM sightings WHERE unit = ?", f"{APPS // 3:064x}"),
        "who names one endpoint": ("SELECT * FROM sightings WHERE value = ?", "https://api777.bench.test"),
        "inputs of one run": ("SELECT * FROM inputs WHERE run = ?", "20250101T000000Z-00000000"),
        "every sighting": ("SELECT * FROM sightings WHERE ? <> ''", "-"),
    }
    found = {}
    for name, (sql, wanted) in questions.items():
        said = lake.query(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", [wanted])
        read = json.loads(said.column(1)[0].as_py())["io"]["total_bytes_read"]
        found[name] = (int(read), median_cpu(partial(_through, lake, sql, [wanted], None), 3))
    return found


def queries(workspace: Path) -> dict[str, Any]:
    """Each query of the report, through the lake and directly."""
    from tieback.pipeline.report import build_report
    from tieback.report import by_name
    from tieback.storage.lake.lake import Lake
    from tieback.storage.workspace import Workspace

    noted: dict[str, tuple[str, Any, Any]] = {}

    class Noting(Lake):
        """Records its queries."""

        def stream(self, sql: str, params: Any = None, *, tables: Any = None, rows_a_batch: int = 10_000) -> Any:
            noted.setdefault(sql, (sql, params, tables))
            return super().stream(sql, params, tables=tables, rows_a_batch=rows_a_batch)

        def query(self, sql: str, params: Any = None, *, tables: Any = None) -> Any:
            noted.setdefault(sql, (sql, params, tables))
            return super().query(sql, params, tables=tables)

    class Nowhere:
        def write(self, data: bytes) -> int:
            return len(data)

    with Workspace.open(workspace) as opened:
        opened.lake = Noting(opened.lake_directory)
        latest = opened.ledger.latest_run()
        assert latest is not None
        by_name("terminal").render(build_report(opened, latest.id), Nowhere())  # type: ignore[arg-type]
    lake = Lake(workspace / "lake")
    lines = []
    for sql, params, tables in noted.values():
        ours = median_cpu(partial(_through, lake, sql, params, tables), 3)
        raw = median_cpu(partial(_by_hand, lake, sql, params, tables), 3)
        lines.append({"query": _short(sql), "ours": ours, "raw": raw})
    return {"lines": sorted(lines, key=lambda line: -line["ours"])}


def _through(lake: Any, sql: str, params: Any, tables: Mapping[str, Any] | None) -> list[Any]:
    """Run a query as tieback does."""
    return list(lake.stream(sql, params, tables=tables))


def _by_hand(lake: Any, sql: str, params: Any, tables: Mapping[str, Any] | None) -> list[Any]:
    """Run a query as a user would: a connection, one glob per table, the same SQL."""
    import re

    import duckdb

    from tieback.storage.lake.schemas import SCHEMAS

    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute("CREATE MACRO kind_of(version) AS split_part(version, '-', 1)")
        for name, schema in SCHEMAS.items():
            if re.search(rf"\b{name}\b", sql):
                glob = f"{lake.directory}/parts/*/{name}.parquet"
                if next((lake.directory / "parts").glob(f"*/{name}.parquet"), None) is None:
                    connection.register(name, schema.empty_table())
                else:
                    connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{glob}')")
        for name, rows in (tables or {}).items():
            connection.register(name, rows)
        return connection.execute(sql, params).fetchall()


def _short(sql: str) -> str:
    words = " ".join(sql.split())
    tail = words.rpartition("SELECT ")[2] if words.startswith("WITH") else words
    return "`" + tail[:60].replace("|", "/") + "…`"


if __name__ == "__main__":
    actions: dict[str, Callable[[Path], object]] = {
        "make": make,
        "compact": compact,
        "asked": asked,
        "queries": queries,
    }
    print(json.dumps(actions[sys.argv[2]](Path(sys.argv[1]))))
