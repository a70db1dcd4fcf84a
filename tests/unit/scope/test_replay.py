"""A transcript is played as the dialer would talk, also to a probe that asks something else than the one of then."""

import pytest

from tieback.model.grant import Depth, Limits
from tieback.model.probe import Outcome, Ransom, RansomVerdict, TlsInfo
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, StartTls, Step, Target
from tieback.scope.conversation import Traffic as Cost
from tieback.scope.replay import ReplayDialer
from tieback.scope.transcript import ConnectionRecord, EventKind, Transcript, WireEvent

TARGET = Target("store.test", 6379)
SENDS = (DeclaredSend("any", rb"[\x00-\xff]{1,200}", "anything"),)
TLS = TlsInfo("TLSv1.3", False, "self-signed certificate", "ab" * 32, "localhost", ())
COST = Cost("192.0.2.1", 10, 20, 1.5, None)

S, R, END = EventKind.SENT, EventKind.RECEIVED, EventKind.ENDED


def line(*events: tuple[EventKind, bytes], outcome: Outcome | None = None) -> ConnectionRecord:
    return ConnectionRecord("192.0.2.1", tuple(WireEvent(0, what, data, outcome=outcome) for what, data in events))


def transcript(*lines: ConnectionRecord, limits: Limits = Limits()) -> Transcript:  # noqa: B008 - frozen
    return Transcript("2025-01-02T03:04:05", "", TARGET, "redis", Depth.DESCRIBE, limits, lines, COST)


def doing(*steps: Step) -> Conversation[list[object]]:
    seen: list[object] = []
    for step in steps:
        try:
            seen.append((yield step))
        except Fault as fault:
            seen.append(fault.outcome)
    return seen


TWO = line((S, b"a"), (R, b"AA"), (S, b"b"), (R, b"B"), (R, b"BB"), (END, b""))
LOST = Outcome.NOT_RECORDED

PLAYS = [
    ("as it was", (TWO,), (Send(b"a"), Receive(exactly=2), Send(b"b"), Receive(exactly=3)), [b"", b"AA", b"", b"BBB"]),
    ("another granularity", (TWO,), (Send(b"b"), Receive(limit=1), Receive(until=b"BB")), [b"", b"B", b"BB"]),
    ("another order", (TWO,), (Send(b"b"), Receive(exactly=3), Send(b"a"), Receive()), [b"", b"BBB", b"", b"AA"]),
    ("a question left out", (TWO,), (Send(b"b"), Receive(exactly=3), Receive()), [b"", b"BBB", b""]),
    ("a new question", (TWO,), (Send(b"c"),), [LOST]),
    (
        "the same question once more",
        (line((S, b"a"), (R, b"A")),),
        (Send(b"a"), Receive(), Send(b"a")),
        [b"", b"A", LOST],
    ),
    ("more of an answer", (line((S, b"a"), (R, b"A")),), (Send(b"a"), Receive(exactly=2)), [b"", LOST]),
    ("a further connection", (TWO,), (Connect(),), [LOST]),
    (
        "a greeting",
        (line((R, b"hello"), (S, b"a"), (R, b"A")),),
        (Receive(), Send(b"a"), Receive()),
        [b"hello", b"", b"A"],
    ),
    (
        "a reset",
        (line((S, b"a"), (EventKind.FAULT, b""), outcome=Outcome.REFUSED),),
        (Send(b"a"), Receive()),
        [b"", Outcome.REFUSED],
    ),
    ("a note", (line((S, b"a"), (EventKind.WITHHELD, b"")),), (Send(b"a"), Receive()), [b"", LOST]),
    ("unsent", (line((S, b"a"), (EventKind.UNSENT, b""), outcome=Outcome.REFUSED),), (Send(b"a"),), [Outcome.REFUSED]),
    ("another connection's answer", (TWO, line((S, b"c"), (R, b"C"))), (Send(b"c"), Receive()), [b"", b"C"]),
]


@pytest.mark.parametrize(("lines", "steps", "seen"), [play[1:] for play in PLAYS], ids=[play[0] for play in PLAYS])
async def test_recorded_conversation_gives_the_same_report(
    lines: tuple[ConnectionRecord, ...], steps: tuple[Step, ...], seen: list[object]
) -> None:
    dialer = ReplayDialer([transcript(*lines)])
    found, cost = await dialer.converse(TARGET, doing(Connect(), *steps), SENDS, probe="redis")
    assert found == [b"", *seen]
    assert cost == COST


