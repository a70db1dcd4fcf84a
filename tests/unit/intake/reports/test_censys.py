"""Hosts of Censys, of both its APIs, and answers of a search."""

import pytest

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.censys import Censys
from tieback.model.passive import PassiveService
from tieback.model.probe import Access

V2 = {
    "ip": "203.0.113.7",
    "services": [
        {"port": 27017, "service_name": "MONGODB", "observed_at": "2026-11-01T10:00:00.5Z", "software": []},
        {"port": 443, "service_name": "HTTP", "software": [{"product": "nginx", "version": "1.26"}]},
    ],
    "dns": {"names": ["db.example.org"], "reverse_dns": {"names": ["host7.example.net"]}},
    "last_updated_at": "2026-11-02T00:00:00Z",
}
V3 = {
    "host": {
        "ip": "203.0.113.7",
        "services": [{"port": 9200, "protocol": "ELASTICSEARCH", "scan_time": "2026-11-01T10:00:00Z"}],
    }
}


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (V2, [(27017, "mongodb", "2026-11-01T10:00:00Z"), (443, "", "2026-11-02T00:00:00Z")]),
        ({"code": 200, "result": {"hits": [V2]}}, [(27017, "mongodb", ""), (443, "", "")]),
        (V3, [(9200, "elasticsearch", "2026-11-01T10:00:00Z")]),
        ({"result": {"resource": V3["host"]}}, [(9200, "elasticsearch", "")]),
        ({"result": V2}, [(27017, "mongodb", ""), (443, "", "")]),
    ],
    ids=["v2", "v2-search", "v3", "v3-answer", "v2-view"],
)
def test_hosts(reading: Reading, document: dict[str, object], found: list[tuple[int, str, str]]) -> None:
    facts = [fact for fact in reading(Censys(), document).facts if isinstance(fact, PassiveService)]
    assert [(fact.port, fact.service) for fact in facts] == [(port, service) for port, service, _ in found]
    assert all(fact.address == "203.0.113.7" and fact.claims is Access.UNKNOWN for fact in facts)
    assert all(not seen or fact.seen == seen for fact, (_, _, seen) in zip(facts, found, strict=True))


def test_other_transports_are_left_out(reading: Reading) -> None:
    quic = {"port": 443, "service_name": "UNKNOWN", "transport_protocol": "QUIC"}
    tcp = {"port": 443, "service_name": "HTTP", "transport_protocol": "TCP"}
    read = reading(Censys(), {"ip": "203.0.113.7", "services": [quic, tcp]})
    assert (len(read.facts), read.skipped) == (1, 1)


def test_names(reading: Reading) -> None:
    fact = reading(Censys(), V2).facts[0]
    assert isinstance(fact, PassiveService)
    assert fact.names == ("db.example.org", "host7.example.net")


def test_record_without_a_host_is_left_out(reading: Reading) -> None:
    bad = {**V2, "ip": "nowhere"}
    read = reading(Censys(), V2, {"services": [], "ip": "203.0.113.8"}, bad)
    assert (len(read.facts), read.skipped, read.first_skipped) == (2, 3, "line 2: not a host with services")
