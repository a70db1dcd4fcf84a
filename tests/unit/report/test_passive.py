"""Other tools' words stay other tools' words, and a later probe of ours takes their place in sight."""

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import FIELDHAND, HOSTILE, LANTERN, WORKHUB, fieldhand_store, the_named, the_seen
from tieback.model.passive import PassiveNote
from tieback.model.probe import Access
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report.passive import PassiveNotes, passive_line, passive_sighting_line, passive_summary

NEWER, OLDER, UNASKED = the_seen()


@pytest.mark.parametrize(
    ("note", "said", "ours"),
    [
        (
            OLDER,
            "shodan on 2026-11-01: elasticsearch at 127.77.0.10:9200 open, ≈1,200 records",
            "superseded by our own probe of 2026-11-25: open",
        ),
        (
            NEWER,
            "leakix on 2026-11-26: postgresql at 127.77.0.30:5432 schema only",
            "newer than our own probe of 2026-11-25: login required",
        ),
        (UNASKED, "shadowserver on 2026-10-30: mongodb at 127.77.0.70:27017 open", "not probed by us, or no answer"),
        (
            replace(UNASKED, asked="refused", asked_on="2026-11-25"),
            "shadowserver on 2026-10-30: mongodb at 127.77.0.70:27017 open",
            "superseded by our own probe of 2026-11-25: connection refused",
        ),
        (
            replace(UNASKED, service=replace(UNASKED.service, seen="", service="", claims=Access.UNKNOWN)),
            "shadowserver, undated: a service at 127.77.0.70:27017 responds",
            "not probed by us, or no answer",
        ),
    ],
    ids=["older", "newer", "unasked", "refused", "undated"],
)
def test_claims_of_other_tools_in_words(note: PassiveNote, said: str, ours: str) -> None:
    line = passive_line(note)
    assert (line.said, line.ours) == (said, ours)
    assert line.superseded is ours.startswith("superseded")


def test_hostile_words_are_harmless() -> None:
    service = replace(OLDER.service, source=HOSTILE, service=HOSTILE, address=HOSTILE, seen=HOSTILE)
    line = passive_line(replace(OLDER, service=service))
    assert not {"\x1b", "\u202e", "\x00"} & set(line.said)
    (named,) = the_named()
    assert "\x1b" not in passive_sighting_line(replace(named, source=HOSTILE, seen=HOSTILE))


def test_by_store_and_by_app(report: Report) -> None:
    seen = PassiveNotes(report)
    store = fieldhand_store()
    assert seen.of_store(store) == [OLDER]
    assert seen.of_app(FIELDHAND.sha256) == [OLDER]
    assert seen.of_app(FIELDHAND.sha256, [store]) == [], "listed with the store"
    assert seen.of_app(LANTERN.sha256, [store]) == [UNASKED]
    assert seen.sightings_in(WORKHUB.sha256) == list(the_named())
    assert seen.sightings_in(FIELDHAND.sha256) == []


def test_in_short(report: Report) -> None:
    assert passive_summary(report) == (
        "3 services by leakix, shadowserver, shodan: 1 claimed open and not checked by our own probe; 1 superseded "
        "by our own probes; not verified by tieback"
    )
    assert passive_summary(replace(report, seen=LazyTable.of(()))) == ""
