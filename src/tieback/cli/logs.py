"""The log of ``--log-file`` and ``--verbose``: one JSON object per line, without secrets and without data values.

A line has ``time`` (UTC), ``level``, ``logger``, ``event`` and the fields of the event. ``log_lines`` writes them; it
is imported only for a command with a log.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

NAME = "tieback"
"""Logger of this package. Its messages are our own texts; those of other loggers are not written."""


class CommandLog:
    """The log of one command. Without a file and without ``verbose``, nothing is written."""

    def __init__(self) -> None:
        self._handlers: list[logging.Handler] = []
        self._begun = time.monotonic()

    def open(self, file: Path | None, *, verbose: bool) -> None:
        """Start to write. A second call adds what is new.

        Raises:
            UsageError: the file cannot be written, or is not a regular file.
        """
        if file is None and not verbose:
            return
        from tieback.cli.log_lines import LogStream, StderrLog, open_private

        if file is not None:
            self._add(LogStream(open_private(file)))
        if verbose:
            self._add(StderrLog())

    def _add(self, handler: "logging.Handler") -> None:
        import logging

        from tieback.cli.log_lines import JsonLines

        handler.setFormatter(JsonLines())
        logging.getLogger().addHandler(handler)
        logging.getLogger(NAME).setLevel(logging.DEBUG)
        self._handlers.append(handler)

    def close(self, code: int) -> None:
        """Write the exit code, and stop."""
        if not self._handlers:
            return
        import logging

        from tieback.cli.log_lines import LogStream, StderrLog

        seconds = round(time.monotonic() - self._begun, 3)
        write_event("command ended", exit_code=code, seconds=seconds)
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
            if isinstance(handler, LogStream) and not isinstance(handler, StderrLog):
                handler.stream.close()
        logging.getLogger(NAME).setLevel(logging.NOTSET)
        self._handlers.clear()


def write_event(event: str, **fields: object) -> None:
    """Write an event with its fields; does nothing without a log. Never pass a value of a record or a secret."""
    import logging

    log = logging.getLogger(f"{NAME}.cli")
    if log.isEnabledFor(logging.INFO):
        log.info(event, extra={"fields": fields}, stacklevel=2)


@contextmanager
def logged_stage(description: str) -> Iterator[Callable[[int, int], None]]:
    """Log the begin and the end of a stage. Call the yielded function with (done, total)."""
    write_event("stage started", stage=description)
    begun, counts = time.monotonic(), [0, 0]

    def count(done: int, total: int) -> None:
        counts[:] = [done, total]

    try:
        yield count
    finally:
        seconds = round(time.monotonic() - begun, 3)
        write_event("stage ended", stage=description, done=counts[0], total=counts[1], seconds=seconds)
