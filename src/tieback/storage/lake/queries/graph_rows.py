"""Rows of the lake for the evidence graph: of one back end, of one app, or a summary of all back ends."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from tieback.model.app import Platform
from tieback.model.backend import Backend
from tieback.model.document import decode
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.inputs import RunInput
from tieback.storage.lake.tables.probes import BACKEND

if TYPE_CHECKING:
    import pyarrow as pa

_VALUES_SHOWN = 1000


class AppRow(msgspec.Struct, frozen=True):
    """An app with the location where it names an endpoint."""

    key: str
    bundle_id: str
    name: str
    version_name: str
    value: str
    party: str
    file: str
    offset: int | None
    how: str


class AppUnit(msgspec.Struct, frozen=True):
    """The unit of work of an app."""

    key: str
    version: str
    bundle_id: str
    platform: Platform


class BackendRow(msgspec.Struct, frozen=True):
    """Summary of a back end."""

    host: str
    endpoints: int
    apps: int
    addresses: tuple[str, ...]
    provider: str
    region: str
    owner: str
    party: str
    values: tuple[str, ...]
    at: str = ""
    """Its host; for a resource, the host that many customers share. May be empty."""
    resolved_by: str = ""
    """How its addresses were determined, or why there are none."""


class GraphRows:
    """The rows of one run. Every method raises ``WorkspaceError`` if the lake cannot be read."""

    def __init__(self, lake: Lake, run: str, traffic: str) -> None:
        """Set the run.

        Args:
            lake: contains the rows.
            run: the run.
            traffic: version of the analysis of captures.
        """
        self._lake = lake
        self._run = run
        self._traffic = traffic

    def of_backend(self, name: str) -> Iterator[Backend]:
        """The endpoints of a back end, by host, address or resource; or one endpoint, by value."""
        sql = f"""SELECT json FROM backends
            WHERE run = ? AND (host = ? OR value = ? OR {BACKEND} = ?) ORDER BY value = ? DESC, ordinal"""  # noqa: S608
        for (text,) in self._lake.stream(sql, [self._run, name, name, name, name]):
            yield decode(text, "backend", Backend)

    def first_of_backends(self, names: Iterable[str]) -> Iterator[tuple[str, Backend]]:
        """The first endpoint of each of these back ends, with the name; unordered."""
        sql = f"""SELECT back, arg_min(json, ordinal) FROM (
                SELECT {BACKEND} AS back, json, ordinal FROM backends WHERE run = ?
            ) SEMI JOIN wanted ON wanted.value = back GROUP BY back"""  # noqa: S608
        for name, text in self._lake.stream(sql, [self._run], tables={"wanted": _wanted(names)}):
            yield name, decode(text, "backend", Backend)

    def of_values(self, values: Iterable[str]) -> Iterator[Backend]:
        """The back ends of endpoints, by their values."""
        sql = "SELECT json FROM backends SEMI JOIN wanted USING (value) WHERE run = ? ORDER BY ordinal"
        for (text,) in self._lake.stream(sql, [self._run], tables={"wanted": _wanted(values)}):
            yield decode(text, "backend", Backend)

    def apps_at(self, values: Iterable[str], seen: "pa.Table", most: int) -> Iterator[AppRow]:
        """Apps that name one of these endpoints, with the location; each app once, packages before captures.

        Args:
            values: values of the endpoints.
            seen: sightings in captures: ``app``, ``value``, ``bundle_id``, ``name``, ``file``, ``how``, ``party``.
            most: maximum number of apps.
        """
        sql = f"""{_PLACES}
            QUALIFY row_number() OVER (PARTITION BY p.app ORDER BY p.rank, p.ordinal, p.value) = 1
            ORDER BY 2, 1 LIMIT ?"""
        for row in self._lake.stream(sql.format(which=_only(values)), [self._run, most], tables=_tables(values, seen)):
            yield AppRow(*row)

    def every(self) -> Iterator[Backend]:
        """Every back end of the run, in its order."""
        for (text,) in self._lake.stream("SELECT json FROM backends WHERE run = ? ORDER BY ordinal", [self._run]):
            yield decode(text, "backend", Backend)

    def pairs(self, values: Iterable[str] | None, seen: "pa.Table") -> Iterator[AppRow]:
        """Pairs of an app and one of these endpoints (or of all), each with one location. Arguments as ``apps_at``."""
        sql = f"""{_PLACES}
            QUALIFY row_number() OVER (PARTITION BY p.app, p.value ORDER BY p.rank, p.ordinal) = 1
            ORDER BY 2, 1, 5"""
        for row in self._lake.stream(sql.format(which=_only(values)), [self._run], tables=_tables(values, seen)):
            yield AppRow(*row)

    def find_apps(self, text: str) -> list[AppUnit]:
        """The apps of the run with this bundle identifier, SHA-256 prefix (8 digits or more), name, or file."""
        sql = f"""{_NAMED}
            SELECT DISTINCT unit, version, coalesce(bundle_id, ''), coalesce(platform, 'unknown') FROM apps
            SEMI JOIN named USING (unit, version)
            WHERE bundle_id = ? OR (length(?) >= 8 AND starts_with(unit, lower(?))) OR lower(name) = lower(?)
                OR unit IN (SELECT unit FROM inputs WHERE run = ? AND (path = ? OR ends_with(path, '/' || ?)))
            ORDER BY ALL"""  # noqa: S608
        rows = self._lake.stream(sql, [self._run, text, text, text, text, self._run, text, text])
        return [AppUnit(key, version, bundle, Platform(platform)) for key, version, bundle, platform in rows]

    def app_names(self, most: int) -> tuple[list[str], int]:
        """Bundle identifiers of the run's apps, or else their names or hashes, sorted, at most ``most``; and how many.

        Args:
            most: maximum number of names.
        """
        sql = f"""{_NAMED}
            SELECT DISTINCT coalesce(nullif(bundle_id, ''), nullif(name, ''), left(unit, 12)) AS label FROM apps
            SEMI JOIN named USING (unit, version)"""  # noqa: S608
        sql = f"SELECT label, count(*) OVER () FROM ({sql}) ORDER BY label LIMIT ?"  # noqa: S608
        rows = [(str(label), int(count)) for label, count in self._lake.stream(sql, [self._run, most])]
        return [label for label, _ in rows], rows[0][1] if rows else 0

    def captures_of(self, bundle: str) -> list[RunInput]:
        """The captures of the run with traffic of an app."""
        sql = f"""{_NAMED} SELECT any_value(i.path), i.unit, i.version FROM inputs i SEMI JOIN (
                SELECT unit, version FROM flows SEMI JOIN named USING (unit, version) WHERE bundle_id = ?
            ) USING (unit, version)
            WHERE i.run = ? AND kind_of(i.version) = kind_of(?) GROUP BY i.unit, i.version ORDER BY 2"""  # noqa: S608
        rows = self._lake.stream(sql, [self._run, bundle, self._run, self._traffic])
        return [RunInput(path, unit, version) for path, unit, version in rows]

    def endpoint_backends(self) -> Iterator[tuple[str, str]]:
        """Every endpoint of the run, by its value, with the name of its back end; unordered."""
        yield from self._lake.stream(f"SELECT value, {BACKEND} FROM backends WHERE run = ?", [self._run])  # noqa: S608

    def backends(self, seen: "pa.Table") -> Iterator[BackendRow]:
        """Every back end, by name; ``seen`` as in ``apps_at``."""
        sql = f"""{_NAMED}, backs AS (SELECT {BACKEND} AS back, * FROM backends WHERE run = ?),
            ways AS (
                SELECT value, app_sha256 AS app FROM sightings SEMI JOIN named USING (unit, version)
                UNION ALL SELECT value, app FROM seen
            ), counted AS (
                SELECT back, count(DISTINCT app) AS apps FROM backs JOIN ways USING (value) GROUP BY back
            )
            SELECT back, count(*), coalesce(any_value(c.apps), 0), arg_max(addresses, len(addresses)),
                arg_min(provider, ordinal), arg_min(region, ordinal), arg_min(owner, ordinal), arg_min(party, ordinal),
                arg_min(host, ordinal), arg_min(resolved_by, ordinal), list(value ORDER BY ordinal)[1:{_VALUES_SHOWN}]
            FROM backs LEFT JOIN counted c USING (back) GROUP BY back ORDER BY back"""  # noqa: S608
        for host, endpoints, apps, addresses, *texts, values in self._lake.stream(
            sql, [self._run, self._run], tables={"seen": seen}
        ):
            provider, region, owner, party, at, resolved_by = texts
            yield BackendRow(
                host,
                endpoints,
                apps,
                tuple(addresses or ()),
                provider,
                region,
                owner,
                party,
                tuple(values),
                at,
                resolved_by,
            )


_NAMED = "WITH named AS (SELECT DISTINCT unit, version FROM inputs WHERE run = ? AND problem = '')"


_PLACES = f"""{_NAMED}, places AS (
    SELECT app_sha256 AS app, value, party, file, "offset", how, 0 AS rank, ordinal
    FROM sightings SEMI JOIN named USING (unit, version) {{which}}
    UNION ALL
    SELECT app, value, party, file, NULL, how, 1, 0 FROM seen {{which}}
), known AS (
    SELECT unit, any_value(bundle_id) AS bundle_id, any_value(name) AS name, any_value(version_name) AS version_name
    FROM apps SEMI JOIN named USING (unit, version) GROUP BY unit
), captured AS (
    SELECT app, any_value(bundle_id) AS bundle_id, any_value(name) AS name FROM seen GROUP BY app
)
SELECT p.app, coalesce(k.bundle_id, c.bundle_id, ''), coalesce(k.name, c.name, ''), coalesce(k.version_name, ''),
    p.value, p.party, p.file, p."offset", p.how
FROM places p LEFT JOIN known k ON k.unit = p.app LEFT JOIN captured c ON c.app = p.app"""  # noqa: S608 - our own text


def _only(values: Iterable[str] | None) -> str:
    return "" if values is None else "SEMI JOIN wanted USING (value)"


def _tables(values: Iterable[str] | None, seen: "pa.Table") -> dict[str, "pa.Table"]:
    return {"seen": seen} if values is None else {"seen": seen, "wanted": _wanted(values)}


def _wanted(values: Iterable[str]) -> "pa.Table":
    import pyarrow as pa

    return pa.table({"value": pa.array(sorted(set(values)), pa.string())})
