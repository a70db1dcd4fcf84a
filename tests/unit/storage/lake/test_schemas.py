import shutil
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from tests.each import each
from tests.examples import few
from tieback.pipeline.report import build_report
from tieback.storage.lake.compaction import compact
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import SCHEMAS, rows_table
from tieback.storage.lake.upkeep import check, seal_parts
from tieback.storage.ledger.tables import runs
from tieback.storage.recovery import recover
from tieback.storage.workspace import Workspace

LAKES = Path(__file__).parents[1] / "lakes"
"""A lake of each schema there was; its README says how they were made."""
NEVER = 1_000
"""Behind the number of every lake: the app in them has no public key."""


@each("name", SCHEMAS)
def test_no_rows_make_an_empty_table_of_the_schema(name: str) -> None:
    table = rows_table(name, [])
    assert table.schema == SCHEMAS[name]
    assert table.num_rows == 0


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("\udcff.apk", "\\udcff.apk"),
        ("nul\x00and \U0001f600", "nul\x00and \U0001f600"),
    ],
)
def test_any_text_can_be_kept(text: str, kept: str) -> None:
    assert rows_table("problems", [("key", "v1", 0, text, "", None)])["what"].to_pylist() == [kept]


@pytest.mark.parametrize("port", [2**31, -(2**40)])
def test_what_does_not_fit_is_refused(port: int) -> None:
    row = ("key", "v1", 0, "sha", "url", "v", "http", "h", port, "", None, 1, "first", "f", 0, "how", "")
    with pytest.raises((pa.ArrowInvalid, OverflowError)):
        rows_table("sightings", [row])


def test_lists_of_text() -> None:
    row = ("run", 0, "v", "h", 1, ("1.2.3.4", "\udcff"), "dns", "", "", "", None, "", "first", "{}")
    assert rows_table("backends", [row])["addresses"].to_pylist() == [["1.2.3.4", "\\udcff"]]


def old_workspace(name: str, directory: Path) -> Workspace:
    """A workspace with an old lake, its units, and its run in a new ledger."""
    workspace = Workspace.open(directory)
    shutil.copytree(LAKES / name / "parts", workspace.lake_directory / "parts")
    seal_parts(workspace.lake)  # as `tieback workspace trust` does
    recover(workspace.lake, workspace.ledger)
    (run,) = workspace.lake.query("SELECT DISTINCT run FROM inputs")["run"].to_pylist()
    with workspace.ledger.database.writing() as connection:
        connection.execute(sa.insert(runs).values(id=run, started=1.0, ended=2.0, grant_sha256=None, args="[]"))
    return workspace


def counts(lake: Lake) -> dict[str, int]:
    """How many rows each table has."""
    sql = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in SCHEMAS)
    return dict(lake.stream(sql))


@pytest.mark.parametrize(
    "name",
    # Each third, the oldest first.
    few(
        [
            name if number % 3 == 0 else pytest.param(name, marks=pytest.mark.more)
            for number, name in enumerate(sorted(path.name for path in LAKES.iterdir() if path.is_dir()))
        ],
        4,
    ),
)
def test_a_lake_of_an_older_schema_is_read_reported_and_put_together(name: str, tmp_path: Path) -> None:
    with old_workspace(name, tmp_path) as workspace:
        assert {why for _, why in check(workspace.lake)} == {""}
        for table in ("sightings", "credentials", "apps"):
            assert workspace.lake.query(f"SELECT * FROM {table}").column_names == SCHEMAS[table].names
        before = counts(workspace.lake)
        since = {"apps": 1, "public_keys": NEVER, "flows": 3, "passive_services": 6, "posture_resources": 7}
        assert {table: before[table] for table in since} == {
            table: int(int(name.partition("-")[0]) >= first) for table, first in since.items()
        }
        compact(workspace.lake)
        assert counts(workspace.lake) == before
        run = workspace.ledger.latest_run()
        assert run is not None
        report = build_report(workspace, run.id)
        apps = [app for app in report.apps.rows() if app.app.bundle_id]
        assert [(app.app.name, app.endpoints) for app in apps] == [("Fieldhand", 2)]
        assert {seen.sighting.endpoint.host for seen in report.sightings.rows()} >= {"es.fieldhand.test"}
        assert report.headline.apps_analysed == 1
