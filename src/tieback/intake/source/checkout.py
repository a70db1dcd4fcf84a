"""Text files of a checkout, read for the places of findings.

Folders that builds and package managers write are left out, and documents that tieback wrote. Links are never followed,
so nothing outside the checkout is read. Every folder is opened relative to the one above it: a folder that becomes a
link meanwhile is left out too.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path, PurePosixPath

import msgspec

from tieback.intake.source.own_documents import is_own_document
from tieback.model.errors import InputError

MAX_FILES = 200_000
"""Most files that are opened."""
MAX_ENTRIES = 2_000_000
"""Most names that are listed."""
MAX_LISTED = 100_000
"""Most names of one folder."""
MAX_DEPTH = 64
MAX_SIZE = 4 * 1024 * 1024
"""Bytes of the largest file that is read; code that people write is smaller."""
MAX_BYTES = 2 * 1024**3
"""Most bytes that are read of all files."""
_HEAD = 1024
_ADVICE = "Pass the folder of the app's source"

TOOLS = frozenset({
    ".build", ".cxx", ".dart_tool", ".expo", ".git", ".gradle", ".hg", ".idea", ".next", ".svn", ".tieback", ".venv",
    ".vs", "carthage", "deriveddata", "node_modules", "pods", "xcuserdata", "__pycache__",
})  # fmt: skip
"""Folders, in lower case, that tools write."""
BUILDS = frozenset({"bin", "build", "dist", "obj", "out", "target"})
"""The same, except below a folder of ``CODE``, where they are packages of the app."""
CODE = frozenset({"lib", "sources", "src"})
_NO_TEXT = frozenset({
    ".aab", ".aar", ".apk", ".class", ".dex", ".gif", ".gz", ".ico", ".ipa", ".jar", ".jks", ".jpeg", ".jpg",
    ".keystore", ".mov", ".mp3", ".mp4", ".otf", ".p12", ".pdf", ".png", ".so", ".tgz", ".ttf", ".wav", ".webp",
    ".woff", ".woff2", ".xz", ".zip",
})  # fmt: skip


class SourceFile(msgspec.Struct, frozen=True):
    """A text file of a checkout."""

    name: str
    """Path below the checkout, with ``/``."""
    data: bytes


class Checkout:
    """A checkout. ``left_out`` is complete after the walk."""

    def __init__(self, top: Path) -> None:
        """Use this folder.

        Raises:
            InputError: it is not a readable folder.
        """
        self.top = top
        self.left_out: dict[str, int] = {}
        """Reason, and the number of files or folders that were not read for it. Folders of builds do not count."""
        self.documents = 0
        """Number of documents of tieback that were left out; known after the walk."""
        self._entries = self._files = self._bytes = 0
        try:
            os.close(self._open(str(top), None, follow=True))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a valid path"
            raise InputError(f"cannot be read: {reason}", where=str(top), advice=_ADVICE) from None

    def files(self) -> Iterator[SourceFile]:
        """The text files, in order of name; never raises.

        If a limit is reached, the rest is counted as left out.
        """
        with ExitStack() as opened, suppress(OSError):
            number = self._open(str(self.top), None, follow=True)
            opened.callback(os.close, number)
            yield from self._folder(number, PurePosixPath(), MAX_DEPTH)

    @staticmethod
    def _open(name: str, parent: int | None, *, follow: bool = False) -> int:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
        return os.open(name, flags, dir_fd=parent)

    def _folder(self, number: int, place: PurePosixPath, depth: int) -> Iterator[SourceFile]:
        for name, is_folder in self._listed(number):
            below = place / _shown(name)
            if not is_folder:
                yield from self._file(name, number, below)
                continue
            if _is_built(below):
                continue
            if not depth:
                self._leave_out("nested too deep")
                continue
            try:
                inner = self._open(name, number)
            except OSError:
                self._leave_out("not readable")
                continue
            try:
                yield from self._folder(inner, below, depth - 1)
            finally:
                os.close(inner)

    def _listed(self, number: int) -> list[tuple[str, bool]]:
        """Names of the files and folders in a folder, sorted, and whether each is a folder."""
        found: list[tuple[str, bool]] = []
        try:
            with os.scandir(number) as scanned:
                for item in islice(scanned, MAX_LISTED):
                    self._entries += 1
                    if self._entries > MAX_ENTRIES:
                        self._leave_out("beyond the limit of files")
                        break
                    if item.is_symlink():
                        self._leave_out("links")
                    elif item.is_dir(follow_symlinks=False):
                        found.append((item.name, True))
                    elif item.is_file(follow_symlinks=False):
                        found.append((item.name, False))
                else:
                    if next(scanned, None) is not None:
                        self._leave_out("beyond the limit of files")
        except OSError:
            self._leave_out("not readable")
        return sorted(found)

    def _file(self, name: str, folder: int, place: PurePosixPath) -> Iterator[SourceFile]:
        if place.suffix.lower() in _NO_TEXT:
            return
        if self._files >= MAX_FILES or self._bytes >= MAX_BYTES:
            self._leave_out("beyond the limit of files")
            return
        self._files += 1
        try:
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    return
                if status.st_size > MAX_SIZE:
                    self._leave_out(f"larger than {MAX_SIZE >> 20} MiB")
                    return
                head = file.read(_HEAD)
                if b"\0" in head:
                    return
                data = head + file.read(MAX_SIZE - len(head))
        except OSError:
            self._leave_out("not readable")
            return
        self._bytes += len(data)
        if is_own_document(data):
            self.documents += 1
            return
        yield SourceFile(str(place), data)

    def _leave_out(self, reason: str) -> None:
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def _is_built(place: PurePosixPath) -> bool:
    name = place.name.lower()
    if name in TOOLS:
        return True
    return name in BUILDS and CODE.isdisjoint(part.lower() for part in place.parts[:-1])


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")
