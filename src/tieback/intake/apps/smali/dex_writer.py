"""A DEX file of classes that were read from smali.

It has what our own readers use: no debug information, no checksum, no number of outgoing arguments. Source:
https://source.android.com/docs/core/runtime/dex-format.
"""

import struct
from array import array
from collections.abc import Iterable, Sequence
from operator import itemgetter

from tieback.intake.apps.smali.classes import ClassText, CodeText, FieldText, MethodText, Try
from tieback.intake.apps.smali.encoded_values import encoded_annotation, encoded_array, sleb, uleb
from tieback.intake.apps.smali.opcodes import Reference
from tieback.intake.apps.smali.pool import Needs, Pool, call_site_values, mutf8, shorty, split_handle
from tieback.intake.apps.smali.values import AnnotationText, Kind, SmaliError, Value

_HEADER, _ENDIAN, _NO_INDEX = 112, 0x12345678, 0xFFFFFFFF
_MAGIC = b"dex\n039\0"
_STATIC = 0x8
_HANDLERS = 0xFFFF
"""Last byte of a list of handlers that an instruction can have handlers at."""


MAX_WORK = 24_000_000
"""Code units and references of the classes of one file: several times those of the largest real ones."""
_REFERENCE = 8
"""Code units that a reference counts as, because it takes more memory."""


class _Section:
    """Types of map_item."""

    HEADER, STRINGS, TYPES, PROTOS, FIELDS, METHODS, CLASSES, CALL_SITES, HANDLES = range(9)
    MAP, TYPE_LIST, SET_LIST, SET = range(0x1000, 0x1004)
    CLASS_DATA, CODE, STRING_DATA, DEBUG, ANNOTATION, ARRAY, DIRECTORY = range(0x2000, 0x2007)


class DexBuilder:
    """Collects classes for one DEX file."""

    def __init__(self) -> None:
        self._pool = Pool()
        self._classes: list[ClassText] = []
        self._work = 0
        self.origins: dict[str, int] = {}
        """Number of the first class with a text, by the text."""

    def __len__(self) -> int:
        return len(self._classes)

    def add(self, read: ClassText) -> bool:
        """Add a class; false, and nothing is added, if the file has no room for it.

        Raises:
            SmaliError: one of its names cannot be read; nothing is added.
        """
        codes = [method.code for method in read.methods if method.code is not None]
        work = sum(len(code.units) + _REFERENCE * len(code.fixes) for code in codes)
        needs = Needs(read)
        if (self._classes and self._work + work > MAX_WORK) or not self._pool.add(needs):
            return False
        self._work += work
        for text in needs.strings:
            self.origins.setdefault(text, len(self._classes))
        self._classes.append(read)
        return True

    def finish(self) -> tuple[bytes, list[int]]:
        """The file, and the number of the class of each method whose code has no place in it."""
        writer = _Writer(self._pool, self._classes)
        return writer.write(), writer.unread


class _Tables:
    """The order of each table, and the index of each text."""

    def __init__(self, pool: Pool) -> None:
        raw = sorted((*mutf8(text), text) for text in pool.strings)
        self.texts = [(data, length) for data, length, _ in raw]
        self.strings = {text: index for index, (_, _, text) in enumerate(raw)}
        self.types = _numbered(sorted(pool.types, key=self.strings.__getitem__))
        types, strings = self.types, self.strings
        protos = sorted(
            ((types[result], tuple(types[kind] for kind in kinds)), text)
            for text, (result, kinds) in pool.protos.items()
        )
        self.protos = _numbered(text for _, text in protos)
        self.proto_rows = [(strings[shorty(*pool.protos[text])], *row) for row, text in protos]
        fields = sorted(
            ((types[owner], strings[name], types[kind]), text) for text, (owner, name, kind) in pool.fields.items()
        )
        self.fields, self.field_rows = _numbered(text for _, text in fields), [row for row, _ in fields]
        methods = sorted(
            ((types[owner], strings[name], self.protos[kind]), text)
            for text, (owner, name, kind) in pool.methods.items()
        )
        self.methods, self.method_rows = _numbered(text for _, text in methods), [row for row, _ in methods]
        self.call_sites, self.handles = pool.call_sites, pool.handles
        self._by_kind = {
            Kind.STRING: self.strings, Kind.TYPE: self.types, Kind.FIELD: self.fields, Kind.ENUM: self.fields,
            Kind.METHOD: self.methods, Kind.PROTO: self.protos, Kind.HANDLE: self.handles,
        }  # fmt: skip
        self.by_reference = {
            Reference.STRING: self.strings, Reference.TYPE: self.types, Reference.FIELD: self.fields,
            Reference.METHOD: self.methods, Reference.PROTO: self.protos, Reference.CALL_SITE: self.call_sites,
            Reference.HANDLE: self.handles,
        }  # fmt: skip

    def index(self, kind: int, text: str) -> int:
        """The index of what a value of a kind names."""
        return self._by_kind[kind][text]


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: index for index, text in enumerate(texts)}


