from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import in_tables, the_report
from tieback.model.report.suppression import SuppressedFinding, Suppression
from tieback.model.report.tables import LazyTable
from tieback.report import by_name
from tieback.report.diff.compare import compare
from tieback.report.diff.past import past_from_report, read_past
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


@pytest.mark.parametrize("name", ["", "json", "ndjson"])
def test_suppressed_findings_of_the_new_report_are_counted(name: str, tmp_path: Path) -> None:
    first, *others = the_report().findings.rows()
    by = Suppression("known", "jo@example.org", "2099-01-01", finding=first.id)
    new = in_tables(the_report(), findings=others, suppressed=LazyTable.of([SuppressedFinding(first, by)]))
    past = past_from_report(new, "new")
    if name:
        with (tmp_path / "new").open("wb") as out:
            by_name(name).render(new, out)
        past = read_past(tmp_path / "new")
    found = compare(OLD, past)
    assert conclusion(found) == (
        "0 new findings, 0 fixed, 0 changed, 0 moved, 3 unchanged. 1 finding of the new report is suppressed."
    )
    totals = {one.name: (one.old, one.new) for one in found.totals}
    assert (totals["findings"], totals["findings suppressed"]) == (("3", "3"), ("0", "1"))
    assert "suppressed" not in conclusion(compare(past, OLD))
