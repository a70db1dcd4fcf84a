from tests.unit.report.conftest import in_tables, the_report
from tieback.model.report.document import Report
from tieback.report.diff.compare import compare
from tieback.report.diff.markdown import MOST, as_markdown
from tieback.report.diff.past import past_from_report


def page(old: Report, new: Report) -> str:
    return "\n".join(as_markdown(compare(past_from_report(old, "old.json"), past_from_report(new, "new.json"))))


def test_comment_of_a_pull_request() -> None:
    whole = the_report()
    text = page(in_tables(whole, findings=()), whole)
    for phrase in (
        "# What changed since old.json",
        "**3 new findings, 0 fixed, 0 changed, 0 moved, 0 unchanged.**",
        "| findings | 0 | 3 |",
        "## New (3)",
        "- **critical**: mongodb needs no login (open-store, `open-store:exp-workhub`)",
        "  - mongodb 6.0.5 at api.workhub.test:27017, Workhub 2.10.4",
    ):
        assert phrase in text, phrase
    assert "## Fixed" not in text


def test_long_lists_are_cut_and_counted() -> None:
    from msgspec.structs import replace

    whole = the_report()
    first = next(whole.findings.rows())
    many = [replace(first, id=f"fnd-{number:04}") for number in range(MOST + 7)]
    assert "- and 7 more" in page(in_tables(whole, findings=()), in_tables(whole, findings=many))


def test_hostile_text_is_escaped(hostile_report: Report) -> None:
    text = page(in_tables(hostile_report, findings=()), hostile_report)
    assert "<script>" not in text
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
