"""Find inputs: one walk over files and directories, and one classification of each file.

File types are detected by name or else by content: the first 64 KiB, and for ZIP archives the last 1 MiB. A file whose
name claims a type is passed on whatever it contains, so that its reader can report what is wrong with it. What reads
content is imported when a name does not say enough.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, assert_never

import msgspec

from tieback.intake.apps.content import SNIFF
from tieback.intake.apps.folder import is_unpacked
from tieback.intake.places.shard import BLOCK, PACKED, SUFFIX, is_shard
from tieback.model.errors import InputError
from tieback.model.skipped import (
    COMPRESSED,
    LINKS,
    MACOS_DATA,
    NOT_REGULAR,
    PARTS,
    TOO_MANY,
    UNREADABLE,
    OnSkipped,
    SkippedCount,
)
from tieback.model.unit import path_text

if TYPE_CHECKING:
    from tieback.intake.traffic.log_groups import LogNames

MAX_DEPTH = 32
"""Directory levels below the directory that the user passed."""
MAX_PARTS = 10_000
"""App parts (DEX files, native libraries and the like) taken from one directory."""

APP_SUFFIXES = (".apk", ".aab", ".ipa", ".apks", ".xapk", ".apkm")
TRAFFIC_SUFFIXES = (".pcap", ".pcapng", ".cap", ".har", ".mitm", ".flow", ".flows")
_PACKED_TRAFFIC = (".pcap.gz", ".pcapng.gz", ".cap.gz", ".har.gz", ".pcap.zst", ".pcapng.zst")

_PACKAGE_NAMES = (
    *(b"AndroidManifest.xml", b"classes.dex", b"Payload/", b".app/Info.plist", b"BundleConfig.pb", b".apk"),
    b"Products/Applications/",
)
"""Every package has one of these in its ZIP directory; sets of split packages contain ``.apk``."""
_NO_INPUTS = "not apps, captures or shards"
_ZIP = b"PK\x03\x04"
_MAC_DATA = "__MACOSX"
"""Folder in archives of macOS: it repeats the names of all files, for their attributes."""
_HEAD, _TAIL = 65_536, 1024 * 1024


class FileKind(StrEnum):
    """What a file is."""

    APP = "app"
    TRAFFIC = "traffic"
    SHARD = "shard"
    """A tar archive of apps and captures."""
    PACKED_SHARD = "packed_shard"
    """A compressed shard: its members cannot be read one by one."""
    APP_PART = "app_part"
    """A file from inside an app that can be analysed alone, such as a DEX file."""
    OTHER = "other"


class DiscoveredInput(msgspec.Struct, frozen=True):
    """A file, or the directory of an unpacked app, and its kind."""

    path: Path
    kind: FileKind
    beside: tuple[Path, ...] = ()
    """Further logs of Zeek, about the same connections."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that is read as one."""
        return (self.path, *self.beside)


type LogsByPath = Mapping[Path, tuple[Path, ...] | None]
"""Logs of Zeek that are read as one: the others by the first, and ``None`` by each of these."""


class PassedOver(msgspec.Struct, frozen=True):
    """A file of a directory that is no input, whatever a command searches for."""

    path: Path
    why: str
    """As in ``SkippedFiles``; empty if its type is another one."""


def classify_name(name: str) -> FileKind:
    """Classify a file by its name; ``FileKind.OTHER`` if the name claims no type."""
    lower = name.lower()
    if lower.endswith(APP_SUFFIXES):
        return FileKind.APP
    if lower.endswith((*TRAFFIC_SUFFIXES, *_PACKED_TRAFFIC)):
        return FileKind.TRAFFIC
    if lower.endswith(SUFFIX):
        return FileKind.SHARD
    if lower.endswith(PACKED):
        return FileKind.PACKED_SHARD
    return FileKind.OTHER


def classify_file(name: str, head: bytes, tail: bytes) -> FileKind:
    """Classify a file by its name, or else by its first 64 KiB and its last 1 MiB; never ``FileKind.APP_PART``."""
    from tieback.intake.traffic.open import GZIP, ZSTD
    from tieback.intake.traffic.signatures import is_capture

    named = classify_name(name)
    if named in {FileKind.APP, FileKind.TRAFFIC, FileKind.PACKED_SHARD}:
        return named
    if is_capture(head) or (head.startswith((GZIP, ZSTD)) and ".pcap" in name.lower()):
        return FileKind.TRAFFIC
    if head.startswith(_ZIP):
        return FileKind.APP if any(mark in head or mark in tail for mark in _PACKAGE_NAMES) else FileKind.OTHER
    return FileKind.SHARD if is_shard(head[:BLOCK]) else FileKind.OTHER


