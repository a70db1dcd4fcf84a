"""Property lists: the values of a small one, and the offsets of the strings of a binary one.

Sources: CPython ``plistlib``; Apple CFBinaryPList.c for the binary form. A string in it ends where the next object
begins, and the first byte of an object is often a letter: ``starts`` prevent matches from running into it.
"""

import plistlib
import struct
from typing import Any
from xml.parsers.expat import ExpatError

import numpy as np

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.stringpool import MalformedPoolError

MAX_PLIST = 2 * 1024 * 1024
"""Bytes of the largest property list whose values are read; Info.plist and provisioning profiles are below 100 KB."""
MAX_CONTAINERS = 50_000
"""Maximum arrays and dictionaries of an XML property list whose values are read."""

MAX_OBJECTS = 1_000_000


def read_values(data: bytes) -> dict[str, Any]:
    """The top-level dictionary of a property list in either form.

    Raises:
        MalformedError: it is too large, damaged, or not a dictionary.
    """
    if len(data) > MAX_PLIST:
        raise MalformedPoolError(f"a property list of {len(data)} bytes is too large to read")
    if data.count(b"<array") + data.count(b"<dict") > MAX_CONTAINERS:
        raise MalformedPoolError("the property list has too many arrays and dictionaries")
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


def _starts(data: bytes) -> "np.ndarray[tuple[int], np.dtype[np.int64]] | None":
    """Offsets at which objects begin, and at which the characters of strings begin."""
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
    raw = np.frombuffer(data, np.uint8)
    marks = raw.take(places, mode="clip")
    strings = places[(marks >> 4 >= 5) & (marks >> 4 <= 7)]
    low = raw.take(strings, mode="clip") & 0xF
    # A length of 15 or more follows as an integer object: a mark, then one, two, four or eight bytes.
    extra = np.where(low == 15, 1 + (1 << (raw.take(strings + 1, mode="clip") & 3).astype(np.int64)), 0)
    starts = np.unique(np.concatenate((places, strings + 1 + extra)))
    return starts[starts < len(data)]
