"""Words for inputs that were only partly read: apps and captures together."""

import io

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import in_tables
from tests.unit.report.test_files import CUT
from tieback.model.report.captures import CaptureSummary
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import UnreadCode, UnreadKind
from tieback.report import by_name
from tieback.report.texts.unread import (
    MOST_DAMAGED,
    partly_read_counts,
    partly_read_lines,
    partly_read_title,
    unfollowed_note,
    unfollowed_reason,
    unread_advice,
    unread_errors,
    unread_reason,
)


def test_partly_read_apps_are_listed_with_the_place(report: Report) -> None:
    assert list(partly_read_lines(report)) == [
        ("Lantern 1.0", "CodePush can replace the JavaScript code at run time (classes.dex)")
    ]
    many = LazyTable.of([next(report.partly_read.rows())] * 3)
    assert list(partly_read_lines(replace(report, partly_read=many), 1))[1] == (
        "and 2 more apps",
        "see the JSON report",
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (UnreadKind.DAMAGED, "a (classes.dex); c; d"),
        # Two libraries can each load code: both settings are in one manifest.
        (UnreadKind.DOWNLOADED, "a (classes.dex); b (classes.dex); c; and 1 more"),
    ],
)
def test_a_damaged_part_has_one_reason_and_the_whole_input_has_all(report: Report, kind: UnreadKind, text: str) -> None:
    (one,) = report.partly_read.rows()
    parts = (("a", "classes.dex"), ("b", "classes.dex"), ("c", ""), ("d", ""))
    unread = tuple(UnreadCode(kind, what, where) for what, where in parts)
    (line,) = partly_read_lines(replace(report, partly_read=LazyTable.of([replace(one, unread=unread)])))
    assert line[1].removeprefix("cut off or damaged: ") == text


CAPTURE = "Capture its traffic to see the other back ends (tieback capture)."


@pytest.mark.parametrize(
    ("partly", "damaged", "text"),
    [
        (0, 0, ""),
        (1, 0, CAPTURE),
        (1, 1, "Its package is cut off or damaged: build or download it again."),
        (
            3,
            1,
            f"1 package is cut off or damaged: build or download it again. {CAPTURE.replace('its', 'their')}",
        ),
        (2, 2, "2 packages are cut off or damaged: build or download them again."),
    ],
)
def test_advice_about_partly_read_apps(report: Report, partly: int, damaged: int, text: str) -> None:
    assert unread_advice(replace(report.headline, apps_partly_read=partly, apps_damaged=damaged)) == text


@pytest.mark.parametrize("name", ["html", "markdown", "terminal"])
@pytest.mark.parametrize("count", [1, 2])
def test_pronouns_agree_with_the_number_of_partly_read_apps(name: str, count: int, report: Report) -> None:
    (one,) = report.partly_read.rows()
    some = [replace(one, app=replace(one.app, sha256=f"{n:064x}")) for n in range(count)]
    whole = replace(report, partly_read=LazyTable.of(some), headline=replace(report.headline, apps_partly_read=count))
    out = io.BytesIO()
    by_name(name).render(whole, out)
    text = " ".join(out.getvalue().decode().split())
    right, wrong = (("its", "their"), ("their", "its"))[count - 1]
    assert f"Capture {right} traffic" in text
    assert f"{wrong} traffic" not in text
    if name == "html":
        assert (f"{right.capitalize()} list" in text, f"{wrong.capitalize()} list" in text) == (True, False)


def test_advice_about_damaged_captures(report: Report) -> None:
    head = replace(report.headline, apps_partly_read=0, captures_partly_read=3, captures_damaged=1)
    assert unread_advice(head) == "1 capture is cut off or damaged: record it again."
    assert unread_advice(replace(head, captures_damaged=2)).endswith("record them again.")


ODD = replace(CUT, path="odd.har", unread=(UnreadCode(UnreadKind.UNREADABLE, "entry 3 is invalid", "odd.har"),))
WHOLE = replace(CUT, path="whole.pcap", problems=(), unread=())


def with_captures(report: Report, *captures: CaptureSummary) -> Report:
    head = replace(
        report.headline,
        captures_partly_read=sum(bool(one.unread) for one in captures),
        captures_damaged=sum(one.damaged for one in captures),
    )
    return replace(report, headline=head, captures=LazyTable.of(captures))


