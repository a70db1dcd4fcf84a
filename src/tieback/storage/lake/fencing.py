"""Who may publish: the workers of a run write their drafts into a folder of that run, and the next run takes it away.

A part becomes visible by one rename out of a folder of drafts. On a cluster a worker may still have a batch of a run
whose client has died, and publish it minutes later, beside what the next run made of the same inputs. So the next run
first renames ``drafts`` as a whole; from that moment each rename out of it fails, on whatever machine, however late.
Nobody but the run itself makes its folder, so that whoever comes late cannot begin again either.
"""

import secrets
import shutil
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.storage.failures import storage_errors

_PREFIX = "fence-"
_TAKEN = "drafts-of-the-past-"


def open_fence(lake: Path) -> str:
    """Make the folder of drafts of a run, and return its name, which its workers have to know.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    name = f"{_PREFIX}{secrets.token_hex(8)}"
    with storage_errors(lake):
        (lake / "drafts" / name).mkdir(parents=True)
    return name


def check_fence(drafts: Path) -> None:
    """Raise ``WorkspaceError`` where a run's folder of drafts is gone: another run has the workspace now."""
    if not drafts.is_dir():
        raise WorkspaceError(
            "another run has taken the workspace over; what is late is not kept",
            where=str(drafts.parent.parent),
            advice="Give the command again: the next run does what is missing",
        )


def close_fences(lake: Path) -> int:
    """Take all drafts away; from now on nothing that was begun before can be published. Returns how many there were.

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
            # Whoever still writes there finds no folder by the old name; what is open goes with its last reader.
            shutil.rmtree(taken, ignore_errors=True)
    return count
