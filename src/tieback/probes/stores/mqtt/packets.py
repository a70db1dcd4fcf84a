"""MQTT control packets, versions 3.1.1 and 5: those that are needed to test whether a broker accepts anonymous clients.

A packet is a byte of type and flags, a length of one to four bytes of seven bits, and a body.
https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/mqtt-v3.1.1.html, https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.probes.wire.verdicts import HostileAnswer, TooLargeAnswer
from tieback.scope.conversation import Conversation, Receive

V3, V5 = 4, 5
"""Protocol levels of 3.1.1 and 5."""
CONNACK, PUBLISH, SUBACK, PINGRESP, DISCONNECT = 2, 3, 9, 13, 14
MAX_PACKET = 4 * 1024
"""Maximum size of a packet in bytes; the expected answers are a few bytes long."""
RETAIN = 1
"""Flag of a PUBLISH: the broker had retained the message."""
UNNAMED, NAMED = b"", b"tieback_probe"
"""Names of the client. The broker gives a client without a name a unique one. With a name of its own, it ends the
session of another client that has the same name (3.1.4-2 of 3.1.1), so a name is only sent if the broker requires one.
"""
_KEEP_ALIVE_SECONDS = 30


class Packet(msgspec.Struct, frozen=True):
    """One packet: its type, its flags and its body."""

    kind: int
    flags: int
    body: bytes


def encode_text(value: bytes) -> bytes:
    """Encode a string after its length."""
    return len(value).to_bytes(2, "big") + value


def encode_packet(first: int, body: bytes) -> bytes:
    """Encode a packet; ``body`` is shorter than 16 KiB."""
    size = len(body)
    length = bytes((size,)) if size < 128 else bytes((size & 0x7F | 0x80, size >> 7))
    return bytes((first,)) + length + body


def connect(level: int, client: bytes = UNNAMED) -> bytes:
    """Encode CONNECT without a user and a password, without a will and without a persistent session."""
    properties = b"\0" if level == V5 else b""
    head = encode_text(b"MQTT") + bytes((level, 0x02)) + _KEEP_ALIVE_SECONDS.to_bytes(2, "big")
    return encode_packet(0x10, head + properties + encode_text(client))


_RETAIN_AVAILABLE = 0x25
_PROPERTY_SIZES = {
    **dict.fromkeys((0x24, 0x25, 0x28, 0x29, 0x2A), 1), **dict.fromkeys((0x13, 0x21, 0x22), 2),
    **dict.fromkeys((0x11, 0x27), 4),
}  # fmt: skip
"""Bytes of the properties of CONNACK that have a fixed size (3.2.2.3 of version 5)."""


def keeps_messages(properties: bytes) -> bool:
    """False if the properties of a CONNACK of version 5 say that the broker retains no message.

    Args:
        properties: length and properties; what is malformed is ignored.
    """
    at, end = 1, 1 + (properties[0] if properties and properties[0] < 0x80 else 0)
    while at + 1 < min(end, len(properties)):
        kind = properties[at]
        if kind == _RETAIN_AVAILABLE:
            return properties[at + 1] != 0
        size = _PROPERTY_SIZES.get(kind)
        if size is None:
            # Texts: one, or two for a user property.
            size = 0
            for _ in range(2 if kind == 0x26 else 1):
                begin = at + 1 + size
                size += 2 + int.from_bytes(properties[begin : begin + 2], "big")
        at += 1 + size
    return True


def subscribe(level: int, topics: bytes) -> bytes:
    """Encode SUBSCRIBE with delivery at most once, and PINGREQ, whose answer comes after the retained messages."""
    properties = b"\0" if level == V5 else b""
    return encode_packet(0x82, b"\0\1" + properties + encode_text(topics) + b"\0") + PING


PING = b"\xc0\0"
DISCONNECT_PACKET = b"\xe0\0"
"""DISCONNECT: regular end, without a will."""


def packet(first: bytes = b"", most: int = 0) -> Conversation[Packet]:
    """Read one packet.

    Args:
        first: first byte or two of the packet, if they were read already.
        most: maximum size of a message of a user; 0 if none may come.

    Raises:
        HostileAnswer: longer than ``MAX_PACKET``, or a length that does not end.
        TooLargeAnswer: longer than ``most``. Its body was not read.
    """
    head = first or (yield Receive(exactly=1))
    size = shift = 0
    position = 1
    while True:
        byte = head[position] if position < len(head) else (yield Receive(exactly=1))[0]
        position += 1
        size |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
        shift += 7
        if shift > 21:
            raise HostileAnswer("an MQTT length that does not end")
    if size > max(most, MAX_PACKET):
        text = f"an MQTT packet of {count_text(size, 'byte')}"
        raise TooLargeAnswer(text) if most else HostileAnswer(text)
    body = (yield Receive(exactly=size)) if size else b""
    return Packet(head[0] >> 4, head[0] & 15, body)


def publication(level: int, one: Packet) -> tuple[bytes, bytes]:
    """Topic and payload of a PUBLISH that requires no acknowledgement.

    Raises:
        Hostile: it ends early, or requires one.
    """
    size = int.from_bytes(one.body[:2], "big")
    rest = one.body[2 + size :]
    if len(one.body) < 2 + size or one.flags & 0x06:
        raise HostileAnswer("an MQTT message that ends early, or with an unexpected quality of service")
    if level == V5:
        # Their length has one byte, or two for properties that a user set.
        head = 2 if len(rest) > 1 and rest[0] & 0x80 else 1
        held = (rest[0] & 0x7F | (rest[1] << 7 if head == 2 else 0)) if rest else 0
        if not rest or (head == 2 and rest[1] & 0x80) or len(rest) < head + held:
            raise HostileAnswer("an MQTT message whose properties end early")
        rest = rest[head + held :]
    return one.body[2 : 2 + size], rest
