"""Places in the maker's source, in every format that shows them; untrusted names stay text."""

import io
import json

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import the_report
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.model.source import SourceLocation, SourceMatch
from tieback.report import by_name
from tieback.report.source_lines import source_lines

PLACE = SourceLocation("app/Api.kt", 12, SourceMatch.ENDPOINT, "classes.dex", 31, "org.example.Api.load")


def report_with(*places: SourceLocation) -> Report:
    report = the_report()
    first, *others = report.findings.rows()
    return replace(report, findings=LazyTable.of([replace(first, locations=places), *others]))


def rendered(report: Report, name: str) -> str:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return out.getvalue().decode()


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_every_readable_format_shows_the_line_and_the_method(name: str) -> None:
    text = " ".join(rendered(report_with(PLACE), name).replace("<wbr>", "").replace("\\", "").split())
    assert "Source: app/Api.kt:12 (the endpoint); in the package: classes.dex at 0x1f, in org.example.Api.load" in text
    assert "Source: " not in rendered(the_report(), name)


@pytest.mark.parametrize("name", ["terminal", "markdown", "html"])
def test_names_of_a_hostile_checkout_stay_text(name: str) -> None:
    bad = "a\x1b[2J\n<script>alert(1)</script>\u202e| [x](y)"
    text = rendered(report_with(SourceLocation(bad, 1, SourceMatch.HOST, bad, 1, bad)), name)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script>alert" not in text or name == "terminal"
    assert "[x](y)" not in text or name != "markdown"


def test_json_has_all_places_and_sarif_each_line_once() -> None:
    places = (PLACE, replace(PLACE, match=SourceMatch.HOST), replace(PLACE, file="", line=0, match=SourceMatch.NONE))
    report = report_with(*places)
    first = json.loads(rendered(report, "json"))["findings"][0]
    assert [place["match"] for place in first["locations"]] == ["endpoint", "host", "none"]
    result = json.loads(rendered(report, "sarif"))["runs"][0]["results"][0]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "app/Api.kt"}, "region": {"startLine": 12}
    }  # fmt: skip
    before = json.loads(rendered(the_report(), "sarif"))["runs"][0]["results"][0]
    related = [{key: value for key, value in one.items() if key != "id"} for one in result["relatedLocations"]]
    assert related == before["locations"]
    assert result["partialFingerprints"] == before["partialFingerprints"]


def test_a_place_without_a_line_is_one_in_the_package() -> None:
    (first, *_) = report_with(replace(PLACE, file="", line=0, match=SourceMatch.NONE, offset=None)).findings.rows()
    assert source_lines(first) == ["In the package: classes.dex, in org.example.Api.load"]
