"""Uploaded files of a workspace, each under its SHA-256. Nothing here reads what is in them.

uploads/<sha256>         the content; only this user may read it
uploads/<sha256>.json    when it came, from whom, and the name to show
uploads/.<name>.part     an unfinished upload, locked by the process that receives it
"""

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import InputError, TiebackError, UsageError, WorkspaceError
from tieback.storage.failures import storage_errors

FOLDER = "uploads"
GIB = 1 << 30
CHECK_EVERY = 64 << 20
"""Bytes between two checks of the free disk and of the total."""
MAX_FILES = 10_000
MAX_PARTS = 8
"""Unfinished uploads at a time."""
MAX_NAME = 200
_TRIES, _PAUSE = 5, 0.02
"""Attempts to lock a part, and the seconds between them."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"\.[0-9a-f]{32,64}\.part")


class UploadBusyError(TiebackError):
    """Another upload of this content, or too many others, are in progress."""


class UploadTooLargeError(TiebackError):
    """The upload is larger than a limit."""


class UploadLimits(msgspec.Struct, frozen=True):
    """Limits of the folder, in bytes."""

    file: int = 2 * GIB
    total: int = 20 * GIB
    """Of all uploads together, with unfinished ones."""
    free: int = GIB
    """Disk space that an upload must leave free."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file."""

    sha256: str
    size: int
    received: float
    """Seconds since 1970, UTC."""
    author: str
    """Name of the user; empty if it is not known."""
    name: str
    """Name of the file at the user's end, to show; it is never part of a path."""


class _Note(msgspec.Struct, frozen=True, kw_only=True):
    """The file beside an upload."""

    received: float = 0.0
    author: str = ""
    name: str = ""


class UploadFolder:
    """The uploads of a workspace."""

    def __init__(self, workspace: Path, limits: UploadLimits | None = None) -> None:
        self.directory = workspace / FOLDER
        self.limits = limits or UploadLimits()

    def all(self) -> list[Upload]:
        """Every upload, latest first. Raises ``WorkspaceError``."""
        with storage_errors(self.directory):
            if not self.directory.exists():
                return []
            with os.scandir(self.directory) as entries:
                names = [entry.name for entry in entries if _SHA256.fullmatch(entry.name)]
        found = [upload for name in names if (upload := self.find(name)) is not None]
        return sorted(found, key=lambda one: (-one.received, one.sha256))

    def find(self, sha256: str) -> Upload | None:
        """The upload with this content. Raises ``WorkspaceError``."""
        if not _SHA256.fullmatch(sha256):
            return None
        path = self.directory / sha256
        with storage_errors(path):
            try:
                found = path.lstat()
            except FileNotFoundError:
                return None
        return self._upload(sha256, found.st_size) if stat.S_ISREG(found.st_mode) else None

    def name_of(self, text: str) -> str:
        """A text with the paths of uploads replaced by the names that the files had at the user's end.

        Files that are read as one are a path and further names in its folder.
        """

        def name(sha256: str) -> str:
            upload = self.find(sha256)
            return (upload.name if upload is not None else "") or sha256

        def names(match: re.Match[str]) -> str:
            return ", ".join(map(name, match[1].split(", ")))

        one = "[0-9a-f]{64}"
        return re.sub(rf"{re.escape(str(self.directory.absolute()))}/({one}(?:, {one})*)", names, text)

    def path_of(self, sha256: str) -> Path:
        """The file of an upload, for the process that analyses it.

        Raises:
            UsageError: there is no such upload.
        """
        if self.find(sha256) is None:
            raise UsageError("no upload has this SHA-256", where=sha256[:80], advice="See `uploads`")
        return self.directory / sha256

    def delete(self, sha256: str) -> bool:
        """Remove an upload. Returns false if there is none. Raises ``WorkspaceError``."""
        if self.find(sha256) is None:
            return False
        with storage_errors(self.directory):
            (self.directory / sha256).unlink(missing_ok=True)
            (self.directory / f"{sha256}.json").unlink(missing_ok=True)
        return True

    @contextmanager
    def receive(
        self, sha256: str = "", *, length: int | None = None, author: str = "", name: str = ""
    ) -> Iterator["UploadWriter"]:
        """Receive a file: pass its bytes to ``write`` and then call ``finish``. Otherwise nothing remains.

        Args:
            sha256: the expected digest; empty to compute it.
            length: the size that the sender announced.
            author: who sends it.
            name: name to show.

        Raises:
            UsageError: the digest is not one.
            UploadBusyError: another upload of this content, or too many others, are in progress.
            UploadTooLargeError: it is larger than a limit.
            WorkspaceError: the disk is full or cannot be written.
        """
        if sha256 and not _SHA256.fullmatch(sha256):
            raise UsageError("not a SHA-256", where=sha256[:80], advice="Write 64 lower-case hexadecimal digits")
        with storage_errors(self.directory):
            self.directory.mkdir(mode=0o700, exist_ok=True)
        self.check_room(length or 0)
        part = self.directory / f".{sha256 or secrets.token_hex(16)}.part"
        with self._locked(part) as descriptor:
            writer = UploadWriter(self, descriptor, sha256, length)
            writer.note = _Note(received=time.time(), author=author, name=shown_name(name))
            writer.part = part
            try:
                yield writer
            finally:
                if not writer.done:
                    part.unlink(missing_ok=True)

    def check_room(self, more: int) -> None:
        """Check that so many more bytes fit.

        Raises:
            UploadTooLargeError: they do not.
        """
        if more > self.limits.file:
            raise UploadTooLargeError(
                f"larger than {_gib(self.limits.file)}", where="upload", advice="Analyse it with `tieback scan` instead"
            )
        sizes = self._sizes()
        if len(sizes) > 2 * MAX_FILES or sum(sizes) + more > self.limits.total:
            raise UploadTooLargeError(
                f"the uploads together would be larger than {_gib(self.limits.total)}",
                where="upload",
                advice="Delete uploads that no run needs any more",
            )
        with storage_errors(self.directory):
            free = shutil.disk_usage(self.directory).free
        if free - more < self.limits.free:
            raise UploadTooLargeError(
                f"less than {_gib(self.limits.free)} of the disk would be free",
                where="upload",
                advice="Free disk space on the server",
            )

    def _sizes(self) -> list[int]:
        with storage_errors(self.directory), os.scandir(self.directory) as entries:
            found = []
            for entry in entries:
                with suppress(FileNotFoundError):
                    found.append(entry.stat(follow_symlinks=False).st_size)
            return found

    @contextmanager
    def _locked(self, part: Path) -> Iterator[int]:
        with storage_errors(part):
            parts = [path for path in self.directory.iterdir() if _PART.fullmatch(path.name)]
            self._remove_abandoned(parts)
            descriptor = _open_locked(part)
        if descriptor is None:
            raise UploadBusyError(
                "this file is being uploaded already", where="upload", advice="Wait until that upload ends"
            )
        try:
            if sum(path.exists() for path in parts) >= MAX_PARTS:
                part.unlink(missing_ok=True)
                raise UploadBusyError(
                    f"{MAX_PARTS} other uploads are in progress", where="upload", advice="Try again later"
                )
            with storage_errors(part):
                os.ftruncate(descriptor, 0)
            yield descriptor
        finally:
            os.close(descriptor)

    def _remove_abandoned(self, parts: list[Path]) -> None:
        """Remove what an ended process left: a part that is not locked."""
        for path in parts:
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink(missing_ok=True)
                finally:
                    os.close(descriptor)

    def _upload(self, sha256: str, size: int) -> Upload:
        note = _Note()
        with (
            suppress(OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError),
            (self.directory / f"{sha256}.json").open("rb") as file,
        ):
            note = msgspec.json.decode(file.read(4096), type=_Note)
        return Upload(sha256=sha256, size=size, received=note.received, author=note.author, name=note.name)


