"""Find captures, archives and logs among files and directories."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tieback.intake.traffic.open import GZIP, ZSTD, is_capture
from tieback.model.errors import InputError

MAX_DEPTH = 32
"""Directories below the one that was given."""

SUFFIXES = (".pcap", ".pcapng", ".cap", ".har", ".mitm", ".flow", ".flows")
"""A file that claims to be traffic is given on whatever it is: who gave the directory wants to hear if it is none."""

_PACKED = (".pcap.gz", ".pcapng.gz", ".cap.gz", ".har.gz", ".pcap.zst", ".pcapng.zst")


def find_captures(paths: Iterable[Path]) -> Iterator[Path | InputError]:
    """Yield files as they were given and the traffic files in directories, in order of name; never raises.

    In a directory what begins like a capture or is named like a traffic file counts; logs are given by name.
    Directories are walked ``MAX_DEPTH`` deep, links to directories are not followed. A path that does not exist, a
    directory that cannot be read and one without any capture are each one error in the stream.
    """
    for path in paths:
        try:
            is_directory = path.is_dir()
            exists = is_directory or path.exists()
        except (OSError, ValueError):
            exists = is_directory = False
        if not exists:
            yield InputError("no such file or directory", where=str(path), advice="Check the path")
        elif not is_directory:
            yield path
        else:
            yield from _in_directory(path)


def _in_directory(top: Path) -> Iterator[Path | InputError]:
    found = False
    for item in _walk(top, MAX_DEPTH):
        if isinstance(item, InputError) or named_like_capture(item.name.lower()) or _looks_like_capture(item):
            found = True
            yield item
    if not found:
        yield InputError(
            "no capture in this directory", where=str(top), advice="Give pcap, pcapng, HAR or mitmproxy files"
        )


def _walk(directory: Path, depth: int) -> Iterator[Path | InputError]:
    """Regular files in order of name, directories in their place."""
    try:
        with os.scandir(directory) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        yield InputError(f"cannot be read: {reason}", where=str(directory), advice="Check its rights")
        return
    for entry in ordered:
        try:
            if entry.is_dir(follow_symlinks=False):
                if depth > 0:
                    yield from _walk(Path(entry.path), depth - 1)
                else:
                    yield InputError("nested too deep to be searched", where=entry.path, advice="Give it by itself")
            elif entry.is_file():
                yield Path(entry.path)
        except OSError:  # a link in a circle, or gone since
            continue


def _looks_like_capture(path: Path) -> bool:
    try:
        with path.open("rb", buffering=0) as file:
            head = file.read(12)
    except OSError:
        return False
    return may_be_capture(path.name, head)


def named_like_capture(name: str) -> bool:
    """Whether a name, in lower case, is one of a traffic file."""
    return name.endswith((*SUFFIXES, *_PACKED))


def may_be_capture(name: str, head: bytes) -> bool:
    """Whether a file of this name that begins so is a capture, or one that is packed."""
    return is_capture(head) or (head.startswith((GZIP, ZSTD)) and ".pcap" in name.lower())
