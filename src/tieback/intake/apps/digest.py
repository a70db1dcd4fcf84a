"""Content hash of an input, file or unpacked directory: inputs with the same hash are the same."""

import hashlib
from pathlib import Path

from tieback.intake.apps.directory import MAX_ENTRIES
from tieback.intake.apps.folder import files
from tieback.intake.apps.window import View, release_pages

PIECE = 16 * 1024 * 1024


def view_digest(view: View) -> str:
    """SHA-256 of a view, in lower-case hexadecimal; the pages of its map are released."""
    whole = hashlib.sha256()
    for start in range(0, len(view), PIECE):
        with memoryview(view) as everything, everything[start : start + PIECE] as piece:
            whole.update(piece)
        release_pages(view)
    return whole.hexdigest()


def content_digest(path: Path) -> tuple[str, int]:
    """SHA-256 in lower-case hexadecimal, and size in bytes.

    The hash of a directory is the SHA-256 of one line per file, in order of name: its name, its size and its SHA-256.
    Links and other special files do not count.

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
