"""The entries of a folder that apktool decoded, with DEX files in the place of its smali files.

Each folder such as ``smali_classes2`` was one DEX file, and becomes one again, under the name of the folder. A smali
file that cannot be read, or a method of it, stays, and is searched as text.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager

import msgspec

from tieback.intake.apps.archive import MAX_ENTRY
from tieback.intake.apps.directory import ArchiveEntry
from tieback.intake.apps.interface import EntrySource
from tieback.intake.apps.smali.class_reader import ClassReader
from tieback.intake.apps.smali.dex_writer import DexBuilder
from tieback.intake.apps.smali.values import SmaliError
from tieback.intake.apps.window import View
from tieback.model.count_text import count_text
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UnreadKind

MAX_BYTES = 256 * 1024 * 1024
"""Bytes of all smali files of an app that are read as code: half a minute."""
MAX_FILE = 16 * 1024 * 1024
"""Bytes of one smali file."""
MAX_PARTS = 8
"""DEX files that one folder becomes if its classes do not fit into one; apktool makes a folder of each file."""

_LONGEST_TEXT = 65_536
"""Most bytes of a text before a place in it."""
_LENGTH_BYTES = (1, 2, 3)
"""Bytes of the length before a text."""
_SMALI = lazy_pattern(r"(smali[^/]*)/.+\.smali")
_ONLY_TEXT = "only searched as text, because their classes cannot be read"
_TOO_MUCH = "only searched as text, because the app has too much smali"


class _Folder(msgspec.Struct):
    """One folder with smali files."""

    name: str
    texts: list[ArchiveEntry]
    files: list[bytes] | None = None
    """DEX files; ``None`` before they are made."""
    assembled: set[int] = msgspec.field(default_factory=set)
    """Headers of the entries that are in them."""
    origins: list[dict[str, ArchiveEntry]] = msgspec.field(default_factory=list)
    """The first smali file with a text, by the text, for each DEX file."""


class DecodedEntries:
    """The entries of a decoded folder: see ``interface.EntrySource``."""

    def __init__(self, source: EntrySource) -> None:
        self.problems = source.problems
        self._source = source
        self._left = MAX_BYTES
        self._folders: dict[str, _Folder] = {}
        self._folder_of: dict[int, _Folder] = {}
        self._made: dict[int, tuple[_Folder, int]] = {}
        """Folder and number of each DEX file, by the header of its entry."""
        self._reader = ClassReader()
        self._last: tuple[int, bytes] = (0, b"")
        self._entries: list[ArchiveEntry] = []
        for entry in source.entries:
            match = _SMALI.fullmatch(entry.name)
            if match is not None:
                self._add(match[1], entry)
            self._entries.append(entry)
        self._by_name = {entry.name: entry for entry in reversed(self._entries) if entry.header < 0}

    def _add(self, name: str, entry: ArchiveEntry) -> None:
        folder = self._folders.get(name)
        if folder is None:
            folder = self._folders[name] = _Folder(name, [])
            for part in range(MAX_PARTS):
                header = -1 - len(self._made)
                self._made[header] = folder, part
                title = f"{name}.part{part + 1}" if part else name
                self._entries.append(ArchiveEntry(title, header, 0, 0, 0, 0, 0))
        folder.texts.append(entry)
        self._folder_of[entry.header] = folder

    @property
    def entries(self) -> Sequence[ArchiveEntry]:
        """The entries; the DEX files of a folder come before its smali files."""
        return self._entries

    def find(self, name: str) -> ArchiveEntry | None:
        """The first entry of that name."""
        return self._by_name.get(name) or self._source.find(name)

    def peek(self, entry: ArchiveEntry, count: int) -> bytes:
        """The first ``count`` bytes of an entry; none of a smali file that is in a DEX file."""
        made = self._replaced(entry)
        return self._source.peek(entry, count) if made is None else made[:count]

    def read(self, entry: ArchiveEntry, cap: int = MAX_ENTRY) -> bytes | bytearray:
        """The content of an entry, at most ``cap`` bytes; empty for a smali file that is in a DEX file."""
        made = self._replaced(entry)
        return self._source.read(entry, cap) if made is None else made[:cap]

    def open_nested(self, entry: ArchiveEntry) -> AbstractContextManager[View]:
        """The content of an entry that is a file of its own."""
        return self._source.open_nested(entry)

    def signing_block(self) -> bytes:
        """Empty: unpacking loses the signing block."""
        return self._source.signing_block()

    def place(self, file: str, offset: int) -> tuple[str, int] | None:
        """The smali file, and the offset in it, of the text at an offset of a DEX file that was made.

        Args:
            file: name of the DEX file, such as ``smali_classes2``.
            offset: offset in its data, which can be inside of the text.

        Returns:
            ``None`` for any other file, and if the smali file writes the text in another way.
        """
        entry = self._by_name.get(file)
        if entry is None or entry.header not in self._made:
            return None
        folder, part = self._made[entry.header]
        files = self._files(folder)
        if part >= len(files):
            return None
        data = files[part]
        begin, end = data.rfind(b"\0", max(0, offset - _LONGEST_TEXT), offset) + 1, data.find(b"\0", offset)
        texts = (data[begin + size : end].decode("utf-8", "replace") for size in _LENGTH_BYTES)
        origin = next((folder.origins[part][text] for text in texts if text in folder.origins[part]), None)
        if origin is None:
            return None
        at = self._content(origin).find(data[offset:end] + b'"')
        return (origin.name, at) if at >= 0 else None

    def _content(self, entry: ArchiveEntry) -> bytes:
        """The content of a smali file; the last one is kept, because texts of one class follow each other."""
        if self._last[0] != entry.header:
            self._last = entry.header, bytes(self._source.read(entry, MAX_FILE))
        return self._last[1]

    def _replaced(self, entry: ArchiveEntry) -> bytes | None:
        """The content of an entry that the source does not have like this; ``None`` for all others."""
        if entry.header < 0:
            folder, part = self._made[entry.header]
            files = self._files(folder)
            return files[part] if part < len(files) else b""
        its = self._folder_of.get(entry.header)
        if its is None:
            return None
        self._files(its)
        return b"" if entry.header in its.assembled else None

    def _files(self, folder: _Folder) -> list[bytes]:
        if folder.files is None:
            folder.files = _Assembly(self._source, folder, self._reader, self._left).run()
            self._left -= sum(min(entry.size, self._left) for entry in folder.texts)
        return folder.files


class _Assembly:
    """Makes the DEX files of one folder."""

    def __init__(self, source: EntrySource, folder: _Folder, reader: ClassReader, left: int) -> None:
        self._source = source
        self._folder = folder
        self._reader = reader
        self._left = left
        self._builder = DexBuilder()
        self._waiting: list[ArchiveEntry] = []
        """The entries whose classes the builder has."""
        self._files: list[bytes] = []
        self._methods = 0
        """Number of methods that could not be read."""
        self._first = folder.name
        """The file of the first of them."""
        self._partial: set[int] = set()
        """Headers of the entries with such methods, which are searched as text too."""

    def run(self) -> list[bytes]:
        """Make the files, and report what is not in them."""
        too_many, unread = list[str](), list[str]()
        for entry in self._folder.texts:
            if entry.size > min(self._left, MAX_FILE) or len(self._files) == MAX_PARTS:
                too_many.append(entry.name)
                continue
            self._left -= entry.size
            try:
                self._class(entry)
            except (SmaliError, UnicodeDecodeError):
                unread.append(entry.name)
        if len(self._builder):
            self._finish()
        note = self._source.problems.note
        for names, why, kind in ((too_many, _TOO_MUCH, UnreadKind.LIMIT), (unread, _ONLY_TEXT, UnreadKind.UNREADABLE)):
            if names:
                note(f"{count_text(len(names), 'smali file is', 'smali files are')} {why}", names[0], kind)
        if self._methods:
            methods = count_text(self._methods, "method", "methods")
            note(f"the code of {methods} in smali cannot be read", self._first, UnreadKind.UNREADABLE)
        return self._files

    def _class(self, entry: ArchiveEntry) -> None:
        text = bytes(self._source.read(entry, MAX_FILE)).decode("utf-8").replace("\r", "")
        read = self._reader.read(text)
        if not self._builder.add(read):
            self._finish()
            if len(self._files) == MAX_PARTS or not self._builder.add(read):
                raise SmaliError("a class has too many members")
        self._waiting.append(entry)
        self._unread(entry, read.unread)

    def _unread(self, entry: ArchiveEntry, methods: int) -> None:
        """Note methods of an entry that cannot be read."""
        if methods:
            self._first = self._first if self._methods else entry.name
            self._methods += methods
            self._partial.add(entry.header)

    def _finish(self) -> None:
        made, unread = self._builder.finish()
        self._files.append(made)
        self._folder.origins.append({text: self._waiting[at] for text, at in self._builder.origins.items()})
        for number in unread:
            self._unread(self._waiting[number], 1)
        self._folder.assembled.update(entry.header for entry in self._waiting)
        self._folder.assembled -= self._partial
        self._builder, self._waiting = DexBuilder(), []
