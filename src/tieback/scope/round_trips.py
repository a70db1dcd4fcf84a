"""How long to wait for a connect, from the connects before it in the same network.

The estimate of TCP's retransmission timer (Jacobson and Karels; RFC 6298, section 2): smoothed round trip and four
times its variation, doubled while connects run out (section 5.5). It is for a first look alone: where that runs out,
the same service is asked again with all the time that the grant gives before anybody says ``timeout``. A network of
which nothing was heard yet, or which has been silent lately, gets that time at once and so is asked once.
"""

from collections import OrderedDict

import msgspec

from tieback.scope.turns import network

FLOOR = 0.4
"""Seconds that a first look waits at least. A lost SYN is sent again after one second (RFC 6298, section 2.1), which is
for the second look."""
SILENT = 8
"""So many in a row that did not answer in all the time there is, and a network counts as silent."""
_MAX_NETWORKS = 65_536
_MAX_DOUBLINGS = 4


class _Network(msgspec.Struct):
    smoothed: float = -1.0
    """Seconds; negative before the first answer."""
    variation: float = 0.0
    doublings: int = 0
    unanswered: int = 0
    """In a row, each with all the time that the grant gives."""


class RoundTrips:
    """What connects took, by network: the /24 or /48 of the address. Networks not heard of for long are forgotten."""

    def __init__(self) -> None:
        self._networks: OrderedDict[str, _Network] = OrderedDict()

    def patience(self, address: str, most: float) -> float:
        """Seconds to wait for a first connect to ``address``: at most ``most``, and that where nothing is known."""
        known = self._networks.get(network(address))
        if known is None or known.smoothed < 0 or known.unanswered >= SILENT:
            return most
        estimate = (known.smoothed + 4 * known.variation) * (1 << known.doublings)
        return min(most, max(FLOOR, estimate))

    def answered(self, address: str, seconds: float) -> None:
        """A connect was accepted or refused after so many seconds."""
        known = self._network(address)
        if known.smoothed < 0:
            known.smoothed, known.variation = seconds, seconds / 2
        else:
            known.variation += (abs(known.smoothed - seconds) - known.variation) / 4
            known.smoothed += (seconds - known.smoothed) / 8
        known.doublings = known.unanswered = 0

    def ran_out(self, address: str, *, whole: bool) -> None:
        """Nothing came; ``whole`` says whether in all the time that the grant gives, or in that of a first look."""
        known = self._network(address)
        if whole:
            known.unanswered += 1
        else:
            known.doublings = min(known.doublings + 1, _MAX_DOUBLINGS)

    def _network(self, address: str) -> _Network:
        key = network(address)
        found = self._networks.get(key)
        if found is None:
            if len(self._networks) >= _MAX_NETWORKS:
                self._networks.popitem(last=False)
            found = self._networks[key] = _Network()
        else:
            self._networks.move_to_end(key)
        return found
