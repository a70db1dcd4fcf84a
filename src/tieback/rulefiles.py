"""Cache of compiled rule files, shared by all processes of a user.

Compiling the anchors and parsing the rules takes longer than analysing an app. Results are stored in ``TIEBACK_CACHE``,
``$XDG_CACHE_HOME/tieback`` or ``~/.cache/tieback``, under the hash of their source. An empty ``TIEBACK_CACHE`` disables
the cache. Anyone with write access to the cache could control the program, so it must belong to the user: a folder or
file that belongs to others, is writable for others, or is a link, is not read. Incomplete files are rebuilt.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Maximum bytes of a file that is read."""

MAX_FILES = 64
"""Maximum files in the folder; one version of the program creates about twenty. The oldest are removed."""

_OURS = re.compile(r"[a-z]{1,32}-[0-9a-f]{32}")
_DIGEST = 32
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_directory() -> Path | None:
    """The cache folder; ``None`` if caching is disabled."""
    named = os.environ.get("TIEBACK_CACHE")
    if named is not None:
        return Path(named) if named else None
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "tieback"
    home = os.environ.get("HOME")
    return Path(home) / ".cache" / "tieback" if home else None


def load_or_build(name: str, source: bytes, make: Callable[[], bytes]) -> bytes:
    """The result of ``make``, from the cache if it was created from the same source.

    Args:
        name: file name prefix, letters only; the hash of the source is appended.
        source: everything that the result depends on.
        make: called if there is no usable cache entry. Its errors are passed on.
    """
    place = cache_directory()
    if place is None:
        return make()
    file = place / f"{name}-{hashlib.sha256(source).hexdigest()[:32]}"
    kept = _read(file)
    if kept is not None:
        return kept
    made = make()
    with suppress(OSError):
        _write(file, made)
    return made


def discard(name: str, source: bytes) -> None:
    """Remove a cache entry that turned out to be unusable."""
    place = cache_directory()
    if place is not None:
        with suppress(OSError):
            (place / f"{name}-{hashlib.sha256(source).hexdigest()[:32]}").unlink()


def load_rules[T](raw: bytes, into: type[T]) -> T:
    """The content of a TOML rule file: cached as MessagePack, and validated each time.

    Raises:
        msgspec.ValidationError: the file does not match the types.
    """
    plain = load_or_build("rules", raw, lambda: msgspec.msgpack.encode(msgspec.toml.decode(raw)))
    return msgspec.msgpack.decode(plain, type=into, strict=True)


def _read(file: Path) -> bytes | None:
    try:
        if not _own(file.parent.lstat(), stat.S_IFDIR):
            return None
        number = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(number, "rb", buffering=0) as opened:
        status = os.fstat(number)
        if not _own(status, stat.S_IFREG) or not _DIGEST < status.st_size <= MAX_FILE_BYTES:
            return None
        digest, kept = opened.read(_DIGEST), opened.read(status.st_size - _DIGEST)
    return kept if kept and hashlib.sha256(kept).digest() == digest else None


def _own(status: os.stat_result, kind: int) -> bool:
    return stat.S_IFMT(status.st_mode) == kind and status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def _write(file: Path, content: bytes) -> None:
    """Write a file atomically: other processes read all of it or nothing.

    Raises:
        OSError: it cannot be written, or the folder does not belong to the user.
    """
    import tempfile

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _own(file.parent.lstat(), stat.S_IFDIR):
        return
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".new-", delete=False) as new:
        try:
            new.write(hashlib.sha256(content).digest() + content)
            new.close()
            Path(new.name).replace(file)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    ours = [one for one in file.parent.iterdir() if _OURS.fullmatch(one.name)]
    kept = sorted(ours, key=lambda one: one.lstat().st_mtime_ns, reverse=True)
    for old in kept[MAX_FILES:]:
        old.unlink(missing_ok=True)
