"""STOMP brokers (ActiveMQ, Artemis, RabbitMQ): product, version, and whether an anonymous client gets a session.

Sends ``CONNECT`` without a login (identify). ``CONNECTED`` means that the broker accepts it, ``ERROR`` that it does
not. Nothing is subscribed to and nothing is sent to a destination. STOMP has no list of queues and no count of
messages, so the result is at most ``partial``.

ActiveMQ's main port speaks OpenWire. Its broker sends a ``WireFormatInfo`` with product and version to every client
first. The probe reads this greeting and ends: whether OpenWire needs a login is not tested. Artemis sends no greeting.

Verified against recorded answers of ActiveMQ 5.18.6 and Artemis 2.38.0.
"""

import re

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.opening import STREAM_ENDED, first_answer, plain_then_tls, printable
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Receive, Send, Target

_MAX_FRAME = 8 * 1024
_MAX_GREETING = 16 * 1024
_MAX_PROPERTIES = 64
_CONNECT, _DISCONNECT, _GREETING = "CONNECT", "DISCONNECT", "greeting of OpenWire"
_CONNECT_FRAME = b"CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0"
"""The host is RabbitMQ's default virtual host; ActiveMQ and Artemis ignore it."""
_DISCONNECT_FRAME = b"DISCONNECT\n\n\0"
_PRODUCTS = {"ActiveMQ": "activemq", "ActiveMQ-Artemis": "artemis", "RabbitMQ": "rabbitmq"}
_LOGIN = re.compile(r"user ?name|password|log ?in|credential|authenti|unauthori|access.refused|security", re.IGNORECASE)
"""Texts of brokers that refuse a client without a login."""
_CONNECTED, _ERROR = b"CONNECTED", b"ERROR"
_MAGIC = b"\x01ActiveMQ"
_OPENWIRE_HEAD = 4 + len(_MAGIC)
_FIXED = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 8, 7: 8, 8: 4}
"""Bytes of a value by its type in a map of OpenWire: boolean, byte, char, short, int, long, double, float."""
_STRING = 9
_UNTESTED = "a session of OpenWire without a login"

SENDS = (
    DeclaredSend(
        _CONNECT,
        re.escape(_CONNECT_FRAME),
        "whether a client without a login gets a session; subscribes to nothing and publishes nothing",
    ),
    DeclaredSend(_DISCONNECT, re.escape(_DISCONNECT_FRAME), "ends our own session"),
)


class StompProbe:
    """Probe of STOMP brokers, and of the greeting of ActiveMQ's main port."""

    meta = ProbeMeta(
        name="stomp",
        products=("activemq", "artemis", "rabbitmq", "stomp"),
        ports=(61613, 61614, 61616, 61617),
        services=("stomp", "openwire", "activemq"),
        cpe=("cpe:2.3:a:apache:activemq", "cpe:2.3:a:apache:activemq_artemis", "cpe:2.3:a:vmware:rabbitmq"),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://stomp.github.io/stomp-specification-1.2.html",
            "https://activemq.apache.org/components/classic/documentation/openwire-version-2-specification",
        ),
        may_keep_quiet=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Probe ``target``; every depth does the same as identify."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target))

    def _talk(self, draft: ReportDraft, target: Target) -> Conversation[None]:
        def attempt(tls: bool) -> Conversation[bytes]:
            return (yield from first_answer(tls, _CONNECT_FRAME, 1, first_answer_timeout(self.meta, target)))

        first = yield from plain_then_tls(target.tls, attempt)
        known = {b"\0": _OPENWIRE_HEAD, b"C": len(_CONNECTED), b"E": len(_ERROR)}.get(first)
        if known is None:
            raise NotThisProtocol(f"answers CONNECT with {first!r}")
        try:
            head = first + (yield Receive(exactly=known - 1, seconds=first_answer_timeout(self.meta, target)))
        except Fault as fault:
            if fault.outcome not in (Outcome.TIMEOUT, *STREAM_ENDED):
                raise
            raise NotThisProtocol(f"answers CONNECT with {first!r} and little more") from None
        if first == b"\0":
            yield from _openwire(draft, head)
        elif head in (_CONNECTED, _ERROR):
            yield from _session(draft, head)
        else:
            raise NotThisProtocol(f"answers CONNECT with {printable(head)}")


def _session(draft: ReportDraft, command: bytes) -> Conversation[None]:
    frame = yield Receive(until=b"\0", limit=_MAX_FRAME)
    if not frame.startswith((b"\n", b"\r\n")):
        raise NotThisProtocol(f"answers CONNECT with {printable(command + frame)}")
    head, _, body = frame.rstrip(b"\0").decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")
    headers: dict[str, str] = {}
    for line in head.split("\n")[1:_MAX_PROPERTIES]:
        name, _, value = line.partition(":")
        headers.setdefault(name, value)
    if not headers.keys() & {"version", "message", "session", "server", "content-type"}:
        raise NotThisProtocol(f"answers CONNECT with {printable(frame)}")
    draft.spoke = True
    draft.fingerprint(())
    _name(draft, headers.get("server", ""))
    if command == _CONNECTED:
        draft.access = Access.PARTIAL
        draft.prove(_CONNECT, "accepts a session of an anonymous client", Access.OPEN)
        draft.problem("the protocol has no list of queues and no count of messages")
        yield Send(_DISCONNECT_FRAME)
        return
    told = headers.get("message", "") or body
    if _LOGIN.search(told) or _LOGIN.search(body):
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_CONNECT, told, Access.AUTH_REQUIRED)
    else:
        draft.problem(f"{_CONNECT}: {told[:120]}")


def _name(draft: ReportDraft, server: str) -> None:
    """Product and version from the header ``server``: name, slash, version, and a comment."""
    found = re.match(r"([A-Za-z0-9-]{1,40})(?:/([0-9][0-9A-Za-z.+-]{0,39}))?(?: |$)", server)
    draft.product = _PRODUCTS.get(found[1], "stomp") if found else "stomp"
    draft.version = found[2] or "" if found else ""


def _openwire(draft: ReportDraft, head: bytes) -> Conversation[None]:
    """Read ``WireFormatInfo``: size, type 1, magic, version, a flag, and a map with its own size."""
    size = int.from_bytes(head[:4], "big")
    if head[4:] != _MAGIC or not 18 <= size <= _MAX_GREETING:
        raise NotThisProtocol(f"greets with {printable(head)}")
    draft.spoke = True
    draft.fingerprint(())
    draft.product = "activemq"
    draft.untested.append(_UNTESTED)
    try:
        rest = yield Receive(exactly=size - len(_MAGIC))
    except Fault as fault:
        if fault.outcome not in STREAM_ENDED:
            raise
        return
    version = _texts(rest[9:]).get("ProviderVersion", "")
    draft.version = version if re.fullmatch(r"[0-9][0-9A-Za-z.+-]{0,39}", version) else ""


def _texts(data: bytes) -> dict[str, str]:
    """Texts of a map: a count, then for each entry a name, a type, and a value.

    Raises:
        Hostile: a length that exceeds the map.
    """
    found: dict[str, str] = {}
    at = 4
    for _ in range(min(int.from_bytes(data[:4], "big"), _MAX_PROPERTIES)):
        name, at = _text(data, at)
        kind = data[at] if at < len(data) else 0
        at += 1
        if kind == _STRING:
            value, at = _text(data, at)
            found[name] = value
        elif kind in _FIXED:
            at += _FIXED[kind]
        elif kind:
            return found
    return found


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    if end > len(data):
        raise HostileAnswer("a map of OpenWire that ends early")
    return data[at + 2 : end].decode("utf-8", "replace")[:120], end
