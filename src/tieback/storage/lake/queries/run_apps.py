"""The apps of a run with their back ends, for the review of the fleet."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.probes import BACKEND

if TYPE_CHECKING:
    import pyarrow as pa


def run_backends(lake: Lake, run: str) -> Iterator[tuple[str, str]]:
    """Name and host of each back end of a run, each once. Raises ``WorkspaceError``."""
    sql = f"SELECT {BACKEND}, min(host) FROM backends WHERE run = ? GROUP BY 1"  # noqa: S608 - our own text
    yield from lake.stream(sql, [run])


def runs_with_app(lake: Lake, sha256: str) -> set[str]:
    """The runs that read an app. Raises ``WorkspaceError``."""
    sql = "SELECT DISTINCT run FROM inputs WHERE unit = ? AND problem = ''"
    return {run for (run,) in lake.stream(sql, [sha256])}


def app_backend_counts(
    lake: Lake, run: str, apps: Collection[str], probed: Collection[str]
) -> Iterator[tuple[str, int, int]]:
    """Content hash of each of these apps that a run read, its number of back ends, and how many were probed.

    Args:
        lake: contains the run.
        run: the run.
        apps: content hashes.
        probed: names of the back ends that the run probed.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    sql = f"""
        WITH here AS (
            SELECT DISTINCT unit, version FROM inputs SEMI JOIN apps_chosen ON apps_chosen.value = inputs.unit
            WHERE run = ? AND problem = ''
        ), named AS (
            SELECT DISTINCT unit, value FROM sightings SEMI JOIN here USING (unit, version)
        ), ends AS (
            SELECT DISTINCT named.unit, {BACKEND} AS name FROM named JOIN backends USING (value) WHERE run = ?
        )
        SELECT units.unit, count(ends.name), count(probed_names.value) FROM (SELECT DISTINCT unit FROM here) units
        LEFT JOIN ends ON ends.unit = units.unit LEFT JOIN probed_names ON probed_names.value = ends.name
        GROUP BY units.unit"""  # noqa: S608 - our own text
    tables = {"apps_chosen": _values(apps), "probed_names": _values(probed)}
    yield from lake.stream(sql, [run, run], tables=tables)


def _values(texts: Collection[str]) -> "pa.Table":
    import pyarrow as pa

    return pa.table({"value": pa.array(sorted(texts), pa.string())})
