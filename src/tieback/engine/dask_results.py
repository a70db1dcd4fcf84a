"""What a Dask worker reports about a batch: MessagePack with a schema, not pickled objects.

A member of the cluster can be hostile although it has a certificate. The client therefore accepts only data, and only
about the units of the batch that it sent.
"""

import re
from collections.abc import Sequence

import msgspec

from tieback.engine.interface import EngineError
from tieback.engine.messages import MAX_MESSAGE, EngineStop
from tieback.model.errors import TiebackError, error_kinds
from tieback.model.unit import Unit, UnitEnd, UnitState

MAX_PROBLEM = 2000
"""Maximum number of characters of the problem of one unit."""
_PART = re.compile(r"(?!\.)[\w.+-]{0,255}", re.ASCII)
"""Names of parts: one file name, never a path."""


class UnitReport(msgspec.Struct, frozen=True, array_like=True):
    """The end of one unit, without the unit itself."""

    index: int
    """Position of the unit in its batch."""
    state: UnitState
    result: bytes
    part: str
    problem: str
    attempts: int
    seconds: float


class BatchReport(msgspec.Struct, frozen=True, tag="batch"):
    """The ends of all units of a batch."""

    ends: list[UnitReport]


class OtherRelease(msgspec.Struct, frozen=True, tag="release"):
    """This worker has another release than the client; nothing was started."""


class MalformedReportError(ValueError):
    """A worker sent something else than the report of this batch."""


type BatchMessage = BatchReport | OtherRelease | EngineStop

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[BatchMessage] = msgspec.msgpack.Decoder(BatchReport | OtherRelease | EngineStop)


def encode_other_release() -> bytes:
    """The message of a worker with another release."""
    return _encoder.encode(OtherRelease())


def encode_stop(error: TiebackError) -> bytes:
    """An error that ends the run, as data."""
    return _encoder.encode(EngineStop(type(error).__name__, error.what, error.where, error.advice))


def encode_ends(units: Sequence[Unit], ends: Sequence[UnitEnd]) -> bytes:
    """The ends of a batch, in any order."""
    index = {(unit.key, unit.version, unit.source): position for position, unit in enumerate(units)}
    return _encoder.encode(
        BatchReport(
            [
                UnitReport(
                    index[end.unit.key, end.unit.version, end.unit.source],
                    end.state, end.result, end.part, end.problem, end.attempts, end.seconds,
                )
                for end in ends
            ]
        )
    )  # fmt: skip


def decode_ends(data: object, units: Sequence[Unit]) -> list[UnitEnd] | None:
    """The ends of a batch, one per unit; ``None`` if the worker has another release.

    Args:
        data: what the worker sent.
        units: the batch that it received.

    Raises:
        MalformedReportError: it is not the report of this batch.
        TiebackError: the error of the worker that ends the run.
    """
    if not isinstance(data, bytes):
        raise MalformedReportError("not bytes")
    if len(data) > MAX_MESSAGE:
        raise MalformedReportError(f"longer than {MAX_MESSAGE} bytes")
    try:
        message = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedReportError(str(error)[:200]) from None
    if isinstance(message, OtherRelease):
        return None
    if isinstance(message, EngineStop):
        raise _stop(message)
    if sorted(end.index for end in message.ends) != list(range(len(units))):
        raise MalformedReportError("not one end per unit")
    return [_end(units[end.index], end) for end in message.ends]


def _stop(message: EngineStop) -> TiebackError:
    kind = error_kinds().get(message.kind, EngineError)
    return kind(message.what[:MAX_PROBLEM], where=message.where[:MAX_PROBLEM], advice=message.advice[:MAX_PROBLEM])


def _end(unit: Unit, end: UnitReport) -> UnitEnd:
    plausible = 1 <= end.attempts <= 1000 and 0 <= end.seconds < 1e7  # NaN is neither
    if _PART.fullmatch(end.part) is None or not plausible or (end.state is UnitState.DONE and end.problem):
        raise MalformedReportError("an end that no worker reports")
    return UnitEnd(
        unit=unit, state=end.state, result=end.result, part=end.part, problem=end.problem[:MAX_PROBLEM],
        attempts=end.attempts, seconds=end.seconds,
    )  # fmt: skip
