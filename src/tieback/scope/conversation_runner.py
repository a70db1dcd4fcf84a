"""Runs one conversation: its connection, its budget, and its steps."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tieback.model.byte_text import byte_text, delimiter_text
from tieback.model.count_text import count_text, form_for
from tieback.model.errors import StoppedError
from tieback.model.grant import Depth, Limits
from tieback.model.probe import NO_BYTE, Outcome, TlsInfo
from tieback.scope.budget import ConversationBudget, OpeningBudget, RateLimits
from tieback.scope.connection import READ_BYTES, Transport, UnverifiedCertificate
from tieback.scope.conversation import (
    DUMMY_ACCOUNT,
    Connect,
    DeclaredSend,
    Fault,
    Receive,
    Recognised,
    RetryLater,
    Send,
    StartTls,
    Step,
    Target,
    Traffic,
)
from tieback.scope.decide import Decision
from tieback.scope.hostname import parse_host
from tieback.scope.ports import PortTurns
from tieback.scope.recording import OpenConnection
from tieback.scope.resolver import Resolution
from tieback.scope.rtt import RttEstimator
from tieback.scope.shared_hosts import uncovered_request
from tieback.scope.tls import TlsContexts


@dataclass(frozen=True, slots=True)
class DialContext:
    """What the dialer provides to a conversation."""

    resolve: Callable[[str], Awaitable[Resolution]]
    """The addresses of a host."""
    decide: Callable[[str], Decision]
    """The grant's decision on an address for this target."""
    rate: RateLimits
    contexts: TlsContexts
    stopped: Callable[[], str]
    """Why everything must stop, or empty."""
    lapsed: Callable[[], str]
    """Why nothing may be contacted for this target: the grant is not valid today, or excludes its name; or empty."""
    audit: Callable[[str, Mapping[str, object]], None]
    open: OpenConnection
    """Opens a connection to an address that was allowed."""
    trips: RttEstimator = field(default_factory=RttEstimator)
    """Connect times so far."""
    hasty: bool = False
    """True for a first pass, which ends if a connect takes longer than usual in this network."""
    trust_only: bool = False
    """True if a service without a trusted certificate must not be used at all."""
    turns: PortTurns = field(default_factory=PortTurns)
    """Turns at the ports whose service is unknown."""
    opening: OpeningBudget | None = None
    """What may be spent until the service is recognised; ``None``: no such limit."""


HANG_UP_SECONDS = 0.5
"""Time for a server to close after we did, in seconds."""
_MAX_ROUND_TRIP = 0.5
"""Maximum connect time that counts as a round trip, in seconds: a longer one had a lost packet."""
_HANDSHAKES = 2
"""Factor: a handshake may take so many times as long as a first byte, because it computes more."""


