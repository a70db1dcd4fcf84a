"""How long to wait for a connect, based on earlier connects in the same network.

The estimate is that of TCP's retransmission timer (Jacobson and Karels; RFC 6298, section 2): smoothed round trip plus
four times its variation, doubled after each time-out (section 5.5). It applies only to a first pass: after a time-out,
the service is probed again with the full time of the grant before it is reported as ``timeout``. A network without data
yet, or silent lately, gets the full time at once and is therefore probed only once.
"""

from collections import OrderedDict

import msgspec

from tieback.scope.fair_queue import network_of

MIN_SECONDS = 0.4
"""Minimum time of a first pass, in seconds. A lost SYN is retransmitted after one second (RFC 6298, section 2.1), which
is left to the second pass."""
SILENT_AFTER = 8
"""Number of consecutive connects without an answer in the full time after which a network counts as silent."""
_MAX_NETWORKS = 65_536
_MAX_DOUBLINGS = 4


class _Network(msgspec.Struct):
    smoothed: float = -1.0
    """Smoothed round trip in seconds; negative before the first answer."""
    variation: float = 0.0
    doublings: int = 0
    unanswered: int = 0
    """Consecutive connects without an answer, each with the full time of the grant."""


class RttEstimator:
    """Connect times per network (the /24 or /48 of the address). Unused networks are forgotten."""

    def __init__(self) -> None:
        self._networks: OrderedDict[str, _Network] = OrderedDict()

    def timeout(self, address: str, most: float) -> float:
        """Seconds to wait for a first connect to ``address``: at most ``most``, and ``most`` without data."""
        known = self._networks.get(network_of(address))
        if known is None or known.smoothed < 0 or known.unanswered >= SILENT_AFTER:
            return most
        estimate = (known.smoothed + 4 * known.variation) * (1 << known.doublings)
        return min(most, max(MIN_SECONDS, estimate))

    def add_connect(self, address: str, seconds: float) -> None:
        """Record that a connect was accepted or refused after this time."""
        known = self._network(address)
        if known.smoothed < 0:
            known.smoothed, known.variation = seconds, seconds / 2
        else:
            known.variation += (abs(known.smoothed - seconds) - known.variation) / 4
            known.smoothed += (seconds - known.smoothed) / 8
        known.doublings = known.unanswered = 0

    def add_timeout(self, address: str, *, whole: bool) -> None:
        """Record a time-out; ``whole`` is true for the full time of the grant, false for that of a first pass."""
        known = self._network(address)
        if whole:
            known.unanswered += 1
        else:
            known.doublings = min(known.doublings + 1, _MAX_DOUBLINGS)

    def _network(self, address: str) -> _Network:
        key = network_of(address)
        found = self._networks.get(key)
        if found is None:
            if len(self._networks) >= _MAX_NETWORKS:
                self._networks.popitem(last=False)
            found = self._networks[key] = _Network()
        else:
            self._networks.move_to_end(key)
        return found
