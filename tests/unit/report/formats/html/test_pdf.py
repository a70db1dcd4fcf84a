import io
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.lab.paper import mistakes, pages
from tests.unit.report.conftest import fleet_report, in_tables, the_report
from tieback.model.errors import UsageError
from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report.formats.html.pdf import PdfRenderer
from tieback.report.formats.html.renderer import HtmlRenderer, _pieces

try:
    import weasyprint  # noqa: F401 - only asked whether it works
except (ImportError, OSError):
    pytest.skip("the extra pdf, or Pango, is not installed", allow_module_level=True)


@pytest.mark.more
def test_the_page_on_paper(report: Report) -> None:
    out = io.BytesIO()
    PdfRenderer().render(report, out)
    assert out.getvalue().startswith(b"%PDF-")
    assert len(out.getvalue()) > 20_000


@pytest.mark.more
@pytest.mark.parametrize(
    ("whole", "groups"),
    [
        (the_report(), "Figures by kind of store, platform, "),
        pytest.param(fleet_report(), "Figures by platform, vendor, ", marks=pytest.mark.more),
    ],
    ids=["five apps", "a fleet"],
)
def test_the_summary_is_one_page_and_the_details_follow(whole: Report, groups: str) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (Debian: poppler-utils) is not installed")
    out = io.BytesIO()
    PdfRenderer().render(whole, out)
    assert out.getvalue().startswith(b"%PDF-")
    text = subprocess.run(["pdftotext", "-layout", "-", "-"], input=out.getvalue(), capture_output=True, check=True)
    first, second, *_ = text.stdout.decode().split("\f")
    for phrase in (
        "How the figures are calculated",
        "records exposed",
        "Exposed records by store and class",
        "severity of",
    ):
        assert phrase in first, phrase
    assert groups in second
    assert "Search" not in first + second, "what only a screen can do is not on paper"


def test_no_column_of_a_grid_breaks_its_text_for_its_narrowest_form(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That alone took more than half of the time of a report of three apps."""
    from weasyprint.layout import grid

    looked: list[str] = []

    def look(_: object, box: Any) -> float:
        looked.append(box.element_tag)
        return 0.0

    for name in ("min_content_width", "max_content_width"):
        monkeypatch.setattr(grid, name, look)
    PdfRenderer().render(report, io.BytesIO())
    assert looked == []


def test_hostile_text_loads_nothing(hostile_report: Report) -> None:
    out = io.BytesIO()
    PdfRenderer().render(hostile_report, out)
    assert out.getvalue().startswith(b"%PDF-")


def test_missing_extra_names_its_package(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError, match=r"PDF is not available .*Install the extra pdf: "):
        PdfRenderer().render(report, io.BytesIO())


def refused(report: Report, hosts: int, ports: int) -> Report:
    """The report after a scan in which most ports of each host were refused."""
    silent = [
        ProbeReport(f"h{host}.example.test:{port}", Outcome.REFUSED, problems=(f"port {port}: connection refused",))
        for host in range(hosts)
        for port in range(1, ports)
    ]
    return in_tables(report, probes=LazyTable.of([*report.probes.rows(), *silent]))


@pytest.mark.more
@pytest.mark.parametrize(
    ("whole", "most"),
    [
        (refused(the_report(), 2, 85), 9),
        pytest.param(refused(fleet_report(), 24, 85), 40, marks=pytest.mark.more),
    ],
    ids=["five apps", "a fleet"],
)
def test_no_page_is_blank_and_no_heading_is_last(whole: Report, most: int) -> None:
    html, pdf = io.BytesIO(), io.BytesIO()
    HtmlRenderer().write(whole, html, paper=True)
    PdfRenderer().render(whole, pdf)
    paper = pages(pdf.getvalue())
    assert mistakes(paper, html.getvalue().decode()) == []
    assert len(paper) <= most
    lines = [line for page in paper for line in page if "refused: 84 ports: 1, 2, 3" in line]
    assert len(lines) == (2 if most == 9 else 24), "one line per host"


def test_the_check_sees_blank_pages_and_lone_headings() -> None:
    page = ["Findings", "a", "b", "c", "d", "e"]
    html = "<h2 id='x'>Findings</h2><caption>Contents <small>Names</small></caption>"
    assert mistakes([page, ["f"], [*page, "Contents   Names"], [*page, "Contents"]], html) == [
        "page 2 is blank",
        "page 3 ends with the heading 'Contents Names'",
        "page 4 ends with the heading 'Contents'",
    ]


def test_a_long_name_breaks_only_after_a_separator() -> None:
    """So that a host name on paper has no break inside a word."""
    name = "es-1.internal.data.acme-production-services.example.test:27017"
    assert _pieces("127.77.0.20:27017", paper=False) == ["127.77.0.20:27017"]
    pieces = _pieces(name, paper=False)
    assert "".join(pieces) == name
    assert all(piece[-1] in ".:-" for piece in pieces[:-1])
    assert max(map(len, _pieces("x" * 500, paper=False))) == 28


def test_prose_breaks_only_between_words() -> None:
    line = "default port of MongoDB on the address of the host that the app names in its settings"
    assert all(piece[-1] == " " for piece in _pieces(line, paper=False)[:-1])


@pytest.mark.more
def test_a_host_on_paper_breaks_only_after_its_dots(report: Report) -> None:
    """The columns of the findings are narrow: even a short name does not fit."""
    out = io.BytesIO()
    store = next(one for one in report.exposed.rows() if one.id == "exp-fieldhand")
    (host,) = store.targets
    PdfRenderer().render(report, out)
    words = {word for page in pages(out.getvalue()) for line in page for word in line.split()}
    broken = {host[:at] for at in range(4, len(host)) if host[at - 1] not in ".:"} & words
    assert broken == set()
