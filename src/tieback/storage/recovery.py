"""After a kill: ledger and lake agree again."""

import msgspec

from tieback.storage.duplicates import leave_out, members
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.upkeep import set_aside, sweep
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.retention import finish


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
    repeated: int = 0
    """Units that two parts held; they were taken out of one."""
    damaged: tuple[str, ...] = ()
    """Parts that were set aside, each with what is wrong with it; their units are among the lost."""


def recover(lake: Lake, ledger: Ledger) -> Recovered:
    """Make the ledger tell what the lake holds. For the start of a run and the end of its analysis, under the lock.

    Workers that still have batches of the past cannot publish any more (``fence``), so what is read here is all. Each
    part is read here once in its life: the cost follows the size of a run, not that of the workspace.

    Raises:
        WorkspaceError: the lake or the ledger cannot be read or written.
    """
    drafts = lake.clear_drafts()
    aside = set_aside(lake, lake.parts() - ledger.entered_parts())
    finish(lake, ledger)
    sweep(lake)
    published = lake.parts()
    lost = sum(ledger.forget_part(part) for part in sorted(ledger.named_parts() - published))
    entered = repeated = 0
    for part in sorted(published - ledger.entered_parts()):
        units = members(lake, part)
        entered += ledger.enter_part(part, units)
        if elsewhere := ledger.held_elsewhere(part, units):
            leave_out(lake, part, elsewhere)
            repeated += len(elsewhere)
    damaged = tuple(f"{part}: {why}" for part, why in aside.items())
    return Recovered(drafts, entered, lost, ledger.release(), repeated, damaged)
