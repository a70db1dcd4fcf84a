"""The lines of a log: JSON, masked, in a file that only the user may read.

Text of events passes the same masking as evidence in reports. Messages of other libraries can contain anything, so only
their place is written.
"""

import json
import logging
import os
import re
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from tieback.cli.logs import NAME
from tieback.model.errors import UsageError
from tieback.model.safe_text import escape_json

MAX_TEXT = 2_000
"""Maximum characters of a text in a line; the rest is dropped."""
PRIVATE = 0o600
_QUERY = re.compile(r"([?&;][A-Za-z0-9_.\[\]%~-]{1,128}=)[^&;#\s\"'<>]{1,4096}")
_SCHEME = re.compile(r"\b(bearer|basic|digest|token)\s+[^\s,;\"']{4,4096}", re.IGNORECASE)
_PEM = re.compile(r"-----BEGIN [A-Z ]{0,40}(?:-----)?.*", re.DOTALL)


def redact(text: str) -> str:
    """The text without credentials, query values and local parts of e-mail addresses, at most ``MAX_TEXT`` long."""
    from tieback.model.redaction import redact as redact_evidence
    from tieback.recognise.keywords import mask_passwords

    # Cut first: the patterns are linear, but a name or message can have any length. A cut text ends in the middle of
    # a word, so a credential at the cut is shorter, never whole.
    text = text[:MAX_TEXT]
    text = _PEM.sub("***", text)
    text = _SCHEME.sub(r"\1 ***", text)
    text = _QUERY.sub(r"\1***", text)
    return mask_passwords(redact_evidence(text))


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


class LogStream(logging.StreamHandler[TextIO]):
    """A handler that ignores a full disk or a closed pipe: the result of the command matters more."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - as in the standard library
        """Ignore errors of the operating system; raise all others."""
        if not isinstance(sys.exc_info()[1], OSError):
            raise  # noqa: PLE0704 - the handler calls this while it handles the error


class StderrLog(LogStream):
    """Writes to what stderr is at that moment, which a progress bar replaces: lines are above the bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        self.stream = sys.stderr
        super().emit(record)


def open_private(path: Path) -> TextIO:
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
