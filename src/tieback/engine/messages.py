"""Messages from a worker to the engine. MessagePack, not pickle: a worker reads hostile files, so messages are data."""

from multiprocessing.connection import Connection

import msgspec

MAX_MESSAGE = 64 * 1024 * 1024
"""Maximum bytes of one message; a longer one counts as a broken worker."""


class WorkerReady(msgspec.Struct, frozen=True, tag="ready"):
    """The work is imported and the limits are set."""

    resident: int
    """Private memory of the idle worker, in bytes."""


class WorkUnusable(msgspec.Struct, frozen=True, tag="unusable"):
    """The work cannot be imported; this would fail in every worker."""

    problem: str


class UnitStarted(msgspec.Struct, frozen=True, tag="begun"):
    """The unit at this position of the batch has started."""

    index: int


class UnitFinished(msgspec.Struct, frozen=True, tag="ended"):
    """The unit at this position was analysed; not final before the batch is published."""

    index: int
    seconds: float
    problem: str = ""
    """Empty if the analysis succeeded."""
    result: bytes = b""


class OutOfMemory(msgspec.Struct, frozen=True, tag="out_of_memory"):
    """The running unit, or the publication, exceeded the memory limit. The worker ends itself."""


class PublishStarted(msgspec.Struct, frozen=True, tag="publishing"):
    """All units were analysed; publication has started."""


class PublishDone(msgspec.Struct, frozen=True, tag="published"):
    """The results are stored; the worker is free."""

    part: str


class PublishFailed(msgspec.Struct, frozen=True, tag="not_published"):
    """Some result could not be published; the worker is free."""

    problem: str


class EngineStop(msgspec.Struct, frozen=True, tag="stop"):
    """No batch can be published; the fields of a ``TiebackError``."""

    kind: str
    """Class name."""
    what: str
    where: str
    advice: str


type Message = (
    WorkerReady
    | WorkUnusable
    | UnitStarted
    | UnitFinished
    | OutOfMemory
    | PublishStarted
    | PublishDone
    | PublishFailed
    | EngineStop
)

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(
    WorkerReady
    | WorkUnusable
    | UnitStarted
    | UnitFinished
    | OutOfMemory
    | PublishStarted
    | PublishDone
    | PublishFailed
    | EngineStop
)


def send(pipe: Connection, message: Message) -> None:
    """Write one message; blocks while the pipe is full. Raises ``OSError`` if the other side is gone."""
    pipe.send_bytes(_encoder.encode(message))


def receive(pipe: Connection) -> Message:
    """Read one message.

    Raises:
        EOFError: the worker ended.
        OSError: the pipe broke inside a message, or the message is too long.
        msgspec.MsgspecError: not one of the messages.
    """
    data = pipe.recv_bytes(MAX_MESSAGE)
    try:
        return _decoder.decode(data)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(f"not a message: {error}"[:200]) from None
