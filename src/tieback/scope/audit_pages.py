"""Pages of an audit log, the last lines first, in bounded time and memory."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tieback.model.errors import WorkspaceError
from tieback.scope.audit import MAX_LINE, AuditLine, read_line

BLOCK = 1 << 20
MAX_READ = 32 << 20
"""Bytes read for one page; a filter that matches few lines continues on the next page."""


class AuditPage(msgspec.Struct, frozen=True):
    """Some lines, the latest first."""

    lines: tuple[AuditLine, ...]
    broken: int
    """Lines among them that are not lines of an audit log, or whose hash is wrong."""
    before: int | None
    """Offset in bytes at which the next page begins; ``None`` at the start of the log."""


def last_lines(path: Path, *, before: int | None = None, limit: int, target: str = "") -> AuditPage:
    """Lines before an offset.

    Args:
        path: the log; a missing one is empty.
        before: ``AuditPage.before`` of the previous page.
        limit: number of lines.
        target: only lines whose target contains this text.

    Raises:
        WorkspaceError: the log cannot be read.
    """
    try:
        with path.open("rb") as file:
            end = os.fstat(file.fileno()).st_size
            start = end if before is None else max(0, min(before, end))
            return _page(file.fileno(), start, limit, target)
    except FileNotFoundError:
        return AuditPage((), 0, None)
    except OSError as error:
        raise WorkspaceError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None


def _page(descriptor: int, start: int, limit: int, target: str) -> AuditPage:
    found: list[AuditLine] = []
    broken = 0
    offset = start
    needle = target.encode()
    for offset, raw in _backwards(descriptor, start):
        if needle in raw or not needle:
            try:
                line = read_line(raw)[0]
            except ValueError:
                broken += 1
            else:
                if target in str(line.fields.get("target", "")):
                    found.append(line)
        if len(found) >= limit or start - offset >= MAX_READ:
            break
    return AuditPage(tuple(found), broken, offset or None)


def _backwards(descriptor: int, start: int) -> Iterator[tuple[int, bytes]]:
    """Offset and text of each line before ``start``, the last one first. A longer part without a newline is cut."""
    rest = b""
    position = start
    while position > 0:
        size = min(BLOCK, position)
        position -= size
        rest = os.pread(descriptor, size, position) + rest
        first, *lines = rest.split(b"\n")
        at = position + len(rest)
        for line in reversed(lines):
            at -= len(line)
            if line:
                yield at, line
            at -= 1
        rest = first if len(first) <= 2 * MAX_LINE else first[: 2 * MAX_LINE]
    if rest:
        yield 0, rest
