"""Warnings for the operator in the log of ``tieback serve``: each text at most once a minute.

Anybody can send requests while the disk is full: they must not fill the log as well.
"""

import logging
import time
from collections.abc import Callable

from tieback.model.safe_text import escape_line

PAUSE = 60.0
"""Seconds until the same text is written again."""
MAX_TEXTS = 100


class OperatorWarnings:
    """Writes warnings to the logger of the pages."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._written: dict[str, float] = {}

    def warn(self, text: str) -> None:
        """Write a warning, unless it was written a moment ago."""
        now, line = self._clock(), escape_line(text)
        last = self._written.get(line)
        if last is not None and now - last < PAUSE:
            return
        if len(self._written) >= MAX_TEXTS:
            self._written.clear()
        self._written[line] = now
        logging.getLogger("tieback.web").warning("unavailable: %s", line)
