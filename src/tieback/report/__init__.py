"""The frozen report becomes tables, pages and documents: one file a format."""

from pathlib import Path

from tieback.model.errors import UsageError
from tieback.report.formats.csaf import CsafRenderer
from tieback.report.formats.csv import CsvRenderer
from tieback.report.formats.cyclonedx import CycloneDxRenderer
from tieback.report.formats.defectdojo import DefectDojoRenderer
from tieback.report.formats.html.pdf import PdfRenderer
from tieback.report.formats.html.renderer import HtmlRenderer
from tieback.report.formats.json import JsonRenderer
from tieback.report.formats.junit import JunitRenderer
from tieback.report.formats.markdown import MarkdownRenderer
from tieback.report.formats.ndjson import NdjsonRenderer
from tieback.report.formats.ocsf import OcsfRenderer
from tieback.report.formats.sarif import SarifRenderer
from tieback.report.formats.stix import StixRenderer
from tieback.report.formats.terminal import TerminalRenderer
from tieback.report.interface import Renderer


def renderers() -> tuple[Renderer, ...]:
    """Every renderer. A new format is one file here and one line in this tuple."""
    return (
        TerminalRenderer(),
        HtmlRenderer(),
        PdfRenderer(),
        JsonRenderer(),
        NdjsonRenderer(),
        CsvRenderer(),
        MarkdownRenderer(),
        SarifRenderer(),
        OcsfRenderer(),
        StixRenderer(),
        DefectDojoRenderer(),
        CycloneDxRenderer(),
        CsafRenderer(),
        JunitRenderer(),
    )


def by_name(name: str) -> Renderer:
    """The renderer for ``--format``.

    Raises:
        UsageError: no renderer has this name.
    """
    for renderer in renderers():
        if renderer.meta.name == name:
            return renderer
    names = ", ".join(renderer.meta.name for renderer in renderers())
    raise UsageError("there is no such format", where=f"--format {name}", advice=f"Choose one of {names}")


def by_suffix(path: Path) -> Renderer:
    """The renderer for a file, chosen by the longest suffix of its name: ``a.sarif``, ``a.cdx.json``, ``a.json``.

    Raises:
        UsageError: no renderer writes such a file.
    """
    name = path.name.lower()
    fitting = [renderer for renderer in renderers() if name.endswith(renderer.meta.suffix)]
    if fitting:
        return max(fitting, key=lambda renderer: len(renderer.meta.suffix))
    suffixes = ", ".join(renderer.meta.suffix for renderer in renderers())
    raise UsageError(
        "the file name does not say which format to write", where=str(path), advice=f"End it in one of {suffixes}"
    )
