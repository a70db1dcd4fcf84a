"""Texts on inputs that were only partly read: apps and captures together."""

from msgspec.structs import replace

from tests.unit.report.test_files import CUT
from tieback.model.report import CaptureSummary, LazyTable, Report
from tieback.model.sighting import UnreadCode, UnreadKind
from tieback.report.unread import (
    MOST_DAMAGED,
    damaged_errors,
    partly_read_counts,
    partly_read_lines,
    partly_read_title,
    unread_names,
)

ODD = replace(CUT, path="odd.har", unread=(UnreadCode(UnreadKind.UNREADABLE, "entry 3 is invalid", "odd.har"),))
WHOLE = replace(CUT, path="whole.pcap", problems=(), unread=())


def with_captures(report: Report, *captures: CaptureSummary) -> Report:
    head = replace(
        report.headline,
        captures_partly_read=sum(bool(one.unread) for one in captures),
        captures_damaged=sum(one.damaged for one in captures),
    )
    return replace(report, headline=head, captures=LazyTable.of(captures))


def test_partly_read_apps_are_listed_with_the_place(report: Report) -> None:
    assert list(partly_read_lines(report)) == [
        ("Lantern 1.0", "CodePush can replace the JavaScript code at run time (classes.dex)")
    ]
    many = LazyTable.of([next(report.partly_read.rows())] * 3)
    assert list(partly_read_lines(replace(report, partly_read=many), 1))[1] == ("and 2 more", "see the JSON report")


def test_apps_and_captures_are_counted_and_listed_together(report: Report) -> None:
    both = with_captures(report, CUT, WHOLE, ODD)
    assert partly_read_title(both) == "1 app and 2 captures only partly read"
    assert list(partly_read_lines(both))[1:] == [
        ("runs/shop.pcap", "cut off or damaged: cut here (byte 7)"),
        ("odd.har", "entry 3 is invalid"),
    ]
    assert list(partly_read_lines(both, 1))[-1] == ("and 1 more capture", "see the JSON report")
    assert "runs/shop.pcap (cut off or damaged: cut here (byte 7)), odd.har" in unread_names(both)
    alone = replace(with_captures(report, CUT), partly_read=LazyTable.of([]))
    assert (partly_read_counts(alone), unread_names(alone).partition(" ")[0]) == ("1 capture", "runs/shop.pcap")


def test_a_report_in_which_everything_was_read_has_no_text(report: Report) -> None:
    whole = replace(with_captures(report, WHOLE), partly_read=LazyTable.of([]))
    assert (partly_read_title(whole), list(partly_read_lines(whole)), unread_names(whole)) == ("", [], "")
    assert list(damaged_errors(whole)) == []


def test_each_damaged_input_is_an_error_up_to_a_limit(report: Report) -> None:
    (error,) = damaged_errors(with_captures(report, CUT, ODD))
    assert (error.where, error.what) == ("runs/shop.pcap", "cut off or damaged: cut here (byte 7)")
    *shown, rest = damaged_errors(with_captures(report, *[CUT] * (MOST_DAMAGED + 3)))
    assert (len(shown), rest.where) == (MOST_DAMAGED, "3 more captures")
