"""The list of apps of a batch: CSV with the columns app, seconds and command, of which only the first is required.

So a text file with one app per line is a list, too. An app is a package name, or the path of an APK, relative to the
folder of the list. Empty lines, lines that begin with ``#``, and a first line of column names are skipped.
"""

import csv
import math
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tieback.model.errors import InputError, UsageError
from tieback.pipeline.capture.explore import read_command

MAX_BYTES = 4 * 1024 * 1024
"""Bytes of a list."""
MAX_APPS = 10_000
MAX_SECONDS = 7 * 24 * 3600.0
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+")
"""Of Android, and bundle identifiers of iOS; what a device accepts is checked there."""
_MAX_PACKAGE = 255
_COLUMNS = ("app", "seconds", "command")


class BatchEntry(msgspec.Struct, frozen=True):
    """An app of the list, and how long and by what it is used."""

    app: str
    """As in the list."""
    package: str = ""
    """Empty if ``apk`` names it."""
    apk: Path | None = None
    seconds: float | None = None
    """``None``: until the command ends."""
    explore: tuple[str, ...] = ()
    """Command that uses the app."""


def read_app_list(path: Path, seconds: float | None, explore: tuple[str, ...]) -> tuple[BatchEntry, ...]:
    """Read a list.

    Args:
        path: the list.
        seconds: duration of lines without one.
        explore: command of lines without one.

    Raises:
        InputError: the file cannot be read, is too large, or is not UTF-8.
        UsageError: a line is invalid, an app is listed twice, or there is no app.
    """
    found: dict[str, BatchEntry] = {}
    for number, cells in _rows(path):
        entry = _entry(cells, path.parent, seconds, explore, f"{path}:{number}")
        key = entry.package or str(entry.apk)
        if key in found:
            raise UsageError(f"{entry.app} is listed twice", where=f"{path}:{number}", advice="Remove one line")
        if len(found) >= MAX_APPS:
            raise UsageError(f"more than {MAX_APPS:,} apps", where=str(path), advice="Split the list")
        found[key] = entry
    if not found:
        raise UsageError("no app in this list", where=str(path), advice="Write one package name or APK path per line")
    return tuple(found.values())


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells, without what is skipped."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path), advice="Check the path") from None
    if len(data) > MAX_BYTES:
        raise InputError("larger than 4 MiB", where=str(path), advice="Pass a list of apps, not an app")
    try:
        # Only line ends that every editor shows: others could hide a command behind a comment.
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", where=str(path), advice="Pass a list of apps, not an app") from None
    first = True
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], skipinitialspace=True, strict=True))]
        except csv.Error as error:
            raise UsageError(f"not CSV ({error})", where=f"{path}:{number}", advice="Check the quotes") from None
        if first and tuple(cell.lower() for cell in cells) == _COLUMNS[: len(cells)]:
            first = False
            continue
        first = False
        yield number, cells


def _entry(cells: list[str], folder: Path, seconds: float | None, explore: tuple[str, ...], where: str) -> BatchEntry:
    app, *more = cells
    if len(cells) > len(_COLUMNS):
        raise UsageError(
            "more than three columns", where=where, advice="Write app,seconds,command; quote a command with commas"
        )
    if not app or not app.isprintable():
        raise UsageError("no app in the first column", where=where, advice="Write a package name or an APK path")
    period = _seconds(more[0], where) if more and more[0] else seconds
    command = read_command(more[1]) if len(more) > 1 and more[1] else explore
    path = folder / app
    is_file = app.lower().endswith(".apk") or "/" in app
    if not is_file and (not _PACKAGE.fullmatch(app) or len(app) > _MAX_PACKAGE):
        raise UsageError(
            f"{app[:80]!r} is neither a package name nor an APK path",
            where=where,
            advice="Use com.example.app or app.apk",
        )
    if is_file:
        return BatchEntry(app, apk=path, seconds=period, explore=command)
    return BatchEntry(app, package=app, seconds=period, explore=command)


def _seconds(text: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.1 <= number <= MAX_SECONDS:
        raise UsageError(f"{text[:40]!r} is not a number of seconds", where=where, advice="Use a number like 300")
    return number
