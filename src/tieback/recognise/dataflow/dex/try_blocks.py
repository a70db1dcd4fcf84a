"""The exception handlers of a method in a DEX file.

Source: https://source.android.com/docs/core/runtime/dex-format#code-item
"""

import struct
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.encoded import uleb

_MAX_TRIES = 2_000


class TryBlock(NamedTuple):
    """A range of code units with exception handlers."""

    start: int
    stop: int
    handlers: tuple[tuple[str, int], ...]
    """Descriptor of the exception and unit of the handler; an empty descriptor catches all."""


def try_blocks(dex: DexFile, code: CodeItem) -> tuple[TryBlock, ...]:
    """The exception handlers of a code item; none if they are not plausible."""
    try:
        return read_try_blocks(dex, code)
    except ValueError:
        return ()


def read_try_blocks(dex: DexFile, code: CodeItem) -> tuple[TryBlock, ...]:
    """The exception handlers of a code item. Raises ``ValueError`` if they are outside the file."""
    (count,) = struct.unpack_from("<6xH", dex.data, code.offset)
    if not count:
        return ()
    at = code.begin + 2 * (code.units + (code.units & 1))
    handlers = at + 8 * count
    if count > _MAX_TRIES or handlers >= len(dex.data):
        raise ValueError("the exception handlers are outside the file")
    found = []
    for number in range(count):
        start, length, offset = struct.unpack_from("<IHH", dex.data, at + 8 * number)
        found.append(TryBlock(start, start + length, _handlers(dex, handlers + offset)))
    return tuple(found)


def _handlers(dex: DexFile, at: int) -> tuple[tuple[str, int], ...]:
    size, at = _sleb(dex.data, at)
    found = []
    for _ in range(min(abs(size), 64)):
        kind, at = uleb(dex.data, at)
        unit, at = uleb(dex.data, at)
        found.append((dex.descriptor(kind), unit))
    if size <= 0:
        unit, at = uleb(dex.data, at)
        found.append(("", unit))
    return tuple(found)


def _sleb(data: Bytes, at: int) -> tuple[int, int]:
    value, begin = uleb(data, at)
    bits = 7 * (begin - at)
    return (value - (1 << bits) if bits and value >> (bits - 1) & 1 else value), begin
