"""What the index of a run for pages counts in the lake: targets that were probed, and details of each app."""

from collections.abc import Iterator

from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.probes import WITH_VERDICT

_HOST = "regexp_extract(split_part(target, '/', 1), '^\\[?(.*?)\\]?:[0-9]+$', 1)"
_PORT = "regexp_extract(split_part(target, '/', 1), ':([0-9]+)$', 1)"
"""Parts of a target: ``host:port``, ``[address]:port``, or one of them with a resource or path after a slash."""


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
        SELECT DISTINCT {_HOST} AS host, unnest(['', split_part(target, '/', 2)]) AS resource
        FROM probes WHERE run = ? AND ({which})"""  # noqa: S608 - our own text
    return frozenset((host, resource) for host, resource in lake.stream(sql, params))


def hosts_without_answer(lake: Lake, run: str, outside: str) -> dict[str, tuple[int, bool]]:
    """Hosts with ports of which no conversation decided anything: their number, and whether an endpoint names one.

    Arguments and errors as of ``probed_targets``.
    """
    sql = f"""
        WITH asked AS (
            SELECT {_HOST} AS host, try_cast({_PORT} AS INTEGER) AS port FROM probes WHERE run = ? AND outcome <> ?
            GROUP BY ALL HAVING NOT bool_or({WITH_VERDICT})
        ), named AS (SELECT DISTINCT host, port, true AS named FROM backends WHERE run = ? AND port IS NOT NULL)
        SELECT host, count(*), coalesce(bool_or(named), false) FROM asked LEFT JOIN named USING (host, port)
        GROUP BY host"""  # noqa: S608 - our own text
    return {host: (int(ports), named) for host, ports, named in lake.stream(sql, [run, outside, run])}


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
