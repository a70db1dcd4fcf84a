"""MQTT brokers: whether an anonymous client may connect, and the broker's own statistics. No user topic is read below
depth ``sample``.

Sends ``CONNECT`` of 3.1.1 without a user, a client name and a will, and again as version 5 if the broker requires that
(identify). Then ``SUBSCRIBE`` to ``$SYS/broker/#`` with a ``PINGREQ`` that ends the answer
(enumerate). It returns Mosquitto's own statistics, about fifty numbers, and the names of its bridges, which are
dropped. Only the broker publishes below ``$SYS``, so no message of a user can come, and the subscription ends with our
connection. If a broker hides ``$SYS``, it sends nothing or refuses; other topics may still be readable.

If there are no statistics, ``CONNECT`` of version 5 shows whether the broker retains messages at all. A broker that
retains nothing and accepts subscriptions is ``open_empty``: there is nothing to read but what passes.

At depth ``sample``, a few retained messages are read by ``SUBSCRIBE`` to ``#`` and classified.

An accepted connection is the first proof of ``open``, an answered subscription the second. The number of records is the
broker's own count of the messages that it retains, minus those of ``$SYS`` that it sent. Messages that are not retained
are not counted. Identity: none in the protocol, so the address. Verified against Mosquitto 2.0.21.
"""

import re
from collections.abc import Sequence

from tieback.model.byte_text import byte_text
from tieback.model.figure import estimate
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, ProbeReport
from tieback.probes.interface import (
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    run_sample,
    run_to_report,
)
from tieback.probes.stores.mqtt import packets, retained
from tieback.probes.stores.mqtt.packets import V3, V5
from tieback.probes.wire.opening import STREAM_ENDED, first_answer, plain_then_tls, printable
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Send, Target

_MAX_PACKETS = 300
_VERSION, _BYTES = b"$SYS/broker/version", b"$SYS/broker/store/messages/bytes"
_RETAINED, _SUBSCRIPTIONS = b"$SYS/broker/retained messages/count", b"$SYS/broker/subscriptions/count"
_OWN = b"$SYS/broker/"
TOPICS = _OWN + b"#"
_NAMES = {V3: "CONNECT", V5: "CONNECT (version 5)"}
_NAMES_OF_NAMED = {V3: "CONNECT (client name)", V5: "CONNECT (version 5, client name)"}
_WANTS_A_NAME = frozenset((2, 0x85))
"""Codes of 3.1.1 and 5: the client's name is not accepted."""
_SYS = {V3: "SUBSCRIBE $SYS/broker/#", V5: "SUBSCRIBE $SYS/broker/# (version 5)"}
_WANTS_ANOTHER_VERSION = frozenset((1, 0x84))
"""Return code of 3.1.1, and the reason code of brokers that answer every version with the codes of 5."""
_REFUSALS = {
    4: Access.AUTH_REQUIRED,  # 3.1.1: bad user name or password
    5: Access.AUTH_REQUIRED,  # 3.1.1: not authorized
    0x86: Access.AUTH_REQUIRED,
    0x87: Access.AUTH_REQUIRED,
    0x8C: Access.AUTH_REQUIRED,  # bad authentication method
    0x8A: Access.FIREWALLED,  # banned
}

SENDS = (
    *(
        DeclaredSend(
            _NAMES[level],
            re.escape(packets.connect(level)),
            "whether a client without a user name may connect; no will message, no persistent session",
            Depth.IDENTIFY,
        )
        for level in (V3, V5)
    ),
    *(
        DeclaredSend(
            _NAMES_OF_NAMED[level],
            re.escape(packets.connect(level, packets.NAMED)),
            "as CONNECT, with a synthetic client name, if the broker requires one",
            Depth.IDENTIFY,
        )
        for level in (V3, V5)
    ),
    *(
        DeclaredSend(
            _SYS[level],
            re.escape(packets.subscribe(level, TOPICS)),
            "the broker's own statistics and the names of its bridges; cannot match a user's message",
            Depth.ENUMERATE,
        )
        for level in (V3, V5)
    ),
    DeclaredSend("DISCONNECT", re.escape(packets.DISCONNECT_PACKET), "ends our own session", Depth.IDENTIFY),
    *retained.SENDS,
)


_ANY_PASSWORD = "any user name with any password was not tried: tieback sends no password"
"""Some brokers, such as ejabberd with anonymous users, accept every password but refuse a client without one. A client
without credentials has none, so this is a note, and the broker is closed."""


