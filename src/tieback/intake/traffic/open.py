"""Open a capture, archive or log; what it is, its bytes say, not its name."""

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.intake.traffic.attribution import Attribution
from tieback.intake.traffic.capture import Capture
from tieback.intake.traffic.interface import OpenedTraffic
from tieback.intake.traffic.pcap import MAGICS
from tieback.intake.traffic.pcapng import SECTION
from tieback.intake.traffic.source import Gzip, Source, Window, Zstandard
from tieback.model.errors import InputError

if TYPE_CHECKING:
    from tieback.intake.traffic.log_formats import LogFormat

TRAFFIC_VERSION = "2"
"""Part of the key of a unit of work: rises when the same file gives other flows."""

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MAGIC = 16
"""Bytes from the start that tell a capture, or how one is packed."""
HEAD = 64 * 1024
"""Bytes from the start by which other formats are told."""

_ADVICE = "Give a capture (pcap, pcapng), a HAR or mitmproxy file, or a proxy's log"
_MODIFIED = (b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34")
_OTHER = (
    (_MODIFIED, "a capture of the modified pcap format of the 1990s", "Convert it with editcap -F pcap"),
    ((b"snoop\0\0\0",), "a Solaris snoop capture", "Convert it with editcap -F pcap"),
    ((b"GMBU", b"XCP\0"), "a capture of Microsoft Network Monitor or a Sniffer", "Convert it with editcap -F pcap"),
    ((b"PK\x03\x04",), "a ZIP archive", "Unpack it and give the files in it"),
    ((b"BZh", b"\xfd7zXZ\0"), "compressed with bzip2 or xz, which is not read", "Decompress it, or pack it with gzip"),
    ((b"SQLite format 3\0",), "an SQLite database", _ADVICE),
)  # fmt: skip


def open_traffic(
    path: Path,
    uid_map: Mapping[int, str] | None = None,
    *,
    keylog: Path | None = None,
    decrypt: bool = False,
    columns: Sequence["LogFormat"] = (),
) -> OpenedTraffic:
    """Open a file for one walk over its flows; close it afterwards.

    Args:
        path: the file.
        uid_map: Android user ids to package names, from a device listing, for captures that tell user ids alone.
        keylog: a TLS key log with which tshark decrypts a capture.
        decrypt: whether tshark decrypts a capture with the secrets that it brings.
        columns: formats of logs besides those that are known.

    Raises:
        InputError: there is nothing to read, or it is no traffic file; says what it is and what to do.
    """
    number = _open(path)
    try:
        _must_be_a_file(number, path)
        source = _source(number, os.pread(number, _MAGIC, 0), path)
        head = os.pread(number, HEAD, 0) if source is None else b""
    finally:
        os.close(number)
    if source is None:
        from tieback.intake.traffic import logs
        from tieback.intake.traffic.openers import OPENERS

        own = logs.opener(path, head, columns) if columns else None
        if own is not None:
            return own
        for opener in OPENERS:
            opened = opener(path, head)
            if opened is not None:
                return opened
        raise _not_traffic(head, path)
    return Capture(path, source, Attribution(uid_map), keylog=keylog, decrypt=decrypt)


def is_capture(head: bytes) -> bool:
    """Whether a file that begins so is pcap or pcapng."""
    return head[:4] in MAGICS or (head[:4] == SECTION and head[8:12] in {b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a"})


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InputError("no such file", where=str(path), advice="Check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise InputError(f"cannot be read: {reason}", where=str(path), advice="Check the file and its rights") from None


def _must_be_a_file(number: int, path: Path) -> None:
    status = os.fstat(number)
    if stat.S_ISDIR(status.st_mode):
        raise InputError("a directory, not a capture", where=str(path), advice="Give the files in it")
    if not stat.S_ISREG(status.st_mode):
        raise InputError("not a regular file", where=str(path), advice=_ADVICE)
    if status.st_size == 0:
        raise InputError("the file is empty", where=str(path), advice="Capture again")


def _source(number: int, head: bytes, path: Path) -> Source | None:
    """The bytes of a capture, decompressed where needed; ``None`` for a file that is none."""
    if is_capture(head):
        try:
            return Window(os.dup(number))
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", where=str(path), advice="Check the disk") from None
    if head[:2] != GZIP and head[:4] != ZSTD:
        return None
    os.lseek(number, 0, os.SEEK_SET)
    file = os.fdopen(os.dup(number), "rb")
    source = Gzip(file) if head[:2] == GZIP else Zstandard(file)
    if is_capture(bytes(source.buffer[:12])):
        return source
    damage = source.damage
    source.close()
    if damage:
        raise InputError(damage, where=str(path), advice="Fetch the file again")
    return None


def _not_traffic(head: bytes, path: Path) -> InputError:
    for starts, what, advice in _OTHER:
        if head.startswith(starts):
            return InputError(what, where=str(path), advice=advice)
    if head[:2] == GZIP or head[:4] == ZSTD:
        return InputError(
            "compressed, and no capture is inside", where=str(path), advice="Decompress it and give what is inside"
        )
    if head[:4] == SECTION:
        return InputError(
            "begins like pcapng but its header is damaged", where=str(path), advice="Fetch the capture again"
        )
    return InputError("no capture, archive or log that is known", where=str(path), advice=_ADVICE)
