"""How many sockets this process may have open: one a conversation under way, beside its files.

The soft limit (RLIMIT_NOFILE, getrlimit(2)) is commonly 1,024 for the sake of select(2), which nothing here uses; a
process may raise it to the hard one by itself.
"""

import resource

RESERVE = 96
"""Descriptors beside those of conversations: logs, databases, the event loop, questions to DNS."""


def room(window: int) -> tuple[int, str]:
    """How many of ``window`` conversations may be under way at once, at least one; and why not all, or empty.

    Raises the soft limit where that is needed and allowed.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = window + RESERVE
    if soft == resource.RLIM_INFINITY or needed <= soft:
        return window, ""
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if most > soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
        except (ValueError, OSError):  # above fs.nr_open
            pass
    if needed <= soft:
        return window, ""
    return max(1, soft - RESERVE), f"this process may open {soft} files (`ulimit -n`)"
