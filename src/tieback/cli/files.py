"""Write output files atomically."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from tieback.model.errors import WorkspaceError
from tieback.model.unit import path_text


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step: complete or not at all.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_written(path, error, "file") from None
    with open_whole(path, "file") as file:
        file.write(data)


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
        raise _not_written(path, error, what) from None
    finally:
        # If the folder is missing or not writable, there is nothing to remove.
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def is_device(path: Path) -> bool:
    """True for a device, pipe or socket, and for everything in /dev and /proc: root could replace those by a file."""
    if str(os.path.abspath(path)).startswith(("/dev/", "/proc/")):  # noqa: PTH100 - links stay
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _not_written(path: Path, error: OSError, what: str) -> WorkspaceError:
    return WorkspaceError(
        f"the {what} cannot be written ({error.strerror or error})",
        where=path_text(path),
        advice="Choose another path, or check free space and permissions",
    )