def classify_path(path: Path) -> FileKind:
    """Classify a local file, or the directory of an unpacked app; ``FileKind.OTHER`` if it cannot be read."""
    return _kind_of(path) or FileKind.OTHER


def _kind_of(path: Path) -> FileKind | None:
    """The kind of a path; ``None`` if it cannot be opened."""
    named = classify_name(path.name)
    if named is not FileKind.OTHER:
        return named
    if path.is_dir():
        return FileKind.APP
    try:
        with path.open("rb", buffering=0) as file:
            return _kind_of_content(path.name, file)
    except OSError:
        return None


def _kind_of_content(name: str, file: BinaryIO) -> FileKind:
    from tieback.intake.apps.single import part_of

    head = file.read(SNIFF)
    if not head.startswith(_ZIP):
        kind = classify_file(name, head, b"")
        return FileKind.APP_PART if kind is FileKind.OTHER and part_of(name, head) else kind
    head += file.read(_HEAD)
    kind = classify_file(name, head, b"")
    if kind is not FileKind.OTHER:
        return kind
    file.seek(max(file.seek(0, os.SEEK_END) - _TAIL, 0))
    return classify_file(name, head, file.read(_TAIL))


def find_apps(paths: Iterable[Path], skipped: OnSkipped | None = None) -> Iterator[Path | InputError]:
    """Yield files as they were passed, and the apps in directories, in order of name; never raises.

    In a directory an app is a package, or a directory that one was unpacked to. If a directory has no app, its app
    parts are yielded. A missing path, a directory that cannot be read and a directory without any app are one error
    each in the stream. ``skipped`` is called with the other files of a directory, unless it is an error.
    """
    for path in paths:
        nothing = ("no app package in this directory", "Pass APK, AAB or IPA files")
        for found in _found(path, FileKind.APP, nothing, "not app packages", skipped):
            yield found if isinstance(found, InputError) else found.path


def find_captures(paths: Iterable[Path], skipped: OnSkipped | None = None) -> Iterator[DiscoveredInput | InputError]:
    """Yield files as they were passed, and the captures in directories, in order of name; never raises.

    Logs in directories are not yielded, except those of Zeek: many other texts look like them. Logs of Zeek about the
    same time are one input, and an archive of logs is one. Errors are as in ``find_apps``.
    """
    every = list(paths)
    logs = joined_logs(every)
    for path in every:
        nothing = ("no capture in this directory", "Pass pcap, pcapng, HAR or mitmproxy files")
        for found in _found(path, FileKind.TRAFFIC, nothing, "not captures", skipped):
            if isinstance(found, InputError):
                yield found
            elif (beside := logs.get(found.path, found.beside)) is not None:
                yield DiscoveredInput(found.path, FileKind.TRAFFIC, beside)


def joined_logs(paths: Iterable[Path], names: "LogNames | None" = None) -> LogsByPath:
    """Which of these files are logs of Zeek about the same connections; other files are not in the result.

    ``names``: of files that are stored under other names.
    """
    from tieback.intake.traffic.log_groups import group_logs, is_zeek_log

    named = (path for path in dict.fromkeys(paths) if classify_name(path.name) is FileKind.OTHER)
    known = names or {}
    logs = (path for path in named if path.is_file() and is_zeek_log(path, known.get(path, path).name))
    groups = group_logs(logs, names)
    found: dict[Path, tuple[Path, ...] | None] = {}
    for first, *beside in groups:
        found[first] = tuple(beside)
        found.update(dict.fromkeys(beside))
    return found


def _found(
    path: Path, kind: FileKind, nothing: tuple[str, str], other: str, skipped: OnSkipped | None
) -> Iterator[DiscoveredInput | InputError]:
    """A path, or the inputs of one kind in a directory.

    Args:
        path: what the user passed.
        kind: of the inputs.
        nothing: error and advice for a directory without any.
        other: why files of another type are passed over.
        skipped: called with the files that are passed over.
    """
    match _exists(path):
        case InputError() as error:
            yield error
        case False:
            yield DiscoveredInput(path, kind)
        case True:
            what, advice = nothing
            error = InputError(what, where=path_text(path), advice=advice)
            yield from _found_below(path, kind, error, other, skipped)
        case unexpected:
            assert_never(unexpected)


