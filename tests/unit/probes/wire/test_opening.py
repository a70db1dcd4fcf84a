import pytest

from tests.each import each
from tieback.model.probe import Outcome
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.wire.opening import first_answer, is_tls_alert, plain_then_tls, printable
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Fault

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