async def test_no_connection_then_none_now() -> None:
    dialer = ReplayDialer([transcript(line((EventKind.UNCONNECTED, b""), outcome=Outcome.REFUSED))])
    assert (await dialer.converse(TARGET, doing(Connect()), SENDS, probe="redis"))[0] == [Outcome.REFUSED]


async def test_tls_that_did_not_verify() -> None:
    def secure(*after: WireEvent) -> ConnectionRecord:
        return ConnectionRecord("192.0.2.1", (WireEvent(0, S, b"tls?"), WireEvent(0, R, b"yes"), *after))

    lines = (
        secure(WireEvent(0, EventKind.UNVERIFIED, text="self-signed certificate")),
        secure(WireEvent(0, EventKind.TLS, tls=TLS), WireEvent(0, S, b"a"), WireEvent(0, R, b"A")),
    )
    steps = (Connect(), Send(b"tls?"), Receive(exactly=3), StartTls(), Send(b"a"), Receive())
    seen, _ = await ReplayDialer([transcript(*lines)]).converse(TARGET, doing(*steps), SENDS, probe="redis")
    assert seen == [b"", b"", b"yes", b"", b"", b"A"]


async def test_a_newer_version_names_itself_differently() -> None:
    def get(agent: bytes) -> bytes:
        return b"GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: " + agent + b"\r\n\r\n"

    dialer = ReplayDialer([transcript(line((S, get(b"tieback/0.1")), (R, b"A")))])
    seen, _ = await dialer.converse(TARGET, doing(Connect(), Send(get(b"tieback/9")), Receive()), SENDS, probe="redis")
    assert seen == [b"", b"", b"A"]


async def test_replay_applies_the_same_limits() -> None:
    dialer = ReplayDialer([transcript(TWO, limits=Limits(max_bytes=2))])
    steps = (Connect(), Send(b"a"), Receive(exactly=2), Send(b"b"), Receive())
    seen, _ = await dialer.converse(TARGET, doing(*steps), SENDS, probe="redis")
    assert seen[-1] is Outcome.BUDGET_SPENT


async def test_undeclared_bytes_are_refused_as_ever() -> None:
    dialer = ReplayDialer([transcript(TWO)])
    seen, _ = await dialer.converse(TARGET, doing(Connect(), Send(b"a")), (), probe="redis")
    assert seen == [b"", Outcome.ERROR]


async def test_replay_uses_the_recorded_grant_decision() -> None:
    refused = Transcript("2025-02-02T00:00:00", "", Target("out.test", 1), refused="outside")
    dialer = ReplayDialer([transcript(TWO), refused])
    assert [target.label for target in dialer.targets()] == ["store.test:6379", "out.test:1"]
    assert (await dialer.permit("store.test", 6379)).depth is Depth.DESCRIBE
    assert (await dialer.permit("out.test", 1)).reason == "outside"
    assert not (await dialer.permit("never.test", 1)).allowed
    assert (dialer.day(TARGET), dialer.day(Target("never.test", 1))) == ("2025-01-02", "")


def test_what_a_note_was_judged_to_be() -> None:
    found = Ransom(RansomVerdict.CONFIRMED, ("the note was read",), ("wallet:00",))
    noted = Transcript("2025-01-02T03:04:06", "", TARGET, ransom=found)
    dialer = ReplayDialer([transcript(TWO), noted])
    assert (dialer.ransom(TARGET), dialer.ransom(Target("never.test", 1))) == (found, Ransom())
    assert dialer.targets() == [TARGET]
    assert (dialer.probes(TARGET), dialer.probes(Target("never.test", 1))) == (("redis",), ())
    assert (dialer.cost(TARGET, "redis"), dialer.cost(TARGET, "redis-note").bytes_read) == (COST, 0)


async def test_a_probe_that_was_not_recorded() -> None:
    seen, cost = await ReplayDialer([transcript(TWO)]).converse(TARGET, doing(Connect()), SENDS, probe="new")
    assert (seen, cost.bytes_sent) == ([LOST], 0)
