"""Exchanges as the vendor's pages on Bolt write them. Not yet verified against the real server."""

import pytest

from tieback.probes.playback import Peer, play, replaying
from tieback.probes.stores.bolt.probe import BoltProbe
from tieback.probes.stores.bolt.session import ROWS, Answer, BoltSession, Failure, Statement, sends
from tieback.probes.wire.packstream import mapping, message, text
from tieback.probes.wire.verdicts import Hostile, NotThisProtocol
from tieback.scope.conversation import Conversation

COUNT = Statement("RETURN 1", "a number")
SUCCESS = message(0x70, mapping({}))
DENIED = message(0x7F, mapping({"code": text("Neo.ClientError.Security.Forbidden"), "message": text("no")}))
IGNORED = message(0x7E)
RECORD = message(0x71, b"\x91\x07")


def ask(*answers: bytes | None) -> Answer | Failure:
    def talk() -> Conversation[Answer | Failure]:
        session = BoltSession()
        yield from session.shake(False, None)
        return (yield from session.ask(COUNT))

    return play(talk(), Peer(replaying([b"\0\0\0\5", *answers])), sends((COUNT,))).result


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([SUCCESS + RECORD + message(0x70, mapping({"db": text("shop")}))], Answer([7], "shop")),
        ([SUCCESS + message(0x70, mapping({"has_more": b"\xc3"}))], Answer([], "", True)),
        ([DENIED + IGNORED, SUCCESS], Failure("Neo.ClientError.Security.Forbidden", "no")),
        ([SUCCESS + DENIED, SUCCESS], Failure("Neo.ClientError.Security.Forbidden", "no")),
        # An empty chunk between messages keeps the connection alive; a message may come in several chunks.
        ([b"\0\0" + SUCCESS + b"\0\2\xb1\x71\0\2\x91\x07\0\0" + SUCCESS], Answer([7])),
    ],
)
def test_answers(answers: list[bytes], expected: Answer | Failure) -> None:
    assert ask(*answers) == expected


@pytest.mark.parametrize(
    "answer",
    [
        SUCCESS + message(0x71, b"\x92\1\2") + SUCCESS,
        SUCCESS + message(0x71, b"\x91\x91\1") + SUCCESS,
        SUCCESS + message(0x71) + SUCCESS,
        SUCCESS + RECORD * (ROWS + 9),
        message(0x01) + SUCCESS,
        b"\xff\xff" + b"x" * 65535 + b"\0\0",
        b"\0\1\x80" * 300,
    ],
    ids=["two columns", "a list", "no fields", "too many", "a request", "a large message", "many chunks"],
)
def test_what_breaks_a_bound_is_hostile(answer: bytes) -> None:
    with pytest.raises(Hostile):
        ask(answer)


@pytest.mark.parametrize("head", [b"HTTP", b"\0\0\0\xff", b"\0\0\1\5", b"\1\0\0\5"])
def test_versions_that_were_not_offered_are_another_protocol(head: bytes) -> None:
    def talk() -> Conversation[None]:
        yield from BoltSession().shake(False, None)

    with pytest.raises(NotThisProtocol):
        play(talk(), Peer(replaying([head])), sends(()))


OFFICIAL = [
    # what the driver neo4j 6.4.1 sends at version 4.4: a statement in read mode with its records, and the end
    b"\0+\xb3\x10\xd0\x1eMATCH (n) RETURN count(n) AS n\xa0\xa1\x84mode\x81r\0\0\0\x08\xb1?\xa1\x81n\xc9\x03\xe8\0\0",
    b"\0\x02\xb0\x02\0\0",
]


@pytest.mark.parametrize("data", OFFICIAL, ids=["run and pull", "goodbye"])
def test_messages_are_those_of_the_official_driver(data: bytes) -> None:
    assert sum(send.matches(data) for send in BoltProbe.meta.sends) == 1
