import struct

import pytest

from tests.each import each
from tieback.model.probe import Outcome
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.wire.frames import (
    Inbox,
    MysqlPacket,
    PostgresMessage,
    mongo_body,
    mongo_frame,
    mysql_frame,
    mysql_packet,
    postgres_frame,
    postgres_message,
)
from tieback.probes.wire.verdicts import HostileAnswer, TooLargeAnswer
from tieback.protocols import bson
from tieback.scope.conversation import Connect, Conversation, Fault, Receive


def reading[R](conversation: Conversation[R], data: bytes) -> R:
    def talk() -> Conversation[R]:
        yield Connect()
        return (yield from conversation)

    return play(talk(), MemoryPeer(recorded_answers([]), greeting=data), ()).result


def test_mysql_packets() -> None:
    assert reading(mysql_packet(Inbox(), 10), mysql_frame(3, b"abc")) == MysqlPacket(3, b"abc")
    assert reading(mysql_packet(Inbox(), 10), mysql_frame(0, b"")) == MysqlPacket(0, b"")
    with pytest.raises(HostileAnswer):
        reading(mysql_packet(Inbox(), 10), b"\xff\xff\xff\0")


def test_postgresql_messages() -> None:
    assert reading(postgres_message(Inbox(), 10), postgres_frame(b"Z", b"I")) == PostgresMessage(b"Z", b"I")
    for length in (b"\0\0\0\3", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff"):
        with pytest.raises(HostileAnswer):
            reading(postgres_message(Inbox(), 10), b"E" + length)


def test_inbox_returns_exact_pieces_and_the_end_of_the_stream() -> None:
    inbox = Inbox()

    def talk() -> Conversation[list[bytes]]:
        return [(yield from inbox.take(3)), (yield from inbox.take(0)), (yield from inbox.take(2))]

    assert reading(talk(), b"abcdefg") == [b"abc", b"", b"de"]
    with pytest.raises(Fault) as fault:
        reading(Inbox().take(9), b"abc")
    assert fault.value.outcome is Outcome.TIMEOUT


def mongo(message: bytes, request: int = 7, cap: int = 1000) -> bytes:
    def talk() -> Conversation[bytes]:
        return (yield from mongo_body((yield Receive(exactly=16)), request, cap))

    return reading(talk(), message)


def answer(
    body: bytes, *, to: int = 7, opcode: int = 2013, flags: int = 0, section: int = 0, more: bytes = b""
) -> bytes:
    size = 21 + len(body) + len(more)
    return struct.pack("<iiiiIB", size, 1, to, opcode, flags, section) + body + more


DOCUMENT = bson.encode({"ok": 1})


def test_mongodb_messages() -> None:
    assert mongo(answer(DOCUMENT)) == DOCUMENT
    assert mongo(answer(DOCUMENT, flags=1, more=b"csum")) == DOCUMENT
    assert mongo_frame(7, DOCUMENT)[12:21] == struct.pack("<iIB", 2013, 0, 0)


@each(
    "message",
    [
        answer(DOCUMENT, to=8),
        answer(DOCUMENT, opcode=1),
        answer(DOCUMENT, flags=2),
        answer(DOCUMENT, section=1),
        struct.pack("<iiii", 16, 1, 7, 2013),
        struct.pack("<iiii", -1, 1, 7, 2013),
        struct.pack("<iiii", 2**31 - 1, 1, 7, 2013),
    ],
)
def test_a_mongodb_message_that_answers_nothing(message: bytes) -> None:
    with pytest.raises(HostileAnswer):
        mongo(message)


def test_a_long_mongodb_message_is_left_unread() -> None:
    with pytest.raises(TooLargeAnswer):
        mongo(struct.pack("<iiii", 1001, 1, 7, 2013))
