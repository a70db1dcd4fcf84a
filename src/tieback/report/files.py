"""Write reports and other output to files, each complete or not at all."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tieback.model.count_text import count_text
from tieback.model.errors import WorkspaceError
from tieback.model.report.document import Report
from tieback.model.unit import path_text
from tieback.report import by_name
from tieback.report.interface import PartialRenderer, Renderer
from tieback.report.texts.unread import partly_read_counts

SHOWN_FINDINGS = 500
"""Maximum number of findings on an HTML page; a test compares it with the renderer."""


def write_report(document: Report, renderer: Renderer, path: Path) -> None:
    """Write the report to a file in one step: complete or not at all.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    with open_whole(path, "report") as file:
        renderer.render(document, file)


def write_all(document: Report, renderer: Renderer, path: Path) -> list[Path]:
    """Write the report. If an HTML page cannot show every finding, also write all findings as CSV next to it.

    Returns:
        The paths written. Raises the same errors as ``write_report``.
    """
    write_report(document, renderer, path)
    if renderer.meta.name != "html" or document.findings.count <= SHOWN_FINDINGS:
        return [path]
    beside = path.with_name(f"{path.stem}.findings.csv")
    write_report(document, by_name("csv"), beside)
    return [path, beside]


_WITHOUT_INPUTS = frozenset({"csaf", "csv", "cyclonedx", "defectdojo", "ocsf", "recipients-csv", "stix"})
"""Formats that have no place for problems and for what was not read: they list findings, stores or recipients."""


def left_out_text(document: Report, renderer: Renderer, name: str) -> str:
    """What of the report the output does not contain, such as ``not in a.stix.json: 6 findings``; empty if nothing.

    Args:
        document: the report.
        renderer: the format.
        name: of the output, for the reader.
    """
    parts = left_out_parts(document, renderer)
    return f"not in {name}: {'; '.join(parts)}" if parts else ""


def left_out_parts(document: Report, renderer: Renderer) -> tuple[str, ...]:
    """What of the report the format does not contain, as noun phrases such as ``6 findings``."""
    parts = list(renderer.left_out(document)) if isinstance(renderer, PartialRenderer) else []
    if renderer.meta.name not in _WITHOUT_INPUTS:
        return tuple(parts)
    if failed := document.headline.inputs_failed:
        parts.append(f"{count_text(failed, 'input')} that could not be read")
    if counts := partly_read_counts(document):
        parts.append(f"what was not read of {counts}")
    if skipped := document.headline.files_skipped:
        parts.append(f"{count_text(skipped, 'file')} of the inputs passed over")
    return tuple(parts)


@contextmanager
def open_whole(path: Path, what: str) -> Iterator[BinaryIO]:
    """A new file that gets its name when it is complete. A device or pipe is written to, never replaced.

    Args:
        path: where the file is to be; its folder exists.
        what: what an error calls the content.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    partial = None if is_device(path) else path.with_name(f".{path.name}.part")
    try:
        with (partial or path).open("wb") as file:
            yield file
        if partial is not None:
            partial.replace(path)
    except OSError as error:
        raise not_written(path, error, what) from None
    finally:
        # If the folder is missing or not writable, there is nothing to remove.
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def check_place(path: Path, what: str) -> None:
    """Check that a file can be written, before the work whose result it gets. Writes nothing.

    Raises:
        WorkspaceError: its folder does not exist or is not writable, or a folder has its name.
    """
    if is_device(path):
        return
    folder, number = path.parent, 0
    if not folder.is_dir():
        number = errno.ENOTDIR if folder.exists() else errno.ENOENT
    elif path.is_dir():
        number = errno.EISDIR
    elif not os.access(folder, os.W_OK | os.X_OK):
        number = errno.EACCES
    if number:
        raise not_written(path, OSError(number, os.strerror(number)), what)


def is_device(path: Path) -> bool:
    """True for a device, pipe or socket, and for everything in /dev and /proc: root could replace those by a file.

    /dev/shm is a file system like others.
    """
    place = os.path.abspath(path)  # noqa: PTH100 - links stay
    if place.startswith(("/dev/", "/proc/")) and not place.startswith("/dev/shm/"):  # noqa: S108 - not used
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def not_written(path: Path, error: OSError, what: str) -> WorkspaceError:
    """The error for a file that cannot be written."""
    return WorkspaceError(
        f"the {what} cannot be written ({error.strerror or error})",
        where=path_text(path),
        advice="Choose another path, or check free space and permissions",
    )
