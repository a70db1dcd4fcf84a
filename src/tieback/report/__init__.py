"""The frozen report becomes tables, pages and documents: one file a format."""

from pathlib import Path

from tieback.model.errors import UsageError
from tieback.report.html.renderer import HtmlRenderer
from tieback.report.interface import Renderer
from tieback.report.json import JsonRenderer
from tieback.report.terminal import TerminalRenderer


def renderers() -> tuple[Renderer, ...]:
    """Every renderer. A new format is one file here and one line in this tuple."""
    return (TerminalRenderer(), JsonRenderer(), HtmlRenderer())


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
    """The renderer for a file, chosen by its suffix.

    Raises:
        UsageError: no renderer writes such a file.
    """
    for renderer in renderers():
        if renderer.meta.suffix == path.suffix.lower():
            return renderer
    suffixes = ", ".join(renderer.meta.suffix for renderer in renderers())
    raise UsageError(
        "the file name does not say which format to write", where=str(path), advice=f"End it in one of {suffixes}"
    )