class ConversationRunner:
    """Runs steps. Every failure is a ``Fault``; after one it closes the connection, unless a receive timed out."""

    def __init__(self, door: DialContext, target: Target, sends: Sequence[DeclaredSend], limits: Limits) -> None:
        self._door = door
        self._target = target
        self._sends = sends
        self._limits = limits
        self._budget = ConversationBudget(limits, opening=door.opening)
        self._opening = door.opening
        """``None`` once the service is recognised."""
        self._heard = False
        """True if the service sent a byte or closed."""
        self._connection: Transport | None = None
        self._buffer = bytearray()
        """Data read beyond the last response: at most one read."""
        self._address = ""
        """The address that accepted a connect; the conversation keeps it."""
        self._resources: tuple[str, ...] | None = ()
        """What the grant's decision on that address permits at a host of many customers."""
        self._local = ""
        """Our own address of the last connection."""
        self._tls: TlsInfo | None = None
        self._unverified = door.opening.unverified if door.opening is not None else ""
        """Why verification failed; it would fail again."""
        self._preamble: list[Send | Receive] = []
        """Cleartext steps since the connect, which STARTTLS may have to repeat."""
        self._sent: dict[str, int] = {}

    async def step(self, step: Step) -> bytes:
        """Run one step.

        Raises:
            Fault: the step failed.
            LookAgain: the time of the first pass was too short.
            StoppedError: the run must stop.
        """
        try:
            match step:
                case Connect(tls=tls, seconds=seconds):
                    await self._connect(tls, seconds)
                case StartTls():
                    await self._start_tls()
                case Send():
                    await self._send(step)
                case Receive():
                    return await self._receive(step)
                case Recognised(store=store):
                    self._recognise(store)
        except Fault as fault:
            self._heard = self._heard or fault.outcome is not Outcome.TIMEOUT
            # After a receive time-out, the connection can still be used; after other faults it cannot.
            if fault.outcome is not Outcome.TIMEOUT or not isinstance(step, Receive):
                await self.finish()
            raise
        return b""

    async def finish(self, *, again: bool = False) -> None:
        """Close the connection, if there is one.

        While the service is unknown, and before another connection, this waits until the server closes too: a server
        that serves one client at a time must be free first.

        Args:
            again: another connection follows.
        """
        connection, self._connection = self._connection, None
        if connection is None:
            self.close()
            return
        try:
            if self._opening is None and not again:
                return
            silent = connection.silent and not connection.encrypted
            closed = await connection.finish(HANG_UP_SECONDS if self._opening is not None else HANG_UP_SECONDS / 2)
            if self._opening is not None:
                self._opening.hung_up(ignored=silent and not closed)
        finally:
            connection.close()
            self.close()

    def close(self) -> None:
        """Close the connection immediately, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._buffer.clear()
        self._preamble.clear()

    def charge(self) -> None:
        """Charge the conversation to what may be spent until the service is recognised."""
        if self._opening is not None:
            self._opening.charge(self._budget.seconds, silent=bool(self._address) and not self._heard)

    def _recognise(self, store: bool) -> None:
        self._door.turns.recognise((self._address, self._target.port))
        if store:
            self._opening = None
            self._budget.recognised()

    def traffic(self) -> Traffic:
        """The cost so far."""
        budget = self._budget
        return Traffic(self._address, budget.bytes_sent, budget.bytes_read, budget.seconds, self._tls)

    def account(self, fault: str) -> dict[str, object]:
        """The fields of the audit entry at the end."""
        budget = self._budget
        return {
            "target": self._target.label,
            "address": self._address,
            "local": self._local,
            "connections": budget.connections,
            "receives": budget.frames,
            "sends": self._sent,
            "bytes_sent": budget.bytes_sent,
            "bytes_read": budget.bytes_read,
            "seconds": round(budget.seconds, 6),
            "tls": self._tls.version if self._tls is not None else "",
            "fault": fault,
        }

    async def _connect(self, tls: bool, seconds: float | None) -> None:
        await self.finish(again=True)
        if tls and self._opening is not None and self._opening.no_tls:
            raise Fault(Outcome.TLS_ERROR, self._opening.no_tls)
        self._tls = None
        fault: Fault | None = None
        addresses = await self._addresses()
        for address in addresses:
            decision = self._door.decide(address)
            if not decision.allowed:
                fault = fault or self._refusal(decision.reason, address)
                continue
            try:
                self._connection = await self._dial(address, decision, first=len(addresses) == 1)
                if tls:
                    await self._shake(address, seconds)
            except Fault as failed:
                await self.finish()
                if failed.outcome is Outcome.BUDGET_SPENT:
                    raise
                if failed.outcome is Outcome.TLS_ERROR and self._opening is not None:
                    self._opening.no_tls = failed.detail
                fault = failed
            else:
                self._address = address
                if self._opening is not None:
                    self._opening.shared = False
                if self._opening is not None and tls:
                    self._opening.tls, self._opening.unverified = True, self._unverified
                return
        raise fault or Fault(Outcome.ERROR, "no address")

    async def _addresses(self) -> tuple[str, ...]:
        self._stop()
        if lapsed := self._door.lapsed():
            raise self._refusal(lapsed, "")
        if self._address:
            return (self._address,)
        found = await self._door.resolve(self._target.host)
        if not found.addresses:
            raise self._refusal(found.reason, "", found.outcome)
        return found.addresses

    def _refusal(self, reason: str, address: str, outcome: Outcome = Outcome.OUT_OF_SCOPE) -> Fault:
        self._door.audit("refused", {"target": self._target.label, "address": address, "reason": reason})
        return Fault(outcome, reason)

    async def _dial(self, address: str, decision: Decision, *, first: bool = False) -> Transport:
        self._budget.begin()
        self._budget.connection()
        with self._budget.paused():
            await self._door.rate.admit(self._target.host, address)
        await self._take_turn(address)
        self._stop()
        self._budget.left()
        line = {"target": self._target.label, "address": address, "rule": decision.rule, "reason": decision.reason}
        self._door.audit("connect", line)
        most = self._limits.connect_seconds
        # A slow address must not lose to the next one; an address that accepted a connect is known.
        hasty = first and self._door.hasty and not self._address
        patience = self._door.trips.timeout(address, most) if hasty else most
        begun = time.monotonic()
        try:
            opened = await self._door.open(address, self._target.port, patience, self._budget.left, self._budget.wire)
        except Fault as fault:
            if fault.outcome is Outcome.TIMEOUT:
                self._door.trips.add_timeout(address, whole=patience >= most)
                if patience < most:
                    raise RetryLater(
                        f"no connection within {patience:.1f} s; it is probed again with more time"
                    ) from None
            elif fault.outcome is Outcome.REFUSED:
                self._door.trips.add_connect(address, time.monotonic() - begun)
            raise
        self._local = opened.local
        self._resources = decision.resources
        connected = time.monotonic() - begun
        self._door.trips.add_connect(address, connected)
        if self._opening is not None:
            self._opening.round_trip = max(self._opening.round_trip, min(connected, _MAX_ROUND_TRIP))
        return opened

    async def _take_turn(self, address: str) -> None:
        """Wait while another recognition tries this address and port; use its result if it recognised nothing."""
        opening = self._opening
        if opening is None:
            return
        with self._budget.paused():
            found = await self._door.turns.enter((address, self._target.port), opening, opening.plan)
        if found is not None:
            opening.shared = True
            raise Fault(found.outcome, f"same address and port as {found.target}: {found.detail}")

    async def _start_tls(self) -> None:
        connection = self._open()
        if connection.encrypted:
            raise Fault(Outcome.ERROR, "TLS is already active")
        if self._buffer:
            # Cleartext that could be mistaken for a response inside TLS (CVE-2011-0411).
            raise Fault(Outcome.HOSTILE, f"{count_text(len(self._buffer), 'byte')} arrived before TLS started")
        await self._shake(self._address)

    async def _shake(self, address: str, seconds: float | None = None) -> None:
        """Perform the handshake; if trust fails, again for identification only, on a new connection."""
        wait = self._limits.idle_seconds if seconds is None else min(seconds, self._limits.idle_seconds)
        if seconds is not None and self._opening is not None and self._opening.first_byte is not None:
            wait = min(wait, _HANDSHAKES * self._opening.first_byte)
        host = parse_host(self._target.host).text
        connection = self._open()
        if not self._unverified:
            try:
                await connection.start_tls(self._door.contexts.trust, host, wait)
            except UnverifiedCertificate as verdict:
                if self._door.trust_only:
                    raise Fault(Outcome.TLS_ERROR, f"no trusted certificate ({verdict})") from None
                self._unverified = str(verdict)
                connection = await self._again(address)
        if self._unverified:
            await connection.start_tls(self._door.contexts.identification, host, wait)
        if connection.encrypted:
            self._tls = connection.tls(self._unverified)
        self._preamble.clear()

    async def _again(self, address: str) -> Transport:
        """A new connection in the state of the old one: the cleartext steps are repeated."""
        preamble = list(self._preamble)
        await self.finish(again=True)
        decision = self._door.decide(address)
        if not decision.allowed:
            raise self._refusal(decision.reason, address)
        self._connection = await self._dial(address, decision)
        for step in preamble:
            if isinstance(step, Send):
                await self._send(step)
            else:
                await self._receive(step)
        if self._buffer:
            raise Fault(Outcome.HOSTILE, f"{count_text(len(self._buffer), 'byte')} arrived before TLS started")
        return self._connection

    async def _send(self, step: Send) -> None:
        connection = self._open()
        form = self._target.declared_form(step.data)
        declared = next((one for one in self._sends if form is not None and one.matches(form)), None)
        if declared is None or form is None:
            size = len(step.data)
            self._door.audit("undeclared", {"target": self._target.label, "bytes": size})
            raise Fault(Outcome.ERROR, f"undeclared send of {count_text(size, 'byte')}: {byte_text(step.data[:40])}")
        account = declared.account_in(form)
        if account is not None and account not in (DUMMY_ACCOUNT, *self._target.passwordless):
            self._door.audit("undeclared", {"target": self._target.label, "account": account})
            raise Fault(Outcome.ERROR, f"the grant does not list the account {account!r}")
        if not declared.keys(form) <= {key.value for key in self._target.keys}:
            self._door.audit("undeclared", {"target": self._target.label, "what": "a key"})
            raise Fault(Outcome.ERROR, "a key that is not a public key of the target")
        if self._resources is not None:
            host = parse_host(self._target.host).name
            if other := uncovered_request(host, self._resources, step.data, declared.keys(form)):
                raise self._refusal(other, self._address)
        if declared.values and declared.depth is Depth.SAMPLE:
            self._budget.sample()
        elif declared.values:
            self._budget.note()
        self._sent[declared.name] = self._sent.get(declared.name, 0) + 1
        self._budget.bytes_sent += len(step.data)
        self._remember(step)
        await connection.write(step.data, self._limits.idle_seconds)

    async def _receive(self, step: Receive) -> bytes:
        self._open()
        self._stop()
        self._budget.frame()
        self._budget.left()
        seconds = self._limits.idle_seconds if step.seconds is None else min(step.seconds, self._limits.idle_seconds)
        opening = self._opening
        if step.seconds is not None and opening is not None and opening.first_byte is not None and self._open().silent:
            seconds = min(seconds, opening.first_byte)
        if step.exactly is not None:
            answer = await self._exactly(step.exactly, seconds)
        elif step.until is not None:
            answer = await self._until(step.until, step.limit, seconds)
        else:
            answer = await self._some(step.limit, seconds)
        self._remember(step)
        return answer

    async def _exactly(self, count: int, seconds: float) -> bytes:
        if count < 0:
            raise Fault(Outcome.ERROR, f"a receive of {count_text(count, 'byte')}")
        while len(self._buffer) < count:
            need = count - len(self._buffer)
            if need > self._budget.bytes_left():
                raise Fault(
                    Outcome.BUDGET_SPENT,
                    f"a response of {count} {form_for(count, 'byte', 'bytes')} exceeds the remaining budget",
                )
            if not await self._more(seconds):
                raise self._ended(f"{len(self._buffer)} of {count_text(count, 'byte')} of a response")
        return self._take(count)

    async def _until(self, delimiter: bytes, limit: int, seconds: float) -> bytes:
        if not delimiter:
            raise Fault(Outcome.ERROR, "an empty delimiter")
        searched = 0
        while True:
            at = self._buffer.find(delimiter, max(0, searched - len(delimiter) + 1), limit)
            if at >= 0:
                return self._take(at + len(delimiter))
            searched = len(self._buffer)
            if searched >= limit:
                raise Fault(Outcome.HOSTILE, f"no {delimiter_text(delimiter)} within {count_text(limit, 'byte')}")
            if not await self._more(seconds):
                raise self._ended(f"{count_text(searched, 'byte')} without an {delimiter_text(delimiter)}")

    async def _some(self, limit: int, seconds: float) -> bytes:
        if limit < 1:
            raise Fault(Outcome.ERROR, "a receive of nothing")
        if not self._buffer and not await self._more(seconds):
            return b""
        return self._take(min(limit, len(self._buffer)))

    async def _more(self, seconds: float) -> bool:
        """Read once into the buffer; false at the end of the stream."""
        connection = self._open()
        first, begun = connection.silent, time.monotonic()
        data = await connection.read(min(READ_BYTES, self._budget.bytes_left()), seconds)
        if first and data and self._opening is not None:
            self._opening.heard(time.monotonic() - begun)
        self._heard = True
        self._budget.bytes_read += len(data)
        self._buffer += data
        return bool(data)

    def _take(self, count: int) -> bytes:
        answer = bytes(memoryview(self._buffer)[:count])
        del self._buffer[:count]
        return answer

    def _ended(self, where: str) -> Fault:
        if self._open().silent:
            return Fault(Outcome.REFUSED, f"the peer closed the connection {NO_BYTE}")
        return Fault(Outcome.PROTOCOL_MISMATCH, f"the peer closed the connection after {where}")

    def _remember(self, step: Send | Receive) -> None:
        if self._connection is not None and not self._connection.encrypted and len(self._preamble) <= _MAX_PREAMBLE:
            self._preamble.append(step)

    def _open(self) -> Transport:
        if self._connection is None:
            raise Fault(Outcome.ERROR, "no open connection")
        return self._connection

    def _stop(self) -> None:
        if reason := self._door.stopped():
            raise StoppedError(reason)


_MAX_PREAMBLE = 32
"""Maximum steps before STARTTLS that are kept; known protocols need two to six."""
