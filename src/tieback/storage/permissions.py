"""Only the user may read a workspace, also one that was made by hand, copied, or written by an older release."""

import logging
import os
import stat
from pathlib import Path

_LOG = logging.getLogger(__name__)
_OTHERS = 0o077
_MAX_ENTRIES = 10_000


def make_private(directory: Path) -> list[str]:
    """Take the permissions of others from a folder and the entries in it, as far as they are this user's.

    A closed folder protects everything below it. Links are left alone.

    Returns:
        What others can still read, one clause each; it is logged, too.
    """
    left = [found for found in (_close(directory), *_close_entries(directory)) if found]
    for line in left:
        _LOG.warning("tieback: %s", line)
    return left


def _close_entries(directory: Path) -> list[str]:
    with os.scandir(directory) as entries:
        return [_close(Path(entry.path)) for entry, _ in zip(entries, range(_MAX_ENTRIES), strict=False)]


def _close(path: Path) -> str:
    status = path.lstat()
    if not status.st_mode & _OTHERS or stat.S_ISLNK(status.st_mode):
        return ""
    try:
        path.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)
    except OSError as error:
        return f"other users may read {path}, and this cannot be changed ({error.strerror}); run chmod go= as its owner"
    return ""