class _Writer:
    def __init__(self, pool: Pool, classes: list[ClassText]) -> None:
        self.unread: list[int] = []
        self._classes = classes
        self._tables = tables = _Tables(pool)
        counts = (
            (_Section.STRINGS, len(tables.strings), 4), (_Section.TYPES, len(tables.types), 4),
            (_Section.PROTOS, len(tables.protos), 12), (_Section.FIELDS, len(tables.fields), 8),
            (_Section.METHODS, len(tables.methods), 8), (_Section.CLASSES, len(classes), 32),
            (_Section.CALL_SITES, len(tables.call_sites), 4), (_Section.HANDLES, len(tables.handles), 8),
        )  # fmt: skip
        self._map: list[tuple[int, int, int]] = [(_Section.HEADER, 1, 0)]
        self._tables_at: list[tuple[int, int]] = []
        at = _HEADER
        for kind, count, size in counts:
            self._tables_at.append((count, at if count else 0))
            if count:
                self._map.append((kind, count, at))
            at += count * size
        self._out = bytearray(at)
        self._data_at = at
        self._codes: dict[int, int] = {}
        """Offset of the code of each method, by the identity of its code."""
        self._lists: dict[tuple[int, ...], int] = {(): 0}
        self._annotation_at: dict[bytes, int] = {}
        self._set_at: dict[tuple[int, ...], int] = {}
        self._set_list_at: dict[tuple[int, ...], int] = {}

    def write(self) -> bytes:
        self._write_code()
        self._write_type_lists()
        strings = self._write_strings()
        sets = self._write_annotations()
        directories = self._write_directories(sets)
        arrays = self._write_arrays()
        data = self._write_class_data()
        self._fill_tables(strings, directories, arrays, data)
        return self._with_head()

    def _begin(self, alignment: int = 1) -> int:
        self._out += bytes(-len(self._out) % alignment)
        return len(self._out)

    def _section(self, kind: int, count: int, begin: int) -> None:
        if count:
            self._map.append((kind, count, begin))

    # Code

    def _write_code(self) -> None:
        begin = self._begin(4)
        for number, read in enumerate(self._classes):
            for method in read.methods:
                if method.code is None:
                    continue
                try:
                    self._write_method(method.code)
                except SmaliError:
                    self.unread.append(number)
        self._section(_Section.CODE, len(self._codes), begin)

    def _write_method(self, code: CodeText) -> None:
        units = self._resolved(code)
        tries = self._tries(code.tries) if code.tries else b""
        self._codes[id(code)] = self._begin(4)
        out = self._out
        out += struct.pack("<4HII", code.registers, code.ins, 0, len(code.tries), 0, len(units))
        out += units.tobytes()
        if tries:
            out += bytes(len(units) % 2 * 2) + tries

    def _resolved(self, code: CodeText) -> "array[int]":
        units, tables = array("H", code.units), self._tables
        for reference, at, text in code.fixes:
            if reference is Reference.STRING_32:
                index = tables.strings[text]
                units[at + 1], units[at + 2] = index & 0xFFFF, index >> 16
                continue
            if reference is Reference.METHOD_PROTO:
                called, _, proto = text.partition(", ")
                units[at + 1], units[at + 3] = tables.methods[called], tables.protos[proto]
                continue
            index = tables.by_reference[reference][text]
            if index > 0xFFFF:
                raise SmaliError("an index has no place in its instruction")
            units[at + 1] = index
        return units

    def _tries(self, tries: Sequence[Try]) -> bytes:
        different: dict[tuple[tuple[str, int], ...], int] = {}
        for block in tries:
            different.setdefault(block.handlers, len(different))
        body = bytearray(uleb(len(different)))
        places = {}
        for handlers in different:
            places[handlers] = len(body)
            typed = [one for one in handlers if one[0]]
            body += sleb(-len(typed) if len(typed) < len(handlers) else len(typed))
            for kind, at in handlers:
                body += (uleb(self._tables.types[kind]) if kind else b"") + uleb(at)
        items = []
        for start, end, handlers in tries:
            if end - start > 0xFFFF or places[handlers] > _HANDLERS:
                raise SmaliError("a handler has no place")
            items.append(struct.pack("<IHH", start, end - start, places[handlers]))
        return b"".join(items) + body

    # Lists and strings

    def _write_type_lists(self) -> None:
        begin, lists = self._begin(4), self._lists
        types = self._tables.types
        rows = [row[2] for row in self._tables.proto_rows]
        rows += [tuple(types[name] for name in read.interfaces) for read in self._classes]
        for row in rows:
            if row not in lists:
                lists[row] = self._begin(4)
                self._out += struct.pack(f"<I{len(row)}H", len(row), *row)
        self._section(_Section.TYPE_LIST, len(lists) - 1, begin)

    def _write_strings(self) -> list[int]:
        begin, out, places = len(self._out), self._out, []
        for raw, length in self._tables.texts:
            places.append(len(out))
            out += uleb(length) + raw + b"\0"
        self._section(_Section.STRING_DATA, len(places), begin)
        return places

    # Annotations

    def _write_annotations(self) -> dict[int, int]:
        """The offset of the set of each list of annotations, by its identity."""
        begin, out, known = len(self._out), self._out, self._annotation_at
        items: dict[int, tuple[int, ...]] = {}
        for annotations in self._annotated():
            rows = []
            for one in annotations:
                raw = bytes((one.visibility,)) + encoded_annotation(one, self._tables)
                if raw not in known:
                    known[raw] = len(out)
                    out += raw
                rows.append((self._tables.types[one.kind], known[raw]))
            items[id(annotations)] = tuple(at for _, at in sorted(rows))
        self._section(_Section.ANNOTATION, len(known), begin)
        begin, sets = self._begin(4), self._set_at
        for row in items.values():
            if row not in sets:
                sets[row] = self._begin(4)
                self._out += struct.pack(f"<I{len(row)}I", len(row), *row)
        self._section(_Section.SET, len(sets), begin)
        return {identity: sets[row] for identity, row in items.items()}

    def _annotated(self) -> Iterable[list[AnnotationText]]:
        for read in self._classes:
            if read.annotations:
                yield read.annotations
            yield from (one.annotations for one in read.fields if one.annotations)
            yield from (one.annotations for one in read.methods if one.annotations)
            for method in read.methods:
                yield from (one for one in method.parameters.values() if one)

    def _write_directories(self, sets: dict[int, int]) -> list[int]:
        """The offset of the directory of each class; 0 if it has none."""
        begin, lists = self._begin(4), self._set_list_at
        lists_of = {
            id(method): self._set_list(method, sets)
            for read in self._classes
            for method in read.methods
            if any(method.parameters.values())
        }
        self._section(_Section.SET_LIST, len(lists), begin)
        begin, found, tables = self._begin(4), [], self._tables
        for read in self._classes:
            own = sets[id(read.annotations)] if read.annotations else 0
            fields = [
                (tables.fields[one.reference], sets[id(one.annotations)]) for one in read.fields if one.annotations
            ]
            methods = [
                (tables.methods[one.reference], sets[id(one.annotations)]) for one in read.methods if one.annotations
            ]
            listed = [(tables.methods[one.reference], lists_of[id(one)]) for one in read.methods if id(one) in lists_of]
            if not own and not fields and not methods and not listed:
                found.append(0)
                continue
            found.append(self._begin(4))
            self._out += struct.pack("<4I", own, len(fields), len(methods), len(listed))
            for pairs in (fields, methods, listed):
                for pair in sorted(pairs):
                    self._out += struct.pack("<2I", *pair)
        self._section(_Section.DIRECTORY, len(found) - found.count(0), begin)
        return found

    def _set_list(self, method: MethodText, sets: dict[int, int]) -> int:
        count = max(method.parameters) + 1
        row = tuple(sets[id(its)] if (its := method.parameters.get(place)) else 0 for place in range(count))
        if row not in self._set_list_at:
            self._set_list_at[row] = self._begin(4)
            self._out += struct.pack(f"<I{count}I", count, *row)
        return self._set_list_at[row]

    # Values and class data

    def _write_arrays(self) -> tuple[list[int], list[int]]:
        """The offsets of the static values of each class, 0 if it has none, and of the call sites."""
        begin, out, found, count = len(self._out), self._out, [], 0
        for read in self._classes:
            values = self._static_values(read)
            found.append(len(out) if values else 0)
            if values:
                out += encoded_array(values, self._tables)
                count += 1
        sites = []
        for text in self._tables.call_sites:
            sites.append(len(out))
            out += encoded_array(call_site_values(text), self._tables)
        self._section(_Section.ARRAY, count + len(sites), begin)
        return found, sites

    def _static_values(self, read: ClassText) -> list[Value]:
        """The values of the static fields up to the last one that has one."""
        fields = self._sorted_fields(read, static=True)
        last = max((place for place, (_, field) in enumerate(fields, 1) if field.value is not None), default=0)
        return [field.value or _default(field.reference) for _, field in fields[:last]]

    def _sorted_fields(self, read: ClassText, *, static: bool) -> list[tuple[int, FieldText]]:
        index = self._tables.fields
        chosen = [one for one in read.fields if bool(one.access & _STATIC) == static]
        return sorted(((index[one.reference], one) for one in chosen), key=itemgetter(0))

    def _write_class_data(self) -> list[int]:
        begin, out, found = len(self._out), self._out, []
        for read in self._classes:
            if not read.fields and not read.methods:
                found.append(0)
                continue
            found.append(len(out))
            fields = [self._sorted_fields(read, static=static) for static in (True, False)]
            index = self._tables.methods
            rows = sorted(((index[one.reference], one) for one in read.methods), key=itemgetter(0))
            methods = [[row for row in rows if row[1].is_direct == direct] for direct in (True, False)]
            out += b"".join(uleb(len(its)) for its in fields) + b"".join(uleb(len(its)) for its in methods)
            for its in fields:
                before = 0
                for number, field in its:
                    out += uleb(number - before) + uleb(field.access)
                    before = number
            for of_kind in methods:
                before = 0
                for number, method in of_kind:
                    at = self._codes.get(id(method.code), 0) if method.code is not None else 0
                    out += uleb(number - before) + uleb(method.access) + uleb(at)
                    before = number
        self._section(_Section.CLASS_DATA, len(found) - found.count(0), begin)
        return found

    # Tables

    def _fill_tables(
        self, strings: list[int], directories: list[int], arrays: tuple[list[int], list[int]], data: list[int]
    ) -> None:
        tables, types = self._tables, self._tables.types
        parts = [struct.pack(f"<{len(strings)}I", *strings)]
        parts += [struct.pack("<I", tables.strings[name]) for name in types]
        parts += [struct.pack("<3I", first, result, self._lists[row]) for first, result, row in tables.proto_rows]
        for rows in (tables.field_rows, tables.method_rows):
            parts += [struct.pack("<HHI", owner, kind, name) for owner, name, kind in rows]
        for read, directory, its_data, values in zip(self._classes, directories, data, arrays[0], strict=True):
            parts.append(
                struct.pack(
                    "<8I",
                    types[read.descriptor],
                    read.access,
                    types[read.superclass] if read.superclass else _NO_INDEX,
                    self._lists[tuple(types[name] for name in read.interfaces)],
                    tables.strings[read.source] if read.source is not None else _NO_INDEX,
                    directory,
                    its_data,
                    values,
                )
            )
        parts += [struct.pack("<I", at) for at in arrays[1]]
        for text in tables.handles:
            kind, member = split_handle(text)
            index = tables.methods.get(member, tables.fields.get(member, 0))
            parts.append(struct.pack("<4H", kind, 0, index, 0))
        raw = b"".join(parts)
        self._out[_HEADER : _HEADER + len(raw)] = raw

    def _with_head(self) -> bytes:
        begin = self._begin(4)
        self._map.append((_Section.MAP, 1, begin))
        self._out += struct.pack("<I", len(self._map))
        for kind, count, at in sorted(self._map, key=itemgetter(2)):
            self._out += struct.pack("<HHII", kind, 0, count, at)
        size = len(self._out)
        places = [number for pair in self._tables_at[:6] for number in pair]
        self._out[:_HEADER] = struct.pack(
            "<8sI20s20I", _MAGIC, 0, bytes(20), size, _HEADER, _ENDIAN, 0, 0, begin, *places,
            size - self._data_at, self._data_at,
        )  # fmt: skip
        return bytes(self._out)


def _default(reference: str) -> Value:
    """The value of a static field that states none."""
    kinds = {
        "Z": Kind.BOOLEAN, "B": Kind.BYTE, "S": Kind.SHORT, "C": Kind.CHAR, "I": Kind.INT, "J": Kind.LONG,
    }  # fmt: skip
    kind = reference.rpartition(":")[2]
    if kind in ("F", "D"):
        return Value(Kind.FLOAT if kind == "F" else Kind.DOUBLE, 0.0)
    return Value(kinds.get(kind, Kind.NULL), 0)
