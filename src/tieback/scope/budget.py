"""What one conversation may cost, and how often one address may be connected to."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_address, ip_network

from tieback.model.grant import Limits
from tieback.model.probe import Outcome
from tieback.scope.conversation import Fault

MAX_SAMPLE_ANSWERS = 1024 * 1024
"""Bytes that may be read once values of records were asked for, over all containers."""
MAX_NOTE_ANSWER = 8 * 1024
"""Bytes that may be read once a note was asked for: 4 KiB of it, and what the protocol puts around."""


class Budget:
    """The account of one conversation. Every charge that the limits do not cover raises ``Fault``."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._begun: float | None = None
        self._waited = 0.0
        self.connections = 0
        self.frames = 0
        self.bytes_sent = 0
        self.bytes_read = 0
        """Application bytes, inside TLS."""
        self._wire_bytes = 0
        self._most = limits.max_bytes
        self._noted = False
        self._sampling = False

    def begin(self) -> None:
        """Start the clock of the total deadline; only the first call does."""
        if self._begun is None:
            self._begun = self._clock()

    def pause(self, seconds: float) -> None:
        """Leave out time that our own rate limit took: the service is not slow because we are polite."""
        self._waited += seconds

    @property
    def seconds(self) -> float:
        """Since the first connect, without pauses."""
        return 0.0 if self._begun is None else self._clock() - self._begun - self._waited

    def left(self) -> float:
        """Seconds until the total deadline.

        Raises:
            Fault: ``timeout``, it has passed.
        """
        left = self._limits.total_seconds - self.seconds
        if left <= 0:
            raise Fault(Outcome.TIMEOUT, f"the conversation took its {self._limits.total_seconds:g} seconds")
        return left

    def connection(self) -> None:
        """Charge a connection.

        Raises:
            Fault: ``budget_spent``.
        """
        if self.connections >= self._limits.max_connections:
            raise Fault(Outcome.BUDGET_SPENT, f"{self.connections} connections were made")
        self.connections += 1

    def frame(self) -> None:
        """Charge a receive.

        Raises:
            Fault: ``budget_spent``.
        """
        if self.frames >= self._limits.max_frames:
            raise Fault(Outcome.BUDGET_SPENT, f"{self.frames} receives were made")
        self.frames += 1

    def note(self) -> None:
        """Charge the reading of a ransom note: one a conversation, and little more than its 4 KiB after it.

        Raises:
            Fault: ``budget_spent``, one was read already.
        """
        if self._noted:
            raise Fault(Outcome.BUDGET_SPENT, "one note was read")
        self._noted = True
        self._most = min(self._most, self.bytes_read + MAX_NOTE_ANSWER)

    def sample(self) -> None:
        """Charge a question for values of a few records: all answers from the first on share one allowance."""
        if not self._sampling:
            self._sampling = True
            self._most = min(self._most, self.bytes_read + MAX_SAMPLE_ANSWERS)

    def bytes_left(self) -> int:
        """Bytes that may still be read.

        Raises:
            Fault: ``budget_spent``, none.
        """
        left = self._most - self.bytes_read
        if left <= 0:
            raise Fault(Outcome.BUDGET_SPENT, f"{self.bytes_read} bytes were read")
        return left

    def wire(self, count: int) -> None:
        """Charge raw bytes under TLS, so that records without data are not free.

        Raises:
            Fault: ``hostile``, far more came than the data inside can explain.
        """
        self._wire_bytes += count
        if self._wire_bytes > 2 * self._limits.max_bytes + 1024 * 1024:
            raise Fault(Outcome.HOSTILE, f"{self._wire_bytes} bytes of TLS carried {self.bytes_read} bytes of data")


class RateLimit:
    """A token bucket for each address, first come first served.

    A bucket holds one second's worth of connects, at least one.
    """

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._rate = per_second
        self._burst = max(1.0, per_second)
        self._clock = clock
        self._sleep = sleep
        self._buckets: dict[str, tuple[float, float]] = {}
        """Address to tokens, which are negative while others wait, and the time they were counted."""
        self._most = _MAX_BUCKETS

    async def admit(self, address: str) -> float:
        """Wait until ``address`` may be connected to again; seconds waited. At rate 0 never."""
        if self._rate <= 0:
            return 0.0
        now = self._clock()
        tokens, then = self._buckets.get(address, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate) - 1
        if address not in self._buckets and len(self._buckets) >= self._most:
            self._forget(now)
        self._buckets[address] = (tokens, now)
        if tokens >= 0:
            return 0.0
        wait = -tokens / self._rate
        await self._sleep(wait)
        return wait

    def _forget(self, now: float) -> None:
        # A full bucket is the same as none.
        self._buckets = {
            address: (tokens, then)
            for address, (tokens, then) in self._buckets.items()
            if tokens + (now - then) * self._rate < self._burst
        }
        # At a low rate most are not full for long: they are not all looked at again for each address that comes.
        self._most = max(_MAX_BUCKETS, 2 * len(self._buckets))


class Rates:
    """How often an address, its network and its provider may be connected to, together."""

    def __init__(
        self,
        limits: Limits,
        provider_of: Callable[[str], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Begin with full buckets.

        Args:
            limits: the rates.
            provider_of: a host's provider, or empty where it has none.
            clock: seconds.
            sleep: waits for so many.
        """
        self._provider_of = provider_of
        self._address = RateLimit(limits.connects_per_second, clock, sleep)
        self._network = RateLimit(limits.network_connects_per_second, clock, sleep)
        self._provider = RateLimit(limits.provider_connects_per_second, clock, sleep)

    async def admit(self, host: str, address: str) -> float:
        """Wait until ``host`` at ``address`` may be connected to; seconds waited."""
        waited = await self._address.admit(address)
        if network := network_of(address):
            waited += await self._network.admit(network)
        if self._provider_of is not None and (provider := self._provider_of(host)):
            waited += await self._provider.admit(provider)
        return waited


def network_of(address: str) -> str:
    """The /24 or /48 that an address is in; empty for loopback, which is nobody's network, and for what is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return "" if found.is_loopback else str(ip_network((found, 24 if found.version == 4 else 48), strict=False))


_MAX_BUCKETS = 4096
"""Buckets that are kept before full ones are dropped; twice what was left, where that is more."""
