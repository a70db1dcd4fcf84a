"""The content hash of an input, file or unpacked folder: what makes two inputs the same."""

import hashlib
from pathlib import Path

from tieback.intake.apps.directory import MAX_ENTRIES
from tieback.intake.apps.folder import files
from tieback.intake.apps.window import View, forget

PIECE = 16 * 1024 * 1024


def view_digest(view: View) -> str:
    """SHA-256 of a view, in lower-case hexadecimal, without keeping its map in memory."""
    whole = hashlib.sha256()
    for start in range(0, len(view), PIECE):
        with memoryview(view) as everything, everything[start : start + PIECE] as piece:
            whole.update(piece)
        forget(view)
    return whole.hexdigest()


def content_digest(path: Path) -> tuple[str, int]:
    """SHA-256 in lower-case hexadecimal, and size in bytes.

    A folder has the SHA-256 of one line a file, in order of name: its name, its size and its SHA-256. Links and what is
    no regular file do not count.

    Raises:
        OSError: something in it cannot be read.
    """
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    whole = hashlib.sha256()
    total = 0
    for _, (name, place, size) in zip(range(MAX_ENTRIES), files(path), strict=False):
        with Path(place).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{name}\0{size}\0{digest}\n".encode("utf-8", "surrogateescape"))
        total += size
    return whole.hexdigest(), total
