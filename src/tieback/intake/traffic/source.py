"""Where the bytes of a capture come from: a file read, or decompressed, in bounded steps.

A reader looks at ``buffer`` from the front and calls ``advance`` when it has come to the end of what is there.
"""

import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from tieback.model.errors import InputError

type Buffer = bytes

STEP = 4 * 1024 * 1024
"""Bytes that are read or decompressed at a time."""

_READ = 256 * 1024


class Source(Protocol):
    """A window on the bytes of a file."""

    buffer: Buffer
    base: int
    """Where the window begins, in bytes from the start of the capture."""
    damage: str
    """Why the bytes ended early, or empty."""

    def advance(self, position: int) -> bool:
        """Drop what stands before ``position`` and append more; whether there was more."""
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class Window:
    """A file that is read in steps.

    It is not mapped: a page of a mapped file that another process cuts off ends this one, and captures that are still
    being written are cut off and begun anew by the tools that write them.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self.base = 0
        self.damage = ""
        self.buffer: Buffer = os.pread(number, STEP, 0)

    def advance(self, position: int) -> bool:
        """Read on from ``position``; without progress the window grows, as a record may be longer than it."""
        size = STEP if position else 2 * max(len(self.buffer), STEP)
        more = os.pread(self._number, size, self.base + position)
        grown = len(more) > len(self.buffer) - position
        self.buffer = more
        self.base += position
        return grown

    def close(self) -> None:
        """Close the file."""
        if self._number >= 0:
            os.close(self._number)
            self._number = -1


class Decompressor(Protocol):
    """What ``zlib.decompressobj`` and ``compression.zstd.ZstdDecompressor`` have in common."""

    @property
    def eof(self) -> bool:
        """Whether the member or frame is complete."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows it."""
        ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """At most ``max_length`` bytes of output."""
        ...


class Streamed:
    """A compressed file: at most one step is decompressed ahead, however well the bytes were packed."""

    def __init__(
        self, file: BinaryIO, fresh: Callable[[], Decompressor], failures: tuple[type[Exception], ...]
    ) -> None:
        self.buffer: Buffer = b""
        self.base = 0
        self.damage = ""
        self._file = file
        self._fresh = fresh
        self._failures = failures
        self._decompressor: Decompressor | None = fresh()
        self._pending = b""
        self.advance(0)

    def advance(self, position: int) -> bool:
        """Drop what was read and decompress one more step."""
        more = self._step()
        if more or position:
            self.buffer = self.buffer[position:] + more
            self.base += position
        return bool(more)

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
            data, self._pending = self._pending or self._tail() or self._file.read(_READ), b""
            try:
                part = self._decompressor.decompress(data, room)
            except self._failures as error:
                self.damage = f"the compressed bytes are damaged ({error})"[:200]
                self._decompressor = None
                break
            parts.append(part)
            room -= len(part)
            if not data and not part and not self._decompressor.eof:
                self.damage = "the compressed file is cut off"
                self._decompressor = None
        return b"".join(parts)

    def _tail(self) -> bytes:
        """Input that zlib handed back because the output was full; zstd keeps it inside."""
        return getattr(self._decompressor, "unconsumed_tail", b"")

    def _next_member(self) -> None:
        assert self._decompressor is not None
        rest = self._decompressor.unused_data or self._file.read(_READ)
        self._decompressor = self._fresh() if rest.strip(b"\0") else None
        self._pending = rest


def gzip_source(file: BinaryIO) -> Streamed:
    """Decompress gzip, also of several members (RFC 1952)."""
    return Streamed(file, lambda: zlib.decompressobj(wbits=31), (zlib.error,))


def zstd_source(file: BinaryIO, path: Path) -> Streamed:
    """Decompress Zstandard (RFC 8878).

    Raises:
        InputError: this Python has no Zstandard.
    """
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        file.close()
        raise InputError(
            "compressed with Zstandard, which Python reads from 3.14 on",
            where=str(path),
            advice="Decompress it with zstd -d, or use Python 3.14",
        ) from None
    return Streamed(file, zstd.ZstdDecompressor, (zstd.ZstdError, EOFError))
