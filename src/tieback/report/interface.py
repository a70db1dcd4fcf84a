"""Interface of the renderers: frozen report in, bytes out."""

from typing import BinaryIO, Protocol

import msgspec

from tieback.model.report import Report


class RendererMeta(msgspec.Struct, frozen=True):
    """Properties of an output format."""

    name: str
    """Value of ``--format``."""
    suffix: str
    """File name suffix with its dot; ``--report FILE`` selects the format by it."""
    media_type: str


class Renderer(Protocol):
    """One output format."""

    meta: RendererMeta

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the whole report to ``out``. Raises ``OSError`` if the target cannot be written."""
        ...
