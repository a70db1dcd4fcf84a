""".NET assemblies of Xamarin and MAUI: single, compressed, in stores, and in native libraries that wrap either.

Sources: ECMA-335 II.24.2 (metadata root, heaps ``#US`` and ``#Strings``); dotnet/android
``Documentation/project-docs/AssemblyStores.md`` (``XABA``, versions 1 to 3) and ``xamarin-app.hh`` (``XALZ``: 12 bytes,
then one LZ4 block). User strings are UTF-16 after their length, without separators. ``#Strings`` has the names of types
and methods and is left out. Embedded resources are searched as bytes.
"""

import struct
from collections.abc import Iterator

import numpy as np

from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.problems import PackageProblems
from tieback.model.sighting import UnreadKind

MAX_ASSEMBLIES = 5000
MAX_ASSEMBLY = 64 * 1024 * 1024
MAX_RATIO = 255
"""Upper bound of the growth of an LZ4 block."""

PAGE = 4096
MAX_STREAMS = 32
_STORE, _COMPRESSED, _IMAGE, _METADATA = b"XABA", b"XALZ", b"MZ", b"BSJB"


def read_assemblies(file: str, data: bytes, problems: PackageProblems, budget: PackageBudget) -> Iterator[Artifact]:
    """The artifacts of a file that is an assembly, a compressed one or a store; each name includes the position."""
    if data[:4] != _STORE:
        image = _expanded(file, data, problems, budget)
        if image:
            yield _image(file, image, budget)
        return
    for number, (start, size) in enumerate(_stored(file, data, problems)):
        name = f"{file}!{number}.dll"
        image = _expanded(name, data[start : start + size], problems, budget)
        if image:
            yield _image(name, image, budget)


def wrapped(data: bytes | bytearray) -> int:
    """Offset of the store or assembly that a native library wraps, or -1. Payloads begin on a page."""
    words = np.frombuffer(data, "<u4", len(data) // 4)[:: PAGE // 4]
    found = np.flatnonzero(
        (words == int.from_bytes(_STORE, "little")) | (words == int.from_bytes(_COMPRESSED, "little"))
    )
    return int(found[0]) * PAGE if len(found) else -1


def _stored(file: str, data: bytes, problems: PackageProblems) -> Iterator[tuple[int, int]]:
    """Offset and size of each assembly of a store; with a problem if it has more than ``MAX_ASSEMBLIES``."""
    if len(data) < 20:
        return
    version, count, _, last = struct.unpack_from("<4I", data, 4)
    # Version 1 has five numbers, then its descriptors; later versions have an index of ``last`` bytes before them.
    first, width, skip = (20, 24, 0) if version & 0xFFFF == 1 else (20 + last, 28, 4)
    for index in range(count):
        at = first + index * width
        if at + width > len(data):
            return
        if index == MAX_ASSEMBLIES:
            problems.note(f"only the first {MAX_ASSEMBLIES:,} assemblies were read", file, UnreadKind.LIMIT)
            return
        start, size = struct.unpack_from("<II", data, at + skip)
        if start and start < len(data):
            yield start, size


def _expanded(name: str, data: bytes, problems: PackageProblems, budget: PackageBudget) -> bytes:
    """The image of an assembly; empty, with a problem, if it cannot be decompressed within the budget."""
    if data[:4] != _COMPRESSED or len(data) < 13:
        return data
    (size,) = struct.unpack_from("<I", data, 8)
    if size > min(MAX_ASSEMBLY, MAX_RATIO * len(data), budget.total):
        problems.note("left out: the compressed assembly is too large", name, UnreadKind.LIMIT)
        return b""
    import pyarrow as pa

    budget.total -= size
    try:
        return bytes(pa.Codec("lz4_raw").decompress(data[12:], size, asbytes=True))
    except (OSError, pa.ArrowException) as error:
        problems.note(f"the compressed assembly is damaged: {error}", name, UnreadKind.UNREADABLE)
        return b""


def _image(file: str, data: bytes, budget: PackageBudget) -> Artifact:
    """User strings as UTF-16, and the rest without the names."""
    places = dict(heaps(data))
    begin, end = places.get(b"#Strings", (0, 0))
    rest = [(0, begin), (end, len(data))] if begin < end else [(0, len(data))]
    buffers = [Buffer(file, BufferKind.BINARY, data[a:b], base=a) for a, b in rest if a < b]
    begin, end = places.get(b"#US", (0, 0))
    if begin < end:
        edges = distinct(np.fromiter(_user_strings(data, begin, end, budget), np.int64)) - begin
        buffers.append(Buffer(file, BufferKind.BINARY, data[begin:end], base=begin, starts=edges, utf16=True))
        buffers = [_without(buffer, begin, end) for buffer in buffers[:-1]] + buffers[-1:]
    return Artifact(file, tuple(buffers), assembly=data if places else b"")


def _without(buffer: Buffer, begin: int, end: int) -> Buffer:
    """The buffer with zeros in place of the user strings, which are searched separately."""
    first, last = max(begin - buffer.base, 0), min(end - buffer.base, len(buffer.data))
    if first >= last:
        return buffer
    data = buffer.data[:first] + b"\0" * (last - first) + buffer.data[last:]
    return Buffer(buffer.file, buffer.kind, data, base=buffer.base)


def heaps(data: Bytes) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Name, begin and end of each heap of the metadata of an assembly."""
    root = data.find(_METADATA)
    if root < 0 or root + 20 > len(data):
        return
    (length,) = struct.unpack_from("<I", data, root + 12)
    at = root + 16 + length
    if length > 256 or at + 4 > len(data):
        return
    (count,) = struct.unpack_from("<H", data, at + 2)
    at += 4
    for _ in range(min(count, MAX_STREAMS)):
        if at + 9 > len(data):
            return
        offset, size = struct.unpack_from("<II", data, at)
        name = bytes(data[at + 8 : at + 40]).partition(b"\0")[0]
        at += 8 + (len(name) // 4 + 1) * 4
        if root + offset < len(data):
            yield name, (root + offset, min(root + offset + size, len(data)))


def _user_strings(data: bytes, at: int, stop: int, budget: PackageBudget) -> Iterator[int]:
    """Offsets at which texts of the ``#US`` heap begin and end: a compressed length, UTF-16, and one byte of flags."""
    while at < stop and budget.steps > 0:
        budget.steps -= 1
        first = data[at]
        width = 1 if first < 0x80 else 2 if first < 0xC0 else 4
        if at + width > stop:
            return
        length = int.from_bytes(data[at : at + width]) & (0x7F, 0x3FFF, 0, 0x1FFFFFFF)[width - 1]
        at += width
        if length > stop - at:
            return
        if length > 1:
            yield at
            yield at + length - 1
        at += length
