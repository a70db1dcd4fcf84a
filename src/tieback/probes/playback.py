"""Plays a conversation against a peer in memory: recorded answers, a fuzzer, a hostile server. No network.

The rules are those of the dialer: undeclared sends are refused, reads are bounded, and failures are thrown into the
conversation as a ``Fault``.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from tieback.model.count_text import count_text
from tieback.model.probe import Outcome
from tieback.scope.conversation import (
    Connect,
    Conversation,
    DeclaredSend,
    Fault,
    Receive,
    Send,
    StartTls,
    Step,
)
from tieback.scope.transcript import EventKind, Transcript

type Answer = Callable[[bytes], bytes | None]
"""Maps the bytes of one send to the answer; ``None`` closes the connection."""


class MemoryPeer(msgspec.Struct, frozen=True):
    """Server in memory."""

    answer: Answer
    greeting: bytes = b""
    """Bytes that the server sends first on every connection."""
    tls: bool = False
    """True if the server speaks only TLS; plain bytes are then answered with an alert."""
    starttls: bool = True
    """True if a handshake succeeds on a connection that began without TLS."""


class PlaybackResult[R](msgspec.Struct, frozen=True):
    """Result of a conversation, with what it sent and how much it read."""

    result: R
    sent: tuple[bytes, ...]
    connections: int
    bytes_read: int


_ALERT = b"\x15\x03\x01\x00\x02\x02\x46"


def recorded_answers(answers: Iterable[bytes | None]) -> Answer:
    """Recorded answers in their order, whatever is sent; after the last one the connection closes."""
    left = iter(answers)
    return lambda _: next(left, None)


def server_bytes(transcript: Transcript) -> tuple[bytes, tuple[bytes, ...]]:
    """Bytes that a server sent in a conversation: its first greeting, and the answer to each send."""
    greeting, answers = b"", []
    # If a certificate did not verify, the dialer connected again and sent the same bytes.
    again = (line for line in transcript.lines if all(event.what is not EventKind.UNVERIFIED for event in line.events))
    for number, line in enumerate(again):
        heard = b""
        fresh = True
        for event in line.events:
            if event.what is EventKind.SENT:
                if not fresh:
                    answers.append(heard)
                elif not number:
                    greeting = heard
                heard, fresh = b"", False
            elif event.what is EventKind.RECEIVED:
                heard += event.data
        if not fresh:
            answers.append(heard)
    return greeting, tuple(answers)


def play[R](
    conversation: Conversation[R],
    peer: MemoryPeer,
    sends: Sequence[DeclaredSend],
    *,
    max_bytes: int = 2 * 1024 * 1024,
    max_receives: int = 4096,
    max_connections: int = 12,
) -> PlaybackResult[R]:
    """Run a conversation to its end.

    Args:
        conversation: as returned by ``run`` of a probe.
        peer: the server that answers.
        sends: the declared sends.
        max_bytes: budget of bytes read; a ``Fault`` reports that it is spent.
        max_receives: budget of receives.
        max_connections: budget of connections.

    Raises:
        ValueError: the conversation sent undeclared bytes, or made a step out of order: a programming error.
    """
    wire = _Wire(peer, sends, (max_bytes, max_receives, max_connections))
    answer: bytes | Fault = b""
    try:
        step = next(conversation)
    except StopIteration as end:
        return PlaybackResult(end.value, (), 0, 0)
    while True:
        try:
            answer = wire.take(step)
        except Fault as fault:
            answer = fault
        try:
            step = conversation.throw(answer) if isinstance(answer, Fault) else conversation.send(answer)
        except StopIteration as end:
            return PlaybackResult(end.value, tuple(wire.sent), wire.connections, wire.bytes_read)


class _Wire:
    def __init__(self, peer: MemoryPeer, sends: Sequence[DeclaredSend], budget: tuple[int, int, int]) -> None:
        self._peer = peer
        self._sends = sends
        self._bytes_left, self._receives_left, self._connections_left = budget
        self._pending = b""
        self._open = False
        self._closed_by_peer = False
        self._tls = False
        self.sent: list[bytes] = []
        self.connections = 0
        self.bytes_read = 0

    def take(self, step: Step) -> bytes:
        """Do one step; raises the fault that it ends in."""
        match step:
            case Connect(tls=tls):
                self._connect(tls)
            case StartTls():
                self._require_open()
                if not self._peer.starttls:
                    self._open = False
                    raise Fault(Outcome.TLS_ERROR, "handshake failed")
                self._tls = True
            case Send(data=data):
                self._send(data)
            case Receive():
                return self._receive(step)
        return b""

    def _connect(self, tls: bool) -> None:
        if not self._connections_left:
            raise Fault(Outcome.BUDGET_SPENT, "connections")
        self._connections_left -= 1
        self.connections += 1
        if tls and not self._peer.tls:
            raise Fault(Outcome.TLS_ERROR, "the server does not speak TLS on this port")
        self._open, self._closed_by_peer, self._tls = True, False, tls
        self._pending = b"" if self._peer.tls and not tls else self._peer.greeting

    def _send(self, data: bytes) -> None:
        self._require_open()
        if not any(declared.matches(data) for declared in self._sends):
            raise ValueError(f"not declared: {data!r}")
        self.sent.append(data)
        answer = _ALERT if self._peer.tls and not self._tls else self._peer.answer(data)
        self._closed_by_peer = self._closed_by_peer or answer is None or answer is _ALERT
        self._pending += answer or b""

    def _receive(self, step: Receive) -> bytes:
        self._require_open()
        if not self._receives_left or not self._bytes_left:
            raise Fault(Outcome.BUDGET_SPENT, "frames or bytes")
        self._receives_left -= 1
        if step.exactly is not None:
            size = step.exactly
            if len(self._pending) < size:
                raise self._starved()
        elif step.until is not None:
            found = self._pending.find(step.until, 0, step.limit)
            if found < 0:
                if len(self._pending) >= step.limit:
                    raise Fault(Outcome.HOSTILE, f"no end within {count_text(step.limit, 'byte')}")
                raise self._starved()
            size = found + len(step.until)
        else:
            size = min(step.limit, len(self._pending))
            if not size and not self._closed_by_peer:
                raise self._starved()
        if size > self._bytes_left:
            self._bytes_left = 0
            raise Fault(Outcome.BUDGET_SPENT, "bytes")
        data, self._pending = self._pending[:size], self._pending[size:]
        self._bytes_left -= size
        self.bytes_read += size
        return data

    def _starved(self) -> Fault:
        if self._closed_by_peer:
            return Fault(Outcome.REFUSED, "closed by the peer")
        return Fault(Outcome.TIMEOUT, "no answer")

    def _require_open(self) -> None:
        if not self._open:
            raise ValueError("a step before Connect")
