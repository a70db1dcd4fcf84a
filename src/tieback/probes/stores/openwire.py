"""ActiveMQ by OpenWire, the protocol of its main port: version, and whether an anonymous client gets a connection.

Sends ``WireFormatInfo`` and ``ConnectionInfo`` without a user and a password, and ``ShutdownInfo`` at the end
(identify). The broker greets with product and version. A ``Response`` means that it accepts us, an
``ExceptionResponse`` that it does not. The probe opens no session for messages, and creates no consumer and no
destination. So queues are not listed and messages are not counted: the result is at most ``partial``.

Artemis sends no greeting, so this probe does not recognise it. Verified against ActiveMQ 5.17.6, and the recorded
greeting of ActiveMQ 5.18.6.
"""

import re

from tieback.model.grant import Depth
from tieback.model.probe import Access, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.wire import openwire
from tieback.probes.wire.opening import first_answer, plain_then_tls, printable, rest_of_opening
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Receive, Send, Target

_LOGIN, _END = "ConnectionInfo", "ShutdownInfo"
_UNTESTED = "a connection without a login"


class OpenwireProbe:
    """Probe of ActiveMQ's main port."""

    meta = ProbeMeta(
        name="openwire",
        products=("activemq",),
        ports=(61616, 61617),
        services=("openwire", "activemq"),
        cpe=("cpe:2.3:a:apache:activemq",),
        cwe="CWE-306",
        sends=(
            DeclaredSend(
                _LOGIN,
                re.escape(openwire.LOGIN),
                "whether a client without a user and a password is accepted; no consumer, no producer, no destination",
            ),
            DeclaredSend(_END, re.escape(openwire.SHUTDOWN), "ends our own connection"),
        ),
        references=("https://activemq.apache.org/components/classic/documentation/openwire-version-2-specification",),
        greets=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Probe ``target``; every depth does the same as identify."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target))

    def _talk(self, draft: ReportDraft, target: Target) -> Conversation[None]:
        seconds = first_answer_timeout(self.meta, target)

        def attempt(tls: bool) -> Conversation[bytes]:
            return (yield from first_answer(tls, openwire.LOGIN, 1, seconds))

        head = yield from plain_then_tls(target.tls, attempt)
        if head == b"\0":
            rest_of_head = Receive(exactly=openwire.HEAD - 1, seconds=seconds)
            head += yield from rest_of_opening(rest_of_head, "greets with a zero and little more")
        size = int.from_bytes(head[:4], "big")
        if head[4:] != openwire.MAGIC or not 18 <= size <= openwire.MAX_COMMAND:
            raise NotThisProtocol(f"greets with {printable(head)}")
        rest = yield Receive(exactly=size - len(openwire.MAGIC))
        if openwire.LOGIN.startswith(head + rest):
            raise NotThisProtocol("repeats our greeting")
        draft.spoke = True
        draft.fingerprint(())
        draft.product = "activemq"
        draft.untested.append(_UNTESTED)
        draft.version = openwire.broker_version(rest)
        _judge(draft, (yield from openwire.answer_to_login()))
        if draft.access is Access.PARTIAL:
            # A broker that refuses us closes the connection itself.
            yield Send(openwire.SHUTDOWN)


def _judge(draft: ReportDraft, refusal: str | None) -> None:
    if refusal is None:
        draft.access = Access.PARTIAL
        draft.prove(_LOGIN, "accepts a connection of an anonymous client", Access.OPEN)
        draft.problem("queues are not listed, and messages are not counted: that needs a consumer")
    elif refusal.startswith(openwire.SECURITY):
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_LOGIN, refusal, Access.AUTH_REQUIRED)
    else:
        draft.problem(f"{_LOGIN}: {refusal}")
        return
    draft.untested.clear()