class MqttProbe:
    """Probe of MQTT brokers: whether an anonymous client may connect."""

    meta = ProbeMeta(
        name="mqtt",
        may_keep_quiet=True,
        products=("mqtt", "mosquitto"),
        ports=(1883, 8883),
        services=("mqtt", "mqtts"),
        cpe=("cpe:2.3:a:eclipse:mosquitto",),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/mqtt-v3.1.1.html",
            "https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html",
            "https://mosquitto.org/man/mosquitto-8.html",
        ),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        level = V3
        code, more = yield from self._connect(target, V3)
        draft.spoke = True
        draft.fingerprint(())
        if code in _WANTS_ANOTHER_VERSION:
            level = V5
            code, more = yield from self._connect(target, V5)
        draft.product = "mqtt"
        if code:
            _refused(draft, level, code)
            return
        draft.access = Access.PARTIAL
        draft.prove(_NAMES[level], "an anonymous client may connect", Access.OPEN)
        if depth.allows(Depth.ENUMERATE):
            yield Send(packets.subscribe(level, TOPICS))
            own = yield from _statistics(draft, level)
            _judge(draft, level, own)
            if own.subscribed and own.number(_RETAINED) is None:
                if level == V3:
                    yield Send(packets.DISCONNECT_PACKET)
                    code, more = yield from self._connect(target, V5)
                if not code and not packets.keeps_messages(more):
                    draft.prove(_SYS[level], "accepts a subscription", Access.OPEN)
                    draft.problem("the broker retains no messages; those that pass were not read")
                    draft.access = Access.OPEN_EMPTY
                elif depth.allows(Depth.SAMPLE):
                    # Their number is not known. Those that can be read are a lower bound.
                    draft.containers.append(Container(retained.PATH, "messages"))
        yield Send(packets.DISCONNECT_PACKET)

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - there is one
        """Read a few messages that the broker retains."""
        found: list[SampledColumn] = []
        return run_sample(found, self._sample(target, found))

    def _sample(self, target: Target, found: list[SampledColumn]) -> Conversation[None]:
        level = V3
        code, _ = yield from self._connect(target, V3)
        if code in _WANTS_ANOTHER_VERSION:
            level = V5
            code, _ = yield from self._connect(target, V5)
        if not code:
            found += yield from retained.read_retained(level)

    def _connect(self, target: Target, level: int) -> Conversation[tuple[int, bytes]]:
        """Return code (3.1.1) or reason code (5) of CONNACK, and the properties of version 5."""
        code, more = yield from self._greet(target, level, packets.UNNAMED)
        if code in _WANTS_A_NAME:
            code, more = yield from self._greet(target, level, packets.NAMED)
        return code, more

    def _greet(self, target: Target, level: int, client: bytes) -> Conversation[tuple[int, bytes]]:
        def attempt(tls: bool) -> Conversation[bytes]:
            hello = packets.connect(level, client)
            return (yield from first_answer(tls, hello, 1, first_answer_timeout(self.meta, target)))

        first = yield from plain_then_tls(target.tls, attempt)
        if first != b"\x20":
            raise NotThisProtocol(f"answers CONNECT with {byte_text(first)}")
        answer = yield from packets.packet(first)
        # Version 5 adds properties: at least their length of one byte.
        if len(answer.body) < 2 or answer.body[0] & ~1 or (level == V3 and len(answer.body) > 3):
            raise NotThisProtocol(f"a CONNACK of an unexpected shape: {printable(answer.body)}")
        return answer.body[1], answer.body[2:]


def _refused(draft: ReportDraft, level: int, code: int) -> None:
    access = _REFUSALS.get(code, Access.UNKNOWN)
    draft.access = access
    if access is Access.UNKNOWN:
        draft.problem(f"{_NAMES[level]}: refused for another reason, code {code:#x}")
    else:
        draft.prove(_NAMES[level], f"refused with code {code:#x}", access)
    if access is Access.AUTH_REQUIRED:
        draft.problem(_ANY_PASSWORD)


class _Own:
    """Statistics that the broker publishes about itself."""

    def __init__(self) -> None:
        self.said: dict[bytes, str] = {}
        self.subscribed = False
        """True if the broker accepted the subscription."""
        self.kept = 0
        """Number of its own messages among those that it retains."""

    def number(self, topic: bytes) -> int | None:
        text = self.said.get(topic, "")
        return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _statistics(draft: ReportDraft, level: int) -> Conversation[_Own]:
    own = _Own()
    for _ in range(_MAX_PACKETS):
        try:
            one = yield from packets.packet()
        except Fault as fault:
            if fault.outcome not in STREAM_ENDED:
                raise
            draft.problem("closes the connection after a subscription to $SYS")
            return own
        if one.kind == packets.PINGRESP:
            return own
        if one.kind == packets.SUBACK:
            own.subscribed = all(code < 0x80 for code in one.body[3 if level == V5 else 2 :])
            if not own.subscribed:
                draft.problem("refuses a subscription to $SYS")
        elif one.kind == packets.PUBLISH:
            topic, payload = packets.publication(level, one)
            if not topic.startswith(_OWN):
                raise HostileAnswer("a message of a topic that was not subscribed to")
            own.kept += one.flags & packets.RETAIN
            if topic in (_VERSION, _BYTES, _RETAINED, _SUBSCRIPTIONS):
                own.said[topic] = printable(payload, 80)
        else:
            raise HostileAnswer(f"an unexpected MQTT packet of type {one.kind}")
    raise HostileAnswer("an answer of too many packets")


def _judge(draft: ReportDraft, level: int, own: _Own) -> None:
    version = re.fullmatch(r"mosquitto version ([0-9][0-9A-Za-z.-]{0,30})", own.said.get(_VERSION, ""))
    if version:
        draft.product, draft.version = "mosquitto", version[1]
    stored = own.number(_RETAINED)
    if stored is None:
        draft.problem("publishes no numbers below $SYS; anonymous access to other topics was not tried")
        return
    draft.prove(_SYS[level], f"sends {len(own.said)} of its statistics", Access.OPEN)
    users, size = max(0, stored - own.kept), own.number(_BYTES)
    if users:
        held = (
            estimate(size, "$SYS/broker/store/messages/bytes, the broker's own included") if size is not None else None
        )
        records = estimate(users, "$SYS/broker/retained messages/count, minus the broker's own")
        draft.containers.append(Container(retained.PATH, "messages", records=records, bytes=held))
        draft.access = Access.OPEN
        return
    draft.access = Access.OPEN_EMPTY
    if (own.number(_SUBSCRIPTIONS) or 0) > 1:
        # One of the subscriptions may be ours, or was when the broker last counted.
        draft.problem("retains no message, but has subscriptions: anonymous clients may read live messages")
