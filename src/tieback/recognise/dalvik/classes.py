"""Classes and methods of several DEX files, read when the interpreter needs them.

Source: https://source.android.com/docs/core/runtime/dex-format#class-data-item and #code-item.
"""

import struct
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from tieback.recognise.dalvik.objects import NotRunnableError, decode_mutf8
from tieback.recognise.dataflow.code.members import is_wide, split_types
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.try_blocks import read_try_blocks

MAX_UNITS = 100_000
"""Most code units of one method."""
MAX_STRING = 1 << 18
"""Most bytes of a constant; string tables of obfuscators are long."""
_MAX_LOOKED = 32
"""Most methods of a class that are looked at for their types."""
_SPARE_UNITS = 200_000
_INTERFACE, _STATIC = 0x200, 0x8

_SCREENS = (
    "Landroid/support/",
    "Landroidx/activity/",
    "Landroidx/appcompat/",
    "Landroidx/compose/",
    "Landroidx/core/",
    "Landroidx/fragment/",
    "Landroidx/recyclerview/",
    "Landroidx/work/",
    "Lcom/bumptech/",
    "Lcom/facebook/",
    "Lcom/google/ads/",
    "Lcom/google/android/",
    "Lcom/google/appinventor/",
    "Lcom/google/firebase/",
    "Lgnu/",
)
"""Packages of libraries for screens, images, advertisements and measurements.

A run whose texts are collected does not enter them.
"""


class MethodRef(NamedTuple):
    """A method as a call names it."""

    owner: str
    name: str
    parameters: str
    """Descriptors, joined."""
    result: str

    @property
    def signature(self) -> str:
        """Name and parameters."""
        return f"{self.name}({self.parameters})"


class NativePlace(NamedTuple):
    """A class that declares a native method."""

    owner: str
    static: bool


class Method:
    """A method with code."""

    __slots__ = (
        "bodies",
        "code",
        "dex",
        "name",
        "objects",
        "of_screens",
        "owner",
        "parameters",
        "registers",
        "static",
        "throws",
        "tries",
        "units",
        "width",
    )

    def __init__(self, dex: DexFile, owner: str, ref: MethodRef, offset: int) -> None:
        """Read a code item. Raises ``NotRunnableError`` if it is not plausible or too long."""
        code = dex.code(offset)
        if code is None or code.units > MAX_UNITS:
            raise NotRunnableError("a method has no plausible code")
        self.dex = dex
        self.code = code
        self.owner = owner
        # R8 moves methods of any class into those of resources.
        self.of_screens = owner.startswith(_SCREENS) and "/R$" not in owner
        self.name = ref.name
        self.registers, ins = struct.unpack_from("<2H", dex.data, offset)
        self.parameters = split_types(ref.parameters)
        parameters = sum(1 + is_wide(kind) for kind in self.parameters)
        self.width = ins
        """Number of registers with arguments; an instance method has one more, for the receiver."""
        self.static = ins == parameters
        if ins - parameters not in (0, 1):
            raise NotRunnableError("the parameters of a method do not fit its code")
        self.units: Sequence[int] = struct.unpack_from(f"<{code.units}H", dex.data, code.begin)
        try:
            self.tries = read_try_blocks(dex, code)
        except ValueError as error:
            raise NotRunnableError(str(error)) from error
        self.bodies: dict[int, Any] = {}
        """Decoded instructions by code unit."""
        self.throws: dict[int, bool] = {}
        """Whether the code from a unit on throws something at once."""
        self.objects: dict[int, bool] = {}
        """Whether the register of a comparison with ``null`` has an object, by its unit."""


class JavaClass:
    """A class that a DEX file defines."""

    def __init__(self, dex: DexFile, row: int) -> None:
        self.dex = dex
        self.row = row
        item = dex.classes[row]
        self.kind = dex.descriptor(int(item["type"]))
        self.superclass = dex.descriptor(int(item["super"]))
        self.interface = bool(int(item["access"]) & _INTERFACE)
        self.methods: dict[int, Method] = {}
        """Methods that were read, by index."""
        self.statics: dict[str, Any] = {}
        """Values of the static fields by name."""
        self.ready = False

    @cached_property
    def _named(self) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        for offset, index in self.dex.class_data(self.row).methods.items():
            if offset:
                found.setdefault(self.dex.method_title(index), []).append((index, offset))
        return found

    def named(self, name: str) -> Sequence[tuple[int, int]]:
        """Index and code offset of each method with a name."""
        title = self.dex.title_of(name)
        return self._named.get(title, ()) if title >= 0 else ()

    @cached_property
    def natives(self) -> Sequence[int]:
        """Indexes of the native methods."""
        return self.dex.native_methods(self.row)

    def initial_values(self) -> dict[str, Any]:
        """Initial values of the static fields by name; others are zero or ``null``."""
        at = int(self.dex.classes[self.row]["values"])
        found: dict[str, Any] = {}
        fields = self.dex.class_data(self.row).static_fields
        values = self.dex.values.array(at)[0] if at else ()
        for place, index in enumerate(fields):
            member = self.dex.field(index)
            if member is None:
                continue
            value = values[place] if place < len(values) else 0
            name = self.dex.string(member.name)
            if isinstance(value, encoded.StringId):
                found[name] = read_string(self.dex, value.string)
            else:
                found[name] = value if isinstance(value, int) else 0
        return found


