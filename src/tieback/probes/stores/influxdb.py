"""InfluxDB 1, 2 and 3: databases, measurements, points, fields and tags over its HTTP API.

Sends ``GET /`` (identify: the version is in a header field; like ``/ping``, it proves nothing). Then, without reading a
point below depth ``sample``:

- Version 1: ``SHOW DATABASES``; for each of at most 50 databases ``SHOW MEASUREMENTS``, ``SHOW SERIES EXACT
  CARDINALITY`` and ``SELECT COUNT(*)`` (enumerate), ``SHOW FIELD KEYS`` and ``SHOW TAG KEYS`` (describe). The server
  itself allows only ``SELECT`` and ``SHOW`` by GET.
- Version 2: ``GET /api/v2/buckets``, which always requires a token.
- Version 3: ``GET /api/v3/configure/database``; for each database ``SHOW TABLES`` (enumerate) and the columns of
  ``information_schema`` (describe). A client that may send these may read everything; the result is ``partial``,
  because nothing is counted.

``SELECT COUNT(*)`` makes the server read its points: at most ``MAX_POINTS`` of each measurement, and more only if the
grant's ``scans`` allows it. It is sent only for a database of at most ``MAX_SERIES`` series, and no more after one that
is not answered in time: the server ends a query whose client closes the connection. It counts the points of each field
in the default retention policy, so the highest number of a measurement is a lower bound. If it is not sent, the report
has the number of series, and no number of records.
Version 1 verified against 1.6.7; 2 and 3 not yet verified against the real server.
"""

from typing import Any

import msgspec

from tieback.model.figure import Figure, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.sampling import SampledWebStore, SampleReading, sample_get, sampling_request
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation, SendCost

_ROOT = get_request("/", "product and version, from a header; changes nothing", depth=Depth.IDENTIFY)
_DATABASES = get_request("/query?q=SHOW+DATABASES", "names of databases", label="SHOW DATABASES")
_MEASUREMENTS = get_request("/query?db={db}&q=SHOW+MEASUREMENTS", "names of measurements", label="SHOW MEASUREMENTS")
_SERIES = get_request(
    "/query?db={db}&q=SHOW+SERIES+EXACT+CARDINALITY",
    "number of series of each measurement, from the index; returns no point",
    label="SHOW SERIES EXACT CARDINALITY",
)
MAX_POINTS = 10_000
"""Maximum number of points of a measurement that are counted without the grant's ``scans``."""
MAX_SERIES = 10_000
"""Maximum number of series of a database whose points are counted."""


def _count_request(source: str, label: str, cost: SendCost) -> Request:
    return get_request(
        f"/query?db={{db}}&q=SELECT+COUNT(*)+FROM+{source}",
        "number of points of each field of each measurement; returns no point",
        label=label,
    ).costing(cost)


_SOME_POINTS = _count_request(
    f"(SELECT+*+FROM+%2F.*%2F+LIMIT+{MAX_POINTS})", f"SELECT COUNT(*) ... LIMIT {MAX_POINTS}", SendCost.BOUNDED
)
_ALL_POINTS = _count_request("%2F.*%2F", "SELECT COUNT(*)", SendCost.SCAN)
_FIELDS = get_request(
    "/query?db={db}&q=SHOW+FIELD+KEYS",
    "names and types of fields; no values",
    label="SHOW FIELD KEYS",
    depth=Depth.DESCRIBE,
)
_TAGS = get_request(
    "/query?db={db}&q=SHOW+TAG+KEYS", "names of tags; no values", label="SHOW TAG KEYS", depth=Depth.DESCRIBE
)
_BUCKETS = get_request("/api/v2/buckets?limit=100", "names of buckets, version 2")
_TABLES = get_request(
    "/api/v3/query_sql?db={db}&format=json&q=SHOW+TABLES",
    "names of tables, version 3: the second proof; returns no row",
    label="SHOW TABLES",
)
_COLUMNS = get_request(
    "/api/v3/query_sql?db={db}&format=json"
    "&q=SELECT+table_name,column_name,data_type+FROM+information_schema.columns+WHERE+table_schema=%27iox%27",
    "names and types of columns, version 3; no values",
    label="SELECT ... FROM information_schema.columns",
    depth=Depth.DESCRIBE,
)
_V3 = get_request("/api/v3/configure/database?format=json", "names of databases, version 3")

