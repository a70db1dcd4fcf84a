"""The log of ``--log-file`` and ``--verbose``: one JSON object per line, without secrets and without data values.

A line has ``time`` (UTC), ``level``, ``logger``, ``event`` and the fields of the event. Text of events passes the same
masking as evidence in reports. Messages of other libraries can contain anything, so only their place is written.
"""

import json
import logging
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from tieback.model.errors import TiebackError, UsageError
from tieback.model.safe_text import escape_json

NAME = "tieback"
"""Logger of this package. Its messages are our own texts; those of other loggers are not written."""
MAX_TEXT = 2_000
"""Maximum characters of a text in a line; the rest is dropped."""
PRIVATE = 0o600
_QUERY = re.compile(r"([?&;][A-Za-z0-9_.\[\]%~-]{1,128}=)[^&;#\s\"'<>]{1,4096}")
_SCHEME = re.compile(r"\b(bearer|basic|digest|token)\s+[^\s,;\"']{4,4096}", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{4,4096}(?:\.[A-Za-z0-9_-]{0,4096}){1,4}")
_PEM = re.compile(r"-----BEGIN [A-Z ]{0,40}(?:-----)?.*", re.DOTALL)
_EMAIL = re.compile(r"[\w.+%-]{1,64}@(?=[\w-]{1,63}\.)")

log = logging.getLogger("tieback.cli")


def redact(text: str) -> str:
    """The text without credentials, query values and local parts of e-mail addresses, at most ``MAX_TEXT`` long."""
    from tieback.recognise.context import mask_credentials
    from tieback.recognise.keywords import mask_passwords

    # Cut first: the patterns are linear, but a name or message can have any length. A cut text ends in the middle of
    # a word, so a credential at the cut is shorter, never whole.
    text = text[:MAX_TEXT]
    text = _PEM.sub("***", text)
    text = _JWT.sub("***", text)
    text = _SCHEME.sub(r"\1 ***", text)
    text = _QUERY.sub(r"\1***", text)
    text = mask_passwords(mask_credentials(text))
    return _EMAIL.sub("***@", text)


class JsonLines(logging.Formatter):
    """One JSON object per record, printable ASCII only."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without a line end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name == NAME or record.name.startswith(f"{NAME}."):
            line["event"] = redact(record.getMessage())
            fields: dict[str, object] = getattr(record, "fields", {})
            line |= {name: _field(value) for name, value in fields.items() if value is not None}
        else:
            line["event"] = "message of a library; its text is not written"
        line["place"] = f"{record.module}:{record.lineno}"
        if record.exc_info and (error := record.exc_info[1]) is not None:
            line["error"] = type(error).__name__
        return escape_json(json.dumps(line, ensure_ascii=True).encode()).decode()


def _field(value: object) -> object:
    """A field as JSON: numbers and truth values stay, texts are masked."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_field(one) for one in value]
    return redact(str(value))


class _Stream(logging.StreamHandler[TextIO]):
    """A handler that never prints a traceback of its own: a full disk must not hide the result of the command."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name in the standard library
        """Ignore the error."""


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
        if file is not None:
            self._add(_Stream(_open_private(file)))
        if verbose:
            self._add(_Stream(sys.stderr))

    def _add(self, handler: logging.Handler) -> None:
        handler.setFormatter(JsonLines())
        logging.getLogger().addHandler(handler)
        logging.getLogger(NAME).setLevel(logging.DEBUG)
        self._handlers.append(handler)

    def close(self, code: int, error: BaseException | None = None) -> None:
        """Write the exit code, and stop."""
        if self._handlers:
            seconds = round(time.monotonic() - self._begun, 3)
            write_event("command ended", exit_code=code, seconds=seconds, error=_kind(error))
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
            if isinstance(handler, logging.StreamHandler) and handler.stream is not sys.stderr:
                handler.stream.close()
        if self._handlers:
            logging.getLogger(NAME).setLevel(logging.NOTSET)
        self._handlers.clear()


def write_event(event: str, **fields: object) -> None:
    """Write an event with its fields; does nothing without a log. Never pass a value of a record or a secret."""
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


def _kind(error: BaseException | None) -> str | None:
    if error is None:
        return None
    return error.diagnostics() if isinstance(error, TiebackError) else type(error).__name__


def _open_private(path: Path) -> TextIO:
    """Open a file to append to, readable only by the user; symbolic links, pipes and devices are refused."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        number = os.open(path, flags, PRIVATE)
    except OSError as error:
        raise UsageError(
            f"cannot be written ({error.strerror})", where=f"--log-file {path}", advice="Choose another file"
        ) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise UsageError("not a regular file", where=f"--log-file {path}", advice="Choose another file")
    os.fchmod(number, PRIVATE)
    return os.fdopen(number, "a", encoding="utf-8")
