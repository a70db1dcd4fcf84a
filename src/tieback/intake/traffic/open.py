"""Selection of the reader for a capture, archive or log: by content, never by file name."""

import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.intake.traffic import documents, har, logs, mitm
from tieback.intake.traffic.interface import OpenedTraffic
from tieback.intake.traffic.signatures import SECTION, is_capture
from tieback.intake.traffic.source import ByteSource, FileWindow, GzipSource, ZstandardSource
from tieback.model.errors import InputError

if TYPE_CHECKING:
    from tieback.intake.traffic.log_formats import LogFormat

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MAGIC = 16
"""Bytes at the start that identify a capture, or its compression."""
HEAD = 64 * 1024
"""Bytes at the start that identify other formats."""

_ADVICE = (
    "Pass a capture (pcap, pcapng), a HAR or mitmproxy file, or a proxy log; for reports, use tieback import; "
    "for inventories, tieback inventory import"
)
_ZIP, _ZIP_NAME = b"PK\x03\x04", 30
"""Signature of a ZIP archive, and the offset of the name of its first entry."""
_OF_ARCHIVES = (
    "Pass an app package to tieback app, or scan. Of another archive, pass the captures or logs in it; export sessions "
    "of other tools as HAR"
)
_USTAR = slice(257, 262)
"""Place of the signature of a tar archive."""
_EXPORT = "Export the session as HAR"
_SESSIONS = (
    (re.compile(rb"raw/|_index\.htm|\[Content_Types\]\.xml"), "a session archive of Fiddler (SAZ)", _EXPORT),
    (re.compile(rb"\d+-(?:meta\.json|req|res)|\d+\.\w+|meta\.json"), "a session of Charles", _EXPORT),
)
"""Sessions of other tools that are ZIP archives, by the name of their first entry."""
_MODIFIED = (b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34")
_OTHER = (
    (_MODIFIED, "a capture of the modified pcap format of the 1990s", "Convert it with editcap -F pcap"),
    ((b"snoop\0\0\0",), "a Solaris snoop capture", "Convert it with editcap -F pcap"),
    ((b"GMBU", b"XCP\0"), "a capture of Microsoft Network Monitor or a Sniffer", "Convert it with editcap -F pcap"),
    ((_ZIP,), "a ZIP archive", _OF_ARCHIVES),
    ((b"\xac\xed\0\x05",), "serialized Java objects, such as a session of Charles", _EXPORT),
    ((b"BZh", b"\xfd7zXZ\0"), "compressed with bzip2 or xz, which is not supported", "Decompress it, or use gzip"),
    ((b"SQLite format 3\0",), "an SQLite database", _ADVICE),
)  # fmt: skip


def open_traffic(
    path: Path,
    uid_map: Mapping[int, Sequence[str]] | None = None,
    *,
    keylog: Path | None = None,
    decrypt: bool = False,
    columns: Sequence["LogFormat"] = (),
    beside: Sequence[Path] = (),
) -> OpenedTraffic:
    """Open a file for one walk over its flows; close it afterwards.

    Args:
        path: the file.
        uid_map: Android user IDs to package names, from a device's package list, for captures with only user IDs.
        keylog: TLS key log with which tshark decrypts a capture.
        decrypt: true if tshark decrypts a capture with the secrets in it.
        columns: log formats in addition to the known ones.
        beside: further logs of the same period, whose lines are about the same connections.

    Raises:
        InputError: the file cannot be read, or is not a traffic file; the error names its type and the next step.
    """
    if beside:
        from tieback.intake.traffic.log_groups import LogGroup

        return LogGroup((path, *beside), columns)
    number = _open(path)
    try:
        _must_be_a_file(number, path)
        source = _source(number, os.pread(number, _MAGIC, 0), path)
        head = os.pread(number, HEAD, 0) if source is None else b""
    finally:
        os.close(number)
    if source is None:
        from tieback.intake.traffic import logs

        own = logs.opener(path, head, columns) if columns else None
        if own is not None:
            return own
        for opener in OPENERS:
            opened = opener(path, head)
            if opened is not None:
                return opened
        raise _not_traffic(head, path)
    # Only here: the readers of packets need numpy, and several times the memory of the readers of archives.
    from tieback.intake.traffic.attribution import PacketAttribution
    from tieback.intake.traffic.capture import CaptureFile

    return CaptureFile(path, source, PacketAttribution(uid_map), keylog=keylog, decrypt=decrypt)


def is_traffic(path: Path) -> bool:
    """True if ``open_traffic`` reads a file, by its content: a capture, archive, file of flows, or log."""
    try:
        open_traffic(path).close()
    except InputError:
        return False
    return True


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputError("no such file", where=str(path), advice="Check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise InputError(
            f"cannot be read: {reason}", where=str(path), advice="Check the file and its permissions"
        ) from None


def _must_be_a_file(number: int, path: Path) -> None:
    status = os.fstat(number)
    if stat.S_ISDIR(status.st_mode):
        raise InputError("a directory, not a capture", where=str(path), advice="Pass the files in it")
    if not stat.S_ISREG(status.st_mode):
        raise InputError("not a regular file", where=str(path), advice=_ADVICE)
    if status.st_size == 0:
        raise InputError("the file is empty", where=str(path), advice="Capture the traffic again")


def _source(number: int, head: bytes, path: Path) -> ByteSource | None:
    """The bytes of a capture, decompressed if needed; ``None`` if the file is not a capture."""
    if is_capture(head):
        try:
            return FileWindow(os.dup(number))
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=str(path), advice="Check the disk") from None
    if head[:2] != GZIP and head[:4] != ZSTD:
        return None
    os.lseek(number, 0, os.SEEK_SET)
    file = os.fdopen(os.dup(number), "rb")
    source = GzipSource(file) if head[:2] == GZIP else ZstandardSource(file)
    if is_capture(bytes(source.buffer[:12])):
        return source
    damage = source.damage
    source.close()
    if damage:
        raise InputError(damage, where=str(path), advice="Download the file again")
    return None


def _not_traffic(head: bytes, path: Path) -> InputError:
    for sign, what, advice in _SESSIONS:
        if head.startswith(_ZIP) and sign.match(head[_ZIP_NAME : _ZIP_NAME + 64]):
            return InputError(what, where=str(path), advice=advice)
    for starts, what, advice in _OTHER:
        if head.startswith(starts):
            return InputError(what, where=str(path), advice=advice)
    if head[:2] == GZIP or head[:4] == ZSTD:
        return InputError(
            "compressed, but the content is not a capture", where=str(path), advice="Decompress it and pass the content"
        )
    if head[:4] == SECTION:
        return InputError(
            "the file begins like pcapng but its header is damaged",
            where=str(path),
            advice="Download the capture again",
        )
    return InputError(
        "unknown format: not a capture, archive or log that tieback reads", where=str(path), advice=_ADVICE
    )


def _archive(path: Path, head: bytes) -> OpenedTraffic | None:
    if not head.startswith((_ZIP, GZIP)) and head[_USTAR] != b"ustar":
        return None
    from tieback.intake.traffic import log_archive

    return log_archive.opener(path, head)


type Opener = Callable[[Path, bytes], OpenedTraffic | None]
"""Function from the path and the first 64 KiB to the opened file, or ``None`` if it is another format.

Raises ``InputError`` if the format is the opener's own and the file cannot be read.
"""

OPENERS: tuple[Opener, ...] = (documents.opener, har.opener, mitm.opener, _archive, logs.opener)
