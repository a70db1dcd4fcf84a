"""The apps of a run and their endpoints, joined and sorted by the database, so that a report streams a million apps.

A run's inputs may contain one content at several paths; it counts once, at the first path.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tieback.model.app import App, Platform, Signer
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.report.apps import AppSighting, AppSummary, DroppedName
from tieback.model.sighting import Evidence, Problem, Sighting, UnreadCode
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.apps import ios_executables, read_problem
from tieback.storage.lake.tables.inputs import RunInput

if TYPE_CHECKING:
    import pyarrow as pa

_SIGHTINGS = """
SELECT inp.unit, inp.path AS app_path, s.kind, s.value, s.scheme, s.host, s.port, s.path, s.service, s.count, s.party,
    s.file, s."offset", s.how, s.context, s.owner, s.party_reason, s.names, s.chain,
    s.addresses
FROM sightings s JOIN inp USING (unit, version)
ORDER BY inp.ordinal, s.ordinal"""


_DROPPED = """
SELECT inp.unit, n.value, n.reason FROM not_backends n JOIN inp USING (unit, version)
ORDER BY inp.ordinal, n.ordinal"""

_LEADS = "SEMI JOIN leads ON leads.app = c.unit"


class CapturedApp(msgspec.Struct, frozen=True):
    """An app known only from a capture; a report shows it if it leads to a store."""

    key: str
    """Content hash used as its key in routes."""
    path: str
    """The capture."""
    app: App
    endpoints: int


class RunApps:
    """The apps of one run.

    Args:
        lake: contains the apps.
        run: the run.
        traffic: version of the analysis of captures, whose units are not apps.
        leads: which app leads to which store: ``Conclusions.leads``.
        captured: apps that were not scanned.
        apis: cloud services that an app uses as its API; ``None`` for those without a service.
    """

    def __init__(
        self,
        lake: Lake,
        run: str,
        *,
        traffic: str,
        leads: "pa.Table",
        captured: Iterable[CapturedApp] = (),
        apis: Collection[str | None] = (),
    ) -> None:
        import pyarrow as pa

        self._lake = lake
        self._count: int | None = None
        self._scope = [run, traffic]
        self._apis = [service for service in apis if service is not None]
        self._unnamed_api = None in apis
        rows = [(one.key, one.path, one.app.bundle_id, one.app.name, one.endpoints) for one in captured]
        columns = list(zip(*rows, strict=True)) or [()] * 5
        texts = [pa.array([_storable(text) for text in column], pa.string()) for column in columns[:4]]
        self._tables: dict[str, pa.Table] = {
            "leads": leads,
            "captured": pa.table(
                dict(zip(("unit", "path", "bundle_id", "name"), texts, strict=True))
                | {"endpoints": pa.array(columns[4], pa.int64()), "place": pa.array(range(len(rows)), pa.int64())}
            ),
        }

    def count(self) -> int:
        """Number of apps read."""
        if self._count is None:
            sql = f"SELECT count(DISTINCT {_KEY}) FROM inputs WHERE {_READ}"  # noqa: S608 - ours
            self._count = self._number(sql, self._scope)
        return self._count

    def rows(self, most: int | None = None) -> Iterator[AppSummary]:
        """Every app: those that lead to exposed stores first, then those that lead to others, each by name.

        Args:
            most: only the first rows, which needs much less memory.
        """
        if most is None:
            return self._summaries("", {})
        first = [row[0] for row in self._lake.stream(_FIRST_LEADING, [*self._scope * 2, most], tables=self._tables)]
        if len(first) < most:
            first += self._first_quiet(most - len(first))
        return self.pick(first)

    def quiet(self, most: int | None = None) -> Iterator[AppSummary]:
        """The apps that lead to no store, by name; ``most`` as in ``rows``."""
        if most is None:
            return self._summaries("", {}, "WHERE led.exposures IS NULL")
        return self.pick(self._first_quiet(most))

    def unread(self, most: int | None = None) -> Iterator[AppSummary]:
        """The apps with parts that were not read, in the order of ``rows``."""
        keys = {row[0] for row in self._lake.stream(_UNREAD, self._scope)}
        return islice(self.pick(keys, "WHERE every.unread NOT IN ('', '[]')"), most)

    def _first_quiet(self, most: int) -> list[str]:
        """Content hashes of the first apps that lead to no store; no other data is in memory."""
        params = [*self._scope * 2, most]
        return [row[0] for row in self._lake.stream(_FIRST_QUIET, params, tables=self._tables)]

    def quiet_count(self) -> int:
        """Number of rows of ``quiet``."""
        return self.count() - self._number(_LEADING, self._scope, self._tables)

    def pick(self, keys: Collection[str], where: str = "") -> Iterator[AppSummary]:
        """The apps with one of these content hashes, in the order of ``rows``.

        Apps of captures that lead to no store are found too: findings name them.
        """
        import pyarrow as pa

        if not keys:
            return iter(())
        wanted = pa.table({"unit": pa.array(sorted(keys), pa.string())})
        return self._summaries("SEMI JOIN wanted USING (unit)", {"wanted": wanted}, where, leading="")

    def partly_read(self) -> tuple[int, int, int]:
        """Number of apps with parts that were not read, and of these: leading to an exposed store, and damaged."""
        count, affected, damaged = next(self._lake.stream(_PARTLY_READ, self._scope, tables=self._tables))
        return int(count), int(affected), int(damaged)

    def row_count(self) -> int:
        """Number of rows: apps that were read, and apps of captures that lead to a store."""
        return self.count() + self._number(_CAPTURED_ALONE, self._scope, self._tables)

    def dropped(self) -> Iterator[DroppedName]:
        """The names and addresses that are not back ends, in input order."""
        for unit, value, reason in self._lake.stream(f"{_ALL} {_DROPPED}", self._scope):
            yield DroppedName(unit, value, reason)

    def dropped_reasons(self) -> tuple[tuple[str, int], ...]:
        """Each reason of ``dropped`` with its number of rows, the most frequent first."""
        sql = f"""
            SELECT reason, count(*) FROM (SELECT {_KEY} AS key, reason FROM not_backends)
            SEMI JOIN (SELECT {_KEY} AS key FROM inputs WHERE {_READ}) USING (key)
            GROUP BY reason ORDER BY 2 DESC, 1"""  # noqa: S608 - ours
        return tuple((str(reason), int(count)) for reason, count in self._lake.stream(sql, self._scope))

    def sightings(self, keys: Collection[str] | None = None) -> Iterator[AppSighting]:
        """The endpoints of the apps, in input order; ``keys`` selects apps by content hash."""
        import pyarrow as pa

        wanted = pa.table({"unit": pa.array(sorted(keys or ()), pa.string())})
        which = "" if keys is None else "SEMI JOIN wanted USING (unit)"
        sql = f"{_INPUTS.format(which=which)} {_SIGHTINGS}"
        for row in self._lake.stream(sql, self._scope, tables={"wanted": wanted}):
            unit, path, kind = row[:3]
            yield AppSighting(
                unit,
                path,
                Sighting(
                    Endpoint(EndpointKind(kind), *row[3:9]),
                    row[9],
                    Party(row[10]),
                    Evidence(row[11], row[12], row[13], row[14], tuple(row[18] or ())),
                    owner=row[15] or "",
                    party_reason=row[16] or "",
                    names=tuple(row[17] or ()),
                    addresses=tuple(row[19] or ()),
                ),
            )

    def sighting_batches(self) -> "Iterator[pa.RecordBatch]":
        """The rows of ``sightings`` as columns, a bounded number in memory."""
        return self._lake.batches(f"{_ALL} {_SIGHTINGS}", self._scope)

    def sightings_count(self) -> int:
        """Number of rows of ``sightings``."""
        return self._number(_SIGHTINGS_READ, self._scope)

    def _number(self, sql: str, params: Sequence[Any], tables: "Mapping[str, pa.Table] | None" = None) -> int:
        return int(next(self._lake.stream(sql, params, tables=tables))[0])

    def _summaries(
        self, which: str, tables: "Mapping[str, pa.Table]", where: str = "", leading: str = _LEADS
    ) -> Iterator[AppSummary]:
        sql = _SUMMARIES.format(inputs=_INPUTS.format(which=which), which=which, where=where, leading=leading)
        params = [*self._scope, self._unnamed_api, self._apis]
        for row in self._lake.stream(sql, params, tables={**self._tables, **tables}):
            yield _summary(row)


def read_failed(lake: Lake, run: str) -> Iterator[RunInput]:
    """The inputs of a run that could not be read, in order. Raises ``WorkspaceError``."""
    sql = "SELECT path, unit, version, problem FROM inputs WHERE run = ? AND problem <> '' ORDER BY ordinal"
    for row in lake.stream(sql, [run]):
        yield RunInput(*row)


def read_captures(lake: Lake, run: str, traffic: str) -> list[RunInput]:
    """The captures of a run that were read, each content once. Raises ``WorkspaceError``."""
    sql = """
        SELECT arg_min(path, ordinal), unit, version, '' FROM inputs
        WHERE run = ? AND kind_of(version) = kind_of(?) AND problem = '' GROUP BY unit, version ORDER BY min(ordinal)"""
    return [RunInput(*row) for row in lake.stream(sql, [run, traffic])]


def read_capture_problems(lake: Lake, run: str, traffic: str) -> Iterator[tuple[str, Problem]]:
    """The problems of the captures of a run that were read, each with the content hash. Raises ``WorkspaceError``."""
    sql = """
        SELECT unit, what, "where", unread FROM problems SEMI JOIN (
            SELECT unit, version FROM inputs WHERE run = ? AND kind_of(version) = kind_of(?) AND problem = ''
        ) USING (unit, version) ORDER BY unit, ordinal"""
    for unit, what, where, unread in lake.stream(sql, [run, traffic]):
        yield unit, read_problem(what, where, unread)


def captured_bundles(lake: Lake, run: str, traffic: str) -> dict[str, str]:
    """Bundle identifiers in the captures of a run, each with the content hash of the matching scanned app.

    Of several versions of an app, the one with the highest hash. Raises ``WorkspaceError``.
    """
    sql = f"""{_ALL}, told AS (
            SELECT DISTINCT bundle_id FROM flows SEMI JOIN (
                SELECT unit, version FROM inputs WHERE run = ? AND kind_of(version) = kind_of(?) AND problem = ''
            ) USING (unit, version)
        )
        SELECT bundle_id, max(unit) FROM apps SEMI JOIN inp USING (unit, version) SEMI JOIN told USING (bundle_id)
        WHERE bundle_id <> '' GROUP BY bundle_id"""  # noqa: S608
    return dict(lake.stream(sql, [run, traffic, run, traffic]))


def run_executables(lake: Lake, run: str, traffic: str) -> Iterator[tuple[str, str, str]]:
    """The main programs of the iOS apps of a run, as ``ios_executables``. Raises ``WorkspaceError``."""
    units = lake.query(f"SELECT DISTINCT unit, version FROM inputs WHERE {_READ}", [run, traffic])  # noqa: S608
    yield from ios_executables(lake, units)


def only_captured(lake: Lake, run: str, traffic: str, captured: "pa.Table") -> Iterator[tuple[str, int]]:
    """Content hash and number of endpoints of each app whose traffic shows some that its package does not.

    Args:
        lake: contains the packages.
        run: the run.
        traffic: version of the analysis of captures.
        captured: columns ``app`` and ``value`` of the endpoints that apps contacted.
    """
    if not captured.num_rows:
        return
    sql = f"""
        SELECT c.app, count(DISTINCT c.value) FROM seen_in_traffic c ANTI JOIN (
            SELECT unit, value FROM sightings
            SEMI JOIN (SELECT DISTINCT unit, version FROM inputs WHERE {_READ}) USING (unit, version)
        ) s ON s.unit = c.app AND s.value = c.value GROUP BY c.app"""  # noqa: S608 - ours
    rows = lake.stream(sql, [run, traffic], tables={"seen_in_traffic": captured})
    yield from ((str(app), int(count)) for app, count in rows)


_INPUTS = """
WITH inp AS (
    SELECT unit, version, arg_min(path, ordinal) AS path, min(ordinal) AS ordinal FROM inputs {which}
    WHERE run = ? AND problem = '' AND kind_of(version) <> kind_of(?) GROUP BY unit, version
)"""

_ALL = _INPUTS.format(which="")

_READ = "run = ? AND problem = '' AND kind_of(version) <> kind_of(?)"
_KEY = "md5_number(unit || ':' || version)"
"""Sixteen bytes instead of two texts: a million of them fit into the memory of a laptop."""

_LEADING = f"""
SELECT count(*) FROM (SELECT DISTINCT app FROM leads) l
SEMI JOIN (SELECT unit FROM inputs WHERE {_READ}) i ON i.unit = l.app"""  # noqa: S608

_CAPTURED_ALONE = f"""
SELECT count(*) FROM (SELECT DISTINCT unit FROM captured SEMI JOIN leads ON leads.app = captured.unit) c
ANTI JOIN (SELECT unit FROM inputs WHERE {_READ}) i ON i.unit = c.unit"""  # noqa: S608

_UNREAD = f"""
SELECT unit, bool_or(unread LIKE '%"kind":"damaged"%') AS damaged
FROM apps SEMI JOIN (SELECT unit, version FROM inputs WHERE {_READ}) USING (unit, version)
WHERE unread NOT IN ('', '[]') GROUP BY unit"""  # noqa: S608

_PARTLY_READ = f"""
SELECT count(*), count(l.app), count(*) FILTER (WHERE a.damaged)
FROM ({_UNREAD}) a LEFT JOIN (SELECT DISTINCT app FROM leads WHERE exposed) l ON l.app = a.unit"""  # noqa: S608

_SIGHTINGS_READ = f"""
SELECT count(*) FROM sightings
SEMI JOIN (SELECT DISTINCT unit, version FROM inputs WHERE {_READ}) USING (unit, version)"""  # noqa: S608

_SUMMARIES = """{inputs}, seen AS (
    SELECT unit, version, count(*) AS endpoints, bool_or(
        scheme IN ('http', 'https', 'ws', 'wss') AND CASE
            -- A cloud's own front is the maker's when the app names it, whoever the domain belongs to.
            WHEN kind = 'cloud' THEN CASE WHEN service IS NULL THEN ? ELSE list_contains(?, service) END
            ELSE service IS NULL AND party = 'first' END
    ) AS has_api
    FROM sightings SEMI JOIN inp USING (unit, version) GROUP BY unit, version
), odd AS (
    SELECT unit, version, list([what, "where", problems.unread] ORDER BY ordinal) AS problems
    FROM problems SEMI JOIN inp USING (unit, version) GROUP BY unit, version
), led AS (
    SELECT app AS unit, list(exposure ORDER BY place) AS exposures, bool_or(exposed) AS exposed FROM leads GROUP BY app
), scanned AS (
    SELECT i.unit, i.path, a.sha256, a.platform, a.bundle_id, a.name, a.version_name, a.version_code, a.min_sdk,
        a.target_sdk, a.vendor, a.signer_sha256, a.signer_subject, a.signer_scheme,
        coalesce(a.executable, '') AS executable, coalesce(a.team, '') AS team,
        coalesce(s.endpoints, 0) AS endpoints, coalesce(s.has_api, false) AS has_api, o.problems, a.unread,
        false AS captured,
        i.ordinal
    FROM inp i LEFT JOIN apps a USING (unit, version) LEFT JOIN seen s USING (unit, version)
        LEFT JOIN odd o USING (unit, version)
), in_traffic AS (
    SELECT DISTINCT ON (c.unit) c.unit, c.path, c.unit AS sha256, 'unknown' AS platform, c.bundle_id, c.name,
        '' AS version_name, '' AS version_code, '' AS min_sdk, '' AS target_sdk, '' AS vendor, NULL AS signer_sha256,
        NULL AS signer_subject, NULL AS signer_scheme, '' AS executable, '' AS team, c.endpoints, false AS has_api,
        NULL AS problems, NULL AS unread, true AS captured, c.place AS ordinal
    FROM (SELECT * FROM captured {which}) c {leading} ANTI JOIN inp ON inp.unit = c.unit
    ORDER BY c.unit, c.place
)
SELECT every.* EXCLUDE (ordinal), led.exposures
FROM (FROM scanned UNION ALL BY NAME FROM in_traffic) every LEFT JOIN led USING (unit) {where}
ORDER BY NOT coalesce(led.exposed, false), led.exposures IS NULL,
    lower(coalesce(nullif(every.name, ''), every.bundle_id, every.path)), every.unit"""

_LABELLED = f"""
    SELECT unit, lower(coalesce(nullif(name, ''), bundle_id)) AS label FROM apps
    SEMI JOIN (SELECT {_KEY} AS key FROM inputs WHERE {_READ}) i
        ON i.key = md5_number(apps.unit || ':' || apps.version)
    UNION ALL
    SELECT unit, lower(arg_min(path, ordinal)) FROM inputs WHERE {_READ}
        AND {_KEY} NOT IN (SELECT {_KEY} FROM apps) GROUP BY unit"""  # noqa: S608
"""The label of every app that was read, without other columns."""

_FIRST_QUIET = f"""
SELECT unit FROM ({_LABELLED}) every ANTI JOIN leads ON leads.app = every.unit ORDER BY label, unit LIMIT ?"""  # noqa: S608

_FIRST_LEADING = f"""
WITH led AS (SELECT app, bool_or(exposed) AS exposed FROM leads GROUP BY app)
SELECT unit FROM (
    FROM ({_LABELLED})
    UNION
    SELECT unit, lower(coalesce(nullif(name, ''), bundle_id, path)) FROM captured
) every JOIN led ON led.app = every.unit
GROUP BY unit ORDER BY NOT any_value(exposed), min(label), unit LIMIT ?"""  # noqa: S608


def _summary(row: Sequence[Any]) -> AppSummary:
    unit, path, sha256, platform, bundle_id, name, *rest = row
    version_name, version_code, min_sdk, target_sdk, vendor, signer, subject, scheme, executable, *rest = rest
    team, endpoints, has_api, odd, unread, captured, led = rest
    app = (
        App(Platform.UNKNOWN, Path(path).name, unit)
        if platform is None
        else App(
            platform=Platform(platform),
            bundle_id=bundle_id,
            sha256=sha256,
            name=name,
            version_name=version_name,
            version_code=version_code,
            min_sdk=min_sdk,
            target_sdk=target_sdk,
            vendor=vendor,
            signer=None if signer is None else Signer(signer, subject, scheme),
            executable=executable,
            team=team,
        )
    )
    return AppSummary(
        app=app,
        path=path,
        endpoints=endpoints,
        exposures=tuple(led or ()),
        has_api=has_api,
        problems=tuple(read_problem(*one) for one in odd or ()),
        captured=captured,
        unread=msgspec.json.decode(unread, type=tuple[UnreadCode, ...]) if unread else (),
    )


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
