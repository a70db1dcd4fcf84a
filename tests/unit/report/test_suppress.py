import io
import json
from datetime import date

import pytest

from tieback.model.report.document import Report
from tieback.model.report.suppression import Suppression
from tieback.report import by_name
from tieback.report.audience import Audience, for_audience
from tieback.report.suppress import apply_suppressions

TODAY = date(2027, 1, 1)
PARCELLO = Suppression("a lab, ticket 4711", "jo@example.org", "2027-03-31", finding="open-store:exp-parcello")


def rendered(report: Report, name: str) -> str:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return out.getvalue().decode()


def test_suppressed_findings_are_counted_separately(report: Report) -> None:
    judged = apply_suppressions(report, [PARCELLO], TODAY, "s.toml")
    assert (judged.findings.count, judged.suppressed.count) == (2, 1)
    assert [finding.id for finding in judged.findings.rows()] == ["open-store:exp-workhub", "open-store:exp-fieldhand"]
    assert [(one.finding.id, one.by) for one in judged.suppressed.rows()] == [(PARCELLO.finding, PARCELLO)]
    assert judged.headline == report.headline, "figures are of stores, and those are there all the same"


@pytest.mark.parametrize(
    "suppression",
    [
        Suppression("r", "a", "2027-03-31", app="io.parcello.*"),
        Suppression("r", "a", "2027-03-31", store="search.parcello.test:9200"),
    ],
)
def test_apps_and_stores_are_looked_up(report: Report, suppression: Suppression) -> None:
    judged = apply_suppressions(report, [suppression], TODAY, "s.toml")
    assert [one.finding.id for one in judged.suppressed.rows()] == ["open-store:exp-parcello"]


def test_expired_suppression_is_ignored_and_reported(report: Report) -> None:
    judged = apply_suppressions(report, [PARCELLO], date(2027, 4, 1), "s.toml")
    assert (judged.findings.count, judged.suppressed.count, judged.problems.count) == (3, 0, 2)
    first = next(iter(judged.problems.rows()))
    assert (first.where, "expired on 2027-03-31" in first.what) == ("s.toml", True)


def test_one_that_covers_nothing_changes_nothing_and_is_reported(report: Report) -> None:
    unused = Suppression("r", "a", "2027-03-31", rule="store-wiped", app="com.*")
    judged = apply_suppressions(report, [PARCELLO, unused], TODAY, "s.toml")
    assert (judged.findings.count, judged.suppressed.count) == (2, 1)
    first = next(judged.problems.rows())
    assert first.where == "s.toml"
    assert first.what == "the suppression by a of rule store-wiped, app com.* matches no finding: r"
    assert judged.problems.count == report.problems.count + 1


def test_one_that_matches_only_what_another_covers_is_not_reported(report: Report) -> None:
    again = Suppression("r", "a", "2027-03-31", app="io.parcello.*")
    assert apply_suppressions(report, [PARCELLO, again], TODAY, "s.toml").problems.count == report.problems.count


@pytest.mark.parametrize("name", ["html", "markdown", "json", "ndjson", "sarif", "junit", "defectdojo", "terminal"])
def test_every_format_reports_suppressions(report: Report, name: str) -> None:
    told = rendered(apply_suppressions(report, [PARCELLO], TODAY, "s.toml"), name)
    if name in {"json", "ndjson", "sarif", "junit", "markdown", "html"}:
        assert "ticket 4711" in told
        assert "jo@example.org" in told or (name, "jo\\@example.org" in told) == ("markdown", True)
    words = {"defectdojo": '"risk_accepted":true', "terminal": "1 finding, listed separately"}
    assert words.get(name, "2027-03-31") in told


def test_machine_formats_list_suppressed_findings_separately(report: Report) -> None:
    judged = apply_suppressions(report, [PARCELLO], TODAY, "s.toml")
    results = json.loads(rendered(judged, "sarif"))["runs"][0]["results"]
    assert [bool(result.get("suppressions")) for result in results] == [False, False, True]
    assert results[2]["suppressions"][0]["kind"] == "external"
    events = [json.loads(line) for line in rendered(judged, "ocsf").splitlines()]
    assert [event["status"] for event in events] == ["New", "New", "Suppressed"]
    junit = rendered(judged, "junit")
    assert ('tests="6" failures="2"' in junit, junit.count("<skipped")) == (True, 3), "an app partly read, a problem"


def test_reasons_are_only_in_the_internal_report(report: Report) -> None:
    judged = apply_suppressions(report, [PARCELLO], TODAY, "s.toml")
    cut = for_audience(judged, Audience.VENDOR, "Parcello AG")
    assert (cut.suppressed.count, cut.findings.count) == (0, 0)
    assert "4711" not in rendered(cut, "json")
