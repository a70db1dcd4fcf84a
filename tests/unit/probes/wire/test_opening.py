import pytest

from tests.each import each
from tieback.model.probe import Outcome
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.wire.opening import (
    LATE_PEER,
    first_answer,
    is_tls_alert,
    plain_then_tls,
    printable,
    rest_of_opening,
)
from tieback.probes.wire.verdicts import NotThisProtocol, TlsAnswer
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive

SENDS = (DeclaredSend("hi", rb"hi", "greets"),)


def talk(tls: bool | None, seconds: float | None = None) -> Conversation[bytes]:
    return (yield from plain_then_tls(tls, lambda on: first_answer(on, b"hi", 3, seconds)))


WAYS = [
    # what we believe, whether it speaks TLS, connections
    (None, False, 1),
    (None, True, 2),
    (False, True, 2),
    (True, True, 1),
]


@pytest.mark.parametrize(("believed", "tls", "connections"), WAYS)
def test_plain_first_then_tls(believed: bool | None, tls: bool, connections: int) -> None:
    played = play(talk(believed), MemoryPeer(recorded_answers([b"yes"]), tls=tls), SENDS)
    assert (played.result, played.connections) == (b"yes", connections)


def test_no_answer_either_way() -> None:
    with pytest.raises(NotThisProtocol, match="no answer over TLS either"):
        play(talk(None), MemoryPeer(recorded_answers([None])), SENDS)


def test_silence_is_a_verdict_only_on_an_odd_port() -> None:
    with pytest.raises(NotThisProtocol, match="sends no byte"):
        play(talk(None, 1.0), MemoryPeer(recorded_answers([b"y"])), SENDS)
    with pytest.raises(Fault) as fault:
        play(talk(None), MemoryPeer(recorded_answers([b"y"])), SENDS)
    assert fault.value.outcome is Outcome.TIMEOUT


def test_silence_over_tls_is_not_an_answer() -> None:
    """A port that closes on plain bytes, and whose answer over TLS does not come."""

    def answers(tls: bool) -> Conversation[bytes]:
        yield Connect()
        raise (Fault(Outcome.TIMEOUT, "no answer") if tls else TlsAnswer("closed"))

    with pytest.raises(NotThisProtocol, match=LATE_PEER):
        play(plain_then_tls(None, answers), MemoryPeer(recorded_answers([None])), SENDS)


@pytest.mark.parametrize(
    ("seconds", "outcome", "verdict"),
    [(1.0, Outcome.TIMEOUT, "no full answer in 1 s: says A"), (1.0, Outcome.REFUSED, "says A"), (None, None, "")],
)
def test_rest_of_an_answer(seconds: float | None, outcome: Outcome | None, verdict: str) -> None:
    talk = rest_of_opening(Receive(exactly=3, seconds=seconds), "says A")
    next(talk)
    if outcome is None:
        with pytest.raises(Fault):
            talk.throw(Fault(Outcome.TIMEOUT, "no answer"))
        return
    with pytest.raises(NotThisProtocol) as raised:
        talk.throw(Fault(outcome, "no more"))
    assert str(raised.value) == verdict


@each(
    ("head", "alert"),
    [
        (b"\x15", True),
        (b"\x15\x03", True),
        (b"\x15\x03\x01\x00\x02", True),
        (b"\x15\x03\x01\x00\x09", False),
        (b"\x15\x02", False),
        (b"\x16\x03\x01\x00\x02", False),
        (b"", False),
    ],
)
def test_alerts(head: bytes, alert: bool) -> None:
    assert is_tls_alert(head) is alert


def test_printable() -> None:
    assert printable(b"J\0\x1bok\xff" + b"x" * 99, 6) == "J..ok."
