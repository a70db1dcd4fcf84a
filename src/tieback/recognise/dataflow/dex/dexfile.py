"""Classes and code of one DEX file, above its tables.

Source: https://source.android.com/docs/core/runtime/dex-format.
"""

import struct
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Bytes
from tieback.recognise.dataflow.dex.code_units import CodeUnits, code_units
from tieback.recognise.dataflow.dex.dex_tables import DexTables, Offsets, SectionKind, items
from tieback.recognise.dataflow.dex.encoded import Annotation, StringId, ulebs
from tieback.recognise.dataflow.dex.libraries import SILENT, Packages

KEEP_CODE = 32 * 1024 * 1024
"""Bytes of DEX files of an app; with more, the copies that a search needs are released before the next file."""

_MAX_MEMBERS = 70_000
"""Most members of one class; an index of 16 bits allows no more."""
_KEEP = 10_000
"""Most code items that are kept, and most answers about their methods."""
_MAX_ANNOTATIONS = 64
_NATIVE = 0x100
_VISIBLE_TO_SYSTEM = 2
"""Visibility of annotations that only the runtime reads."""
_FOR_READERS = Packages(
    (
        "Landroid/annotation/SuppressLint;", "Landroid/annotation/TargetApi;", "Landroid/support/annotation/",
        "Landroidx/annotation/", "Landroidx/compose/runtime/Composable",
        "Landroidx/compose/runtime/ReadOnlyComposable;", "Landroidx/compose/ui/tooling/preview/",
        "Lcom/google/errorprone/annotations/", "Ljava/lang/Deprecated;", "Ljava/lang/SafeVarargs;",
        "Ljavax/annotation/CheckReturnValue;", "Ljavax/annotation/Nonnull;", "Ljavax/annotation/Nullable;",
        "Lkotlin/Deprecated;", "Lorg/checkerframework/", "Lorg/intellij/lang/annotations/",
        "Lorg/jetbrains/annotations/",
    ),
    ("Landroid/support/annotation/Keep;", "Landroidx/annotation/Keep;", "Lcom/google/errorprone/annotations/Keep",
     "Lcom/google/errorprone/annotations/Used"),
)  # fmt: skip
"""Annotations for people, compilers and checks, by which nothing calls a method. Those that keep a method for code that
finds it by its name are not among them.
"""


class CodeItem(NamedTuple):
    """The instructions of a code_item."""

    offset: int
    begin: int
    """Byte offset of the first instruction."""
    units: int
    """Length in code units of 16 bits."""
    registers: int = 0
    ins: int = 0
    """Number of the last registers, which hold the arguments."""


class ClassData(NamedTuple):
    """The members that a class declares."""

    static_fields: tuple[int, ...]
    methods: dict[int, int]
    """Method index by offset of the code; offset 0 for a method without code."""
    instance_fields: tuple[int, ...] = ()


