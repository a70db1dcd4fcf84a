"""After a kill: ledger and lake agree again."""

import msgspec

from tieback.storage.lake import Lake
from tieback.storage.ledger import Ledger


class Recovered(msgspec.Struct, frozen=True):
    """What had to be put right."""

    drafts: int
    """Unfinished parts that were removed."""
    entered: int
    """Units whose results were published and that the ledger did not know as done."""
    lost: int
    """Units that the ledger knew as done and whose part is gone; they are done again."""
    released: int
    """Leases of runs that have died."""


class Member(msgspec.Struct, frozen=True):
    """A unit as its part knows it."""

    key: str
    version: str
    source: str
    size: int


def recover(lake: Lake, ledger: Ledger) -> Recovered:
    """Make the ledger tell what the lake holds. For the start of a run, under ``Workspace.lock``.

    Each part is read here once in its life, so the cost follows the size of the run before, not that of the workspace.

    Raises:
        WorkspaceError: the lake or the ledger cannot be read or written.
    """
    drafts = lake.clear_drafts()
    published = lake.parts()
    lost = sum(ledger.forget_part(part) for part in sorted(ledger.named_parts() - published))
    entered = 0
    for part in sorted(published - ledger.entered_parts()):
        rows = lake.read(part, "units").to_pylist()
        members = [Member(row["unit"], row["version"], row["source"], row["size"]) for row in rows]
        entered += ledger.enter_part(part, members)
    return Recovered(drafts, entered, lost, ledger.release())
