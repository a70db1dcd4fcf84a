"""AMQP 0-9-1 frames and the few methods that an anonymous client needs; all big-endian.

A frame is type int8, channel int16, size int32, payload, 0xCE; a method's payload begins with its class and number.
https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf; field types as in RabbitMQ:
https://www.rabbitmq.com/amqp-0-9-1-errata
"""

import struct

import msgspec

from tieback.model.count_text import count_text
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Conversation, Receive

HEADER = b"AMQP\0\0\x09\x01"
METHOD, HEARTBEAT = 1, 8
MAX_FRAME = 128 * 1024
_END = b"\xce"
_MAX_DEPTH = 4
_MAX_FIELDS = 500

START, START_OK, TUNE, TUNE_OK = (10, 10), (10, 11), (10, 30), (10, 31)
OPEN, OPEN_OK, CLOSE, CLOSE_OK = (10, 40), (10, 41), (10, 50), (10, 51)
CHANNEL_OPEN, CHANNEL_OPEN_OK, CHANNEL_CLOSE, CHANNEL_CLOSE_OK = (20, 10), (20, 11), (20, 40), (20, 41)
QUEUE_DECLARE, QUEUE_DECLARE_OK = (50, 10), (50, 11)
CHANNEL_MAX, FRAME_MAX = 64, 8192
_FIXED = {
    # field type: bytes of its value
    **dict.fromkeys(b"tbB", 1),
    **dict.fromkeys(b"sUu", 2),
    **dict.fromkeys(b"Iif", 4),
    **dict.fromkeys(b"lLdT", 8),
    ord("D"): 5,
    ord("V"): 0,
}


class Method(msgspec.Struct, frozen=True):
    """One method: class and number, channel, arguments."""

    kind: tuple[int, int]
    channel: int
    arguments: bytes


class ConnectionStartMethod(msgspec.Struct, frozen=True):
    """``connection.start``: what the server announces before a login."""

    properties: dict[str, str]
    """Texts among the server's properties; other values are dropped."""
    mechanisms: tuple[str, ...]


class AmqpRefusal(msgspec.Struct, frozen=True):
    """``connection.close`` or ``channel.close``."""

    code: int
    text: str


def encode_method(kind: tuple[int, int], channel: int, arguments: bytes) -> bytes:
    """Encode a method."""
    payload = struct.pack(">HH", *kind) + arguments
    return struct.pack(">BHI", METHOD, channel, len(payload)) + payload + _END


def short_string(text: bytes) -> bytes:
    """Encode a short string of at most 255 bytes."""
    return bytes((len(text),)) + text