_SENDS = (
    _ROOT,
    _DATABASES,
    _MEASUREMENTS,
    _SERIES,
    _SOME_POINTS,
    _ALL_POINTS,
    _FIELDS,
    _TAGS,
    _BUCKETS,
    _V3,
    _TABLES,
    _COLUMNS,
)
_NAME = rb"(?:[A-Za-z0-9_.~-]|%20){1,255}"
_TAG_VALUES = sampling_request(
    get_request(
        "/query?db={db}&q=SHOW+TAG+VALUES+FROM+%22{measurement}%22+WITH+KEY+%3D~+/.%2B/+LIMIT+50",
        "at most 50 values of each tag, from the index: classified for personal data in memory, nothing is kept",
        names=_NAME,
        label="SHOW TAG VALUES ... LIMIT 50",
    )
)
_SAMPLED_POINTS = sample_get(
    "/query?db={db}&q=SELECT+*+FROM+%22{measurement}%22+LIMIT+#",
    "points of a measurement with few series",
    names=_NAME,
)
_ROWS_3 = sample_get(
    "/api/v3/query_sql?db={db}&format=json&q=SELECT+*+FROM+iox.%22{table}%22+LIMIT+#",
    "rows of a table, version 3",
    names=_NAME,
)
_FEW_SERIES = 1000
"""A query for points opens every series, so the points of a measurement with more of them are not read."""


type _Cell = str | int | float | bool | None


class _Series(msgspec.Struct):
    name: str = ""
    columns: list[str] = []
    values: list[list[_Cell]] = []


class _Result(msgspec.Struct):
    series: list[_Series] = []
    error: str = ""


class _Answer(msgspec.Struct):
    results: list[_Result]


class _Bucket(msgspec.Struct):
    name: str
    type: str = ""


class _Buckets(msgspec.Struct):
    buckets: list[_Bucket]


class _Database3(msgspec.Struct, rename={"name": "iox::database"}):
    name: str


class _Table3(msgspec.Struct, rename={"name": "table_name", "schema": "table_schema"}):
    name: str
    schema: str


class _Column3(msgspec.Struct, rename={"table": "table_name", "name": "column_name", "type": "data_type"}):
    table: str
    name: str
    type: str = ""


