"""Small files, gathered while a package is walked: hundreds of layouts, classes and tables; few of them name a host."""

from collections.abc import Iterator

from tieback.intake.apps.binary_xml import read_binary_xml
from tieback.intake.apps.content import SNIFF, Content, sniff
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes, Gathered
from tieback.intake.apps.stringpool import MalformedError, pool_frame

SMALL = 64 * 1024
"""Bytes of the largest file that is gathered."""

FULL = 1024 * 1024
"""Bytes of all of them after which a heap is given out."""

_POOL = 8
"""Offset of the string pool in a compiled XML file."""
_SHORTEST = 36


class Heap:
    """Files that wait to be searched together."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._contents: list[bytes | bytearray] = []
        self._size = 0

    def takes(self, file: str, data: bytes | bytearray, content: Content) -> bool:
        """Whether the file is gathered: compiled XML, and what is searched as it stands.

        One that is large, damaged or called otherwise than what it is, is to be read by itself.
        """
        size = len(data)
        if size > SMALL:
            return False
        if content is Content.BINARY_XML:
            if size < _SHORTEST or not file.endswith(".xml"):
                return False
            try:
                pool_frame(data, _POOL)
            except MalformedError:
                return False
        elif content is not Content.TEXT and content is not Content.BINARY:
            return False
        self._files.append(file)
        self._contents.append(data)
        self._size += size
        return True

    @property
    def is_full(self) -> bool:
        """Whether it is time to give out what was gathered."""
        return self._size > FULL

    def emptied(self) -> Iterator[Gathered]:
        """What was gathered, where there is something; the heap begins anew."""
        if not self._files:
            return
        gathered = Gathered(tuple(self._files), tuple(self._contents), opened)
        self._files, self._contents, self._size = [], [], 0
        yield gathered


def opened(file: str, data: bytes) -> Artifact:
    """A gathered file by itself."""
    content = sniff(data[:SNIFF])
    return read_binary_xml(file, data) if content is Content.BINARY_XML else whole(file, BufferKind[content.name], data)


def whole(file: str, kind: BufferKind, data: Bytes) -> Artifact:
    """A file that is searched as it stands."""
    return Artifact(file, (Buffer(file, kind, data),))
