"""The tables of identifiers in one DEX file, read on access; nothing is decoded in advance.

Source: https://source.android.com/docs/core/runtime/dex-format. Ids are checked against their tables. An id outside its
table gives an empty text or ``None`` and never an error, so that one damaged entry does not hide the rest of a file.
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Bytes
from tieback.recognise.dataflow.dex.encoded import ValueReader
from tieback.recognise.dataflow.dex.libraries import Packages
from tieback.recognise.dataflow.dex.type_index import WIDTH, Names, TypeIndex, type_index
from tieback.recognise.span import decode_text

MAX_STRING = 4096
"""Most bytes of a constant; longer strings are texts, not parts of endpoints."""

MAX_METHODS = 2_000
"""Most methods of one class that are read."""

_HEADER = 112
_ENDIAN = 0x12345678
_MAX_SECTIONS = 64

_MOST_LISTED = 1_000_000

_NUL = b"\xc0\x80"
"""The character NUL within a string, which is the lowest one."""
_STEP, _SAMPLE = 16, 32
"""Distance between the strings whose beginnings are kept, and the bytes of each."""
_SHORT, _KEEP = 200, 10_000
"""Most characters of the strings that are kept, and most of these: half of them are read again."""
_COUNT = struct.Struct("<I")
_TYPE_LISTS = tuple(struct.Struct(f"<{count}H") for count in range(256))

type Words = NDArray[np.uint32]
type Offsets = NDArray[np.int64]

_METHOD = np.dtype([("owner", "<u2"), ("proto", "<u2"), ("name", "<u4")])
_CLASS = np.dtype(
    [(name, "<u4") for name in ("type", "access", "super", "interfaces", "source", "annotations", "data", "values")]
)


class SectionKind:
    """Types of map_item that are read."""

    CALL_SITES = 0x0007
    CLASS_DATA = 0x2000
    CODE = 0x2001
    STRING_DATA = 0x2002
    ANNOTATIONS = 0x2004
    ENCODED_ARRAYS = 0x2005


class MalformedDexError(ValueError):
    """The file has no usable tables."""


class DexSection(NamedTuple):
    """One kind of items, from its first byte to the next section."""

    items: int
    begin: int
    end: int


class DexMember(NamedTuple):
    """A field_id_item or method_id_item."""

    owner: int
    """Type index."""
    kind: int
    """Type index of a field, prototype index of a method."""
    name: int
    """String index."""


class DexTables:
    """Tables of the DEX whose header is at ``at``; in a container several files share the data.

    Raises:
        MalformedDexError: the header or the map is not one that Android loads.
    """

    def __init__(self, data: Bytes, at: int = 0) -> None:
        self.data = data
        if len(data) < at + _HEADER:
            raise MalformedDexError("the header is truncated")
        self.size, header, endian = struct.unpack_from("<III", data, at + 32)
        if endian != _ENDIAN or header < _HEADER:
            raise MalformedDexError("not a header that Android loads")
        tables = struct.unpack_from("<13I", data, at + 52)
        self.sections = self._map(tables[0])
        self.strings: Words = self._table(tables[1], tables[2], np.dtype("<u4"))
        self.types: Words = self._table(tables[3], tables[4], np.dtype("<u4"))
        self._protos = self._table(tables[5], tables[6], np.dtype("<3u4"))
        self._fields = self._table(tables[7], tables[8], _METHOD)
        self._methods = self._table(tables[9], tables[10], _METHOD)
        self.classes = self._table(tables[11], tables[12], _CLASS)
        held = (self.strings, self.types, self._protos, self._fields, self._methods, self.classes)
        counts = (tables[number] for number in range(1, 13, 2))
        self.is_whole = at + self.size <= len(data) and all(map(int.__eq__, counts, map(len, held)))
        """False if a part of the file is missing."""
        self.values = ValueReader(data)
        self._places, self._type_names = items(self.strings), items(self.types)
        self._descriptors: dict[int, str] = {}
        self._parameters: dict[int, str] = {}
        self._results: dict[int, str] = {}
        self._titles: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._types_of: dict[Packages, NDArray[np.bool_]] = {}
        self._indices: dict[Names, list[int]] = {}

    def _map(self, at: int) -> dict[int, DexSection]:
        if at < _HEADER or at + 4 > len(self.data):
            raise MalformedDexError("the file has no map")
        (count,) = struct.unpack_from("<I", self.data, at)
        if count > _MAX_SECTIONS or at + 4 + count * 12 > len(self.data):
            raise MalformedDexError("the map is longer than the file")
        items = [struct.unpack_from("<HHII", self.data, at + 4 + 12 * index) for index in range(count)]
        places = sorted({min(item[3], len(self.data)) for item in items} | {len(self.data)})
        after = dict(zip(places, [*places[1:], len(self.data)], strict=True))
        return {
            kind: DexSection(length, begin, after[begin]) for kind, _, length, begin in items if begin < len(self.data)
        }

    def _table[T: np.generic](self, count: int, at: int, kind: "np.dtype[T]") -> "NDArray[T]":
        held = max(0, min(count, (len(self.data) - at) // kind.itemsize))
        return np.frombuffer(self.data, kind, held, at if held else 0)

    @cached_property
    def _method_owners(self) -> memoryview:
        return items(self._methods["owner"])

    @cached_property
    def _method_protos(self) -> memoryview:
        return items(self._methods["proto"])

    @cached_property
    def _method_names(self) -> memoryview:
        return items(self._methods["name"])

    @cached_property
    def _class_supers(self) -> memoryview:
        return items(self.classes["super"])

    @cached_property
    def _class_interfaces(self) -> memoryview:
        return items(self.classes["interfaces"])

    @cached_property
    def _field_types(self) -> memoryview:
        return items(self._fields["owner"])

    @cached_property
    def _field_kinds(self) -> memoryview:
        return items(self._fields["proto"])

    @cached_property
    def _field_names(self) -> memoryview:
        return items(self._fields["name"])

    # Strings, types and members

    def string_begin(self, index: int) -> int:
        """Offset of the first character of a string; -1 if the index is invalid."""
        if not 0 <= index < len(self._places):
            return -1
        at, data = self._places[index], self.data
        if at < len(data) and data[at] < 0x80:
            return at + 1  # nearly all strings have one length byte
        for _ in range(5):
            if at >= len(data):
                return -1
            at += 1
            if data[at - 1] < 0x80:
                return at
        return -1

    def raw(self, index: int) -> bytes:
        """MUTF-8 bytes of a string; empty if it is missing or longer than ``MAX_STRING``."""
        data, places = self.data, self._places
        begin = places[index] + 1 if 0 <= index < len(places) else 0
        if not 0 < begin <= len(data) or data[begin - 1] >= 0x80:  # nearly all strings have one length byte
            begin = self.string_begin(index)
            if begin < 0:
                return b""
        end = data.find(b"\0", begin, begin + MAX_STRING + 1)
        return bytes(data[begin:end]) if end >= 0 else b""

    def string(self, index: int) -> str:
        """Text of a string."""
        known = self._texts.get(index)
        if known is None:
            known = decode_text(self.raw(index), wide=False)
            if len(known) <= _SHORT:
                if len(self._texts) >= _KEEP:
                    self._texts.clear()
                self._texts[index] = known
        return known

    def descriptor(self, kind: int) -> str:
        """Descriptor of a type, such as ``Ljava/net/URL;``."""
        known = self._descriptors.get(kind)
        if known is None:
            known = self.string(self._type_names[kind]) if 0 <= kind < len(self._type_names) else ""
            self._descriptors[kind] = known
        return known

    def raw_type(self, kind: int) -> bytes:
        """MUTF-8 bytes of the descriptor of a type."""
        return self.raw(self._type_names[kind]) if 0 <= kind < len(self._type_names) else b""

    def raw_types(self, kinds: NDArray[np.integer]) -> list[bytes]:
        """``raw_type`` of each of these types; a third of the time of one call each."""
        if self._type_index is None or not len(kinds) or int(kinds.max()) >= len(self._type_names):
            return [self.raw_type(kind) for kind in kinds.tolist()]
        known = self._type_index.descriptors(kinds)
        return [raw or self.raw_type(kind) for kind, raw in zip(kinds.tolist(), known, strict=True)]

    def undefined_types(self, *left_out: Packages) -> NDArray[np.intp]:
        """The types that this file does not define; without most of those of some packages."""
        undefined = np.ones(len(self.types), np.bool_)
        undefined[: len(self._rows)] = self._rows[: len(undefined)] < 0
        for packages in left_out:
            undefined &= ~self.types_of(packages)[:-1]
        return np.flatnonzero(undefined)

    def position(self, descriptor: bytes) -> int:
        """Index of the first type whose descriptor is not less than this one; types are sorted."""
        at = self._type_index.position(descriptor) if self._type_index is not None else -1
        return at if at >= 0 else self._lowest(descriptor, self._type_names)

    def string_of(self, raw: bytes) -> int:
        """Index of a string; -1 if the file does not contain it. Strings are sorted by their characters."""
        at = self.first_from(raw)
        return at if at < len(self._places) and self.raw(at) == raw else -1

    def title_of(self, name: str) -> int:
        """The same for the name of a method, which is looked up in many classes."""
        known = self._titles.get(name)
        if known is None:
            known = self._titles[name] = self.string_of(name.encode("utf-8", "replace"))
        return known

    def first_from(self, raw: bytes) -> int:
        """Index of the first string, in their order, that is not less than this text."""
        count, samples = len(self._places), self._samples
        wanted = (raw + b"\0")[:_SAMPLE]
        low = bisect_left(samples, wanted) if _NUL not in raw else 0
        high = bisect_right(samples, wanted, low) if _NUL not in raw else len(samples)
        among = range(max(0, low * _STEP - _STEP), min(count, high * _STEP))
        return among.start + self._lowest(raw, among)

    @cached_property
    def _samples(self) -> list[bytes]:
        """The beginning of every ``_STEP``-th string: they leave few strings in which to search for one."""
        size, places = len(self.data), self.strings[::_STEP].astype(np.int64)
        octets = np.frombuffer(self.data, np.uint8)
        near = np.flatnonzero(places + _SAMPLE >= size)
        if len(near) == len(places):
            return [self._beginning(index, _SAMPLE) for index in range(0, len(self._places), _STEP)]
        places[near] = 0
        # A view with the next bytes from every position; only those of the strings are copied.
        every: NDArray[np.void] = np.ndarray((size - _SAMPLE + 1,), f"V{_SAMPLE}", self.data, 0, (1,))
        found: list[bytes] = every[places + 1].tolist()
        # Strings with a length of more than one byte, at the end of the file, or with the character NUL are read alone.
        rare = octets[places] >= 0x80
        rare[near] = True
        for at in np.flatnonzero(rare).tolist():
            found[at] = self._beginning(at * _STEP, _SAMPLE)
        for at, one in enumerate(found):
            if _NUL[0] in one:
                found[at] = self._beginning(at * _STEP, _SAMPLE)
        return found

    def string_at(self, place: int, raw: bytes) -> int:
        """``string_of`` for a string whose length is at an offset: files mostly contain them in their order."""
        at = int(self.strings.searchsorted(np.uint32(place)))
        return at if at < len(self._places) and self._places[at] == place else self.string_of(raw)

    def _lowest(self, raw: bytes, among: Sequence[int]) -> int:
        """Position of the first of these strings, in their order, that is not less than ``raw``."""
        if _NUL in raw:
            return bisect_left(among, raw.replace(_NUL, b"\0"), key=lambda index: self.raw(index).replace(_NUL, b"\0"))
        # The NUL after a string sorts it before every longer string.
        wanted, length = raw + b"\0", len(raw) + 1
        data, places, low, high = self.data, self._places, 0, len(among)
        size, count = len(data), len(places)
        while low < high:  # ``bisect_left`` with a key takes twice the time
            middle = (low + high) >> 1
            index = among[middle]
            at = places[index] + 1 if index < count else size
            if at < size and data[at - 1] < 0x80:
                found = bytes(data[at : at + length])
                if _NUL[0] in found:
                    found = self._beginning(index, length)
            else:
                found = self._beginning(index, length)
            if found < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def _beginning(self, index: int, length: int) -> bytes:
        """The first bytes of a string and what follows it."""
        data, places, size = self.data, self._places, len(self.data)
        at = places[index] if index < len(places) else size
        # Nearly all strings have one length byte; only the others need a call.
        at = at + 1 if at < size and data[at] < 0x80 else self.string_begin(index)
        found = bytes(data[at : at + length]) if at >= 0 else b""
        if _NUL[0] in found:
            found = bytes(data[at : at + 2 * length]).replace(_NUL, b"\0")[:length]
        return found

    def type_of(self, descriptor: bytes) -> int:
        """Index of a type; -1 if the file does not contain it."""
        if self._type_index is not None and len(descriptor) < WIDTH - 1:
            return self._type_index.type_of(descriptor)
        at = self._lowest(descriptor, self._type_names)
        return at if at < len(self._type_names) and self.raw(self._type_names[at]) == descriptor else -1

    def types_named(self, names: Names) -> list[int]:
        """Index of each type; -1 for those that the file does not contain."""
        known = self._indices.get(names)
        if known is None:
            index = self._type_index
            if index is None:
                known = [self.type_of(name) for name in names.names]
            else:
                known = index.indices(names)
                for at in names.long:
                    if index.can_contain(names.names[at]):
                        known[at] = self.type_of(names.names[at])
            self._indices[names] = known
        return known

    @cached_property
    def _type_index(self) -> TypeIndex | None:
        return type_index(self.data, self.strings, self.types)

    def field(self, index: int) -> DexMember | None:
        """Owner, type and name of a field."""
        if not 0 <= index < len(self._field_kinds):
            return None
        return DexMember(self._field_types[index], self._field_kinds[index], self._field_names[index])

    def field_owner(self, index: int) -> int:
        """Type index of the class that a field belongs to; -1 if there is none."""
        return self._field_types[index] if 0 <= index < len(self._field_types) else -1

    def method(self, index: int) -> DexMember | None:
        """Owner, prototype and name of a method."""
        if not 0 <= index < len(self._method_owners):
            return None
        return DexMember(self._method_owners[index], self._method_protos[index], self._method_names[index])

    def method_kind(self, index: int) -> int:
        """Type index of the class that a method belongs to; 0 if there is none."""
        return self._method_owners[index] if 0 <= index < len(self._method_owners) else 0

    def method_owner(self, index: int) -> int:
        """``method_kind``; -1 if there is no such method."""
        return self._method_owners[index] if 0 <= index < len(self._method_owners) else -1

    def method_title(self, index: int) -> int:
        """String index of the name of a method; -1 if there is none."""
        return self._method_names[index] if 0 <= index < len(self._method_names) else -1

    def methods_titled(self, title: int) -> list[int]:
        """Indices of the methods with a name, by the index of its string."""
        return list(map(int, np.flatnonzero(self._methods["name"] == title)))

    def methods_of(self, owner: int) -> range:
        """Indices of the methods of a type, at most ``MAX_METHODS``; methods are sorted by type."""
        return _rows_of(self._method_owners, owner)

    def names_of(self, methods: range) -> list[int]:
        """String indices of the names of methods."""
        return list(map(int, self._methods["name"][methods.start : methods.stop].tolist()))

    def fields_of(self, owner: int) -> range:
        """Indices of the fields of a type; fields are sorted by type."""
        return _rows_of(self._field_types, owner)

    def methods_returning(self, kind: int) -> list[int]:
        """Indices of the methods whose result has a type."""
        protos = np.flatnonzero(self._protos[:, 1] == kind)
        found: list[int] = np.flatnonzero(np.isin(self._methods["proto"], protos)).tolist() if len(protos) else []
        return found

    @cached_property
    def _parameter_types(self) -> tuple[Words, Words] | None:
        """The types in all lists of parameters, and for each the offset of its list; see ``listed_types``."""
        lists: Words = distinct(self._protos[:, 2])
        listed = self.listed_types(lists)
        return (listed[1], lists[listed[0]]) if listed is not None else None

    def methods_taking(self, kind: int) -> list[int] | None:
        """Indices of the methods with a parameter of a type.

        ``None`` if that is not known, because the lists are longer than any compiler makes them.
        """
        if self._parameter_types is None:
            return None
        types, lists = self._parameter_types
        taking = lists[types == kind]
        protos = np.flatnonzero(np.isin(self._protos[:, 2], taking)) if len(taking) else ()
        found: list[int] = np.flatnonzero(np.isin(self._methods["proto"], protos)).tolist() if len(protos) else []
        return found

    def fields_of_type(self, kind: int) -> list[int]:
        """Indices of the fields of a type."""
        found: list[int] = np.flatnonzero(self._fields["proto"] == kind).tolist()
        return found

    def owners_of_fields(self, kind: int) -> list[int]:
        """Types of the classes that have, or use, a field of a type."""
        return list(map(int, distinct(self._fields["owner"][self._fields["proto"] == kind]).tolist()))

    def field_names_of(self, fields: range) -> list[int]:
        """String indices of the names of fields."""
        return list(map(int, self._fields["name"][fields.start : fields.stop].tolist()))

    def interfaces(self, row: int) -> tuple[int, ...]:
        """Types of the interfaces that the class in a row lists."""
        return self.type_list(self._class_interfaces[row])

    def superclass(self, row: int) -> int:
        """Type of the superclass that the class in a row names."""
        return self._class_supers[row]

    def type_list(self, at: int) -> tuple[int, ...]:
        """The types of a type_list; empty if it is not plausible."""
        if not at or at + 4 > len(self.data):
            return ()
        (count,) = _COUNT.unpack_from(self.data, at)
        if count >= len(_TYPE_LISTS) or at + 4 + 2 * count > len(self.data):
            return ()
        types: tuple[int, ...] = _TYPE_LISTS[count].unpack_from(self.data, at + 4)
        return types

    def listed_types(self, places: Words) -> tuple[Offsets, Words] | None:
        """The types of many type_lists, see ``type_list``, and for each the number of its list.

        ``None`` if they are more than any compiler makes: lists can be in the same place.
        """
        octets, size = np.frombuffer(self.data, np.uint8), len(self.data)
        lists = np.flatnonzero((places > 0) & (places <= max(0, size - 4)))
        at = places[lists].astype(np.int64)
        counts = octets[at[:, None] + np.arange(4)].view("<u4")[:, 0].astype(np.int64)
        fits = (counts < len(_TYPE_LISTS)) & (at + 4 + 2 * counts <= size)
        lists, at, counts = lists[fits], at[fits], counts[fits]
        if counts.sum() > _MOST_LISTED:
            return None
        first = np.repeat(at + 4 - 2 * (counts.cumsum() - counts), counts)
        first += 2 * np.arange(len(first))
        return np.repeat(lists, counts), octets[first].astype(np.uint32) | octets[first + 1].astype(np.uint32) << 8

    def parameters(self, proto: int) -> str:
        """Descriptors of the parameters, joined."""
        known = self._parameters.get(proto)
        if known is None:
            known = self._parameters[proto] = self._read_parameters(proto)
        return known

    def methods_like(
        self, parameters: Names, results: Names, left_out: Packages, *, own: bool, first: bool = False
    ) -> list[int]:
        """Indices of the methods that have parameters of only these types, and one of these results.

        Args:
            parameters: descriptors.
            results: descriptors.
            left_out: packages whose methods are left out.
            own: only methods of classes that this file defines.
            first: only the first parameter counts.
        """
        owners = self._methods["owner"]
        methods = np.flatnonzero(~self.types_of(left_out).take(owners, mode="clip"))
        if own:
            methods = methods[self._rows.take(owners[methods], mode="clip") >= 0] if len(self._rows) else methods[:0]
        seen = np.zeros(1 << 16, np.bool_)
        protos = self._methods["proto"][methods]
        seen[protos] = True
        used = np.flatnonzero(seen[: len(self._protos)])
        used = used[self._typed(self._protos[used, 1], results)]
        kinds = {kind for kind in self.types_named(parameters) if kind >= 0}
        lists = self._protos[used, 2].tolist()
        fits = self._first if first else self._only
        fitting = np.zeros(1 << 16, np.bool_)
        fitting[[proto for proto, at in zip(used.tolist(), lists, strict=True) if fits(at, kinds)]] = True
        return list(map(int, methods[fitting[protos]].tolist()))

    def methods_called(self, names: Mapping[str, Mapping[str, Sequence[str]]]) -> list[int]:
        """Indices of the methods with these owners and names, whose parameters begin with one of the descriptors."""
        found = []
        for owner, its in names.items():
            kind = self.type_of(owner.encode())
            methods = self.methods_of(kind) if kind >= 0 else range(0)
            last, beginnings = -1, tuple[str, ...]()
            for index, title in zip(methods, self.names_of(methods), strict=True):
                if title != last:  # methods of one name are next to each other
                    last, beginnings = title, tuple(its.get(self.string(title), ()))
                if beginnings and self.parameters(self._method_protos[index]).startswith(beginnings):
                    found.append(index)
        return found

    def fields_typed(self, kinds: Names) -> list[int]:
        """Indices of the fields of one of these types."""
        return list(map(int, np.flatnonzero(self._typed(self._fields["proto"], kinds)).tolist()))

    def field_owners(self, kinds: Names, left_out: Packages) -> list[tuple[int, int]]:
        """Class and name, as indices, of the fields of one of these types; without those of some packages."""
        fields = self._fields[self._typed(self._fields["proto"], kinds)]
        fields = fields[~self.types_of(left_out).take(fields["owner"], mode="clip")]
        return list(zip(fields["owner"].tolist(), fields["name"].tolist(), strict=True))

    def _typed(self, types: NDArray[np.integer], wanted: Names) -> NDArray[np.bool_]:
        """Which of the type indices are of one of these types."""
        found = np.zeros(len(types), np.bool_)
        for kind in self.types_named(wanted):
            if kind >= 0:
                found |= types == kind
        return found

    def _only(self, at: int, kinds: set[int]) -> bool:
        """True if a type_list has types, and only these."""
        listed = self.type_list(at)
        return bool(listed) and kinds.issuperset(listed)

    def _first(self, at: int, kinds: set[int]) -> bool:
        """True if the first type of a type_list is one of these."""
        listed = self.type_list(at)
        return bool(listed) and listed[0] in kinds

    def result(self, proto: int) -> str:
        """Descriptor of the result."""
        known = self._results.get(proto)
        if known is None:
            known = self.descriptor(int(self._protos[proto][1])) if 0 <= proto < len(self._protos) else ""
            self._results[proto] = known
        return known

    def _read_parameters(self, proto: int) -> str:
        if not 0 <= proto < len(self._protos):
            return ""
        return "".join(map(self.descriptor, self.type_list(int(self._protos[proto][2]))))

    def class_row(self, kind: int) -> int:
        """Row of the class that defines a type; -1 if it is not in this file."""
        rows = self._row_items
        return int(rows[kind]) if 0 <= kind < len(rows) else -1

    @cached_property
    def _row_items(self) -> memoryview:
        return items(self._rows)

    @cached_property
    def _rows(self) -> Offsets:
        rows = np.full(len(self.types), -1, np.int64)
        kinds = self.classes["type"][::-1]  # the first definition of a class counts
        inside = kinds < len(rows)
        rows[kinds[inside]] = np.arange(len(kinds) - 1, -1, -1)[inside]
        return rows

    def types_of(self, packages: Packages) -> NDArray[np.bool_]:
        """For each type, whether it belongs to these packages; one more at the end for an unknown type."""
        known = self._types_of.get(packages)
        if known is None:
            known = self._types_of[packages] = np.zeros(len(self.types) + 1, np.bool_)
            for beginnings, belongs in ((packages.below, True), (packages.but, False)):
                names = _beginnings(beginnings)
                for name, (first, end) in zip(names.names, self._ranges(names), strict=True):
                    # If a hostile file does not sort its types, no range is certain.
                    if first < end and self._begins(first, name) and self._begins(end - 1, name):
                        known[first:end] = belongs
            if self._type_index is not None:
                known[self._type_index.resource_classes] = False
        return known

    def _ranges(self, names: Names) -> Iterable[tuple[int, int]]:
        """First and last position of the types whose descriptors begin like this."""
        index = self._type_index
        if index is not None and not names.long:
            return index.ranges(names)
        return [(self.position(name), self.position(name + b"\xff")) for name in names.names]

    def _begins(self, kind: int, beginning: bytes) -> bool:
        index = self._type_index
        if index is not None and len(beginning) < WIDTH:
            return index.begins(kind, beginning)
        return self.raw(self._type_names[kind]).startswith(beginning)

    def method_name(self, index: int) -> str:
        """A method in smali notation, such as ``Ljava/net/URL;->openConnection``."""
        member = self.method(index)
        return f"{self.descriptor(member.owner)}->{self.string(member.name)}" if member else ""


@lru_cache(maxsize=32)
def _beginnings(packages: tuple[str, ...]) -> Names:
    return Names(name.encode() for name in packages)


def _rows_of(owners: memoryview, owner: int) -> range:
    """The rows of a table that have this owner, at most ``MAX_METHODS``; the table is sorted by owner."""
    first = bisect_left(owners, owner)
    return range(first, bisect_left(owners, owner + 1, first, min(len(owners), first + MAX_METHODS)))


def items(numbers: NDArray[np.integer]) -> memoryview:
    """Numbers with Python integers as items: an array item costs several times as much.

    A view of a table at an odd offset has no items, so that such a table is copied.
    """
    return (numbers if numbers.flags.aligned else np.array(numbers)).data
