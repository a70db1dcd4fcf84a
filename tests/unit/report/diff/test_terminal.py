import io

from rich.console import Console

from tests.unit.report.conftest import in_tables, the_report
from tieback.model.report.document import Report
from tieback.report.diff.compare import compare
from tieback.report.diff.past import past_from_report
from tieback.report.diff.terminal import print_comparison


def printed(old: Report, new: Report) -> str:
    out = io.StringIO()
    found = compare(past_from_report(old, "old.json"), past_from_report(new, "new.json"))
    print_comparison(found, Console(file=out, width=110, color_system=None, highlight=False))
    return out.getvalue()


def test_what_a_person_sees() -> None:
    whole = the_report()
    text = printed(whole, in_tables(whole, findings=list(whole.findings.rows())[:1]))
    assert "0 new findings, 2 fixed" in text
    assert "Fixed (2)" in text
    assert "opensearch needs no login" in text
    assert "the store answered again:" in text
    assert "New (" not in text


def test_hostile_text_moves_no_cursor(hostile_report: Report) -> None:
    text = printed(in_tables(hostile_report, findings=()), hostile_report)
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
