"""Cloud resources: every example of the rule file, and what is decided of URLs."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.endpoints.cloud import cloud_endpoint, ended_services, verify
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.patterns import CloudHost, CloudPart, CloudToken
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
EXTRACTOR = EndpointExtractor(RULES)
ALL: tuple[CloudHost | CloudToken, ...] = (*RULES.cloud.hosts, *RULES.cloud.tokens)


def sightings(text: str) -> list[Sighting]:
    artifact = Artifact("f", (Buffer("f", BufferKind.TEXT, text.encode()),))
    return [find for find in EXTRACTOR.extract(artifact) if isinstance(find, Sighting)]


@each(("text", "value"), [pair for rule in ALL for pair in rule.match])
def test_examples_match(text: str, value: str) -> None:
    found = {one.endpoint.value: one.endpoint for one in sightings(text)}
    assert value in found
    assert found[value].kind is EndpointKind.CLOUD
    assert found[value].service


@each(("kind", "text"), [(rule.kind, text) for rule in ALL for text in rule.avoid])
def test_examples_to_avoid_do_not(kind: str, text: str) -> None:
    assert [one for one in sightings(text) if one.endpoint.value.startswith(f"{kind}:")] == []


BY_NAME = tomllib.loads(Path(__file__).with_name("by_name.toml").read_text())


@each("name", BY_NAME)
def test_resources_needed_by_probes_are_found_in_their_usual_form(name: str) -> None:
    text, value = BY_NAME[name]
    assert {one.endpoint.value for one in sightings(f"x {text} y")} == {value}


def test_each_rule_has_examples_and_there_are_many_kinds() -> None:
    assert all(rule.match and rule.avoid and rule.source and rule.product for rule in ALL)
    assert len({rule.kind for rule in ALL}) >= 60


def test_a_url_of_a_resource_is_the_resource_and_stays_in_the_evidence() -> None:
    (one,) = sightings("x=https://shop-data.s3.eu-west-1.amazonaws.com/a/b.json;")
    assert (one.endpoint.value, one.endpoint.kind) == ("s3:shop-data", EndpointKind.CLOUD)
    assert one.endpoint.host == "shop-data.s3.eu-west-1.amazonaws.com"
    assert "https://shop-data.s3.eu-west-1.amazonaws.com/a/b.json" in one.evidence.context


@each(
    ("region", "host"),
    [
        ("eu-west-1", "cognito-identity.eu-west-1.amazonaws.com"),
        ("us-gov-west-1", "cognito-identity.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "cognito-identity.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_an_identity_pool_has_the_host_of_its_region(region: str, host: str) -> None:
    (one,) = sightings(f'"PoolId": "{region}:1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901"')
    assert (one.endpoint.host, one.endpoint.port) == (host, 443)


def test_a_shared_host_without_a_resource_is_a_url() -> None:
    (one,) = sightings("https://s3.eu-west-1.amazonaws.com/")
    assert one.endpoint.kind is EndpointKind.URL


def test_a_connection_string_stays_one() -> None:
    (one,) = sightings("mongodb+srv://u:pw@c0.ab1cd.mongodb.net/shop")
    assert one.endpoint.kind is EndpointKind.CONNECTION_STRING


@pytest.mark.parametrize(
    ("host", "rest", "value"),
    [
        ("shop-data.s3.amazonaws.com", "", "s3:shop-data"),
        ("s3.amazonaws.com", "/%s/a", None),
        ("proj.firebaseio.com", "", "firebase-rtdb:proj"),
        ("api.shop.de", "/shop", None),
    ],
)
def test_endpoints(host: str, rest: str, value: str | None) -> None:
    endpoint = cloud_endpoint(host, rest, RULES)
    assert (endpoint.value if endpoint else None) == value


@pytest.mark.parametrize("host", ["chrome-devtools-frontend.appspot.com", "zxing.appspot.com"])
def test_a_host_that_no_app_stores_data_at_is_no_resource(host: str) -> None:
    verdict = verify(host, "", RULES)
    assert not verdict.endpoints
    assert [text.value for text in verdict.not_backends] == [host]


@each(
    ("text", "service", "host", "container"),
    [
        ("https://s3.eu-west-1.amazonaws.com/shop-data/a", "s3", "shop-data.s3.eu-west-1.amazonaws.com", "shop-data"),
        (
            "http://shop-data.s3-website-us-east-1.amazonaws.com",
            "s3",
            "shop-data.s3.us-east-1.amazonaws.com",
            "shop-data",
        ),
        ("https://shop-data.s3-accelerate.amazonaws.com/", "s3", "shop-data.s3.amazonaws.com", "shop-data"),
        ("https://s3.cn-north-1.amazonaws.com.cn/shop/x", "s3", "shop.s3.cn-north-1.amazonaws.com.cn", "shop"),
        ("s3://shop-data/a", "s3", "shop-data.s3.amazonaws.com", "shop-data"),
        ("gs://shop-data/a", "gcs", "storage.googleapis.com", "shop-data"),
        ("https://shop.storage.googleapis.com/a", "gcs", "storage.googleapis.com", "shop"),
        ("gs://shop-1.appspot.com", "firebase-storage", "firebasestorage.googleapis.com", "shop-1.appspot.com"),
        ("https://d.dfs.core.windows.net/in/a", "azure-blob", "", ""),
        ("https://shopdata.dfs.core.windows.net/in1/a", "azure-blob", "shopdata.blob.core.windows.net", "in1"),
        ("https://shop.nyc3.cdn.digitaloceanspaces.com/x", "spaces", "shop.nyc3.digitaloceanspaces.com", "shop"),
        ("https://s3.eu-central-1.wasabisys.com/shop/x", "wasabi", "shop.s3.eu-central-1.wasabisys.com", "shop"),
        (
            "https://shop-1250000000.pic.ap-guangzhou.myqcloud.com/x",
            "s3",
            "shop-1250000000.cos.ap-guangzhou.myqcloud.com",
            "shop-1250000000",
        ),
        (
            "https://abcdefghijklmnopqrst.supabase.co/rest/v1/orders?select=*",
            "supabase",
            "abcdefghijklmnopqrst.supabase.co",
            "orders",
        ),
        ("https://abcdefghijklmnopqrst.supabase.co/rest/v1/%s", "supabase", "abcdefghijklmnopqrst.supabase.co", ""),
        (
            "https://firestore.googleapis.com/v1/projects/shop-1/databases/(default)/documents/orders/7",
            "firestore",
            "firestore.googleapis.com",
            "orders",
        ),
        ("https://shop.pockethost.io/api/collections/orders/records", "pocketbase", "shop.pockethost.io", "orders"),
        (
            "https://B1G2GM9NG0-2.algolianet.com/1/indexes/orders/query",
            "algolia",
            "b1g2gm9ng0-dsn.algolia.net",
            "orders",
        ),
        ("https://shop.cloudant.com/orders/_all_docs", "couchdb", "shop.cloudant.com", "orders"),
    ],
)
def test_host_and_service_to_probe_of_a_resource(text: str, service: str, host: str, container: str) -> None:
    if not host:
        assert all(one.endpoint.kind is not EndpointKind.CLOUD for one in sightings(text))
        return
    (endpoint,) = {one.endpoint for one in sightings(text)}
    assert (endpoint.service, endpoint.host, endpoint.path) == (service, host, container)
    assert (endpoint.scheme, endpoint.port) == ("https", 443)


@each(("part", "text", "container"), [(part, *pair) for part in RULES.cloud.parts for pair in part.match])
def test_a_request_of_a_part_names_the_project_and_the_part(part: CloudPart, text: str, container: str) -> None:
    found = {one.endpoint.value: one.endpoint for one in sightings(text)}
    name = next(value for value in found if value.startswith(f"{part.of}:")).partition(":")[2]
    assert set(found) == {f"{part.of}:{name}", f"{part.kind}:{name}"}
    one = found[f"{part.kind}:{name}"]
    assert (one.path, one.service, one.host) == (container, part.kind, found[f"{part.of}:{name}"].host)


@each(("part", "text"), [(part, text) for part in RULES.cloud.parts for text in part.avoid])
def test_other_requests_name_no_part(part: CloudPart, text: str) -> None:
    assert [one for one in sightings(text) if one.endpoint.value.startswith(f"{part.kind}:")] == []


def test_each_part_belongs_to_a_kind_of_host() -> None:
    kinds = {rule.kind for rule in RULES.cloud.hosts}
    assert {part.of for part in RULES.cloud.parts} <= kinds
    assert kinds.isdisjoint(part.kind for part in RULES.cloud.parts)


@each(
    ("host", "product"),
    [
        ("query.yahooapis.com", "Yahoo Query Language (YQL)"),
        ("eu.in.appcenter.ms", "Analytics and Diagnostics of Visual Studio App Center"),
        ("sdk.hockeyapp.net", "HockeyApp"),
        ("api.appcenter.ms", ""),
        ("yahooapis.com", ""),
        ("myquery.yahooapis.com", ""),
    ],
)
def test_hosts_of_services_that_have_ended(host: str, product: str) -> None:
    """One for each host, whatever the path."""
    urls = (Endpoint(EndpointKind.URL, f"https://{host}{path}", "https", host, 443, path) for path in ("/a", "/b"))
    sightings = [Sighting(one, 1, Party.UNKNOWN, Evidence("f", 1, "text/url")) for one in urls]
    found = [(one.resource, one.product) for one in ended_services(sightings, RULES)]
    assert found == ([(host, product)] if product else [])


def test_each_retired_service_has_a_day_and_a_source() -> None:
    assert {"atlas-app-services", "faunadb", "parse-legacy"} <= set(RULES.cloud.retired)
    for end in (*RULES.cloud.retired.values(), *RULES.cloud.ended.values()):
        assert date.fromisoformat(end.date) < date(2026, 11, 28)
        assert end.product
        assert end.source.startswith("https://")


@each("rule", RULES.cloud.tokens, ids=lambda rule: rule.kind)
def test_identifier_needed_by_a_probe_is_kept_as_a_public_key(rule: CloudToken) -> None:
    for text, value in rule.match:
        artifact = Artifact("f", (Buffer("f", BufferKind.TEXT, text.encode()),))
        kept = {find for find in EXTRACTOR.extract(artifact) if isinstance(find, PublicKey)}
        key = PublicKey(rule.kind, value.partition(":")[2], rule.services)
        assert kept == ({key} if rule.services else set())


def test_the_port_of_the_text_is_kept() -> None:
    endpoint = cloud_endpoint("orders.abcdefg12345.us-east-1.rds.amazonaws.com", "", RULES, port=5432)
    assert endpoint is not None
    assert endpoint.port == 5432


HOSTS = st.sampled_from(sorted(RULES.cloud.suffixes))


@given(st.text(st.sampled_from("abc019-._%s/"), max_size=80), HOSTS, st.text(max_size=60))
@settings(max_examples=examples(100), deadline=None)
def test_any_host_and_path_get_a_verdict(head: str, suffix: str, rest: str) -> None:
    verdict = verify(f"{head}.{suffix}", f"/{rest}", RULES)
    assert bool(verdict.endpoints) is not bool(verdict.rejected)
    for endpoint in verdict.endpoints:
        assert endpoint.value.isprintable()
        assert len(endpoint.value) < 400


@each("suffix", RULES.cloud.suffixes)
def test_the_cost_of_hostile_hosts_and_paths_is_linear(suffix: str) -> None:
    hosts = [piece * (240 // len(piece)) + "." + suffix for piece in ("a-", "a.", "1", "a")]
    assert_linear(lambda size: "/" + "a-" * size, lambda path: [verify(host, path, RULES) for host in hosts], 2_400)
