from pathlib import Path

import msgspec
import pytest

from tests.each import each
from tieback.probes import PROBES, WEB_STORES
from tieback.probes.choose import BUILT_IN, ProbeSet, note_reader, order_probes, probe_named
from tieback.probes.declared import DeclaredProbe
from tieback.userrules.http_probe import HttpProbeRule

ORDERS = [
    # service, port, first probe
    ("mongodb", 9200, "mongodb"),
    ("MongoDB", 1, "mongodb"),
    ("opensearch", 27017, "elasticsearch"),
    ("rediss", 1, "redis"),
    ("postgres", 1, "postgresql"),
    ("mariadb", 1, "mysql"),
    (None, 3306, "mysql"),
    (None, 27018, "mongodb"),
    (None, 6380, "redis"),
    (None, 1, PROBES[0].meta.name),
    ("unheard-of", 5432, "postgresql"),
    ("couchdb", 1, "couchdb"),
    (None, 5984, "couchdb"),
    ("http", 8086, "influxdb"),
    ("neo4j", 7474, "neo4j"),
    ("neo4j", 7687, "bolt"),
    ("clickhouse", 8123, "clickhouse"),
    ("clickhouse", 9000, "clickhouse_native"),
    ("cassandra", 1, "cassandra"),
    ("mssql", 1433, "mssql"),
    ("oracle", 1521, "oracle"),
    (None, 873, "rsync"),
    ("ftp", 21, "ftp"),
    ("nats", 8222, "nats"),
    (None, 4222, "nats_client"),
    (None, 11211, "memcached"),
    (None, 2181, "zookeeper"),
    ("mqtts", 1, "mqtt"),
    ("amqp", 1, "amqp"),
    ("ldap", 3268, "ldap"),
    ("kafka", 1, "kafka"),
    (None, 26379, "redis"),
]


@each(("service", "port", "first"), ORDERS)
def test_the_likeliest_comes_first_and_none_is_left_out(service: str | None, port: int, first: str) -> None:
    probes = order_probes(service, port)
    assert probes[0].meta.name == first
    # Stores that speak HTTP and that nothing speaks for are the finder's.
    kept = {probe.meta.name for probe in probes}
    assert "web" in kept
    if service != "http":
        assert {probe.meta.name for probe in PROBES if not probe.meta.web} <= kept


def test_a_hint_comes_before_a_port() -> None:
    assert [probe.meta.name for probe in order_probes("redis", 3306)][:2] == ["redis", "mysql"]


@pytest.mark.parametrize("port", [80, 443, 8000, 8080, 8443])
def test_a_web_api_costs_two_conversations(port: int) -> None:
    assert [probe.meta.name for probe in order_probes("http", port)] == ["elasticsearch", "web"]


@pytest.mark.parametrize(
    ("service", "asked"),
    [
        ("aws-apigateway", ["elasticsearch", "web"]),
        ("s3", ["s3", "elasticsearch", "web"]),
        ("gcs", ["gcs", "elasticsearch", "web"]),
        ("firebase-rtdb", ["firebase_rtdb", "elasticsearch", "web"]),
    ],
)
def test_cloud_host_is_probed_for_its_service_then_as_a_web_api(service: str, asked: list[str]) -> None:
    assert [probe.meta.name for probe in order_probes(service, 443)] == asked


def test_database_on_port_443_is_probed_as_a_database() -> None:
    assert order_probes("redis", 443)[0].meta.name == "redis"
    assert "mongodb" in [probe.meta.name for probe in order_probes("redis", 443)]


@each("port", [port for store in WEB_STORES for port in store.meta.ports])
def test_few_stores_share_a_port(port: int) -> None:
    assert len(order_probes("http", port)) <= 5


def test_names() -> None:
    assert all(probe_named(probe.meta.name) is probe for probe in PROBES)
    assert probe_named("unheard-of") is None


def test_probes_declare_themselves() -> None:
    names = [probe.meta.name for probe in PROBES]
    assert len(set(names)) == len(names)
    for probe in PROBES:
        assert probe.meta.sends
        assert probe.meta.ports
        assert probe.meta.references
        assert all(send.why and send.name for send in probe.meta.sends)
        assert len({send.name for send in probe.meta.sends}) == len(probe.meta.sends)


def test_every_store_that_speaks_http_is_the_finders() -> None:
    assert {store.meta.name for store in WEB_STORES} == {probe.meta.name for probe in PROBES if probe.meta.web}


@pytest.mark.parametrize(("name", "reads"), [("mongodb", True), ("redis", True), ("etcd", False), ("nothing", False)])
def test_probes_that_read_ransom_notes(name: str, reads: bool) -> None:
    assert (note_reader(name) is not None) is reads


def declared(**changes: object) -> DeclaredProbe:
    path = Path(__file__).parent / "declared_rule.toml"
    rule = msgspec.toml.decode(path.read_bytes(), type=HttpProbeRule)
    return DeclaredProbe(msgspec.structs.replace(rule, **changes), "0" * 64)


def test_a_declared_probe_is_asked_at_its_port_or_by_a_hint_and_otherwise_by_the_finder() -> None:
    probes = ProbeSet([declared()])
    assert probes.order(None, 9333)[0].meta.name == "acme-records"
    assert probes.order("acme-records", 1)[0].meta.name == "acme-records"
    names = [probe.meta.name for probe in probes.order(None, 1)]
    assert names == [probe.meta.name for probe in order_probes(None, 1)]
    assert probes.store_ports() == {**BUILT_IN.store_ports(), "acme-records": (9333,)}
    assert probes.ports_of("acme-records") == [9333]


def test_a_declared_probe_never_comes_before_a_built_in_one() -> None:
    """Neither with the port, the service nor the name of a built-in probe."""
    probes = ProbeSet([declared(id="couchdb", ports=(5984,))])
    assert probes.order(None, 5984)[0] is probe_named("couchdb")
    assert probes.order("couchdb", 1)[0] is probe_named("couchdb")
    assert probes.named("couchdb") is probe_named("couchdb")
    assert [probe.meta.name for probe in probes.probes][:-1] == [probe.meta.name for probe in PROBES]


def test_without_rules_there_is_no_other_set() -> None:
    assert BUILT_IN.probes is PROBES
