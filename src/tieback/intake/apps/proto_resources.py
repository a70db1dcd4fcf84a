"""``resources.pb`` of app bundles: its texts, their resource names, and the text behind a resource ID.

Source: AOSP ``frameworks/base/tools/aapt2/Resources.proto`` (``ResourceTable``, ``Package``, ``Type``, ``Entry``,
``ConfigValue``, ``Value``). Names are looked up only for the few texts that need them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.proto_xml import item_text
from tieback.intake.apps.protobuf import BYTES, VARINT, iter_fields, read_text, string_edges
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.lazy_pattern import lazy_pattern
from tieback.protocols.leb128 import encode_leb128

MAX_TYPES = 10_000
"""Types of all packages together; apps have about twenty."""

MAX_NAMED = 1_000
"""Values that are read because of the end of their name."""

MAX_ITEMS = 1_024
"""Texts of one array."""

MAX_HOLDERS = 256
"""Most resources that refer to one."""

MAX_PLACES = 10_000
"""Most places of one reference."""

MAX_SEARCHED = 256 * 1024 * 1024
"""Most bytes of one table that are searched for references; tables have some megabytes."""

MAX_ENTRIES = 500_000
"""Entries of one type that are searched."""

_REFERENCE = lazy_pattern("@[0-9a-f]{8}")
_INTEGER = lazy_pattern("0x[0-9a-f]{1,8}|0|-?[1-9][0-9]{0,9}")
_PACKAGE = 2
_PACKAGE_ID, _PACKAGE_TYPE = 1, 3
_TYPE_ID, _TYPE_NAME, _TYPE_ENTRY = 1, 2, 3
_ENTRY_ID, _ENTRY_NAME, _ENTRY_VALUE = 1, 2, 6
_CONFIG, _VALUE, _VALUE_ITEM, _VALUE_COMPOUND = 1, 2, 4, 5
_COMPOUND_ARRAY, _ARRAY_ELEMENT, _ELEMENT_ITEM = 4, 1, 3
type _Range = tuple[int, int]


class _Type:
    """One type of one package; its entries are located on first use."""

    def __init__(self, data: bytes, package: int, begin: int, end: int) -> None:
        self.package = package
        self.begin, self.end = begin, end
        self.number, self.name = 0, ""
        self._data = data
        self._entries: list[_Range] | None = None
        self.rows: dict[int, int] | None = None
        """Places in ``entries`` by the numbers of the entries; ``None`` before the first use."""
        for number, wire, first, last in iter_fields(data, begin, end):
            if number == _TYPE_ENTRY:  # both precede the entries: aapt2 writes fields in order of number
                break
            if number == _TYPE_NAME and wire == BYTES:
                self.name = read_text(data, first, last, 64)
            elif number == _TYPE_ID and wire == BYTES:
                self.number = _number(data, first, last)

    @property
    def entries(self) -> list[_Range]:
        """The range of each entry, in order of offset."""
        if self._entries is None:
            self._entries = []
            try:
                for number, wire, first, last in iter_fields(self._data, self.begin, self.end):
                    if number == _TYPE_ENTRY and wire == BYTES:
                        self._entries.append((first, last))
                        if len(self._entries) == MAX_ENTRIES:
                            break
            except MalformedPoolError:
                pass  # entries before the damage have their names
        return self._entries


class ProtoResources:
    """An opened resource table."""

    def __init__(self, file: str, data: bytes) -> None:
        """Find the types of all packages.

        Raises:
            MalformedError: a message exceeds the message that contains it.
        """
        self._file = file
        self._data = data
        self._left = MAX_SEARCHED
        self._types: list[_Type] = []
        for number, wire, begin, end in iter_fields(data, 0, len(data)):
            if number == _PACKAGE and wire == BYTES:
                self._package(begin, end)

    def contains(self, raw: bytes) -> bool:
        """True if these bytes are somewhere in the table."""
        return raw in self._data

    def artifact(self) -> Artifact:
        """The bytes as one buffer, with the offsets and names of its texts."""
        starts = partial(string_edges, self._data)
        buffer = Buffer(
            self._file, BufferKind.RESOURCES, self._data, starts=starts, names=TextNames(self), resources=self
        )
        return Artifact(self._file, (buffer,))

    def text(self, resource: int) -> str:
        """The text behind a resource ID (``0xPPTTEEEE``), of the default configuration if there is one.

        References are followed eight levels deep; empty if there is no text.
        """
        for _ in range(8):
            try:
                found = self._value(resource)
            except MalformedPoolError:
                return ""
            if _REFERENCE.fullmatch(found) is None:  # a text may begin with @, too
                return found
            resource = int(found[1:], 16)
        return ""

    def label(self, resource: int) -> str:
        """Type and name of a resource, such as ``string/backend_url``; empty if there is none."""
        kinds = [one for one in self._types if (one.package, one.number) == (resource >> 24, resource >> 16 & 0xFF)]
        for kind in kinds:
            if kind.rows is None:
                kind.rows = {self._entry_number(entry): row for row, entry in enumerate(kind.entries)}
            row = kind.rows.get(resource & 0xFFFF, -1)
            name = self._entry_name(kind.entries[row]) if row >= 0 else ""
            if name:
                return f"{kind.name}/{name}"
        return ""

    def named(self, name: str) -> str:
        """The string resource with a name; empty if there is none."""
        for kind in self._types:
            if kind.name != "string":
                continue
            for entry in kind.entries:
                if self._entry_name(entry) == name:
                    return self._best(self._values(entry))
        return ""

    def items(self, resource: int) -> tuple[str, ...]:
        """The texts of an array, of the default configuration if there is one; empty if it is none.

        At most ``MAX_ITEMS``.
        """
        try:
            found = [(plain, self._elements(*place)) for plain, place in self._compounds(resource)]
        except MalformedPoolError:
            return ()
        found.sort(key=lambda one: not one[0])
        its = next((items for _, items in found if items), [])
        return tuple(self.text(int(one[1:], 16)) if _REFERENCE.fullmatch(one) else one for one in its)

    def integer(self, resource: int) -> int | None:
        """The integer with a resource ID; ``None`` if there is none, or not the same one in each configuration."""
        try:
            found = {self._item(value)[1] for value in self._values_of(resource)[:64]}
        except MalformedPoolError:
            return None
        text = found.pop() if len(found) == 1 else ""
        return int(text, 0) if _INTEGER.fullmatch(text) else None

    def ending(self, end: str) -> dict[str, str]:
        """The strings and integers whose name has this end of small letters, in either case, by name.

        They are those of the default configuration, at most ``MAX_NAMED``.
        """
        found: dict[str, str] = {}
        every = (entry for kind in self._types if kind.name in ("string", "integer") for entry in kind.entries)
        for entry in every:
            name = self._entry_name(entry)
            if not name.lower().endswith(end):
                continue
            try:
                text = self._best(self._values(entry))
            except MalformedPoolError:
                continue
            if text:
                found.setdefault(name, text)
            if len(found) == MAX_NAMED:
                break
        return found

    def name_at(self, offset: int) -> str:
        """The name of the resource whose entry contains an offset, such as ``string/backend_url``; empty if none
        does.
        """
        for kind in self._types:
            if not kind.begin <= offset < kind.end:
                continue
            index = bisect_right(kind.entries, (offset, len(self._data))) - 1
            if index < 0 or offset >= kind.entries[index][1]:
                return ""
            name = self._entry_name(kind.entries[index])
            return f"{kind.name}/{name}" if name else ""
        return ""

    def texts_named(self, words: Iterable[str], starts: NDArray[np.int64]) -> Iterator[tuple[int, str]]:
        """Offsets of the texts of string resources whose name contains one of these words, with the name.

        Args:
            words: parts of names, in any case.
            starts: sorted offsets at which texts begin and end; those of an entry are those of its texts.
        """
        any_word = re.compile(b"|".join(re.escape(word.encode()) for word in words), re.IGNORECASE)
        for kind in (one for one in self._types if one.name == "string"):
            hits = (found.start() for found in any_word.finditer(self._data, kind.begin, kind.end))
            told = -1
            for hit in islice(hits, MAX_NAMED):
                index = bisect_right(kind.entries, (hit, len(self._data))) - 1
                if index <= told or hit >= kind.entries[index][1]:
                    continue
                told = index
                begin, end = kind.entries[index]
                name = self._entry_name(kind.entries[index])
                if any_word.search(name.encode()):
                    first, last = starts.searchsorted([begin, end])
                    yield from ((int(start), name) for start in starts[first:last])

    @property
    def values(self) -> "ProtoValues":
        """Which resources have a text, or refer to another one."""
        return ProtoValues(self)

    def string_at(self, offset: int) -> int:
        """The offset itself, by which ``values`` knows a text; -1 if no entry contains it."""
        return offset if self.entry_at(offset)[0] else -1

    def string_of(self, text: str) -> int:
        """Offset of exactly this text; -1 if it is not there, or more than once."""
        raw = text.encode()
        found = list(islice(self._places(b"\x0a" + encode_leb128(len(raw)) + raw), 2))
        return found[0] if len(found) == 1 else -1

    def entry_at(self, offset: int) -> tuple[int, str]:
        """Identifier and name, such as ``string/backend_url``, of the resource whose entry contains an offset.

        Zero and an empty text if there is none.
        """
        for kind in self._types:
            if not kind.begin <= offset < kind.end:
                continue
            index = bisect_right(kind.entries, (offset, len(self._data))) - 1
            if index < 0 or offset >= kind.entries[index][1]:
                break
            entry = kind.entries[index]
            number = self._entry_number(entry)
            name = f"{kind.name}/{self._entry_name(entry)}"
            return (kind.package << 24 | kind.number << 16 | number, name) if number >= 0 else (0, "")
        return 0, ""

    def referring(self, identifier: int) -> Iterator[int]:
        """Identifiers of the resources that refer to one, some more than once; 0 if that is not known."""
        yield from (self.entry_at(place)[0] for place in self._places(reference_bytes(identifier)))

    def _places(self, raw: bytes) -> Iterator[int]:
        """Offsets of bytes; -1 last if they are too many, or too much was searched."""
        at = 0
        for count in range(MAX_PLACES + 1):
            found = self._data.find(raw, at) if self._left > 0 else -1
            self._left -= (found if found >= 0 else len(self._data)) - at
            if found < 0:
                break
            yield found if count < MAX_PLACES else -1
            at = found + 1
        if self._left <= 0:
            yield -1

    def _entry_number(self, entry: _Range) -> int:
        """The number of an entry in its type; -1 if it has none."""
        try:
            for number, wire, begin, end in iter_fields(self._data, *entry):
                if number == _ENTRY_ID and wire == BYTES:
                    return _number(self._data, begin, end)
        except MalformedPoolError:
            pass
        return -1

    def _package(self, begin: int, end: int) -> None:
        package = 0
        for number, wire, first, last in iter_fields(self._data, begin, end):
            if number == _PACKAGE_ID and wire == BYTES:
                package = _number(self._data, first, last)
            elif number == _PACKAGE_TYPE and wire == BYTES and len(self._types) < MAX_TYPES:
                self._types.append(_Type(self._data, package, first, last))

    def _entry_name(self, entry: _Range) -> str:
        try:
            for number, wire, begin, end in iter_fields(self._data, *entry):
                if number == _ENTRY_NAME and wire == BYTES:
                    return read_text(self._data, begin, end, 256)
        except MalformedPoolError:
            pass
        return ""

    def _values(self, entry: _Range) -> list[_Range]:
        """The range of each value of an entry, in the order of the configurations."""
        return [
            (begin, end)
            for number, wire, begin, end in iter_fields(self._data, *entry)
            if number == _ENTRY_VALUE and wire == BYTES
        ]

    def _value(self, resource: int) -> str:
        return self._best(self._values_of(resource))

    def _values_of(self, resource: int) -> list[_Range]:
        """The range of each value of a resource, in the order of the configurations."""
        package, type_id, wanted = resource >> 24, resource >> 16 & 0xFF, resource & 0xFFFF
        for kind in self._types:
            if (kind.package, kind.number) != (package, type_id):
                continue
            for entry in kind.entries:
                values: list[_Range] = []
                number_of = 0
                for number, wire, begin, end in iter_fields(self._data, *entry):
                    if number == _ENTRY_ID and wire == BYTES:
                        number_of = _number(self._data, begin, end)
                        if number_of != wanted:
                            break
                    elif number == _ENTRY_VALUE and wire == BYTES:
                        values.append((begin, end))
                if number_of == wanted and values:
                    return values
        return []

    def _best(self, values: list[_Range]) -> str:
        """The text of the default configuration, else of the first one."""
        first = ""
        for value in values[:64]:
            plain, item = self._item(value)
            if plain:
                return item
            first = first or item
        return first

    def _item(self, value: _Range) -> tuple[bool, str]:
        """Whether a value is that of the default configuration, and its text."""
        plain, item = True, ""
        for number, wire, begin, end in iter_fields(self._data, *value):
            if number == _CONFIG and wire == BYTES:
                plain = end <= begin
            elif number == _VALUE and wire == BYTES:
                for inner, kind, start, stop in iter_fields(self._data, begin, end):
                    if inner == _VALUE_ITEM and kind == BYTES:
                        item = item_text(self._data, start, stop)
        return plain, item

    def _compounds(self, resource: int) -> Iterator[tuple[bool, _Range]]:
        """The arrays of a resource, each with whether it is that of the default configuration."""
        for value in self._values_of(resource)[:64]:
            plain = True
            for number, wire, begin, end in iter_fields(self._data, *value):
                if number == _CONFIG and wire == BYTES:
                    plain = end <= begin
                elif number == _VALUE and wire == BYTES:
                    for place in self._inner(self._inner_of(begin, end, _VALUE_COMPOUND), _COMPOUND_ARRAY):
                        yield plain, place

    def _elements(self, begin: int, end: int) -> list[str]:
        """The texts of the elements of an array."""
        elements = islice(self._inner_of(begin, end, _ARRAY_ELEMENT), MAX_ITEMS)
        return [item_text(self._data, *item) for item in self._inner(elements, _ELEMENT_ITEM)]

    def _inner(self, messages: Iterable[_Range], field: int) -> Iterator[_Range]:
        return (one for begin, end in messages for one in self._inner_of(begin, end, field))

    def _inner_of(self, begin: int, end: int, field: int) -> Iterator[_Range]:
        """The ranges of a field of a message."""
        for number, wire, first, last in iter_fields(self._data, begin, end):
            if number == field and wire == BYTES:
                yield first, last


class ProtoValues:
    """The values of one table, by the bytes of a reference: other bytes can look the same, and only add a resource."""

    def __init__(self, table: ProtoResources) -> None:
        self._table = table

    def with_string(self, index: int) -> frozenset[int]:
        """Identifier of the resource with a text, by the offset of the text; empty if it has none."""
        identifier, _ = self._table.entry_at(index)
        return frozenset((identifier,)) if identifier else frozenset()

    def referring(self, identifiers: Iterable[int]) -> frozenset[int] | None:
        """These resources, and all that refer to one of them directly or not; ``None`` if that is not known."""
        found = dict.fromkeys(identifiers)
        for identifier in (queue := list(found)):
            for user in self._table.referring(identifier):
                if not user or len(found) > MAX_HOLDERS:
                    return None
                if user not in found:
                    found[user] = None
                    queue.append(user)
        return frozenset(found)

    def labels(self, identifiers: Iterable[int]) -> frozenset[str]:
        """Types and names of resources, such as ``string/backend_url``."""
        return frozenset(filter(None, map(self._table.label, identifiers)))


class TextNames(Mapping[int, str]):
    """Offset of a text to the name of its resource; only lookups are cheap."""

    def __init__(self, table: ProtoResources) -> None:
        self._table = table

    def __getitem__(self, offset: int) -> str:
        name = self._table.name_at(offset)
        if not name:
            raise KeyError(offset)
        return name

    def matching(self, names: Iterable[str], starts: NDArray[np.int64]) -> Iterator[tuple[int, str]]:
        """Offsets of the texts whose resource has one of these names, with the name."""
        wanted = frozenset(names)
        return (found for found in self._table.texts_named(wanted, starts) if found[1] in wanted)

    def containing(self, words: Iterable[str], starts: NDArray[np.int64]) -> Iterator[tuple[int, str]]:
        """Offsets of the texts whose resource name contains one of these words in any case, with the name."""
        return self._table.texts_named(words, starts)

    def __iter__(self) -> Iterator[int]:
        starts = self._table.artifact().buffers[0].starts
        return (int(start) for start in (starts if starts is not None else ()) if self._table.name_at(int(start)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def reference_bytes(identifier: int) -> bytes:
    """The bytes of a ``Reference`` with the identifier of a resource: field 2, a number."""
    return b"\x10" + encode_leb128(identifier)


def _number(data: bytes, begin: int, end: int) -> int:
    """Field 1 of a message that contains one number."""
    return next(
        (value for number, wire, value, _ in iter_fields(data, begin, end) if number == 1 and wire == VARINT), 0
    )
