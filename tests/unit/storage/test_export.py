import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from tests.unit.storage.lake.test_compaction import RUNS, fill
from tieback.model.errors import TiebackError, UsageError
from tieback.storage.export import TABLES, export_run, runs_to_export
from tieback.storage.export_target import open_target
from tieback.storage.lake.schemas import SCHEMAS, rows_table
from tieback.storage.ledger.tables import exposures, findings, runs
from tieback.storage.workspace import Workspace

APPS = 30


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    opened = Workspace.open(tmp_path_factory.mktemp("ws"))
    fill(opened.lake, APPS)
    keys = rows_table("public_keys", [("k", "v1", "google", "AIza-public", ["maps"], "")])
    opened.lake.publish("keys", {"public_keys": keys})
    with opened.ledger.database.writing() as connection:
        for number, run in enumerate((*RUNS, "unended")):
            ended = None if run == "unended" else float(number)
            connection.execute(sa.insert(runs).values(id=run, started=1.0, ended=ended, args="[]"))
        for n in range(3):
            store = {
                "id": f"exp-{n}",
                "product": "x",
                "access": "open",
                "severity": "low",
                "records": n,
                "document": "{}",
            }
            connection.execute(sa.insert(exposures).values(run=RUNS[0], **store))
        finding = {"id": "f", "rule": "r", "severity": "low", "document": '{"a":"\u00e9"}'}
        connection.execute(sa.insert(findings).values(run=RUNS[0], **finding))
    return opened


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_export_has_one_folder_per_run(workspace: Workspace, tmp_path: Path) -> None:
    done = export_run(workspace.lake, workspace.ledger, RUNS[0], open_target(str(tmp_path)))
    assert {name: one.rows for name, one in done.items()} == {
        "apps": APPS, "sightings": 2 * APPS, "inputs": APPS, "backends": 3, "exposures": 3, "findings": 1
    }  # fmt: skip
    told = json.loads((tmp_path / "_runs" / f"{RUNS[0]}.json").read_bytes())
    (only,) = told["tables"]["apps"]["files"]
    assert only["path"] == f"table=apps/run={RUNS[0]}/part-00000.parquet"
    assert only["bytes"] == (tmp_path / only["path"]).stat().st_size
    glob = f"{tmp_path}/table=*/run=*/*.parquet"
    sql = f"""SELECT "table", run, count(*) FROM read_parquet('{glob}', hive_partitioning = true, union_by_name = true)
        GROUP BY ALL ORDER BY ALL"""
    rows = duckdb.connect().execute(sql).fetchall()
    assert rows[0] == ("apps", RUNS[0], APPS)
    assert "AIza" not in str(files(tmp_path)), "what is kept for the probes alone stays here"


def test_columns_are_those_of_the_lake_and_the_run_is_the_folders(workspace: Workspace, tmp_path: Path) -> None:
    export_run(workspace.lake, workspace.ledger, RUNS[0], open_target(str(tmp_path)))
    for table in ("apps", "sightings", "inputs", "backends"):
        (path,) = (tmp_path / f"table={table}").rglob("*.parquet")
        assert pq.read_schema(path).names == [name for name in SCHEMAS[table].names if name != "run"]
    (path,) = (tmp_path / "table=findings").rglob("*.parquet")
    assert pq.read_table(path, partitioning=None).to_pylist() == [
        {"id": "f", "rule": "r", "severity": "low", "document": '{"a":"\u00e9"}', "rank": 0}
    ]
    assert {path.parent.parent.name for path in tmp_path.rglob("*.parquet")} <= {f"table={name}" for name in TABLES}


def test_files_have_a_bound_and_an_export_again_is_the_same(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tieback.storage import export

    monkeypatch.setattr(export, "ROWS_A_GROUP", 1)
    place = open_target(str(tmp_path))
    batches = list(workspace.lake.batches("SELECT * FROM sightings", rows_a_batch=7))
    assert sum(batch.num_rows for batch in batches) == 2 * APPS
    assert max(batch.num_rows for batch in batches) <= 7
    written = list(export._written(iter(batches), place, "table=sightings/run=r", 1))
    assert [file.rows for file in written] == [batch.num_rows for batch in batches]
    assert written[8].path == "table=sightings/run=r/part-00008.parquet"
    export_run(workspace.lake, workspace.ledger, RUNS[1], place)
    before = files(tmp_path)
    late = tmp_path / f"table=apps/run={RUNS[1]}/part-00007.parquet"
    late.write_bytes(b"of a longer export")
    export_run(workspace.lake, workspace.ledger, RUNS[1], place)
    assert files(tmp_path) == before


def test_a_place_that_fails_leaves_no_list(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TiebackError, match="the disk is full"):
        export_run(workspace.lake, workspace.ledger, RUNS[0], open_target(str(tmp_path)))
    assert not (tmp_path / "_runs").exists()


@pytest.mark.parametrize(
    ("wanted", "every", "found"), [((), False, [RUNS[1]]), ((RUNS[0],), False, [RUNS[0]]), ((), True, list(RUNS))]
)
def test_which_runs(workspace: Workspace, wanted: tuple[str, ...], every: bool, found: list[str]) -> None:
    assert runs_to_export(workspace.ledger, wanted, every=every, where="w") == found


@pytest.mark.parametrize("wanted", ["nope", "unended"])
def test_runs_that_are_none(workspace: Workspace, wanted: str) -> None:
    with pytest.raises(UsageError, match=f"no finished run {wanted}"):
        runs_to_export(workspace.ledger, [wanted], every=False, where="w")


POLARS = """
import sys, polars as pl
apps = pl.scan_parquet(f"{sys.argv[1]}/table=apps/", hive_partitioning=True)
seen = pl.scan_parquet(f"{sys.argv[1]}/table=sightings/", hive_partitioning=True)
joined = seen.join(apps, on=["run", "unit", "version"]).select("bundle_id", "host").collect()
print(joined.height, joined["host"].n_unique())
"""
PYSPARK = """
import sys
from pyspark.sql import SparkSession
spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate())
apps = spark.read.parquet(f"{sys.argv[1]}/table=apps")
seen = spark.read.parquet(f"{sys.argv[1]}/table=sightings")
joined = seen.join(apps, ["run", "unit", "version"]).select("bundle_id", "host")
print(joined.count(), joined.select("host").distinct().count())
"""


@pytest.mark.parametrize(("module", "script"), [("polars", POLARS), ("pyspark", PYSPARK)])
def test_others_read_it(workspace: Workspace, tmp_path: Path, module: str, script: str) -> None:
    """As docs/reference/lake.md shows it; ``TIEBACK_READERS`` names a Python that has Polars and PySpark."""
    python = os.environ.get("TIEBACK_READERS", sys.executable)
    if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
        pytest.skip(f"{module} is not installed (group readers, or TIEBACK_READERS)")
    for run in RUNS:
        export_run(workspace.lake, workspace.ledger, run, open_target(str(tmp_path)))
    done = subprocess.run([python, "-c", script, tmp_path], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.split() == [str(2 * 2 * APPS), str(APPS + 1)]
