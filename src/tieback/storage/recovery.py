"""Recovery after an interruption: make ledger and lake consistent."""

import msgspec

from tieback.storage.duplicates import remove_units, stored_units
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.upkeep import quarantine_damaged, sweep
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.retention import finish_removal


class RecoveryResult(msgspec.Struct, frozen=True):
    """What was repaired."""

    drafts: int
    """Unfinished parts that were removed."""
    entered: int
    """Units with published results that the ledger did not know as done."""
    lost: int
    """Units that the ledger knew as done but whose part is gone; they are done again."""
    released: int
    """Leases of dead runs."""
    repeated: int = 0
    """Units with results in two parts; they were removed from one."""
    damaged: tuple[str, ...] = ()
    """Parts that were quarantined, each with its problem; their units are among the lost."""


def recover(lake: Lake, ledger: Ledger) -> RecoveryResult:
    """Update the ledger from the lake. Call at the start of a run and at the end of its analysis, under the lock.

    Workers with old batches can no longer publish (``fencing``), so the lake is complete. Each part is read only once
    here: the cost depends on the size of a run, not on that of the workspace.

    Raises:
        WorkspaceError: the lake or the ledger cannot be read or written.
    """
    drafts = lake.clear_staging()
    aside = quarantine_damaged(lake, lake.parts() - ledger.entered_parts())
    finish_removal(lake, ledger)
    sweep(lake)
    published = lake.parts()
    lost = sum(ledger.forget_part(part) for part in sorted(ledger.named_parts() - published))
    entered = repeated = 0
    for part in sorted(published - ledger.entered_parts()):
        units = stored_units(lake, part)
        entered += ledger.enter_part(part, units)
        if elsewhere := ledger.done_elsewhere(part, units):
            remove_units(lake, part, elsewhere)
            repeated += len(elsewhere)
    damaged = tuple(f"{part}: {why}" for part, why in aside.items())
    return RecoveryResult(drafts, entered, lost, ledger.release(), repeated, damaged)
