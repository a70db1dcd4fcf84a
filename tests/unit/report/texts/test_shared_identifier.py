import io

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import in_tables
from tieback.model.report.document import Report
from tieback.report import by_name
from tieback.report.texts.shared_identifier import shared_identifier_text

NAME = "io.cordova.hellocordova"


def test_the_sentence_counts_packages(report: Report) -> None:
    (finding, *_) = report.findings.rows()
    assert shared_identifier_text(finding) == ""
    one = replace(finding, shared_identifier=NAME, apps=("a" * 64,))
    assert "Unrelated apps with it share this finding" in shared_identifier_text(one)
    assert "packages" not in shared_identifier_text(one)
    assert "about 2 packages here" in shared_identifier_text(replace(one, apps=("a" * 64, "b" * 64)))


@pytest.mark.parametrize("name", ["terminal", "markdown", "json", "ndjson", "sarif", "html", "junit", "defectdojo"])
def test_every_format_for_people_and_builds_says_it(report: Report, name: str) -> None:
    findings = [replace(one, shared_identifier=NAME) for one in report.findings.rows()]
    text = io.BytesIO()
    by_name(name).render(in_tables(report, findings=findings), text)
    shown = text.getvalue().decode()
    assert shown.replace("\u200b", "").replace("<wbr>", "").count(NAME) >= len(findings)
    before = io.BytesIO()
    by_name(name).render(report, before)
    assert NAME not in before.getvalue().decode()
