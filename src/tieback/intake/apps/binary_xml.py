"""Binary XML of Android packages (``AndroidManifest.xml``, ``res/xml/*.xml``): its strings, and whether it is safe.

Source: AOSP ``ResourceTypes.h`` (``ResXMLTree_node``, ``ResXMLTree_attrExt``). The names and values of elements and
attributes all stand in one string pool; that is what is searched. ``expansion`` tells what a reader that writes the
document out would produce, because a few kilobytes can name one long string a hundred thousand times.
"""

import struct

import numpy as np

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.stringpool import MalformedError, StringPool, read_pool

_START_ELEMENT, _END_ELEMENT = 0x0102, 0x0103
_chunk = struct.Struct("<HHI")


def read_binary_xml(file: str, data: bytes) -> Artifact:
    """The string pool of a binary XML file as one buffer.

    Raises:
        MalformedError: there is no readable string pool at its beginning.
    """
    pool = _pool(data)
    buffer = Buffer(
        file,
        BufferKind.RESOURCES,
        data[pool.start : pool.stop],
        base=pool.start,
        starts=pool.begins(),
        utf16=pool.utf16,
    )
    return Artifact(file, (buffer,))


def expansion(data: bytes, limit: int) -> tuple[int, int]:
    """Bytes of text that the document stands for, and its depth; counting stops above ``limit`` bytes.

    Raises:
        MalformedError: there is no readable string pool at its beginning.
    """
    pool = _pool(data)
    lengths = np.append(np.where(pool.starts < 0, 0, pool.lengths), 0)
    total = int(lengths.sum())
    depth = deepest = 0
    position = 8 + pool.size
    while position + 8 <= len(data) and total <= limit:
        kind, header, size = _chunk.unpack_from(data, position)
        if size < 8:
            break
        if kind == _START_ELEMENT and position + header + 20 <= len(data):
            depth += 1
            deepest = max(deepest, depth)
            total += _element(data, position + header, lengths)
        elif kind == _END_ELEMENT:
            depth -= 1
        position += size
    return total, deepest


def _element(data: bytes, at: int, lengths: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> int:
    """Bytes that a start element stands for: its name, and each attribute's namespace, name and value."""
    first, width, count = struct.unpack_from("<8xHHH", data, at)
    (name,) = struct.unpack_from("<4xI", data, at)
    nothing = len(lengths) - 1
    total = int(lengths[min(name, nothing)]) + 16
    if width < 12:
        return total
    for index in range(count):
        attribute = at + first + index * width
        if attribute + 12 > len(data):
            break
        total += sum(int(lengths[min(s, nothing)]) for s in struct.unpack_from("<III", data, attribute)) + 16
    return total


def _pool(data: bytes) -> StringPool:
    if len(data) < 36:
        raise MalformedError("a binary XML file ends too early")
    return read_pool(data, 8)
