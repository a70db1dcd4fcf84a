import io
import shutil
import subprocess
import sys

import pytest

from tests.unit.report.conftest import fleet_report, the_report
from tieback.model.errors import UsageError
from tieback.model.report import Report
from tieback.report.formats.html.pdf import PdfRenderer

try:
    import weasyprint  # noqa: F401 - only asked whether it works
except (ImportError, OSError):
    pytest.skip("the extra pdf, or Pango, is not installed", allow_module_level=True)


def test_the_page_on_paper(report: Report) -> None:
    out = io.BytesIO()
    PdfRenderer().render(report, out)
    assert out.getvalue().startswith(b"%PDF-")
    assert len(out.getvalue()) > 20_000


@pytest.mark.parametrize(
    "whole", [the_report(), pytest.param(fleet_report(), marks=pytest.mark.more)], ids=["five apps", "a fleet"]
)
def test_the_summary_is_one_page_and_the_details_follow(whole: Report) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (Debian: poppler-utils) is not installed")
    out = io.BytesIO()
    PdfRenderer().render(whole, out)
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=out.getvalue(), capture_output=True, check=True)
    first, second, *_ = text.stdout.decode().split("\f")
    for phrase in (
        "How the figures are calculated",
        "records exposed",
        "Exposed records by store and class",
        "severity of",
    ):
        assert phrase in first, phrase
    assert "Figures by kind, platform" in second
    assert "Search" not in first + second, "what only a screen can do is not on paper"


def test_hostile_text_loads_nothing(hostile_report: Report) -> None:
    out = io.BytesIO()
    PdfRenderer().render(hostile_report, out)
    assert out.getvalue().startswith(b"%PDF-")


def test_missing_extra_names_its_package(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError, match=r"PDF is not available .*tieback\[pdf\]"):
        PdfRenderer().render(report, io.BytesIO())
