"""Small compiled XML files, gathered while a package is walked: hundreds of layouts, of which few name a host."""

from collections.abc import Iterator

from tieback.intake.apps.binary_xml import read_binary_xml
from tieback.intake.apps.interface import Gathered
from tieback.intake.apps.stringpool import MalformedError, pool_frame

COMPILED = b"\x03\x00\x08\x00"
"""What a compiled XML file begins with (``RES_XML_TYPE`` and the size of its header)."""

SMALL = 64 * 1024
"""Bytes of the largest file that is gathered."""

FULL = 1024 * 1024
"""Bytes of all of them after which a heap is given out."""

_POOL = 8
"""Offset of the string pool."""
_SHORTEST = 36


class Heap:
    """Files that wait to be searched together."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._contents: list[bytes | bytearray] = []
        self._size = 0

    def takes(self, file: str, content: bytes | bytearray) -> bool:
        """Whether the file is gathered; one that is large, damaged or called otherwise is to be read by itself."""
        size = len(content)
        if not _SHORTEST <= size <= SMALL or not file.endswith(".xml"):
            return False
        try:
            pool_frame(content, _POOL)
        except MalformedError:
            return False
        self._files.append(file)
        self._contents.append(content)
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
        gathered = Gathered(tuple(self._files), tuple(self._contents), read_binary_xml)
        self._files, self._contents, self._size = [], [], 0
        yield gathered
