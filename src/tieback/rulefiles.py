"""What is made from the rule files once and read again by every later process: a cache of the user's own.

Compiling the anchors and parsing the rules takes longer than analysing an app. The results lie in ``TIEBACK_CACHE``, or
else ``$XDG_CACHE_HOME/tieback`` or ``~/.cache/tieback``, each under the hash of what it was made from. An empty
``TIEBACK_CACHE`` means none. Whoever can write there could have written the program, so it must be the user's own: a
folder or file that is somebody else's, that others may write, or that is a link, is not read; a torn one is made anew.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

MAX_PREPARED = 64 * 1024 * 1024
"""Bytes of the largest file that is read."""

MAX_KEPT = 64
"""Files in the folder; a version of the program makes about twenty. The oldest ones go."""

_OURS = re.compile(r"[a-z]{1,32}-[0-9a-f]{32}")
_DIGEST = 32
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def folder() -> Path | None:
    """Where prepared things lie; ``None`` where nothing is to be kept."""
    named = os.environ.get("TIEBACK_CACHE")
    if named is not None:
        return Path(named) if named else None
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "tieback"
    home = os.environ.get("HOME")
    return Path(home) / ".cache" / "tieback" if home else None


def prepared(name: str, source: bytes, make: Callable[[], bytes]) -> bytes:
    """What ``make`` gives: read where it was made from the same source before, else made and kept.

    Args:
        name: of the file, in letters; the hash of the source follows it.
        source: everything that the result depends on.
        make: called where nothing usable is kept. Its errors are the caller's.
    """
    place = folder()
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
    """Forget what is kept, because it turned out to be of no use."""
    place = folder()
    if place is not None:
        with suppress(OSError):
            (place / f"{name}-{hashlib.sha256(source).hexdigest()[:32]}").unlink()


def rules[T](raw: bytes, into: type[T]) -> T:
    """The content of a rule file in TOML: kept as MessagePack, checked against the types each time.

    Raises:
        msgspec.ValidationError: the file is not of these types.
    """
    plain = prepared("rules", raw, lambda: msgspec.msgpack.encode(msgspec.toml.decode(raw)))
    return msgspec.msgpack.decode(plain, type=into, strict=True)


def _read(file: Path) -> bytes | None:
    try:
        if not _own(file.parent.lstat(), stat.S_IFDIR):
            return None
        number = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(number, "rb") as opened:
        status = os.fstat(number)
        if not _own(status, stat.S_IFREG) or not _DIGEST < status.st_size <= MAX_PREPARED:
            return None
        content = opened.read(MAX_PREPARED)
    kept = content[_DIGEST:]
    return kept if hashlib.sha256(kept).digest() == content[:_DIGEST] else None


def _own(status: os.stat_result, kind: int) -> bool:
    return stat.S_IFMT(status.st_mode) == kind and status.st_uid == os.geteuid() and not status.st_mode & _OTHERS_WRITE


def _write(file: Path, content: bytes) -> None:
    """Put a file in its place at once: another process reads all of it or none.

    Raises:
        OSError: it cannot be kept, or the folder is not the user's own.
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
    for old in kept[MAX_KEPT:]:
        old.unlink(missing_ok=True)
