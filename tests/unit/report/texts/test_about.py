"""What a report states about itself, and the state of findings since an earlier report."""

import csv
import io
import json
from datetime import UTC, datetime

from msgspec.structs import replace

from tieback.model.report.baseline import Baseline
from tieback.model.report.document import Report
from tieback.model.report.scope import SkipReason
from tieback.report import by_name
from tieback.report.texts.about import new_first, scope_lines


def test_scope(report: Report) -> None:
    lines = dict(scope_lines(report.scope))
    assert lines["Authorised by"] == "Security office, until 2027-06-30"
    assert lines["Probed"] == "9 targets; 2 outside the grant, not contacted"
    assert lines["Traffic"] == "2,610 B sent, 25,731 B read"
    assert report.scope is not None
    unlisted = replace(
        report.scope, targets_out_of_scope=3, skipped=((SkipReason.RESOURCE, 1), (SkipReason.OUTSIDE, 2))
    )
    assert dict(scope_lines(unlisted))["Probed"] == "9 targets; 3 outside the grant, not contacted"
    assert [text for _, text in scope_lines(None)] == ["no grant, so no back end was contacted"]


def with_one_new(report: Report) -> tuple[Report, str, list[str]]:
    """The report compared with one that has all findings but the last, its id and the ids of the others."""
    ids = [finding.id for finding in report.findings.rows()]
    known = Baseline("old.json", datetime(2026, 11, 1, tzinfo=UTC), frozenset(ids[:-1]), frozenset(), 1, 0, 0)
    return replace(report, baseline=known), ids[-1], ids[:-1]


def rendered(report: Report, name: str) -> str:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return out.getvalue().decode("utf-8-sig")


def test_new_findings_come_first(report: Report) -> None:
    compared, new, others = with_one_new(report)
    assert [one.id for one in new_first(report)] == [*others, new]
    assert [one.id for one in new_first(compared)] == [new, *others]


def test_json_lists_the_state_of_each_finding(report: Report) -> None:
    compared, new, others = with_one_new(report)
    expected = {new: "new"} | dict.fromkeys(others, "unchanged")
    document = json.loads(rendered(compared, "json"))
    lines = [json.loads(line) for line in rendered(compared, "ndjson").splitlines()]
    for found in (document["findings"], [one for one in lines if one["schema"].startswith("tieback/finding/")]):
        assert {one["id"]: one["baseline_state"] for one in found} == expected
    assert "baseline_state" not in json.loads(rendered(report, "json"))["findings"][0]


def test_csv_and_defectdojo_list_the_state_of_each_finding(report: Report) -> None:
    compared, new, others = with_one_new(report)
    expected = {new: "new"} | dict.fromkeys(others, "unchanged")
    table = csv.DictReader(io.StringIO(rendered(compared, "csv")))
    assert {row["finding"]: row["baseline_state"] for row in table} == expected
    assert {row["baseline_state"] for row in csv.DictReader(io.StringIO(rendered(report, "csv")))} == {""}
    entries = json.loads(rendered(compared, "defectdojo"))["findings"]
    assert {one["unique_id_from_tool"]: one["tags"][-1] for one in entries} == expected


def test_markdown_marks_new_findings_and_counts_them_above(report: Report) -> None:
    compared, _, others = with_one_new(report)
    lines = rendered(compared, "markdown").splitlines()
    begin = lines.index("## Findings")
    assert "1 new, 0 fixed, 0 changed or moved." in lines[begin + 2]
    marks = [line.split("**")[2].partition(":")[0] for line in lines[begin:] if line.startswith("- **")]
    assert marks[: len(others) + 1] == [" (new)"] + [" (unchanged)"] * len(others)
    assert "(new)" not in rendered(report, "markdown")
