"""Reads a whole file that must be small: settings, keys, caches and templates that others may have written."""

import errno
import os
from pathlib import Path


def read_small(path: Path, limit: int) -> bytes:
    """The content of a file.

    Args:
        path: the file.
        limit: most bytes that it may have.

    Raises:
        OSError: it cannot be read, or is larger (``EFBIG``).
    """
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data
