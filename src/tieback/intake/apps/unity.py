"""Unity (IL2CPP): the string literals of ``global-metadata.dat``.

Source: the headers of Unity's own IL2CPP (``il2cpp-metadata.h``) as LibCpp2IL and Il2CppDumper read them: versions 15
to 31 begin alike. Literals follow each other without a separator. Later versions, and files that protectors have
changed, are searched whole.
"""

import struct

import numpy as np

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind

FIRST, LAST = 15, 31
"""Versions whose header is known."""

MAX_LITERALS = 2_000_000


def read_unity(file: str, data: bytes) -> Artifact:
    """The literals as one buffer of kind ``BINARY``."""
    whole = Artifact(file, (Buffer(file, BufferKind.BINARY, data),))
    if len(data) < 24:
        return whole
    version, table, size, place, length = struct.unpack_from("<5I", data, 4)
    count = size // 8
    if not FIRST <= version <= LAST or count > MAX_LITERALS or max(table + size, place + length) > len(data):
        return whole
    pairs = np.frombuffer(data, "<u4", count * 2, table).astype(np.int64).reshape(-1, 2)
    starts, ends = pairs[:, 1], pairs[:, 1] + pairs[:, 0]
    if count == 0 or int(ends.max()) > length:
        return whole
    edges = distinct(np.concatenate((starts, ends)))
    literals = Buffer(file, BufferKind.BINARY, data[place : place + length], base=place, starts=edges)
    return Artifact(file, (literals,))
