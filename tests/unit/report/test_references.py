"""Findings chosen by the requirements that may apply to them, and references in the formats."""

import csv
import io
import json

import pytest
from msgspec.structs import replace

from tieback.assess.findings import with_references as completed
from tieback.assess.references import select
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report import by_name
from tieback.report.references import with_references


def rendered(report: Report, name: str) -> str:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return out.getvalue().decode("utf-8-sig")


def test_only_related_findings_stay_and_the_note_counts_the_others(report: Report) -> None:
    rows = list(report.findings.rows())
    report = replace(report, findings=LazyTable.of([*rows, replace(rows[0], references=("cra:I.2.e",))]))
    some = with_references(report, select(["owasp-mobile:M3"]))
    kept = list(some.findings.rows())
    assert len(kept) == some.findings.count == len(rows)
    assert all("owasp-mobile:M3" in finding.references for finding in kept)
    note = next(some.problems.rows())
    assert f"only the {len(kept)} of {report.findings.count} findings to which OWASP Mobile M3 may apply" in note.what
    assert some.problems.count == report.problems.count + 1
    assert (some.headline, some.exposed) == (report.headline, report.exposed)


def test_without_a_choice_the_report_is_unchanged(report: Report) -> None:
    assert with_references(report, frozenset()) is report


def test_many_references_are_named_in_short(report: Report) -> None:
    note = next(with_references(report, select(["owasp-mobile", "nis2", "cra"])).problems.rows())
    assert "more may apply" in note.what
    assert len(note.what) < 300


@pytest.mark.parametrize("name", ["json", "ndjson", "csv", "sarif", "defectdojo"])
def test_machine_readable_formats_have_the_references(report: Report, name: str) -> None:
    assert "cra:I.2.d" in rendered(report, name)


def test_sarif_has_them_as_tags_of_its_rules(report: Report) -> None:
    rules = json.loads(rendered(report, "sarif"))["runs"][0]["tool"]["driver"]["rules"]
    (one,) = [rule for rule in rules if rule["id"] == "open-store"]
    assert {"owasp-mobile:M3", "nis2:21.2.i", "cra:I.2.d"} <= set(one["properties"]["tags"])


def test_csv_has_a_column(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered(report, "csv"))))
    assert {row["references"] for row in rows if row["rule"] == "open-store"} == {
        "owasp-mobile:M3; nis2:21.2.i; cra:I.2.d"
    }


def test_pages_say_may_apply_with_sources(report: Report) -> None:
    page = rendered(report, "html")
    assert "May apply: OWASP Mobile M3, NIS 2 Art. 21(2)(i), CRA Annex I, Part I (2)(d)" in page
    assert "https://eur-lex.europa.eu/eli/dir/2022/2555/oj" in page
    assert "2024-10-23" in page
    assert "May apply: OWASP Mobile M3" in rendered(report, "markdown")


def test_a_finding_of_an_older_version_gets_those_of_its_rule(report: Report) -> None:
    old = [replace(finding, references=()) for finding in report.findings.rows()]
    assert all(finding.references for finding in completed(old))
    assert next(completed([replace(old[0], rule="of-a-later-version")])).references == ()
