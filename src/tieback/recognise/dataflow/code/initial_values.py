"""Places of strings and types in initial values and annotations of a DEX file, found without reading all of them."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tieback.intake.apps.interface import Bytes
from tieback.recognise.dataflow.dex.dex_tables import DexSection, SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.encoded import STRING_VALUES, TYPE_VALUES
from tieback.recognise.reasons import COMPARED, DESCRIPTION

_MAX_ABSENT = 4_000
"""Most searches without a result that are kept per file: several questions about one constant need the same one."""
MAX_SEARCHED = 128 * 1024 * 1024
"""Bytes that searches of one file pass before the values are sorted instead: no usual file needs so many."""
_SHIFT, _OFFSET, _BLOCK = np.uint64(32), np.uint64(0xFFFFFFFF), 1 << 18
_ELEMENTS = {
    **dict.fromkeys((b"description", b"helpUrl", b"iconName"), DESCRIPTION),
    **dict.fromkeys((b"namespace", b"reference"), COMPARED),
}
"""Elements of annotations that code does not contact: those of App Inventor describe it
(https://github.com/mit-cml/appinventor-sources, ``DesignerComponent``), others name a namespace of XML
(``@Namespace(reference = …)`` of https://simple.sourceforge.net, ``@JacksonXmlProperty(namespace = …)``).
"""
_DEFAULT = b"defaultValue"
"""Element with the value that a builder shows for a property (``DesignerProperty`` of App Inventor)."""


def element_reason(
    dex: DexFile, at: int, *, default: bool = False, is_read: Callable[[str], bool] = lambda _: False
) -> str:
    """The reason if the value at an offset is that of an element of an annotation that code does not contact.

    ``is_read`` tells whether code reads elements with a name.

    A default value is one if ``default`` is true, because code loads the same text. The index of the name is before the
    value, as a ULEB128 number of at most three bytes.
    """
    for length in (1, 2, 3):
        before = bytes(dex.data[max(at - length, 0) : at])
        if len(before) == length and before[-1] < 0x80 <= min(before[:-1], default=0x80):
            name = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(before))
            title = bytes(dex.raw(name)) if name < len(dex.strings) else b""
            found = DESCRIPTION if default and title == _DEFAULT else _ELEMENTS.get(title, "")
            if found:
                return "" if is_read(title.decode("utf-8", "replace")) else found
    return ""


def values_with(dex: DexFile, kind: int, index: int) -> Iterator[int]:
    """Offsets of encoded values in a section that can be this string."""
    section = dex.sections.get(kind)
    if section is None or (kind, index) in dex.absent_values:
        return
    is_absent = True
    for at in _places(dex, section, index, STRING_VALUES):
        is_absent = False
        yield at
    if is_absent and len(dex.absent_values) < _MAX_ABSENT:
        dex.absent_values.add((kind, index))


def types_with(dex: DexFile, index: int) -> Iterator[int]:
    """Offsets of initial values and values in annotations that can be the object for this type."""
    for kind in (SectionKind.ANNOTATIONS, SectionKind.ENCODED_ARRAYS):
        section = dex.sections.get(kind)
        if section is not None:
            yield from _places(dex, section, index, TYPE_VALUES)


def _places(dex: DexFile, section: DexSection, index: int, headers: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Offsets of the encoded values with an index, by their headers."""
    for header, length in headers:
        if index < 1 << (8 * length):
            if dex.values_searched > MAX_SEARCHED:
                yield from _indexed(dex, section, header, length).places(index)
                continue
            dex.values_searched += section.end - section.begin
            wanted = bytes((header,)) + index.to_bytes(length, "little")
            at = dex.data.find(wanted, section.begin, section.end)
            while at >= 0:
                yield at
                at = dex.data.find(wanted, at + 1, section.end)


class SortedValues:
    """The encoded values of a section with one header, by their index."""

    def __init__(self, data: Bytes, section: DexSection, header: int, length: int) -> None:
        """Find all values with this header, whose index has ``length`` bytes."""
        raw = np.frombuffer(data, np.uint8, max(0, section.end - section.begin), section.begin)
        size = max(0, len(raw) - length)
        self._keys = np.empty(int(np.count_nonzero(raw[:size] == header)), np.uint64)
        """Index and offset of each value, as one number."""
        count = 0
        for begin in range(0, size, _BLOCK):
            at = begin + np.flatnonzero(raw[begin : min(begin + _BLOCK, size)] == header)
            index = np.zeros(len(at), np.uint64)
            for byte in range(length):
                index |= raw[at + 1 + byte].astype(np.uint64) << np.uint64(8 * byte)
            self._keys[count : count + len(at)] = index << _SHIFT | (at + section.begin).astype(np.uint64)
            count += len(at)
        self._keys.sort()

    def places(self, index: int) -> list[int]:
        """Offsets of the values with an index, in ascending order."""
        low, high = (int(self._keys.searchsorted(np.uint64(one << int(_SHIFT)))) for one in (index, index + 1))
        found: list[int] = (self._keys[low:high] & _OFFSET).tolist()
        return found


def _indexed(dex: DexFile, section: DexSection, header: int, length: int) -> SortedValues:
    key = (section.begin, header)
    known = dex.sorted_values.get(key)
    if not isinstance(known, SortedValues):
        known = dex.sorted_values[key] = SortedValues(dex.data, section, header, length)
    return known


def is_initial(dex: DexFile, index: int) -> bool:
    """True if a string of a file may be the initial value of a static field, which no instruction loads."""
    return any(True for _ in values_with(dex, SectionKind.ENCODED_ARRAYS, index))
