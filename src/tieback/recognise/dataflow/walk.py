"""Forward walk over the instructions of a method and of the methods that it calls, with a small abstract state.

Registers hold constants, builders and objects. If paths meet, the values of each path are kept, with the path as a
condition: parts of different paths are never joined. A loop is walked once, as in its first iteration. So each reported
text is created on some path, but not every possible text is reported.

A walk follows a call into a method of the app if its result or effect is needed (see ``analysis``), or if an argument
is an address. What is not followed is unknown, and the unknown value records what it depends on.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dalvik.run import Constant
from tieback.recognise.dataflow import encoded
from tieback.recognise.dataflow.app import AppCode, MemberRef, MethodCode
from tieback.recognise.dataflow.calls import CallTable
from tieback.recognise.dataflow.fields import FieldValues
from tieback.recognise.dataflow.formats import concat_recipe, format_string
from tieback.recognise.dataflow.instructions import (
    KINDS,
    LENGTHS,
    OpcodeEffect,
    array_data,
    branch_targets,
    compares,
    has_loop,
    integer,
    payload_length,
    sign_extend,
    switch_target,
)
from tieback.recognise.dataflow.library import EditCall, Effect, LibraryEffect, NewTextCall, PureCall
from tieback.recognise.dataflow.settings import AppSettings
from tieback.recognise.dataflow.sinks import Sink
from tieback.recognise.dataflow.values import (
    HOLE,
    MAX_ALTERNATIVES,
    MAX_VIA,
    UNKNOWN,
    Alternative,
    ArrayValue,
    Choice,
    Contents,
    EndpointParts,
    Frozen,
    InstanceValue,
    MapValue,
    Need,
    ObjectRef,
    PartsValue,
    TextValue,
    Value,
    alternatives,
    as_text,
    choice,
    combine,
    compatible,
    merged,
    origins,
    place,
    rows,
)

MAX_ARRAY = 1_024
"""Most elements of an array that are followed."""
MAX_BUILT = 500
"""Most texts and facts of one walk."""
MAX_FACTS = 16
MAX_KNOWN = 128
"""Most registers with known values at a time, because each branch copies them."""
MAX_OBJECTS = 256
MAX_UNITS = 100_000
"""Most code units of one method; larger ones are data tables written as code."""
MAX_DEPTH = 6
"""Most calls inside each other that are followed."""
MAX_TARGETS = 16
"""Most methods that one call can run."""
_MAX_STORES = 64
_MAX_FROZEN = 4
_MAX_WHEN = 12
_MAX_EAGER = 1_000
"""Most code units of a method that is followed only because an address is passed to it."""
_KEEP_UNITS = 500
_SEARCH = 8_192
"""Code units that can be searched in the time in which one is walked."""


class BuiltText(NamedTuple):
    """A text that was assembled, or the parts from a sink."""

    name: str
    """``concat``, ``format``, ``text`` or the name of the sink."""
    value: TextValue | EndpointParts
    sink: Sink | None = None
    method: int = -1
    """Identity of the method with the call."""
    at: int = 0
    """Code unit of the call."""
    chain: tuple[int, ...] = ()
    """Identities of the methods from the beginning of the walk to this one."""


class WalkResult(NamedTuple):
    """What a walk from one method found."""

    made: tuple[BuiltText, ...]
    returned: Value | None
    stored: Mapping[int, Sequence[Value]]
    """Values by field, stored in static fields and in objects that the walk did not see being created."""
    objects: tuple[InstanceValue, ...]
    """Objects of the app that were created."""


class _State(NamedTuple):
    registers: dict[int, Value]
    heap: dict[int, Contents]


class _Callee(NamedTuple):
    """The method of a call."""

    identity: int
    signature: tuple[str, str]
    effect: LibraryEffect | None
    """Effect of a method that is inherited from the platform."""
    native: TextValue | None
    """Constant that a native method returns."""
    decryptor: MethodRef | None
    own: bool
    returns: bool


class Walker:
    """Walks methods of an app."""

    def __init__(
        self, app: AppCode, tables: Sequence[CallTable], fields: FieldValues, settings: AppSettings, units: int
    ) -> None:
        """Prepare.

        Args:
            app: the code.
            tables: meaning of the library calls of each file.
            fields: values of fields.
            settings: texts outside the code.
            units: most code units that all walks together decode.
        """
        self._app = app
        self._tables = tables
        self._fields = fields
        self._settings = settings
        self._texts: dict[int, TextValue] = {}
        self._code: dict[int, Sequence[int]] = {}
        self._looping: dict[int, bool] = {}
        self._callees: dict[tuple[int, int], _Callee | None] = {}
        self._holes: dict[tuple[str, int], TextValue] = {}
        self.demand: set[int] = set()
        """Methods whose calls are followed; see ``follow``."""
        self._wanted: set[tuple[str, str]] = set()
        self.decryption: Decryption | None = None
        """Runs the decryption methods of the app."""
        self._searched = 0
        self.left = units
        self.unread = 0
        """Number of walks that were left out."""
        self._begin()

    def walk(self, method: MethodCode, stop: int | None = None) -> WalkResult:
        """The texts and parts that a method and its callees assemble; up to a code unit."""
        self._begin()
        receiver, kinds = self._shape(method)
        hole = TextValue(HOLE, needs=(Need("parameter", method.identity),))
        arguments: list[Value | None] = [None] * receiver
        for kind in kinds:
            arguments += [None, None] if kind in "JD" else [hole]
        returned = self._run(method, arguments, stop)
        made = tuple(one for one in self._made if id(one.value) not in self._consumed)
        objects = tuple(
            frozen.contents
            for number in list(self._heap)
            if isinstance(self._heap[number], InstanceValue)
            and isinstance(frozen := self._frozen(ObjectRef(number)), Frozen)
            and isinstance(frozen.contents, InstanceValue)
        )
        return WalkResult(made, self._frozen(returned), self._stored, objects)

    def text(self, index: int) -> TextValue:
        """The constant with this string index in the current file."""
        key = place(self._file, index)
        known = self._texts.get(key)
        if known is None:
            text = self._app.files[self._file].string(index)
            known = self._texts[key] = TextValue(text, key, (text,) if text else ())
        return known

    # State

    def _begin(self) -> None:
        self._heap: dict[int, Contents] = {}
        self._made: list[BuiltText] = []
        self._emitted: dict[int, list[TextValue | EndpointParts]] = {}
        self._consumed: dict[
            int, TextValue | EndpointParts
        ] = {}  # by identity; the texts are kept so that no identity is reused
        self._sources: dict[int, tuple[TextValue, TextValue]] = {}  # a text that passed a member, and the same before
        self._stored: dict[int, list[Value]] = {}
        self._objects = 0
        self._joins = 0
        self._labels: Sequence[tuple[object, object]] = ()
        self._stack: list[int] = []
        self._enter((), 0, -1)

    def _enter(self, units: Sequence[int], file: int, method: int) -> None:
        self._units = units
        self._file = file
        self._calls = self._tables[file]
        self._method = method
        self._at = 0
        self._registers: dict[int, Value] = {}
        self._result: Value | None = None
        self._saved: dict[int, list[_State]] = {}
        self._returns: list[_State] = []
        self._falls = True

    def _shape(self, method: MethodCode) -> tuple[int, list[str]]:
        """1 if the method has a receiver, and the kinds of its parameters."""
        kinds = [kind for kind, _ in _parameters(self._app.ref(method.identity).kind)]
        width = len(kinds) + sum(kind in "JD" for kind in kinds)
        return int(method.code.ins > width), kinds

    def _run(self, method: MethodCode, arguments: Sequence[Value | None], stop: int | None = None) -> Value | None:
        """Walk a method in the current heap. Returns its result."""
        code = method.code
        length = code.units if stop is None else min(stop, code.units)
        if length > min(MAX_UNITS, self.left):
            self.unread += 1
            return UNKNOWN
        self.left -= length
        outer = (self._units, self._file, self._method, self._registers, self._saved, self._returns, self._at)
        self._enter(self._instructions(method), method.file, method.identity)
        self._stack.append(method.identity)
        first = code.registers - code.ins
        for number, value in enumerate(arguments[: code.ins]):
            if value is not None:
                self._registers[first + number] = value
        self._steps(length)
        state = self._merged(self._returns or [_State({}, self._heap)])
        self._heap = state.heap
        self._stack.pop()
        units, file, identity, self._registers, self._saved, self._returns, at = outer
        self._units, self._file, self._method, self._at, self._falls = units, file, identity, at, True
        self._calls, self._result = self._tables[file], None
        return state.registers.get(0)

    def _instructions(self, method: MethodCode) -> Sequence[int]:
        known = self._code.get(method.identity)
        if known is None:
            data = self._app.files[method.file].data
            known = np.frombuffer(data, "<u2", method.code.units, method.code.begin).tolist()
            if len(self._code) >= _KEEP_UNITS:
                self._code.clear()
            self._code[method.identity] = known
        return known

    def _steps(self, stop: int) -> None:
        units = self._units
        at, size = 0, len(units)
        stop = min(stop, size)
        kinds, lengths, saved, steps = KINDS, LENGTHS, self._saved, self._STEPS
        # A truncated instruction would read after the end of the list.
        while at < stop and at + lengths[units[at] & 255] <= size:
            if at in saved:
                self._meet(saved.pop(at))
            unit = units[at]
            kind = kinds[unit & 255]
            if kind > OpcodeEffect.WIDE_A:
                at = steps[kind](self, at, unit)
                continue
            if kind:
                register = unit >> 8 if kind in (OpcodeEffect.WRITE_AA, OpcodeEffect.WIDE_AA) else unit >> 8 & 15
                self._registers.pop(register, None)
                if kind >= OpcodeEffect.WIDE_AA:
                    self._registers.pop(register + 1, None)
            at += lengths[unit & 255]

    def _pair(self, at: int) -> int:
        return self._units[at] | self._units[at + 1] << 16

    def _next(self, at: int) -> int:
        return at + LENGTHS[self._units[at] & 255]

    def _set(self, at: int, register: int, value: Value | None) -> int:
        if value is None:
            self._registers.pop(register, None)
        else:
            if len(self._registers) >= MAX_KNOWN:
                self._registers.clear()
            self._registers[register] = value
        return self._next(at)

    def _set_wide(self, at: int, register: int, value: int) -> int:
        self._registers.pop(register + 1, None)
        return self._set(at, register, value)

    def _move(self, at: int, to: int, source: int) -> int:
        return self._set(at, to, self._registers.get(source))

    def _take_result(self, at: int, unit: int) -> int:
        result, self._result = self._result, None
        return self._set(at, unit >> 8, result)

    def _new(self, contents: Contents) -> ObjectRef:
        self._objects += 1
        if len(self._heap) >= MAX_OBJECTS:
            self._heap.clear()
        self._heap[self._objects] = contents
        return ObjectRef(self._objects)

    def _contents(self, value: Value | None) -> Contents | None:
        return self._heap.get(value.number) if isinstance(value, ObjectRef) else None

    def _make(self, name: str, value: TextValue | EndpointParts, sink: Sink | None = None) -> None:
        if len(self._made) < MAX_BUILT:
            self._made.append(BuiltText(name, value, sink, self._method, self._at, tuple(self._stack)))

    # Values outside a walk

    def _frozen(self, value: Value | None, depth: int = 0) -> Value | None:
        """A value without references to the heap."""
        if isinstance(value, Choice):
            return choice([Alternative(one.when, self._frozen(one.value, depth)) for one in value.alternatives])
        if not isinstance(value, ObjectRef):
            return value
        contents = self._heap.get(value.number)
        if contents is None or depth > _MAX_FROZEN:
            return None
        return Frozen(_each(contents, lambda item: self._frozen(item, depth + 1)))

    def _thawed(self, value: Value | None) -> Value | None:
        if isinstance(value, Choice):
            return choice([Alternative(one.when, self._thawed(one.value)) for one in value.alternatives])
        if not isinstance(value, Frozen):
            return value
        return self._new(_each(value.contents, self._thawed))

    def _through(self, value: Value | None, member: int) -> Value | None:
        """A value that came from a field or a method."""
        if isinstance(value, TextValue) and value.parts:
            passed = value._replace(via=merged((member,), value.via, MAX_VIA))
            self._sources[id(passed)] = passed, value
            return passed
        if isinstance(value, Choice):
            return Choice(tuple(Alternative(one.when, self._through(one.value, member)) for one in value.alternatives))
        return value

    # Paths

    def _meet(self, others: list[_State]) -> None:
        states = [_State(self._registers, self._heap), *others] if self._falls else others
        state = self._merged(states)
        self._registers, self._heap, self._falls = state.registers, state.heap, True

    def _merged(self, states: Sequence[_State], labels: Sequence[tuple[object, object]] = ()) -> _State:
        """One state for several paths.

        Args:
            states: the state at the end of each path.
            labels: the condition of each path; a new one if missing.
        """
        if len(states) == 1:
            return _State(dict(states[0].registers), dict(states[0].heap))
        self._joins += 1
        self._labels = labels or [(self._joins, number) for number in range(len(states))]
        if len(states) > MAX_ALTERNATIVES:
            states = states[:MAX_ALTERNATIVES]
        registers = dict(states[0].registers)
        for register in registers.keys() | set().union(*(state.registers for state in states[1:])):
            value = registers.get(register)
            for state in states[1:]:
                if state.registers.get(register) is not value:
                    value = self._joined([one.registers.get(register) for one in states])
                    break
            if value is None:
                registers.pop(register, None)
            else:
                registers[register] = value
        heap: dict[int, Contents] = {}
        for state in states:
            heap.update(state.heap)
        for number, contents in heap.items():
            # A path without the object has not created it.
            if any(state.heap.get(number, contents) is not contents for state in states):
                heap[number] = self._joined_contents([state.heap.get(number) for state in states])
        return _State(registers, heap)

    def _joined(self, values: Sequence[Value | None]) -> Value | None:
        """One value for the values of several paths."""
        first = values[0]
        if all(value is first or value == first for value in values):
            return first
        known = [value for value in values if value is not None]
        if all(type(value) is TextValue and value.text == HOLE for value in known):
            return _unknown(known)
        kinds = {type(value) for value in known}
        if len(known) < len(values) and len(kinds) == 1:
            # An object is that of the path that has one; a number alone says nothing.
            if kinds == {ObjectRef} and all(value == known[0] for value in known):
                return known[0]
            if kinds == {int}:
                return None
        found = [
            Alternative(both, one.value)
            for label, value in zip(self._labels, values, strict=False)
            for one in alternatives(value)
            if (both := compatible(one.when, frozenset((label,)))) is not None
        ]
        if any(len(one.when) > _MAX_WHEN for one in found):
            return None
        return choice(found)

    def _joined_contents(self, every: Sequence[Contents | None]) -> Contents:
        its = [contents for contents in every if contents is not None]
        first = its[0]
        if all(one == first for one in its):
            return first
        if all(isinstance(one, TextValue | Choice) for one in its):
            joined = self._joined([one if isinstance(one, TextValue | Choice) else None for one in every])
            return joined if isinstance(joined, TextValue | Choice) else UNKNOWN
        if any(type(one) is not type(first) for one in its):
            return UNKNOWN
        if isinstance(first, ArrayValue):
            lengths = {len(one.items) for one in its if isinstance(one, ArrayValue)}
            longest = max(its, key=lambda one: len(one.items) if isinstance(one, ArrayValue) else 0)
            if len(lengths) > 1:
                return longest
            return ArrayValue(
                tuple(
                    self._joined([one.items[index] if isinstance(one, ArrayValue) else None for one in every])
                    for index in range(len(first.items))
                )
            )
        maps = [_mapping(one) for one in every]
        keys = dict.fromkeys(key for one in maps for key in one)
        values = {key: self._joined([one.get(key) for one in maps]) for key in keys}
        if isinstance(first, PartsValue):
            return PartsValue({str(key): value for key, value in values.items() if value is not None})
        if isinstance(first, InstanceValue):
            return InstanceValue(first.kind, {int(key): value for key, value in values.items()})
        return MapValue(values)

    def charge(self) -> None:
        """Count searches of the app as work: at most some seconds in all."""
        self.left -= (self._app.searched - self._searched) // _SEARCH
        self._searched = self._app.searched

    def _save(self, target: int) -> None:
        """Keep the state for a path that continues at a unit; copies count as work."""
        if self.left <= 0:
            return
        self.left -= (len(self._registers) + len(self._heap)) >> 3
        self._saved.setdefault(target, []).append(_State(dict(self._registers), dict(self._heap)))

    def _jump(self, at: int, target: int, *, falls: bool) -> int:
        if target > at and self._falls:
            self._save(target)
        if not falls:
            self._forget()
        return self._next(at)

    def _if(self, at: int, unit: int) -> int:
        target = at + sign_extend(self._units[at + 1], 16)
        opcode = unit & 255
        if opcode < 0x38:
            one, other = self._registers.get(unit >> 8 & 15), self._registers.get(unit >> 12)
        else:
            one, other = self._registers.get(unit >> 8), 0
        if isinstance(one, int) and isinstance(other, int) and target > at and not self._loops():
            return self._jump(at, target, falls=False) if compares(opcode, one, other) else self._next(at)
        return self._jump(at, target, falls=True)

    def _loops(self) -> bool:
        known = self._looping.get(self._method)
        if known is None:
            known = self._looping[self._method] = has_loop(self._units)
        return known

    def _switch(self, at: int, unit: int) -> int:
        value = self._registers.get(unit >> 8)
        if isinstance(value, int) and not self._loops():
            target = switch_target(self._units, at, value)
            return self._next(at) if target is None else self._jump(at, target, falls=False)
        if self._falls:
            for target in dict.fromkeys(branch_targets(self._units, at)):
                if target > at:
                    self._save(target)
        return self._next(at)

    def _end(self, at: int, unit: int) -> int:
        opcode = unit & 255
        if opcode != 0x27 and self._falls:
            value = self._registers.get(unit >> 8) if opcode != 0x0E else None
            self._returns.append(_State({} if value is None else {0: value}, dict(self._heap)))
        self._forget()
        return self._next(at)

    def _forget(self) -> None:
        """After a jump nothing is known until a path from before arrives; exception handlers begin with no known
        values.
        """
        self._registers, self._heap, self._result, self._falls = {}, {}, None, False

    def _nop(self, at: int, _: int) -> int:
        return at + payload_length(self._units, at)

    # Numbers

    def _binary(self, at: int, unit: int) -> int:
        sources = self._units[at + 1]
        return self._integer(at, unit >> 8, (unit & 255) - 0x90, sources & 255, sources >> 8)

    def _integer(self, at: int, to: int, operation: int, one: int, other: int) -> int:
        left, right = self._registers.get(one), self._registers.get(other)
        known = isinstance(left, int) and isinstance(right, int)
        return self._set(at, to, integer(operation, left, right) if known else None)  # type: ignore[arg-type]

    def _literal(self, at: int, to: int, source: int, operation: int, literal: int) -> int:
        value = self._registers.get(source)
        if not isinstance(value, int):
            return self._set(at, to, None)
        # The second operation subtracts the register from the literal.
        one, other = (literal, value) if operation == 1 else (value, literal)
        return self._set(at, to, integer(operation, one, other))

    def _literal_16(self, at: int, unit: int) -> int:
        return self._literal(at, unit >> 8 & 15, unit >> 12, (unit & 255) - 0xD0, sign_extend(self._units[at + 1], 16))

    def _literal_8(self, at: int, unit: int) -> int:
        operands = self._units[at + 1]
        return self._literal(at, unit >> 8, operands & 255, (unit & 255) - 0xD8, sign_extend(operands >> 8, 8))

    def _narrow(self, at: int, unit: int) -> int:
        value = self._registers.get(unit >> 12)
        if not isinstance(value, int):
            return self._set(at, unit >> 8 & 15, None)
        kind = unit & 255
        narrow = value & 0xFFFF if kind == 0x8E else sign_extend(value & 0xFF, 8) if kind == 0x8D else value
        return self._set(at, unit >> 8 & 15, narrow)

    # Objects

    def _new_instance(self, at: int, unit: int) -> int:
        kind = self._units[at + 1]
        if kind in self._calls.builders:
            return self._set(at, unit >> 8, self._new(TextValue("")))
        if kind in self._calls.carriers:
            return self._set(at, unit >> 8, self._new(PartsValue({})))
        descriptor = self._app.files[self._file].descriptor(kind)
        if self._app.is_own(descriptor):
            return self._set(at, unit >> 8, self._new(InstanceValue(descriptor, {})))
        return self._set(at, unit >> 8, self._new(ArrayValue(())) if kind in self._calls.containers else None)

    def _new_array(self, at: int, unit: int) -> int:
        size = self._registers.get(unit >> 12)
        known = isinstance(size, int) and 0 <= size <= MAX_ARRAY
        array = self._new(ArrayValue((None,) * size)) if known and isinstance(size, int) else None
        return self._set(at, unit >> 8 & 15, array)

    def _filled(self, at: int, registers: Sequence[int]) -> int:
        self._result = self._new(ArrayValue(tuple(map(self._registers.get, registers))))
        return self._next(at)

    def _fill_array(self, at: int, unit: int) -> int:
        array = self._registers.get(unit >> 8)
        if isinstance(array, ObjectRef):
            data = array_data(self._units, at, MAX_ARRAY)
            self._heap[array.number] = ArrayValue(tuple(data)) if data is not None else UNKNOWN
        return self._next(at)

    def _aput(self, at: int, unit: int) -> int:
        places = self._units[at + 1]
        array, index = self._registers.get(places & 255), self._registers.get(places >> 8)
        contents = self._contents(array)
        if isinstance(array, ObjectRef) and isinstance(contents, ArrayValue):
            if isinstance(index, int) and 0 <= index < len(contents.items):
                items = list(contents.items)
                items[index] = self._registers.get(unit >> 8)
                self._heap[array.number] = ArrayValue(tuple(items))
            else:
                self._heap.pop(array.number)
        return self._next(at)

    def _aget(self, at: int, unit: int) -> int:
        places = self._units[at + 1]
        index = None if self._loops() else self._registers.get(places >> 8)
        return self._set(at, unit >> 8, self._item(self._registers.get(places & 255), index, places >> 8))

    def _item(self, array: Value | None, index: Value | None, origin: object) -> Value | None:
        """One item of an array or list; any of them if the index is unknown."""
        contents = self._contents(array)
        if isinstance(contents, MapValue):
            contents, index = ArrayValue(tuple(contents.items.values())), None
        if not isinstance(contents, ArrayValue):
            return _unknown([array])
        if isinstance(index, int):
            return contents.items[index] if 0 <= index < len(contents.items) else None
        if not contents.items or len(contents.items) > MAX_ALTERNATIVES:
            return None
        # Items of two arrays at the same unknown index belong together.
        label = self._method, len(self._stack), origin
        return choice(
            [
                Alternative(one.when | {(label, number)}, one.value)
                for number, item in enumerate(contents.items)
                for one in alternatives(item)
            ]
        )

    def _sget(self, at: int, unit: int) -> int:
        return self._set(at, unit >> 8, self._field(self._app.field(self._file, self._units[at + 1])))

    def _field(self, field: int) -> Value | None:
        """The value of a field of an object that the walk does not know."""
        if field < 0:
            return None
        value = self._fields.value(field)
        if value is None:
            kind = self._app.ref(field).kind
            return self._hole("field", field) if kind[:1] in ("L", "[", "I") else None
        return self._through(self._thawed(value), field)

    def _hole(self, kind: str, member: int) -> TextValue:
        """An unknown value that depends on a member."""
        known = self._holes.get((kind, member))
        if known is None:
            known = self._holes[kind, member] = TextValue(HOLE, needs=(Need(kind, member),))
        return known

    def _sput(self, at: int, unit: int) -> int:
        self._store(self._app.field(self._file, self._units[at + 1]), self._registers.get(unit >> 8))
        return self._next(at)

    def _store(self, field: int, value: Value | None) -> None:
        frozen = self._frozen(value)
        if frozen is not None and field >= 0 and len(self._stored) < _MAX_STORES:
            held = self._stored.setdefault(field, [])
            if len(held) < MAX_ALTERNATIVES:
                held.append(frozen)

    def _iget(self, at: int, unit: int) -> int:
        field = self._app.field(self._file, self._units[at + 1])

        def read(value: Value | None) -> Value | None:
            contents = self._contents(value)
            if isinstance(contents, InstanceValue) and field in contents.fields:
                return contents.fields[field]
            return self._field(field)

        return self._set(at, unit >> 8 & 15, combine([self._registers.get(unit >> 12)], read))

    def _iput(self, at: int, unit: int) -> int:
        field = self._app.field(self._file, self._units[at + 1])
        target, value = self._registers.get(unit >> 12), self._registers.get(unit >> 8 & 15)
        contents = self._contents(target)
        if isinstance(target, ObjectRef) and isinstance(contents, InstanceValue):
            self._heap[target.number] = InstanceValue(contents.kind, {**contents.fields, field: value})
        else:
            self._store(field, value)
        return self._next(at)

    # Calls

    def _listed(self, at: int, unit: int) -> list[int]:
        count, places = unit >> 12, self._units[at + 2]
        return [places & 15, places >> 4 & 15, places >> 8 & 15, places >> 12, unit >> 8 & 15][:count]

    def _range(self, at: int, unit: int) -> range:
        first = self._units[at + 2]
        return range(first, first + (unit >> 8))

    def _invoke(self, at: int, registers: Sequence[int]) -> int:
        index = self._units[at + 1]
        self._result = None
        self._at = at
        effect = self._calls.effects.get(index)
        if effect is not None:
            self._effect(effect, [self._registers.get(register) for register in registers], registers)
            return at + 3
        sink = self._calls.sinks.get(index)
        if sink is not None:
            self._sink(sink, index, registers)
        else:
            self._call(at, index, registers)
        return at + 3

    def _call(self, at: int, index: int, registers: Sequence[int]) -> None:
        """A call of a method that is neither in the library nor a sink."""
        values = [self._registers.get(register) for register in registers]
        receiver = self._contents(values[0]) if values else None
        found = self._callee(index, known=isinstance(receiver, InstanceValue))
        if found is None:
            self._escape(values, None)
            return
        if found.effect is not None:
            self._effect(found.effect, values, registers)
            return
        if found.native is not None:
            self._escape(values, None)
            self._result = found.native
            return
        decrypted = self._decrypted(found.decryptor, found.identity, values) if found.decryptor is not None else None
        if decrypted is not None:
            self._result = decrypted
            return
        if found.own or isinstance(receiver, InstanceValue):
            wanted = found.signature in self._wanted
            if wanted or any(is_address(self._plain(value)) for value in values if value is not None):
                targets = self._targets(found.identity, self._units[at] & 255, values)
                self.charge()
                if self._follows(found.identity, targets, values):
                    self._result = self._invoked(targets, values)
                    return
        need = Need("result", found.identity) if found.own or isinstance(receiver, InstanceValue) else None
        self._escape(values, need)
        if found.returns:
            self._result = self._hole(*need) if need is not None else None

    def _callee(self, index: int, *, known: bool) -> "_Callee | None":
        """The method of a call; ``None`` if it is not of the app, and the class of the receiver is not known to be."""
        key = self._file, index
        if key not in self._callees or (known and self._callees[key] is None):
            self._callees[key] = self._read_callee(index, known=known)
        return self._callees[key]

    def _read_callee(self, index: int, *, known: bool) -> "_Callee | None":
        app, dex = self._app, self._app.files[self._file]
        member = dex.method(index)
        if member is None:
            return None
        own = app.is_own_type(self._file, member.owner)
        effect = self._calls.inherited(index, member.name)
        if not (own or known or effect):
            return None
        identity = app.method(self._file, index)
        returns = app.ref(identity).kind[-1:] not in ("V", "Z")
        ref = app.ref(identity)
        if effect is not None and app.definition(identity) is not None:
            effect = None
        native = self._native(identity) if own and self._settings.returned else None
        decryptor = self._decryptor(identity) if own and self.decryption is not None else None
        return _Callee(identity, (ref.name, ref.kind), effect, native, decryptor, own=own, returns=returns)

    def _decryptor(self, identity: int) -> MethodRef | None:
        """The decryption method that a call runs; declared in the class of the call, or in one above it."""
        if self.decryption is None:
            return None
        ref = self._app.ref(identity)
        method = _method(ref)
        if self.decryption.decrypts(method):
            return method
        if not self._app.is_own(self._app.superclass(ref.owner)):
            return None
        found = self._app.definition(identity)
        method = _method(self._app.ref(found.identity)) if found is not None else method
        return method if self.decryption.decrypts(method) else None

    def follow(self, identity: int) -> None:
        """Follow calls of a method from now on."""
        ref = self._app.ref(identity)
        self.demand.add(identity)
        self._wanted.add((ref.name, ref.kind))

    def _follows(self, identity: int, targets: Sequence[MethodCode], values: Sequence[Value | None]) -> bool:
        if identity in self.demand or any(one.identity in self.demand for one in targets):
            return bool(targets)
        if len(targets) != 1 or targets[0].code.units > _MAX_EAGER:
            return False
        return any(is_address(self._plain(value)) for value in values)

    def _native(self, identity: int) -> TextValue | None:
        """The constant that a native method returns."""
        ref = self._app.ref(identity)
        text = self._settings.returned.get(native_name(ref)) if ref.kind.endswith(")Ljava/lang/String;") else None
        return TextValue(text, parts=(text,), via=(identity,)) if text else None

    def _decrypted(self, method: MethodRef, identity: int, values: Sequence[Value | None]) -> Value | None:
        """What a static decryption method returns for constants."""
        if self.decryption is None:
            return None
        ref = self._app.ref(identity)
        arguments: list[Constant] = []
        at = 0
        for first, _ in _parameters(ref.kind):
            value = self._constant(values[at]) if at < len(values) else None
            if value is None:
                return None
            arguments.append(value)
            at += 1 + (first in "JD")
        caller = self._app.ref(self._method) if self._method >= 0 else ref
        made = self.decryption.value(method, arguments, (caller.owner, caller.name))
        if isinstance(made, str):
            return TextValue(made, parts=(made,), via=(identity,))
        if isinstance(made, bytes):
            return self._new(ArrayValue(tuple(octet - 256 if octet > 127 else octet for octet in made)))
        return None

    def _constant(self, value: Value | None) -> Constant | None:
        """A value as an argument of a decryption method; ``None`` if it is not known in full."""
        value = self._plain(value)
        if isinstance(value, TextValue):
            return None if HOLE in value.text else value.text
        if isinstance(value, int):
            return value
        contents = self._contents(value)
        if isinstance(contents, ArrayValue):
            items = [item for item in contents.items if isinstance(item, int)]
            return items if len(items) == len(contents.items) else None
        return None

    def _targets(self, identity: int, opcode: int, values: Sequence[Value | None]) -> list[MethodCode]:
        """The methods of the app that a call can run."""
        app = self._app
        if opcode in (0x6F, 0x70, 0x71, 0x75, 0x76, 0x77):  # super, direct, static: not by the class of the receiver
            found = app.definition(identity)
            return [found] if found is not None and app.is_own(app.ref(found.identity).owner) else []
        kinds = {
            contents.kind: None
            for one in alternatives(values[0] if values else None)
            if isinstance(contents := self._contents(one.value), InstanceValue)
        }
        return app.targets(identity, tuple(kinds))[:MAX_TARGETS]

    def _invoked(self, targets: Sequence[MethodCode], values: Sequence[Value | None]) -> Value | None:
        """Values of an invoked app method: the result of each method that the call can run."""
        targets = [one for one in targets if one.identity not in self._stack]
        if not targets or len(self._stack) >= MAX_DEPTH:
            self._escape(values, None)
            return UNKNOWN
        before, states, labels = dict(self._heap), [], []
        for target in targets:
            # Several methods of one unknown receiver are those of one class.
            labels.append(("receiver", self._app.ref(target.identity).owner))
            self._heap = dict(before)
            result = self._through(self._run(target, values), target.identity)
            states.append(_State({} if result is None else {0: result}, self._heap))
        state = self._merged(states, labels)
        self._heap = state.heap
        return state.registers.get(0)

    def _escape(self, values: Sequence[Value | None], need: Need | None) -> None:
        """Forget the contents of builders that are passed to another method, because it can change them."""
        for value in values:
            if isinstance(value, ObjectRef) and isinstance(
                self._heap.get(value.number), TextValue | Choice | ArrayValue
            ):
                self._heap[value.number] = TextValue(HOLE, needs=(need,)) if need is not None else UNKNOWN

    def _invoke_other(self, at: int, _: int) -> int:
        self._result = None
        return self._next(at)

    def _invoke_custom(self, at: int, registers: Sequence[int]) -> int:
        self._result = None
        self._at = at
        site = self._calls.call_sites.get(self._units[at + 1])
        if site is not None:
            recipe, constants = site
            template = TextValue("\x01" * len(registers))
            if recipe >= 0:
                text = self._app.files[self._file].string(recipe)
                template = TextValue(
                    text,
                    place(self._file, recipe),
                    tuple(part for part in text.replace("\x02", "\x01").split("\x01") if part),
                )
            texts = [self.text(value.string) if isinstance(value, encoded.StringId) else UNKNOWN for value in constants]
            values = [self._plain(self._registers.get(register)) for register in registers]
            self._result = self._composed(
                "concat", combine(values, lambda *known: concat_recipe(template, known, texts)), values
            )
        return self._next(at)

    # Library

    def _effect(self, effect: LibraryEffect, values: Sequence[Value | None], registers: Sequence[int]) -> None:
        receiver = values[0] if values else None
        if isinstance(effect, PureCall):
            self._result = self._evaluated(effect, values)
        elif isinstance(effect, EditCall):
            self._edit(effect, values)
        elif isinstance(effect, NewTextCall):
            self._new_text(effect, values, registers)
        elif effect is Effect.SAME:
            self._result = receiver
        elif effect is Effect.LAST:
            self._result = values[-1] if values else None
        elif effect is Effect.CONCAT:
            plain = [self._plain(value) for value in values[:2]]
            text = combine(plain, lambda *known: _sum(known)) if len(plain) == 2 else UNKNOWN
            self._result = self._composed("concat", text, plain)
        elif effect in (Effect.FORMAT, Effect.FORMAT_LOCALE):
            self._format(values[effect is Effect.FORMAT_LOCALE :])
        elif effect in self._CONTAINERS:
            self._CONTAINERS[effect](self, values, registers)
        elif isinstance(receiver, ObjectRef):
            self._build(effect, receiver, values[1] if len(values) > 1 else None)

    def _new_text(self, effect: NewTextCall, values: Sequence[Value | None], registers: Sequence[int]) -> None:
        """A constructor of a string: the register of the receiver gets the text."""
        text = self._evaluated(PureCall(effect.evaluate, of=effect.of), values[1:])
        if text is not None:
            self._registers[registers[0]] = text

    def _evaluated(self, call: PureCall, values: Sequence[Value | None]) -> Value | None:
        chosen = values if call.of is None else [values[place] for place in call.of if place < len(values)]
        plain = [self._plain(value) for value in chosen]
        result = combine(plain, lambda *known: self._applied(call, known))
        return self._composed("text", result, plain)

    def _applied(self, call: PureCall | EditCall, values: Sequence[Value | None]) -> Value | None:
        texts, arguments = [], []
        holes = not isinstance(call, PureCall) or call.holes
        for value in values:
            known, used = self._argument(value)
            texts += used
            if not holes and (known is None or any(HOLE in one.text for one in used)):
                return _unknown(values)
            arguments.append(HOLE if known is None else known)
        try:
            result = call.evaluate(*arguments)
        except (TypeError, ValueError, AttributeError, IndexError, OverflowError):
            return _unknown(values)  # a damaged file calls a method with arguments of other types
        if isinstance(result, str):
            return TextValue(result, *origins(texts))
        if isinstance(result, int):
            return result
        return _unknown(values) if result is None else self._new(ArrayValue(tuple(map(_as_value, result))))

    def _argument(self, value: Value | None) -> tuple[object, list[TextValue]]:
        """The value for an evaluation, and the texts in it."""
        if isinstance(value, TextValue):
            return value.text, [value]
        if isinstance(value, int):
            return value, []
        contents = self._contents(value)
        if isinstance(contents, ArrayValue):
            pairs = [self._argument(self._plain(item)) for item in contents.items]
            return [known for known, _ in pairs], [text for _, texts in pairs for text in texts]
        return None, []

    def _edit(self, call: EditCall, values: Sequence[Value | None]) -> None:
        receiver = values[0]
        if not isinstance(receiver, ObjectRef):
            return
        plain = [self._plain(value) for value in values]
        for value in plain[1:]:
            self._consume(value)
        result = combine(plain, lambda *known: self._applied(call, known))
        self._heap[receiver.number] = result if isinstance(result, TextValue | Choice) else UNKNOWN
        self._result = receiver

    def _format(self, values: Sequence[Value | None]) -> None:
        contents = self._contents(values[1]) if len(values) > 1 else None
        items = [self._plain(item) for item in contents.items] if isinstance(contents, ArrayValue) else None

        def formatted(template: Value | None, *known: Value | None) -> Value | None:
            return (
                format_string(template, known if items is not None else None)
                if isinstance(template, TextValue)
                else None
            )

        template = self._plain(values[0]) if values else None
        text = combine([template, *(items or ())], formatted)
        self._result = self._composed("format", text, (template, *(items or ())))

    def _build(self, effect: Effect, receiver: ObjectRef, value: Value | None) -> None:
        held = self._heap.get(receiver.number)
        plain = self._plain(value)
        if effect is Effect.EMPTY:
            self._heap[receiver.number] = TextValue("")
        elif effect is Effect.FILL:
            self._consume(plain)
            self._heap[receiver.number] = _contents_text(combine([plain], as_text))
        elif not isinstance(held, TextValue | Choice):
            self._result = _unknown([receiver])
        elif effect is Effect.TO_STRING:
            self._result = self._composed("concat", held, ())
        elif effect is not Effect.NONE:
            self._consume(plain)
            added = combine([held, plain], lambda text, new: as_text(text).plus(_appended(effect, new)))
            self._heap[receiver.number] = _contents_text(added)
            self._result = receiver

    def _plain(self, value: Value | None) -> Value | None:
        """A value, or the text of the object that it refers to."""
        if isinstance(value, Choice):
            if not any(isinstance(one.value, ObjectRef) for one in value.alternatives):
                return value
            return choice(
                [
                    Alternative(one.when | inner.when, inner.value)
                    for one in value.alternatives
                    for inner in alternatives(self._plain(one.value))
                ]
            )
        contents = self._contents(value)
        if isinstance(contents, TextValue | Choice):
            return contents
        if isinstance(contents, PartsValue):
            url = contents.values.get("url")
            return url if isinstance(url, TextValue | Choice) and len(contents.values) == 1 else None
        return value

    def _composed(self, name: str, text: Value | None, used: Sequence[Value | None]) -> Value | None:
        for value in used:
            self._consume(value)
        for one in alternatives(text):
            if isinstance(one.value, TextValue) and _is_new(one.value):
                self._make(name, one.value)
        return text

    def _consume(self, value: Value | None) -> None:
        for one in alternatives(value):
            text = one.value
            while isinstance(text, TextValue) and id(text) not in self._consumed:
                self._consumed[id(text)] = text
                text = self._sources.get(id(text), (text, None))[1]

    # Containers and settings

    def _new_container(self, values: Sequence[Value | None], _: Sequence[int], contents: Contents) -> None:
        receiver = values[0] if values else None
        if isinstance(receiver, ObjectRef):
            source = self._contents(values[1]) if len(values) > 1 else None
            self._heap[receiver.number] = source if isinstance(source, ArrayValue) else contents

    def _list_of(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        contents = self._contents(values[-1]) if values else None
        self._result = self._new(contents) if isinstance(contents, ArrayValue) else _unknown(values)

    def _list_of_arguments(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        self._result = self._new(ArrayValue(tuple(values)))

    def _add(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        receiver, contents = values[0], self._contents(values[0])
        if isinstance(receiver, ObjectRef) and isinstance(contents, ArrayValue) and len(contents.items) < MAX_ARRAY:
            self._heap[receiver.number] = ArrayValue((*contents.items, values[1]))

    def _get(self, values: Sequence[Value | None], registers: Sequence[int]) -> None:
        index = None if self._loops() else values[1] if len(values) > 1 else 0
        self._result = self._item(values[0], index, registers[1] if len(registers) > 1 else "first")

    def _any(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        self._result = self._item(values[0], None, ("next", self._at))

    def _put(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        receiver, contents, key = values[0], self._contents(values[0]), _key(values[1])
        if not isinstance(receiver, ObjectRef) or not isinstance(contents, MapValue) or key is None:
            return
        if len(contents.items) < MAX_ARRAY:
            self._heap[receiver.number] = MapValue({**contents.items, key: values[2]})

    def _lookup(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        contents = self._contents(values[0])
        if not isinstance(contents, MapValue):
            self._result = _unknown(values[:1])
            return
        key = _key(values[1]) if len(values) > 1 else None
        if key is not None:
            self._result = contents.items.get(key, values[2] if len(values) > 2 else None)
        else:
            every = self._new(ArrayValue(tuple(contents.items.values())))
            self._result = self._item(every, None, ("key", self._at))

    def _map_of(self, values: Sequence[Value | None], *, pairs: bool) -> None:
        if pairs:
            contents = self._contents(values[0]) if values else None
            items = contents.items if isinstance(contents, ArrayValue) else ()
            if len(items) == 2 and not any(isinstance(self._contents(item), ArrayValue) for item in items):
                items = (values[0],)  # a pair by itself
            found = [pair.items for item in items if isinstance(pair := self._contents(item), ArrayValue)]
        else:
            found = list(zip(values[::2], values[1::2], strict=False))
        known = {key: pair[1] for pair in found if len(pair) == 2 and (key := _key(pair[0])) is not None}
        self._result = self._new(MapValue(known))

    def _resource(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        self._result = combine([_first_constant(values)], self._resource_text)

    def _resource_text(self, identifier: Value | None) -> Value | None:
        text = ""
        if isinstance(identifier, int):
            text = self._settings.resource(identifier & 0xFFFFFFFF)
        elif isinstance(identifier, TextValue) and identifier.text.startswith("@string/"):
            text = self._settings.named(identifier.text.removeprefix("@string/"))
        return TextValue(text, parts=(text,)) if text else _unknown([identifier])

    def _resource_format(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        self._format([combine([values[1]], self._resource_text), values[2]] if len(values) > 2 else [])

    def _identifier(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        name = values[1] if len(values) > 1 else None
        self._result = combine(
            [self._plain(name)],
            lambda known: known._replace(text=f"@string/{known.text}") if isinstance(known, TextValue) else None,
        )

    def _setting(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        default = values[2] if len(values) > 2 else None
        key = values[1] if len(values) > 1 else None

        def read(known: Value | None) -> Value | None:
            text = self._settings.setting(known.text) if isinstance(known, TextValue) else ""
            return TextValue(text, parts=(text,)) if text else None

        found = combine([key], read)
        self._result = found if found is not None else default if default is not None else _unknown(values[:1])

    def _defaults(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        contents = self._contents(values[1]) if len(values) > 1 else None
        if isinstance(contents, MapValue):
            for key, value in contents.items.items():
                if isinstance(value, TextValue) and HOLE not in value.text:
                    self._settings.add_default(str(key), value.text)

    def _task(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        """Run an asynchronous task: the bridge method of its class takes an array of objects."""
        contents = self._contents(values[0])
        if isinstance(contents, InstanceValue):
            kinds = "([Ljava/lang/Object;)Ljava/lang/Object;"
            target = self._app.declared_by(contents.kind, "doInBackground", kinds)
            if target is not None and self._app.is_own(self._app.ref(target.identity).owner):
                self._invoked([target], [values[0], values[-1]])
        self._result = values[0]

    def _lambda(self, values: Sequence[Value | None], _: Sequence[int]) -> None:
        """Call the function object."""
        contents = self._contents(values[0])
        if not isinstance(contents, InstanceValue):
            self._result = _unknown(values[:1])
            return
        for name in ("invoke", "get"):
            target = self._app.declared_by(contents.kind, name, "()Ljava/lang/Object;")
            if target is not None:
                self._result = self._invoked([target], values[:1])
                return

    # Sinks

    def _sink(self, sink: Sink, method: int, registers: Sequence[int]) -> None:
        wide = self._calls.wide(method)
        taken = sum(wide) + len(wide)
        roles = sink.roles
        has_receiver = len(registers) > taken
        if roles[:1] == ("self",):  # an extension function: its first argument is the receiver
            has_receiver, roles, wide = True, roles[1:], wide[1:]
        receiver = self._registers.get(registers[0]) if has_receiver else None
        carried = self._contents(receiver)
        values: dict[str, Value] = dict(carried.values) if isinstance(carried, PartsValue) else {}
        if isinstance(receiver, TextValue) and receiver.needs:
            values[""] = _unknown([receiver, values.get("")])
        at = int(has_receiver)
        for role, double in zip(roles, wide, strict=False):
            if at >= len(registers):
                break
            if role:
                self._bind(role, self._registers.get(registers[at]), values)
            at += 1 + double
        parts = PartsValue(values if len(values) <= MAX_FACTS else {})
        if has_receiver and sink.gives in ("this", "both"):
            if isinstance(receiver, ObjectRef):
                self._heap[receiver.number] = parts
            else:
                self._registers[registers[0]] = receiver = self._new(parts)
            self._result = receiver if sink.gives == "both" else None
        elif sink.gives in ("result", "both"):
            self._result = self._new(parts)
        if values:
            self._emit(sink, values, receiver.number if isinstance(receiver, ObjectRef) else 0)

    def _emit(self, sink: Sink, values: Mapping[str, Value], number: int) -> None:
        """Report the parts; they replace those that an earlier call on the same object completed."""
        self._consumed.update((id(one), one) for one in self._emitted.pop(number, ()))
        before = len(self._made)
        for _, row in rows(list(values.values())) or ():
            found = dict(zip(values, row, strict=True))
            texts = [value for value in row if isinstance(value, TextValue)]
            first, parts, needs, via = origins(texts) if texts else (-1, (), (), ())
            known: dict[str, str | int] = {
                role: value.text if isinstance(value, TextValue) else value
                for role, value in found.items()
                if role and isinstance(value, TextValue | int)
            }
            if "port" in known and not isinstance(known["port"], int):
                del known["port"]
            if known or needs:
                self._make(sink.name, EndpointParts(known, first, needs, via, parts), sink)
        if number and sink.emits:
            self._emitted[number] = [one.value for one in self._made[before:]]

    def _bind(self, role: str, value: Value | None, values: dict[str, Value]) -> None:
        """Add an argument to the parts."""
        contents = self._contents(value)
        if role == "base":
            values.pop("url", None)
            if isinstance(contents, PartsValue):
                values.update(contents.values)
            elif isinstance(value, TextValue) and value.needs:
                values[""] = _unknown([value, values.get("")])
            return
        plain = self._plain(value)
        if isinstance(contents, ArrayValue):
            plain = combine([*map(self._plain, contents.items)], lambda *known: _path(known))
        if role == "segment":
            values["path"] = combine([values.get("path"), plain], _extended) or UNKNOWN
        elif isinstance(plain, TextValue | Choice) or (isinstance(plain, int) and role == "port"):
            values[role] = plain
        else:
            values.pop(role, None)

    _STEPS: ClassVar[dict[int, Callable[["Walker", int, int], int]]] = {
        OpcodeEffect.NOP: _nop,
        OpcodeEffect.MOVE: lambda self, at, unit: self._move(at, unit >> 8 & 15, unit >> 12),
        OpcodeEffect.MOVE_FROM16: lambda self, at, unit: self._move(at, unit >> 8, self._units[at + 1]),
        OpcodeEffect.MOVE_16: lambda self, at, _: self._move(at, self._units[at + 1], self._units[at + 2]),
        OpcodeEffect.RESULT: _take_result,
        OpcodeEffect.CONST_4: lambda self, at, unit: self._set(at, unit >> 8 & 15, sign_extend(unit >> 12, 4)),
        OpcodeEffect.CONST_16: lambda self, at, unit: self._set(at, unit >> 8, sign_extend(self._units[at + 1], 16)),
        OpcodeEffect.CONST_32: lambda self, at, unit: self._set(
            at,
            unit >> 8,
            self._units[at + 1] << 16 if unit & 255 == 0x15 else sign_extend(self._pair(at + 1), 32),
        ),
        OpcodeEffect.CONST_WIDE_16: lambda self, at, unit: self._set_wide(
            at, unit >> 8, sign_extend(self._units[at + 1], 16)
        ),
        OpcodeEffect.CONST_WIDE_32: lambda self, at, unit: self._set_wide(
            at, unit >> 8, sign_extend(self._pair(at + 1), 32)
        ),
        OpcodeEffect.CONST_STRING: lambda self, at, unit: self._set(at, unit >> 8, self.text(self._units[at + 1])),
        OpcodeEffect.CONST_JUMBO: lambda self, at, unit: self._set(at, unit >> 8, self.text(self._pair(at + 1))),
        OpcodeEffect.NEW_INSTANCE: _new_instance,
        OpcodeEffect.NEW_ARRAY: _new_array,
        OpcodeEffect.FILLED_ARRAY: lambda self, at, unit: self._filled(at, self._listed(at, unit)),
        OpcodeEffect.FILLED_ARRAY_RANGE: lambda self, at, unit: self._filled(at, self._range(at, unit)),
        OpcodeEffect.FILL_ARRAY: _fill_array,
        OpcodeEffect.APUT: _aput,
        OpcodeEffect.AGET: _aget,
        OpcodeEffect.SGET: _sget,
        OpcodeEffect.SPUT: _sput,
        OpcodeEffect.IGET: _iget,
        OpcodeEffect.IPUT: _iput,
        OpcodeEffect.BINARY: _binary,
        OpcodeEffect.BINARY_2ADDR: lambda self, at, unit: self._integer(
            at, unit >> 8 & 15, (unit & 255) - 0xB0, unit >> 8 & 15, unit >> 12
        ),
        OpcodeEffect.LITERAL_16: _literal_16,
        OpcodeEffect.LITERAL_8: _literal_8,
        OpcodeEffect.NARROW: _narrow,
        OpcodeEffect.INVOKE: lambda self, at, unit: self._invoke(at, self._listed(at, unit)),
        OpcodeEffect.INVOKE_RANGE: lambda self, at, unit: self._invoke(at, self._range(at, unit)),
        OpcodeEffect.INVOKE_CUSTOM: lambda self, at, unit: self._invoke_custom(at, self._listed(at, unit)),
        OpcodeEffect.INVOKE_CUSTOM_RANGE: lambda self, at, unit: self._invoke_custom(at, self._range(at, unit)),
        OpcodeEffect.INVOKE_OTHER: _invoke_other,
        OpcodeEffect.GOTO: lambda self, at, unit: self._jump(at, at + sign_extend(unit >> 8, 8), falls=False),
        OpcodeEffect.GOTO_16: lambda self, at, _: self._jump(
            at, at + sign_extend(self._units[at + 1], 16), falls=False
        ),
        OpcodeEffect.GOTO_32: lambda self, at, _: self._jump(at, at + sign_extend(self._pair(at + 1), 32), falls=False),
        OpcodeEffect.IF: _if,
        OpcodeEffect.SWITCH: _switch,
        OpcodeEffect.END: _end,
    }
    """Handler per kind of instruction; returns the next unit. Bound methods would keep the file in memory."""

    _CONTAINERS: ClassVar[dict[Effect, Callable[["Walker", Sequence[Value | None], Sequence[int]], None]]] = {
        Effect.NEW_LIST: lambda self, values, registers: self._new_container(values, registers, ArrayValue(())),
        Effect.NEW_MAP: lambda self, values, registers: self._new_container(values[:1], registers, MapValue({})),
        Effect.LIST_OF: _list_of,
        Effect.LIST_OF_ARGUMENTS: _list_of_arguments,
        Effect.PAIR: _list_of_arguments,
        Effect.ADD: _add,
        Effect.ITEM: _get,
        Effect.ANY_ITEM: _any,
        Effect.PUT: _put,
        Effect.LOOKUP: _lookup,
        Effect.MAP_OF_PAIRS: lambda self, values, _: self._map_of(values, pairs=True),
        Effect.MAP_OF_ARGUMENTS: lambda self, values, _: self._map_of(values, pairs=False),
        Effect.RESOURCE: _resource,
        Effect.RESOURCE_FORMAT: _resource_format,
        Effect.IDENTIFIER: _identifier,
        Effect.SETTING: _setting,
        Effect.DEFAULTS: _defaults,
        Effect.LAMBDA: _lambda,
        Effect.TASK: _task,
    }


def _is_new(value: TextValue) -> bool:
    """True if a text is no constant of the code, and known in part."""
    constant = not value.text or value.parts == (value.text,)
    return not constant and (len(value.parts) > 1 or HOLE not in value.text)


def is_address(value: Value | None) -> bool:
    """True if a text can begin an endpoint."""
    return any(isinstance(one.value, TextValue) and "://" in one.value.text for one in alternatives(value))


def _unknown(values: Sequence[Value | None]) -> TextValue:
    """An unknown text that depends on what these values depend on."""
    needs: tuple[Need, ...] = ()
    for value in values:
        for one in alternatives(value):
            if isinstance(one.value, TextValue):
                needs = merged(needs, one.value.needs, 8)
    return TextValue(HOLE, needs=needs) if needs else UNKNOWN


def _sum(values: Sequence[Value | None]) -> TextValue:
    return as_text(values[0]).plus(as_text(values[1]))


def _contents_text(value: Value | None) -> TextValue | Choice:
    return value if isinstance(value, TextValue | Choice) else UNKNOWN


def _appended(effect: Effect, value: Value | None) -> TextValue:
    if effect is Effect.APPEND_UNKNOWN:
        return UNKNOWN
    if isinstance(value, int) and effect is Effect.APPEND_CHAR:
        char = chr(value & 0xFFFF)
        return TextValue(char, parts=(char,))
    if isinstance(value, int) and effect is Effect.APPEND_BOOLEAN:
        return TextValue("true" if value else "false")
    return as_text(value)


def _extended(path: Value | None, segment: Value | None) -> TextValue:
    """A path with one more segment."""
    before, after = (path if isinstance(path, TextValue) else TextValue("")), as_text(segment)
    return before.plus(TextValue("/")).plus(after._replace(text=after.text.lstrip("/")))


def _path(segments: Sequence[Value | None]) -> TextValue:
    """Segments of a path, joined."""
    path: TextValue | None = None
    for segment in segments:
        path = as_text(segment) if path is None else _extended(path, segment)
    return path if path is not None else TextValue("")


def _as_value(item: object) -> Value | None:
    if isinstance(item, str):
        return TextValue(item)
    return item if isinstance(item, int) else None


def _key(value: Value | None) -> str | int | None:
    if isinstance(value, TextValue):
        return value.text if HOLE not in value.text else None
    return value if isinstance(value, int) else None


def _first_constant(values: Sequence[Value | None]) -> Value | None:
    """The identifier among the arguments of ``getString``."""
    for value in values:
        for one in alternatives(value):
            if isinstance(one.value, int) or (isinstance(one.value, TextValue) and one.value.text.startswith("@")):
                return value
    return values[-1] if values else None


def _mapping(contents: Contents | None) -> Mapping[str | int, Value | None]:
    match contents:
        case PartsValue():
            return {str(role): value for role, value in contents.values.items()}
        case MapValue():
            return contents.items
        case InstanceValue():
            return {int(field): value for field, value in contents.fields.items()}
    return {}


def _each(contents: Contents, change: Callable[[Value | None], Value | None]) -> Contents:
    """The contents with changed values."""
    match contents:
        case TextValue():
            return contents
        case Choice():
            return contents
        case ArrayValue(items):
            return ArrayValue(tuple(map(change, items)))
        case MapValue(items):
            return MapValue({key: change(value) for key, value in items.items()})
        case InstanceValue(kind, fields):
            return InstanceValue(kind, {field: change(value) for field, value in fields.items()})
        case PartsValue(values):
            changed = {role: change(value) for role, value in values.items()}
            return PartsValue({role: value for role, value in changed.items() if value is not None})


def native_name(ref: MemberRef) -> str:
    """Name of the function of a native method that is not overloaded.

    Source: Java Native Interface Specification, "Resolving Native Method Names".
    """
    return f"Java_{_mangled(ref.owner[1:-1])}_{_mangled(ref.name)}"


def _mangled(name: str) -> str:
    plain = name.replace("_", "_1").replace("/", "_")
    return "".join(char if char.isascii() and char not in "$-" else f"_0{ord(char):04x}" for char in plain)


def _method(ref: MemberRef) -> MethodRef:
    parameters, _, result = ref.kind[1:].partition(")")
    return MethodRef(ref.owner, ref.name, parameters, result)


def _parameters(kind: str) -> list[tuple[str, str]]:
    """First character and descriptor of each parameter of a method's types."""
    found, at = [], 1
    end = kind.find(")")
    while 0 < at < end:
        begin = at
        while at < end - 1 and kind[at] == "[":
            at += 1
        if kind[at] == "L":
            at = kind.find(";", at, end)
            if at < 0:
                break
        at += 1
        found.append((kind[begin], kind[begin:at]))
    return found
