"""NATS through its client port: product, version, server id from the greeting; whether anonymous clients may connect.

Sends ``CONNECT`` without a user and ``PING`` (identify), after TLS if the greeting requires it. ``PONG`` means that the
connection is accepted, ``-ERR`` that it is not. Nothing is published. Streams can only be listed by a published
request. Their names and counts therefore come only from the monitoring port (``nats``), and the result of this probe is
at most ``partial``.

A server without JetStream stores nothing. There ``SUB tieback.probe`` shows whether an anonymous client may subscribe
(enumerate): nobody publishes to this subject, so no message comes. Such a server is ``open_empty``.

Identity: ``server_id``, which the monitoring port reports too; it changes at a restart. Verified against nats-server
2.15.1.
"""

import re

import msgspec

from tieback.model.byte_text import byte_text
from tieback.model.grant import Depth
from tieback.model.probe import Access, Identity, Outcome, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.opening import STREAM_ENDED, is_tls_alert, opening_bytes, plain_then_tls, printable
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TlsAnswer
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, StartTls, Target

_MAX_INFO = 32 * 1024
_MAX_LINES = 16
"""Maximum number of lines before the answer to ``PING``: more greetings, and the server's own ``PING``."""
_ASKED = "CONNECT, PING"
_CONNECT = (
    b'CONNECT {"verbose":false,"pedantic":false,"tls_required":false,"name":"tieback","lang":"python","version":"0",'
    b'"protocol":0}\r\nPING\r\n'
)
_SUBSCRIBE = b"SUB tieback.probe 1\r\nPING\r\n"
_SUB = "SUB tieback.probe, PING"
SENDS = (
    DeclaredSend(
        _SUB,
        re.escape(_SUBSCRIBE),
        "whether an anonymous client may subscribe, if the server stores nothing; no client publishes to this subject",
        Depth.ENUMERATE,
    ),
    DeclaredSend(
        _ASKED,
        re.escape(_CONNECT),
        "whether a client without a user name may connect; subscribes to nothing and publishes nothing",
    ),
)


class _Info(msgspec.Struct):
    server_id: str
    version: str
    max_payload: int
    auth_required: bool = False
    tls_required: bool = False
    tls_verify: bool = False
    jetstream: bool = False


class NatsClientProbe:
    """Probe of a NATS server's client port: whether an anonymous client may connect."""

    meta = ProbeMeta(
        name="nats_client",
        products=("nats",),
        ports=(4222,),
        services=("nats",),
        cpe=("cpe:2.3:a:linuxfoundation:nats-server",),
        cwe="CWE-306",
        sends=SENDS,
        references=("https://docs.nats.io/reference/reference-protocols/nats-protocol",),
        greets=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        secure = [False]

        def attempt(tls: bool) -> Conversation[bytes]:
            secure[0] = tls
            yield Connect(tls)
            try:
                head = yield from opening_bytes(Receive(exactly=1, seconds=first_answer_timeout(self.meta, target)))
            except Fault as fault:
                if fault.outcome in STREAM_ENDED:
                    raise TlsAnswer(f"closed without a greeting ({fault.detail})") from None
                raise
            if is_tls_alert(head):
                raise TlsAnswer("greets with a TLS alert")
            return head

        first = yield from plain_then_tls(target.tls, attempt)
        if first != b"I":
            raise NotThisProtocol(f"greets with {byte_text(first)}")
        line = first + (yield Receive(until=b"\r\n", limit=_MAX_INFO))
        info = decode_json(line.removeprefix(b"INFO "), _Info) if line.startswith(b"INFO ") else None
        if info is None:
            raise NotThisProtocol(f"greets with {printable(line)}")
        draft.spoke = True
        draft.product, draft.version = "nats", info.version[:40]
        draft.fingerprint(())
        if re.fullmatch(r"[0-9A-Za-z_-]{8,64}", info.server_id):
            draft.identity = Identity(f"nats:server_id:{info.server_id}", "vendor_id")
        try:
            if info.tls_required and not secure[0]:
                yield StartTls()
            yield Send(_CONNECT)
            yield from _judge(draft, info)
            if draft.access is Access.PARTIAL and not info.jetstream and depth.allows(Depth.ENUMERATE):
                yield from _subscribe(draft)
        except Fault as fault:
            # With TLS 1.3 the refusal of a client without a certificate comes after the handshake.
            if not info.tls_verify or fault.outcome not in (Outcome.TLS_ERROR, *STREAM_ENDED):
                raise
            _turned_away(draft, _ASKED, "requires a client certificate (tls_verify), and closes")


def _judge(draft: ReportDraft, info: _Info) -> Conversation[None]:
    for _ in range(_MAX_LINES):
        line = (yield Receive(until=b"\r\n", limit=_MAX_INFO)).removesuffix(b"\r\n")
        if line == b"PONG":
            draft.access = Access.PARTIAL
            stream = "; it has streams" if info.jetstream else ""
            draft.prove(_ASKED, f"an anonymous client may connect{stream}", Access.OPEN)
            draft.problem("the client port lists no streams without a published request; the monitoring port does")
            return
        if line.startswith(b"-ERR"):
            said = printable(line, 120)
            if "authorization" in said.lower() or "authentication" in said.lower():
                _turned_away(draft, _ASKED, said)
            else:
                draft.problem(f"{_ASKED}: {said}")
            return
        if not line.startswith((b"INFO ", b"+OK", b"PING")):
            raise HostileAnswer(f"an unexpected line: {printable(line)}")
    raise HostileAnswer("no PONG within the maximum number of lines")


def _subscribe(draft: ReportDraft) -> Conversation[None]:
    """Judge a server that stores nothing by whether an anonymous client may subscribe."""
    yield Send(_SUBSCRIBE)
    for _ in range(_MAX_LINES):
        line = (yield Receive(until=b"\r\n", limit=_MAX_INFO)).removesuffix(b"\r\n")
        if line == b"PONG":
            draft.prove(_SUB, "an anonymous client may subscribe", Access.OPEN)
            draft.access = Access.OPEN_EMPTY
            draft.problems = ["the server stores no messages; those that pass were not read"]
            return
        if line.startswith(b"-ERR"):
            draft.problem(f"{_SUB}: {printable(line, 120)}")
            return
        if not line.startswith((b"INFO ", b"+OK", b"PING")):
            raise HostileAnswer(f"an unexpected line: {printable(line)}")


def _turned_away(draft: ReportDraft, asked: str, said: str) -> None:
    draft.access = Access.AUTH_REQUIRED
    draft.prove(asked, said, Access.AUTH_REQUIRED)