class UploadWriter:
    """An upload in progress."""

    note: _Note
    part: Path

    def __init__(self, folder: UploadFolder, descriptor: int, expected: str, length: int | None) -> None:
        self._folder = folder
        self._descriptor = descriptor
        self._expected = expected
        self._length = length
        self._digest = hashlib.sha256()
        self.size = 0
        self.done = False
        self._checked = 0

    def write(self, data: bytes) -> None:
        """Add bytes.

        Raises:
            UploadTooLargeError: more than the limit, or than the sender announced.
            WorkspaceError: the disk is full or cannot be written.
        """
        self.size += len(data)
        if self.size > self._folder.limits.file:
            self._folder.check_room(self.size)
        if self._length is not None and self.size > self._length:
            raise InputError(
                f"more than the announced {count_text(self._length, 'byte')}",
                where="Content-Length",
                advice="Send the file again",
            )
        if self.size - self._checked >= CHECK_EVERY:
            self._checked = self.size
            self._folder.check_room(len(data))
        self._digest.update(data)
        with storage_errors(self.part):
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]

    def finish(self) -> Upload:
        """Check the size and the digest, and give the file its name; it is on disk then.

        Raises:
            InputError: it is empty, shorter than announced, or has another digest.
            WorkspaceError: the disk is full or cannot be written.
        """
        digest = self._digest.hexdigest()
        if self._length is not None and self.size != self._length:
            raise InputError(
                f"{count_text(self.size, 'byte')} arrived, {count_text(self._length, 'was', 'were')} announced",
                where="Content-Length",
                advice="Send the file again",
            )
        if not self.size:
            raise InputError("the file is empty", where="upload", advice="Choose another file")
        if self._expected and digest != self._expected:
            raise InputError(
                f"the content has another SHA-256: {digest}", where=self._expected, advice="Send the file again"
            )
        directory = self._folder.directory
        target = directory / digest
        with storage_errors(target):
            os.fsync(self._descriptor)
            if target.exists():  # the same content, from an earlier upload
                self.part.unlink(missing_ok=True)
            else:
                _write_private(directory / f"{digest}.json", msgspec.json.encode(self.note))
                self.part.replace(target)
                _sync(directory)
            self.done = True
        found = self._folder.find(digest)
        if found is None:
            raise WorkspaceError("the upload disappeared", where=str(target), advice="Send the file again")
        return found


def shown_name(name: str) -> str:
    """A name to show: without folders and characters that cannot be printed."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(char for char in last if char.isprintable())[:MAX_NAME]


def _open_locked(part: Path) -> int | None:
    """Open and lock a part; ``None`` if another upload holds it."""
    for _ in range(_TRIES):
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == part.lstat().st_ino:
                return descriptor
        except (BlockingIOError, FileNotFoundError):
            pass  # another upload has it, or looked for a moment whether it is abandoned
        os.close(descriptor)
        time.sleep(_PAUSE)
    return None


def _write_private(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB" if size >= GIB // 10 else f"{count_text(size, 'byte')}"
