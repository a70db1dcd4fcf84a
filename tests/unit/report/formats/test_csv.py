import csv
import io
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.report.document import Report
from tieback.report.formats.csv import COLUMNS, CsvRenderer, cell


def rendered(report: Report) -> bytes:
    out = io.BytesIO()
    CsvRenderer().render(report, out)
    return out.getvalue()


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(rendered(report).decode("utf-8-sig"), newline="")))


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.csv", rendered(report).replace(b"\r\n", b"\n"))


def test_a_row_is_a_finding_of_an_app(report: Report) -> None:
    found = rows(report)
    assert [(row["rule"], row["app"], row["records"]) for row in found] == [
        (finding.rule, names[finding.apps[0]], row["records"])
        for finding, row in zip(report.findings.rows(), found, strict=True)
        for names in [{summary.app.sha256: summary.app.label for summary in report.apps.rows()}]
    ]
    assert set(found[0]) == set(COLUMNS)


@each("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text())
@settings(max_examples=examples(100), deadline=None)
def test_any_text_is_one_harmless_cell(text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([cell(text), "end"])
    ((first, end),) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert end == "end"
    assert "\n" not in first
    assert not first.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_hostile_text(hostile_report: Report) -> None:
    text = rendered(hostile_report).decode("utf-8-sig")
    assert "\x1b" not in text
    assert "\u202e" not in text
