"""A network with nothing but loopback (network_namespaces(7)): a server in it can reach no other machine.

Threads enter it (``setns``), and what a thread starts stays in it. This needs root. Elsewhere the threads stay on this
machine's own loopback, and only the documented switches of the servers keep them from calling their makers.
"""

import fcntl
import os
import socket
import struct
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import msgspec

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _UP = 0x8913, 0x8914, 1


class Island(msgspec.Struct, frozen=True):
    """Threads that are in the network. ``isolated``: whether it is one of its own."""

    threads: ThreadPoolExecutor
    isolated: bool


@contextmanager
def island(workers: int) -> Iterator[Island]:
    """Make one; it ends with the last process in it."""
    network = _made()
    enter = (lambda: None) if network is None else (lambda: os.setns(network, os.CLONE_NEWNET))
    with ThreadPoolExecutor(workers, initializer=enter) as threads:
        try:
            yield Island(threads, isolated=network is not None)
        finally:
            if network is not None:
                os.close(network)


def _made() -> int | None:
    """A handle of a new network whose loopback is up; ``None`` if this machine allows none."""
    found: list[int] = []

    def make() -> None:
        try:
            os.unshare(os.CLONE_NEWNET)
        except OSError:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            request = struct.pack("16sh14x", b"lo", 0)
            (flags,) = struct.unpack_from("h", fcntl.ioctl(device, _SIOCGIFFLAGS, request), 16)
            fcntl.ioctl(device, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _UP))
        found.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))

    # A thread of its own: the network of a thread cannot be changed back without a handle of the old one.
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return found[0] if found else None
