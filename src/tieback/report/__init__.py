"""Renders the frozen report as tables, pages and documents: one file per format.

The formats are imported by ``renderers``: most commands print no report, but use the texts and figures beside them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from tieback.model.errors import UsageError

if TYPE_CHECKING:
    from tieback.report.interface import Renderer


def renderers() -> "tuple[Renderer, ...]":
    """Return all renderers. A new format needs one file, one import and one line in this tuple."""
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
    from tieback.report.formats.recipients import RecipientsRenderer
    from tieback.report.formats.sarif import SarifRenderer
    from tieback.report.formats.stix import StixRenderer
    from tieback.report.formats.terminal.renderer import TerminalRenderer

    return (
        TerminalRenderer(),
        HtmlRenderer(),
        PdfRenderer(),
        JsonRenderer(),
        NdjsonRenderer(),
        CsvRenderer(),
        RecipientsRenderer(),
        MarkdownRenderer(),
        SarifRenderer(),
        OcsfRenderer(),
        StixRenderer(),
        DefectDojoRenderer(),
        CycloneDxRenderer(),
        CsafRenderer(),
        JunitRenderer(),
    )


def by_name(name: str) -> "Renderer":
    """Return the renderer for ``--format``.

    Raises:
        UsageError: unknown format.
    """
    for renderer in renderers():
        if renderer.meta.name == name:
            return renderer
    names = ", ".join(renderer.meta.name for renderer in renderers())
    raise UsageError("unknown format", where=f"--format {name}", advice=f"Choose one of {names}")


def by_suffix(path: Path) -> "Renderer":
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
