"""What goes along with a candidate: containers and public keys, each for its own service."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.backends.candidates import build_candidates
from tieback.backends.probe_hints import (
    MAX_KEYS,
    MAX_NAMES,
    ContainerRule,
    ProbeHints,
    collect_probe_hints,
    read_container_rules,
    url_endpoint,
)
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.public_key import PublicKey

RULES = read_container_rules()


def backend(value: str, service: str | None = None) -> Backend:
    if "://" in value:
        url = urlsplit(value)
        endpoint = Endpoint(
            EndpointKind.URL, value, url.scheme, url.hostname or "", url.port or 443, url.path.rstrip("/"), service
        )
    else:
        endpoint = Endpoint(EndpointKind.CLOUD, value, "https", "shared.test", 443, "", value.partition(":")[0])
    return Backend(endpoint, addresses=("127.0.0.1",))


def along(*values: str, **more: Any) -> dict[str, ProbeHints]:
    backends = [backend(value) for value in values]
    candidates = build_candidates(backends, {})
    found = collect_probe_hints(candidates, backends, more.get("names", {}), more.get("keys", {}), RULES)
    return {f"{one.host}:{one.port}/{one.resource}": what for one, what in found.items()}


@each(("rule", "url", "name"), [(rule, *pair) for rule in RULES for pair in rule.match])
def test_examples_match(rule: object, url: str, name: str) -> None:
    parts = urlsplit(url)
    assert rule.container(parts.hostname or "", parts.path.rstrip("/")) == name  # type: ignore[attr-defined]


@each(("rule", "url"), [(rule, url) for rule in RULES for url in rule.avoid])
def test_examples_to_avoid_do_not(rule: object, url: str) -> None:
    parts = urlsplit(url)
    assert rule.container(parts.hostname or "", parts.path.rstrip("/")) == ""  # type: ignore[attr-defined]


def test_each_rule_has_examples_and_a_source() -> None:
    assert all(rule.match and rule.avoid and rule.source for rule in RULES)


def test_each_store_gets_the_names_that_are_its_own() -> None:
    found = along("https://s3.shop.test/photos/a.jpg", "https://s3.shop.test/backups")
    (one,) = found.values()
    assert set(one.names_for(("s3", "minio"))) == {"photos", "backups"}
    assert one.names_for(("pocketbase",)) == ()
    assert one.names_for(("azure-blob",)) == ()


def test_a_bucket_at_its_own_host_and_one_in_a_path() -> None:
    found = along("https://photos.s3.shop.test/a")
    assert found["photos.s3.shop.test:443/"].names_for(("s3",)) == ("photos",)


def test_projects_on_a_shared_host_are_probed_separately() -> None:
    names = {"firestore:shop": ("orders",), "firestore:club": ("members", "fees")}
    found = along("firestore:shop", "firestore:club", "firestore:none", names=names)
    assert {place: one.names_for(("firestore",)) for place, one in found.items()} == {
        "shared.test:443/shop": ("orders",),
        "shared.test:443/club": ("members", "fees"),
    }


def test_key_is_used_only_for_its_service() -> None:
    key = PublicKey("supabase_anon", "made-up", ("supabase",), "supabase:shop")
    found = along("supabase:shop", "supabase:other", keys={"supabase:shop": (key,)})
    (one,) = found.values()
    assert one.keys_for(("supabase", "postgrest")) == (key,)
    assert one.keys_for(("parse",)) == ()


def test_what_goes_along_is_bounded() -> None:
    names = {"s3:b": tuple(f"bucket{n}" for n in range(1000))}
    keys = {"s3:b": tuple(PublicKey("parse", str(n), ("parse",)) for n in range(100))}
    (one,) = along("s3:b", names=names, keys=keys).values()
    assert (len(one.names), len(one.keys)) == (MAX_NAMES, MAX_KEYS)


@given(st.text(st.sampled_from("abs3.-_/%{}"), max_size=120), st.text(max_size=120))
@settings(max_examples=examples(100), deadline=None)
def test_any_host_and_path_give_names_that_are_plain(host: str, path: str) -> None:
    for rule in RULES:
        name = rule.container(host, path)
        assert name == "" or (name.isprintable() and len(name) < 260 and ".." not in name.split("/"))


@each("piece", ["a-", "a.", "/a", "a"])
@each("rule", RULES)
def test_the_cost_of_hostile_paths_is_linear(rule: ContainerRule, piece: str) -> None:
    def place(size: int) -> tuple[str, str]:
        return "a.s3." + piece * (size // 25), "/" + piece * size

    assert_linear(place, lambda given: rule.container(*given), 2_400)


def test_names_below_a_path_are_those_without_it() -> None:
    backends = [backend("http://a.test/es/orders/_search")]
    candidates = build_candidates(backends, {})
    found = {one.path: what for one, what in collect_probe_hints(candidates, backends, {}, {}, RULES).items()}
    assert found["/es"].names_for(("elasticsearch",)) == ("orders",)
    # Not the path itself: a count of /es would be that of the whole store below it.
    assert "" not in found or found[""].names_for(("elasticsearch", "couchdb", "s3")) == ()


@pytest.mark.parametrize(
    ("text", "value", "port", "path"),
    [
        ("http://A.test:80/x/", "http://a.test/x", 80, "/x"),
        ("https://[::1]:9000/b?c#d", "https://[::1]:9000/b", 9000, "/b"),
        ("https://a.test/é", "https://a.test", 443, ""),
    ],
)
def test_a_url_of_the_user_is_an_endpoint(text: str, value: str, port: int, path: str) -> None:
    endpoint = url_endpoint(text)
    assert (endpoint.value, endpoint.port, endpoint.path) == (value, port, path)


@pytest.mark.parametrize("text", ["ftp://a.test", "http://", "http://a.test:x", "http://a.test:0", "a.test"])
def test_other_texts_are_no_url(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        url_endpoint(text)


def test_the_keyspace_of_a_connection_string_reaches_the_probe() -> None:
    value = "cassandra://db.shop.test:9042/shop"
    endpoint = Endpoint(
        EndpointKind.CONNECTION_STRING, value, "cassandra", "db.shop.test", 9042, "shop", service="cassandra"
    )
    backends = [Backend(endpoint, addresses=("127.0.0.1",))]
    (hints,) = collect_probe_hints(build_candidates(backends, {}), backends, {}, {}).values()
    assert hints.names_for(("cassandra", "scylladb")) == ("shop",)


@pytest.mark.parametrize("scheme", ["amqp", "mongodb", "postgresql"])
def test_databases_of_other_connection_strings_are_no_names(scheme: str) -> None:
    endpoint = Endpoint(EndpointKind.CONNECTION_STRING, f"{scheme}://h.test/shop", scheme, "h.test", 1, "shop", scheme)
    backends = [Backend(endpoint, addresses=("127.0.0.1",))]
    assert collect_probe_hints(build_candidates(backends, {}), backends, {}, {}) == {}
