"""Interface of the renderers: frozen report in, bytes out."""

from collections.abc import Iterator
from typing import BinaryIO, Protocol, runtime_checkable

import msgspec

from tieback.model.report.document import Report


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


@runtime_checkable
class PartialRenderer(Renderer, Protocol):
    """A format that has no place for some findings or stores of a report: the user sees which."""

    def left_out(self, report: Report) -> Iterator[str]:
        """What of this report the format does not contain, as noun phrases such as ``6 findings``."""
        ...
