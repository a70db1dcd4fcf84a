"""Small files, collected while a package is walked: hundreds of layouts, classes and tables; few of them name a
host.
"""

from collections.abc import Iterator

from tieback.intake.apps.binary_xml import read_binary_xml
from tieback.intake.apps.content import SNIFF, Content, sniff
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Bytes
from tieback.intake.apps.stringpool import MalformedPoolError, pool_frame

SMALL = 64 * 1024
"""Bytes of the largest file that is collected."""

FULL = 1024 * 1024
"""Bytes of all collected files after which they are searched."""

_COLLECTED = (Content.TEXT, Content.BINARY, Content.PYTHON)
_POOL = 8
"""Offset of the string pool in a compiled XML file."""
_SHORTEST = 36


class SmallFiles:
    """Files that are searched together."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._contents: list[bytes | bytearray] = []
        self._size = 0

    def add(self, file: str, data: bytes | bytearray, content: Content) -> bool:
        """Collect the file and return true, if it is compiled XML or is searched unchanged.

        A file that is large, damaged or has a misleading name is not collected; it must be read separately.
        """
        size = len(data)
        if size > SMALL:
            return False
        if content is Content.BINARY_XML:
            if size < _SHORTEST or not file.endswith(".xml"):
                return False
            try:
                pool_frame(data, _POOL)
            except MalformedPoolError:
                return False
        elif content not in _COLLECTED:
            return False
        self._files.append(file)
        self._contents.append(data)
        self._size += size
        return True

    @property
    def is_full(self) -> bool:
        """True if the collected files should be searched now."""
        return self._size > FULL

    def drain(self) -> Iterator[ArtifactBatch]:
        """Yield the collected files, if any, and start an empty collection."""
        if not self._files:
            return
        gathered = ArtifactBatch(tuple(self._files), tuple(self._contents), read_small_file)
        self._files, self._contents, self._size = [], [], 0
        yield gathered


def read_small_file(file: str, data: bytes) -> Artifact:
    """A collected file as an artifact of its own."""
    content = sniff(data[:SNIFF])
    if content is Content.BINARY_XML:
        return read_binary_xml(file, data)
    if content is Content.PYTHON:
        from tieback.intake.apps.python_code import read_python

        return read_python(file, data)
    return whole_file(file, BufferKind[content.name], data)


def whole_file(file: str, kind: BufferKind, data: Bytes) -> Artifact:
    """A file that is searched unchanged."""
    return Artifact(file, (Buffer(file, kind, data),))
