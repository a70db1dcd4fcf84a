"""Back ends to candidates: what an app names, and the pivot."""

import tomllib
from importlib import resources

import pytest

from tests.each import each
from tieback.backends.base_paths import MAX_BASES, resource_base
from tieback.backends.candidates import SharedHosting, build_candidates
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party

STORES = {"elasticsearch": (9200,), "mongodb": (27017,)}
FRONTS = SharedHosting()


def url(value: str, host: str, port: int, **more: object) -> Backend:
    scheme = value.partition(":")[0]
    endpoint = Endpoint(EndpointKind.URL, value, scheme, host, port)
    return Backend(endpoint, addresses=("127.77.0.2",), **more)  # type: ignore[arg-type]


def store(value: str, scheme: str, host: str, port: int | None, service: str) -> Backend:
    kind = EndpointKind.CONNECTION_STRING if scheme else EndpointKind.HOST_PORT
    return Backend(Endpoint(kind, value, scheme, host, port, service=service), addresses=("127.77.0.3",))


def shown(found: list[Candidate]) -> list[tuple[str, int, str]]:
    return [(one.host, one.port, one.route.value) for one in found]


def test_the_store_behind_an_api_is_a_candidate() -> None:
    found = build_candidates([url("https://api.workhub.test/v1", "api.workhub.test", 443)], STORES, FRONTS)
    assert shown(found) == [
        ("api.workhub.test", 443, "named"),
        ("api.workhub.test", 9200, "pivot"),
        ("api.workhub.test", 27017, "pivot"),
    ]
    pivot = found[2]
    assert pivot.reason == "default port of MongoDB on the host of the API https://api.workhub.test"
    assert (pivot.service, pivot.tls, pivot.endpoints) == ("mongodb", None, ("https://api.workhub.test/v1",))


def test_a_named_store_wins_over_the_pivot_and_keeps_both_ways() -> None:
    found = build_candidates(
        [
            url("https://a.test", "a.test", 443),
            store("a.test:27017", "", "a.test", 27017, "mongodb"),
        ],
        STORES,
        FRONTS,
    )
    named = next(one for one in found if one.port == 27017)
    assert named.route is Route.NAMED
    assert named.endpoints == ("a.test:27017", "https://a.test")
    assert len(found) == len({(one.host, one.port) for one in found}) == 3


@each(
    ("value", "scheme", "tls"),
    [
        ("https://a.test", "https", True),
        ("http://a.test", "http", False),
        ("rediss://a.test:6379", "rediss", True),
        ("redis://a.test:6379", "redis", False),
        ("a.test:6379", "", None),
        ("tcp://a.test:1883", "tcp", None),
        ("ssl://a.test:8883", "ssl", True),
    ],
)
def test_tls_follows_the_scheme(value: str, scheme: str, tls: bool | None) -> None:
    (found,) = build_candidates([store(value, scheme, "a.test", 6379, "redis")], {}, FRONTS)
    assert found.tls is tls


def test_a_scheme_that_knows_tls_completes_one_that_does_not() -> None:
    found = build_candidates(
        [
            store("a.test:6379", "", "a.test", 6379, "redis"),
            store("rediss://a.test:6379", "rediss", "a.test", 6379, "redis"),
        ],
        {},
        FRONTS,
    )
    assert [(one.tls, one.endpoints) for one in found] == [(True, ("a.test:6379", "rediss://a.test:6379"))]


@each(
    "backend",
    [
        url("https://api.x.test", "api.x.test", 443, party=Party.THIRD),
        url("https://api.x.test", "api.x.test", 443, party=Party.PLATFORM),
        url("https://d1.cloudfront.net", "d1.cloudfront.net", 443),
        url("https://b.s3.eu-west-1.amazonaws.com", "b.s3.eu-west-1.amazonaws.com", 443),
        url("https://a.herokuapp.com", "a.herokuapp.com", 443),
        url("ftp://a.test", "a.test", 21),
        store("mongodb://a.test:27018", "mongodb", "a.test", 27018, "mongodb"),
    ],
)
def test_no_pivot_from_third_parties_shared_fronts_and_other_schemes(backend: Backend) -> None:
    assert [one.route for one in build_candidates([backend], STORES, FRONTS)] == [Route.NAMED]


def test_dedicated_cloud_machine_is_not_shared_hosting() -> None:
    assert FRONTS.reason("ec2-3-4-5-6.eu-west-1.compute.amazonaws.com") is None
    assert FRONTS.reason("ec2-3-4-5-6.compute-1.amazonaws.com") is None
    assert FRONTS.reason("b.s3.eu-west-1.amazonaws.com") is not None
    assert FRONTS.reason("4.3.2.1.bc.googleusercontent.com") is None


def test_what_has_no_address_or_no_port_is_left_out() -> None:
    unresolved = Backend(Endpoint(EndpointKind.URL, "https://a.test", "https", "a.test", 443), resolved_by="no grant")
    record = store("mongodb+srv://a.test", "mongodb+srv", "a.test", None, "mongodb")
    assert build_candidates([unresolved, record], STORES, FRONTS) == []


