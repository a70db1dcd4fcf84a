"""What a worker tells the engine. MessagePack, not pickle: a worker reads hostile files, so its words are data only."""

from multiprocessing.connection import Connection

import msgspec

MAX_MESSAGE = 64 * 1024 * 1024
"""Bytes of one message; a longer one counts as a broken worker."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The work is imported and the limits are set."""

    resident: int
    """Bytes of private memory that the idle worker holds."""


class Unusable(msgspec.Struct, frozen=True, tag="unusable"):
    """The work cannot be imported; no other worker would fare better."""

    problem: str


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """The unit at this place of the batch is in work."""

    index: int


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The unit at this place was analysed; not final before the batch is published."""

    index: int
    seconds: float
    problem: str = ""
    """Empty where the analysis went well."""
    result: bytes = b""


class OutOfMemory(msgspec.Struct, frozen=True, tag="out_of_memory"):
    """The unit in work, or the publication, asked for more than the limit. The worker ends itself."""


class Publishing(msgspec.Struct, frozen=True, tag="publishing"):
    """All units were analysed; the results are on their way."""


class Published(msgspec.Struct, frozen=True, tag="published"):
    """The results are permanent; the worker is free."""

    part: str


class NotPublished(msgspec.Struct, frozen=True, tag="not_published"):
    """Something in the results could not be published; the worker is free."""

    problem: str


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Publishing is impossible for every batch; a ``TiebackError`` in parts."""

    kind: str
    """Name of its class."""
    what: str
    where: str
    advice: str


type Message = Ready | Unusable | Begun | Ended | OutOfMemory | Publishing | Published | NotPublished | Stop

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(
    Ready | Unusable | Begun | Ended | OutOfMemory | Publishing | Published | NotPublished | Stop
)


def send(pipe: Connection, message: Message) -> None:
    """Write one message; blocks while the pipe is full. Raises ``OSError`` where the other side is gone."""
    pipe.send_bytes(_encoder.encode(message))


def receive(pipe: Connection) -> Message:
    """Read one message.

    Raises:
        EOFError: the worker is gone.
        OSError: the pipe broke inside a message, or the message is too long.
        msgspec.MsgspecError: not one of the messages.
    """
    return _decoder.decode(pipe.recv_bytes(MAX_MESSAGE))
