"""Find app packages among files and directories."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tieback.model.errors import InputError

MAX_DEPTH = 32
"""Directories below the one that was given."""

SUFFIXES = (".apk", ".aab", ".ipa")
"""A file that claims to be a package is given on whatever it is: who gave the directory wants to hear if it is none."""

_MARKS = (b"AndroidManifest.xml", b"classes.dex", b"Payload/", b"BundleConfig.pb", b".apk")
"""Names of which one stands in the directory of every package; ``.apk`` is what sets of split packages hold."""

_HEAD, _TAIL = 65_536, 1024 * 1024


def find_apps(paths: Iterable[Path]) -> Iterator[Path | InputError]:
    """Yield files as they were given and the packages in directories, in order of name; never raises.

    A package in a directory is what begins like one or is named like one. Directories are walked ``MAX_DEPTH`` deep,
    links to directories are not followed. A path that does not exist, a directory that cannot be read and one without
    any package are each one error in the stream.
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
        if isinstance(item, InputError) or item.suffix.lower() in SUFFIXES or _looks_like_app(item):
            found = True
            yield item
    if not found:
        yield InputError("no app package in this directory", where=str(top), advice="Give APK, AAB or IPA files")


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


def _looks_like_app(path: Path) -> bool:
    """Whether a file begins as a ZIP archive and names something that only app packages hold."""
    try:
        with path.open("rb", buffering=0) as file:
            if file.read(4) != b"PK\x03\x04":
                return False
            head = file.read(_HEAD)
            if any(mark in head for mark in _MARKS):
                return True
            file.seek(max(file.seek(0, os.SEEK_END) - _TAIL, 0))
            tail = file.read(_TAIL)
    except OSError:
        return False
    return any(mark in tail for mark in _MARKS)
