"""Hermes bytecode of React Native: the strings of its table.

Sources: Hermes ``include/hermes/BCGen/HBC/BytecodeFileFormat.h`` over its releases, as collected in hermes-dec's
``hbc_file_parser.py`` (versions 56 to 99). The header has 128 bytes in all of them and begins alike; from version 97
on, the header of a function has 12 bytes instead of 16. If a table does not fit its storage the other size is tried, so
that a future version is read as long as it keeps the structure. Otherwise the whole file is searched.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.layers import split_overlaps
from tieback.intake.apps.stringpool import MalformedPoolError

MAX_STRINGS = 4_000_000
"""Strings of one file; large apps have about 200,000."""

_HEADER = 128
_SHORT_FUNCTIONS = 97
"""First version whose function headers have 12 bytes."""

_OVERFLOW = 255
"""Length value of strings whose offset and length are in the second table."""

type Offsets = NDArray[np.int64]


def read_hermes(file: str, data: bytes) -> tuple[Artifact, str]:
    """The strings of a bytecode file as buffers of kind ``BINARY``; and why they were not found, or an empty text."""
    if len(data) < _HEADER:
        return Artifact(file, (Buffer(file, BufferKind.BINARY, data),)), "the Hermes bytecode ends within its header"
    (version,) = struct.unpack_from("<I", data, 8)
    sizes = (12, 16) if version >= _SHORT_FUNCTIONS else (16, 12)
    for size in sizes:
        try:
            return Artifact(file, _strings(file, data, size)), ""
        except MalformedPoolError:
            continue
    complaint = f"the string table of Hermes bytecode version {version} is not at the expected offset"
    return Artifact(file, (Buffer(file, BufferKind.BINARY, data),)), complaint


def _strings(file: str, data: bytes, function_size: int) -> tuple[Buffer, ...]:
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
    storage = data[start : start + stored]
    return tuple(
        Buffer(file, BufferKind.BINARY, layer, base=start + base, starts=edges, utf16=is_wide)
        for is_wide, chosen in ((False, ~wide), (True, wide))
        for base, layer, edges in split_overlaps(storage, offsets[chosen], ends[chosen])
    )
