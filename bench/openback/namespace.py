"""A network namespace of its own for the lab's servers and the tools, in which the bytes of each tool are counted.

The servers and the tool share one loopback, so its totals are those of both. A tool therefore runs with a group of its
own, and a rule of iptables without a target counts the packets of this group to the lab. They are IP packets: with
their headers, and with empty acknowledgements. That needs Linux, root and iptables; otherwise nothing is measured.
"""

import fcntl
import itertools
import os
import re
import shutil
import socket
import struct
import subprocess

from bench.openback.make import tell

LAB = "127.77.0.0/16"
_GROUPS = itertools.count(45_000)
_FLAGS, _UP = 0x8914, 1
"""``SIOCSIFFLAGS`` and ``IFF_UP``, ``netdevice(7)``."""
_entered = False


def enter() -> bool:
    """Move this thread, and all processes and threads that it starts later, into a namespace that has only loopback.

    Returns whether bytes are counted from now on. In the namespace nothing outside of it can be reached.
    """
    global _entered  # noqa: PLW0603 - a process cannot leave the namespace again
    if _entered:
        return True
    if shutil.which("iptables") is None:
        tell("bytes sent are not measured: iptables is not installed")
        return False
    try:
        os.unshare(os.CLONE_NEWNET)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _FLAGS, struct.pack("16sH14x", b"lo", _UP))
    except (AttributeError, OSError) as error:
        tell(f"bytes sent are not measured: no network namespace ({error}); run as root on Linux")
        return False
    _entered = True
    return True


def group() -> int | None:
    """A group for a process and its children, whose packets to the lab are counted; ``None`` if that is impossible."""
    if not _entered:
        return None
    number = next(_GROUPS)
    added = _iptables("-A", "OUTPUT", "-d", LAB, "-m", "owner", "--gid-owner", str(number))
    if added is None:
        tell("bytes sent are not measured: iptables cannot count by group")
        return None
    return number


def sent(number: int | None) -> int | None:
    """Bytes that the processes of a group sent to the lab; ``None`` if they were not measured."""
    listed = None if number is None else _iptables("-n", "-v", "-x", "-L", "OUTPUT")
    found = re.search(rf"(?m)^\s*\d+\s+(\d+)\s.*\bGID match {number}\s*$", listed) if listed else None
    return int(found[1]) if found else None


def _iptables(*words: str) -> str | None:
    """Its output; ``None`` if it failed. It waits for other users of the table."""
    try:
        done = subprocess.run(["iptables", "-w", *words], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
