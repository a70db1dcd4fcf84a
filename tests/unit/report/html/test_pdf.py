import io
import sys

import pytest

from tieback.model.errors import UsageError
from tieback.model.report import Report
from tieback.report.html.pdf import PdfRenderer

try:
    import weasyprint  # noqa: F401 - only asked whether it works
except (ImportError, OSError):
    pytest.skip("the extra pdf, or Pango, is not installed", allow_module_level=True)


def test_the_page_on_paper(report: Report) -> None:
    out = io.BytesIO()
    PdfRenderer().render(report, out)
    assert out.getvalue().startswith(b"%PDF-")
    assert len(out.getvalue()) > 20_000


def test_hostile_text_loads_nothing(hostile_report: Report) -> None:
    out = io.BytesIO()
    PdfRenderer().render(hostile_report, out)
    assert out.getvalue().startswith(b"%PDF-")


def test_without_the_extra_it_says_what_to_install(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError, match=r"a PDF cannot be made here .*tieback\[pdf\]"):
        PdfRenderer().render(report, io.BytesIO())
