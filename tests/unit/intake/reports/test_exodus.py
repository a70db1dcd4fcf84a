"""Exodus' trackers: plain names in their network signatures are endpoints of the app."""

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.exodus import Exodus
from tieback.model.passive import PassiveText

REPORT = {
    "application": {"handle": "org.example.shop", "name": None, "version_name": "1.2", "version_code": 12, "uaid": "x"},
    "apk": {"path": "shop.apk", "checksum": "ab" * 32},
    "created": "2026-11-01T10:00:00",
    "trackers": [
        {"name": "Tracker One", "id": 1, "network_signature": r"collect\.tracker\.example|(cdn)?\.tracker\.example"},
        {"name": "Tracker Two", "id": 2},
    ],
}


def test_trackers(reading: Reading) -> None:
    facts = reading(Exodus(), REPORT).facts
    (text,) = [fact for fact in facts if isinstance(fact, PassiveText)]
    assert (text.text, text.where, text.seen) == (
        "https://collect.tracker.example",
        "tracker Tracker One",
        "2026-11-01T10:00:00Z",
    )
    assert (text.app.bundle_id, text.app.sha256, text.app.version_code) == ("org.example.shop", "ab" * 32, "12")
