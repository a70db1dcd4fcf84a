"""Records the connections of one conversation as events."""

import ssl
import time
from collections.abc import Awaitable, Callable, Sequence

from tieback.model.count_text import form_for
from tieback.model.probe import TlsInfo
from tieback.scope.connection import Transport, UnverifiedCertificate
from tieback.scope.conversation import DeclaredSend, Fault
from tieback.scope.transcript import ConnectionRecord, EventKind, WireEvent

type OpenConnection = Callable[[str, int, float, Callable[[], float], Callable[[int], None]], Awaitable[Transport]]
"""As ``Connection.open``."""


class Recording:
    """The events so far on the connections of one conversation."""

    def __init__(self, sends: Sequence[DeclaredSend], connect: OpenConnection) -> None:
        """Set up.

        Args:
            sends: declared sends; responses to those with record values are not recorded, others redacted.
            connect: opens the connections to record.
        """
        self._values = tuple(declared for declared in sends if declared.values)
        self._redacted = tuple(declared for declared in sends if declared.redact is not None)
        self._masked = tuple((declared, declared.mask) for declared in sends if declared.mask is not None)
        self._connect = connect
        self._begun = time.monotonic()
        self._connections: list[tuple[str, list[WireEvent]]] = []
        self._wires: list[_Recorded] = []

    def lines(self) -> tuple[ConnectionRecord, ...]:
        """All connections so far."""
        for wire in self._wires:
            wire.settle()
        return tuple(ConnectionRecord(address, tuple(events)) for address, events in self._connections)

    async def open(
        self, address: str, port: int, seconds: float, left: Callable[[], float], charge: Callable[[int], None]
    ) -> Transport:
        """As ``Connection.open``, recorded."""
        events: list[WireEvent] = []
        self._connections.append((address, events))
        try:
            wire = _Recorded(await self._connect(address, port, seconds, left, charge), events, self)
        except Fault as fault:
            events.append(self.fault_event(fault, EventKind.UNCONNECTED))
            raise
        self._wires.append(wire)
        return wire

    def event(self, what: EventKind, data: bytes = b"", text: str = "", tls: TlsInfo | None = None) -> WireEvent:
        """An event with the current time."""
        return WireEvent(self._now(), what, data, text, tls=tls)

    def may_return_values(self, data: bytes) -> bool:
        """True if the response to these bytes may contain record values."""
        return any(declared.matches(data) for declared in self._values)

    def redaction(self, data: bytes) -> Callable[[bytes], bytes | None] | None:
        """What must be taken from the response to these bytes."""
        return next((declared.redact for declared in self._redacted if declared.matches(data)), None)

    def masked(self, data: bytes) -> bytes:
        """These bytes, without what no transcript stores."""
        return next((mask(data) for declared, mask in self._masked if declared.matches(data)), data)

    def fault_event(self, fault: Fault, what: EventKind = EventKind.FAULT) -> WireEvent:
        """A fault with the current time."""
        return WireEvent(self._now(), what, text=fault.detail[:300], outcome=fault.outcome)

    def _now(self) -> int:
        return round(1000 * (time.monotonic() - self._begun))


class _Recorded:
    """A connection that records what happens on it."""

    def __init__(self, wire: Transport, events: list[WireEvent], recording: Recording) -> None:
        self._wire = wire
        self._events = events
        self._recording = recording
        self._withheld = False
        self._redact: Callable[[bytes], bytes | None] | None = None
        self._response = bytearray()
        """Received since the last send, if it must be redacted as a whole."""

    @property
    def silent(self) -> bool:
        return self._wire.silent

    @property
    def encrypted(self) -> bool:
        return self._wire.encrypted

    @property
    def local(self) -> str:
        return self._wire.local

    def tls(self, problem: str) -> TlsInfo:
        found = self._wire.tls(problem)
        self._note(EventKind.TLS, tls=found)
        return found

    async def start_tls(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        try:
            await self._wire.start_tls(context, host, seconds)
        except UnverifiedCertificate as verdict:
            self._note(EventKind.UNVERIFIED, text=str(verdict))
            raise
        except Fault as fault:
            self.settle()
            self._events.append(self._recording.fault_event(fault))
            raise

    async def write(self, data: bytes, seconds: float) -> None:
        self._note(EventKind.SENT, self._recording.masked(data))
        self._withheld = self._recording.may_return_values(data)
        self._redact = self._recording.redaction(data)
        try:
            await self._wire.write(data, seconds)
        except Fault as fault:
            self.settle()
            self._events.append(self._recording.fault_event(fault, EventKind.UNSENT))
            raise

    async def read(self, count: int, seconds: float) -> bytes:
        try:
            data = await self._wire.read(count, seconds)
        except Fault as fault:
            self.settle()
            self._events.append(self._recording.fault_event(fault))
            raise
        if not data:
            self._note(EventKind.ENDED)
        elif self._redact is not None:
            self._response += data
        elif self._withheld:
            self._note(EventKind.WITHHELD, text=f"{len(data)} {form_for(len(data), 'byte', 'bytes')}")
        else:
            self._note(EventKind.RECEIVED, data)
        return data

    async def finish(self, seconds: float) -> bool:
        self.settle()
        return await self._wire.finish(seconds)

    def close(self) -> None:
        self.settle()
        self._wire.close()

    def settle(self) -> None:
        """Note a response that had to be whole."""
        if self._redact is not None and self._response:
            data = bytes(self._response)
            self._response.clear()
            left = self._redact(data)
            if left is None:
                self._events.append(
                    self._recording.event(
                        EventKind.WITHHELD, text=f"{len(data)} {form_for(len(data), 'byte', 'bytes')}"
                    )
                )
            else:
                self._events.append(self._recording.event(EventKind.RECEIVED, left))

    def _note(self, what: EventKind, data: bytes = b"", text: str = "", tls: TlsInfo | None = None) -> None:
        self.settle()
        self._events.append(self._recording.event(what, data, text, tls))
