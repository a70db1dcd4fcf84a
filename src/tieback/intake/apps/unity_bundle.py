"""Unity's bundles (``UnityFS``: ``data.unity3d``, asset bundles): their blocks are decompressed and searched as bytes.

The file begins with a signature, a version, two texts, its size, and the sizes and flags of a table of blocks. The
table and the blocks are uncompressed, or compressed with LZMA or LZ4. Numbers are big-endian. Blocks contain serialised
scenes and objects, with texts in UTF-8 after their length.

Source: AssetsTools.NET ``AssetBundleHeader`` and ``AssetBundleFSHeader``, versions 6 to 8,
https://github.com/nesrak1/AssetsTools.NET/wiki. Texts are not separated. Bounds: decompressed bytes are charged to the
package's budget, 16 MiB per LZMA block, 65,536 blocks.
"""

import struct
from collections.abc import Iterator

from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.lzma_stream import expand_lzma
from tieback.intake.apps.problems import PackageProblems
from tieback.model.sighting import UnreadKind

MAGIC = b"UnityFS\0"
PIECE = 8 * 1024 * 1024
"""Approximate number of bytes that are searched at a time."""
LONGEST = 64 * 1024
"""Bytes of the longest text that is kept whole at the end of a piece."""
MAX_BLOCK = 32 * 1024 * 1024
"""Bytes of a block; Unity writes blocks of 128 KiB, or a single one if nothing is compressed."""
MAX_BLOCKS = 65_536
MAX_TABLE = 4 * 1024 * 1024
MAX_RATIO = 255
"""Upper bound of the growth of an LZ4 block."""

_KIND, _LZMA, _LZ4, _LZ4HC = 0x3F, 1, 2, 3
_TABLE_AT_END, _PADDED = 0x80, 0x200
_heads = struct.Struct(">qIII")
_block = struct.Struct(">IIH")


class _DamagedError(Exception):
    """Describes the fault of a bundle."""


def read_bundle(file: str, data: Bytes, problems: PackageProblems, budget: PackageBudget) -> Iterator[Artifact]:
    """The content of the blocks, some at a time; unreadable or excess content is left out, with a problem."""
    base, kept = 0, bytearray()
    try:
        for plain in _blocks(data, budget):
            kept += plain
            if len(kept) >= PIECE:
                # No text crosses a NUL: the bytes after the last one go with the next piece.
                end = kept.rfind(b"\0", len(kept) - LONGEST) + 1 or len(kept)
                yield _piece(file, bytes(kept[:end]), base)
                base += end
                del kept[:end]
    except (_DamagedError, struct.error) as error:
        # The exception itself would keep all of these in memory.
        reason = str(error) if isinstance(error, _DamagedError) else "the file is truncated"
        problems.note(f"the Unity bundle cannot be read further: {reason}", file, UnreadKind.UNREADABLE)
    if kept or not base:
        yield _piece(file, bytes(kept) or data, base)


def _piece(file: str, data: Bytes, base: int) -> Artifact:
    return Artifact(file, (Buffer(file, BufferKind.BINARY, data, base=base),))


def _blocks(data: Bytes, budget: PackageBudget) -> Iterator[Bytes]:
    at = len(MAGIC) + 4
    (version,) = struct.unpack_from(">I", data, len(MAGIC))
    for _ in range(2):  # the generator's version, and its revision
        end = data.find(b"\0", at, at + 64)
        if end < 0:
            raise _DamagedError("the header does not end")
        at = end + 1
    _, packed, plain, flags = _heads.unpack_from(data, at)
    at += _heads.size
    if version >= 7:
        at += -at % 16
    if max(packed, plain) > MAX_TABLE:
        raise _DamagedError("the table of blocks is too large")
    place = len(data) - packed if flags & _TABLE_AT_END else at
    table = _plain(data[max(place, 0) : place + packed], plain, flags & _KIND)
    at = at if flags & _TABLE_AT_END else place + packed
    if flags & _PADDED:
        at += -at % 16
    (count,) = struct.unpack_from(">I", table, 16)
    for index in range(min(count, MAX_BLOCKS)):
        size, packed, kind = _block.unpack_from(table, 20 + index * _block.size)
        if size > min(MAX_BLOCK, budget.total):
            raise _DamagedError("the content is too large")
        if at >= len(data):
            raise _DamagedError("the file is truncated")
        yield _plain(data[at : at + packed], size, kind & _KIND)
        budget.total -= size
        at += packed


def _plain(raw: Bytes, size: int, kind: int) -> Bytes:
    """The bytes of a block or table."""
    if kind == 0:
        return raw[:size]
    if kind == _LZMA:
        return _from_lzma(raw, size)
    if kind not in {_LZ4, _LZ4HC}:
        raise _DamagedError(f"unknown compression method {kind}")
    if size > MAX_RATIO * len(raw) + 64:
        raise _DamagedError("a block states an impossible size")
    import pyarrow as pa

    try:
        return bytes(pa.Codec("lz4_raw").decompress(raw, size, asbytes=True))
    except (OSError, pa.ArrowException):
        raise _DamagedError("a block is damaged") from None


def _from_lzma(raw: Bytes, size: int) -> bytes:
    """The content of a headerless LZMA stream of known size: five bytes of properties precede it."""
    content = expand_lzma(raw, size)
    if content is None:
        raise _DamagedError("an LZMA block is damaged or too large")
    return content
