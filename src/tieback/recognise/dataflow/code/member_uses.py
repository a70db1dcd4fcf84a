"""Methods that call a method, or access a field or a key, of all DEX files of an app."""

import struct
from collections.abc import Sequence

import numpy as np

from tieback.intake.apps.dalvik_opcodes import OPCODES
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.members import CodeUse, MemberRef, MethodCode
from tieback.recognise.dataflow.dex.dexfile import KEEP_CODE
from tieback.recognise.dataflow.dex.libraries import ALL, SILENT, Packages
from tieback.recognise.dataflow.dex.opcode_sets import (
    CALL_SPAN,
    CALLS,
    CONST_CLASSES,
    CONST_STRING,
    FIRST_CALL,
    GETS,
    PUTS,
)
from tieback.recognise.dataflow.dex.operand_uses import MAX_INDEX, MAX_SITES, OperandUses, is_instruction
from tieback.recognise.dataflow.methods.holders import HOLDERS
from tieback.recognise.dataflow.methods.keyed import INPUT, REMOTE, SPACES, keyed_methods
from tieback.recognise.dataflow.methods.library import BUILDERS

_CAST_CALL = struct.Struct("<6xBBBBH")
"""Behind a call: the register that its result moves to, and that of a cast with its type."""
_MOVE_RESULT, _CHECK_CAST = OPCODES["move-result-object"].number, OPCODES["check-cast"].number
_NUMBERS = frozenset(
    f"Ljava/lang/{name};"
    for name in ("Boolean", "Byte", "Character", "Double", "Float", "Integer", "Long", "Number", "Short")
)


class MemberUses:
    """Places in the code of one app that name a method or field."""

    def __init__(self, app: AppCode) -> None:
        """The code is searched at the first question for each set of instructions."""
        self._app = app
        self._uses: dict[tuple[int, frozenset[int], Packages], OperandUses] = {}
        self._keyed_calls: dict[tuple[int, str, bool], Sequence[int]] = {}
        self._keep = sum(len(dex.data) for dex in app.files) <= KEEP_CODE

    def callers(self, identity: int, *, of_text: bool = False) -> list[CodeUse]:
        """Methods of the app itself that call a method, directly or through a type that it implements.

        With ``of_text`` without calls whose result is cast to a number: it can be no address there.
        """
        return self._using(self._app.method_places(identity), CALLS, ALL, of_text=of_text)

    def writers(self, identity: int) -> list[CodeUse]:
        """Methods of the app itself that store a field, or put a value under a key or into the object in a field."""
        ref = self._app.ref(identity)
        if ref.owner in SPACES:
            return self._keyed(ref, puts=True)
        opcodes = PUTS | GETS if ref.kind in HOLDERS or ref.kind in BUILDERS else PUTS
        return self._using(self._app.field_places(identity), opcodes, ALL)

    def readers(self, identity: int) -> list[CodeUse]:
        """Methods that read a field, or a key; of the app itself, or of libraries for a field of a library."""
        ref = self._app.ref(identity)
        if ref.owner in SPACES:
            return self._keyed(ref, puts=False)
        packages = ALL if self._app.is_own(self._app.ref(identity).owner) else SILENT
        return self._using(self._app.field_places(identity), GETS, packages)

    def reads_fields_of(self, owner: str) -> bool:
        """True if code may read a field of a class: ``readers`` of some field may find a method."""
        packages = ALL if self._app.is_own(owner) else SILENT
        return any(
            self._uses_of(number, GETS, packages).has_any([index for each in names.values() for index in each])
            for number, names in self._app.fields_below(owner)
        )

    def naming(self, owner: str) -> list[CodeUse]:
        """Methods of the app itself that name a class as an object."""
        kinds = [(number, self._app.type_of(number, owner)) for number in range(len(self._app.files))]
        return self._using([one for one in kinds if one[1] >= 0], CONST_CLASSES, ALL)

    def _keyed(self, ref: MemberRef, *, puts: bool) -> list[CodeUse]:
        """Methods of the app itself that have a key as a constant, and then a call that puts or gets by key."""
        if ref.owner == INPUT or (ref.owner == REMOTE and puts):
            # The identifier of a view is often in a field; the keys of remote settings are in a map.
            files = range(len(self._app.files) if puts else 0)
            return self._using(
                [(file, call) for file in files for call in self._calls_of(file, ref.owner, puts=True)], CALLS, ALL
            )
        found: dict[MethodCode, int] = {}
        for file, dex in enumerate(self._app.files):
            key = self._app.string_of(file, ref.name)
            calls = self._calls_of(file, ref.owner, puts=puts)
            if not calls or not 0 <= key <= MAX_INDEX:
                continue
            code = dex.code_without(ALL, keep=self._keep)
            self._app.searched += len(code.units)
            places = np.flatnonzero(code.units[1:] == np.uint16(key))
            for place in places[(code.units[places] & 0xFF) == CONST_STRING][:MAX_SITES].tolist():
                offset = code.offset(place)
                item = dex.code_around(offset)
                if item is None:
                    continue
                begin = (offset - item.begin) // 2
                rest = code.units[place : place + item.units - begin]
                called = np.flatnonzero(np.isin(rest[1:], calls) & ((rest[:-1] & 0xFF) - FIRST_CALL < CALL_SPAN))
                method = self._app.method_at(file, item) if len(called) else None
                if method is not None and (method in found or len(found) < MAX_SITES):
                    found[method] = max(found.get(method, 0), begin + int(called[-1]))
        return [CodeUse(method, last) for method, last in found.items()]

    def _calls_of(self, file: int, space: str, *, puts: bool) -> Sequence[int]:
        """Indices of the methods of a file that put or get by key."""
        known = self._keyed_calls.get((file, space, puts))
        if known is None:
            known = self._keyed_calls[file, space, puts] = keyed_methods(self._app.files[file], space, puts=puts)
        return known

    def _using(
        self, indices: Sequence[tuple[int, int]], opcodes: frozenset[int], left_out: Packages, *, of_text: bool = False
    ) -> list[CodeUse]:
        found: dict[MethodCode, int] = {}
        for file, index in indices:
            for offset in self._uses_of(file, opcodes, left_out).offsets(index):
                if of_text and self._is_number(file, offset):
                    continue
                item = self._app.files[file].code_around(offset)
                if item is None:
                    continue
                place = (offset - item.begin) // 2
                self._app.searched += place
                if not is_instruction(self._app.files[file], item, place):
                    continue
                method = self._app.method_at(file, item)
                if method is not None and (method in found or len(found) < MAX_SITES):
                    found[method] = max(found.get(method, 0), (offset - method.code.begin) // 2)
        return [CodeUse(method, last) for method, last in found.items()]

    def _is_number(self, file: int, call: int) -> bool:
        """True if the result of the call at an offset is cast to a number at once, as for a flag of any type."""
        dex = self._app.files[file]
        if call + _CAST_CALL.size > len(dex.data):
            return False
        moved, register, cast, same, kind = _CAST_CALL.unpack_from(dex.data, call)
        is_cast = moved == _MOVE_RESULT and cast == _CHECK_CAST and register == same
        return is_cast and dex.descriptor(kind) in _NUMBERS

    def _uses_of(self, file: int, opcodes: frozenset[int], left_out: Packages) -> OperandUses:
        key = file, opcodes, left_out
        known = self._uses.get(key)
        if known is None:
            code = self._app.files[file].code_without(left_out, keep=self._keep)
            self._app.searched += len(code.units)
            known = self._uses[key] = OperandUses(code, opcodes, keep=self._keep)
        return known
