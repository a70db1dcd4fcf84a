"""The small files of an app that its code can open: assets, raw resources, and files beside the classes.

They are kept until the code is known, because a method that decrypts texts can read a key or a table from one.
"""

from tieback.intake.apps.interface import ArtifactBatch, BufferKind, Bytes, Piece
from tieback.model.lazy_pattern import lazy_pattern

MAX_FILE = 256 * 1024
"""Most bytes of a file that is kept."""
MAX_FILES = 500
MAX_BYTES = 4 * 1024 * 1024
"""Most bytes of all files that are kept."""
_KINDS = (BufferKind.TEXT, BufferKind.BINARY)
_FOLDERS = ("assets/", "res/")
_OTHERS = (".xml", ".arsc", ".dex", ".html", ".htm", ".js", ".css", ".MF", ".SF", ".RSA", ".version")
"""Ends of names of files that the system or a web view reads, or whose texts are plain."""

_OPENED = lazy_pattern(r"(?:^|/)(?:assets|res/raw|res/xml)/.*\.xml$")
"""XML files that code opens by their name or identifier."""


class PackageFiles:
    """The files of one app, by path in its package."""

    def __init__(self) -> None:
        self._files: dict[str, Bytes] = {}
        self._left = MAX_BYTES

    def see(self, piece: Piece) -> None:
        """Keep the files of a piece of the app."""
        if isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                self._note(file, content)
        elif piece.packed:  # code that opens the file unpacks it itself
            self._note(piece.file.partition("!")[0] if piece.file.startswith(_FOLDERS) else piece.file, piece.packed)
        elif len(piece.buffers) == 1:
            buffer = piece.buffers[0]
            if buffer.kind in _KINDS and not buffer.base:
                self._note(buffer.file, buffer.data)

    def _note(self, file: str, content: Bytes) -> None:
        if (
            (file.endswith(_OTHERS) and not _OPENED.search(file))
            or file.startswith("META-INF/")
            or len(content) > min(MAX_FILE, self._left)
            or len(self._files) >= MAX_FILES
        ):
            return
        name = file.rpartition("!")[2]
        inner = name.partition("/")[2]
        if not name.startswith(_FOLDERS) and inner.startswith((*_FOLDERS, "root/")):
            name = inner.removeprefix("root/")  # a module of an app bundle
        if name not in self._files:
            self._files[name] = content
            self._left -= len(content)

    def file(self, path: str) -> bytes | None:
        """The content of the file with a path in the package; ``None`` if it is not kept."""
        content = self._files.get(path)
        return bytes(content) if content is not None else None
