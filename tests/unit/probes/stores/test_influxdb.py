from typing import Any

import pytest

from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.playback import MemoryPeer, play
from tieback.probes.stores.influxdb import InfluxdbProbe
from tieback.scope.conversation import Target

STATES = [
    # what differs, access
    ({"GET /query?q=SHOW+DATABASES": 401}, Access.AUTH_REQUIRED),
    ({"GET /query?q=SHOW+DATABASES": '{"results":[{"series":[{"values":[["_internal"]]}]}]}'}, Access.OPEN_EMPTY),
    ({"GET /query?q=SHOW+DATABASES": '{"results":[{}]}'}, Access.OPEN_EMPTY),
    ({"GET /query?q=SHOW+DATABASES": "nonsense"}, Access.UNKNOWN),
    ({"GET /query?db=hr&q=SHOW+MEASUREMENTS": 403}, Access.SCHEMA_ONLY),
    ({"GET /query?db=hr&q=SHOW+MEASUREMENTS": '{"results":[{"error":"not authorized"}]}'}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("influxdb", change).result.access is access


def test_that_it_is_alive_proves_nothing(web: Any) -> None:
    """Its version stands in the header of any answer, of ``/ping`` too, whoever asks."""
    report = web.ask("influxdb", depth=Depth.IDENTIFY).result
    assert (report.product, report.version, report.access) == ("influxdb", "1.6.7", Access.UNKNOWN)


def test_points_are_a_lower_bound(web: Any) -> None:
    report = web.ask("influxdb").result
    assert {c.records.quality for c in report.containers if c.records} == {Quality.LOWER_BOUND}


SERIES = "GET /query?db=hr&q=SHOW+SERIES+EXACT+CARDINALITY"
POINTS = "GET /query?db=hr&q=SELECT+COUNT(*)+FROM+(SELECT+*+FROM+%2F.*%2F+LIMIT+10000)"
ALL_POINTS = "GET /query?db=hr&q=SELECT+COUNT(*)+FROM+%2F.*%2F"
UNCOUNTED = [
    # what differs, number of series, whether the points are requested
    ({POINTS: '{"results":[{"error":"max-select-series limit exceeded"}]}'}, 3, True),
    ({POINTS: None}, 3, True),
    ({SERIES: '{"results":[{"series":[{"name":"machines","values":[[10001]]}]}]}'}, 10_001, False),
]


@pytest.mark.parametrize(("change", "series", "requested"), UNCOUNTED)
def test_series_are_no_records(web: Any, change: dict[str, str | None], series: int, requested: bool) -> None:
    played = web.ask("influxdb", change)
    report = played.result
    assert (report.access, [one.records for one in report.containers if not one.system]) == (Access.OPEN, [None, None])
    assert any(f"{series} series, whose points were not counted" in problem for problem in report.problems)
    assert any(b"COUNT" in sent for sent in played.sent) == requested
    assert [field.name for one in report.containers for field in one.fields] == ["owner", "temp", "site"]


def _points(machines: int) -> str:
    return f'{{"results":[{{"series":[{{"name":"machines","values":[["1970-01-01T00:00:00Z",{machines}]]}}]}}]}}'


@pytest.mark.parametrize(
    ("limited", "scans", "records"), [(9_999, True, 9_999), (10_000, False, 10_000), (10_000, True, 70_000)]
)
def test_more_points_are_counted_only_if_the_grant_allows_scans(
    web: Any, limited: int, scans: bool, records: int
) -> None:
    played = web.ask("influxdb", {POINTS: _points(limited), ALL_POINTS: _points(70_000)}, scans=scans)
    (machines,) = (one.records for one in played.result.containers if one.path == ("hr", "machines"))
    assert machines.value == records
    assert any(sent.startswith(f"{ALL_POINTS} HTTP".encode()) for sent in played.sent) == (records == 70_000)


def test_a_count_that_takes_too_long_costs_only_itself(web: Any) -> None:
    pages = web.pages("influxdb").page
    probe = InfluxdbProbe()

    def answer(sent: bytes) -> bytes:
        line = sent.decode().partition(" HTTP/1.1")[0]
        return b"" if line == POINTS else pages.get(line, type(pages["GET /"])(status=404)).wire()

    played = play(probe.run(Target("127.0.0.1", 8086), Depth.DESCRIBE), MemoryPeer(answer), probe.meta.sends)
    assert (played.result.access, played.connections) == (Access.OPEN, 2)
    assert [field.name for one in played.result.containers for field in one.fields] == ["owner", "temp", "site"]


@pytest.mark.parametrize(
    ("version", "path", "body", "access"),
    [
        ("v2.7.4", "/api/v2/buckets?limit=100", None, Access.AUTH_REQUIRED),
        ("v2.7.4", "/api/v2/buckets?limit=100", '{"buckets":[{"name":"hr"}]}', Access.SCHEMA_ONLY),
        ("3.0.1", "/api/v3/configure/database?format=json", None, Access.AUTH_REQUIRED),
        ("3.0.1", "/api/v3/configure/database?format=json", '[{"iox::database":"hr"}]', Access.SCHEMA_ONLY),
        ("3.0.1", "/api/v3/configure/database?format=json", '[{"iox::database":"_internal"}]', Access.OPEN_EMPTY),
    ],
)
def test_later_versions(web: Any, version: str, path: str, body: str | None, access: Access) -> None:
    root = type(web.pages("influxdb").page["GET /"])(status=404, headers={"X-Influxdb-Version": version})
    report = web.ask("influxdb", {"GET /": root, f"GET {path}": body if body is not None else 401}).result
    assert (report.version, report.access) == (version.removeprefix("v"), access)


def test_version_3_lists_tables_and_columns(web: Any) -> None:
    root = type(web.pages("influxdb").page["GET /"])(status=404, headers={"X-Influxdb-Version": "3.2.1"})
    query = "GET /api/v3/query_sql?db=hr&format=json&q="
    columns = "SELECT+table_name,column_name,data_type+FROM+information_schema.columns+WHERE+table_schema=%27iox%27"
    report = web.ask(
        "influxdb",
        {
            "GET /": root,
            "GET /api/v3/configure/database?format=json": '[{"iox::database":"hr"},{"iox::database":"_internal"}]',
            f"{query}SHOW+TABLES": '[{"table_schema":"iox","table_name":"people"},'
            '{"table_schema":"system","table_name":"queries"}]',
            f"{query}{columns}": '[{"table_name":"people","column_name":"email","data_type":"Utf8"}]',
        },
    ).result
    assert report.access is Access.PARTIAL
    people, internal = report.containers
    assert (people.path, [field.name for field in people.fields]) == (("hr", "people"), ["email"])
    assert internal.system
