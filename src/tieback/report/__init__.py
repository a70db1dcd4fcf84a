"""Renders the frozen report as tables, pages and documents: one file per format."""

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
    """Return all renderers. A new format needs one file and one line in this tuple."""
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
    """Return the renderer for ``--format``.

    Raises:
        UsageError: unknown format.
    """
    for renderer in renderers():
        if renderer.meta.name == name:
            return renderer
    names = ", ".join(renderer.meta.name for renderer in renderers())
    raise UsageError("unknown format", where=f"--format {name}", advice=f"Choose one of {names}")


def by_suffix(path: Path) -> Renderer:
    """Return the renderer for a file, by the longest matching suffix: ``a.sarif``, ``a.cdx.json``, ``a.json``.

    Raises:
        UsageError: no renderer has this suffix.
    """
    name = path.name.lower()
    fitting = [renderer for renderer in renderers() if name.endswith(renderer.meta.suffix)]
    if fitting:
        return max(fitting, key=lambda renderer: len(renderer.meta.suffix))
    suffixes = ", ".join(renderer.meta.suffix for renderer in renderers())
    raise UsageError("the file name has no known suffix", where=str(path), advice=f"Use one of {suffixes}")
