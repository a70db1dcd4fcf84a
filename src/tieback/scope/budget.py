"""Limits of one conversation, and the connect rate per address."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network

from tieback.model.count_text import count_text, form_for, seconds_text
from tieback.model.grant import Limits
from tieback.model.probe import Outcome
from tieback.scope.conversation import Fault
from tieback.scope.ports import Plan

MAX_SAMPLE_ANSWERS = 1024 * 1024
"""Maximum bytes of responses after the first query for record values, over all containers."""
MAX_NOTE_ANSWER = 8 * 1024
"""Maximum bytes of responses after a note was requested: 4 KiB of note, plus protocol overhead."""


class ConversationBudget:
    """The resources used by one conversation. Every charge above the limits raises ``Fault``."""

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic, opening: "OpeningBudget | None" = None
    ) -> None:
        """Set up.

        Args:
            limits: the limits of the grant.
            clock: seconds.
            opening: what may be spent until the service is recognised; ``None``: no such limit.
        """
        self._limits = limits
        self._clock = clock
        self._opening = opening
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
        """Start the clock of the total deadline; later calls have no effect."""
        if self._begun is None:
            self._begun = self._clock()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Exclude the time until the context ends, such as a wait in our own rate limit: it says nothing about the
        service.

        The time is measured: a wait may end earlier or later than it was meant to.
        """
        begun = self._clock()
        try:
            yield
        finally:
            self._waited += self._clock() - begun

    @property
    def seconds(self) -> float:
        """Seconds since the first connect, without pauses; never negative."""
        return 0.0 if self._begun is None else max(0.0, self._clock() - self._begun - self._waited)

    def left(self) -> float:
        """Seconds until the total deadline.

        Raises:
            Fault: ``timeout``, it has passed.
        """
        seconds = self.seconds
        left = self._limits.total_seconds - seconds
        if left <= 0:
            raise Fault(Outcome.TIMEOUT, f"the conversation exceeded {seconds_text(self._limits.total_seconds)}")
        if self._opening is not None:
            left = min(left, self._opening.seconds_for(self._limits) - seconds)
            if left <= 0:
                raise Fault(Outcome.TIMEOUT, f"{NOT_RECOGNISED} within {seconds_text(self._opening.most)}")
        return left

    def recognised(self) -> None:
        """End the limit for unknown services."""
        self._opening = None

    def connection(self) -> None:
        """Charge a connection.

        Raises:
            Fault: ``budget_spent``.
        """
        if self.connections >= self._limits.max_connections:
            raise Fault(
                Outcome.BUDGET_SPENT, count_text(self.connections, "connection was made", "connections were made")
            )
        self.connections += 1

    def frame(self) -> None:
        """Charge a receive.

        Raises:
            Fault: ``budget_spent``.
        """
        if self.frames >= self._limits.max_frames:
            raise Fault(Outcome.BUDGET_SPENT, count_text(self.frames, "receive was made", "receives were made"))
        self.frames += 1

    def note(self) -> None:
        """Charge the reading of a ransom note: one per conversation; afterwards, little more than 4 KiB may be read.

        Raises:
            Fault: ``budget_spent``: one was already read.
        """
        if self._noted:
            raise Fault(Outcome.BUDGET_SPENT, "one note was read")
        self._noted = True
        self._most = min(self._most, self.bytes_read + MAX_NOTE_ANSWER)

    def sample(self) -> None:
        """Charge a query for record values; all responses from the first one on share one allowance."""
        if not self._sampling:
            self._sampling = True
            self._most = min(self._most, self.bytes_read + MAX_SAMPLE_ANSWERS)

    def bytes_left(self) -> int:
        """Bytes that may still be read.

        Raises:
            Fault: ``budget_spent``: none left.
        """
        left = self._most - self.bytes_read
        if left <= 0:
            raise Fault(
                Outcome.BUDGET_SPENT, f"{self.bytes_read} {form_for(self.bytes_read, 'byte was', 'bytes were')} read"
            )
        return left

    def wire(self, count: int) -> None:
        """Charge raw bytes under TLS, so that TLS records without data are not free.

        Raises:
            Fault: ``hostile``: far more raw bytes than the data inside can explain.
        """
        self._wire_bytes += count
        if self._wire_bytes > 2 * self._limits.max_bytes + 1024 * 1024:
            raise Fault(
                Outcome.HOSTILE,
                f"{count_text(self._wire_bytes, 'byte')} of TLS carried {count_text(self.bytes_read, 'byte')} of data",
            )