def test_apps_and_captures_are_counted_and_listed_together(report: Report) -> None:
    both = with_captures(report, CUT, WHOLE, ODD)
    assert partly_read_title(both) == "1 app and 2 captures only partly read"
    assert list(partly_read_lines(both))[1:] == [
        ("runs/shop.pcap", "cut off or damaged: cut here (byte 7)"),
        ("odd.har", "entry 3 is invalid"),
    ]
    assert list(partly_read_lines(both, 1))[-1] == ("and 1 more capture", "see the JSON report")
    assert "runs/shop.pcap (cut off or damaged: cut here (byte 7)), odd.har" in unread_reason(both)
    alone = replace(with_captures(report, CUT), partly_read=LazyTable.of([]))
    assert partly_read_counts(alone) == "1 capture"
    assert unread_reason(alone).startswith("1 capture only partly read: runs/shop.pcap (")


def test_a_report_in_which_everything_was_read_has_no_text(report: Report) -> None:
    whole = replace(with_captures(report, WHOLE), partly_read=LazyTable.of([]))
    assert (partly_read_title(whole), list(partly_read_lines(whole)), unread_reason(whole)) == ("", [], "")
    assert list(unread_errors(whole)) == []


def test_code_that_was_not_followed_is_apart(report: Report) -> None:
    """Its maker cannot change it, so that it is no reason for ``--fail-on unread``."""
    app = next(report.partly_read.rows())
    code = UnreadCode(UnreadKind.UNFOLLOWED, "the code of 2 methods was not followed to its end", "classes.dex")
    only = replace(app, path="shop.apk", unread=(code,))
    both = replace(app, path="chat.apk", unread=(*app.unread, code))
    alone = replace(report, partly_read=LazyTable.of([only]))
    assert (unread_reason(alone), partly_read_counts(alone)) == ("", "1 app")
    assert unfollowed_reason(alone) == (
        "1 app with code that was not followed to its end: "
        "shop.apk (the code of 2 methods was not followed to its end (classes.dex))"
    )
    assert unfollowed_note(alone) == (
        "1 app has code that was not followed to its end (a limit of tieback). "
        "--fail-on unread does not count it, --fail-on unfollowed does"
    )
    mixed = replace(report, partly_read=LazyTable.of([only, both]))
    assert unread_reason(mixed).startswith("1 app only partly read: chat.apk (")
    assert unfollowed_reason(mixed).startswith("2 apps with code")
    assert unfollowed_note(replace(report, partly_read=LazyTable.of([both]))) == ""
    assert unfollowed_reason(replace(report, partly_read=LazyTable.of([app]))) == ""


def test_each_damaged_input_is_an_error_up_to_a_limit(report: Report) -> None:
    (error,) = unread_errors(with_captures(report, CUT, ODD))
    assert (error.where, error.what) == ("runs/shop.pcap", "cut off or damaged: cut here (byte 7)")
    *shown, rest = unread_errors(with_captures(report, *[CUT] * (MOST_DAMAGED + 3)))
    assert (len(shown), rest.where) == (MOST_DAMAGED, "3 more captures")


def test_an_app_of_which_tieback_failed_to_read_a_part_is_an_error(report: Report) -> None:
    what = "an error of tieback ended the search of this part"
    app = replace(next(report.partly_read.rows()), path="shop.apk")
    failed = replace(app, unread=(UnreadCode(UnreadKind.FAILED, what, "classes.dex"),))
    (error,) = unread_errors(replace(report, partly_read=LazyTable.of([app, failed])))
    assert (error.where, error.what) == ("shop.apk", f"{what} (classes.dex)")


@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_an_app_without_a_back_end_has_words_and_no_blank(report: Report, form: str) -> None:
    """A blank beside the hosts of other apps would read as nothing to worry about."""
    *others, last = report.apps.rows()
    bare = replace(last, endpoints=0, exposures=(), unread=(), app=replace(last.app, sha256="9" * 64))
    shown = replace(in_tables(report, apps=[*others, bare]), quiet=LazyTable.of([bare]))
    out = io.BytesIO()
    by_name(form).render(shown, out)
    assert "no back end found" in " ".join(out.getvalue().decode().split())
