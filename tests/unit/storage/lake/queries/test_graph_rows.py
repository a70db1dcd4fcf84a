"""Rows of back ends and apps: found by host, value, resource and address as they stand in the lake."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from tieback.model.app import Platform
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.graph_rows import GraphRows
from tieback.storage.lake.schemas import SCHEMAS
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.lake.tables.probes import save_backends

RUN = "run-1"


def backend(kind: EndpointKind, value: str, host: str, port: int | None = 443) -> Backend:
    return Backend(Endpoint(kind, value, "", host, port), ("203.0.113.7",), "dns", provider="P", party=Party.FIRST)


BACKENDS = [
    backend(EndpointKind.URL, "https://x.test/1", "x.test"),
    backend(EndpointKind.HOST_PORT, "x.test:9200", "x.test", 9200),
    backend(EndpointKind.CLOUD, "s3:shop", "s3.amazonaws.com"),
    backend(EndpointKind.ADDRESS, "[2001:db8::1]:9200", "2001:db8::1", 9200),
]
SEEN = pa.table({name: pa.array(["c"] if name == "app" else ["x.test:9200"] if name == "value" else [name], pa.string())
                 for name in ("app", "value", "bundle_id", "name", "file", "how", "party")})  # fmt: skip


def column(table: str, name: str, values: Sequence[object]) -> pa.Array:
    return pa.array(values, SCHEMAS[table].field(name).type)


@pytest.fixture
def rows(tmp_path: Path) -> GraphRows:
    lake = Lake(tmp_path)
    save_backends(lake, RUN, BACKENDS)
    save_inputs(lake, RUN, [RunInput("a.apk", "aa" * 32, "1"), RunInput("bad.apk", "bb" * 32, "1", "broken")])
    lake.publish(
        "apps",
        {
            "apps": pa.table(
                {
                    "unit": column("apps", "unit", ["aa" * 32]),
                    "version": column("apps", "version", ["1"]),
                    "bundle_id": column("apps", "bundle_id", ["org.example.shop"]),
                    "platform": column("apps", "platform", ["android"]),
                    "name": column("apps", "name", ["Shop"]),
                    "version_name": column("apps", "version_name", ["1.2"]),
                }
            ),
            "sightings": pa.table(
                {
                    "unit": column("sightings", "unit", ["aa" * 32] * 2 + ["bb" * 32]),
                    "version": column("sightings", "version", ["1"] * 3),
                    "ordinal": column("sightings", "ordinal", [0, 1, 0]),
                    "app_sha256": column("sightings", "app_sha256", ["aa" * 32] * 2 + ["bb" * 32]),
                    "value": column("sightings", "value", ["https://x.test/1", "s3:shop", "s3:shop"]),
                    "party": column("sightings", "party", ["first"] * 3),
                    "file": column("sightings", "file", ["classes.dex"] * 3),
                    "offset": column("sightings", "offset", [16, None, 1]),
                    "how": column("sightings", "how", ["dex-string/url"] * 3),
                }
            ),
        },
    )
    return GraphRows(lake, RUN, "traffic-1")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x.test", ["https://x.test/1", "x.test:9200"]),
        ("x.test:9200", ["x.test:9200"]),
        ("s3:shop", ["s3:shop"]),
        ("2001:db8::1", ["[2001:db8::1]:9200"]),
        ("y.test", []),
    ],
)
def test_back_ends(rows: GraphRows, name: str, values: list[str]) -> None:
    assert [one.endpoint.value for one in rows.of_backend(name)] == values


def test_in_short(rows: GraphRows) -> None:
    found = {row.host: (row.endpoints, row.apps, row.provider) for row in rows.backends(SEEN)}
    assert found == {"x.test": (2, 2, "P"), "s3:shop": (1, 1, "P"), "2001:db8::1": (1, 0, "P")}


def test_apps_at_endpoints(rows: GraphRows) -> None:
    found = list(rows.apps_at(["https://x.test/1", "x.test:9200", "s3:shop"], SEEN, 10))
    assert [(row.key[:2], row.bundle_id, row.version_name, row.value, row.offset) for row in found] == [
        ("c", "bundle_id", "", "x.test:9200", None),
        ("aa", "org.example.shop", "1.2", "https://x.test/1", 16),
    ]
    assert len(list(rows.apps_at(["s3:shop"], SEEN, 0))) == 0
    assert [(row.key[:2], row.value) for row in rows.pairs(None, SEEN)] == [
        ("c", "x.test:9200"),
        ("aa", "https://x.test/1"),
        ("aa", "s3:shop"),
    ]
    assert [row.value for row in rows.pairs(["s3:shop"], SEEN)] == ["s3:shop"]


@pytest.mark.parametrize(
    ("text", "count"), [("org.example.shop", 1), ("aaaaaaaa", 1), ("AA" * 32, 1), ("aa", 0), ("b" * 9, 0)]
)
def test_apps_by_name(rows: GraphRows, text: str, count: int) -> None:
    found = rows.find_apps(text)
    assert [(one.bundle_id, one.platform) for one in found] == [("org.example.shop", Platform.ANDROID)] * count


def test_rows_of_all_back_ends(rows: GraphRows) -> None:
    assert list(rows.every()) == BACKENDS
    assert [one.endpoint.value for one in rows.of_values(["s3:shop", "nothing"])] == ["s3:shop"]
    assert rows.captures_of("org.example.shop") == []
