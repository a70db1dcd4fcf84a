"""One store is one store: the reports of all recorded servers, grouped as in one run.

``tests/recordings/truth.tsv`` shows which ports belong to one server: proxies in front of it, and its second protocol.
"""

from collections.abc import Iterator

import pytest

from bench.recordings import replay_all
from tieback.assess.identity import Store, distinct_parts, group_stores
from tieback.model.probe import ProbeReport

ONE_SERVER = [
    {"redis-7.0.15-open-35201", "haproxy-2.6.12-tcp-redis-7.0.15-7.0.15-open-35221",
     "stunnel-5.68-redis-7.0.15-7.0.15-open-35225"},
    {"postgresql-15.20-open-35401", "haproxy-2.6.12-tcp-postgresql-15.20-15.20-open-35407",
     "stunnel-5.68-postgresql-15.20-15.20-open-35409", "pgbouncer-1.18.0-1.18.0-open-35405"},
    {"mariadb-10.11.19-mariadb-0-deb12u1-open-default-credentials-35303",
     "haproxy-2.6.12-tcp-mariadb-10.11.19-mariadb-0-deb12u1-open-default-credentials-35305"},
    {"nats-monitoring-2.9.10-open-35723", "nats-2.9.10-open-35721"},
    {"nats-monitoring-2.9.10-open-34822", "nats-2.9.10-open-34222"},
    {"neo4j-5.26.0-open-27574", "neo4j-5.26.0-open-27587"},
    {"neo4j-4.4.38-open-27474", "neo4j-4.4.38-open-27487"},
]  # fmt: skip
"""Doors of one server with a strong identity."""
ONE_OR_SEVERAL = [
    {"clickhouse-18.16.1-open-35123", "stunnel-5.68-clickhouse-http-18.16.1-open-35129"},
    {"kafka-3.9.0-open-28391", "kafka-4.0.0-open-28401"},
    {"apache-httpd-2.4.71-open-36701", "apache-httpd-2.4.71-partial-36706"},
]
"""Nothing strong decides: the first pair is one server, the second two servers with a copied cluster identifier, the
third two servers with the same files."""
ONE_ADDRESS = [
    {"derby-10.16.1.1-open-28850", "mongodb-5.0.4-closed-28850"},
    {"milvus-2.3.5-open-19530", "milvus-2.3.5-closed-19530"},
    {"n8n-2.41.1-closed-11500", "n8n-2.41.1-no-owner-yet-11500"},
]
"""Recorded one after the other at the same address, which is one store in one run."""
TWO_SERVERS = [
    ("mariadb-10.11.19-mariadb-0-deb12u1-open-default-credentials-35301",
     "mariadb-10.11.19-mariadb-0-deb12u1-open-default-credentials-35303"),
    ("solr-8.11.4-open-26885", "solr-9.10.1-open-26983"),
    ("redis-7.0.15-open-35201", "redis-7.0.15-open-35209"),
    ("postgresql-15.20-open-35401", "postgresql-15.20-open-35411"),
]  # fmt: skip


@pytest.fixture(scope="module")
def reports() -> dict[str, ProbeReport]:
    """The report of each recorded server at depth ``sample``, by its name."""
    found = {one.name: one.report for one in replay_all()}
    return {name.removesuffix(".sample"): report for name, report in found.items() if name.endswith(".sample")}


def groups(reports: dict[str, ProbeReport]) -> Iterator[tuple[set[str], Store]]:
    for store in group_stores(reports.values()):
        targets = {report.target for report in store[1]}
        yield {name for name, report in reports.items() if report.target in targets}, store


def test_every_group_of_several_addresses_is_known(reports: dict[str, ProbeReport]) -> None:
    found = {frozenset(names): len(distinct_parts(store)) for names, store in groups(reports) if len(names) > 1}
    expected = {frozenset(names): 1 for names in (*ONE_SERVER, *ONE_ADDRESS)}
    expected |= {frozenset(names): 2 for names in ONE_OR_SEVERAL}
    assert found == expected


@pytest.mark.parametrize("pair", TWO_SERVERS, ids=[pair[0] for pair in TWO_SERVERS])
def test_two_servers_with_the_same_names_are_two_stores(pair: tuple[str, str], reports: dict[str, ProbeReport]) -> None:
    assert all(reports[name].containers for name in pair)
    stores = group_stores([reports[name] for name in pair])
    assert [len(members) for _, members in stores] == [1, 1]