def _found_below(
    directory: Path, kind: FileKind, nothing: InputError, other: str, skipped: OnSkipped | None
) -> Iterator[DiscoveredInput | InputError]:
    found = False
    parts, passed, logs = _Parts(), SkippedCount(), list[Path]()
    for item in walk(directory):
        if isinstance(item, InputError):
            found = True
            yield item
        elif kind is FileKind.TRAFFIC and _is_log_archive(item):
            found = True
            yield DiscoveredInput(item.path, FileKind.TRAFFIC)
        elif isinstance(item, PassedOver):
            if kind is FileKind.TRAFFIC and _is_log(item):
                logs.append(item.path)
            else:
                passed.add(item.why or other, _name(item.path))
        elif item.kind is kind:
            found = True
            yield item
        elif item.kind is FileKind.APP_PART and kind is FileKind.APP:
            parts.add(item.path)
        else:
            passed.add(other, _name(item.path))
    yield from _joined(logs)
    found = found or bool(logs)
    if not found and not parts.paths:
        yield nothing
        return
    if not found:
        yield from (DiscoveredInput(part, FileKind.APP_PART) for part in parts.paths)
    parts.pass_over(passed, whole=found)
    passed.report(path_text(directory), skipped)


def _is_log(item: PassedOver) -> bool:
    from tieback.intake.traffic.log_groups import is_zeek_log

    return not item.why and is_zeek_log(item.path)


def _is_log_archive(item: DiscoveredInput | PassedOver) -> bool:
    """True for an archive of logs in a folder; an archive that has the name of an app or capture is that."""
    from tieback.intake.traffic.log_archive import has_logs

    if isinstance(item, PassedOver):
        return not item.why and has_logs(item.path)
    return item.kind in {FileKind.SHARD, FileKind.PACKED_SHARD} and has_logs(item.path)


def _is_named_shard(item: DiscoveredInput | PassedOver) -> bool:
    """True for a ``.tar``: its apps and captures are inputs of their own, and if it has none, its logs."""
    return isinstance(item, DiscoveredInput) and classify_name(item.path.name) is FileKind.SHARD


def _joined(logs: Iterable[Path]) -> Iterator[DiscoveredInput]:
    """Logs of Zeek, those of one period in one folder as one input."""
    from tieback.intake.traffic.log_groups import group_logs

    return (DiscoveredInput(first, FileKind.TRAFFIC, tuple(beside)) for first, *beside in group_logs(logs))