def test_the_order_of_back_ends_does_not_matter() -> None:
    backends = [
        url("https://b.test", "b.test", 443),
        url("wss://a.test/push", "a.test", 443),
        url("https://a.test", "a.test", 443),
        store("mongodb://a.test:27017", "mongodb", "a.test", 27017, "mongodb"),
        store("10.1.2.3:6379", "", "10.1.2.3", 6379, "redis"),
    ]
    found = build_candidates(backends, STORES, FRONTS)
    assert build_candidates(backends[::-1], STORES, FRONTS) == found
    assert shown(found) == [
        ("10.1.2.3", 6379, "named"),
        ("a.test", 443, "named"),
        ("a.test", 27017, "named"),
        ("b.test", 443, "named"),
        ("a.test", 9200, "pivot"),
        ("b.test", 9200, "pivot"),
        ("b.test", 27017, "pivot"),
    ]


def test_each_shared_front_has_a_reason_and_a_source() -> None:
    data = tomllib.loads(resources.files("tieback.backends").joinpath("shared_fronts.toml").read_text("utf-8"))
    assert all(front["reason"] and front["source"] for front in data["front"])


@pytest.mark.parametrize(
    ("value", "host", "resource"),
    [
        ("firestore:shop-1", "firestore.googleapis.com", "shop-1"),
        ("gcs:Photos", "storage.googleapis.com", "Photos"),
        ("s3:photos", "photos.s3.amazonaws.com", ""),
        ("azure-blob:shopdata/photos", "shopdata.blob.core.windows.net", ""),
        ("algolia:B1G2GM9NG0", "b1g2gm9ng0-dsn.algolia.net", ""),
    ],
)
def test_shared_hosting_is_probed_per_resource(value: str, host: str, resource: str) -> None:
    service = value.partition(":")[0]
    endpoint = Endpoint(EndpointKind.CLOUD, value, "https", host, 443, service=service)
    (one,) = build_candidates([Backend(endpoint, addresses=("127.77.0.2",))], STORES, FRONTS)
    assert (one.host, one.port, one.tls, one.service, one.resource) == (host, 443, True, service, resource)


def test_two_projects_at_one_host_are_two_candidates() -> None:
    found = build_candidates(
        [
            Backend(
                Endpoint(
                    EndpointKind.CLOUD, f"firestore:{project}", "https", "firestore.test", 443, service="firestore"
                ),
                addresses=("127.77.0.2",),
            )
            for project in ("shop", "club", "shop")
        ],
        STORES,
        FRONTS,
    )
    assert [one.resource for one in found] == ["club", "shop"]


def resource(value: str, host: str) -> Backend:
    kind = value.partition(":")[0]
    endpoint = Endpoint(EndpointKind.CLOUD, value, "https", host, 443, service=kind)
    return Backend(endpoint, addresses=("127.77.0.2",))


def test_a_part_of_a_project_is_probed_below_its_path_or_not_apart_from_the_project() -> None:
    host = "abcdefghijklmnopqrst.supabase.co"
    kinds = ("supabase-rpc", "supabase", "supabase-storage", "supabase-functions", "supabase-graphql")
    found = build_candidates([resource(f"{kind}:{host[:20]}", host) for kind in kinds], STORES, FRONTS)
    assert [(one.service, one.path, one.resource) for one in found] == [
        ("supabase", "", ""),
        ("supabase-storage", "/storage/v1", ""),
    ]


def test_the_base_path_of_a_resource_has_the_parts_of_its_name() -> None:
    host = "ep-cool-darkness-a1b2c3d4.apirest.us-east-2.aws.neon.tech"
    (one,) = build_candidates([resource("neon-data-api:ep-cool-darkness-a1b2c3d4/neondb", host)], STORES, FRONTS)
    assert one.path == "/neondb/rest/v1"
    assert resource_base("neon-data-api:ep-cool-darkness-a1b2c3d4") == ""
    assert resource_base("s3:photos") == ""


def below(path: str, port: int = 443) -> Backend:
    value = f"https://a.test{path}"
    return Backend(Endpoint(EndpointKind.URL, value, "https", "a.test", port, path), addresses=("127.77.0.2",))


def test_a_path_that_a_proxy_may_remove_is_a_place_of_its_own() -> None:
    found = build_candidates([below("/es/orders/_search"), below("/es/users/_search"), below("/v1/ping")], {}, FRONTS)
    places = [(one.path, one.service, len(one.endpoints)) for one in found]
    assert places == [("", "http", 3), ("/es", "elasticsearch", 2)]
    assert {(one.host, one.port, one.route, one.tls) for one in found} == {("a.test", 443, Route.NAMED, True)}


def test_paths_of_one_host_are_bounded() -> None:
    found = build_candidates([below(f"/t{number}/_cat/indices") for number in range(100)], {}, FRONTS)
    assert len(found) == 1 + MAX_BASES


@each(
    ("service", "found"),
    [("ftp", [("files.shop.test", 21, "named")]), ("postgresql", []), ("", [])],
)
def test_a_server_of_ftp_without_a_port_has_its_own(service: str, found: list[tuple[str, int, str]]) -> None:
    named = build_candidates([store("files.shop.test", "", "files.shop.test", None, service)], STORES, FRONTS)
    assert shown(named) == found
