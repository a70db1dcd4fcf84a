"""Logs of Zeek in a ZIP or tar archive, read as if they were in a folder.

ZIP (PKWARE APPNOTE 6.3.10), also ZIP64, by ``zipfile``, after a check of its directory; tar (POSIX pax, also with gzip)
by ``tarfile``, from front to back. Archives are hostile: only contents are used, never a path or a link, and members,
bytes and directory are limited. The logs are unpacked to a temporary folder, because they are read side by side.
"""

import gzip
import re
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path, PurePath, PurePosixPath
from shutil import disk_usage
from typing import IO, cast

from tieback.intake.traffic.interface import OpenedTraffic, SampledFlow
from tieback.intake.traffic.log_groups import HEAD, LogGroup, group_logs, is_zeek_head, may_be_log
from tieback.intake.traffic.problems import CaptureProblems
from tieback.model.count_text import count_text
from tieback.model.errors import InputError
from tieback.model.sighting import Problem, UnreadKind

MAX_MEMBERS = 10_000
MAX_UNPACKED = 16 << 30
"""Bytes of all logs together, and of a compressed tar archive when it is decompressed."""
MAX_SEARCHED = 1 << 30
"""Bytes of a compressed tar archive, decompressed, in which the first log is searched for."""
MAX_GLANCED = 64 << 20
"""The same for one that the user did not name: a folder can have many."""
RESERVE = 256 << 20
"""Bytes that must stay free on the disk."""
_MAX_DIRECTORY = 8 << 20
"""Bytes of the directory of a ZIP archive, all of which is in memory."""
_PIECE = 1 << 20
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_END_OF_DIRECTORY, _LOCATOR, _END_64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_LOCATOR_BYTES, _END_64_BYTES = 20, 56
_LOG_NAME = re.compile(rb"(?i)\.(?:log|jsonl?|ndjson)(?![a-z0-9])")
"""A name of ``may_be_log`` in the bytes of a directory, or one like it."""
_SHOWN = 100
"""Characters of the name of a member."""
_TAIL = 65_557
"""Bytes at the end of a ZIP archive that have the end of its directory."""
_USTAR = slice(257, 262)
_DAMAGE = (
    EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError, NotImplementedError,
    struct.error, ValueError, OverflowError,
)  # fmt: skip
"""The last three: the libraries do not check all numbers in headers of sparse files and in extra fields."""

type _Member = tuple[str, Callable[[], IO[bytes] | None]]
"""Name of a file in an archive, and how to open it; ``None`` for a member that has no content of its own."""


def opener(path: Path, head: bytes) -> OpenedTraffic | None:
    """For ``open.OPENERS``: an archive with at least one log of Zeek."""
    if not (head.startswith(_ZIP) or is_tar(head)):
        return None
    archive = LogArchive(path)
    return archive if archive.has_logs() else None


def has_logs(path: Path) -> bool:
    """True for an archive with at least one log of Zeek, by its content; searched no further than ``MAX_GLANCED``."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False
    return (head.startswith(_ZIP) or is_tar(head)) and LogArchive(path).has_logs(MAX_GLANCED)


def is_log(name: str, head: bytes) -> bool:
    """True for a log of Zeek in an archive, by its path there and its first ``HEAD`` bytes."""
    return may_be_log(PurePosixPath(name).name) and is_zeek_head(head)


def names_logs(directory: bytes) -> bool:
    """True if the directory of a ZIP archive, or a part of it, has a name that may be that of a log."""
    return _LOG_NAME.search(directory) is not None


def is_tar(head: bytes) -> bool:
    """True if a file with this head is a tar archive, also with gzip."""
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 512)
        except zlib.error:
            return False
    return head[_USTAR] == b"ustar"


class LogArchive:
    """An archive of logs; ``flows`` unpacks and walks them once, those of one folder and period as one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = CaptureProblems()
        self._open = ExitStack()
        self._others = 0
        self._first_other = ""

    def has_logs(self, most: int = MAX_SEARCHED) -> bool:
        """True if a member is a log of Zeek. Never raises: an archive that cannot be read has none.

        ``most``: bytes of a compressed tar archive that are searched, when they are decompressed.
        """
        with suppress(InputError), self._members(most) as members:
            for name, open_member in members:
                if (found := _open_log(name, open_member)) is not None:
                    found[1].close()
                    return True
        return False

    def flows(self) -> Iterator[SampledFlow]:
        """Yield the flows of the logs, group by group; other members and damage are noted as problems."""
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="tieback-")))
        names: dict[Path, PurePath] = {}
        try:
            self._unpack(folder, names)
        except InputError as error:
            self._note(error.what, UnreadKind.DAMAGED)
        count = 0
        for paths in group_logs(names, names):
            try:
                group = LogGroup(paths)
            except InputError as error:  # the first bytes of one that is cut off
                name = names.get(Path(error.where), PurePath("a log"))
                self._note(f"{name}: {error.what}", UnreadKind.DAMAGED)
                continue
            try:
                for seen in group.flows():
                    count += 1
                    yield seen
            finally:
                group.close()
            for problem in group.problems:
                name = names.get(Path(problem.where), PurePath(problem.where))
                self._note(problem.what, problem.unread, str(name))
            for path in paths:
                path.unlink()
        if self._others and count:
            others = count_text(self._others, "file in it is", "files in it are")
            self._note(f"{others} not Zeek logs of connections, and left out; first: {self._first_other}", None)

    def close(self) -> None:
        """Remove what was unpacked."""
        self._open.close()

    def _unpack(self, folder: Path, names: dict[Path, PurePath]) -> None:
        """Write the logs to ``folder``, up to the limits; ``names`` gets the name in the archive of each.

        Raises:
            InputError: the archive is damaged.
        """
        unpacked = 0
        with self._members(MAX_UNPACKED) as members:
            for name, open_member in members:
                if (found := _open_log(name, open_member)) is None:
                    self._others += 1
                    self._first_other = self._first_other or name[:_SHOWN]
                    continue
                piece, file = found
                path = folder / str(len(names))
                with path.open("wb") as out, file:
                    names[path] = PurePosixPath(name)
                    while piece:
                        unpacked += len(piece)
                        if unpacked > MAX_UNPACKED:
                            self._note(f"the logs in it are larger than {MAX_UNPACKED >> 30} GiB", UnreadKind.LIMIT)
                            return
                        if disk_usage(folder).free < RESERVE:
                            self._note("no space to unpack all of it: set TMPDIR to another disk", UnreadKind.LIMIT)
                            return
                        out.write(piece)
                        piece = file.read(_PIECE)

    @contextmanager
    def _members(self, most: int) -> Iterator[Iterator[_Member]]:
        """The files in the archive; ``most``: bytes of a compressed tar archive, when it is decompressed.

        Raises:
            InputError: it cannot be read further.
        """
        try:
            with self.path.open("rb") as file:
                packed = file.read(4)
                file.seek(0)
                if packed == _ZIP:
                    yield _of_zip(file)
                else:
                    yield _of_tar(file, most)
        except _DAMAGE as error:
            raise InputError(f"the archive is damaged ({str(error)[:100] or 'it ends too early'})") from None
        except RuntimeError as error:  # an encrypted member
            raise InputError(f"the archive cannot be unpacked ({str(error)[:100]})") from None
        except OSError as error:
            raise InputError(error.strerror or "cannot be read") from None

    def _note(self, what: str, unread: UnreadKind | None, where: str = "") -> None:
        assert isinstance(self.problems, CaptureProblems)
        self.problems.note(what, where or str(self.path), unread)


