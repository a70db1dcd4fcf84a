"""Parts become one text, or a host and a port."""

import pytest

from tests.each import each
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.sighting import NotBackend
from tieback.recognise.dataflow.methods.sinks import Role, Sink
from tieback.recognise.dataflow.walk.compose import Parts, bare_host, bucket_of, firebase_of, host_port, url_of
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
PLAIN = Sink("x", "Lx;", "y", (), (), "https://x.test")
MONGO = Sink("x", "Lx;", "y", (), (), "https://x.test", service="mongodb", port=27017)
GOOGLE = Sink("x", "Lx;", "y", (), (), "https://x.test", service="gcs")


@each(
    ("parts", "text"),
    [
        ({"url": "https://a.test/v1/", "spec": "me"}, "https://a.test/v1/me"),
        ({"url": "https://a.test/v1/", "spec": "/me"}, "https://a.test/me"),
        ({"url": "https://a.test/v1", "spec": "https://b.test/x"}, "https://b.test/x"),
        ({"url": "https://a.test", "path": "/users"}, "https://a.test/users"),
        ({"url": "https://a.test"}, ""),
        ({"url": "https://[a.test", "spec": "x"}, ""),
        ({"scheme": "http", "host": "a.test", "port": 9200, "path": "x"}, "http://a.test:9200/x"),
        ({"scheme": "http", "host": "a.test", "port": -1}, "http://a.test"),
        ({"host": "a.test", "port": 9200}, ""),
        ({"path": "x"}, ""),
    ],
)
def test_urls(parts: Parts, text: str) -> None:
    assert url_of(parts) == text


@pytest.mark.parametrize(
    ("bucket", "sink", "text"),
    [
        ("shop-data", PLAIN, "https://shop-data.s3.amazonaws.com/"),
        ("shop-1.appspot.com", GOOGLE, "gs://shop-1.appspot.com/"),
        ("Shop Data", PLAIN, ""),
        ("{}-data", PLAIN, ""),
        ("ab", PLAIN, ""),
    ],
)
def test_buckets(bucket: str, sink: Sink, text: str) -> None:
    assert bucket_of({"bucket": bucket}, sink) == text


@pytest.mark.parametrize(
    ("parts", "project", "text"),
    [
        ({"collection": "users"}, "shop-77", "https://firestore.googleapis.com/v1/projects/shop-77/databases/(default)/documents/users"),
        ({"callable": "pay"}, "shop-77", "https://us-central1-shop-77.cloudfunctions.net/pay"),
        ({"callable": "pay", "region": "europe-west1"}, "shop-77", "https://europe-west1-shop-77.cloudfunctions.net/pay"),
        ({"collection": "users"}, "", ""),
        ({"project": "shop-77"}, "shop-77", ""),
    ],
)  # fmt: skip
def test_firebase(parts: Parts, project: str, text: str) -> None:
    assert firebase_of(parts, project) == text


@pytest.mark.parametrize(
    ("parts", "sink", "value", "service"),
    [
        ({"host": "db.shop.test", "port": 27018}, MONGO, "db.shop.test:27018", "mongodb"),
        ({"host": "db.shop.test"}, MONGO, "db.shop.test:27017", "mongodb"),
        ({"host": "db.shop.test:27019"}, MONGO, "db.shop.test:27019", "mongodb"),
        ({"host": "es.shop.test", "port": 9200}, PLAIN, "es.shop.test:9200", "elasticsearch"),
        ({"host": "203.0.114.7", "port": 80}, PLAIN, "203.0.114.7:80", None),
    ],
)
def test_hosts_and_ports(parts: Parts, sink: Sink, value: str, service: str | None) -> None:
    found = host_port(parts, sink, RULES)
    assert isinstance(found, Endpoint)
    assert (found.value, found.service) == (value, service)
    assert found.kind is (EndpointKind.ADDRESS if value[0].isdigit() else EndpointKind.HOST_PORT)


@each(
    "parts",
    [
        {"host": "db.shop.test"},
        {"host": "db.shop.test", "port": 0},
        {"host": "db.shop.test", "port": 70000},
        {"host": "{}.shop.test", "port": 80},
        {"host": "db.shop.test", "port": 80, "scheme": "http"},
        {"host": "java.util.List", "port": 80},
    ],
)
def test_no_host_and_port(parts: Parts) -> None:
    assert host_port(parts, PLAIN, RULES) is None


@pytest.mark.parametrize(("host", "reason"), [("localhost", "loopback"), ("db", "name without a dot")])
def test_host_that_only_a_device_or_local_network_has_is_not_a_back_end(host: str, reason: str) -> None:
    found = host_port({"host": host, "port": 9200}, PLAIN, RULES)
    assert isinstance(found, NotBackend)
    assert (found.value, reason in found.reason) == (f"{host}:9200", True)


@pytest.mark.parametrize(
    ("parts", "roles", "host"),
    [
        ({"host": "db.shop.test"}, ("host",), "db.shop.test"),
        ({"host": "db.shop.test"}, ("host", "port"), "db.shop.test"),
        ({"host": "db.shop.test"}, ("scheme", "host"), None),
        ({"host": "db.shop.test", "port": 77}, ("host", "port"), None),
        ({"host": "database"}, ("host",), None),
        ({"host": "{}.shop.test"}, ("host",), None),
        ({"host": "localhost"}, ("host",), None),
        ({"host": "8.8.8.8"}, ("host",), None),
        ({}, ("host",), None),
    ],
)
def test_a_host_that_a_call_looks_up_needs_no_port(parts: Parts, roles: tuple[Role, ...], host: str | None) -> None:
    found = bare_host(parts, Sink("x", "Lx;", "y", (), roles, "https://x.test"), RULES)
    assert (found.host if isinstance(found, Endpoint) else found) == host
    assert bare_host(parts, MONGO, RULES) is None


@each("host", ["127.0.0.1", "239.255.1.7", "255.255.255.255"])
def test_an_address_that_is_no_server_is_left_out_with_the_reason(host: str) -> None:
    found = bare_host({"host": host}, PLAIN, RULES)
    assert isinstance(found, NotBackend)
    assert found.value == host
