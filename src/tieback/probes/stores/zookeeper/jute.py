"""The few records of ZooKeeper's client protocol that are needed: a session, ``getChildren2``, the number of nodes.

Everything is big-endian; a string or vector is an int32 length (-1 for null) and its content; a packet is an int32
length and its records. Request: xid int32, type int32, record. Reply: xid int32, zxid int64, err int32, record.
https://github.com/apache/zookeeper/blob/master/zookeeper-jute/src/main/resources/zookeeper.jute
"""

import struct

import msgspec

from tieback.model.count_text import count_text
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Conversation, Receive

MAX_PACKET = 1024 * 1024
"""``jute.maxbuffer`` of clients, in bytes: no server sends more."""
GET_CHILDREN2 = 12
GET_ALL_CHILDREN_NUMBER = 104
CLOSE_SESSION = -11

CONNECTION_LOSS = -4
NO_AUTH = -102
UNIMPLEMENTED = -6
NO_NODE = -101
SASL_REQUIRED = (-115, -124)
"""Error codes AUTHFAILED, SESSIONCLOSEDREQUIRESASLAUTH."""

SESSION_MILLISECONDS = 6000
CONNECT = struct.pack(">iiqiqi16sB", 45, 0, 0, SESSION_MILLISECONDS, 0, 16, b"\0" * 16, 1)
"""Request for a new session of six seconds, which a read-only server may also grant."""
CLOSE = struct.pack(">iii", 8, 1_000_000, CLOSE_SESSION)
_REPLY = struct.Struct(">iqi")
_STAT = struct.Struct(">qqqqiiiqiiq")


class JuteReply(msgspec.Struct, frozen=True):
    """Answer to one request."""

    error: int
    record: bytes


class Children(msgspec.Struct, frozen=True):
    """Answer to ``getChildren2``."""

    names: tuple[str, ...]
    created: int
    """``czxid``: the transaction that created the node, the same on every server of an ensemble."""
    created_ms: int
    """``ctime``, milliseconds since 1970."""
    count: int
    """``numChildren``: number of child nodes."""


def request(xid: int, kind: int, path: bytes) -> bytes:
    """Encode ``getChildren2`` or ``getAllChildrenNumber`` of a path; no watch is set.

    Args:
        xid: number of the request, from 1.
        kind: ``GET_CHILDREN2`` or ``GET_ALL_CHILDREN_NUMBER``.
        path: path in UTF-8.
    """
    watch = b"\0" if kind == GET_CHILDREN2 else b""
    body = struct.pack(">iii", xid, kind, len(path)) + path + watch
    return len(body).to_bytes(4, "big") + body


def packet() -> Conversation[bytes]:
    """Read one packet.

    Raises:
        Hostile: a length below zero or above ``MAX_PACKET``.
    """
    size = int.from_bytes((yield Receive(exactly=4)), "big", signed=True)
    if not 0 < size <= MAX_PACKET:
        raise HostileAnswer(f"a ZooKeeper packet of {count_text(size, 'byte')}")
    return (yield Receive(exactly=size))


def session(data: bytes) -> int:
    """Time-out of the session in milliseconds; 0 if the server granted none.

    Raises:
        Hostile: not a ``ConnectResponse``.
    """
    if len(data) < 20:
        raise HostileAnswer(f"a ZooKeeper session of {count_text(len(data), 'byte')}")
    timeout, password = (int.from_bytes(data[at : at + 4], "big", signed=True) for at in (4, 16))
    if password not in (-1, 0, 16) or len(data) not in (20 + max(password, 0), 21 + max(password, 0)):
        raise HostileAnswer("a ZooKeeper session of an unexpected shape")
    return max(timeout, 0)


def reply(data: bytes, xid: int) -> JuteReply:
    """Decode the reply to request ``xid``.

    Raises:
        Hostile: it answers another request, or ends early.
    """
    if len(data) < _REPLY.size:
        raise HostileAnswer(f"a ZooKeeper reply of {count_text(len(data), 'byte')}")
    number, _, error = _REPLY.unpack_from(data)
    if number != xid:
        raise HostileAnswer("a ZooKeeper reply that does not belong to the request")
    return JuteReply(error, data[_REPLY.size :])


def children(record: bytes) -> Children:
    """Decode the record of ``getChildren2``.

    Raises:
        Hostile: lengths that do not fit.
    """
    if len(record) < 4 + _STAT.size:
        raise HostileAnswer("a ZooKeeper list that ends early")
    count = int.from_bytes(record[:4], "big", signed=True)
    if not -1 <= count <= len(record) // 4:
        raise HostileAnswer(f"a ZooKeeper list of {count_text(count, 'name')}")
    names: list[str] = []
    at = 4
    for _ in range(max(count, 0)):
        size = int.from_bytes(record[at : at + 4], "big", signed=True)
        if size < 0 or at + 4 + size > len(record):
            raise HostileAnswer(f"a ZooKeeper name of {count_text(size, 'byte')}")
        names.append(record[at + 4 : at + 4 + size].decode("utf-8", "replace"))
        at += 4 + size
    if len(record) - at != _STAT.size:
        raise HostileAnswer("a ZooKeeper list without its Stat")
    czxid, _, ctime, _, _, _, _, _, _, kids, _ = _STAT.unpack_from(record, at)
    return Children(tuple(names), czxid, ctime, max(kids, 0))


def number(record: bytes) -> int:
    """Decode the record of ``getAllChildrenNumber``.

    Raises:
        Hostile: not a number, or a negative one.
    """
    value = int.from_bytes(record, "big", signed=True)
    if len(record) != 4 or value < 0:
        raise HostileAnswer("an invalid ZooKeeper count")
    return value
