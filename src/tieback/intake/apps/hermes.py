"""Hermes bytecode of React Native: the strings of its table. ``recognise/hermes`` follows its instructions.

Source: https://github.com/facebook/hermes (MIT), ``include/hermes/BCGen/HBC/BytecodeFileFormat.h`` of the branches
release-v0.4, v0.7 and v0.8, rn/0.69-stable to rn/0.76-stable, 250829098.0.0-stable and 260318099.0.0-stable, which have
versions 74 to 99. The header has 128 bytes in all of them, and the same fields up to the size of the string storage.
The header of a function has 16 bytes up to version 96, and 12 in versions 98 and 99. If a table does not fit its
storage, the other size is tried, so that a future version is read as long as it keeps the structure. Otherwise the
whole file is searched.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.stringpool import MalformedPoolError

MAX_STRINGS = 4_000_000
"""Strings of one file; large apps have about 200,000."""

_HEADER = 128
_SHORT_FUNCTIONS = 97
"""First version whose function headers have 12 bytes."""

_OVERFLOW = 255
"""Length value of strings whose offset and length are in the second table."""

type Offsets = NDArray[np.int64]


class StringTable(NamedTuple):
    """The strings of a bytecode file, by number."""

    offsets: Offsets
    """Where each begins in the storage, in bytes."""
    ends: Offsets
    wide: NDArray[np.bool_]
    """True for UTF-16."""
    start: int
    """Offset of the storage in the file."""
    stop: int
    function_size: int
    """Bytes of the header of a function."""


def read_hermes(file: str, data: bytes) -> tuple[Artifact, str]:
    """The strings of a bytecode file as buffers of kind ``BINARY``; and why they were not found, or an empty text."""
    try:
        table = string_table(data)
    except MalformedPoolError as error:
        return Artifact(file, (Buffer(file, BufferKind.BINARY, data),)), str(error)
    storage = data[table.start : table.stop]
    buffers = tuple(
        Buffer(file, BufferKind.BINARY, layer, base=table.start + base, starts=edges, utf16=is_wide)
        for is_wide, chosen in ((False, ~table.wide), (True, table.wide))
        for base, layer, edges in split_overlaps(storage, table.offsets[chosen], table.ends[chosen])
    )
    return Artifact(file, buffers, bytecode=data), ""


def string_table(data: bytes) -> StringTable:
    """The string table of a bytecode file. Raises ``MalformedPoolError`` with the reason for the user."""
    if len(data) < _HEADER:
        raise MalformedPoolError("the Hermes bytecode ends within its header")
    (version,) = struct.unpack_from("<I", data, 8)
    for size in (12, 16) if version >= _SHORT_FUNCTIONS else (16, 12):
        try:
            return _strings(data, size)
        except MalformedPoolError:
            continue
    raise MalformedPoolError(f"the string table of Hermes bytecode version {version} is not at the expected offset")


def _strings(data: bytes, function_size: int) -> StringTable:
    functions, kinds, identifiers, count, overflow, stored = struct.unpack_from("<6I", data, 40)
    table = _HEADER + functions * function_size + kinds * 4 + identifiers * 4
    more = table + count * 4
    start = more + overflow * 8
    if count > MAX_STRINGS or start + stored > len(data):
        raise MalformedPoolError("the tables exceed the file")
    entries = np.frombuffer(data, "<u4", count, table)
    wide = (entries & 1) == 1
    offsets, lengths = (entries >> 1 & 0x7FFFFF).astype(np.int64), (entries >> 24).astype(np.int64)
    far = np.flatnonzero(lengths == _OVERFLOW)
    if len(far):
        pairs = np.frombuffer(data, "<u4", overflow * 2, more).astype(np.int64).reshape(-1, 2)
        index = offsets[far]
        if len(pairs) == 0 or int(index.max()) >= overflow:
            raise MalformedPoolError("a string is not in the second table")
        offsets[far], lengths[far] = pairs[index, 0], pairs[index, 1]
    ends = offsets + np.where(wide, lengths * 2, lengths)
    if count and int(ends.max()) > stored:
        raise MalformedPoolError("a string exceeds its storage")
    return StringTable(offsets, ends, wide, start, start + stored, function_size)


MAX_LAYERS = 4
"""Copies made of one storage. Compilers overlap only neighbouring strings, so two are usually enough."""


def split_overlaps(storage: bytes, starts: Offsets, ends: Offsets) -> Iterator[tuple[int, bytes, Offsets]]:
    """Copies of the used part of the storage: its offset, its bytes, and the offsets in it where strings begin and end.

    Strings that exceed the storage are left out. If more than ``MAX_LAYERS`` strings overlap at one offset, which no
    compiler produces, there is one whole copy, in which strings are not separated.
    """
    good = (starts >= 0) & (ends <= len(storage)) & (starts < ends)
    starts, ends = starts[good], ends[good]
    order = np.lexsort((-ends, starts))
    starts, ends = starts[order], ends[order]
    if not len(starts):
        return
    # In this order a string is part of another one if it ends no later than any before it.
    reached = np.maximum.accumulate(ends)
    outer = np.concatenate(([True], ends[1:] > reached[:-1]))
    starts, ends = starts[outer], ends[outer]
    count = next((n for n in range(1, MAX_LAYERS + 1) if (starts[n:] >= ends[:-n]).all()), 0)
    if count == 0:
        yield 0, storage, np.empty(0, np.int64)
        return
    raw = np.frombuffer(storage, np.uint8)
    for layer in range(count):
        first, last = starts[layer::count], ends[layer::count]
        if not len(first):
            continue
        base, stop = int(first[0]), int(last[-1])
        marks = np.zeros(stop - base + 1, np.int8)
        # A string may begin where another ends: both edges are at one offset and leave it inside.
        np.add.at(marks, first - base, 1)
        np.subtract.at(marks, last - base, 1)
        inside = np.cumsum(marks[:-1], dtype=np.int8)
        yield base, (raw[base:stop] * inside.view(np.uint8)).tobytes(), distinct(np.concatenate((first, last))) - base
