"""Places of strings and types in initial values and annotations of a DEX file, found without reading all of them."""

from collections.abc import Callable, Iterator, Sequence

from tieback.recognise.dataflow.dex.dex_tables import DexSection, SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.encoded import STRING_VALUES, TYPE_VALUES
from tieback.recognise.reasons import COMPARED, DESCRIPTION

_MAX_ABSENT = 4_000
"""Most searches without a result that are kept per file: several questions about one constant need the same one."""
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
            wanted = bytes((header,)) + index.to_bytes(length, "little")
            at = dex.data.find(wanted, section.begin, section.end)
            while at >= 0:
                yield at
                at = dex.data.find(wanted, at + 1, section.end)


def is_initial(dex: DexFile, index: int) -> bool:
    """True if a string of a file may be the initial value of a static field, which no instruction loads."""
    return any(True for _ in values_with(dex, SectionKind.ENCODED_ARRAYS, index))
