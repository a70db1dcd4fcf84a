"""Unity's bundles (``UnityFS``: ``data.unity3d``, asset bundles): their blocks are decompressed and searched as bytes.

The file begins with a signature, a version, two texts, its size, and the sizes and flags of a table of blocks, which is
compressed like the blocks are: not at all, with LZMA, or with LZ4. Numbers are big-endian. What is in the blocks,
serialised scenes and objects, has its texts behind their length, in UTF-8.

Source: AssetsTools.NET ``AssetBundleHeader`` and ``AssetBundleFSHeader``,
https://github.com/nesrak1/AssetsTools.NET/wiki; versions 6 to 8. No texts are kept apart. Bounds: 48 MiB of what comes
out, 16 MiB where it is LZMA, 65,536 blocks.
"""

import lzma
import struct

from tieback.intake.apps.budget import Budget
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.problems import Problems

MAGIC = b"UnityFS\0"
MAX_OUT = 48 * 1024 * 1024
MAX_LZMA = 16 * 1024 * 1024
"""Most bytes of a block in LZMA: the decoder keeps as much beside what it gives."""
MAX_BLOCKS = 65_536
MAX_TABLE = 4 * 1024 * 1024
MAX_RATIO = 255
"""No LZ4 block grows by more than this."""

_KIND, _LZMA, _LZ4, _LZ4HC = 0x3F, 1, 2, 3
_TABLE_AT_END, _PADDED = 0x80, 0x200
_heads = struct.Struct(">qIII")
_block = struct.Struct(">IIH")


class _DamagedError(Exception):
    """What is wrong with a bundle."""


def read_bundle(file: str, data: Bytes, problems: Problems, budget: Budget) -> Artifact:
    """What is in the blocks as one buffer; what cannot be read, or is too much, is left out, with a problem."""
    out = bytearray()
    try:
        _fill(out, data, min(MAX_OUT, budget.total))
    except (_DamagedError, struct.error) as error:
        reason = error if isinstance(error, _DamagedError) else "it is cut off"
        problems.note(f"the Unity bundle cannot be read further: {reason}", file)
    budget.total -= len(out)
    return Artifact(file, (Buffer(file, BufferKind.BINARY, out or data),))


def _fill(out: bytearray, data: Bytes, most: int) -> None:
    at = len(MAGIC) + 4
    (version,) = struct.unpack_from(">I", data, len(MAGIC))
    for _ in range(2):  # what made it, and which release of that
        end = data.find(b"\0", at, at + 64)
        if end < 0:
            raise _DamagedError("its header has no end")
        at = end + 1
    _, packed, plain, flags = _heads.unpack_from(data, at)
    at += _heads.size
    if version >= 7:
        at += -at % 16
    if max(packed, plain) > MAX_TABLE:
        raise _DamagedError("its table of blocks is too large")
    place = len(data) - packed if flags & _TABLE_AT_END else at
    table = _plain(data[max(place, 0) : place + packed], plain, flags & _KIND)
    at = at if flags & _TABLE_AT_END else place + packed
    if flags & _PADDED:
        at += -at % 16
    (count,) = struct.unpack_from(">I", table, 16)
    for index in range(min(count, MAX_BLOCKS)):
        size, packed, kind = _block.unpack_from(table, 20 + index * _block.size)
        if size > most - len(out):
            raise _DamagedError(f"more than {len(out)} bytes are in it")
        if at >= len(data):
            raise _DamagedError("it is cut off")
        out += _plain(data[at : at + packed], size, kind & _KIND)
        at += packed


def _plain(raw: Bytes, size: int, kind: int) -> Bytes:
    """The bytes of a block or table."""
    if kind == 0:
        return raw[:size]
    if kind == _LZMA:
        return _from_lzma(raw, size)
    if kind not in {_LZ4, _LZ4HC}:
        raise _DamagedError(f"compression {kind} is unknown")
    if size > MAX_RATIO * len(raw) + 64:
        raise _DamagedError("a block says that it grows more than any does")
    import pyarrow as pa

    try:
        return bytes(pa.Codec("lz4_raw").decompress(raw, size, asbytes=True))
    except (OSError, pa.ArrowException):
        raise _DamagedError("a block is damaged") from None


def _from_lzma(raw: Bytes, size: int) -> bytes:
    """A stream of LZMA without its size: five bytes of properties stand before it."""
    if len(raw) < 5 or raw[0] >= 9 * 5 * 5 or size > MAX_LZMA:
        raise _DamagedError("a block in LZMA is damaged or too large")
    rest, lc = divmod(raw[0], 9)
    pb, lp = divmod(rest, 5)
    # A dictionary larger than what comes out is never looked at.
    window = max(4096, min(int.from_bytes(raw[1:5], "little"), size))
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": window, "lc": lc, "lp": lp, "pb": pb}]
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(raw[5:], size)
    except (lzma.LZMAError, ValueError, MemoryError):
        raise _DamagedError("a block in LZMA is damaged") from None
