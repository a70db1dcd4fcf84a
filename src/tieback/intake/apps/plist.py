"""Property lists: the values of a small one, and the offsets of the strings of a binary one.

Sources: CPython ``plistlib``; Apple CFBinaryPList.c for the binary form. A string in it ends where the next object
begins, and the first byte of an object is often a letter: ``starts`` prevent matches from running into it.
"""

import struct
from typing import Any
from xml.parsers.expat import ExpatError

import numpy as np

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.count_text import count_text

MAX_PLIST = 2 * 1024 * 1024
"""Bytes of the largest property list whose values are read; Info.plist and provisioning profiles are below 100 KB."""
MAX_CONTAINERS = 50_000
"""Maximum arrays and dictionaries of an XML property list whose values are read."""

MAX_OBJECTS = 1_000_000
BINARY = b"bplist"


def read_values(data: bytes) -> dict[str, Any]:
    """The top-level dictionary of a property list in either form.

    Raises:
        MalformedError: it is too large, damaged, or not a dictionary.
    """
    if len(data) > MAX_PLIST:
        raise MalformedPoolError(f"a property list of {count_text(len(data), 'byte')} is too large to read")
    if data.count(b"<array") + data.count(b"<dict") > MAX_CONTAINERS:
        raise MalformedPoolError("the property list has too many arrays and dictionaries")
    if data.startswith(BINARY) and _content_bytes(data) > len(data):
        # Each object has bytes of its own in a real file. If not, a small file fills the memory with copies.
        raise MalformedPoolError("objects of the property list share their bytes")
    import plistlib

    try:
        values = plistlib.loads(data)
    except (plistlib.InvalidFileException, ExpatError, ValueError, LookupError, TypeError, AttributeError,
            OverflowError, RecursionError, MemoryError, struct.error) as error:  # fmt: skip
        # plistlib documents one exception, but hostile bytes also raise those of its parsers.
        raise MalformedPoolError("the property list is damaged") from error
    if not isinstance(values, dict):
        raise MalformedPoolError("the property list is not a dictionary")
    return values


def read_binary_plist(file: str, data: bytes) -> Artifact:
    """A binary property list as one buffer; without ``starts`` if its object table is damaged."""
    return Artifact(file, (Buffer(file, BufferKind.BINARY, data, starts=_starts(data)),))


def _places(data: bytes) -> "np.ndarray[tuple[int], np.dtype[np.int64]] | None":
    """Offsets of the objects; ``None`` if the object table is damaged."""
    if len(data) < 40:
        return None
    width, _, count, _, table = struct.unpack_from(">6xBBQQQ", data, len(data) - 32)
    if not 1 <= width <= 8 or not 0 < count <= MAX_OBJECTS or table + count * width > len(data) - 32:
        return None
    columns = np.frombuffer(data, np.uint8, count * width, table).reshape(count, width)
    if width > 4 and columns[:, : width - 4].any():
        return None
    places = np.zeros(count, np.int64)
    for column in columns.T[-4:]:
        places = places << 8 | column
    return places


def _content_bytes(data: bytes) -> int:
    """Bytes of the contents of all texts, data, arrays and dictionaries together; 0 if the object table is damaged."""
    places = _places(data)
    if places is None:
        return 0
    width = max(1, data[-25])
    raw = np.frombuffer(data, np.uint8)
    marks = raw.take(places, mode="clip")
    kinds, low = marks >> 4, (marks & 0xF).astype(np.float64)
    long = np.flatnonzero(low == 15)
    # A length of 15 or more follows as an integer object: a mark, then one, two, four or eight bytes.
    sizes = 1 << (raw.take(places[long] + 1, mode="clip") & 3).astype(np.int64)
    lengths = np.zeros(len(long))
    for at in range(8):
        byte = raw.take(places[long] + 2 + at, mode="clip")
        lengths = np.where(at < sizes, lengths * 256 + byte, lengths)
    low[long] = lengths
    # By kind: 4 data, 5 ASCII, 6 UTF-16, 10 array, 12 set, 13 dictionary.
    unit = np.zeros(16)
    unit[[4, 5, 6, 10, 12, 13]] = 1, 1, 2, width, width, 2 * width
    total = float((low * unit[kinds]).sum())
    return int(min(total, 2**62))


def _starts(data: bytes) -> "np.ndarray[tuple[int], np.dtype[np.int64]] | None":
    """Offsets at which objects begin, and at which the characters of strings begin."""
    places = _places(data)
    if places is None:
        return None
    raw = np.frombuffer(data, np.uint8)
    marks = raw.take(places, mode="clip")
    strings = places[(marks >> 4 >= 5) & (marks >> 4 <= 7)]
    low = raw.take(strings, mode="clip") & 0xF
    # A length of 15 or more follows as an integer object: a mark, then one, two, four or eight bytes.
    extra = np.where(low == 15, 1 + (1 << (raw.take(strings + 1, mode="clip") & 3).astype(np.int64)), 0)
    starts = distinct(np.concatenate((places, strings + 1 + extra)))
    return starts[starts < len(data)]
