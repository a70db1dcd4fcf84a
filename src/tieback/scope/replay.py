"""Replay conversations from their transcripts: no network, no grant, the same steps and limits.

The current probe may send other bytes than the recorded one. Recorded bytes are found anywhere in the transcript; if
they are missing, the conversation ends with the outcome ``not_recorded``, and earlier results are kept. The version of
tieback in a ``User-Agent`` is ignored.
"""

import re
import ssl
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import msgspec

from tieback.model.byte_text import byte_text
from tieback.model.grant import Depth, Limits
from tieback.model.probe import Outcome, ProbeReport, Ransom, TlsInfo
from tieback.scope.budget import OpeningBudget, RateLimits
from tieback.scope.connection import Transport, UnverifiedCertificate
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Target, Traffic
from tieback.scope.conversation_runner import ConversationRunner, DialContext
from tieback.scope.decide import Decision
from tieback.scope.dialer import drive
from tieback.scope.resolver import Resolution
from tieback.scope.tls import TlsContexts, is_trust
from tieback.scope.transcript import EventKind, Transcript, WireEvent

MOST_NAMED_PORTS = 10
"""Ports of one host that a user may have named one by one."""
_AGENT = re.compile(rb"(?<=\r\nUser-Agent: )[^\r\n]*")


class ChangedSend(msgspec.Struct, frozen=True):
    """A send that a probe words differently since a conversation was recorded, and what answers it."""

    probe: str
    """Name of the probe."""
    now: re.Pattern[bytes]
    """The present send."""
    recorded: bytes = b""
    """Pattern of the recorded send whose answer is still valid; ``\\1`` is the text of the first group of ``now``."""
    answer: bytes | None = None
    """The answer, if no recorded send has one."""
    parts: tuple[tuple[re.Pattern[bytes], bytes], ...] = ()
    """For a send of several commands: the pattern of a command, and the answer to each that matches."""
    later: tuple[bytes, ...] = ()
    """The answers to the same send after the first one; the last one repeats. Empty: ``answer`` repeats."""

    def answer_to(self, sent: bytes, turn: int = 0) -> bytes | None:
        """The answer to these bytes, sent for the ``turn``-th time; ``None`` if a recorded send has it."""
        if not self.parts:
            return self.later[min(turn, len(self.later)) - 1] if turn and self.later else self.answer
        found = [(match.start(), answer) for pattern, answer in self.parts for match in pattern.finditer(sent)]
        return b"".join(answer for _, answer in sorted(found))


_HANDSHAKES = frozenset((EventKind.TLS, EventKind.UNVERIFIED, EventKind.FAULT))
"""Events that can end a handshake."""


class _Exchange:
    """Sent bytes (none before the first send), and the events until the next send."""

    def __init__(self, sent: bytes) -> None:
        self.sent = sent
        self.events: list[WireEvent] = []
        self.told = False


class _Tape:
    """The connections of one conversation."""

    def __init__(self, transcript: Transcript, changed: Sequence[ChangedSend]) -> None:
        self.lines = [_exchanges(line.events) for line in transcript.lines]
        self._changed = changed
        self.unrecorded: list[bytes] = []
        self.used: list[ChangedSend] = []
        self._next = 0

    async def open(self, *_: object) -> Transport:
        """As ``Connection.open``: the next recorded connection; changed sends with their own answer need none."""
        if self._next >= len(self.lines):
            if all(change.answer is None for change in self._changed):
                raise Fault(Outcome.NOT_RECORDED, "no further connection was recorded")
            self.lines.append([_Exchange(b"")])
        self._next += 1
        events = self.lines[self._next - 1][0].events
        if events and events[0].what is EventKind.UNCONNECTED:
            raise _fault(events[0])
        return _Played(self, self._next - 1)

    def seek(self, line: int, kinds: frozenset[EventKind]) -> int:
        """The first recorded connection after ``line`` that starts with one of these events; it is used up.

        Raises:
            Fault: ``not_recorded``.
        """
        for at in range(line + 1, len(self.lines)):
            events = self.lines[at][0].events
            if events and events[0].what in kinds and not events[0].text.startswith("no "):
                self._next = at + 1
                return at
        raise Fault(Outcome.NOT_RECORDED, "no TLS handshake was recorded here")

    def find(self, data: bytes, line: int) -> _Exchange | None:
        """Where the bytes were sent: this connection is preferred over others, earlier over later."""
        wanted = _AGENT.sub(b"", data)
        found = self._first(re.compile(re.escape(wanted)), line)
        for change in self._changed if found is None else ():
            match = change.now.fullmatch(wanted)
            answer = change.answer_to(wanted, self.used.count(change))
            if match is not None and answer is not None:
                found = _Exchange(wanted)
                if answer:
                    found.events.append(WireEvent(0, EventKind.RECEIVED, answer))
                if b"\r\nConnection: close\r\n" in answer:
                    found.events.append(WireEvent(0, EventKind.ENDED))
            elif match is not None:
                found = self._first(re.compile(_expanded(change.recorded, match), re.DOTALL), line)
            if found is not None:
                self.used.append(change)
                return found
        if found is None:
            self.unrecorded.append(data)
        return found

    def _first(self, sent: re.Pattern[bytes], line: int) -> _Exchange | None:
        others = [exchange for at, other in enumerate(self.lines) if at != line for exchange in other[1:]]
        for exchange in (*self.lines[line][1:], *others):
            if not exchange.told and sent.fullmatch(exchange.sent):
                exchange.told = True
                return exchange
        return None