class DexFile(DexTables):
    """The DEX whose header is at ``at``; in a container several files share the data.

    Raises:
        MalformedDexError: the header or the map is not one that Android loads.
    """

    def __init__(self, data: Bytes, at: int = 0) -> None:
        super().__init__(data, at)
        self._class_data: dict[int, ClassData] = {}
        self._flags: dict[int, dict[int, int]] = {}
        self._code_items: dict[int, CodeItem | None] = {}
        self._methods_of_code: dict[tuple[int, bool], int] = {}
        self._members_left = len(data) + _MAX_MEMBERS
        self._code_without: dict[Packages, CodeUnits] = {}
        self.absent_values: set[tuple[int, int]] = set()
        """Sections and strings for which ``initial_values`` searched without a result."""
        self.values_searched = 0
        """Bytes that these searches passed."""
        self.sorted_values: dict[tuple[int, int], object] = {}
        """What ``initial_values`` has sorted, by the beginning of the section and the header of the values."""

    def class_data(self, row: int) -> ClassData:
        """Members that the class in a row declares."""
        known = self._class_data.get(row)
        if known is None:
            known = self._class_data[row] = self._read_class_data(int(self.classes[row]["data"]))
        return known

    def _read_class_data(self, at: int) -> ClassData:
        if not at:
            return ClassData((), {})
        try:
            sizes, at = ulebs(self.data, at, 4)
            # All classes of a hostile file can point to the same long list.
            if sum(sizes) > min(_MAX_MEMBERS, self._members_left):
                return ClassData((), {})
            self._members_left -= sum(sizes)
            static, fields, direct, virtual = sizes
            numbers, _ = ulebs(self.data, at, 2 * (static + fields) + 3 * (direct + virtual))
        except IndexError:
            return ClassData((), {})
        # Each index is the difference to the one before in its list; the second number of a member are its flags.
        first, second = 2 * static, 2 * (static + fields)
        methods: dict[int, int] = {}
        for begin, end in ((second, second + 3 * direct), (second + 3 * direct, len(numbers))):
            index = 0
            for at in range(begin, end, 3):
                index += numbers[at]
                methods.setdefault(numbers[at + 2], index)
        return ClassData(tuple(accumulate(numbers[:first:2])), methods, tuple(accumulate(numbers[first:second:2])))

    def access(self, method: int) -> int:
        """The access flags of a method that this file defines; 0 if they are not known."""
        row = self.class_row(self.method_kind(method))
        return self._method_flags(row).get(method, 0) if row >= 0 else 0

    def native_methods(self, row: int) -> list[int]:
        """The native methods that the class in a row declares."""
        if 0 not in self.class_data(row).methods:
            return []
        return [method for method, flags in self._method_flags(row).items() if flags & _NATIVE]

    def _method_flags(self, row: int) -> dict[int, int]:
        """The access flags of the methods that the class in a row declares."""
        known = self._flags.get(row)
        if known is None:
            known = self._flags[row] = self._read_flags(row) if self.class_data(row).methods else {}
        return known

    def _read_flags(self, row: int) -> dict[int, int]:
        (static, fields, direct, virtual), at = ulebs(self.data, int(self.classes[row]["data"]), 4)
        numbers, _ = ulebs(self.data, at, 2 * (static + fields) + 3 * (direct + virtual))
        flags: dict[int, int] = {}
        first = 2 * (static + fields)
        for begin, end in ((first, first + 3 * direct), (first + 3 * direct, len(numbers))):
            index = 0
            for place in range(begin, end, 3):
                index += numbers[place]
                flags.setdefault(index, numbers[place + 1])
        return flags

    def initialiser(self, row: int) -> CodeItem | None:
        """Code of a class's static initialiser."""
        for offset, index in self.class_data(row).methods.items():
            member = self.method(index)
            if member is not None and self.raw(member.name) == b"<clinit>":
                return self.code(offset)
        return None

    def code(self, offset: int) -> CodeItem | None:
        """The code item at an offset; ``None`` if there is no plausible one."""
        try:
            return self._code_items[offset]  # most are looked up several times
        except KeyError:
            if len(self._code_items) >= _KEEP:
                self._code_items.clear()
            found = self._code_items[offset] = self._read_code(offset)
            return found

    def _read_code(self, offset: int) -> CodeItem | None:
        if offset <= 0 or offset % 4 or offset + 16 > len(self.data):
            return None
        registers, ins, _, _, _, units = struct.unpack_from("<4HII", self.data, offset)
        begin = offset + 16
        if ins > registers or not units or begin + 2 * units > len(self.data):
            return None
        return CodeItem(offset, begin, units, registers, ins)

    def units(self, code: CodeItem, end: int | None = None, begin: int = 0) -> list[int]:
        """The code units of a method, or those from ``begin`` to before ``end``."""
        count = (code.units if end is None else end) - begin
        found: list[int] = np.frombuffer(self.data, "<u2", count, code.begin + 2 * begin).tolist()
        return found

    @cached_property
    def _code_offsets(self) -> tuple[Offsets, Offsets]:
        """Sorted numbers in the class data that can be offsets of code, and the position of each.

        Classes of libraries that contact no host are left out.
        """
        return self._offsets_in(*self._loud_classes)

    @cached_property
    def _every_code_offsets(self) -> tuple[Offsets, Offsets]:
        """The same for all classes."""
        section = self.sections.get(SectionKind.CLASS_DATA)
        if section is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return self._offsets_in(np.array([section.begin], np.int64), np.array([section.end], np.int64))

    @cached_property
    def _code_starts(self) -> memoryview:
        """The first of ``_code_offsets``; to search it takes a third of the time that an array takes."""
        return items(self._code_offsets[0])

    @cached_property
    def _every_code_start(self) -> memoryview:
        return items(self._every_code_offsets[0])

    def _offsets_in(self, starts: Offsets, ends: Offsets) -> tuple[Offsets, Offsets]:
        """Sorted numbers in runs of class data that can be offsets of code, and the position of each."""
        code = self.sections.get(SectionKind.CODE)
        if code is None or not len(starts):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        pieces = [self.data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        raw = b"".join((b"\0", *pieces, bytes(4)))
        octets = np.frombuffer(raw, np.uint8)
        count = len(raw) - 4
        # Bytes that begin a number: the one before ends another. Code is at multiples of four: three of four numbers
        # end with their first byte, which holds the lowest bits.
        begin = (octets[1:count] & 0x83) == 0x80
        begin &= octets[: count - 1] < 0x80
        places = _where(begin) + 1
        # Four bytes from each position, as one number.
        every: NDArray[np.uint32] = np.ndarray((count,), "<u4", raw, 0, (1,))
        words = every[places]
        parts = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        for length in range(2, 5):
            if code.end <= 1 << (7 * (length - 1)) or code.begin >= 1 << (7 * length):
                continue
            # All bytes except the last have the continuation bit.
            marks = 0x80808080 & ((1 << 8 * length) - 1)
            whole = (words & np.uint32(marks)) == np.uint32(marks & ~(0x80 << 8 * (length - 1)))
            word, begins = words[whole], places[whole]
            numbers = word & np.uint32(0x7F)
            for place in range(1, length):
                numbers |= (word >> np.uint32(place)) & np.uint32(0x7F << (7 * place))
            fits = (numbers >= code.begin) & (numbers < code.end) & (numbers & np.uint32(3) == 0)
            parts.append((numbers[fits].astype(np.int64), begins[fits] - 1))
        values, begins = (np.concatenate(column) for column in zip(*parts, strict=True))
        if len(values) > 1 and not bool((values[1:] >= values[:-1]).all()):
            # Both are below 2**31: combined into one number they need no separate sort order.
            pairs = values << 32 | begins
            pairs.sort(kind="stable")  # a few sorted runs, which this merges
            values, begins = pairs >> 32, pairs & 0xFFFFFFFF
        firsts = np.append(0, np.cumsum(ends - starts)[:-1])
        return values, begins + (starts - firsts)[firsts.searchsorted(begins, side="right") - 1]

    @cached_property
    def _loud_classes(self) -> tuple[Offsets, Offsets]:
        """Begin and end of each run of class data without libraries that contact no host."""
        section = self.sections.get(SectionKind.CLASS_DATA)
        if section is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        bounds = self._class_offsets.searchsorted((section.begin, section.end))
        offsets, rows = self._class_offsets[slice(*bounds)], self._class_rows[slice(*bounds)]
        loud = ~self.types_of(SILENT).take(self.classes["type"][rows], mode="clip")
        changes = np.flatnonzero(np.diff(loud, prepend=False, append=False))
        places = np.append(offsets, section.end)[changes]
        return places[::2], places[1::2]

    def code_around(self, place: int, *, every: bool = False) -> CodeItem | None:
        """The code item whose instructions contain the byte at ``place``.

        Args:
            place: offset in the file.
            every: also in the classes of libraries that contact no host.
        """
        code = self._item_around(place, self._code_starts)
        return code if code is not None or not every else self._item_around(place, self._every_code_start)

    def items_before(self, places: Offsets) -> Offsets:
        """For each place in code the number of the code item that contains it, counted from 1."""
        return self._code_offsets[0].searchsorted(places, side="right")

    def is_head_of_code(self, place: int) -> bool:
        """True if the byte at ``place`` is in the head of a code item, such as in the offset of its debug information.

        Ask only about a place that ``code_around`` finds in no instructions: a few numbers only look like an offset.
        """
        values = self._every_code_start
        at = bisect_right(values, place)
        code = self.code(values[at - 1]) if at else None
        return code is not None and code.offset <= place < code.begin

    def _item_around(self, place: int, values: memoryview) -> CodeItem | None:
        at = bisect_right(values, place)
        # A few numbers only look like an offset: the real one is a step or two back.
        for index in range(at - 1, max(-1, at - 9), -1):
            code = self.code(values[index])
            if code is not None and code.begin <= place < code.begin + 2 * code.units:
                return code
        return None

    def method_of(self, code: CodeItem, *, every: bool = False) -> int:
        """Index of the method with this code; -1 if no class declares it.

        Args:
            code: the code.
            every: also in the classes of libraries that contact no host.
        """
        key = code.offset, every
        known = self._methods_of_code.get(key)
        if known is None:
            if len(self._methods_of_code) >= _KEEP:
                self._methods_of_code.clear()
            known = self._methods_of_code[key] = self._find_method(code, every=every)
        return known

    def _find_method(self, code: CodeItem, *, every: bool) -> int:
        values = self._every_code_start if every else self._code_starts
        places = (self._every_code_offsets if every else self._code_offsets)[1]
        at = bisect_left(values, code.offset)
        while at < len(values) and values[at] == code.offset:
            row = bisect_right(self._class_starts, int(places[at])) - 1
            if row >= 0:
                index = self.class_data(int(self._class_rows[row])).methods.get(code.offset, -1)
                if index >= 0:
                    return index
            at += 1
        return -1

    def is_shared(self, code: CodeItem) -> bool:
        """True if more than one method can have this code: compilers write equal code once."""
        values = self._every_code_start
        at = bisect_left(values, code.offset) + 1
        return at < len(values) and values[at] == code.offset

    def is_annotated(self, method: int) -> bool:
        """True if a method that this file defines has an annotation by which code can find it, or that cannot be seen.

        Compilers write those of the system: generic types, exceptions, names of parameters.
        """
        row = self.class_row(self.method_kind(method))
        at = int(self.classes["annotations"][row]) if row >= 0 else 0
        if not at:
            return row < 0
        if at + 16 > len(self.data):
            return True
        _, fields, methods, _ = struct.unpack_from("<4I", self.data, at)
        at += 16 + 8 * fields
        if at + 8 * methods > len(self.data):
            return True
        pairs = np.frombuffer(self.data, "<u4", 2 * methods, at)
        return any(
            self._has_own_annotation(int(pairs[2 * place + 1])) for place in np.flatnonzero(pairs[::2] == method)
        )

    def annotates_fields(self, row: int) -> bool:
        """True if a field of a class has such an annotation, as for readers of JSON, or one that cannot be seen."""
        at = int(self.classes["annotations"][row])
        if not at:
            return False
        if at + 16 > len(self.data):
            return True
        (fields,) = struct.unpack_from("<I", self.data, at + 4)
        if at + 16 + 8 * fields > len(self.data):
            return True
        return any(
            self._has_own_annotation(one) for one in struct.unpack_from(f"<{2 * fields}I", self.data, at + 16)[1::2]
        )

    def class_annotations(self, row: int) -> list[Annotation]:
        """The annotations of the class in a row, with those of the system."""
        at = int(self.classes["annotations"][row])
        if not 0 < at <= len(self.data) - 16:
            return []
        (its,) = struct.unpack_from("<I", self.data, at)
        if not 0 < its <= len(self.data) - 4:
            return []
        (count,) = struct.unpack_from("<I", self.data, its)
        if count > _MAX_ANNOTATIONS or its + 4 + 4 * count > len(self.data):
            return []
        places = struct.unpack_from(f"<{count}I", self.data, its + 4)
        return [self.values.annotation(place + 1)[0] for place in places if place < len(self.data) - 6]

    def named_fields(self, row: int) -> dict[int, list[str]]:
        """The instance fields of a class, each with the texts in its annotations, as names for readers of JSON."""
        found: dict[int, list[str]] = {one: [] for one in self.class_data(row).instance_fields}
        at = int(self.classes["annotations"][row])
        if not 0 < at <= len(self.data) - 16:
            return found
        (fields,) = struct.unpack_from("<I", self.data, at + 4)
        if at + 16 + 8 * fields > len(self.data):
            return found
        places = struct.unpack_from(f"<{2 * fields}I", self.data, at + 16)
        for field, its in zip(places[::2], places[1::2], strict=True):
            if field in found:
                found[field] = self._texts_in_annotations(its)
        return found

    def _texts_in_annotations(self, at: int) -> list[str]:
        """The texts that the annotations of a set have, without those of the system."""
        if not 0 < at <= len(self.data) - 4:
            return []
        (count,) = struct.unpack_from("<I", self.data, at)
        if count > _MAX_ANNOTATIONS or at + 4 + 4 * count > len(self.data):
            return []
        found = []
        for place in struct.unpack_from(f"<{count}I", self.data, at + 4):
            if place < len(self.data) - 6 and self.data[place] != _VISIBLE_TO_SYSTEM:
                values = self.values.annotation(place + 1)[0].values.values()
                found += [self.string(one.string) for one in values if isinstance(one, StringId)]
        return found

    def _has_own_annotation(self, at: int) -> bool:
        """True if a set of annotations has one that is neither of the system nor for readers."""
        if not 0 < at <= len(self.data) - 4:
            return True
        (count,) = struct.unpack_from("<I", self.data, at)
        if count > _MAX_ANNOTATIONS or at + 4 + 4 * count > len(self.data):
            return True
        places = struct.unpack_from(f"<{count}I", self.data, at + 4)
        return any(place >= len(self.data) - 6 or self._is_own_annotation(place) for place in places)

    def _is_own_annotation(self, at: int) -> bool:
        if self.data[at] == _VISIBLE_TO_SYSTEM:
            return False
        (kind,), _ = ulebs(self.data, at + 1, 1)
        return not _FOR_READERS.hold(self.descriptor(kind))

    def code_without(self, packages: Packages, *, keep: bool = True) -> CodeUnits:
        """The code without that of the classes of these packages, which include the libraries that contact no host.

        Args:
            packages: those that are left out.
            keep: false if it is not needed again, so that a copy is released with its user.
        """
        known = self._code_without.get(packages)
        if known is None:
            section = self.sections.get(SectionKind.CODE)
            begin, end = (section.begin, section.end) if section is not None else (0, 0)
            methods = np.empty(0, np.int64)
            if self._has_classes_without(packages):
                methods = self._code_offsets[0][~self.types_of(packages).take(self._code_kinds, mode="clip")]
            known = code_units(self.data, begin, end, methods)
            if keep:
                self._code_without[packages] = known
        return known

    def _has_classes_without(self, packages: Packages) -> bool:
        """True if a class with members does not belong to these packages: many files contain only libraries."""
        kinds = self.classes["type"][self.classes["data"] != 0]
        return not bool(self.types_of(packages).take(kinds, mode="clip").all())

    def forget(self) -> None:
        """Release the copies that searches of the whole file made; they are made again if needed."""
        self._code_without.clear()
        self.__dict__["_type_index"] = None  # a few look-ups need no index
        self.__dict__.pop("_samples", None)
        for kept in (self._texts, self._code_items, self._methods_of_code):
            kept.clear()

    @cached_property
    def _code_kinds(self) -> Offsets:
        """Type of the class in whose data each number of ``_code_offsets`` is."""
        at = self._class_offsets.searchsorted(self._code_offsets[1], side="right") - 1
        return self.classes["type"][self._class_rows[at]].astype(np.int64)

    @cached_property
    def _class_rows(self) -> Offsets:
        return self.classes["data"].argsort(kind="stable")

    @cached_property
    def _class_starts(self) -> memoryview:
        return items(self._class_offsets)

    @cached_property
    def _class_offsets(self) -> Offsets:
        return self.classes["data"][self._class_rows].astype(np.int64)


def _where(mask: NDArray[np.bool_]) -> Offsets:
    """``np.flatnonzero``, which takes three times as long if a twentieth is set as if more than a tenth is set."""
    size, few = len(mask), np.count_nonzero(mask)
    if not size // 50 < few <= size // 10:
        return np.flatnonzero(mask)
    padded = np.ones(size + size // 8, np.bool_)
    padded[:size] = mask
    return np.flatnonzero(padded)[:few]
