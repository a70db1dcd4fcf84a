"""Find app packages among files and directories."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tieback.intake.apps.content import SNIFF, sniff
from tieback.intake.apps.folder import is_unpacked
from tieback.intake.apps.single import PARTS
from tieback.model.errors import InputError

MAX_DEPTH = 32
"""Directories below the one that was given."""

SUFFIXES = (".apk", ".aab", ".ipa", ".apks", ".xapk", ".apkm")
"""A file that claims to be a package is given on whatever it is: who gave the directory wants to hear if it is none."""

_MARKS = (b"AndroidManifest.xml", b"classes.dex", b"Payload/", b"BundleConfig.pb", b".apk")
"""Names of which one stands in the directory of every package; ``.apk`` is what sets of split packages hold."""

MAX_PARTS = 10_000
"""Parts of apps taken from one directory."""

_HEAD, _TAIL = 65_536, 1024 * 1024
_ZIP = b"PK\x03\x04"


def find_apps(paths: Iterable[Path]) -> Iterator[Path | InputError]:
    """Yield files as they were given and the packages in directories, in order of name; never raises.

    A package in a directory is what begins like one or is named like one, or a directory that one was unpacked to.
    Where there is none, parts of apps are taken: DEX files, Hermes bytecode, native libraries and binaries. Directories
    are walked ``MAX_DEPTH`` deep, links to directories are not followed. A path that does not exist, a directory that
    cannot be read and one without any package are each one error in the stream.
    """
    for path in paths:
        try:
            is_directory = path.is_dir()
            exists = is_directory or path.exists()
        except (OSError, ValueError):
            exists = is_directory = False
        if not exists:
            yield InputError("no such file or directory", where=str(path), advice="Check the path")
        elif not is_directory or is_unpacked(path):
            yield path
        else:
            yield from _in_directory(path)


def _in_directory(top: Path) -> Iterator[Path | InputError]:
    found = False
    parts: list[Path] = []
    for item in _walk(top, MAX_DEPTH):
        if isinstance(item, InputError) or item.suffix.lower() in SUFFIXES or _looks_like_app(item):
            found = True
            yield item
        elif not found and len(parts) < MAX_PARTS and _is_part(item):
            parts.append(item)
    if not found:
        yield from parts
    if not found and not parts:
        yield InputError("no app package in this directory", where=str(top), advice="Give APK, AAB or IPA files")


def _walk(directory: Path, depth: int) -> Iterator[Path | InputError]:
    """Regular files and unpacked packages in order of name, other directories in their place."""
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
                if is_unpacked(Path(entry.path)):
                    yield Path(entry.path)
                elif depth > 0:
                    yield from _walk(Path(entry.path), depth - 1)
                else:
                    yield InputError("nested too deep to be searched", where=entry.path, advice="Give it by itself")
            elif entry.is_file():
                yield Path(entry.path)
        except OSError:  # a link in a circle, or gone since
            continue


def _looks_like_app(path: Path) -> bool:
    """Whether this is an unpacked package, or begins as a ZIP archive and names something that only packages hold."""
    if path.is_dir():
        return True
    try:
        with path.open("rb", buffering=0) as file:
            if file.read(len(_ZIP)) != _ZIP:
                return False
            head = _ZIP + file.read(_HEAD)
            if may_be_app(head, b""):
                return True
            file.seek(max(file.seek(0, os.SEEK_END) - _TAIL, 0))
            tail = file.read(_TAIL)
    except OSError:
        return False
    return may_be_app(head, tail)


def may_be_app(head: bytes, tail: bytes) -> bool:
    """Whether a file that begins and ends so is a ZIP archive that names something that only packages hold."""
    return head.startswith(_ZIP) and any(mark in head or mark in tail for mark in _MARKS)


def _is_part(path: Path) -> bool:
    """Whether a file begins like something that is read by itself."""
    try:
        with path.open("rb", buffering=0) as file:
            return sniff(file.read(SNIFF)) in PARTS
    except OSError:
        return False