def _expanded(template: bytes, match: re.Match[bytes]) -> bytes:
    """The pattern, with the text of a match's groups where it refers to them by number."""
    return re.sub(rb"\\([1-9])", lambda group: re.escape(match[int(group[1])]), template)


def _exchanges(events: Iterable[WireEvent]) -> list[_Exchange]:
    found = [_Exchange(b"")]
    for event in events:
        if event.what is EventKind.SENT:
            found.append(_Exchange(_AGENT.sub(b"", event.data)))
        else:
            found[-1].events.append(event)
    return found


class _Played:
    """A connection from a transcript."""

    def __init__(self, tape: _Tape, line: int) -> None:
        self._tape = tape
        self._line = line
        self._events = deque(tape.lines[line][0].events)
        self._held = b""
        self._tls: TlsInfo | None = None
        self.silent = True
        self.local = ""

    @property
    def encrypted(self) -> bool:
        return self._tls is not None

    def tls(self, problem: str) -> TlsInfo:
        return self._tls if self._tls is not None else TlsInfo("", False, problem)

    async def start_tls(self, context: ssl.SSLContext, host: str, seconds: float) -> None:  # noqa: ARG002 - as recorded
        # On an unknown port, a handshake is not repeated with each protocol: the lines in between were not recorded, or
        # are not needed.
        kinds = _HANDSHAKES if is_trust(context) else _HANDSHAKES - {EventKind.UNVERIFIED}
        if not self._events or self._events[0].what not in kinds:
            self._line = self._tape.seek(self._line, kinds)
            self._events = deque(self._tape.lines[self._line][0].events)
        event = self._events.popleft()
        if event.what is EventKind.UNVERIFIED:
            raise UnverifiedCertificate(event.text)
        if event.what is EventKind.FAULT:
            raise _fault(event)
        self._tls = event.tls

    async def write(self, data: bytes, seconds: float) -> None:  # noqa: ARG002 - nothing is waited for
        exchange = self._tape.find(data, self._line)
        if exchange is None:
            raise Fault(Outcome.NOT_RECORDED, f"the transcript does not contain the response to {byte_text(data[:60])}")
        # A recorded end before this point belongs to another order of requests.
        waiting = (event for event in self._events if event.what is EventKind.RECEIVED)
        self._events = deque((*waiting, *exchange.events))
        if self._events and self._events[0].what is EventKind.UNSENT:
            raise _fault(self._events.popleft())

    async def read(self, count: int, seconds: float) -> bytes:  # noqa: ARG002 - nothing is waited for
        if not self._held:
            event = self._events[0] if self._events else None
            if event is None:
                raise Fault(Outcome.NOT_RECORDED, "no more of this response was recorded")
            if event.what is EventKind.ENDED:
                return b""
            self._events.popleft()
            if event.what is EventKind.WITHHELD:
                raise Fault(Outcome.NOT_RECORDED, "the response may contain record values and was not recorded")
            if event.what is not EventKind.RECEIVED:
                raise _fault(event)
            self._held = event.data
        data, self._held = self._held[:count], self._held[count:]
        self.silent = self.silent and not data
        return data

    async def finish(self, seconds: float) -> bool:  # noqa: ARG002 - nothing is waited for
        """Nothing is open."""
        return True

    def close(self) -> None:
        """Nothing is open."""


def _fault(event: WireEvent) -> Fault:
    return Fault(event.outcome or Outcome.NOT_RECORDED, event.text or f"unexpected event: {event.what}")