class InfluxdbProbe(SampledWebStore):
    """Probe of InfluxDB: databases, measurements, series, fields, tags."""

    meta = ProbeMeta(
        name="influxdb",
        products=("influxdb",),
        ports=(8086, 8181),
        services=("influxdb", "influx"),
        cpe=("cpe:2.3:a:influxdata:influxdb",),
        cwe="CWE-306",
        sends=tuple(r.send for r in (*_SENDS, _TAG_VALUES, *_SAMPLED_POINTS, *_ROWS_3)),
        references=(
            "https://docs.influxdata.com/influxdb/v1/tools/api/",
            "https://docs.influxdata.com/influxdb/v2/api/",
            "https://docs.influxdata.com/influxdb3/core/api/",
        ),
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by a header field that every answer has."""
        version = answer.headers.get("x-influxdb-version")
        return Identification("influxdb", version.removeprefix("v")) if version is not None else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List what the API of the version provides."""
        if not inquiry.enumerates:
            return
        cluster = answer.headers.get("cluster-uuid", "")
        if 0 < len(cluster) <= 64:
            inquiry.draft.vendor_id("cluster-uuid", cluster)
        version = inquiry.draft.version
        if version.startswith("3"):
            yield from self._version_3(inquiry)
        elif version.startswith("2"):
            listed = yield from inquiry.catalogue(_BUCKETS, _Buckets)
            if listed is not None:
                inquiry.add_containers(
                    [Container((one.name,), "database", one.name.startswith("_")) for one in listed.buckets]
                )
                inquiry.judge()
        else:
            yield from self._version_1(inquiry)

    def _version_3(self, inquiry: Inquiry) -> Conversation[None]:
        found = yield from inquiry.catalogue(_V3, list[_Database3])
        if found is None:
            return
        told: list[str] = []
        for one in inquiry.limit(found, "databases"):
            listed = None if one.name.startswith("_") else (yield from inquiry.read(_TABLES, list[_Table3], one.name))
            if listed is None:
                inquiry.add_containers([Container((one.name,), "database", one.name.startswith("_"))])
                continue
            inquiry.draft.prove(_TABLES.label, f"names of the tables of {one.name}", Access.OPEN)
            tables = [table.name for table in listed if table.schema == "iox"]
            fields = (yield from self._columns(inquiry, one.name)) if inquiry.describes and tables else {}
            told += [f"{one.name}\0{table}" for table in tables]
            inquiry.add_containers([Container((one.name, t), "table", fields=tuple(fields.get(t, ()))) for t in tables])
        if told:
            inquiry.draft.fingerprint(told)
            inquiry.draft.access = Access.PARTIAL
            inquiry.draft.problem("queries need no login; rows were not counted")
        else:
            inquiry.judge()

    def _columns(self, inquiry: Inquiry, name: str) -> Conversation[dict[str, list[Field]]]:
        columns = yield from inquiry.read(_COLUMNS, list[_Column3], name)
        fields: dict[str, list[Field]] = {}
        for column in columns or ():
            kept = fields.setdefault(column.table, [])
            if len(kept) < MAX_FIELDS:
                kept.append(Field(column.name[:512], column.type[:40]))
        return fields

    def _version_1(self, inquiry: Inquiry) -> Conversation[None]:
        listed = yield from inquiry.catalogue(_DATABASES, _Answer)
        if listed is None:
            return
        names = [str(row[0]) for row in _rows(listed) if row]
        told: list[str] = []
        series = 0
        points = _Points(inquiry)
        for name in inquiry.limit(names, "databases"):
            if name == "_internal":
                inquiry.add_containers([Container((name,), "database", system=True)])
                continue
            measurements = yield from self._ask(inquiry, _MEASUREMENTS, name)
            if measurements is None:
                inquiry.add_containers([Container((name,), "database")])
                continue
            inquiry.draft.prove(_MEASUREMENTS.label, f"names of the measurements of {name}", Access.OPEN)
            held = yield from self._series(inquiry, name)
            series += held
            counts = yield from points.count(name, held)
            fields = (yield from self._fields(inquiry, name)) if inquiry.describes else {}
            found = [str(row[0]) for row in _rows(measurements) if row]
            told += [f"{name}\0{one}" for one in found]
            inquiry.add_containers(
                [Container((name, m), "measurement", False, counts.get(m), None, fields.get(m, ())) for m in found]
            )
        inquiry.draft.fingerprint(told)
        inquiry.judge()
        if series and inquiry.draft.access is Access.SCHEMA_ONLY and not inquiry.refused:
            # A series has points, counted or not.
            inquiry.draft.access = Access.OPEN

    def _series(self, inquiry: Inquiry, name: str) -> Conversation[int]:
        """Number of series of a database."""
        answer = yield from self._ask(inquiry, _SERIES, name)
        return sum(_count(series.values[0][:1]) for series in _series(answer) if series.values)

    def _fields(self, inquiry: Inquiry, name: str) -> Conversation[dict[str, tuple[Field, ...]]]:
        fields: dict[str, list[Field]] = {}
        for request, kind in ((_FIELDS, ""), (_TAGS, "tag")):
            answer = yield from self._ask(inquiry, request, name)
            for series in _series(answer):
                for row in series.values[:MAX_FIELDS]:
                    if row:
                        told = str(row[1]) if len(row) > 1 else ""
                        fields.setdefault(series.name, []).append(Field(str(row[0])[:512], kind or told[:40]))
        return {measurement: tuple(found) for measurement, found in fields.items()}

    def _ask(self, inquiry: Inquiry, request: Request, name: str) -> Conversation[_Answer | None]:
        answer = yield from inquiry.read(request, _Answer, name)
        if answer is not None and (errors := [result.error for result in answer.results if result.error]):
            inquiry.refused += 1
            inquiry.draft.problem(f"{request.label} ({name[:60]!r}): {errors[0][:120]}")
            return None
        return answer

    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read the values of tags, and the points of a measurement with few series."""
        if container.kind == "table":
            found = yield from reading.read(_ROWS_3, list[dict[str, Any]], *container.path)
            reading.add(container.path, found or ())
        if container.kind != "measurement" or len(container.path) != 2:
            return
        database, measurement = container.path
        if (yield from _count_series(reading, database, measurement)) <= _FEW_SERIES:
            points = yield from reading.read(_SAMPLED_POINTS, _Answer, database, measurement)
            rows = [dict(zip(one.columns, row, strict=False)) for one in _series(points) for row in one.values]
            reading.add(container.path, rows)
            if rows:
                return
        answer = yield from reading.ask(_TAG_VALUES, database, measurement)
        tags = decode_json(answer.body, _Answer) if answer is not None and answer.status == 200 else None
        held: dict[str, list[_Cell]] = {}
        for row in _rows(tags) if tags is not None else ():
            if len(row) == 2:
                held.setdefault(str(row[0]), []).append(row[1])
        for name, values in held.items():
            reading.add(container.path, values, name)


def _count_series(reading: SampleReading, database: str, measurement: str) -> Conversation[int]:
    """Number of series of a measurement; more than any limit if it is unknown."""
    answer = yield from reading.ask(_SERIES, database)
    found = decode_json(answer.body, _Answer) if answer is not None and answer.status == 200 else None
    for one in _series(found):
        count = one.values[0][0] if one.name == measurement and one.values and one.values[0] else None
        if isinstance(count, int) and count >= 0:
            return count
    return _FEW_SERIES + 1


class _Points:
    """Counts points, until a server takes too long."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._answers = True

    def count(self, name: str, series: int) -> Conversation[dict[str, Figure]]:
        """Number of points of each measurement of a database with so many series."""
        if not series:
            return {}
        found: dict[str, int] = {}
        if series <= MAX_SERIES:
            found = yield from self._ask(_SOME_POINTS, name)
        if self._inquiry.draft.target.scans and any(count >= MAX_POINTS for count in found.values()):
            found |= yield from self._ask(_ALL_POINTS, name)
        if not found:
            self._inquiry.draft.problem(f"{name[:60]!r}: {series} series, whose points were not counted")
        method = "SELECT COUNT(*), default retention policy, the field with most points"
        return {measurement: lower_bound(count, method) for measurement, count in found.items()}

    def _ask(self, request: Request, name: str) -> Conversation[dict[str, int]]:
        """Answered number of points of each measurement; nothing after a server took too long once."""
        answer: _Answer | None = None
        if self._answers:
            answer = yield from self._inquiry.attempt(request, _Answer, name)
            self._answers = answer is not None
        return {one.name: _count(one.values[0][1:]) for one in _series(answer) if one.values}


def _count(cells: list[_Cell]) -> int:
    """The highest number in a row that can be a count; 0 if there is none."""
    numbers = (cell for cell in cells if isinstance(cell, int) and not isinstance(cell, bool))
    return max((number for number in numbers if 0 <= number < 1 << 62), default=0)


def _series(answer: _Answer | None) -> list[_Series]:
    return [series for result in answer.results for series in result.series] if answer is not None else []


def _rows(answer: _Answer) -> list[list[_Cell]]:
    return [row for series in _series(answer) for row in series.values]
