"""Fencing: workers stage parts in a per-run directory; the next run renames it, so that late workers cannot publish.

A part becomes visible by one rename out of a staging folder. On a cluster, a worker may still run a batch of a dead
client, and publish it minutes later next to the next run's results for the same inputs. The next run therefore first
renames ``drafts`` as a whole: after that, every rename out of it fails, on any machine, at any later time. Only the run
itself creates its folder, so that a late worker cannot recreate it.
"""

import secrets
import shutil
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import storage_errors

_PREFIX = "fence-"
_TAKEN = "drafts-of-the-past-"


def open_fence(lake: Path) -> str:
    """Create the staging folder of a run, and return its name for the workers.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    name = f"{_PREFIX}{secrets.token_hex(8)}"
    with storage_errors(lake):
        (lake / "drafts" / name).mkdir(parents=True)
    return name


def check_fence(drafts: Path) -> None:
    """Raise ``WorkspaceError`` if a run's staging folder is gone: another run has taken over the workspace."""
    if not drafts.is_dir():
        raise WorkspaceError(
            "another run has taken over the workspace; late results are discarded",
            where=str(drafts.parent.parent),
            advice="Run the command again; it does what is missing",
        )


def close_fences(lake: Path) -> int:
    """Move all staging folders away; work that started before can no longer be published. Returns their number.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    drafts = lake / "drafts"
    with storage_errors(lake):
        if drafts.is_dir():
            drafts.rename(lake / f"{_TAKEN}{secrets.token_hex(8)}")
        count = 0
        for taken in lake.glob(f"{_TAKEN}*"):
            folders = [taken, *taken.glob(f"{_PREFIX}*")]
            count += sum(1 for folder in folders for entry in folder.iterdir() if not entry.name.startswith(_PREFIX))
            # A late writer no longer finds the old folder name; open files vanish when closed.
            shutil.rmtree(taken, ignore_errors=True)
    return count
