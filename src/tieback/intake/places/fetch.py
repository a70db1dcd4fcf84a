"""Temporary local copy of a remote object: bounded, hashed during the transfer, and deleted after the analysis.

Copies are in a directory per process, below the system's directory for temporary files (``TMPDIR``). Directories that
killed processes left there are removed by the next process that fetches: the kernel has released their lock. A local
file that is not a shard is read where it is.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import msgspec

from tieback.intake.places.content import ContentReader, is_url
from tieback.model.count_text import form_for
from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN_SIZE, ObjectLocation

MAX_OBJECT = 16 << 30
"""Bytes of one app or capture to fetch."""
RESERVE = 256 << 20
"""Bytes that must stay free on the disk."""
SECONDS = 840.0
"""Time limit for one object."""
YOUNG_SECONDS = 60.0
"""Age below which a directory may not be locked yet."""
_PREFIX = "tieback-fetched-"
_ADVICE = "Run again, or correct the manifest"


class Fetcher:
    """Fetches objects, one at a time, into a directory of its own."""

    def __init__(self, reach: ContentReader) -> None:
        """Take the reader of remote content; nothing is created before the first object."""
        self._reach = reach

    @contextmanager
    def fetch(self, access: ObjectLocation, sha256: str, name: str, seconds: float = SECONDS) -> Iterator[Path]:
        """The content as a local file named like the last part of ``name``; it is deleted when the context ends.

        Args:
            access: location of the object.
            sha256: expected hash.
            name: name for display and for errors.
            seconds: time limit.

        Raises:
            InputError: the content does not match its hash or size, is too large or too slow, or cannot be read.
        """
        local = not is_url(access.place) and not access.start
        path = Path(access.place) if local else self._folder / _file_name(name)
        try:
            try:
                self._fetch(access, None if local else path, sha256, time.monotonic() + seconds)
            except InputError as error:
                raise InputError(error.what, where=name, advice=error.advice) from None
            except OSError as error:
                why = error.strerror or type(error).__name__
                raise InputError(
                    f"cannot be fetched: {why}", where=name, advice="Free space on the disk of TMPDIR"
                ) from None
            yield path
        finally:
            if not local:
                path.unlink(missing_ok=True)

    def _fetch(self, access: ObjectLocation, path: Path | None, sha256: str, until: float) -> None:
        """Read the whole object, write it to ``path`` if there is one, and check it."""
        # Read to the end where possible: a range request would hide a wrong size.
        wanted = access if access.start else msgspec.structs.replace(access, size=UNKNOWN_SIZE)
        coming = _Coming(self._reach.read(wanted), access.size, until)
        if path is None:
            for _ in coming.pieces():
                pass
        else:
            _check_room(access.size)
            with path.open("wb") as file:
                for piece in coming.pieces():
                    file.write(piece)
        coming.check(sha256)

    @cached_property
    def _folder(self) -> Path:
        """The directory of this process; directories of processes that ended are removed."""
        parent = Path(tempfile.gettempdir())
        for other in parent.glob(f"{_PREFIX}{os.getuid()}-*"):
            _remove_if_left(other)
        own = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getuid()}-"))
        lock = os.open(own, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        weakref.finalize(self, _remove, own, lock)
        return own


class _Coming:
    """Content in transfer: counted, hashed, and stopped if it is too large or too late."""

    def __init__(self, pieces: Iterator[bytes | memoryview], promised: int, until: float) -> None:
        self._pieces = pieces
        self._promised = promised
        self._until = until
        self._digest = hashlib.sha256()
        self._size = 0

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Pass the content on, piece by piece."""
        for piece in self._pieces:
            self._size += len(piece)
            if self._size > MAX_OBJECT:
                raise _too_large()
            if self._promised != UNKNOWN_SIZE and self._size > self._promised:
                raise InputError(
                    f"the content is larger than the expected {self._promised} "
                    f"{form_for(self._promised, 'byte', 'bytes')}",
                    advice=_ADVICE,
                )
            if time.monotonic() > self._until:
                raise InputError(
                    "the transfer is too slow", advice="Run the workers closer to the object store or host"
                )
            self._digest.update(piece)
            yield piece

    def check(self, sha256: str) -> None:
        """Raise ``InputError`` if the size or hash differs from the expected one."""
        if self._promised not in {UNKNOWN_SIZE, self._size}:
            what = f"the content has {self._size} {form_for(self._size, 'byte', 'bytes')}, expected {self._promised}"
            raise InputError(what, advice=_ADVICE)
        digest = self._digest.hexdigest()
        if digest != sha256:
            what = f"the content has another SHA-256 than expected: {digest[:16]}…, not {sha256[:16]}…"
            raise InputError(what, advice=_ADVICE)


def _check_room(size: int) -> None:
    if size > MAX_OBJECT:
        raise _too_large()
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if max(size, 0) + RESERVE > free:
        raise InputError(
            f"not enough disk space to fetch it: {free >> 20} MiB are free", advice="Set TMPDIR to a larger disk"
        )


def _too_large() -> InputError:
    return InputError(f"larger than {MAX_OBJECT >> 30} GiB", advice="Split it, or pass it as a local file")


def _file_name(name: str) -> str:
    """The last part of a name; readers may need its suffix."""
    last = name.rpartition("#")[2].rpartition("/")[2]
    safe = "".join(c if c.isprintable() else "_" for c in last)
    return safe.encode("utf-8", "replace")[-200:].decode("utf-8", "ignore").lstrip(".") or "object"


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _remove_if_left(folder: Path) -> None:
    """Remove the directory of a process that has ended."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return
    try:
        status = os.fstat(lock)
        if status.st_uid == os.getuid() and time.time() - status.st_ctime > YOUNG_SECONDS:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        pass  # locked: its process is running
    finally:
        os.close(lock)
