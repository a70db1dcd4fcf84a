"""Whose turn it is: a queue that is fair to networks and providers, over a stream that is never read whole.

Items come in lots: addresses of one network, names of one provider. Lots take turns, and while several of them wait
none has more than its part of the window under way, so that one that is slow, silent or limited in its rate leaves the
others their places. Of one lot first come is first served. No sockets, no clock.

What is known of the stream is ``ahead`` items: a lot that fills all of that is asked until it lets the next come in.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import ip_address, ip_network

AHEAD = 65_536
"""Items of the stream that are held at once, about 300 bytes each."""
_GULP = 256
"""Items that are read at a time, so that reading ahead holds up nobody."""
_RESERVE = 8
"""One place in so many is kept for lots that may yet come, as long as the stream goes on."""


class Turns[Item]:
    """Gives out each item of a stream once."""

    def __init__(self, items: Iterable[Item], lot_of: Callable[[Item], str], window: int, ahead: int = AHEAD) -> None:
        """Begin; nothing is read yet.

        Args:
            items: the stream.
            lot_of: the network or provider of an item.
            window: places, at least 1.
            ahead: items that may be held, at least 1.
        """
        self._items = iter(items)
        self._lot_of = lot_of
        self._window = window
        self._ahead = ahead
        self._waiting: dict[str, deque[Item]] = {}
        """Lots with items that wait; no deque is empty."""
        self._order: deque[str] = deque()
        """Those of them that may begin another, the next one first."""
        self._full: dict[str, None] = {}
        """Those that had their part when they were last looked at."""
        self._under_way: Counter[str] = Counter()
        self.under_way = 0
        """Items that were given out and have not ended."""
        self._last_part = 0
        self._held = 0
        self._late: deque[Item] = deque()
        self._read_all = False
        self.known = 0
        """Items read from the stream so far."""

    def take(self) -> tuple[Item, str] | None:
        """The next item and its lot, for ``ended``; ``None`` where all have begun, or a place must come free first."""
        self._read()
        lot = self._turn()
        if lot is None:
            return None
        its = self._waiting[lot]
        item = its.popleft()
        self._held -= 1
        self._under_way[lot] += 1
        self.under_way += 1
        if not its:
            del self._waiting[lot]
        elif self._under_way[lot] < self._part():
            self._order.append(lot)
        else:
            self._full[lot] = None
        return item, lot

    def ended(self, lot: str) -> None:
        """An item of this lot that was given out has ended."""
        self.under_way -= 1
        self._under_way[lot] -= 1
        if not self._under_way[lot]:
            del self._under_way[lot]
        if lot in self._full and self._under_way[lot] < self._part():
            del self._full[lot]
            self._order.append(lot)

    def again(self, item: Item) -> None:
        """Give an item out once more, after all that are still to come; it must have ended."""
        self._late.append(item)

    def _read(self) -> None:
        for _ in range(_GULP):
            if self._held >= self._ahead or self._read_all:
                break
            item = next(self._items, None)
            if item is None:
                self._read_all = True
                break
            self.known += 1
            self._add(item)
        # What is asked again would fill the places that others wait for.
        due = len(self._late) if not self._waiting else len(self._late) - self._ahead
        for _ in range(min(due, self._ahead)):
            self._add(self._late.popleft())

    def _add(self, item: Item) -> None:
        lot = self._lot_of(item)
        its = self._waiting.get(lot)
        if its is None:
            self._waiting[lot] = deque((item,))
            self._order.append(lot)
        else:
            its.append(item)
        self._held += 1

    def _turn(self) -> str | None:
        before, part = self._last_part, self._part()
        self._last_part = part
        if part > before or not self._order:
            # Parts grow when lots run dry, a few dozen times in all.
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

    def _part(self) -> int:
        """Places that one lot may have: all but a reserve where it waits alone."""
        most = self._window if self._read_all else self._window - self._window // _RESERVE
        return max(1, min(most, -(-self._window // max(1, len(self._waiting)))))


def lot_of(host: str, provider_of: Callable[[str], str] | None = None) -> str:
    """The lot of a host: the /24 or /48 of an address, the provider of a name, or the name itself."""
    return network(host) or (provider_of(host) if provider_of is not None else "") or host.lower()


@lru_cache(maxsize=8192)
def network(host: str) -> str:
    """The /24 or /48 of an address, loopback's too; empty for what is none."""
    try:
        found = ip_address(host)
    except ValueError:
        return ""
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))
