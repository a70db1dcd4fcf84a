"""The number of sockets that this process may open: one per conversation in progress, besides its files.

The soft limit (RLIMIT_NOFILE, getrlimit(2)) is commonly 1,024 because of select(2), which is not used here. A process
may raise it to the hard limit.
"""

import resource

RESERVE = 96
"""Descriptors reserved for other uses: logs, databases, the event loop, DNS queries."""


def conversation_capacity(window: int) -> tuple[int, str]:
    """How many of ``window`` conversations may run concurrently (at least one), and the reason for a reduction.

    Raises the soft limit if necessary and allowed.
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
    return max(1, soft - RESERVE), f"this process may open only {soft} files (`ulimit -n`)"
