import pytest

from tests.each import each
from tieback.model.probe import Outcome
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, StartTls, Step

SENDS = (DeclaredSend("hi", rb"hi", "greets"),)


def talk(*steps: Step) -> Conversation[list[object]]:
    """Do the steps; answers and outcomes of faults in their order."""
    seen: list[object] = []
    for step in steps:
        try:
            seen.append((yield step))
        except Fault as fault:
            seen.append(fault.outcome)
    return seen


CASES = [
    # answer, step, what it gives
    (b"abcdef", Receive(exactly=3), b"abc"),
    (b"abcdef", Receive(until=b"d"), b"abcd"),
    (b"abcdef", Receive(limit=2), b"ab"),
    (b"ab", Receive(exactly=3), Outcome.TIMEOUT),
    (b"ab", Receive(until=b"d"), Outcome.TIMEOUT),
    (b"abcdef", Receive(until=b"f", limit=3), Outcome.HOSTILE),
    (b"", Receive(), Outcome.TIMEOUT),
    (None, Receive(), b""),
    (None, Receive(exactly=1), Outcome.REFUSED),
]


@each(("answer", "step", "given"), CASES)
def test_receive_returns_recorded_bytes(answer: bytes | None, step: Receive, given: object) -> None:
    played = play(talk(Connect(), Send(b"hi"), step), MemoryPeer(recorded_answers([answer])), SENDS)
    assert played.result == [b"", b"", given]
    assert played.sent == (b"hi",)


def test_undeclared_bytes_raise_an_assertion() -> None:
    with pytest.raises(ValueError, match="not declared"):
        play(talk(Connect(), Send(b"hi there")), MemoryPeer(recorded_answers([])), SENDS)


def test_step_before_connect_raises_an_assertion() -> None:
    with pytest.raises(ValueError, match="before Connect"):
        play(talk(Receive()), MemoryPeer(recorded_answers([])), SENDS)


def test_tls() -> None:
    peer = MemoryPeer(recorded_answers([b"yes"]), tls=True)
    assert play(talk(Connect(), Send(b"hi"), Receive(exactly=1)), peer, SENDS).result[2] == b"\x15"
    assert play(talk(Connect(tls=True), Send(b"hi"), Receive()), peer, SENDS).result[2] == b"yes"
    assert play(talk(Connect(tls=True)), MemoryPeer(recorded_answers([])), SENDS).result == [Outcome.TLS_ERROR]
    assert (
        play(talk(Connect(), StartTls()), MemoryPeer(recorded_answers([]), starttls=False), SENDS).result[1]
        is Outcome.TLS_ERROR
    )


def test_budgets() -> None:
    peer = MemoryPeer(recorded_answers([b"abc"] * 3), greeting=b"x" * 10)
    spent = Outcome.BUDGET_SPENT
    assert play(talk(Connect(), Receive(exactly=6)), peer, SENDS, max_bytes=5).result[1] is spent
    assert play(talk(Connect(), Receive(exactly=1), Receive()), peer, SENDS, max_receives=1).result[2] is spent
    assert play(talk(Connect(), Connect()), peer, SENDS, max_connections=1).result[1] is spent
