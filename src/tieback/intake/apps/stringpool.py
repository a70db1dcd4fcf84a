"""String pools of compiled Android resources: ``ResStringPool`` of ``resources.arsc`` and of binary XML.

Source: AOSP ``frameworks/base/libs/androidfw/include/androidfw/ResourceTypes.h`` (``ResStringPool_header``). Every
offset is checked before it is followed. Strings are located all at once and decoded one by one on demand. So a pool
that names one long string a million times costs no more than its own bytes.
"""

import struct

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct

CHUNK_STRING_POOL = 0x0001
MAX_STRINGS = 1_000_000
"""Strings located in one pool; the largest store apps have about 300,000. The bytes of all are searched in any case."""

_UTF8 = 0x100
_header = struct.Struct("<HHIIIIII")


class MalformedPoolError(ValueError):
    """A structure contradicts itself or extends beyond its bytes."""


class StringPool(msgspec.Struct, frozen=True):
    """Positions of the strings of a pool in the bytes that it was read from."""

    data: bytes
    size: int
    """Bytes of the whole chunk."""
    start: int
    """Offset of the string data in ``data``."""
    stop: int
    starts: NDArray[np.int64]
    """Offset in ``data`` of the first byte of each string, by index; -1 for one outside the pool."""
    lengths: NDArray[np.int64]
    """Bytes of each string, by index."""
    utf16: bool

    def text(self, index: int, limit: int = 4096) -> str:
        """A string, cut at ``limit`` bytes; empty if there is none with that index."""
        if not 0 <= index < len(self.starts) or self.starts[index] < 0:
            return ""
        start = int(self.starts[index])
        raw = self.data[start : start + min(int(self.lengths[index]), limit)]
        return raw.decode("utf-16-le" if self.utf16 else "utf-8", "replace")

    def begins(self) -> NDArray[np.int64]:
        """Sorted distinct offsets, relative to ``start``, at which a string begins."""
        relative = self.starts - self.start
        if len(relative) and relative[0] >= 0 and (relative[1:] > relative[:-1]).all():
            return relative
        return distinct(relative[relative >= 0])


FEW = 64
"""Number of strings up to which a loop is faster than numpy; nearly every binary XML file has fewer."""


class PoolFrame(msgspec.Struct, frozen=True):
    """The header of a pool; its strings are not located yet."""

    header: int
    """Offset of the table of offsets."""
    size: int
    start: int
    stop: int
    count: int
    utf8: bool


def pool_frame(data: bytes | bytearray, at: int) -> PoolFrame:
    """The header of the pool at offset ``at``; if it can be read, ``read_pool`` does not raise.

    Raises:
        MalformedError: there is no string pool, or its tables exceed the bytes.
    """
    if at < 0 or at + 28 > len(data):
        raise MalformedPoolError("a string pool ends too early")
    kind, header, size, count, _, flags, strings, styles = _header.unpack_from(data, at)
    if kind != CHUNK_STRING_POOL or header < 28:
        raise MalformedPoolError("no string pool at the expected offset")
    stop = min(at + size, len(data))
    if styles > strings:
        stop = min(stop, at + styles)
    start = at + strings
    count = min(count, MAX_STRINGS)
    utf8 = bool(flags & _UTF8)
    if count == 0:
        return PoolFrame(at + header, size, stop, stop, 0, utf8)
    if at + header + 4 * count > len(data) or not at + header <= start <= stop:
        raise MalformedPoolError("the tables of a string pool exceed it")
    return PoolFrame(at + header, size, start, stop, count, utf8)


def read_pool(data: bytes, at: int) -> StringPool:
    """Locate the strings of the pool at offset ``at``, the first ``MAX_STRINGS`` of them.

    Raises:
        MalformedError: there is no string pool, or its tables exceed the bytes.
    """
    frame = pool_frame(data, at)
    start, stop, count = frame.start, frame.stop, frame.count
    if count == 0:
        none = np.empty(0, np.int64)
        return StringPool(data, frame.size, stop, stop, none, none, not frame.utf8)
    if count <= FEW:
        offsets = struct.unpack_from(f"<{count}I", data, frame.header)
        starts, lengths = _few(data, offsets, start, stop, utf8=frame.utf8)
        return StringPool(data, frame.size, start, stop, starts, lengths, not frame.utf8)
    places = np.frombuffer(data, "<u4", count, frame.header).astype(np.int64) + start
    raw = np.frombuffer(data, np.uint8)
    starts, lengths = (_utf8 if frame.utf8 else _utf16)(raw, places)
    starts = np.where(starts + lengths > stop, -1, starts)
    return StringPool(data, frame.size, start, stop, starts, lengths, not frame.utf8)


def _few(
    data: bytes, offsets: tuple[int, ...], start: int, stop: int, *, utf8: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and lengths of a small pool, one by one: the result of the vectorised functions below, without their
    overhead.
    """
    starts, lengths = [], []
    for offset in offsets:
        place = start + offset
        length = 0
        if place + 4 <= len(data):
            if utf8:
                place += 1 + (data[place] >> 7)
                length = data[place]
                place += 1
                if length & 0x80 and place < len(data):
                    length = (length & 0x7F) << 8 | data[place]
                    place += 1
            else:
                length = data[place] | data[place + 1] << 8
                place += 2
                if length & 0x8000:
                    length = (length & 0x7FFF) << 16 | data[place] | data[place + 1] << 8
                    place += 2
                length *= 2
        starts.append(place if place + length <= stop else -1)
        lengths.append(length)
    return np.array(starts, np.int64), np.array(lengths, np.int64)


def _utf8(raw: NDArray[np.uint8], places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Two lengths precede each string, in characters and in bytes, each in one or two bytes."""
    places = places + 1 + (raw.take(places, mode="clip") >> 7)
    first = raw.take(places, mode="clip").astype(np.int64)
    wide = first >> 7
    lengths = first
    if wide.any():
        second = raw.take(places + 1, mode="clip")
        lengths = np.where(wide, (first & 0x7F) << 8 | second, first)
    return places + 1 + wide, lengths


def _utf16(raw: NDArray[np.uint8], places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The length in 16-bit units precedes each string, in one or two units."""

    def unit(at: NDArray[np.int64]) -> NDArray[np.int64]:
        return raw.take(at, mode="clip").astype(np.int64) | raw.take(at + 1, mode="clip").astype(np.int64) << 8

    first = unit(places)
    wide = first >> 15
    units = np.where(wide, (first & 0x7FFF) << 16 | unit(places + 2), first) if wide.any() else first
    return places + 2 + 2 * wide, units * 2
