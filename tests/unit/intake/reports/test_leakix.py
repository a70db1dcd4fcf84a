"""LeakIX's events: an open store, a mere service, and nothing of the summary."""

import msgspec
import pytest

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.leakix import LeakIx
from tieback.model.passive import PassiveService
from tieback.model.probe import Access


def event(**more: object) -> dict[str, object]:
    said: dict[str, object] = {
        "event_type": "leak",
        "event_source": "ElasticSearchOpenPlugin",
        "ip": "203.0.113.7",
        "host": "es.example.org",
        "reverse": "",
        "port": "9200",
        "protocol": "elasticsearch",
        "time": "2026-11-01T10:00:00.123456789Z",
        "summary": "SECRET RECORDS",
        "service": {"credentials": {"noauth": True, "username": "x", "password": "SECRET"}, "software": {"name": ""}},
        "leak": {"dataset": {"rows": 1200, "size": 5000, "infected": True, "ransom_notes": ["SECRET"]}},
    }
    return said | more


def test_an_open_store(reading: Reading) -> None:
    (fact,) = reading(LeakIx(), event()).facts
    assert isinstance(fact, PassiveService)
    assert fact.places == ("203.0.113.7:9200", "es.example.org:9200")
    assert (fact.service, fact.claims, fact.seen) == ("elasticsearch", Access.OPEN, "2026-11-01T10:00:00Z")
    assert fact.records is not None
    assert fact.bytes is not None
    assert (fact.records.value, fact.bytes.value) == (1200, 5000)
    assert fact.note == "ElasticSearchOpenPlugin, infected"
    assert b"SECRET" not in msgspec.json.encode(fact)


@pytest.mark.parametrize(
    ("more", "claims"),
    [
        ({"event_type": "service"}, Access.UNKNOWN),
        ({"leak": {"dataset": {}}}, Access.PARTIAL),
        ({"leak": {}, "service": {}}, Access.UNKNOWN),
    ],
    ids=["service", "leak-without-rows", "leak-with-login"],
)
def test_claims(reading: Reading, more: dict[str, object], claims: Access) -> None:
    (fact,) = reading(LeakIx(), event(**more)).facts
    assert isinstance(fact, PassiveService)
    assert fact.claims is claims


def test_events_without_a_place_are_left_out(reading: Reading) -> None:
    read = reading(LeakIx(), event(), event(ip="", host="", reverse=""), event(port="99999"))
    assert (len(read.facts), read.skipped) == (1, 2)
