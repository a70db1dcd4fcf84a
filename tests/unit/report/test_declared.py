"""Texts of declarations: each answer is its own, and none of them is a finding."""

import csv
import io
import json

import pytest
from msgspec.structs import replace

from tests.each import each
from tests.unit.report.test_recipients import ONE, rendered
from tieback.model.declaration import Declared, DeclaredItem, DeclaredState
from tieback.model.report.captures import CaptureSummary
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report.declared import NOTE, declared_text, item_text, state_text

ITEM = DeclaredItem(
    "a" * 64, "WorkHub", "com.workhub.app", "data", "PSL_APPROX_LOCATION", "Approximate location",
    ("geo_location: coarse",), ("Play Data Safety",), DeclaredState.NOT_SEEN, shared=True,
)  # fmt: skip
DOMAIN = DeclaredItem(
    "a" * 64, "WorkHub", "com.workhub.app", "domain", "ads.test", "ads.test", (), ("Ads.framework",),
    DeclaredState.SEEN, ("eu.ads.test",), tracking=False,
)  # fmt: skip
HOSTILE = "<script>alert(1)</script>\x1b[31m"


@each(
    ("changes", "text"),
    [
        ({}, "unknown"),
        ({"declared": Declared.NOT_DECLARED}, "not declared"),
        ({"declared": Declared.NO_TYPE}, "stores have no type for it"),
        ({"declared": Declared.DECLARED, "declared_by": ("app",)}, "declared by app"),
        ({"declared": Declared.DECLARED, "declared_by": tuple("abcde")}, "declared by a, b, c and 2 more"),
        ({"tracking_domain_of": ("A.framework",)}, "unknown; tracking domain declared by A.framework"),
        (
            {"tracking_domain_of": ("app",), "tracking_denied": True},
            "unknown; tracking domain declared by app, though NSPrivacyTracking is false",
        ),
        (
            {"declared": Declared.NOT_DECLARED, "encryption_stated": True},
            "not declared; sent in the clear, though the form states encryption in transit",
        ),
    ],
)
def test_marks(changes: dict[str, object], text: str) -> None:
    assert declared_text(replace(ONE, **changes)) == text


@each(
    ("item", "what", "state"),
    [
        (ITEM, "Approximate location (shared)", "declared and not seen"),
        (replace(ITEM, state=DeclaredState.NOT_READ), "Approximate location (shared)", "unknown: no readable content"),
        (
            replace(ITEM, state=DeclaredState.NO_CLASS, shared=False, linked=True, tracking=True),
            "Approximate location (linked, for tracking)",
            "not compared: tieback has no class for it",
        ),
        (replace(ITEM, state=DeclaredState.SEEN, hosts=tuple("abcd")), None, "seen at a, b, c and 1 more"),
        (DOMAIN, "tracking domain ads.test", "contacted: eu.ads.test, though NSPrivacyTracking is false"),
        (replace(DOMAIN, tracking=True), None, "contacted: eu.ads.test"),
        (replace(DOMAIN, tracking=None), None, "contacted: eu.ads.test"),
        (replace(DOMAIN, state=DeclaredState.NOT_SEEN, hosts=()), None, "declared and not contacted"),
    ],
)
def test_items(item: DeclaredItem, what: str | None, state: str) -> None:
    assert what is None or item_text(item) == what
    assert state_text(item) == state


@pytest.fixture
def compared(report: Report) -> Report:
    capture = CaptureSummary("run.har", "c" * 64, 4, 2, 0, (), read=2, with_data=1, unreadable=1)
    one = replace(ONE, declared=Declared.DECLARED, declared_by=("app", HOSTILE))
    items = [ITEM, DOMAIN, replace(ITEM, title=HOSTILE, name=HOSTILE, app=HOSTILE)]
    return replace(
        report, recipients=LazyTable.of([one]), declared=LazyTable.of(items), captures=LazyTable.of([capture])
    )


@pytest.mark.parametrize("name", ["html", "markdown", "terminal"])
def test_pages_have_the_mark_and_the_table(compared: Report, name: str) -> None:
    text = " ".join(rendered(compared, name).replace("<wbr>", "").split())
    assert "Declared data and tracking domains" in text
    assert NOTE in text
    assert "though NSPrivacyTracking is false" in text or name == "terminal"
    assert name == "terminal" or "<script>alert(1)" not in text
    assert "\x1b[31m" not in text


def test_csv_ends_with_what_is_declared_and_not_seen(compared: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered(compared, "recipients-csv"))))
    assert [(one["host"], one["declared"]) for one in rows] == [
        ("app.adjust.com", "declared"),
        ("", "declared_and_not_seen"),
        ("", "declared_and_not_seen"),
    ]
    assert (rows[1]["class"], rows[1]["kind"], rows[1]["count"]) == ("geo_location", "coarse", "0")
    assert rows[1]["declared_by"] == "Play Data Safety"


def test_json_and_lines_have_every_field(compared: Report) -> None:
    document = json.loads(rendered(compared, "json"))
    assert document["recipients"][0]["declared"] == "declared"
    assert [one["state"] for one in document["declared"]] == ["not_seen", "seen", "not_seen"]
    lines = [json.loads(line) for line in rendered(compared, "ndjson").splitlines()]
    assert sum(one["schema"] == "tieback/declared-item/1" for one in lines) == 3


def test_events_of_ocsf_name_the_mark(compared: Report) -> None:
    events = [json.loads(line) for line in rendered(compared, "ocsf").splitlines()]
    (own,) = [one for one in events if one["metadata"]["event_code"] == "recipient"]
    assert own["resources"][1]["data"]["declared"] == "declared"
    assert own["is_alert"] is False


def test_a_report_without_declarations_has_no_table(report: Report) -> None:
    assert "Declared data and tracking domains" not in rendered(report, "html")