class ReplayDialer:
    """Replays what ``Dialer`` returned, from transcripts."""

    def __init__(self, transcripts: Iterable[Transcript], changed: Iterable[ChangedSend] = ()) -> None:
        """Group them by target. Of several conversations of one probe with one target, the last counts.

        Args:
            transcripts: the recorded conversations.
            changed: present sends that need another recorded send, or an answer of their own.
        """
        self._changed = tuple(changed)
        self.unrecorded: list[tuple[str, bytes]] = []
        """Probe and bytes of every send that no transcript and no changed send answers."""
        self.used: set[ChangedSend] = set()
        """The changed sends that were replayed."""
        self._targets: dict[str, Target] = {}
        self._held: dict[str, dict[str, Transcript]] = {}
        self._refused: dict[str, str] = {}
        self._ransom: dict[str, Ransom] = {}
        self._days: dict[str, str] = {}
        self._derived: dict[str, bool | None] = {}
        for transcript in transcripts:
            label = transcript.target.label
            self._days[label] = max(self._days.get(label, ""), transcript.day)
            if transcript.derived is not None:
                self._derived[label] = transcript.derived
            if transcript.ransom is not None:
                self._ransom[label] = transcript.ransom
            elif transcript.refused:
                self._targets.setdefault(label, transcript.target)
                self._refused[label] = transcript.refused
            else:
                if not self._held.get(label):
                    self._targets[label] = transcript.target
                self._held.setdefault(label, {})[transcript.probe] = transcript
        self._contexts = TlsContexts()
        self._rates = RateLimits(
            Limits(connects_per_second=0, network_connects_per_second=0, provider_connects_per_second=0)
        )

    def targets(self) -> list[Target]:
        """Every target once, as it was probed, in the order of the transcripts."""
        return list(self._targets.values())

    def day(self, target: Target) -> str:
        """The date of the last conversation with a target."""
        return self._days.get(target.label, "")

    def is_derived(self, label: str) -> bool:
        """True if the user of the recorded run named a host, block or range, and not this port of this host.

        Recordings of earlier releases do not state it. There, a host with more ports than a user names one by one
        counts as such.
        """
        known = self._derived.get(label)
        return label in self._on_many_ports if known is None else known

    @cached_property
    def _on_many_ports(self) -> frozenset[str]:
        """Labels of the targets on hosts with more than ``MOST_NAMED_PORTS`` recorded ports."""
        ports: dict[str, set[int]] = {}
        for target in self._targets.values():
            ports.setdefault(target.host, set()).add(target.port)
        many = {host for host, found in ports.items() if len(found) > MOST_NAMED_PORTS}
        return frozenset(label for label, target in self._targets.items() if target.host in many)

    def probes(self, target: Target) -> tuple[str, ...]:
        """The probes whose conversations with a target were recorded."""
        return tuple(self._held.get(target.label, {}))

    def named(self, target: Target) -> Mapping[str, tuple[str, ...]]:
        """The containers that an app named, by the probe that requested them."""
        held = self._held.get(target.label, {})
        return {probe: one.target.names for probe, one in held.items() if one.target.names}

    def ransom(self, target: Target) -> Ransom:
        """The recorded verdict on a ransom note."""
        return self._ransom.get(target.label, Ransom())

    def cost(self, target: Target, probe: str) -> Traffic:
        """The cost of a conversation that cannot be replayed, such as the reading of a note."""
        found = self._held.get(target.label, {}).get(probe)
        return found.traffic if found is not None and found.traffic is not None else Traffic("", 0, 0, 0.0, None)

    async def permit(self, host: str, port: int, resource: str = "") -> Decision:
        """The recorded decision of the grant."""
        return self.decision(Target(host, port, resource=resource))

    def decision(self, target: Target) -> Decision:
        """The recorded decision of the grant on a target."""
        held = self._held.get(target.label)
        if not held:
            return Decision(False, self._refused.get(target.label, "no transcript for this target"))
        depth = max((transcript.depth for transcript in held.values()), key=lambda depth: depth.rank)
        return Decision(
            True,
            "replayed",
            "",
            "",
            depth,
            self._targets[target.label].passwordless,
            scans=self._targets[target.label].scans,
            mcp=self._targets[target.label].mcp,
        )

    async def sync_audit(self) -> None:
        """Nothing is written."""

    def end_recognition(self, target: Target, opening: OpeningBudget, report: ProbeReport | None) -> None:
        """Nothing: no other conversation waits for a port."""

    async def converse[R](
        self,
        target: Target,
        conversation: Conversation[R],
        sends: Sequence[DeclaredSend],
        *,
        depth: Depth | None = None,
        probe: str = "",
        note: bool = False,  # noqa: ARG002 - a note is never kept
        sample: bool = False,  # noqa: ARG002 - nor are values of records
        hasty: bool = False,  # noqa: ARG002 - nothing is waited for
        opening: OpeningBudget | None = None,
    ) -> tuple[R, Traffic]:
        """As ``Dialer.converse``; the cost is the recorded one."""
        found = self._held.get(target.label, {}).get(probe)
        transcript = found if found is not None else Transcript("", "", target)
        addresses = tuple(dict.fromkeys(line.address for line in transcript.lines)) or ("",)

        async def resolve(_host: str) -> Resolution:
            return Resolution(addresses, "transcript")

        def decide(address: str) -> Decision:
            return Decision(True, "replayed", address)

        tape = _Tape(transcript, [one for one in self._changed if one.probe == probe])
        door = DialContext(
            resolve,
            decide,
            self._rates,
            self._contexts,
            lambda: "",
            lambda: "",
            lambda _event, _fields: None,
            tape.open,
            # Nothing is waited for; what is known about TLS on the port is.
            opening=opening.without_limit() if opening is not None else None,
        )
        allowed = [one for one in sends if (depth is None or depth.allows(one.depth)) and target.permits(one)]
        talk = ConversationRunner(door, target, allowed, transcript.limits)
        try:
            result = await drive(talk, conversation)
        finally:
            talk.close()
            conversation.close()
            if opening is not None and door.opening is not None:
                opening.learn_tls(door.opening)
            self.unrecorded += ((probe, data) for data in tape.unrecorded)
            self.used.update(tape.used)
        return result, transcript.traffic or Traffic("", 0, 0, 0.0, None)