def _long(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


_CAPABILITIES = short_string(b"authentication_failure_close") + b"t\x01"
_PROPERTIES = (
    short_string(b"product") + b"S" + _long(b"tieback") + short_string(b"capabilities") + b"F" + _long(_CAPABILITIES)
)
ANONYMOUS = encode_method(
    START_OK, 0, _long(_PROPERTIES) + short_string(b"ANONYMOUS") + _long(b"") + short_string(b"en_US")
)
"""Anonymous login (RFC 4505): no user, no password. It requests an error message for a refusal instead of a closed
connection."""
TUNE_ANSWER = encode_method(TUNE_OK, 0, struct.pack(">HIH", CHANNEL_MAX, FRAME_MAX, 0))
OPENING = encode_method(OPEN, 0, short_string(b"/") + b"\0\0")
CLOSE_CONNECTION = encode_method(CLOSE, 0, struct.pack(">H", 200) + short_string(b"bye") + b"\0\0\0\0")


def channel_open(channel: int) -> bytes:
    """Encode the request that opens a channel on our own connection."""
    return encode_method(CHANNEL_OPEN, channel, b"\0")


def passive_declare(channel: int, queue: bytes) -> bytes:
    """Encode the request whether a queue exists: ``passive`` creates and changes nothing.

    Args:
        channel: an open channel.
        queue: name of the queue, at most 255 bytes.
    """
    return encode_method(QUEUE_DECLARE, channel, b"\0\0" + short_string(queue) + b"\x01" + b"\0\0\0\0")


def channel_close_ok(channel: int) -> bytes:
    """Encode the confirmation that the server closed the channel."""
    return encode_method(CHANNEL_CLOSE_OK, channel, b"")


def read_method(first: bytes = b"") -> Conversation[Method]:
    """Read the next method; heartbeats are skipped.

    Args:
        first: the first bytes of the frame, at most seven, if they were read already.

    Raises:
        Hostile: another kind of frame, a size beyond the limit, or a missing end byte.
    """
    for _ in range(8):
        head = first + (yield Receive(exactly=7 - len(first)))
        first = b""
        kind, channel, size = struct.unpack(">BHI", head)
        if kind not in (METHOD, HEARTBEAT) or size > MAX_FRAME:
            raise HostileAnswer(f"an AMQP frame of type {kind} and {count_text(size, 'byte')}")
        payload = yield Receive(exactly=size + 1)
        if payload[-1:] != _END:
            raise HostileAnswer("an AMQP frame longer than its stated size")
        if kind == METHOD:
            if size < 4:
                raise HostileAnswer("an AMQP method without its class and number")
            number = struct.unpack_from(">HH", payload)
            return Method((number[0], number[1]), channel, payload[4:-1])
    raise HostileAnswer("nothing but AMQP heartbeats")


class _Reader:
    """Reads fields from arguments; every length is checked before it is read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._fields = _MAX_FIELDS

    def take(self, size: int) -> bytes:
        if self._at + size > len(self._data):
            raise HostileAnswer("AMQP arguments that end early")
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def short(self) -> str:
        return self.take(self.number(1)).decode("utf-8", "replace")

    def long(self) -> str:
        return self.take(self.number(4)).decode("utf-8", "replace")

    def table(self, depth: int = _MAX_DEPTH) -> dict[str, str]:
        """Texts of a table; other values are skipped."""
        size = self.number(4)
        end = self._at + size
        if end > len(self._data) or depth == 0:
            raise HostileAnswer("an AMQP table that ends early or is nested too deeply")
        found: dict[str, str] = {}
        while self._at < end:
            name = self.short()
            text = self._value(depth)
            if text is not None:
                found[name[:64]] = text[:256]
        if self._at != end:
            raise HostileAnswer("an AMQP table longer than its stated size")
        return found

    def _value(self, depth: int) -> str | None:
        self._fields -= 1
        if self._fields < 0:
            raise HostileAnswer("an AMQP table with too many fields")
        kind = self.number(1)
        if kind in _FIXED:
            self.take(_FIXED[kind])
        elif kind == ord("S"):
            return self.long()
        elif kind == ord("x"):
            self.take(self.number(4))
        elif kind == ord("F"):
            self.table(depth - 1)
        elif kind == ord("A"):
            self.take(self.number(4))
        else:
            raise HostileAnswer(f"an AMQP field of unknown type {kind}")
        return None


def read_start(arguments: bytes) -> ConnectionStartMethod:
    """Arguments of ``connection.start``.

    Raises:
        Hostile: they end early, are nested too deeply, or have lengths that do not fit.
    """
    reader = _Reader(arguments)
    reader.take(2)
    return ConnectionStartMethod(reader.table(), tuple(one[:40] for one in reader.long().split(" ")[:20] if one))


def read_refusal(arguments: bytes) -> AmqpRefusal:
    """Arguments of ``connection.close`` and ``channel.close``.

    Raises:
        Hostile: they end early.
    """
    reader = _Reader(arguments)
    return AmqpRefusal(reader.number(2), reader.short())


def queue_messages(arguments: bytes) -> int:
    """Number of messages of the queue that are ready for a consumer, from ``queue.declare-ok``.

    Raises:
        Hostile: the arguments end early.
    """
    reader = _Reader(arguments)
    reader.short()
    return reader.number(4)
