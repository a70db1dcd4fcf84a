import io
import json
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt

from tieback.model.report.document import Report
from tieback.report.formats.defectdojo import DefectDojoRenderer


def rendered(report: Report) -> dict[str, Any]:
    out = io.BytesIO()
    DefectDojoRenderer().render(report, out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.defectdojo.json", json.dumps(rendered(report), indent=1, ensure_ascii=False).encode() + b"\n")


def test_what_the_importer_needs(report: Report, hostile_report: Report) -> None:
    for one in (report, hostile_report):
        for finding in rendered(one)["findings"]:
            assert finding["severity"] in {"Critical", "High", "Medium", "Low", "Info"}
            assert 0 < len(finding["title"]) <= 511
            assert finding["description"]


def test_ids_are_those_of_the_findings(report: Report) -> None:
    ids = [finding["unique_id_from_tool"] for finding in rendered(report)["findings"]]
    assert ids == [finding.id for finding in report.findings.rows()]


def test_hostile_text_is_literal_in_the_markdown_of_a_description(hostile_report: Report) -> None:
    pages = [MarkdownIt("commonmark").render(one["description"]) for one in rendered(hostile_report)["findings"]]
    assert any("&lt;" in page for page in pages)
    assert not [tag for page in pages for tag in ("<img", "<script", "<a ", "<h1", "<ul") if tag in page]
