"""An object as a file for as long as it is analysed: bounded, hashed on the way, and taken away afterwards.

Files lie in a folder of this process below the system's folder for temporary files (``TMPDIR``). What a process that
was killed left there is taken away by the next one that fetches. A local file that is no shard is read in its place.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tieback.intake.places.reach import Reach, is_url
from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN, Access

MAX_OBJECT = 16 << 30
"""Bytes of an app or a capture that is fetched."""
RESERVE = 256 << 20
"""Bytes that stay free on the disk."""
SECONDS = 1800.0
"""For one object."""
_MARK = "tieback-fetched"


@contextmanager
def fetched(reach: Reach, access: Access, sha256: str, name: str, seconds: float = SECONDS) -> Iterator[Path]:
    """The content as a file with the last part of ``name``; it is gone when the context ends.

    Args:
        reach: the way there.
        access: where it lies.
        sha256: what it must hash to.
        name: what people know it by; errors name it.
        seconds: until it must be here.

    Raises:
        InputError: it is not what was promised, too large, too slow, or cannot be read.
    """
    if not is_url(access.place) and not access.start:
        path = Path(access.place)
        _check(*_read(reach, access, name), access, sha256, name)
        yield path
        return
    _check_room(access.size, name)
    folder = Path(tempfile.mkdtemp(dir=_own_folder()))
    try:
        path = folder / _file_name(name)
        try:
            digest, size = _write(path, reach.read(access), name, time.monotonic() + seconds)
        except InputError as error:
            raise InputError(error.what, where=name, advice=error.advice) from None
        except OSError as error:
            raise InputError(
                f"cannot be fetched: {error.strerror}", where=name, advice="Free the disk of TMPDIR, or choose another"
            ) from None
        _check(digest, size, access, sha256, name)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(reach: Reach, access: Access, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        for piece in reach.read(access):
            size += len(piece)
            digest.update(piece)
    except InputError as error:
        raise InputError(error.what, where=name, advice=error.advice) from None
    return digest.hexdigest(), size


def _check(digest: str, size: int, access: Access, sha256: str, name: str) -> None:
    """Whether what came is what was promised. Raises ``InputError``."""
    advice = "Run again, or mend the manifest"
    if access.size not in {UNKNOWN, size}:
        raise InputError(f"{size} bytes are there where {access.size} were promised", where=name, advice=advice)
    if digest != sha256:
        raise InputError(
            f"its content is not what was promised: SHA-256 {digest[:16]}…, not {sha256[:16]}…",
            where=name,
            advice=advice,
        )


def _write(path: Path, pieces: Iterator[bytes | memoryview], name: str, until: float) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > MAX_OBJECT:
                raise _too_large(name)
            if time.monotonic() > until:
                raise InputError("it comes too slowly", where=name, advice="Move the workers closer to it")
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest(), size


def _check_room(size: int, name: str) -> None:
    if size > MAX_OBJECT:
        raise _too_large(name)
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if max(size, 0) + RESERVE > free:
        raise InputError(
            f"no room to fetch it: {free >> 20} MiB are free", where=name, advice="Set TMPDIR to a larger disk"
        )


def _too_large(name: str) -> InputError:
    return InputError(f"larger than {MAX_OBJECT >> 30} GiB", where=name, advice="Cut it, or give it as a local file")


def _file_name(name: str) -> str:
    """The last part of a name, which may matter to what reads it."""
    last = name.rpartition("#")[2].rpartition("/")[2]
    safe = "".join(c if c.isprintable() and c != "\0" else "_" for c in last)
    return safe.encode("utf-8", "replace")[-200:].decode("utf-8", "ignore").lstrip(".") or "object"


def _own_folder() -> Path:
    """This process's folder; those of processes that are gone are removed on the way."""
    parent = Path(tempfile.gettempdir())
    own = parent / f"{_MARK}-{os.getuid()}-{os.getpid()}"
    if not own.is_dir():
        for other in parent.glob(f"{_MARK}-{os.getuid()}-*"):
            if not Path(f"/proc/{other.name.rpartition('-')[2]}").exists():
                shutil.rmtree(other, ignore_errors=True)
        with suppress(FileExistsError):
            own.mkdir(mode=0o700)
    status = own.lstat()
    if own.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise InputError("the folder for fetched files is somebody else's", where=str(own), advice="Set TMPDIR")
    return own
