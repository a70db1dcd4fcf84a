"""Everything that any probe sends to any server is declared, and no server's data is any different afterwards."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.examples import few
from tieback.lab.mongod import client
from tieback.lab.osmem import request as es
from tieback.lab.postgres import psql
from tieback.lab.process import RunningServer
from tieback.lab.valkey import pipeline
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome
from tieback.probes import PROBES
from tieback.probes.interface import Probe

pytestmark = pytest.mark.servers

OWN = {
    "mongo_open": "mongodb",
    "mongo_auth": "mongodb",
    "mongo_tls": "mongodb",
    "postgres_trust": "postgresql",
    "postgres_scram": "postgresql",
    "valkey_open": "redis",
    "valkey_auth": "redis",
    "opensearch_emulation": "elasticsearch",
    "mariadb_closed": "mysql",
    "mariadb_anonymous": "mysql",
}


ONE_OF_A_KIND = ("mongo_open", "mongo_tls", "postgres_trust", "valkey_open", "opensearch_emulation", "mariadb_closed")
PAIRS = [
    # A probe meets its own product in every state, of the others one each. Stores that speak HTTP begin all alike: two
    # servers are enough for them, the finder meets all.
    pytest.param(fixture, probe, id=f"{probe.meta.name}-{fixture}")
    for fixture in OWN
    for probe in PROBES
    if OWN[fixture] == probe.meta.name
    or (fixture in ONE_OF_A_KIND and (not probe.meta.web or fixture in ("opensearch_emulation", "valkey_open")))
]


@pytest.mark.parametrize(("fixture", "probe"), few(PAIRS, 3))
def test_only_declared_bytes_and_no_other_protocol(
    ask: Callable[..., Any], request: pytest.FixtureRequest, fixture: str, probe: Probe
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    own = OWN[fixture] == probe.meta.name
    for depth in Depth if own else (Depth.DESCRIBE,):
        # The driver fails the test at the first undeclared send; here the record of them is looked at once more.
        # A server that waits for more of another protocol is not waited for: what was sent is what counts here.
        asked = ask(probe, server, depth, idle=5 if own else 0.15, passwordless=("root", "postgres"))
        for data in asked.sent:
            (declared,) = [send for send in probe.meta.sends if send.matches(data)]
            assert declared.depth.rank <= depth.rank, declared.name
        report = asked.report
        if own:
            assert report.outcome is Outcome.OK
        else:
            assert report.outcome in (Outcome.PROTOCOL_MISMATCH, Outcome.TIMEOUT, Outcome.REFUSED), report
            assert (report.access, report.product, report.containers) == (Access.UNKNOWN, "", ())


async def test_the_recorder_sees_what_goes_through_the_dialer(
    recorder: Any, transcribe: Callable[..., Any], valkey_open: RunningServer
) -> None:
    probe = next(probe for probe in PROBES if probe.meta.name == "redis")
    await transcribe(probe, valkey_open)
    seen = recorder.seen
    assert seen >= 5
    assert recorder.undeclared == []
    recorder.note(b"*1\r\n$8\r\nFLUSHALL\r\n")
    assert recorder.undeclared.pop() == b"*1\r\n$8\r\nFLUSHALL\r\n"
    assert recorder.seen == seen + 1


def _mongodb(server: RunningServer) -> object:
    with client(server.address, server.port) as connection:
        counters = connection.admin.command("serverStatus")["opcounters"]
        written = [counters[kind] for kind in ("insert", "update", "delete")]
        return [*written, sorted(connection["hr"].command("dbHash")["collections"].items())]


def _postgresql(server: RunningServer) -> object:
    rows = psql(server, "SELECT md5(string_agg(e::text, ',' ORDER BY id)) FROM employees e", database="hr")
    return rows, psql(server, "SELECT count(*) FROM pg_class", database="hr"), psql(server, "SELECT * FROM pg_roles")


def _valkey(server: RunningServer) -> object:
    info = pipeline(server.address, server.port, [("INFO", "persistence"), ("INFO", "keyspace")])
    changes = [line for line in info[0].splitlines() if line.startswith(b"rdb_changes_since_last_save")]
    return changes, [line.partition(b",")[0] for line in info[1].splitlines()]


def _opensearch(server: RunningServer) -> object:
    indices = es(server.address, server.port, "GET", "/_cat/indices?format=json&expand_wildcards=all")
    found = es(server.address, server.port, "GET", "/machines/_search?size=1000&sort=_id")
    hits = repr([(hit["_id"], hit["_source"]) for hit in found["hits"]["hits"]])
    return sorted(index["index"] for index in indices), hashlib.sha256(hits.encode()).hexdigest()


UNCHANGED = [
    ("mongo_open", "mongodb", _mongodb),
    ("postgres_trust", "postgresql", _postgresql),
    ("valkey_open", "redis", _valkey),
    ("opensearch_emulation", "elasticsearch", _opensearch),
]


@pytest.mark.parametrize(("fixture", "name", "state"), UNCHANGED)
def test_the_servers_data_is_unchanged(
    ask: Callable[..., Any],
    request: pytest.FixtureRequest,
    fixture: str,
    name: str,
    state: Callable[[RunningServer], object],
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    probe = next(probe for probe in PROBES if probe.meta.name == name)
    before = state(server)
    for depth in Depth:
        ask(probe, server, depth, passwordless=("postgres",))
    assert state(server) == before
