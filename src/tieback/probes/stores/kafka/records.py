"""Records of a Kafka log: batches of version 2, and message sets of versions 0 and 1, not compressed or with gzip.

Batches with another compression, control batches and what is incomplete at the end are left out.
https://kafka.apache.org/documentation/#recordbatch
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

_OLD_HEAD, _HEAD = 17, 61
"""Bytes before the attributes of a message and before the records of a batch."""
_MAX_INFLATED = 512 * 1024
_MAX_VARINT = 10
_COMPRESSION, _CONTROL = 0x07, 0x20
_NONE, _GZIP = 0, 1

type Record = tuple[bytes, bytes]
"""Key and value."""


class _CutOff(Exception):  # noqa: N818 - ends the reading, is no error
    """The records end early."""


def log_records(data: bytes, most: int) -> list[Record]:
    """Key and value of the first records of a log, at most ``most``."""
    return list(islice(_log(data), most))


def _log(data: bytes) -> Iterator[Record]:
    at = 0
    while at + _OLD_HEAD <= len(data):
        size, magic = int.from_bytes(data[at + 8 : at + 12], "big"), data[at + 16]
        end = at + 12 + size
        if size < _OLD_HEAD - 12 or end > len(data):
            return
        with suppress(_CutOff):
            yield from _batch(data[at:end]) if magic >= 2 else _message(data[at + 16 : end])
        at = end


def _batch(data: bytes) -> Iterator[Record]:
    if len(data) < _HEAD:
        return
    (attributes,) = struct.unpack(">h", data[21:23])
    (count,) = struct.unpack(">i", data[57:61])
    kind = attributes & _COMPRESSION
    if attributes & _CONTROL or kind not in (_NONE, _GZIP):
        return
    reader = _Reader(_inflated(data[_HEAD:]) if kind == _GZIP else data[_HEAD:])
    for _ in range(max(count, 0)):
        inner = _Reader(reader.take(reader.varint()))
        inner.take(1)
        inner.varint()
        inner.varint()
        yield inner.text(), inner.text()


def _message(data: bytes) -> Iterator[Record]:
    """One message, from its magic byte on."""
    reader = _Reader(data)
    magic, attributes = reader.take(2)
    if attributes & _COMPRESSION:
        return
    if magic == 1:
        reader.take(8)
    yield reader.sized(), reader.sized()


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, _MAX_INFLATED)
    except zlib.error:
        return b""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._data):
            raise _CutOff
        self._at += size
        return self._data[self._at - size : self._at]

    def varint(self) -> int:
        """Integer with zigzag encoding."""
        value = 0
        for place in range(_MAX_VARINT):
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
        raise _CutOff

    def text(self) -> bytes:
        """Bytes after a variable length; empty for null."""
        size = self.varint()
        return self.take(size) if size > 0 else b""

    def sized(self) -> bytes:
        """Bytes after a length of four bytes; empty for null."""
        size = int.from_bytes(self.take(4), "big", signed=True)
        return self.take(size) if size > 0 else b""