class ClassPath:
    """The classes of the DEX files of an app; the first definition of a class counts, as on a device."""

    def __init__(self, dexes: Sequence[DexFile]) -> None:
        self._dexes = tuple(dexes)
        self.files = len(self._dexes)
        self._places: dict[str, tuple[DexFile, int] | None] = {}
        self._classes: dict[str, JavaClass | None] = {}
        self._refs: dict[tuple[int, int], MethodRef] = {}
        self._methods: dict[tuple[str, MethodRef], Method | None] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}
        self.left = _SPARE_UNITS + sum(len(dex.data) for dex in dexes) // 8
        """Code units that may still be read: many methods of a hostile file can have the same long code."""

    def defines(self, kind: str) -> bool:
        """True for a class of the app."""
        return self._place(kind) is not None

    def find(self, kind: str) -> JavaClass | None:
        """The class with this descriptor, or ``None`` if it belongs to the platform."""
        if kind not in self._classes:
            place = self._place(kind)
            self._classes[kind] = JavaClass(*place) if place is not None else None
        return self._classes[kind]

    def _place(self, kind: str) -> tuple[DexFile, int] | None:
        """The file and row of a class."""
        if kind not in self._places:
            raw = kind.encode("utf-8", "replace")
            found = ((dex, dex.class_row(dex.type_of(raw))) for dex in self._dexes)
            self._places[kind] = next((place for place in found if place[1] >= 0), None)
        return self._places[kind]

    def ref(self, dex: DexFile, index: int) -> MethodRef:
        """The method with this index in a file. Raises ``NotRunnableError`` if there is none."""
        key = id(dex), index
        known = self._refs.get(key)
        if known is None:
            member = dex.method(index)
            if member is None:
                raise NotRunnableError("a call of a method that does not exist")
            known = self._refs[key] = MethodRef(
                dex.descriptor(member.owner),
                dex.string(member.name),
                dex.parameters(member.kind),
                dex.result(member.kind),
            )
        return known

    def method(self, kind: str, ref: MethodRef) -> Method | None:
        """The code of a method in a class of the app or in the nearest superclass of the app that has it."""
        key = kind, ref
        if key not in self._methods:
            self._methods[key] = self._find_method(kind, ref)
        return self._methods[key]

    def _find_method(self, kind: str, ref: MethodRef) -> Method | None:
        for _ in range(64):
            its = self.find(kind)
            if its is None:
                return None
            for index, offset in its.named(ref.name):
                mine = self.ref(its.dex, index)
                if mine.parameters != ref.parameters or mine.result != ref.result:
                    continue
                known = its.methods.get(index)
                if known is None:
                    known = Method(its.dex, its.kind, ref, offset)
                    self.left -= len(known.units)
                    if self.left < 0:
                        raise NotRunnableError("the methods of the app are too long")
                    its.methods[index] = known
                return known
            kind = its.superclass
        return None

    def native(self, kind: str, ref: MethodRef) -> NativePlace | None:
        """Where a native method is declared: in a class of the app, or the nearest class above it that has it."""
        for owner in self.ancestors(kind):
            its = self.find(owner)
            if its is None:
                break
            for index in its.natives:
                if self.ref(its.dex, index)[1:] == ref[1:]:
                    return NativePlace(owner, bool(its.dex.access(index) & _STATIC))
        return None

    def declared(self, kind: str, most: int) -> list[Method]:
        """The methods with code that a class of the app declares, without constructors and initialisers.

        Args:
            kind: the class; one of the platform has none.
            most: if the class has more, the list is empty.

        Raises:
            NotRunnableError: the methods are not plausible or too long.
        """
        its = self.find(kind)
        if its is None:
            return []
        refs = [self.ref(its.dex, index) for offset, index in its.dex.class_data(its.row).methods.items() if offset]
        refs = [ref for ref in refs if not ref.name.startswith("<")]
        found = [self.method(kind, ref) for ref in refs] if len(refs) <= most else []
        return [method for method in found if method is not None]

    def has_method(self, kind: str, parameters: str, result: str) -> bool:
        """True if a class of the app has a method with these parameters and this result."""
        its = self.find(kind)
        if its is None:
            return False
        indices = its.dex.methods_of(int(its.dex.classes[its.row]["type"]))
        refs = (self.ref(its.dex, index) for index in islice(indices, _MAX_LOOKED))
        return any(ref.parameters == parameters and ref.result == result for ref in refs)

    def ancestors(self, kind: str) -> tuple[str, ...]:
        """A class of the app and its superclasses, up to and with the first one of the platform."""
        if kind not in self._ancestors:
            found = [kind]
            while len(found) < 64 and (its := self.find(found[-1])) is not None and its.superclass:
                found.append(its.superclass)
            self._ancestors[kind] = tuple(found)
        return self._ancestors[kind]

    def supertypes(self, kind: str) -> dict[str, bool]:
        """All superclasses and interfaces of a class of the app, and whether the app defines them; at most 64."""
        found: dict[str, bool] = {}
        waiting = [kind]
        for one in waiting:  # grows
            its = self.find(one)
            found[one] = its is not None
            if its is None or len(waiting) > 64:
                continue
            above = (its.superclass, *map(its.dex.descriptor, its.dex.interfaces(its.row)))
            waiting += [each for each in above if each and each not in found and each not in waiting]
        return found


def read_string(dex: DexFile, index: int) -> str:
    """A constant, in UTF-16 code units. Raises ``NotRunnableError`` if it is missing, too long or malformed."""
    begin = dex.string_begin(index)
    end = dex.data.find(b"\0", begin, begin + MAX_STRING + 1) if begin >= 0 else -1
    if end < 0:
        raise NotRunnableError("a constant is missing or too long")
    return decode_mutf8(bytes(dex.data[begin:end]))