NOT_RECOGNISED = "not recognised"
"""Start of the problem of a service that no probe recognised in time."""
MIN_FIRST_BYTE_SECONDS = 0.2
"""Least time to wait for a first byte, plus two round trips."""
_ROUND_TRIPS = 8
"""Round trips of a conversation that are free if the server answers: two connections with TLS, and their ends."""
_MAX_FREE_SECONDS = 15.0
"""Maximum free time of all conversations with a server that is far away, in seconds."""
_MORE_SECONDS = 1.0
"""Seconds that an expected store may take to be recognised, beyond one wait of the grant."""
_LATE_MARGIN = 1.25
"""Factor: a server that takes long to its first bytes gets at least so much of its longest time so far."""
MAX_IGNORED = 3
"""Number of consecutive connections that a server may ignore: no byte, and no close after ours."""


class OpeningBudget:
    """What is spent on one service until it is recognised, over all conversations with it.

    Most services answer or close at once if they receive the first bytes of another protocol. Some stay silent. Each
    silence makes the next wait shorter, so that all waits together stay within the limit. If a server answers, only
    the time beyond a few round trips counts: a store far away is recognised too.
    """

    def __init__(self, most: float, first_byte: float) -> None:
        """Set up.

        Args:
            most: seconds for all conversations together.
            first_byte: seconds to wait for a first byte while every guess was answered.
        """
        self.most = most
        self._first_byte = first_byte
        self._spent = 0.0
        self._free = _MAX_FREE_SECONDS
        self._guesses = 0
        self._silent = 0
        self._ignored = 0
        self.round_trip = 0.0
        """Longest connect time so far, in seconds."""
        self._longest = 0.0
        """Longest time until a first byte so far, in seconds."""
        self.first_byte: float | None = None
        """Seconds that the present guess waits for a first byte; ``None``: it is expected at this port, and waits as
        long as the grant allows."""
        self.tls = False
        """True if the port speaks TLS from the first byte."""
        self.unverified = ""
        """Why the certificate did not verify; it would fail again."""
        self.shared = False
        """True if the result of another name at the same address and port was used."""
        self.plan: Plan = frozenset()
        """What will be tried."""
        self.no_tls = ""
        """Why a handshake as the first exchange failed: the port speaks no TLS, or not with us. It is not repeated."""

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.most - self._spent

    def seconds_for(self, limits: Limits) -> float:
        """Seconds that the present guess may take."""
        most = self.most if self.first_byte is not None else max(self.most, limits.idle_seconds + _MORE_SECONDS)
        return most - self._spent + self._free_seconds

    @property
    def is_spent(self) -> bool:
        """True if another guess has no time left, or the server does not answer at all any more."""
        return self.left < self._least or self.is_ignored

    @property
    def is_ignored(self) -> bool:
        """True if the server neither answered nor closed the last connections: it serves nobody, or not us."""
        return self._ignored >= MAX_IGNORED

    def allot(self, weight: float, others: float, *, expected: bool = False) -> None:
        """Set the wait for the next guess.

        Args:
            weight: how likely it is that this guess is right although others got no answer; 1 is usual.
            others: sum of the weights of all guesses after it.
            expected: true if the port or a hint points to this store.
        """
        if expected:
            self.first_byte = None
            return
        share = self._silent / self._guesses if self._guesses else 0.0
        wait = self.left if not share else self.left * weight / (weight + others * share)
        least = _LATE_MARGIN * self._longest if self.is_late else self._least
        self.first_byte = min(self._first_byte, max(least, wait))

    def without_limit(self) -> "OpeningBudget":
        """A budget without limits that knows the same about TLS."""
        found = OpeningBudget(math.inf, self._first_byte)
        found.learn_tls(self)
        return found

    def learn_tls(self, other: "OpeningBudget") -> None:
        """Take over what another budget knows about TLS on the port."""
        self.tls, self.unverified, self.no_tls = other.tls, other.unverified, other.no_tls

    def hurry(self, seconds: float) -> None:
        """The server answers quickly: no later guess waits longer than this for a first byte, plus two round trips."""
        self._first_byte = min(self._first_byte, seconds + 2 * self.round_trip)

    def charge(self, seconds: float, *, silent: bool) -> None:
        """Charge a conversation; ``silent`` is true if the server sent nothing and did not close."""
        free = 0.0 if silent else min(seconds, self._free_seconds)
        self._free -= free
        self._spent += seconds - free
        self._guesses += 1
        self._silent += silent

    def heard(self, seconds: float) -> None:
        """Note the time until the first byte of a connection."""
        self._longest = max(self._longest, seconds)

    @property
    def is_late(self) -> bool:
        """True if the server took so long to its first bytes that there is no time to try each protocol."""
        return self._longest > self._least

    def hung_up(self, *, ignored: bool) -> None:
        """Note the end of a connection; ``ignored`` is true if the server sent nothing and did not close after us."""
        self._ignored = self._ignored + 1 if ignored else 0

    @property
    def _free_seconds(self) -> float:
        return min(self._free, _ROUND_TRIPS * self.round_trip)

    @property
    def _least(self) -> float:
        return MIN_FIRST_BYTE_SECONDS + 2 * self.round_trip


