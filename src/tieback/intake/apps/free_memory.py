"""Memory that the allocator keeps after it is released, given back to the system.

The C library keeps released memory that is between blocks in use, and large files often do not fit into it again.
Source: https://man7.org/linux/man-pages/man3/malloc_trim.3.html
"""

import sys


def release_free() -> None:
    """Give unused memory back to the system: some milliseconds. Does nothing if the C library has no such call."""
    if sys.platform != "linux":
        return
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