class _Parts:
    """The parts of apps in a directory, up to the limit."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self._more = SkippedCount()

    def add(self, path: Path) -> None:
        if len(self.paths) < MAX_PARTS:
            self.paths.append(path)
        else:
            self._more.add(TOO_MANY, _name(path))

    def pass_over(self, passed: SkippedCount, *, whole: bool) -> None:
        """Count the parts that are not read: all beside whole apps, else those above the limit."""
        for path in self.paths if whole else ():
            passed.add(PARTS, _name(path))
        for more in self._more.of(""):
            passed.add(PARTS if whole else more.why, more.first, more.count)


def _name(path: Path) -> str:
    return path_text(Path(path.name))


def find_inputs(
    path: Path, skipped: OnSkipped | None = None, logs: LogsByPath | None = None
) -> Iterator[DiscoveredInput | InputError]:
    """Yield every input at a path, classified: a file as it is; of a directory apps, then captures, then shards.

    A file that is neither by its name nor its first bytes is traffic if ``tieback traffic`` reads it, such as a log; in
    a directory such files are left out, except logs of Zeek and archives of them. App parts of a directory are yielded
    if it has no app. In a directory only files named ``.tar`` count as shards. Never raises; errors and ``skipped`` are
    as in ``find_apps``. ``logs``: of ``joined_logs``, for paths that are files.
    """
    is_directory = _exists(path)
    if isinstance(is_directory, InputError):
        yield is_directory
        return
    if not is_directory:
        yield from _alone(path, logs or {})
        return
    errors: list[InputError] = []
    found: dict[FileKind, list[DiscoveredInput]] = {kind: [] for kind in FileKind}
    parts, passed, texts = _Parts(), SkippedCount(), list[Path]()
    for item in walk(path):
        if isinstance(item, InputError):
            errors.append(item)
        elif not _is_named_shard(item) and _is_log_archive(item):
            found[FileKind.TRAFFIC].append(DiscoveredInput(item.path, FileKind.TRAFFIC))
        elif isinstance(item, PassedOver):
            _pass_over(item, _NO_INPUTS, passed, texts)
        elif item.kind is FileKind.SHARD and classify_name(item.path.name) is not FileKind.SHARD:
            passed.add("shards that are not named .tar", _name(item.path))
        elif item.kind is FileKind.PACKED_SHARD:
            passed.add(COMPRESSED, _name(item.path))
        elif item.kind is FileKind.APP_PART:
            parts.add(item.path)
        else:
            found[item.kind].append(item)
    found[FileKind.TRAFFIC] += _joined(texts)
    yield from errors
    yield from found[FileKind.APP]
    if not found[FileKind.APP]:
        yield from (DiscoveredInput(part, FileKind.APP_PART) for part in parts.paths)
    parts.pass_over(passed, whole=bool(found[FileKind.APP]))
    yield from found[FileKind.TRAFFIC]
    yield from found[FileKind.SHARD]
    if not (errors or parts.paths or any(found.values())):
        yield InputError(
            "no apps, captures or shards in this directory",
            where=path_text(path),
            advice="Pass APK, AAB, IPA, capture or .tar files",
        )
        return
    passed.report(path_text(path), skipped)


def _alone(path: Path, logs: LogsByPath) -> Iterator[DiscoveredInput]:
    """A file; nothing if it is read with another one."""
    beside = logs.get(path, ())
    if beside is not None:
        yield DiscoveredInput(path, _classify_alone(path), beside)


def _pass_over(item: PassedOver, why: str, passed: SkippedCount, logs: list[Path]) -> None:
    """Count a file that is no input, unless it is a log of Zeek."""
    if _is_log(item):
        logs.append(item.path)
    else:
        passed.add(item.why or why, _name(item.path))


def _classify_alone(path: Path) -> FileKind:
    from tieback.intake.traffic.open import is_traffic

    kind = classify_path(path)
    if kind is FileKind.OTHER and is_traffic(path):
        return FileKind.TRAFFIC
    return FileKind.APP_PART if kind is FileKind.OTHER and _is_script(path) else kind


def _is_script(path: Path) -> bool:
    from tieback.intake.apps.single import is_script

    try:
        with path.open("rb", buffering=0) as file:
            return is_script(path.name, file.read(SNIFF))
    except OSError:
        return False


def _exists(path: Path) -> bool | InputError:
    """Whether a path is a directory to walk; an error if there is nothing, or a pipe or a device, which may not end."""
    try:
        if path.is_dir():
            return not is_unpacked(path)
        if path.is_file():
            return False
        if path.exists():
            return InputError("not a regular file", where=path_text(path), advice="Pass a file or a folder")
    except (OSError, ValueError):
        pass
    return InputError("no such file or directory", where=path_text(path), advice="Check the path")


def walk(directory: Path, depth: int = MAX_DEPTH) -> Iterator[DiscoveredInput | PassedOver | InputError]:
    """Inputs and unpacked apps below a directory with their kinds, and all other files, in order of name; never raises.

    Links to directories are not followed.
    """
    try:
        with os.scandir(directory) as entries:
            ordered = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        yield InputError(f"cannot be read: {reason}", where=path_text(directory), advice="Check its permissions")
        return
    for entry in ordered:
        path = Path(entry.path)
        try:
            if entry.name == _MAC_DATA and entry.is_dir(follow_symlinks=False):
                yield PassedOver(path, MACOS_DATA)
            elif entry.is_dir(follow_symlinks=False):
                if is_unpacked(path):
                    yield DiscoveredInput(path, FileKind.APP)
                elif depth > 0:
                    yield from walk(path, depth - 1)
                else:
                    where = path_text(path)
                    yield InputError("nested too deep to be searched", where=where, advice="Pass it by itself")
            else:
                yield _classified(entry)
        except OSError:  # a circular link, or a file removed meanwhile
            yield PassedOver(path, UNREADABLE)


def _classified(entry: os.DirEntry[str]) -> DiscoveredInput | PassedOver:
    """An entry that is no folder. Raises ``OSError``."""
    path = Path(entry.path)
    if entry.is_dir():
        return PassedOver(path, LINKS)
    if not entry.is_file():
        return PassedOver(path, UNREADABLE if entry.is_symlink() else NOT_REGULAR)
    kind = _kind_of(path)
    if kind is None:
        return PassedOver(path, UNREADABLE)
    return PassedOver(path, "") if kind is FileKind.OTHER else DiscoveredInput(path, kind)
