"""Tools that run elsewhere: their output is brought into ``.cache/openback/brought/TOOL``, with ``version.txt``
beside it.

README.md of this folder has the commands. Without ``version.txt`` a tool is not installed.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.openback.peers._programs import PLACE, ToolError

MAX_FILE = 256 << 20
MAX_LINE = 4 << 20


def place(tool: str) -> Path:
    """The folder of a tool's output."""
    return PLACE / "brought" / tool


def version(tool: str) -> str | None:
    """The first line of ``version.txt``; ``None`` if it is missing."""
    file = place(tool) / "version.txt"
    if not file.is_file():
        return None
    with file.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline(100).strip() or None


def lines_of(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file with one JSON document per line.

    Raises:
        ToolError: a line is too long or no JSON object; the message names it.
        OSError: the file cannot be read.
    """
    with file.open("rb") as lines:
        number = 0
        while line := lines.readline(MAX_LINE + 1):
            number += 1
            if not line.strip():
                continue
            if len(line) > MAX_LINE:
                raise ToolError(f"{file.name}:{number}: longer than {MAX_LINE} bytes")
            yield _object(line, f"{file.name}:{number}")


def document_of(file: Path) -> dict[str, Any]:
    """The object of a file.

    Raises:
        ToolError: it is too large or no JSON object.
        OSError: the file cannot be read.
    """
    if file.stat().st_size > MAX_FILE:
        raise ToolError(f"{file.name} is larger than {MAX_FILE} bytes")
    return _object(file.read_bytes(), file.name)


def _object(text: bytes, where: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ToolError(f"{where}: no JSON: {error}") from None
    if not isinstance(read, dict):
        raise ToolError(f"{where}: no JSON object")
    return read
