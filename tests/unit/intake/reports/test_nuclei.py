"""nuclei's results: what matched where; severity and tags tell an open store from a version."""

import pytest

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.nuclei import Nuclei
from tieback.model.passive import PassiveService
from tieback.model.probe import Access


def result(**more: object) -> dict[str, object]:
    said: dict[str, object] = {
        "template-id": "mongodb-unauth",
        "info": {"name": "MongoDB - Unauthenticated", "tags": ["network", "mongodb", "unauth"], "severity": "high"},
        "host": "db.example.org:27017",
        "matched-at": "db.example.org:27017",
        "ip": "203.0.113.7",
        "timestamp": "2026-11-01T10:00:00.123456789+01:00",
        "request": "SECRET",
        "response": "SECRET",
        "extracted-results": ["SECRET"],
    }
    return said | more


def test_a_store_without_a_login(reading: Reading) -> None:
    (fact,) = reading(Nuclei(), result()).facts
    assert isinstance(fact, PassiveService)
    assert fact.places == ("203.0.113.7:27017", "db.example.org:27017")
    assert (fact.service, fact.claims, fact.seen) == ("mongodb", Access.PARTIAL, "2026-11-01T09:00:00Z")
    assert fact.note == "template mongodb-unauth: MongoDB - Unauthenticated"
    assert "SECRET" not in repr(fact)


@pytest.mark.parametrize(
    ("more", "service", "claims"),
    [
        ({"info": {"tags": "redis,detect", "severity": "info"}}, "redis", Access.UNKNOWN),
        ({"info": {"tags": ["unauth"], "severity": "info"}}, "mongodb", Access.UNKNOWN),
        ({"template-id": "tech-detect", "info": {"tags": None}}, "", Access.UNKNOWN),
        ({"template-id": "some-unauth", "info": {"tags": ["unauth"], "severity": "high"}}, "", Access.UNKNOWN),
    ],
    ids=["tags-as-text", "not-severe", "nothing", "no-product"],
)
def test_claims(reading: Reading, more: dict[str, object], service: str, claims: Access) -> None:
    (fact,) = reading(Nuclei(), result(**more)).facts
    assert isinstance(fact, PassiveService)
    assert (fact.service, fact.claims) == (service, claims)


def test_urls_lose_credentials_and_query(reading: Reading) -> None:
    url = "https://user:SECRET@es.example.org/_cat/indices?token=SECRET#SECRET"
    (fact,) = reading(Nuclei(), result(**{"matched-at": url})).facts
    assert isinstance(fact, PassiveService)
    assert (fact.resource, fact.port) == ("https://es.example.org/_cat/indices", 443)


def test_results_without_a_place_are_left_out(reading: Reading) -> None:
    read = reading(Nuclei(), result(), result(**{"matched-at": "example.org", "ip": ""}))
    assert (len(read.facts), read.skipped) == (1, 1)
