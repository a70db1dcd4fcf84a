"""The frozen report becomes tables, pages and documents: one file a format."""

from pathlib import Path

from tieback.model.errors import UsageError
from tieback.report.csaf import CsafRenderer
from tieback.report.csv import CsvRenderer
from tieback.report.cyclonedx import CycloneDxRenderer
from tieback.report.defectdojo import DefectDojoRenderer
from tieback.report.html.pdf import PdfRenderer
from tieback.report.html.renderer import HtmlRenderer
from tieback.report.interface import Renderer
from tieback.report.json import JsonRenderer
from tieback.report.junit import JunitRenderer
from tieback.report.markdown import MarkdownRenderer
from tieback.report.ndjson import NdjsonRenderer
from tieback.report.ocsf import OcsfRenderer
from tieback.report.sarif import SarifRenderer
from tieback.report.stix import StixRenderer
from tieback.report.terminal import TerminalRenderer


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
