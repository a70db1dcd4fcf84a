"""A fair queue over a stream that is never read completely: networks and providers take turns.

Items are grouped into lots by network or provider. Lots are served round-robin, and first in, first out within a lot.
While several lots wait, none has more than its share of the window in progress, so that a slow, silent or rate-limited
lot does not block the others. Retries use at most half of the window while first attempts are waiting. No sockets, no
clock.

At most ``ahead`` items of the stream are known: a lot that fills all of them is served until the next lot is reached.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

MAX_READ_AHEAD = 131_072
"""Maximum items of the stream that are held at once, about 300 bytes each."""
_GULP = 256
"""Items read at a time, so that reading ahead blocks nothing else."""
_RESERVE = 8
"""One place in this many is kept free for new lots while the stream continues."""


class QueueItem[Item](NamedTuple):
    """An item to process now; return it to ``ended``."""

    item: Item
    lot: str
    again: bool
    """True for a retry."""


class FairQueue[Item]:
    """Yields each item of a stream once, and items that are put back once more."""

    def __init__(
        self, items: Iterable[Item], lot_of: Callable[[Item], str], window: int, ahead: int = MAX_READ_AHEAD
    ) -> None:
        """Set up; nothing is read yet.

        Args:
            items: the stream.
            lot_of: the network or provider of an item.
            window: number of places, at least 1.
            ahead: maximum items held, at least 1.
        """
        self._items = enumerate(items, start=1)
        self._lot_of = lot_of
        self._window = window
        self._ahead = ahead
        self._first = _Lots[Item]()
        self._late = _Lots[Item]()
        self._read_all = False
        self._late_next = False
        self.known = 0
        """Number of items read from the stream so far."""

    @property
    def under_way(self) -> int:
        """Number of items in progress."""
        return self._first.under_way + self._late.under_way

    def take(self) -> QueueItem[Item] | None:
        """The next turn; ``None`` if all have started, or if a place must become free first."""
        self._read()
        self._late_next = not self._late_next
        return self._take_late() or self._take_first() if self._late_next else self._take_first() or self._take_late()

    def release(self, turn: QueueItem[Item]) -> None:
        """Mark an item as finished."""
        (self._late if turn.again else self._first).ended(turn.lot)

    def requeue(self, turn: QueueItem[Item], item: Item) -> None:
        """Put an item back for a later retry, after its turn has ended."""
        self._late.add(turn.lot, item)

    def _take_first(self) -> QueueItem[Item] | None:
        # Places reserved for new lots.
        most = self._window if self._read_all else max(1, self._window - self._window // _RESERVE)
        return _turn(self._first.take(self._window, most), again=False)

    def _take_late(self) -> QueueItem[Item] | None:
        window = self._window // 2 if self._first.waiting else self._window
        if self._late.under_way >= window:
            return None
        return _turn(self._late.take(window, window), again=True)

    def _read(self) -> None:
        for _ in range(_GULP):
            if self._read_all or self._first.waiting >= self._ahead:
                return
            found = next(self._items, None)
            if found is None:
                self._read_all = True
                return
            self.known, item = found
            self._first.add(self._lot_of(item), item)


def _turn[Item](found: tuple[str, Item] | None, *, again: bool) -> QueueItem[Item] | None:
    return None if found is None else QueueItem(found[1], found[0], again)


class _Lots[Item]:
    """Waiting items by lot, and the number in progress per lot."""

    def __init__(self) -> None:
        self._items: dict[str, deque[Item]] = {}
        """Lots with waiting items; no deque is empty."""
        self._order: deque[str] = deque()
        """The lots that may start another item, the next one first."""
        self._full: dict[str, None] = {}
        """The lots that had their full share at the last check."""
        self._under_way: Counter[str] = Counter()
        self._part = 1
        """Places per lot, as last computed."""
        self.under_way = 0
        self.waiting = 0

    def add(self, lot: str, item: Item) -> None:
        """Add a waiting item."""
        self.waiting += 1
        its = self._items.get(lot)
        if its is None:
            self._items[lot] = deque((item,))
            self._order.append(lot)
        else:
            its.append(item)

    def take(self, window: int, most: int) -> tuple[str, Item] | None:
        """The next item of the lot whose turn it is, if one may start; no lot has more than ``most`` places."""
        lot = self._next(max(1, min(most, -(-window // max(1, len(self._items))))))
        if lot is None:
            return None
        its = self._items[lot]
        item = its.popleft()
        self.waiting -= 1
        self.under_way += 1
        self._under_way[lot] += 1
        if not its:
            del self._items[lot]
        elif self._under_way[lot] < self._part:
            self._order.append(lot)
        else:
            self._full[lot] = None
        return lot, item

    def ended(self, lot: str) -> None:
        """Mark one item of this lot as finished."""
        self.under_way -= 1
        self._under_way[lot] -= 1
        if not self._under_way[lot]:
            del self._under_way[lot]
        if lot in self._full and self._under_way[lot] < self._part:
            del self._full[lot]
            self._order.append(lot)

    def _next(self, part: int) -> str | None:
        grown, self._part = part > self._part, part
        if grown or not self._order:
            # Shares grow when lots become empty, a few dozen times in total.
            more = [lot for lot in self._full if self._under_way[lot] < part]
            for lot in more:
                del self._full[lot]
            self._order.extend(more)
        while self._order:
            lot = self._order.popleft()
            if self._under_way[lot] < part:
                return lot
            self._full[lot] = None
        return None


def bucket_of(host: str, provider_of: Callable[[str], str] | None = None) -> str:
    """The lot of a host: the /24 or /48 of an address, the provider of a name, or the name itself."""
    return network_of(host) or (provider_of(host) if provider_of is not None else "") or host.lower()


@lru_cache(maxsize=8192)
def network_of(host: str) -> str:
    """The /24 or /48 of an address, including loopback; empty for other texts."""
    try:
        found = ip_address(host)
    except ValueError:
        return ""
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))