class RateLimit:
    """A token bucket per address, first come first served.

    A bucket contains one second's worth of connects, at least one.
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
        """Per address: the tokens (negative while others wait), and the time of the last update."""
        self._most = _MAX_BUCKETS

    async def admit(self, address: str) -> float:
        """Wait until ``address`` may be connected to again; returns the seconds waited. Rate 0 means no limit."""
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
        # A full bucket need not be stored.
        self._buckets = {
            address: (tokens, then)
            for address, (tokens, then) in self._buckets.items()
            if tokens + (now - then) * self._rate < self._burst
        }
        # At a low rate, most buckets stay non-full for long: do not check all of them for each new address.
        self._most = max(_MAX_BUCKETS, 2 * len(self._buckets))


class RateLimits:
    """Connect rates per address, per network and per provider."""

    def __init__(
        self,
        limits: Limits,
        provider_of: Callable[[str], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Start with full buckets.

        Args:
            limits: the rates.
            provider_of: provider of a host; empty if it has none.
            clock: seconds.
            sleep: waits for a number of seconds.
        """
        self._provider_of = provider_of
        self._address = RateLimit(limits.connects_per_second, clock, sleep)
        self._network = RateLimit(limits.network_connects_per_second, clock, sleep)
        self._provider = RateLimit(limits.provider_connects_per_second, clock, sleep)

    async def admit(self, host: str, address: str) -> float:
        """Wait until ``host`` at ``address`` may be connected to; returns the seconds waited."""
        waited = await self._address.admit(address)
        if network := network_of(address):
            waited += await self._network.admit(network)
        if self._provider_of is not None and (provider := self._provider_of(host)):
            waited += await self._provider.admit(provider)
        return waited


def network_of(address: str) -> str:
    """The /24 or /48 of an address; empty for loopback, which has no network limit, and for other texts."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return "" if found.is_loopback else str(ip_network((found, 24 if found.version == 4 else 48), strict=False))


_MAX_BUCKETS = 4096
"""Number of buckets kept before full ones are dropped, or twice the remaining number, if that is larger."""
