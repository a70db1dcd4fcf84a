"""Ports and subnets of loopback, and other things, that one process of the tests has for itself.

A lock is a socket in the abstract namespace of Unix sockets (unix(7)): other runs, of other users too, see it, and it
ends with its process. Ports come from below Linux's ephemeral range, so no outgoing connection takes one meanwhile.
"""

import atexit
import errno
import itertools
import os
import random
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

HOST = "127.0.0.1"
_PORTS = range(10_000, 20_000)
"""Below the lab's odd ports (20,000 and up) and the ephemeral ones (32,768 and up)."""
_SUBNETS = range(1, 250)
"""The third number of 127.77.0.0/16. 0 is the lab of a person on this machine; in the last ones nothing may listen."""
_LISTENS = "0A"
_held: list[socket.socket] = []
_dice = random.Random(os.getpid())


@atexit.register
def _release() -> None:
    for lock in _held:
        lock.close()


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens, and which no other process of any test run gets."""
    (port,) = free_ports(1)
    return port


def free_ports(count: int) -> list[int]:
    """Several at once."""
    free = (port for port in _turned(_PORTS) if _lock(f"port-{port}", partial(_binds, port)))
    found = list(itertools.islice(free, count))
    assert len(found) == count, "all ports are taken"
    return found


def free_subnet() -> int:
    """A subnet 127.77.N.0/24 in which nothing listens, and which no other process of any test run gets."""
    for number in _turned(_SUBNETS):
        if _lock(f"subnet-{number}", partial(_nothing_listens, number)):
            return number
    raise AssertionError("all subnets are taken")


@contextmanager
def alone(name: str, seconds: float = 120) -> Iterator[None]:
    """Wait until no other process of any test run does this, and keep others out: for what a machine has only once."""
    deadline = time.monotonic() + seconds
    while not _lock(name, lambda: True):
        assert time.monotonic() < deadline, f"another run has kept {name} for {seconds:g} s"
        time.sleep(0.1)
    held = _held.pop()
    try:
        yield
    finally:
        held.close()


def _turned(numbers: range) -> Iterable[int]:
    """All of them, from a random one on: two processes seldom try the same one."""
    start = _dice.randrange(len(numbers))
    return itertools.chain(numbers[start:], numbers[:start])


def _lock(name: str, usable: Callable[[], bool]) -> bool:
    """Take the lock of this name for the life of this process, unless it is taken or what it stands for is in use."""
    lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        lock.bind(f"\0tieback-tests-{name}")
    except OSError as error:
        lock.close()
        if error.errno == errno.EADDRINUSE:
            return False
        raise
    if not usable():
        lock.close()
        return False
    _held.append(lock)
    return True


def _binds(port: int) -> bool:
    with socket.socket() as listener:
        try:
            # On all addresses: a server on one of them would not let others have it, or would answer for them.
            listener.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


def _nothing_listens(subnet: int) -> bool:
    """Whether nothing listens on an address of the subnet (proc_net_tcp: little-endian hexadecimal addresses)."""
    ending = f"{subnet:02X}4D7F:"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, state = line.split()[1], line.split()[3]
        if state == _LISTENS and local[2:].startswith(ending):
            return False
    return True
