"""Bytes of a capture: a file that is read, or decompressed, in bounded steps.

A reader examines ``buffer`` from the front and calls ``advance`` when it reaches the end.
"""

import os
import zlib
from abc import ABC, abstractmethod
from typing import BinaryIO, Protocol

type Buffer = bytes

STEP = 4 * 1024 * 1024
"""Bytes that are read or decompressed at a time."""

_READ = 256 * 1024
_PIECE = 64 * 1024
"""Bytes of Zstandard that are requested at a time: of a truncated file the last such piece is lost."""


class ByteSource(Protocol):
    """A window on the bytes of a file."""

    buffer: Buffer
    base: int
    """Offset of the window, in bytes from the start of the capture."""
    damage: str
    """Why the bytes ended early, or empty."""

    def advance(self, position: int) -> bool:
        """Drop the bytes before ``position`` and append more; true if there were more."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class FileWindow:
    """A file that is read in steps.

    It is not mapped: if another process truncates a mapped file, this process crashes. Capture tools truncate and
    restart files that they are still writing.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self.base = 0
        self.damage = ""
        self.buffer: Buffer = self._read(STEP, 0)

    def advance(self, position: int) -> bool:
        """Continue to read from ``position``; without progress the window grows, because a record may be longer than
        it.
        """
        more = self._read(STEP if position else 2 * max(len(self.buffer), STEP), self.base + position)
        grown = len(more) > len(self.buffer) - position
        self.buffer = more
        self.base += position
        return grown

    def _read(self, size: int, position: int) -> bytes:
        """At most the bytes that the file has now: unused buffers would be the main cost of small files."""
        left = os.fstat(self._number).st_size - position
        return os.pread(self._number, min(size, left), position) if left > 0 else b""

    def close(self) -> None:
        """Close the file."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


class CompressedSource(ABC):
    """A compressed file: at most one step is decompressed ahead, whatever the compression ratio."""

    def __init__(self) -> None:
        self.buffer: Buffer = b""
        self.base = 0
        self.damage = ""

    def advance(self, position: int) -> bool:
        """Drop the bytes already used and decompress one more step."""
        more = self._step()
        if more or position:
            self.buffer = self.buffer[position:] + more
            self.base += position
        return bool(more)

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    @abstractmethod
    def _step(self) -> bytes:
        """The next bytes, ``STEP`` at most; none at the end, and then ``damage`` is set if the end is premature."""


class GzipSource(CompressedSource):
    """gzip, also of several members (RFC 1952)."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._decompressor: zlib._Decompress | None = zlib.decompressobj(wbits=31)
        self._pending = b""
        self.advance(0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._decompressor = None

    def _step(self) -> bytes:
        parts: list[bytes] = []
        room = STEP
        while room > 0 and self._decompressor is not None:
            if self._decompressor.eof:
                self._next_member()
                continue
            waiting = self._pending or self._decompressor.unconsumed_tail
            data, self._pending = waiting or self._file.read(_READ), b""
            try:
                part = self._decompressor.decompress(data, room)
            except zlib.error as error:
                self.damage = f"the compressed data is damaged ({error})"[:200]
                self._decompressor = None
                break
            parts.append(part)
            room -= len(part)
            if not data and not part and not self._decompressor.eof:
                self.damage = "the compressed file is truncated"
                self._decompressor = None
        return b"".join(parts)

    def _next_member(self) -> None:
        assert self._decompressor is not None
        rest = self._decompressor.unused_data or self._file.read(_READ)
        self._decompressor = zlib.decompressobj(wbits=31) if rest.strip(b"\0") else None
        self._pending = rest


class ZstandardSource(CompressedSource):
    """Zstandard, also of several frames (RFC 8878)."""

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow as pa

        super().__init__()
        self._stream = pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")
        self.advance(0)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _step(self) -> bytes:
        parts: list[bytes] = []
        for _ in range(STEP // _PIECE if not self.damage else 0):
            try:
                part = self._stream.read(_PIECE)
            except OSError as error:
                cut = "Truncated" in str(error)
                self.damage = (
                    "the compressed file is truncated" if cut else f"the compressed data is damaged ({error})"[:200]
                )
                break
            if not part:
                break
            parts.append(part)
        return b"".join(parts)
