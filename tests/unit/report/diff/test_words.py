from msgspec.structs import replace

from tests.unit.report.conftest import in_tables, the_report
from tieback.report.diff.compare import compare
from tieback.report.diff.past import past_from_report
from tieback.report.diff.words import conclusion

OLD = past_from_report(the_report(), "old.json")


def test_one_sentence() -> None:
    new = past_from_report(in_tables(the_report(), findings=()), "new.json")
    assert conclusion(compare(OLD, OLD)) == "0 new findings, 0 fixed, 0 changed, 0 moved, 3 unchanged."
    assert conclusion(compare(new, OLD)).startswith("3 new findings, 0 fixed")
    assert conclusion(compare(OLD, new)) == "0 new findings, 3 fixed, 0 changed, 0 moved, 0 unchanged."


def test_unchecked_finding_is_not_called_fixed() -> None:
    empty = past_from_report(in_tables(the_report(), findings=(), exposures=(), apps=()), "new")
    assert "0 fixed" in conclusion(compare(OLD, replace(empty, asked={})))
    assert "3 unconfirmed" in conclusion(compare(OLD, replace(empty, asked={})))


def test_different_audiences_are_reported() -> None:
    assert "different audiences" in conclusion(compare(OLD, replace(OLD, audience="for Acme alone")))