def _open_log(name: str, open_member: Callable[[], IO[bytes] | None]) -> tuple[bytes, IO[bytes]] | None:
    """The first bytes of a log of Zeek, and the file behind them; ``None`` for other members."""
    file = open_member() if may_be_log(PurePosixPath(name).name) else None
    if file is None:
        return None
    head = file.read(HEAD)
    if is_log(name, head):
        return head, file
    file.close()
    return None


def _of_zip(file: IO[bytes]) -> Iterator[_Member]:
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("its directory is missing")
    entries = int.from_bytes(tail[at + 10 : at + 12], "little")
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= _LOCATOR_BYTES and tail.startswith(_LOCATOR, at - _LOCATOR_BYTES):
        entries, length = _of_zip64(file, size - len(tail) + at - _LOCATOR_BYTES)
    if entries > MAX_MEMBERS or length > min(_MAX_DIRECTORY, size):
        raise zipfile.BadZipFile(f"more than {MAX_MEMBERS:,} files")
    with zipfile.ZipFile(file) as archive:  # noqa: TID251 - members are streamed and cut, the directory is bounded
        for number, member in enumerate(archive.infolist()):
            if number >= MAX_MEMBERS:  # the directory can have more than it states
                raise zipfile.BadZipFile(f"more than {MAX_MEMBERS:,} files")
            known = member.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
            if not member.is_dir():
                yield member.filename, partial(archive.open, member) if known else lambda: None


def _of_zip64(file: IO[bytes], locator: int) -> tuple[int, int]:
    """Entries and bytes of the directory by ZIP64, which replace those of the end of directory (4.3.14, 4.3.15).

    ``locator``: its place. Only a record directly before it counts, as ``zipfile`` reads it.
    """
    file.seek(max(locator - _END_64_BYTES, 0))
    record = file.read(_END_64_BYTES + _LOCATOR_BYTES)
    stated = int.from_bytes(record[_END_64_BYTES + 8 : _END_64_BYTES + 16], "little")
    if locator < _END_64_BYTES or not record.startswith(_END_64) or stated > locator - _END_64_BYTES:
        raise zipfile.BadZipFile("the end of its directory (ZIP64) is damaged")
    return int.from_bytes(record[32:40], "little"), int.from_bytes(record[40:48], "little")


def _of_tar(file: IO[bytes], most: int) -> Iterator[_Member]:
    packed = file.read(2) == _GZIP
    file.seek(0)
    source = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file
    bounded = cast("IO[bytes]", _Bounded(source, most if packed else 1 << 62))
    with tarfile.open(fileobj=bounded, mode="r:") as archive:
        for number, member in enumerate(archive):
            if number >= MAX_MEMBERS:
                raise tarfile.ReadError(f"more than {MAX_MEMBERS:,} files")
            if member.isfile():
                # A sparse file can state any size without a byte of content.
                yield member.name, (lambda: None) if member.issparse() else partial(archive.extractfile, member)


class _Bounded:
    """A file for ``tarfile``, which reads an extended header as a whole, however long it states to be."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most

    def read(self, size: int) -> bytes:
        if size > _PIECE:
            raise tarfile.ReadError("a header is larger than 1 MiB")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        if offset > self._most:
            raise tarfile.ReadError(f"larger than {self._most >> 30} GiB when it is decompressed")
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
