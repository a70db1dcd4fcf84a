"""Which objects code gives to other code that can fill their fields by reflection, as readers of JSON do.

``Mapper.fill(Config.INSTANCE, text)`` gives an object to a method that takes any object. So does a list or an array of
objects, and a field of any type. The object comes from ``new``, from a field of its type, from a method that returns
its type, or from the arguments of a method; a method of its class can give it itself.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.hierarchy import Hierarchy
from tieback.recognise.dataflow.code.members import word_types, words
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import (
    APUT_OBJECT,
    CALLS,
    FILLED,
    INSTANCE_READS,
    NEW_INSTANCES,
    STATIC_READS,
)
from tieback.recognise.dataflow.dex.reaching import IPUT, SPUT, MethodFlow, Operation

MAX_CLASSES = 64
"""Most classes below one that are looked at."""
_MOST_SITES = 1_024
"""Most instructions that read one field, or call one method that returns an object of a class."""
_MOST_METHODS = 512
"""Most methods that get an object of a class as an argument."""
_OBJECT = "Ljava/lang/Object;"
_PLATFORM = ("Landroid/", "Landroidx/", "Ljava/", "Ljavax/", "Lkotlin/", "Lkotlinx/")
"""Packages whose methods fill no fields of an object of any class."""
_COLLECTIONS = ("Ljava/util/", "Lkotlin/collections/", "Lkotlin/Pair;", "Lkotlin/TuplesKt;", "Landroid/util/Pair;")
"""Classes whose methods put an object into a list or a map, which other code gets."""
_PUTS = frozenset(
    ("<init>", "add", "addFirst", "addLast", "arrayListOf", "listOf", "mutableListOf", "of", "offer", "push", "put",
     "putIfAbsent", "set", "setOf", "singleton", "singletonList", "singletonMap", "to")
)  # fmt: skip

_KEEPS = np.zeros(0x100, np.bool_)
_KEEPS[[APUT_OBJECT, *FILLED]] = True
"""Operations that put an object into an array, by the low byte of their code unit."""


class HandedObjects:
    """Finds them in the code of one app."""

    def __init__(
        self,
        app: AppCode,
        places: CodePlaces,
        hierarchy: Hierarchy,
        flow: Callable[[int, CodeItem], MethodFlow | None],
    ) -> None:
        """The code of the app; ``flow`` gives the values of a method."""
        self._app, self._places, self._hierarchy, self._flow = app, places, hierarchy, flow
        self._known: dict[str, bool] = {}
        self._marks: dict[int, NDArray[np.bool_]] = {}

    def has(self, owner: str) -> bool:
        """True if code may hand over an object of a class or of one below it."""
        if owner not in self._known:
            below = self._hierarchy.below(owner, MAX_CLASSES)
            self._known[owner] = below is None or any(map(self._is_handed, (owner, *below)))
        return self._known[owner]

    def makers(self, number: int, owner: str) -> Iterator[int]:
        """Offsets of the instructions of a file that make an object of a class."""
        kind = self._app.type_of(number, owner)
        for offset in self._places.offsets(number, NEW_INSTANCES, kind) if kind >= 0 else ():
            if self._places.is_instruction(number, offset):
                yield offset

    def _is_handed(self, owner: str) -> bool:
        return any(
            code is None or self._hands_over(number, code, origin)
            for source in (self._made, self._itself, self._read, self._taken)
            for number, code, origin in source(owner)
        )

    def _made(self, owner: str) -> Iterator[tuple[int, CodeItem | None, int]]:
        for number in range(len(self._app.files)):
            yield from self._at(number, self.makers(number, owner))

    def _itself(self, owner: str) -> Iterator[tuple[int, CodeItem | None, int]]:
        """Each method of the class that has its object."""
        found = self._app.class_of(owner)
        if found is None:
            yield 0, None, 0
            return
        number, dex = found[0], self._app.files[found[0]]
        for offset, method in dex.class_data(found[1]).methods.items():
            code = dex.code(offset) if offset else None
            identity = self._app.method(number, method) if code is not None else -1
            if code is not None and identity >= 0 and words(self._app.ref(identity).kind) < code.ins:
                yield number, code, -1

    def _read(self, owner: str) -> Iterator[tuple[int, CodeItem | None, int]]:
        """The fields of its type, and the calls of methods that return it."""
        for number, dex in enumerate(self._app.files):
            kind = self._app.type_of(number, owner)
            if kind < 0:
                continue
            fields, results = dex.fields_of_type(kind), dex.methods_returning(kind)
            for opcodes, members in ((STATIC_READS, fields), (INSTANCE_READS, fields), (CALLS, results)):
                for member in members:
                    offsets = self._places.offsets(number, opcodes, member, _MOST_SITES)
                    if len(offsets) >= _MOST_SITES:
                        yield number, None, 0
                        return
                    yield from self._at(number, offsets)

    def _taken(self, owner: str) -> Iterator[tuple[int, CodeItem | None, int]]:
        """The arguments of its type."""
        for number in range(len(self._app.files)):
            kind = self._app.type_of(number, owner)
            taking = self._app.files[number].methods_taking(kind) if kind >= 0 else []
            if taking is None or len(taking) > _MOST_METHODS:
                yield number, None, 0
                return
            for method in taking:
                identity = self._app.method(number, method)
                target = self._app.definition_in(number, identity) if identity >= 0 else None
                if target is None or target.file != number:
                    continue  # of an interface, or read with its own file
                types = word_types(self._app.ref(identity).kind)
                first = target.code.ins - len(types)
                for word, one in enumerate(types):
                    if one == owner:
                        yield number, target.code, -1 - first - word

    def _at(self, number: int, offsets: Iterator[int] | list[int]) -> Iterator[tuple[int, CodeItem | None, int]]:
        dex = self._app.files[number]
        for offset in offsets:
            code = dex.code_around(offset, every=True)
            if code is not None and self._places.begins(number, code, offset):
                yield number, code, (offset - code.begin) // 2

    def _hands_over(self, number: int, code: CodeItem, origin: int) -> bool:
        """True if a method may hand over an object; one that is too long to read is a doubt."""
        units = np.frombuffer(self._app.files[number].data, "<u2", code.units, code.begin)
        if not bool(self._marks_of(number)[units].any()) and not bool(_KEEPS[units & 0xFF].any()):
            return False
        flow = self._flow(number, code)
        return flow is None or any(
            self._takes(number, one, origin) for one in flow.operations if any(origin in its for its in one.values)
        )

    def _marks_of(self, number: int) -> NDArray[np.bool_]:
        """Which code units of a file can be the index of a method or field that takes any object."""
        if number not in self._marks:
            dex, kind = self._app.files[number], self._app.type_of(number, _OBJECT)
            taking = dex.methods_taking(kind) if kind >= 0 else []
            members = [*(taking or ()), *dex.fields_of_type(kind)] if kind >= 0 else []
            marks = np.full(0x1_0000, taking is None, np.bool_)
            marks[[one for one in members if one < len(marks)]] = True
            self._marks[number] = marks
        return self._marks[number]

    def _takes(self, number: int, one: Operation, origin: int) -> bool:
        if one.opcode in (IPUT, SPUT):
            field = self._app.field(number, one.member)
            return origin in one.values[0] and (field < 0 or self._app.ref(field).kind == _OBJECT)
        if one.opcode == APUT_OBJECT:
            return origin in one.values[0]
        if one.opcode in FILLED:
            return True
        if one.opcode not in CALLS:
            return False
        called = self._app.method(number, one.member)
        if called < 0:
            return True
        owner, name, kind = self._app.ref(called)
        types = word_types(kind)
        taken = one.values[len(one.values) - len(types) :]
        if not any(kind == _OBJECT and origin in its for kind, its in zip(types, taken, strict=False)):
            return False
        return not owner.startswith(_PLATFORM) or (owner.startswith(_COLLECTIONS) and name in _PUTS)
