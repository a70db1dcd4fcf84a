"""Bounded decompression of one deflate stream (RFC 1951).

libdeflate is fastest but needs the size beforehand. If the stated size is false or the stream is damaged, zlib
decompresses piece by piece and keeps the content before the damage.
"""

import zlib
from collections.abc import Iterator

import msgspec
from deflate import DeflateError, deflate_decompress

from tieback.intake.apps.window import View, release_pages
from tieback.model.count_text import count_text

MAX_EXPANSION = 1032
"""Upper bound of the growth of a deflate stream (258 bytes from two bits)."""

_PIECE = 65_536
_FORGET_AFTER = 16 * 1024 * 1024


class InflateResult(msgspec.Struct, frozen=True):
    """Result of decompressing a stream."""

    data: bytes | bytearray
    whole: bool
    """True if the stream ended properly within the cap."""
    error: str = ""
    """Description of the fault in the stream; empty if there is none."""
    end: int = -1
    """Offset behind the stream; -1 if it is not known."""


def inflate(data: View | bytearray, start: int, length: int, size: int, cap: int) -> InflateResult:
    """Inflate ``data[start:start + length]`` to at most ``cap`` bytes.

    Args:
        data: the archive.
        start: offset of the stream.
        length: compressed bytes; may extend beyond the end of ``data``.
        size: inflated size as stated, 0 if unknown.
        cap: upper bound of the bytes returned.
    """
    if 0 < size <= cap and size <= MAX_EXPANSION * length:
        with memoryview(data) as whole, whole[start : start + length] as stream:
            try:
                fast = deflate_decompress(stream, size)
            except DeflateError:
                pass
            else:
                if len(fast) == size:
                    return InflateResult(fast, True)
    return _piecewise(data, start, length, cap)


def inflate_prefix(data: View, start: int, length: int, count: int) -> bytes:
    """The first ``count`` bytes of a stream, or fewer if it ends or breaks; never raises."""
    try:
        return zlib.decompressobj(-15).decompress(data[start : start + min(length, count + 512)], count)
    except zlib.error:
        return b""


def inflate_pieces(data: View, start: int, length: int, cap: int) -> Iterator[bytes]:
    """The content of a stream piece by piece, at most ``cap`` bytes; ends at the first fault. Never raises."""
    engine = zlib.decompressobj(-15)
    position, stop = start, min(start + length, len(data))
    forgotten = position
    while not engine.eof and cap > 0:
        piece = engine.unconsumed_tail
        if not piece:
            if position - forgotten > _FORGET_AFTER:
                forgotten = position
                release_pages(data)
            piece = data[position : min(position + _PIECE, stop)]
            position += len(piece)
        if not piece:
            return
        try:
            content = engine.decompress(piece, min(cap, 1 << 20))
        except zlib.error:
            return
        cap -= len(content)
        yield content


def _piecewise(data: View | bytearray, start: int, length: int, cap: int) -> InflateResult:
    engine = zlib.decompressobj(-15)
    out = bytearray()
    position, stop = start, min(start + length, len(data))
    error = ""
    try:
        while not engine.eof and len(out) < cap:
            piece: bytes | bytearray = engine.unconsumed_tail
            if not piece:
                piece = data[position : min(position + _PIECE, stop)]
                position += len(piece)
            if not piece:
                error = "the compressed data ends too early"
                break
            out += engine.decompress(piece, min(cap - len(out), 1 << 20))
    except zlib.error:
        error = f"the compressed data is damaged after {count_text(len(out), 'byte')}"
    return InflateResult(out, engine.eof, error, position - len(engine.unused_data) if engine.eof else -1)
