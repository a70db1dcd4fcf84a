"""A command that the server answers by closing the connection costs only that command."""

import pytest

from tieback.model.probe import Outcome
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.wire.resume import MAX_LOST, ResumableConnection
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send

SENDS = (DeclaredSend("ask", rb"[A-Z]+\n", "a question"),)


type Found = bytes | str


def exchange(data: bytes) -> Conversation[Found]:
    yield Send(data)
    return (yield Receive(until=b"\n"))


def connect() -> Conversation[None]:
    yield Connect()
    assert (yield from exchange(b"HELLO\n")) == b"welcome\n"


def ask(*commands: bytes, answers: dict[bytes, bytes | None], most: int = 12) -> PlaybackResult[list[Found]]:
    def talk() -> Conversation[list[Found]]:
        yield from connect()
        connection = ResumableConnection(connect)
        found: list[Found] = []
        for command in commands:
            one = yield from connection.run(exchange(command), str)
            found.append(one)
        assert connection.lost == sum(isinstance(one, str) for one in found)
        return found

    peer = MemoryPeer({b"HELLO\n": b"welcome\n", **answers}.get)
    return play(talk(), peer, SENDS, max_connections=most)


def test_refused_command_costs_only_itself() -> None:
    played = ask(b"A\n", b"B\n", b"C\n", answers={b"A\n": b"1\n", b"C\n": b"3\n"})
    first, second, third = played.result
    assert (first, third) == (b"1\n", b"3\n")
    assert str(second).startswith("the server closed the connection")
    # The refused command is not repeated, and the connection is opened again only when it is needed.
    assert played.sent == (b"HELLO\n", b"A\n", b"B\n", b"HELLO\n", b"C\n")
    assert ask(b"A\n", b"B\n", answers={b"A\n": b"1\n"}).connections == 1


def test_many_refused_commands_end_the_conversation() -> None:
    with pytest.raises(Fault) as caught:
        ask(*([b"B\n"] * (MAX_LOST + 1)), answers={})
    assert caught.value.outcome is Outcome.REFUSED
    assert len(ask(*([b"B\n"] * MAX_LOST), answers={}).result) == MAX_LOST


def test_commands_of_a_refused_kind_are_not_sent_again() -> None:
    def talk() -> Conversation[list[Found]]:
        yield from connect()
        connection = ResumableConnection(connect)
        found: list[Found] = []
        for command, kind in ((b"B\n", "x"), (b"B\n", "x"), (b"A\n", "y"), (b"B\n", ""), (b"B\n", "")):
            one = yield from connection.run(exchange(command), str, kind)
            found.append(one)
        return found

    played = play(talk(), MemoryPeer({b"HELLO\n": b"welcome\n", b"A\n": b"1\n"}.get), SENDS)
    assert [isinstance(one, bytes) for one in played.result] == [False, False, True, False, False]
    assert played.sent.count(b"B\n") == 3


def test_connections_stay_within_the_budget() -> None:
    with pytest.raises(Fault) as caught:
        ask(b"B\n", b"B\n", b"B\n", answers={}, most=2)
    assert caught.value.outcome is Outcome.BUDGET_SPENT


def test_server_that_does_not_answer_ends_the_conversation() -> None:
    with pytest.raises(Fault) as caught:
        ask(b"A\n", b"B\n", answers={b"A\n": b""})
    assert caught.value.outcome is Outcome.TIMEOUT


def test_another_protocol_after_a_reconnect_is_no_mismatch_of_the_probe() -> None:
    def other() -> Conversation[None]:
        yield Connect()
        raise NotThisProtocol("answers with something else")

    def talk() -> Conversation[Found]:
        yield Connect()
        connection = ResumableConnection(other)
        yield from connection.run(exchange(b"A\n"), str)
        return (yield from connection.run(exchange(b"A\n"), str))

    with pytest.raises(Fault, match="after a reconnect: answers with something else"):
        play(talk(), MemoryPeer(lambda _: None), SENDS)
