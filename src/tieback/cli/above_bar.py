"""Streams whose text a terminal shows above a progress bar: the bar is erased before each write, and drawn after it.

Rich does this only for what its own console prints. Results go to stdout, and through other consoles.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast


class AboveBar:
    """A stream of text or bytes to the terminal that has the bar."""

    def __init__(self, stream: Any, hide: Callable[[], None], show: Callable[[], None]) -> None:
        """Write to a stream; ``hide`` and ``show`` erase and draw the bar."""
        self._stream = stream
        self._hide = hide
        self._show = show

    def write(self, data: Any) -> Any:
        """Write. The bar does not come back on a line that has not ended, such as a question."""
        self._hide()
        written = self._stream.write(data)
        self._stream.flush()
        if data[-1:] in ("\n", b"\n"):
            self._show()
        return written

    def writelines(self, lines: Any) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    @property
    def buffer(self) -> "AboveBar":
        """The stream of bytes below."""
        return AboveBar(self._stream.buffer, self._hide, self._show)

    def __getattr__(self, name: str) -> Any:
        """Everything else is that of the stream."""
        return getattr(self._stream, name)


@contextmanager
def above_bar(hide: Callable[[], None], show: Callable[[], None]) -> Iterator[None]:
    """Replace stdout and stderr, as far as they are terminals, until the context ends."""
    streams = sys.stdout, sys.stderr
    wrapped = (AboveBar(one, hide, show) if one.isatty() else one for one in streams)
    sys.stdout, sys.stderr = (cast("Any", one) for one in wrapped)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
