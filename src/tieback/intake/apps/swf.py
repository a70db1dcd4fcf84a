"""Programs of Adobe AIR and Flash (SWF): the file is expanded, and the texts of its code are separate.

Code of ActionScript 3 is in tags ``DoABC``. Its constants follow each other without an end, each behind its length,
so that the name of a class would be read as the rest of an address. Sources: the SWF file format specification,
version 19, and the ActionScript virtual machine 2 overview, section 4.3, both of Adobe; also
https://github.com/adobe/avmplus. A file without such code (ActionScript 2) is searched whole.
Bounds: 64 MiB of content, 16 MiB of LZMA, 200,000 tags, 2,000,000 constants.
"""

from array import array
from collections.abc import Iterator

import numpy as np

from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.gzipped import MAX_SIZE, PLAIN_RATIO
from tieback.intake.apps.inflate import inflate
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.lzma_stream import expand_lzma

MAX_TAGS, MAX_CONSTANTS = 200_000, 2_000_000
_HEAD = 8
_ZLIB_HEAD = 2
_LZMA_AT = 12
_LONG = 0x3F
_CODE, _NAMED_CODE, _DESCRIPTION = 72, 82, 77
"""``DoABC1`` and ``DoABC``, which has flags and a name first; and ``Metadata``, a text in XML."""
_VERSIONS = 4
_DOUBLE = 8


class _DamagedError(Exception):
    """A number or a text extends beyond its end, or there are too many."""


def read_swf(file: str, data: Bytes, budget: PackageBudget) -> tuple[Artifact, str]:
    """The content as one buffer of kind ``BINARY``, and what is wrong with it; never raises on hostile bytes."""
    content, complaint = _expanded(data, budget)
    edges = array("q")
    description = 0, 0
    try:
        for kind, at, end in _tags(content):
            if kind == _DESCRIPTION:
                description = at, end
            elif kind in {_CODE, _NAMED_CODE}:
                code = at if kind == _CODE else content.find(b"\0", at + 4, end) + 1 or end
                _read_texts(content, code, end, edges)
    except (_DamagedError, IndexError):
        pass  # what was read up to there is right
    starts = distinct(np.asarray(edges, dtype=np.int64)) if edges else None
    first, last = description
    about = Buffer(file, BufferKind.TEXT, content[first:last], base=first)
    if about.data:
        content = bytearray(content)
        content[first:last] = bytes(last - first)
    return Artifact(file, (Buffer(file, BufferKind.BINARY, content, starts=starts), about)), complaint


def _expanded(data: Bytes, budget: PackageBudget) -> tuple[Bytes, str]:
    """The whole file without compression, and a complaint."""
    size = int.from_bytes(data[4:_HEAD], "little") - _HEAD
    if data[:1] == b"F" or len(data) < _HEAD:
        return data, ""
    allowed = min(MAX_SIZE, max(PLAIN_RATIO * len(data), budget.suspect), budget.total)
    if data[:1] == b"Z":
        content = expand_lzma(data[_LZMA_AT:], size) if size <= allowed else None
        complaint = "" if content is not None else "a film in LZMA is damaged or too large"
        rest: Bytes = content or b""
    else:
        start = _HEAD + _ZLIB_HEAD
        result = inflate(bytearray(data), start, len(data) - start, size if 0 < size <= allowed else 0, allowed)
        rest, complaint = result.data, result.error
        if not complaint and not result.whole:
            complaint = "only the first part of a film was read: it expands like a bomb"
    budget.total -= len(rest)
    if len(rest) > PLAIN_RATIO * len(data):
        budget.suspect -= min(budget.suspect, len(rest))
    return b"F" + bytes(data[1:_HEAD]) + rest, complaint


def _tags(data: Bytes) -> Iterator[tuple[int, int, int]]:
    """The kind of each part of the film, and where its content begins and ends."""
    at = _HEAD + (5 + 4 * (data[_HEAD] >> 3) + 7) // 8 + 4  # the size of the picture, frame rate, number of frames
    for _ in range(MAX_TAGS):
        if at + 2 > len(data):
            return
        kind, length = divmod(int.from_bytes(data[at : at + 2], "little"), _LONG + 1)
        at += 2
        if length == _LONG:
            length = int.from_bytes(data[at : at + 4], "little")
            at += 4
        yield kind, at, min(at + length, len(data))
        at += length


def _read_texts(data: Bytes, at: int, end: int, edges: "array[int]") -> None:
    """The texts of the constants of one piece of code: behind its version, and its three kinds of numbers."""
    at += _VERSIONS
    for _ in range(2):
        count, at = _number(data, at, end)
        for _ in range(_checked(count - 1, edges)):
            _, at = _number(data, at, end)
    count, at = _number(data, at, end)
    at += _DOUBLE * _checked(count - 1, edges)
    count, at = _number(data, at, end)
    for _ in range(_checked(count - 1, edges)):
        length, at = _number(data, at, end)
        if at + length > end:
            raise _DamagedError
        edges.append(at)
        at += length
        edges.append(at)


def _checked(count: int, edges: "array[int]") -> int:
    if count > MAX_CONSTANTS - len(edges) // 2:
        raise _DamagedError
    return max(0, count)


def _number(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """A number of up to five bytes of seven bits each, and the offset behind it."""
    value = 0
    for shift in range(0, 35, 7):
        if at >= end:
            raise _DamagedError
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            break
    return value, at
