"""The texts of recipients keep "nothing found" and "nothing readable" apart, and no cell is a formula."""

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.each import each
from tieback.model.endpoint import Party
from tieback.model.report.captures import CaptureSummary, Recipient
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report import by_name
from tieback.report.recipients import (
    COLUMNS,
    class_text,
    content_text,
    coverage_lines,
    party_text,
    where_text,
    wire_text,
)

ONE = Recipient(
    capture="run.har", app_sha256="a" * 64, app="WorkHub", bundle_id="com.workhub.app", host="app.adjust.com",
    party=Party.THIRD, owner="Adjust", sdk="Adjust", provider="", country="DE", pii_class="device_id",
    kind="advertising identifier", where=("form:gps_adid", "query:gps_adid", "json:$.a"), channels=("http",),
    confidence=0.97, count=3, flows=2, in_clear=0, first=1714800000.0, last=1714800100.0, tracker="Adjust (POST body)",
)  # fmt: skip


@each(
    ("figures", "text"),
    [
        ((3, 1, 0, 3), "3 flows read: personal data or credentials sent in 1, none found in 2"),
        ((2, 0, 0, 2), "2 flows read: no personal data or credentials found in what the app sent"),
        ((0, 0, 4, 4), "4 flows encrypted without keys: nothing readable, contents unknown"),
        ((0, 0, 0, 2), "2 flows without content that tieback reads"),
        ((0, 0, 0, 0), ""),
    ],
)
def test_nothing_found_and_nothing_readable(figures: tuple[int, int, int, int], text: str) -> None:
    assert content_text(*figures) == text


def test_every_flow_is_in_one_of_the_numbers() -> None:
    text = content_text(3, 0, 4, 9, 1, (), 29)
    assert text == (
        "3 flows read: no personal data or credentials found in what the app sent; "
        "4 flows encrypted without keys: nothing readable, contents unknown; "
        "1 flow not examined for personal data: read them again; 1 flow without content that tieback reads; "
        "29 flows of name resolution, discovery or time not counted"
    )
    assert sum(map(int, re.findall(r"(\d+) flows?", text))) == 9 + 29


def test_quic_is_not_called_without_keys() -> None:
    assert content_text(0, 0, 1, 1, quic=1) == "1 flow of QUIC, which is not decrypted: contents unknown"
    assert content_text(0, 0, 3, 3, quic=1) == (
        "2 flows encrypted without keys: nothing readable, contents unknown; "
        "1 flow of QUIC, which is not decrypted: contents unknown"
    )


def test_what_was_not_sent_is_not_called_unreadable() -> None:
    assert content_text(0, 0, 0, 2, not_sent=2) == "2 flows refused or without a connection: nothing was sent"


def test_long_flows_are_not_searched_to_their_end() -> None:
    assert content_text(3, 0, 0, 3, longer=2) == (
        "3 flows read: no personal data or credentials found in what the app sent; "
        "2 of them were searched only in part: above the limits, or packets are missing"
    )
    assert "; 1 of them was searched" in content_text(3, 0, 0, 3, longer=1)


@each(("read", "text"), [(1, "sent in it"), (3, "sent in all of them")])
def test_no_count_of_nothing(read: int, text: str) -> None:
    assert content_text(read, read, 0, read).endswith(text)


def test_flows_of_an_earlier_release_are_not_examined() -> None:
    assert content_text(0, 0, 0, 2, 2) == "2 flows not examined for personal data: read them again"


@each(
    ("read", "with_data", "received", "text"),
    [
        (1, 0, ["phone", "device_id"],
         ("1 flow read: no personal data or credentials found in what the app sent; "
          "2 classes received in cleartext: device identifiers; phone numbers")),
        (3, 1, ["email"],
         ("3 flows read: personal data or credentials sent in 1, none found in 2; "
          "1 class received in cleartext: e-mail addresses")),
        (0, 0, [f"c{n}" for n in range(10)],
         ("10 classes received in cleartext: c0; c1; c2; c3; c4; c5; c6; c7 and 2 more; "
          "1 flow without content that tieback reads")),
    ],
)  # fmt: skip
def test_what_an_app_received_is_no_part_of_what_it_sent(
    read: int, with_data: int, received: list[str], text: str
) -> None:
    assert content_text(read, with_data, 0, read or 1, received=received) == text


def test_texts() -> None:
    assert party_text(ONE) == "Adjust (third party)"
    assert class_text(ONE) == "device identifiers: advertising identifier"
    assert class_text(replace(ONE, pii_class="app_list", kind="")) == "list of installed apps"
    assert where_text(ONE) == "form:gps_adid, query:gps_adid and 1 more"
    assert wire_text(ONE) == "encrypted"
    assert wire_text(replace(ONE, in_clear=2)) == "in the clear"
    assert wire_text(replace(ONE, in_clear=1)) == "in the clear in 1 of 2 flows"


@pytest.fixture
def seen(report: Report) -> Report:
    capture = CaptureSummary("run.har", "c" * 64, 4, 2, 0, (), read=2, with_data=1, unreadable=1)
    hostile = replace(ONE, host="=cmd()", owner="<script>alert(1)</script>", sdk="", where=("json:$.\x1b[31m<b>",))
    return replace(report, recipients=LazyTable.of([ONE, hostile]), captures=LazyTable.of([capture]))


def rendered(report: Report, name: str) -> str:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return out.getvalue().decode("utf-8-sig")


def test_csv_has_one_row_per_recipient_and_no_formula(seen: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered(seen, "recipients-csv"))))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["first"] == datetime.fromtimestamp(1714800000, UTC).isoformat(timespec="seconds")
    assert rows[1]["host"] == "'=cmd()"


@pytest.mark.parametrize("name", ["html", "markdown", "terminal"])
def test_pages_list_recipients_and_what_was_readable(seen: Report, name: str) -> None:
    text = rendered(seen, name)
    assert "Recipients of personal data" in text
    assert "app.adjust.com" in text.replace("<wbr>", "")
    assert "nothing readable" in " ".join(text.split())
    assert name == "terminal" or "<script>alert(1)" not in text
    assert "\x1b[31m" not in text


def test_events_of_ocsf_are_no_alerts(seen: Report) -> None:
    events = [json.loads(line) for line in rendered(seen, "ocsf").splitlines()]
    own = [one for one in events if one["metadata"]["event_code"] == "recipient"]
    assert len(own) == 2
    assert not any(one["is_alert"] for one in own)
    assert own[0]["data_security"]["data_lifecycle_state"] == "Data in-Transit"
    assert len({one["finding_info"]["uid"] for one in own}) == 2


def test_json_has_every_field_and_no_mark(seen: Report) -> None:
    (first, _) = json.loads(rendered(seen, "json"))["recipients"]
    assert first["class"] == "device_id"
    assert "mark" not in first


def test_a_report_without_captures_says_nothing(report: Report) -> None:
    assert list(coverage_lines(replace(report, captures=LazyTable.of([])))) == []
