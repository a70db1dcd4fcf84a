"""Cost limits of one package including all nested archives, so that a bomb in a bomb has no budget of its own."""

import msgspec

ENTRIES = 400_000
"""Entries of all archives of one package. One archive has 200,000 at most."""

LOST = 4
"""Entries that one without a directory counts as: archives that lie inside each other list the same ones again."""

ARCHIVES = 1000
"""Archives opened inside one package. Sets of split packages have up to two hundred."""

DEPTH = 2
"""Levels of archives inside the package: a set of splits, the package, an archive of scripts among its assets."""

MOST_OPEN = 8
"""Archives in memory that are open inside each other: each kind of wrapping begins its levels anew."""

SCAN = 128 * 1024 * 1024
"""Bytes inflated only to find the ends of entries without a stated length."""

SUSPECT = 64 * 1024 * 1024
"""Bytes read of all suspect entries together (see ``archive``)."""

STEPS = 3_000_000
"""Small items examined one by one, such as headers of lost entries and strings of assemblies: seconds of time."""

PLAIN = 512 * 1024 * 1024
"""Bytes read of a small package; of a larger one ``RATIO`` times its size."""

RATIO = 20


class PackageBudget(msgspec.Struct):
    """The remaining limits of a package, in bytes if not stated otherwise."""

    total: int
    suspect: int = SUSPECT
    scan: int = SCAN
    entries: int = ENTRIES
    """Number of entries."""
    archives: int = ARCHIVES
    """Number of archives."""
    open: int = 0
    """Archives in memory that are open inside each other now."""
    steps: int = STEPS
    """Number of steps."""


def budget_for(size: int) -> PackageBudget:
    """The budget of a package of ``size`` bytes."""
    return PackageBudget(max(PLAIN, RATIO * size))
