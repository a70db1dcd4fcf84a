"""Checkouts of version control: whether a folder is in one, and whether Git tracks files below it.

Git's index is read here, and no program is started: the configuration of a repository can name commands that ``git``
runs. Format: https://git-scm.com/docs/index-format (versions 2 to 4; SHA-1 and SHA-256).
"""

import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path

MARKERS = (".git", ".hg", ".svn", ".jj", ".bzr", ".pijul", "_darcs", "CVS")
"""Names at the root of a checkout."""
MAX_INDEX = 1024 * 1024 * 1024
MAX_POINTER = 65_536
_MODES = frozenset({0o100644, 0o100664, 0o100755, 0o120000, 0o160000, 0o040000})
_EXTENDED = 0x4000


def checkout_of(folder: Path) -> Path | None:
    """The root of the innermost checkout that contains a folder, which may not exist yet; ``None`` outside of any."""
    return next((root for root, _ in _checkouts(folder)), None)


def tracked_by(folder: Path) -> str:
    """Why files below a folder can come from a checkout that contains it, as one clause; empty if they cannot."""
    real = Path(os.path.realpath(folder))
    for root, marker in _checkouts(folder):
        if marker != ".git":
            return f"it is in a checkout ({root / marker})"
        try:
            if _git_tracks(root, str(real.relative_to(root))):
                return f"Git tracks files of it ({root})"
        except (OSError, ValueError, struct.error, IndexError) as error:
            return f"the index of Git cannot be read ({root}: {error})"
    return ""


def _checkouts(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every checkout around a folder with its marker, from the inside out."""
    real = Path(os.path.realpath(folder))
    for parent in (real, *real.parents):
        for marker in MARKERS:
            if os.path.lexists(parent / marker):
                yield parent, marker


def _git_tracks(root: Path, folder: str) -> bool:
    """True if the index of a work tree has an entry at or below a folder, or above it and not a folder."""
    index = _git_folder(root) / "index"
    try:
        with index.open("rb") as file:
            content = file.read(MAX_INDEX + 1)
    except FileNotFoundError:
        return False  # nothing was added or checked out yet
    if len(content) > MAX_INDEX:
        raise ValueError(f"longer than {MAX_INDEX:,} bytes")
    wanted = _comparable(os.fsencode(folder))
    return any(_related(_comparable(name), wanted) for name in index_names(content))


def _git_folder(root: Path) -> Path:
    """The folder with the index: ``.git``, or the one that the file ``.git`` names (worktrees and submodules)."""
    git = root / ".git"
    if git.is_dir():
        return git
    with git.open("rb") as file:
        match = re.fullmatch(rb"gitdir: ([^\n]+)\n?", file.read(MAX_POINTER))
    if match is None:
        raise ValueError("the file .git names no folder")
    return root / os.fsdecode(match[1])


def _comparable(name: bytes) -> str:
    # Some file systems do not distinguish case.
    return os.fsdecode(name).casefold().rstrip("/")


def _related(name: str, folder: str) -> bool:
    """True if a tracked name is the folder, is below it, or contains it (a link, a module, a sparse folder)."""
    return folder in {"", "."} or name == folder or name.startswith(f"{folder}/") or folder.startswith(f"{name}/")


def index_names(index: bytes) -> list[bytes]:
    """The names of the entries of an index.

    Raises:
        ValueError: it is damaged, or of a kind that cannot be read (a split index).
    """
    for hash_size in (20, 32):
        try:
            return _names(index, hash_size)
        except (struct.error, IndexError, ValueError) as error:
            problem = str(error)
    raise ValueError(problem)


def _names(index: bytes, hash_size: int) -> list[bytes]:
    signature, version, count = struct.unpack_from(">4sII", index)
    if signature != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError("not an index of version 2 to 4")
    fixed = 40 + hash_size + 2
    at, name, found = 12, b"", []
    for _ in range(count):
        if struct.unpack_from(">I", index, at + 24)[0] not in _MODES:
            raise ValueError(f"no entry at offset {at}")
        start = at + fixed
        if struct.unpack_from(">H", index, start - 2)[0] & _EXTENDED:
            start += 2
        if version == 4:
            strip, start = _varint(index, start)
            if strip > len(name):
                raise ValueError(f"an impossible name at offset {start}")
            end = index.index(b"\0", start)
            name = name[: len(name) - strip] + index[start:end]
            at = end + 1
        else:
            end = index.index(b"\0", start)
            name = index[start:end]
            at += (end - at + 8) & ~7
        found.append(name)
    while at < len(index) - hash_size:
        kind, size = struct.unpack_from(">4sI", index, at)
        if kind == b"link":
            raise ValueError("a split index")
        at += 8 + size
    if at != len(index) - hash_size:
        raise ValueError("a wrong length")
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The variable-length number of version 4, and the offset after it."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, at + 1
