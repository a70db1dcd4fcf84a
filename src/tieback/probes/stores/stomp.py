"""STOMP brokers (ActiveMQ, Artemis, RabbitMQ): product, version, and whether an anonymous client gets a session.

Sends ``CONNECT`` without a login (identify). ``CONNECTED`` means that the broker accepts it, ``ERROR`` that it does
not. Nothing is subscribed to and nothing is sent to a destination. STOMP has no list of queues and no count of
messages, so the result is at most ``partial``.

Verified against ActiveMQ 5.17.6, and recorded answers of ActiveMQ 5.18.6 and Artemis 2.38.0.
"""

import re

from tieback.model.byte_text import byte_text
from tieback.model.grant import Depth
from tieback.model.probe import Access, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.opening import first_answer, plain_then_tls, printable, rest_of_opening
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Receive, Send, Target

_MAX_FRAME = 8 * 1024
_MAX_PROPERTIES = 64
_CONNECT, _DISCONNECT = "CONNECT", "DISCONNECT"
_CONNECT_FRAME = b"CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0"
"""The host is RabbitMQ's default virtual host; ActiveMQ and Artemis ignore it."""
_DISCONNECT_FRAME = b"DISCONNECT\n\n\0"
_PRODUCTS = {"ActiveMQ": "activemq", "ActiveMQ-Artemis": "artemis", "RabbitMQ": "rabbitmq"}
_LOGIN = re.compile(r"user ?name|password|log ?in|credential|authenti|unauthori|access.refused|security", re.IGNORECASE)
"""Texts of brokers that refuse a client without a login."""
_CONNECTED, _ERROR = b"CONNECTED", b"ERROR"

SENDS = (
    DeclaredSend(
        _CONNECT,
        re.escape(_CONNECT_FRAME),
        "whether a client without a login gets a session; subscribes to nothing and publishes nothing",
    ),
    DeclaredSend(_DISCONNECT, re.escape(_DISCONNECT_FRAME), "ends our own session"),
)


class StompProbe:
    """Probe of STOMP brokers."""

    meta = ProbeMeta(
        name="stomp",
        products=("activemq", "artemis", "rabbitmq", "stomp"),
        ports=(61613, 61614),
        services=("stomp",),
        cpe=("cpe:2.3:a:apache:activemq", "cpe:2.3:a:apache:activemq_artemis", "cpe:2.3:a:vmware:rabbitmq"),
        cwe="CWE-306",
        sends=SENDS,
        references=("https://stomp.github.io/stomp-specification-1.2.html",),
        may_keep_quiet=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Probe ``target``; every depth does the same as identify."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target))

    def _talk(self, draft: ReportDraft, target: Target) -> Conversation[None]:
        def attempt(tls: bool) -> Conversation[bytes]:
            return (yield from first_answer(tls, _CONNECT_FRAME, 1, first_answer_timeout(self.meta, target)))

        first = yield from plain_then_tls(target.tls, attempt)
        known = {b"C": len(_CONNECTED), b"E": len(_ERROR)}.get(first)
        if known is None:
            raise NotThisProtocol(f"answers CONNECT with {byte_text(first)}")
        rest = Receive(exactly=known - 1, seconds=first_answer_timeout(self.meta, target))
        head = first + (yield from rest_of_opening(rest, f"answers CONNECT with {byte_text(first)} and little more"))
        if head in (_CONNECTED, _ERROR):
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
