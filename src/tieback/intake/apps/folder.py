"""Directory with an unpacked app, read as the package that it came from.

It is recognised by the top-level content of a package: compiled code or resources beside a manifest (unzipped),
``apktool.yml`` (decoded by apktool), ``Payload/*.app``, an archive of Xcode (``Products/Applications/*.app``), or an
``.app`` directory itself (iOS). A source tree has none of these. ``base.apk`` with ``split_*.apk`` are the packages of
one app, as a device has them.
"""

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tieback.intake.apps.archive import MAX_ENTRY
from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.directory import MAX_ENTRIES, ArchiveEntry
from tieback.intake.apps.printable import printable
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.window import View
from tieback.model.count_text import count_text
from tieback.model.sighting import UnreadKind
from tieback.model.skipped import SkippedCount

MAX_DEPTH = 32
"""Directory levels below the top that are read."""

MAX_NAME = 4096
_CLOSED = "folders that cannot be opened"
_DEEP = "folders that are nested too deeply"
_LINKS = "links that lead out of the directory"
_SPECIAL = "not regular files"
_KINDS = {
    _CLOSED: UnreadKind.DAMAGED,
    _DEEP: UnreadKind.LIMIT,
    _LINKS: UnreadKind.UNREADABLE,
    _SPECIAL: None,
}
_TOP = 4096
"""Top-level names that are examined to recognise the directory."""


