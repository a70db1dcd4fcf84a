"""The seam of the renderers: the one frozen report in, bytes out."""

from typing import BinaryIO, Protocol

import msgspec

from tieback.model.report import Report


class RendererMeta(msgspec.Struct, frozen=True):
    """What a renderer writes."""

    name: str
    """The word after ``--format``."""
    suffix: str
    """File name suffix with its dot, by which ``--report FILE`` chooses."""
    media_type: str


class Renderer(Protocol):
    """One output format."""

    meta: RendererMeta

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the whole report to ``out``. Raises ``OSError`` where the target cannot be written."""
        ...
