"""The limit of failed sign-ins: after some failures, each one doubles the wait, for an account and for an address.

The tables are in memory and bounded; a new start of the server empties them. An attempt counts as failed from its
start, so concurrent guesses do not pass the limit.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

import msgspec

FREE_FOR_ACCOUNT = 5
FREE_FOR_ADDRESS = 20
"""Failures without a wait."""
MAX_WAIT_FOR_ACCOUNT = 300.0
"""Seconds; short, because others can cause it to the owner of an account."""
MAX_WAIT_FOR_ADDRESS = 900.0
FORGET_SECONDS = 3600.0
"""Failures count until this long after the last one."""
MAX_ENTRIES = 10_000
MAX_LINES = 200
LINES_PER_SECOND = 1 / 30
"""Refusals in the log: some at once, then one in this time; about 1 MB per day at most."""


class _Entry(msgspec.Struct):
    failures: int = 0
    until: float = 0.0
    last: float = 0.0


class _Table:
    """Failures by key; the entry with the oldest failure leaves first."""

    def __init__(self, free: int, most: float) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._free, self._most = free, most

    def wait(self, key: str, now: float) -> float:
        entry = self._entries.get(key)
        return 0.0 if entry is None else max(0.0, entry.until - now)

    def fail(self, key: str, now: float) -> None:
        entry = self._entries.pop(key, None)
        if entry is None or now - entry.last > FORGET_SECONDS:
            entry = _Entry()
        entry.failures, entry.last = entry.failures + 1, now
        beyond = entry.failures - self._free
        if beyond >= 0:
            entry.until = now + min(self._most, 2.0 ** min(beyond, 20))
        self._entries[key] = entry
        while len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)

    def forgive(self, key: str, *, whole: bool) -> None:
        entry = self._entries.get(key)
        if entry is None:
            return
        entry.failures -= 1
        entry.until = 0.0 if entry.failures < self._free else entry.until
        if whole or entry.failures <= 0:
            del self._entries[key]


class SignInLimits:
    """Failures per account and per address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._accounts = _Table(FREE_FOR_ACCOUNT, MAX_WAIT_FOR_ACCOUNT)
        self._addresses = _Table(FREE_FOR_ADDRESS, MAX_WAIT_FOR_ADDRESS)
        self._lock = threading.Lock()

    def take(self, account: str, address: str) -> int:
        """Begin an attempt, which counts as failed until ``forgive``.

        Returns:
            Seconds to wait; 0 if the attempt may proceed. An attempt that must wait does not count.
        """
        with self._lock:
            now = self._clock()
            place = network_of(address)
            wait = max(self._accounts.wait(account, now), self._addresses.wait(place, now))
            if wait <= 0:
                self._accounts.fail(account, now)
                self._addresses.fail(place, now)
            return math.ceil(wait)

    def forgive(self, account: str, address: str) -> None:
        """The attempt succeeded: the account's failures are forgotten, and this attempt of the address."""
        with self._lock:
            self._accounts.forgive(account, whole=True)
            self._addresses.forgive(network_of(address), whole=False)


class LineBudget:
    """How many refusals the log takes, so that failed sign-ins cannot fill the disk."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._left, self._at, self._skipped = float(MAX_LINES), clock(), 0

    def take(self) -> int | None:
        """The number of refusals that were not logged since the last one; None if this one must not be logged."""
        with self._lock:
            now = self._clock()
            self._left = min(MAX_LINES, self._left + (now - self._at) * LINES_PER_SECOND)
            self._at = now
            if self._left < 1:
                self._skipped += 1
                return None
            self._left -= 1
            skipped, self._skipped = self._skipped, 0
            return skipped


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address, which is what one user has."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(found)
