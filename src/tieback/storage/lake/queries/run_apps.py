"""The apps of a run with their back ends, for the review of the fleet."""

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

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


class ProbedBackend(NamedTuple):
    """A back end that a run probed."""

    name: str
    silent: bool
    """True if it gave no result."""
    without_answer: int
    """Number of its ports without a result."""


class AppBackends(NamedTuple):
    """The back ends of an app in a run."""

    app: str
    """Its content hash."""
    backends: int
    """Hosts and cloud resources, in the package or in captures."""
    probed: int
    """How many of them the run probed."""
    silent: int
    """How many of the probed ones gave no result."""
    without_answer: int
    """Number of their ports without a result."""
    partly_read: bool
    """True if a part of the package was not read: back ends may be missing."""
    damaged: bool
    """True if the package is cut off or damaged."""


def app_backend_counts(
    lake: Lake,
    run: str,
    apps: Collection[str],
    probed: Iterable[ProbedBackend],
    captured: "pa.Table",
) -> Iterator[AppBackends]:
    """Each of these apps that a run read, with the number of its back ends.

    Args:
        lake: contains the run.
        run: the run.
        apps: content hashes.
        probed: the back ends that the run probed.
        captured: columns ``app`` and ``value`` of the endpoints that apps contacted in captures.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    sql = f"""
        WITH here AS (
            SELECT DISTINCT unit, version FROM inputs SEMI JOIN apps_chosen ON apps_chosen.value = inputs.unit
            WHERE run = ? AND problem = ''
        ), named AS (
            SELECT unit, value FROM sightings SEMI JOIN here USING (unit, version)
            UNION SELECT app, value FROM seen_in_traffic
        ), ends AS (
            SELECT DISTINCT named.unit, {BACKEND} AS name FROM named JOIN backends USING (value) WHERE run = ?
        ), unread AS (
            SELECT unit, bool_or(unread LIKE '%"kind":"damaged"%') AS damaged FROM apps
            SEMI JOIN here USING (unit, version) WHERE unread NOT IN ('', '[]') GROUP BY unit
        )
        SELECT units.unit, count(ends.name), count(p.name), count(*) FILTER (p.silent),
            coalesce(sum(p.without_answer), 0)::BIGINT, count(unread.unit) > 0, coalesce(bool_or(unread.damaged), false)
        FROM (SELECT DISTINCT unit FROM here) units LEFT JOIN ends ON ends.unit = units.unit
        LEFT JOIN probed_names p ON p.name = ends.name
        LEFT JOIN unread ON unread.unit = units.unit
        GROUP BY units.unit"""  # noqa: S608 - our own text
    tables = {
        "apps_chosen": _values(apps),
        "probed_names": _probed_table(probed),
        "seen_in_traffic": captured,
    }
    for row in lake.stream(sql, [run, run], tables=tables):
        yield AppBackends(*row)


def _probed_table(probed: Iterable[ProbedBackend]) -> "pa.Table":
    import pyarrow as pa

    columns = list(zip(*probed, strict=True)) or [()] * 3
    types = (pa.string(), pa.bool_(), pa.int64())
    return pa.table(
        {name: pa.array(column, kind) for name, column, kind in zip(ProbedBackend._fields, columns, types, strict=True)}
    )


def _values(texts: Collection[str]) -> "pa.Table":
    import pyarrow as pa

    return pa.table({"value": pa.array(sorted(texts), pa.string())})
