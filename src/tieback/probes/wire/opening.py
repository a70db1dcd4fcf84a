"""First exchange with an unknown peer: plain first, then TLS if the plain answer looks like a TLS port.

TLS records: RFC 8446 section 5.1 (type 21 is an alert, then a version 0x03 0x00 to 0x03 0x04).
"""

from collections.abc import Callable

from tieback.model.probe import Outcome
from tieback.probes.wire.verdicts import NotThisProtocol, TlsAnswer
from tieback.scope.conversation import Connect, Conversation, Fault, Receive, Send

_ALERT = 0x15
SILENT_PEER = "sends no byte"
"""Start of the verdict about a peer that sent no byte."""
LATE_PEER = "no full answer"
"""Part of the verdict about a peer whose answer did not come, or end, in time: with more time it may fit."""
HANDSHAKES = 2
"""Factor: a handshake may take so many times as long as a first answer, because it computes more."""
STREAM_ENDED = (Outcome.REFUSED, Outcome.PROTOCOL_MISMATCH)
"""Outcomes of a fault while reading if the peer closed or reset the connection: before a byte, or after."""


def plain_then_tls[R](tls: bool | None, attempt: Callable[[bool], Conversation[R]]) -> Conversation[R]:
    """Make the attempt without TLS, and again with TLS if the first answer looks like a TLS port.

    Args:
        tls: ``True`` if the port is known to speak TLS: then only TLS is tried.
        attempt: connects with or without TLS, makes the first exchange, returns its result.

    Raises:
        NotThisProtocol: neither attempt gave an answer in the protocol.
        Fault: as for ``attempt``.
    """
    if tls:
        return (yield from attempt(True))
    try:
        return (yield from attempt(False))
    except TlsAnswer as plain:
        try:
            return (yield from attempt(True))
        except TlsAnswer as encrypted:
            raise NotThisProtocol(str(encrypted)) from None
        except Fault as fault:
            if fault.outcome is Outcome.TIMEOUT:
                raise NotThisProtocol(f"{LATE_PEER} over TLS, and without it: {plain}") from None
            if fault.outcome in (Outcome.TLS_ERROR, *STREAM_ENDED):
                raise NotThisProtocol(f"{plain}, and no answer over TLS either") from None
            raise


def first_answer(tls: bool, hello: bytes, exactly: int, seconds: float | None) -> Conversation[bytes]:
    """Connect, send the first bytes, and read the first ``exactly`` bytes of the answer.

    Args:
        tls: whether to connect with TLS.
        hello: a declared send.
        exactly: number of bytes to read, at least 1. Use the fewest that identify the protocol: no time is then lost on
            a peer with another protocol that sends less.
        seconds: time to wait for them, as for ``opening_bytes``.

    Raises:
        LooksLikeTls: the peer closed without a byte, or sent a TLS alert.
        NotThisProtocol: nothing came in ``seconds``.
        Fault: nothing came within the idle limit, or the connection could not be made.
    """
    yield Connect(tls, None if seconds is None else HANDSHAKES * seconds)
    yield Send(hello)
    try:
        head = yield from opening_bytes(Receive(exactly=exactly, seconds=seconds))
    except Fault as fault:
        if fault.outcome in STREAM_ENDED:
            raise TlsAnswer(f"closed without an answer ({fault.detail})") from None
        raise
    if is_tls_alert(head):
        raise TlsAnswer("answers plain bytes with a TLS alert")
    return head


def opening_bytes(step: Receive) -> Conversation[bytes]:
    """Receive the bytes that show the protocol. With ``seconds`` (a non-standard port), silence means another protocol.

    Raises:
        NotThisProtocol: nothing came in ``step.seconds``.
        Fault: as for the step, if ``seconds`` is not set.
    """
    try:
        return (yield step)
    except Fault as fault:
        if fault.outcome is Outcome.TIMEOUT and step.seconds is not None:
            raise NotThisProtocol(f"{SILENT_PEER} in {step.seconds:g} s") from None
        raise


def rest_of_opening(step: Receive, so_far: str) -> Conversation[bytes]:
    """Receive the rest of an answer whose first byte is in the protocol, and in others too.

    Args:
        step: the receive.
        so_far: the verdict if no more comes.

    Raises:
        NotThisProtocol: the peer closed, or the rest did not come in ``step.seconds``.
        Fault: as for the step, if ``seconds`` is not set.
    """
    try:
        return (yield step)
    except Fault as fault:
        if fault.outcome is Outcome.TIMEOUT and step.seconds is not None:
            raise NotThisProtocol(f"{LATE_PEER} in {step.seconds:g} s: {so_far}") from None
        if fault.outcome in STREAM_ENDED:
            raise NotThisProtocol(so_far) from None
        raise


def is_tls_alert(head: bytes) -> bool:
    """True if the bytes start like a TLS alert record: type 21, version 3.x, length 2. One byte can be enough."""
    if len(head) == 1:
        return head[0] == _ALERT
    return head[:2] == bytes((_ALERT, 0x03)) and head[3:5] in (b"", b"\0", b"\0\x02")


def printable(data: bytes, limit: int = 40) -> str:
    """First bytes of an answer as printable ASCII; every other byte becomes a dot."""
    return "".join(chr(b) if 0x20 <= b < 0x7F else "." for b in data[:limit])
