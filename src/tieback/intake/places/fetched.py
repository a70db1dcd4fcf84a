"""An object as a file for as long as it is analysed: bounded, hashed on the way, and taken away afterwards.

Files lie in a folder of their process below the system's folder for temporary files (``TMPDIR``). What a process that
was killed left there is taken away by the next one that fetches: the kernel releases its lock. A local file that is no
shard is read in its place.
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

from tieback.intake.places.reach import Reach, is_url
from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN, Access

MAX_OBJECT = 16 << 30
"""Bytes of an app or a capture that is fetched."""
RESERVE = 256 << 20
"""Bytes that stay free on the disk."""
SECONDS = 840.0
"""For one object."""
YOUNG_SECONDS = 60.0
"""A folder that is younger may not be locked yet."""
_PREFIX = "tieback-fetched-"
_ADVICE = "Run again, or mend the manifest"


class Fetcher:
    """Fetches objects, one at a time, into a folder of its own."""

    def __init__(self, reach: Reach) -> None:
        """Keep the way there; nothing is made before the first object."""
        self._reach = reach

    @contextmanager
    def fetched(self, access: Access, sha256: str, name: str, seconds: float = SECONDS) -> Iterator[Path]:
        """The content as a file with the last part of ``name``; it is gone when the context ends.

        Args:
            access: where it lies.
            sha256: what it must hash to.
            name: what people know it by; errors name it.
            seconds: until it must be here.

        Raises:
            InputError: it is not what was promised, too large, too slow, or cannot be read.
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
                raise InputError(f"cannot be fetched: {why}", where=name, advice="Free the disk of TMPDIR") from None
            yield path
        finally:
            if not local:
                path.unlink(missing_ok=True)

    def _fetch(self, access: Access, path: Path | None, sha256: str, until: float) -> None:
        """Read it all, to ``path`` where one is given, and check it."""
        # A size that is wrong shows only where no range is asked for.
        wanted = access if access.start else msgspec.structs.replace(access, size=UNKNOWN)
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
        """This process's folder; those of processes that are gone are removed on the way."""
        parent = Path(tempfile.gettempdir())
        for other in parent.glob(f"{_PREFIX}{os.getuid()}-*"):
            _remove_if_left(other)
        own = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getuid()}-"))
        lock = os.open(own, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        weakref.finalize(self, _remove, own, lock)
        return own


class _Coming:
    """Bytes on their way: counted, hashed, and stopped where they are too many or too late."""

    def __init__(self, pieces: Iterator[bytes | memoryview], promised: int, until: float) -> None:
        self._pieces = pieces
        self._promised = promised
        self._until = until
        self._digest = hashlib.sha256()
        self._size = 0

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Hand them on."""
        for piece in self._pieces:
            self._size += len(piece)
            if self._size > MAX_OBJECT:
                raise _too_large()
            if self._promised != UNKNOWN and self._size > self._promised:
                raise InputError(f"it is larger than the {self._promised} bytes that were promised", advice=_ADVICE)
            if time.monotonic() > self._until:
                raise InputError("it comes too slowly", advice="Move the workers closer to it")
            self._digest.update(piece)
            yield piece

    def check(self, sha256: str) -> None:
        """Whether all that came is what was promised. Raises ``InputError``."""
        if self._promised not in {UNKNOWN, self._size}:
            what = f"{self._size} bytes are there where {self._promised} were promised"
            raise InputError(what, advice=_ADVICE)
        digest = self._digest.hexdigest()
        if digest != sha256:
            what = f"its content is not what was promised: SHA-256 {digest[:16]}…, not {sha256[:16]}…"
            raise InputError(what, advice=_ADVICE)


def _check_room(size: int) -> None:
    if size > MAX_OBJECT:
        raise _too_large()
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if max(size, 0) + RESERVE > free:
        raise InputError(f"no room to fetch it: {free >> 20} MiB are free", advice="Set TMPDIR to a larger disk")


def _too_large() -> InputError:
    return InputError(f"larger than {MAX_OBJECT >> 30} GiB", advice="Cut it, or give it as a local file")


def _file_name(name: str) -> str:
    """The last part of a name, which may matter to what reads it."""
    last = name.rpartition("#")[2].rpartition("/")[2]
    safe = "".join(c if c.isprintable() else "_" for c in last)
    return safe.encode("utf-8", "replace")[-200:].decode("utf-8", "ignore").lstrip(".") or "object"


def _remove(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _remove_if_left(folder: Path) -> None:
    """Remove a folder whose process is gone."""
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
        pass  # held: it lives
    finally:
        os.close(lock)
