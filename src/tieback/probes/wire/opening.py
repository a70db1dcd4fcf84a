"""The first exchange with an unknown peer: plain first, then TLS where the plain answer looks like a TLS port's.

TLS records: RFC 8446 section 5.1 (type 21 is an alert, then a version 0x03 0x00 to 0x03 0x04).
"""

from collections.abc import Callable

from tieback.model.probe import Outcome
from tieback.probes.wire.verdicts import LooksLikeTls, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, Fault, Receive, Send

_ALERT = 0x15
SAYS_NOTHING = "says nothing"
"""How the verdict begins about a peer that sent no byte."""
HANDSHAKES = 2
"""How many times as long as a first answer a handshake may take, which computes more."""
STREAM_ENDED = (Outcome.REFUSED, Outcome.PROTOCOL_MISMATCH)
"""Outcomes of a fault while reading that mean that the peer closed or reset the connection: before a byte, or after."""


def plain_then_tls[R](tls: bool | None, attempt: Callable[[bool], Conversation[R]]) -> Conversation[R]:
    """Make the attempt without TLS, and again with TLS if the first answer looks like a TLS port's.

    Args:
        tls: ``True`` where TLS is known to be spoken: then only that is tried.
        attempt: connects with or without TLS, makes the first exchange, returns its result.

    Raises:
        NotThisProtocol: neither way gave an answer in the protocol.
        Fault: as ``attempt``.
    """
    if tls:
        return (yield from attempt(True))
    try:
        return (yield from attempt(False))
    except LooksLikeTls as plain:
        try:
            return (yield from attempt(True))
        except LooksLikeTls as encrypted:
            raise NotThisProtocol(str(encrypted)) from None
        except Fault as fault:
            if fault.outcome in (Outcome.TLS_ERROR, Outcome.TIMEOUT, *STREAM_ENDED):
                raise NotThisProtocol(f"{plain}, and no TLS there either") from None
            raise


def first_answer(tls: bool, hello: bytes, exactly: int, seconds: float | None) -> Conversation[bytes]:
    """Connect, send the first bytes, and read the first ``exactly`` bytes of the answer.

    Args:
        tls: whether to connect with TLS.
        hello: a declared send.
        exactly: as few as tell the protocol, so that a peer of another kind is not waited for; at least 1.
        seconds: how long to wait for them, as ``opening_bytes``.

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
            raise LooksLikeTls(f"closed without an answer ({fault.detail})") from None
        raise
    if is_tls_alert(head):
        raise LooksLikeTls("answers plain bytes with a TLS alert")
    return head


def opening_bytes(step: Receive) -> Conversation[bytes]:
    """Receive what shows the protocol. On an odd port (``seconds`` is set) a silent peer speaks another one.

    Raises:
        NotThisProtocol: nothing came in ``step.seconds``.
        Fault: as the step, where no ``seconds`` are set.
    """
    try:
        return (yield step)
    except Fault as fault:
        if fault.outcome is Outcome.TIMEOUT and step.seconds is not None:
            raise NotThisProtocol(f"{SAYS_NOTHING} in {step.seconds:g} s") from None
        raise


def is_tls_alert(head: bytes) -> bool:
    """Whether bytes start like a TLS alert record: type 21, version 3.x, length 2. One byte alone may say so."""
    if len(head) == 1:
        return head[0] == _ALERT
    return head[:2] == bytes((_ALERT, 0x03)) and head[3:5] in (b"", b"\0", b"\0\x02")


def printable(data: bytes, limit: int = 40) -> str:
    """The first bytes of an answer for a person: ASCII, everything else as a dot."""
    return "".join(chr(b) if 0x20 <= b < 0x7F else "." for b in data[:limit])
