from html.parser import HTMLParser

from tests.unit.report.conftest import in_tables, the_report
from tieback.model.report.document import Report
from tieback.report.diff.compare import compare
from tieback.report.diff.page import as_page
from tieback.report.diff.past import past_from_report


class Reader(HTMLParser):
    """Notes tags, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.words = ""
        self.feed(page)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"


def page(old: Report, new: Report) -> Reader:
    return Reader("".join(as_page(compare(past_from_report(old, "old.json"), past_from_report(new, "new.json")))))


def test_what_a_reader_sees() -> None:
    whole = the_report()
    words = page(in_tables(whole, findings=()), whole).words
    assert "What changed since old.json" in words
    assert "New (3)" in words
    assert "3 new findings, 0 fixed" in words
    assert "mongodb 6.0.5 at api.workhub.test:27017" in words


def test_hostile_text_stays_text_and_nothing_runs(hostile_report: Report) -> None:
    whole = the_report()
    read = page(in_tables(hostile_report, findings=()), hostile_report)
    assert read.tags == page(in_tables(whole, findings=()), whole).tags
    assert not {name for name in read.names if name.startswith("on")}
    assert "script" not in read.tags
    assert "{{ 7*7 }}" in read.words
