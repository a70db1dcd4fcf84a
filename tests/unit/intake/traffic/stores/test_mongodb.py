"""MongoDB; bytes made from the wire protocol's and BSON's documents."""

import struct
import zlib

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.mongodb import Mongodb


def document(elements: bytes) -> bytes:
    return struct.pack("<i", len(elements) + 5) + elements + b"\0"


def message(opcode: int, body: bytes, answers: int = 0) -> bytes:
    return struct.pack("<iiii", 16 + len(body), 7, answers, opcode) + body


FIND = document(b"\x02find\0\x06\0\0\0staff\0\x02$db\0\x04\0\0\0crm\0")
HELLO_REPLY = document(b"\x10maxWireVersion\0\x15\0\0\0\x01ok\0" + struct.pack("<d", 1.0))
PACKED = struct.pack("<iiB", 2013, 200, 2) + bytes(40)
PERSON = document(b"\x02email\0\x0e\0\0\0ada@work.test\0")
OP_MSG = message(2013, bytes(4) + b"\0" + FIND)
REPLY_MSG = message(2013, bytes(4) + b"\0" + PERSON, 7)
OP_QUERY = message(
    2004, bytes(4) + b"admin.$cmd\0" + bytes(4) + b"\xff\xff\xff\xff" + document(b"\x10isMaster\0\1\0\0\0")
)
OP_REPLY = message(1, struct.pack("<iqii", 8, 0, 0, 1) + HELLO_REPLY, 7)


@each(
    ("client", "server", "low", "high"),
    [
        (OP_MSG, REPLY_MSG, 0.9, 1.0),
        (OP_QUERY, OP_REPLY, 0.9, 1.0),
        (OP_QUERY, b"", 0.5, 0.7),
        (b"", OP_REPLY, 0.5, 0.7),
        (message(2012, PACKED), message(2012, PACKED, 7), 0.9, 1.0),
        (message(2002, bytes(4) + b"crm.staff\0" + PERSON), b"", 0.5, 0.7),
        (message(2010, b"admin\0isMaster\0" + document(b"\x10isMaster\0\1\0\0\0")), b"", 0.5, 0.7),
    ],
)
def test_messages(client: bytes, server: bytes, low: float, high: float) -> None:
    found = Mongodb().recognise(ConnectionStart(client, server, 27017))
    assert found is not None
    assert low <= found.confidence <= high


def test_detail_and_documents() -> None:
    found = Mongodb().recognise(ConnectionStart(OP_MSG, OP_REPLY + REPLY_MSG, 27017))
    assert found is not None
    assert found.detail == "MongoDB, wire version 21"
    assert [(item.direction, item.data) for item in found.samples] == [
        ("out", FIND),
        ("in", PERSON),
    ]  # the greeting is left out


def test_a_compressed_message_that_is_cut() -> None:
    head = struct.pack("<iiiiii", 60, 1, 0, 2012, 2013, 5)
    for end in range(21, len(head) + 1):
        assert Mongodb().recognise(ConnectionStart(head[:end], b"", None)) is None


def test_documents_in_compressed_messages() -> None:
    packed = struct.pack("<iiB", 2013, 5 + len(FIND), 2) + zlib.compress(bytes(4) + b"\0" + FIND)
    found = Mongodb().recognise(ConnectionStart(message(2012, packed), b"", 27017))
    assert found is not None
    assert found.samples[0].data == FIND


PPTP = b"\0\x9c\0\x01\x1a\x2b\x3c\x4d\0\x01\0\0\x01\0\0\0\0\0\0\x01\0\0\0\x01" + bytes(132)
SKINNY = struct.pack("<III", 20, 0, 1) + bytes(16)


@each(
    ("client", "server"),
    [
        (PPTP, b""),
        (SKINNY, SKINNY),
        (message(2004, struct.pack("<I", 99999) + b"admin.$cmd\0" + bytes(8) + FIND), b""),  # flags that do not exist
        (message(2004, bytes(4) + b"nodot\0" + bytes(8) + FIND), b""),
        (
            message(2013, bytes(4) + b"\0" + struct.pack("<i", 9999) + FIND[4:]),
            b"",
        ),  # a document longer than its message
        (message(2013, bytes(4) + b"\0" + FIND[:-1] + b"\1"), b""),  # without its end
        (message(2013, bytes(4) + b"\0" + b"\x14\0\0\0\x77find\0" + bytes(10)), b""),  # an element of no type
        (OP_MSG, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        (OP_MSG[:15], b""),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Mongodb().recognise(ConnectionStart(client, server, 27017)) is None
