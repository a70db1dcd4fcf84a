"""SQLite databases that apps ship: the whole file, with the offsets at which columns begin.

Source: https://www.sqlite.org/fileformat2.html (sections 1.3, 1.6 and 2.1). The columns of a record follow each other
without a separator. Texts that continue in an overflow page end there.
"""

from collections.abc import Iterator
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind

MAX_CELLS = 300_000
"""Records whose columns are separated; of further records only the pages are."""

MAX_COLUMNS = 200
MAX_EDGES = 2_000_000
_LEAF_TABLE, _LEAF_INDEX = 0x0D, 0x0A
_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)
"""Bytes of a value by serial type, up to 11."""


def read_sqlite(file: str, data: bytes) -> Artifact:
    """The database as one buffer of kind ``BINARY``."""
    return Artifact(file, (Buffer(file, BufferKind.BINARY, data, starts=partial(_starts, data)),))


def _starts(data: bytes) -> NDArray[np.int64]:
    edges = distinct(np.fromiter(islice(_edges(data), MAX_EDGES), np.int64))
    return edges[edges <= len(data)]


def _edges(data: bytes) -> Iterator[int]:
    size = int.from_bytes(data[16:18])
    size = 65_536 if size == 1 else size
    if size < 512 or size & (size - 1):
        return
    left = MAX_CELLS
    for page in range(0, len(data), size):
        yield page
        header = page + (100 if page == 0 else 0)
        kind = data[header : header + 1]
        if left <= 0 or kind not in {bytes([_LEAF_TABLE]), bytes([_LEAF_INDEX])}:
            continue
        count = min(int.from_bytes(data[header + 3 : header + 5]), (size - 8) // 2)
        left -= count
        for index in range(count):
            pointer = header + 8 + 2 * index
            cell = int.from_bytes(data[pointer : pointer + 2])
            if 0 < cell < size:
                yield from _columns(data, page + cell, min(page + size, len(data)), table=kind[0] == _LEAF_TABLE)


def _columns(data: bytes, at: int, stop: int, *, table: bool) -> Iterator[int]:
    """Offsets at which the columns of a record begin, and at which the last one ends."""
    _, at = _varint(data, at, stop)
    if table:
        _, at = _varint(data, at, stop)
    length, kinds = _varint(data, at, stop)
    body = at + length
    place = body
    for _ in range(MAX_COLUMNS):
        if kinds >= body or place >= stop:
            return
        kind, kinds = _varint(data, kinds, stop)
        yield place
        place += _SIZES[kind] if kind < 12 else (kind - 12) // 2
        yield min(place, stop)


def _varint(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """A number of up to nine bytes, most significant first, and the offset behind it."""
    value = 0
    for place in range(at, min(at + 8, stop)):
        value = value << 7 | data[place] & 0x7F
        if data[place] < 0x80:
            return value, place + 1
    if at + 9 <= stop:
        return value << 8 | data[at + 8], at + 9
    return 0, stop
