"""Single part of an app: a DEX file, Hermes bytecode, a bundle of scripts, a native library or binary."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tieback.intake.apps.archive import MAX_ENTRY
from tieback.intake.apps.content import Content, is_metro, sniff
from tieback.intake.apps.directory import ArchiveEntry
from tieback.intake.apps.interface import Artifact
from tieback.intake.apps.printable import printable
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.window import View
from tieback.model.app import App
from tieback.model.cleartext import CleartextPolicy
from tieback.model.count_text import count_text
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.sighting import UnreadKind

PARTS = {
    Content.DEX: "a single DEX file",
    Content.HERMES: "Hermes bytecode",
    Content.RAM_BUNDLE: "a bundle of scripts",
    Content.ELF: "a native library",
    Content.MACH_O: "a native binary",
}
"""Content types that can be read as a single file whatever its name, and their names for display."""

_BUNDLES = (".jsbundle", ".android.bundle")
"""Ends of the names that React Native gives to its bundles: ``main.jsbundle``, ``index.android.bundle``."""
_SCRIPTS = (".js", ".mjs", ".cjs")

MAX_NAME = 300


def part_of(name: str, head: bytes) -> str:
    """What part of an app a file is, for display; empty if it is none.

    Args:
        name: the name of the file, without folders.
        head: its first ``SNIFF`` bytes.
    """
    content = sniff(head)
    if content in PARTS:
        return PARTS[content]
    named = name.lower().endswith(_BUNDLES) and content in (Content.TEXT, Content.BINARY)
    return "a bundle of scripts" if named or (content is Content.TEXT and is_metro(head)) else ""


def is_script(name: str, head: bytes) -> bool:
    """True for a file of JavaScript by its name.

    It is a part of an app only if the user passes it: a folder of a web page has thousands, which are no apps.
    """
    return name.lower().endswith(_SCRIPTS) and sniff(head) is Content.TEXT


class SingleFile:
    """A source with one entry: the file itself, under its own name."""

    def __init__(self, path: Path, data: View, problems: PackageProblems) -> None:
        self.problems = problems
        self._data = data
        size = len(data)
        self.entries = (ArchiveEntry(printable(path.name, MAX_NAME), 0, 0, 0, 0, size, size),)

    def find(self, name: str) -> ArchiveEntry | None:
        """The entry, if it has this name."""
        return self.entries[0] if name == self.entries[0].name else None

    def peek(self, entry: ArchiveEntry, count: int) -> bytes:
        """The first ``count`` bytes."""
        del entry
        return self._data[:count]

    def read(self, entry: ArchiveEntry, cap: int = MAX_ENTRY) -> bytes:
        """The content, at most ``cap`` bytes."""
        if entry.size > cap:
            self.problems.note(
                f"only the first {count_text(cap, 'byte was', 'bytes were')} read", entry.name, UnreadKind.LIMIT
            )
        return self._data[:cap]

    @contextmanager
    def open_nested(self, entry: ArchiveEntry) -> Iterator[View]:
        """The content."""
        del entry
        yield self._data

    def signing_block(self) -> bytes:
        """Empty: a single file has no signing block."""
        return b""


class SinglePartFormat:
    """The format of single parts of apps: see ``package.Format``. They do not name their app."""

    def __init__(self, source: SingleFile, what: str) -> None:
        self._source = source
        self._what = what

    def identify(self, sha256: str) -> App | None:
        """``None``, and a problem that reports it."""
        del sha256
        self._source.problems.note(f"{self._what}: it does not name its app", "", None)
        return None

    def special(self, name: str) -> Artifact | None:
        """``None``: the entry is read by its content."""
        del name
        return None

    def policies(self) -> tuple[CleartextPolicy, ...]:
        """Empty: a part has no manifest."""
        return ()

    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """Empty: only packages of iOS have privacy manifests."""
        return ()

    def components(self) -> tuple[str, ...]:
        """Empty: a part has no manifest."""
        return ()
