"""Shodan's banners: what is kept, what a stranger gets by them, and nothing of what servers answered."""

from typing import Any

import msgspec
import pytest

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.shodan import Shodan
from tieback.model.figure import Quality
from tieback.model.passive import PassiveService
from tieback.model.probe import Access


def banner(**more: object) -> dict[str, object]:
    said: dict[str, object] = {
        "_shodan": {"module": "elastic", "id": "x"},
        "ip_str": "203.0.113.7",
        "ip": 3405803783,
        "port": 9200,
        "hostnames": ["ES.example.org."],
        "timestamp": "2026-11-01T10:00:00.123456",
        "product": "Elastic",
        "version": "7.10.2",
        "data": "HTTP/1.1 200 OK\r\nSECRET BODY",
    }
    return said | more


ELASTIC = {
    "indices": {
        "users": {"primaries": {"docs": {"count": 1200}, "store": {"size_in_bytes": 5000}}},
        ".kibana": {"primaries": {"docs": {"count": 9}, "store": {"size_in_bytes": 9}}},
    }
}


def test_an_open_elasticsearch(reading: Reading) -> None:
    read = reading(Shodan(), banner(elastic=ELASTIC))
    (fact,) = read.facts
    assert isinstance(fact, PassiveService)
    assert (fact.source, fact.seen) == ("shodan", "2026-11-01T10:00:00Z")
    assert fact.places == ("203.0.113.7:9200", "es.example.org:9200")
    assert (fact.service, fact.version, fact.claims) == ("elasticsearch", "7.10.2", Access.OPEN)
    assert fact.containers == ("users",)
    assert fact.records is not None
    assert (fact.records.value, fact.records.quality) == (1200, Quality.ESTIMATE)
    assert fact.bytes is not None
    assert fact.bytes.value == 5000
    assert b"SECRET" not in msgspec.json.encode(fact)
    assert read.skipped == 0


def mongo(**more: Any) -> dict[str, Any]:
    return {"_shodan": {"module": "mongodb"}, "mongodb": more}


@pytest.mark.parametrize(
    ("more", "service", "claims"),
    [
        (mongo(authentication=True), "mongodb", Access.AUTH_REQUIRED),
        (mongo(listDatabases={"databases": [{"name": "shop", "sizeOnDisk": 9.0}]}), "mongodb", Access.OPEN),
        (mongo(listDatabases={"databases": [{"name": "admin"}]}), "mongodb", Access.OPEN_EMPTY),
        (mongo(listDatabases={"databases": []}), "mongodb", Access.UNKNOWN),
        ({"_shodan": {"module": "redis"}, "redis": {"server": {"redis_version": "7"}}}, "redis", Access.OPEN),
        ({"_shodan": {"module": "couchdb"}, "couchdb": {"dbs": ["shop", "_users"]}}, "couchdb", Access.SCHEMA_ONLY),
        ({"_shodan": {"module": "http"}, "product": "nginx"}, "", Access.UNKNOWN),
        ({"_shodan": {"module": "http"}, "product": "Apache CouchDB httpd"}, "couchdb", Access.UNKNOWN),
    ],
    ids=["mongo-auth", "mongo-open", "mongo-empty", "mongo-none", "redis", "couchdb", "web", "by-product"],
)
def test_what_a_banner_claims(reading: Reading, more: dict[str, object], service: str, claims: Access) -> None:
    (fact,) = reading(Shodan(), banner(**more)).facts
    assert isinstance(fact, PassiveService)
    assert (fact.service, fact.claims) == (service, claims)


def test_other_transports_are_left_out(reading: Reading) -> None:
    read = reading(Shodan(), banner(transport="udp"), banner(transport="tcp"))
    assert (len(read.facts), read.first_skipped[:16]) == (1, "line 1: not TCP:")


def test_banners_of_another_shape_are_left_out_with_their_line(reading: Reading) -> None:
    read = reading(Shodan(), banner(), banner(ip_str="x"), banner(port="many"), banner(port=0))
    assert (len(read.facts), read.skipped) == (1, 3)
    assert read.first_skipped.startswith("line 2:")
