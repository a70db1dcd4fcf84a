"""Exchanges as the vendor's pages on Bolt write them. Not yet verified against the real server."""

import pytest

from tests.each import each
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.bolt.probe import BoltProbe
from tieback.probes.stores.bolt.session import ROWS, BoltFailure, BoltSession, BoltStatement, StatementResult, sends
from tieback.probes.wire.packstream import encode_mapping, encode_message, encode_text
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation

COUNT = BoltStatement("RETURN 1", "a number")
SUCCESS = encode_message(0x70, encode_mapping({}))
DENIED = encode_message(
    0x7F, encode_mapping({"code": encode_text("Neo.ClientError.Security.Forbidden"), "message": encode_text("no")})
)
IGNORED = encode_message(0x7E)
RECORD = encode_message(0x71, b"\x91\x07")


def ask(*answers: bytes | None) -> StatementResult | BoltFailure:
    def talk() -> Conversation[StatementResult | BoltFailure]:
        session = BoltSession()
        yield from session.handshake(False, None)
        return (yield from session.run_statement(COUNT))

    return play(talk(), MemoryPeer(recorded_answers([b"\0\0\0\5", *answers])), sends((COUNT,))).result


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (
            [SUCCESS + RECORD + encode_message(0x70, encode_mapping({"db": encode_text("shop")}))],
            StatementResult([7], "shop"),
        ),
        ([SUCCESS + encode_message(0x70, encode_mapping({"has_more": b"\xc3"}))], StatementResult([], "", True)),
        ([DENIED + IGNORED, SUCCESS], BoltFailure("Neo.ClientError.Security.Forbidden", "no")),
        ([SUCCESS + DENIED, SUCCESS], BoltFailure("Neo.ClientError.Security.Forbidden", "no")),
        # An empty chunk between messages keeps the connection alive; a message may come in several chunks.
        ([b"\0\0" + SUCCESS + b"\0\2\xb1\x71\0\2\x91\x07\0\0" + SUCCESS], StatementResult([7])),
    ],
)
def test_bolt_messages_are_decoded(answers: list[bytes], expected: StatementResult | BoltFailure) -> None:
    assert ask(*answers) == expected


@each(
    "answer",
    [
        SUCCESS + encode_message(0x71, b"\x92\1\2") + SUCCESS,
        SUCCESS + encode_message(0x71, b"\x91\x91\1") + SUCCESS,
        SUCCESS + encode_message(0x71) + SUCCESS,
        SUCCESS + RECORD * (ROWS + 9),
        encode_message(0x01) + SUCCESS,
        b"\xff\xff" + b"x" * 65535 + b"\0\0",
        b"\0\1\x80" * 300,
    ],
    ids=["two columns", "a list", "no fields", "too many", "a request", "a large message", "many chunks"],
)
def test_what_breaks_a_bound_is_hostile(answer: bytes) -> None:
    with pytest.raises(HostileAnswer):
        ask(answer)


@pytest.mark.parametrize("head", [b"HTTP", b"\0\0\0\xff", b"\0\0\1\5", b"\1\0\0\5"])
def test_versions_that_were_not_offered_are_another_protocol(head: bytes) -> None:
    def talk() -> Conversation[None]:
        yield from BoltSession().handshake(False, None)

    with pytest.raises(NotThisProtocol):
        play(talk(), MemoryPeer(recorded_answers([head])), sends(()))


OFFICIAL = [
    # what the driver neo4j 6.4.1 sends at version 4.4: a statement in read mode with its records, and the end
    b"\0+\xb3\x10\xd0\x1eMATCH (n) RETURN count(n) AS n\xa0\xa1\x84mode\x81r\0\0\0\x08\xb1?\xa1\x81n\xc9\x03\xe8\0\0",
    b"\0\x02\xb0\x02\0\0",
]


@pytest.mark.parametrize("data", OFFICIAL, ids=["run and pull", "goodbye"])
def test_messages_are_those_of_the_official_driver(data: bytes) -> None:
    assert sum(send.matches(data) for send in BoltProbe.meta.sends) == 1
