"""Code that cannot run to its end, because it uses a class that is not in the package.

To make an object of such a class, to call a method of it or to access a field of it throws ``NoClassDefFoundError``:
https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-5.html#jvms-5.4.3.1. A class whose superclass or interface is
missing cannot be loaded, and one whose initialiser fails cannot be used. A method fails if every way through it meets
such an instruction, or a call of a method that fails; then what is behind a call of it does not run either. Handlers
that may catch the error are ways too. Casts, tests of types and class objects are no such instructions. Calls that ask
for a component that no manifest declares always throw, too (``asked_components``).
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tieback.intake.apps.dalvik_opcodes import opcode_numbers
from tieback.intake.apps.distinct import distinct
from tieback.recognise.dataflow.code.members import MethodCode, words
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.instructions import FALLS, KINDS, LENGTHS, OpcodeEffect, next_units
from tieback.recognise.dataflow.dex.opcode_sets import (
    CALLS,
    FIXED_CALLS,
    INSTANCE_READS,
    INSTANCE_WRITES,
    NEW_INSTANCE,
    RETURNS,
    STATIC_CALLS,
    STATIC_READS,
    STATIC_WRITES,
)
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.dex.reaching import IGET, IPUT, MANY, MAX_UNITS, SGET, MethodFlow
from tieback.recognise.dataflow.dex.try_blocks import TryBlock, try_blocks
from tieback.recognise.dataflow.unused.missing_classes import is_of_platform

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses
    from tieback.recognise.dataflow.unused.never_entered import NeverEntered

MAX_STEPS = 200_000
"""Most instructions of one app that are looked at, and others in proportion. After that no more code fails."""
_MOST_ROUNDS = 6
_MOST_MISSING = 20_000
"""Most references to members of missing classes that are looked up."""
_MOST_METHODS = 64
"""Most methods that are looked at for the callers of one."""
_MOST_HANDLERS = 64
_STATIC_FIELDS, _FIELDS = STATIC_READS | STATIC_WRITES, INSTANCE_READS | INSTANCE_WRITES
_SILENT = frozenset(opcode_numbers("nop..return-object const/4..const-wide/high16 goto..goto/32 cmpl-float..if-lez"))
"""Instructions that throw nothing: moves, numbers, jumps and conditions."""
_QUIET = bytes(FALLS[opcode] and 1 + (opcode in _SILENT) for opcode in range(256))
"""1 for instructions that lead only to the next one if no handler is around them; 2 if handlers do not matter."""
_CAN_FAIL = frozenset((NEW_INSTANCE, *_STATIC_FIELDS, *_FIELDS, *CALLS))
"""Instructions that can name a missing class."""
_CAN_BE_NULL = frozenset(f"Ljava/lang/{name};" for name in ("Exception", "NullPointerException", "RuntimeException"))
_OBJECT = "Ljava/lang/Object;"
_NOT_BY_CONSTRUCTOR = frozenset(("Ljava/io/Externalizable;", "Ljava/io/Serializable;"))
"""Interfaces whose objects are also made without a constructor of their class."""


class _Failure(NamedTuple):
    """Why an instruction does not get to the next one."""

    needs: str
    """Descriptor of the missing class."""
    runs: bool = False
    """True if a method runs in part, so that anything can be thrown."""
    receiver: bool = False
    """True if the instruction has an object, which can be null."""


class Ways(NamedTuple):
    """What of a method can run."""

    reached: frozenset[int]
    """Units of the instructions that can be executed."""
    returns: bool
    needs: str
    """Descriptor of the missing class that ends a way; empty if there is none."""


class FailingCode:
    """The methods and classes of one app that fail."""

    def __init__(
        self,
        uses: "ConstantUses",
        missing: Sequence[dict[int, str]],
        throwing: Sequence[tuple[int, CodeItem, int, str]] = (),
        entered: "NeverEntered | None" = None,
    ) -> None:
        """Find them, from the instructions that name missing classes to the callers of the methods that have them.

        Args:
            uses: the code of the app.
            missing: for each file the indices of the missing types, with their descriptors.
            throwing: file, method and unit of each call that always throws, and what is missing.
            entered: finds what only code behind these calls runs; not looked for without it.
        """
        self._uses, self._app = uses, uses.app
        self._absent = [dict(table) for table in missing]
        """The types that are missing or cannot be loaded, with the missing class."""
        self._types = [dict(table) for table in missing]
        """The types that cannot be used: also those whose initialiser fails."""
        self._unusable: dict[str, str] = {}
        """Classes of the app that cannot be used, with the missing class."""
        self._not_begun: set[str] = set()
        """Those of which not even the initialiser runs."""
        self._calls: list[dict[int, str]] = [{} for _ in missing]
        """The methods that never return, with the missing class."""
        self._entered = entered
        self._throwing: dict[tuple[int, int], dict[int, str]] = {}
        for number, code, at, needs in throwing:
            self._throwing.setdefault((number, code.offset), {})[at] = needs
        self._beginnings = {(number, code): None for number, code, _, _ in throwing}
        self._ways: dict[tuple[int, int], Ways | None] = {}
        self._objects: dict[str, str] = {}
        self.left = MAX_STEPS
        """Instructions, classes and calls that may still be looked at."""
        self._add_classes()
        self._spread()

    def ways(self, number: int, code: CodeItem) -> Ways | None:
        """What of a method can run; ``None`` if it uses no missing class, or if that is not known."""
        return self._ways.get((number, code.offset))

    def cut(self, number: int, code: CodeItem, flow: MethodFlow) -> tuple[MethodFlow, str]:
        """The values of a method without what cannot run, and the missing class.

        Reads of fields stay, so that it is known which methods read a field.
        """
        dead = self.never_runs(number, code)
        ways = self.ways(number, code)
        needs = dead or (ways.needs if ways is not None else "")
        if not needs:
            return flow, ""
        reached: frozenset[int] = ways.reached if not dead and ways is not None else frozenset()
        operations = tuple(one for one in flow.operations if one.at in reached or one.opcode in (IGET, SGET))
        strings = {at: string for at, string in flow.strings.items() if at in reached}
        is_cut = len(operations) < len(flow.operations) or len(strings) < len(flow.strings)
        return (flow._replace(operations=operations, strings=strings), needs) if is_cut else (flow, "")

    def never_reached(self, number: int, code: CodeItem, at: int) -> str:
        """The missing class without which an instruction never runs; empty if it may."""
        ways = self.ways(number, code)
        if ways is not None and at not in ways.reached:
            return ways.needs
        return self.never_runs(number, code)

    def never_runs(self, number: int, code: CodeItem) -> str:
        """The missing class without which a method never runs; empty if it may."""
        needs = self._never_runs(number, code, set()) if self._ways or self._unusable else ""
        return needs or (self._entered.needs(number, code, self.ways) if self._entered is not None else "")

    def _never_runs(self, number: int, code: CodeItem, seen: set[tuple[int, int]]) -> str:
        dex = self._app.files[number]
        index = dex.method_of(code) if not dex.is_shared(code) else -1
        identity = self._app.method(number, index) if index >= 0 else -1
        if identity < 0:
            return ""
        owner, name, kind = self._app.ref(identity)
        if is_of_platform(owner) or (name == "<clinit>" and owner not in self._not_begun):
            return ""
        needs = self._unusable.get(owner, "")
        if not needs and name != "<init>" and words(kind) < code.ins:
            needs = self._without_objects(owner)
        return needs or self._only_from_failing(number, code, seen)

    def _only_from_failing(self, number: int, code: CodeItem, seen: set[tuple[int, int]]) -> str:
        """The missing class if all calls of a method are behind a use of one."""
        if (number, code.offset) in seen or len(seen) >= _MOST_METHODS:
            return ""
        seen.add((number, code.offset))
        needs = ""
        for file, caller, at in self._uses.callers.of(number, code) or ():
            if not self._uses.places.begins(file, caller, caller.begin + 2 * at):
                continue  # another operand that looks like the call
            ways = self.ways(file, caller)
            needs = ways.needs if ways is not None and at not in ways.reached else ""
            needs = needs or self._never_runs(file, caller, seen)
            if not needs:
                return ""
        return needs

    # Objects

    def _without_objects(self, owner: str) -> str:
        """The missing class if no constructor of a class comes to its end, and none gives the object away before."""
        if owner not in self._objects:
            self._objects[owner] = ""  # in a circle of superclasses
            self._objects[owner] = self._no_object(owner)
        return self._objects[owner]

    def _no_object(self, owner: str) -> str:
        found = self._app.class_of(owner)
        if found is None or not _NOT_BY_CONSTRUCTOR.isdisjoint(self._app.ancestors(owner)):
            return ""
        needs, declared = "", self._app.declared(*found)
        if ("finalize", "()V") in declared:
            return ""
        for (name, _), (index, code) in declared.items():
            if name == "<init>":
                needs = self._calls[found[0]].get(index, "")
                if not needs or not self._keeps_object(found[0], code, 0):
                    return ""
        return needs

    def _keeps_object(self, number: int, code: CodeItem, depth: int) -> bool:
        """True if a constructor only stores in fields of its object, and calls constructors that do so."""
        flow = self._uses.flow(number, code)
        self.left -= len(flow.operations) if flow is not None else 0
        if flow is None or depth > _MOST_ROUNDS or self.left < 0:
            return False
        ways = self.ways(number, code)
        for one in flow.operations:
            having = [place for place, its in enumerate(one.values) if -1 in its or MANY in its]
            if not having or (ways is not None and one.at not in ways.reached):
                continue
            if (one.opcode == IPUT and having == [1]) or one.opcode == IGET:
                continue
            owner, name, _ = self._uses.method_names(number, one.member) if one.opcode in CALLS else ("", "", "")
            if name != "<init>" or having != [0]:
                return False
            if owner == _OBJECT:
                continue
            target = self._app.definition(self._app.method(number, one.member))
            if target is None or not self._keeps_object(target.file, target.code, depth + 1):
                return False
        return True

    # Which code fails

    def _add_classes(self) -> None:
        """Note the classes with a superclass or an interface that cannot be loaded, or a superclass that fails."""
        for _ in range(_MOST_ROUNDS):
            found: dict[str, str] = {}
            absent: dict[str, str] = {}
            self.left -= sum(len(dex.classes) for dex in self._app.files) // 16
            if self.left < 0:
                return
            for dex, types, without in zip(self._app.files, self._types, self._absent, strict=True):
                found.update(_below(dex, types, {}))
                absent.update(_below(dex, without, without))
            new = self._note_classes(absent, self._absent)
            new |= self._note_classes(absent | found, self._types)
            if not new:
                return
            self._not_begun.update(absent, found)

    def _note_classes(self, found: dict[str, str], tables: Sequence[dict[int, str]]) -> bool:
        """Add classes of the app to tables of types; true if they were not there."""
        is_new = False
        for name, needs in found.items():
            if is_of_platform(name):
                continue
            self._unusable.setdefault(name, needs)
            for number, table in enumerate(tables):
                kind = self._app.type_of(number, name)
                if kind >= 0 and kind not in table:
                    table[kind] = needs
                    is_new = True
        return is_new

    def _spread(self) -> None:
        """Read the methods that use what fails, until no more methods fail."""
        known: set[tuple[int, int]] = set()
        for _ in range(_MOST_ROUNDS):
            named = {(number, index) for number, index in self._named() if (number, index) not in known}
            known |= named
            codes = dict.fromkeys(code for number, index in sorted(named) for code in self._users(number, index))
            codes |= self._beginnings
            self._beginnings = {}
            initialisers: dict[str, str] = {}
            for number, code in codes:
                if self._is_in_failing_class(number, code):
                    continue
                ways = self._ways[number, code.offset] = self._walk(number, code)
                if ways is not None and ways.needs and not ways.returns:
                    self._note_method(number, code, ways.needs, initialisers)
            if not codes or self.left < 0:
                return
            if self._note_classes(initialisers, self._types):
                self._add_classes()

    def _is_in_failing_class(self, number: int, code: CodeItem) -> bool:
        """True for a method of a class that cannot be used: none of them runs."""
        dex = self._app.files[number]
        index = dex.method_of(code)
        return index >= 0 and dex.method_kind(index) in self._types[number]

    def _named(self) -> Iterator[tuple[int, int]]:
        """File and index of each method reference that fails."""
        left = _MOST_MISSING
        for number, (dex, types, calls) in enumerate(zip(self._app.files, self._types, self._calls, strict=True)):
            yield from ((number, index) for index in calls)
            for kind in types:
                methods = dex.methods_of(kind)
                left -= len(methods)
                if left < 0:
                    return
                yield from ((number, index) for index in methods)

    def _users(self, number: int, index: int) -> Iterator[tuple[int, CodeItem]]:
        """The methods that may call one."""
        for offset in self._uses.places.offsets(number, CALLS, index, MAX_SITES):
            self.left -= 1
            code = self._app.files[number].code_around(offset, every=True) if self.left > 0 else None
            if code is not None:
                yield number, code

    def _note_method(self, number: int, code: CodeItem, needs: str, initialisers: dict[str, str]) -> None:
        """Note a method that never returns, and the class whose initialiser it is."""
        dex = self._app.files[number]
        index = dex.method_of(code) if not dex.is_shared(code) else -1
        identity = self._app.method(number, index) if index >= 0 else -1
        if identity < 0:
            return
        owner, name, _ = self._app.ref(identity)
        if is_of_platform(owner) or self._app.definition(identity) != MethodCode(identity, number, code):
            return
        if name == "<clinit>":
            if self._calls_only_others(number, code):
                initialisers[owner] = needs
            return
        for file, (other, calls) in enumerate(zip(self._app.files, self._calls, strict=True)):
            its, title = self._app.type_of(file, owner), self._app.string_of(file, name)
            methods = other.methods_of(its) if its >= 0 else range(0)
            for one, its_title in zip(methods, other.names_of(methods), strict=True):
                if its_title == title and self._app.method(file, one) == identity:
                    calls.setdefault(one, needs)

    def _calls_only_others(self, number: int, code: CodeItem) -> bool:
        """True if an initialiser calls no code of the app before it fails: that could use the class in the meantime."""
        flow, ways = self._uses.flow(number, code), self.ways(number, code)
        if flow is None or ways is None:
            return False
        calls = (one for one in flow.operations if one.opcode in CALLS and one.at in ways.reached)
        return all(self._app.class_of(self._uses.method_names(number, one.member)[0]) is None for one in calls)

    def _walk(self, number: int, code: CodeItem) -> Ways | None:
        """What of a method can run; ``None`` if it is too long or malformed."""
        dex = self._app.files[number]
        blocks = sorted(try_blocks(dex, code), key=lambda one: one.start)
        if code.units > MAX_UNITS or (not blocks and bytes(dex.data[code.offset + 6 : code.offset + 8]) != b"\0\0"):
            return None
        if any(one.start < before.stop for before, one in pairwise(blocks)):
            return None
        if any(len(one.handlers) >= _MOST_HANDLERS for one in blocks):
            return None
        units = dex.units(code)
        try:
            return self._reach(number, units, blocks, self._throwing.get((number, code.offset), {}))
        except IndexError:
            return None  # a way leaves the code

    def _reach(
        self, number: int, units: Sequence[int], blocks: Sequence[TryBlock], throwing: Mapping[int, str]
    ) -> Ways | None:
        starts = [one.start for one in blocks]
        seen: set[int] = set()
        failed: set[int] = set()
        needs, returns, handled = "", False, bool(blocks)
        pending = [0]
        for at in pending:  # grows
            if at in seen:
                continue
            self.left -= 1
            if self.left < 0 or at < 0:
                return None
            seen.add(at)
            opcode = units[at] & 255
            failure = self._failure(number, units, at) if opcode in _CAN_FAIL else None
            failure = _Failure(throwing[at], runs=True) if at in throwing else failure
            if failure is None and _QUIET[opcode] > handled:
                pending.append(at + LENGTHS[opcode])
                continue
            block = bisect_right(starts, at) - 1
            handlers = blocks[block].handlers if block >= 0 and at < blocks[block].stop else ()
            if failure is None:
                returns |= opcode in RETURNS
                pending += (unit for _, unit in handlers if opcode not in _SILENT)
                following = next_units(units, at)
                self.left -= len(following) // 8
                pending += following
                continue
            needs = needs or failure.needs
            if not failure.runs:
                failed.add(at)
            pending += (unit for kind, unit in handlers if _may_catch(kind, failure))
        return Ways(frozenset(seen - failed), returns, needs)

    def _failure(self, number: int, units: Sequence[int], at: int) -> _Failure | None:
        """Why the instruction at a unit does not get to the next one; ``None`` if it may."""
        opcode, types = units[at] & 255, self._types[number]
        index = units[at + 1]
        if opcode == NEW_INSTANCE:
            needs = types.get(index, "")
            return _Failure(needs) if needs else None
        dex = self._app.files[number]
        if opcode in _STATIC_FIELDS or opcode in _FIELDS:
            needs = types.get(dex.field_owner(index), "")
            return _Failure(needs, receiver=opcode in _FIELDS) if needs else None
        if KINDS[opcode] not in (OpcodeEffect.INVOKE, OpcodeEffect.INVOKE_RANGE) or opcode not in CALLS:
            return None
        needs = types.get(dex.method_owner(index), "")
        if needs:
            return _Failure(needs, receiver=opcode not in STATIC_CALLS)
        needs = self._calls[number].get(index, "")
        if needs and (opcode in FIXED_CALLS or self._is_alone(number, index)):
            return _Failure(needs, runs=True)
        return None

    def _is_alone(self, number: int, index: int) -> bool:
        """True if a virtual call of a method can run no other one."""
        identity = self._app.method(number, index)
        targets = self._uses.hierarchy.targets(identity)
        return len(targets) == 1 and targets[0] == self._app.definition(identity)


def _below(dex: DexFile, classes: dict[int, str], interfaces: dict[int, str]) -> Iterator[tuple[str, str]]:
    """The classes of a file directly below these classes or interfaces, with what the tables have for those."""
    if not classes and not interfaces:
        return
    places: set[int] = set()
    if interfaces:
        every = distinct(dex.classes["interfaces"]).tolist()
        places = {place for place in every if place and not interfaces.keys().isdisjoint(dex.type_list(place))}
    is_below = np.isin(dex.classes["super"], list(classes)) | np.isin(dex.classes["interfaces"], list(places))
    for kind, above, place in dex.classes[["type", "super", "interfaces"]][is_below].tolist():
        its = (interfaces[one] for one in dex.type_list(place) if one in interfaces)
        if needs := classes.get(above) or next(its, ""):
            yield dex.descriptor(kind), needs


def _may_catch(kind: str, failure: _Failure) -> bool:
    """True if a handler for a type of exceptions may get what an instruction throws."""
    return failure.runs or not kind.endswith("Exception;") or (failure.receiver and kind in _CAN_BE_NULL)
