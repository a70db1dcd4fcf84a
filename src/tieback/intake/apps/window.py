"""View of a part of a larger view of bytes, without a copy: an archive that is stored inside another one."""

import mmap
from typing import overload

type View = mmap.mmap | bytes | BytesWindow
"""Bytes of an archive. The opener of a map closes it; nothing keeps a view of it longer than a call."""


def release_pages(view: View) -> None:
    """Release the memory of the pages of a map that were read; the next access reads them from the file again."""
    if isinstance(view, BytesWindow):
        view.forget()
    elif isinstance(view, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        view.madvise(mmap.MADV_DONTNEED)


class BytesWindow:
    """The bytes ``view[start:stop]``, like a file of their own."""

    def __init__(self, view: View, start: int, stop: int) -> None:
        self._view = view
        self._start = min(max(start, 0), len(view))
        self._stop = min(max(stop, self._start), len(view))

    def __len__(self) -> int:
        return self._stop - self._start

    @overload
    def __getitem__(self, where: slice) -> bytes: ...
    @overload
    def __getitem__(self, where: int) -> int: ...
    def __getitem__(self, where: slice | int) -> bytes | int:
        """As for bytes; slices have no step."""
        if isinstance(where, int):
            return self._view[self._start + range(len(self))[where]]
        first, last, _ = where.indices(len(self))
        return self._view[self._start + first : self._start + max(first, last)]

    def find(self, sub: bytes, start: int = 0, stop: int | None = None) -> int:
        """Lowest offset of ``sub`` in the window, or -1."""
        first, last = self._bounds(start, stop)
        found = self._view.find(sub, first, last)
        return found if found < 0 else found - self._start

    def rfind(self, sub: bytes, start: int = 0, stop: int | None = None) -> int:
        """Highest offset of ``sub`` in the window, or -1."""
        first, last = self._bounds(start, stop)
        found = self._view.rfind(sub, first, last)
        return found if found < 0 else found - self._start

    def __buffer__(self, flags: int) -> memoryview:
        return memoryview(self._view)[self._start : self._stop]

    def forget(self) -> None:
        """Release memory: see the function of this name."""
        release_pages(self._view)

    def _bounds(self, start: int, stop: int | None) -> tuple[int, int]:
        first, last, _ = slice(start, stop).indices(len(self))
        return self._start + first, self._start + last
