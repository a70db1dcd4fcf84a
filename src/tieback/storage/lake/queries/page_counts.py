"""What the index of a run for pages counts in the lake: targets that were probed, and details of each app."""

from collections.abc import Iterator

from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.probes import WITH_VERDICT


def probed_targets(lake: Lake, run: str, outside: str) -> frozenset[tuple[str, str]]:
    """Distinct hosts that a run probed, each alone and with the resource of a target at a shared host.

    Args:
        lake: contains the reports.
        run: the run.
        outside: outcome of targets that the grant refused, so that nothing was sent.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    return _targets(lake, "outcome <> ?", [run, outside])


def targets_with_verdict(lake: Lake, run: str) -> frozenset[tuple[str, str]]:
    """Those of ``probed_targets`` of which a conversation decided something: a host without one gave no answer.

    Raises ``WorkspaceError``.
    """
    return _targets(lake, WITH_VERDICT, [run])


def _targets(lake: Lake, which: str, params: list[str]) -> frozenset[tuple[str, str]]:
    sql = f"""
        SELECT DISTINCT regexp_extract(split_part(target, '/', 1), '^\\[?(.*?)\\]?:[0-9]+$', 1) AS host,
            unnest(['', split_part(target, '/', 2)]) AS resource
        FROM probes WHERE run = ? AND ({which})"""  # noqa: S608 - our own text
    return frozenset((host, resource) for host, resource in lake.stream(sql, params))


def apps_in_detail(lake: Lake, run: str, traffic: str) -> Iterator[tuple[str, str, int, int]]:
    """Content hash, version of the analysis, and number of credentials and of dropped names of each app of a run.

    Args:
        lake: contains the apps.
        run: the run.
        traffic: version of the analysis of captures, whose units are not apps.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    sql = """
        WITH inp AS (
            SELECT DISTINCT unit, version FROM inputs
            WHERE run = ? AND problem = '' AND kind_of(version) <> kind_of(?)
        ), found AS (
            SELECT unit, version, count(*) AS credentials, 0 AS dropped FROM credentials GROUP BY ALL
            UNION ALL SELECT unit, version, 0, count(*) FROM not_backends GROUP BY ALL
        )
        SELECT unit, version, coalesce(sum(credentials), 0)::BIGINT, coalesce(sum(dropped), 0)::BIGINT
        FROM inp LEFT JOIN found USING (unit, version) GROUP BY unit, version"""
    yield from lake.stream(sql, [run, traffic])


def count_apps(lake: Lake, run: str, traffic: str) -> int:
    """Number of distinct apps that a run read. Arguments and errors as of ``apps_in_detail``."""
    sql = """
        SELECT count(DISTINCT md5_number(unit || ':' || version)) FROM inputs
        WHERE run = ? AND problem = '' AND kind_of(version) <> kind_of(?)"""
    return int(next(lake.stream(sql, [run, traffic]))[0])