class UnpackedFolder:
    """A source of entries; links are not followed, and only regular files are read."""

    def __init__(self, top: Path, problems: PackageProblems, budget: PackageBudget) -> None:
        self.problems = problems
        self._budget = budget
        self._paths: list[str] = []
        self.entries: list[ArchiveEntry] = []
        # An .app directory is read as if it were in its package, so that names are the same.
        prefix = f"Payload/{top.name}/" if top.suffix == ".app" else ""
        passed = SkippedCount()
        for name, path, size in files(top, passed):
            if len(self.entries) == MAX_ENTRIES:
                problems.note(f"more than {MAX_ENTRIES} files; the rest is left out", "", UnreadKind.LIMIT)
                break
            self.entries.append(ArchiveEntry(printable(prefix + name, MAX_NAME), len(self._paths), 0, 0, 0, size, size))
            self._paths.append(path)
        for one in passed.of(""):
            problems.note(f"{one.why}: {count_text(one.count, 'entry', 'entries')}", one.first, _KINDS[one.why])
        self._by_name = {entry.name: entry for entry in reversed(self.entries)}

    def find(self, name: str) -> ArchiveEntry | None:
        """The file of that name."""
        return self._by_name.get(name)

    def peek(self, entry: ArchiveEntry, count: int) -> bytes:
        """The first ``count`` bytes of a file."""
        return self._bytes(entry, count)

    def read(self, entry: ArchiveEntry, cap: int = MAX_ENTRY) -> bytes:
        """The content of a file, at most ``cap`` bytes."""
        cap = min(cap, self._budget.total)
        if cap <= 0:
            self.problems.note("left out: the directory is too large", entry.name, UnreadKind.LIMIT)
            return b""
        data = self._bytes(entry, cap)
        self._budget.total -= len(data)
        if len(data) == cap < entry.size:
            self.problems.note(
                f"only the first {count_text(cap, 'byte was', 'bytes were')} read", entry.name, UnreadKind.LIMIT
            )
        return data

    @contextmanager
    def open_nested(self, entry: ArchiveEntry) -> Iterator[View]:
        """The content of a file, mapped."""
        number = self._opened(entry)
        if number is None or entry.size == 0:
            if number is not None:
                os.close(number)
            yield b""
            return
        try:
            view = mmap.mmap(number, 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            self.problems.note("cannot be read", entry.name, UnreadKind.DAMAGED)
            yield b""
            return
        finally:
            os.close(number)
        with view:
            yield view

    def signing_block(self) -> bytes:
        """Empty: unpacking loses the signing block."""
        return b""

    def _bytes(self, entry: ArchiveEntry, count: int) -> bytes:
        number = self._opened(entry)
        if number is None:
            return b""
        with os.fdopen(number, "rb", buffering=0) as file:
            try:
                out = bytearray()
                while len(out) < count and (piece := file.read(count - len(out))):
                    out += piece
                return bytes(out)
            except OSError as error:
                self.problems.note(f"cannot be read: {error.strerror}", entry.name, UnreadKind.DAMAGED)
                return b""

    def _opened(self, entry: ArchiveEntry) -> int | None:
        """A descriptor of the file; ``None`` if it is no longer a regular file."""
        try:
            number = os.open(self._paths[entry.header], os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            self.problems.note(f"cannot be read: {error.strerror}", entry.name, UnreadKind.DAMAGED)
            return None
        if stat.S_ISREG(os.fstat(number).st_mode):
            return number
        os.close(number)
        return None


def files(top: Path, passed: SkippedCount | None = None) -> Iterator[tuple[str, str, int]]:
    """Regular files below a directory, in order of name: relative name with ``/``, path, and size in bytes.

    ``passed`` counts what is not read: folders that cannot be opened, links out of the directory, and the like. A link
    to a file inside leaves nothing out.
    """
    passed = SkippedCount() if passed is None else passed
    stack: list[tuple[str, str, int]] = [(str(top), "", MAX_DEPTH)]
    while stack:
        folder, prefix, depth = stack.pop()
        try:
            with os.scandir(folder) as scanned:
                found = sorted(scanned, key=lambda item: item.name)
        except OSError:
            passed.add(_CLOSED, prefix)
            continue
        below = []
        for item in found:
            with suppress(OSError):  # removed meanwhile
                if item.is_file(follow_symlinks=False):
                    yield prefix + _name(item), item.path, item.stat(follow_symlinks=False).st_size
                elif why := _why_passed(item, top, depth):
                    passed.add(why, prefix + _name(item))
                elif item.is_dir(follow_symlinks=False):
                    below.append((item.path, f"{prefix}{_name(item)}/", depth - 1))
        stack += reversed(below)


def is_unpacked(top: Path) -> bool:
    """True if a directory was unpacked from an app package, or has the packages of one app; never raises."""
    try:
        with os.scandir(top) as scanned:
            names = {item.name for item, _ in zip(scanned, range(_TOP), strict=False)}
        if top.suffix == ".app" and "Info.plist" in names:
            return True
        for apps in ("Payload", "Products/Applications"):
            if apps.partition("/")[0] in names and (top / apps).is_dir():
                with os.scandir(top / apps) as scanned:
                    return any(item.name.endswith(".app") for item, _ in zip(scanned, range(_TOP), strict=False))
        if "BundleConfig.pb" in names or (top / "base" / "manifest" / "AndroidManifest.xml").is_file():
            return True
    except OSError:
        return False
    packages = {name for name in names if name.endswith(".apk")}
    if "base.apk" in packages and len(packages) > 1:
        return all(name == "base.apk" or name.startswith("split_") for name in packages)
    compiled = names & {"classes.dex", "resources.arsc", "apktool.yml", "META-INF"}
    if "AndroidManifest.xml" in names:
        return bool(compiled)
    return len(compiled) > 1


def _why_passed(item: "os.DirEntry[str]", top: Path, depth: int) -> str:
    """Why an entry that is no regular file is not read; empty for a folder, and for a link to what is read."""
    if item.is_symlink():
        return "" if Path(item.path).resolve().is_relative_to(top.resolve()) else _LINKS
    if not item.is_dir():
        return _SPECIAL
    return "" if depth > 0 else _DEEP


def _name(item: "os.DirEntry[str]") -> str:
    return os.fsencode(item.name).decode("utf-8", "backslashreplace")
