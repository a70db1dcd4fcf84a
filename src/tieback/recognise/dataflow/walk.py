"""Forward walk over the instructions of one method, with a small abstract state.

Registers hold constants, builders and objects with parts of an endpoint. If paths meet, only values that they agree on
are kept. A loop is walked once, as in its first iteration. So each reported text is created on some path through the
method, but not every possible text is reported.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from tieback.recognise.dataflow import encoded
from tieback.recognise.dataflow.calls import CallTable
from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.fields import FieldConstants
from tieback.recognise.dataflow.formats import concat_recipe, format_string
from tieback.recognise.dataflow.instructions import (
    KINDS,
    LENGTHS,
    OpcodeEffect,
    branch_targets,
    payload_length,
    sign_extend,
)
from tieback.recognise.dataflow.library import Effect
from tieback.recognise.dataflow.sinks import Sink
from tieback.recognise.dataflow.values import (
    HOLE,
    UNKNOWN,
    ArrayValue,
    Contents,
    EndpointParts,
    ObjectRef,
    TextValue,
    Value,
    as_text,
    common_value,
)

MAX_ARRAY = 64
"""Most elements of an array that are followed."""
MAX_BUILT = 500
"""Most texts and facts of one method."""
MAX_FACTS = 16
MAX_KNOWN = 128
"""Most registers and objects with known values at a time, because each branch copies them."""


class BuiltText(NamedTuple):
    """A text that was assembled, or the parts from a sink."""

    name: str
    """``concat``, ``format`` or the name of the sink."""
    value: TextValue | EndpointParts
    sink: Sink | None = None


class _State(NamedTuple):
    registers: dict[int, Value]
    heap: dict[int, Contents]


class Walker:
    """Walks methods of one DEX file."""

    def __init__(self, dex: DexFile, calls: CallTable, fields: FieldConstants) -> None:
        self._dex = dex
        self._calls = calls
        self._fields = fields
        self._texts: dict[int, TextValue] = {}
        self._begin(())

    def walk(self, units: Sequence[int], stop: int) -> list[BuiltText]:
        """The texts and parts that a method assembles.

        Args:
            units: its instructions, as code units of 16 bits.
            stop: the unit before which the walk can end.
        """
        self._begin(units)
        at, stop = 0, min(stop, len(units))
        kinds, lengths, saved, steps = KINDS, LENGTHS, self._saved, self._STEPS
        # A truncated instruction would read after the end of the list.
        while at < stop and at + lengths[units[at] & 255] <= len(units):
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
        return [made for made in self._made if made.sink is not None or id(made.value) not in self._consumed]

    def text(self, index: int) -> TextValue:
        """The constant with this string index."""
        known = self._texts.get(index)
        if known is None:
            text = self._dex.string(index)
            known = self._texts[index] = TextValue(text, index, (text,) if text else ())
        return known

    # State

    def _begin(self, units: Sequence[int]) -> None:
        self._units = units
        self._registers: dict[int, Value] = {}
        self._heap: dict[int, Contents] = {}
        self._result: Value | None = None
        self._saved: dict[int, _State] = {}
        self._falls = True
        self._made: list[BuiltText] = []
        self._consumed: dict[int, TextValue] = {}  # by identity; the texts are kept so that no identity is reused
        self._objects = 0

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

    def _move(self, at: int, to: int, source: int) -> int:
        return self._set(at, to, self._registers.get(source))

    def _take_result(self, at: int, unit: int) -> int:
        result, self._result = self._result, None
        return self._set(at, unit >> 8, result)

    def _new(self, contents: Contents) -> ObjectRef:
        self._objects += 1
        if len(self._heap) >= MAX_KNOWN:
            self._heap.clear()
        self._heap[self._objects] = contents
        return ObjectRef(self._objects)

    def _contents(self, value: Value | None) -> Contents | None:
        return self._heap.get(value.number) if isinstance(value, ObjectRef) else None

    def _make(self, name: str, value: TextValue | EndpointParts, sink: Sink | None = None) -> None:
        if len(self._made) < MAX_BUILT:
            self._made.append(BuiltText(name, value, sink))

    # Paths

    def _meet(self, other: _State) -> None:
        if not self._falls:
            self._registers, self._heap, self._falls = dict(other.registers), dict(other.heap), True
            return
        registers = self._registers
        self._registers = {
            register: value for register, value in other.registers.items() if registers.get(register) == value
        }
        heap = self._heap
        self._heap = {
            number: shared
            for number, contents in other.heap.items()
            if number in heap and (shared := common_value(heap[number], contents)) is not None
        }

    def _save(self, target: int, state: _State) -> None:
        held = self._saved.get(target)
        if held is None:
            self._saved[target] = state
            return
        # ``_meet`` works on the current state, so the saved one is swapped in for the call.
        current = self._registers, self._heap, self._falls
        self._registers, self._heap, self._falls = held.registers, held.heap, True
        self._meet(state)
        self._saved[target] = _State(self._registers, self._heap)
        self._registers, self._heap, self._falls = current

    def _jump(self, at: int, target: int, *, falls: bool) -> int:
        if target > at and self._falls:
            self._save(target, _State(dict(self._registers), dict(self._heap)))
        if not falls:
            self._forget()
        return self._next(at)

    def _switch(self, at: int, _: int) -> int:
        state = _State(dict(self._registers), dict(self._heap))
        for target in branch_targets(self._units, at):
            if target > at and self._falls:
                self._save(target, state)
        return self._next(at)

    def _end(self, at: int, _: int) -> int:
        self._forget()
        return self._next(at)

    def _forget(self) -> None:
        """After a jump nothing is known until a path from before arrives; exception handlers begin with no known
        values.
        """
        self._registers, self._heap, self._result, self._falls = {}, {}, None, False

    def _nop(self, at: int, _: int) -> int:
        return at + payload_length(self._units, at)

    # Objects

    def _new_instance(self, at: int, unit: int) -> int:
        kind = self._units[at + 1]
        if kind in self._calls.builders:
            return self._set(at, unit >> 8, self._new(TextValue("")))
        return self._set(at, unit >> 8, self._new(EndpointParts({})) if kind in self._calls.carriers else None)

    def _new_array(self, at: int, unit: int) -> int:
        size = self._registers.get(unit >> 12)
        array = self._new(ArrayValue((None,) * size)) if isinstance(size, int) and 0 <= size <= MAX_ARRAY else None
        return self._set(at, unit >> 8 & 15, array)

    def _filled(self, at: int, registers: Sequence[int]) -> int:
        self._result = self._new(ArrayValue(tuple(map(self._registers.get, registers))))
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

    def _sput(self, at: int, unit: int) -> int:
        value = self._registers.get(unit >> 8)
        if (
            value is not None
            and not isinstance(value, ObjectRef)
            and not (isinstance(value, TextValue) and HOLE in value.text)
        ):
            self._fields.put(self._units[at + 1], value)
        return self._next(at)

    # Calls

    def _listed(self, at: int, unit: int) -> list[int]:
        count, places = unit >> 12, self._units[at + 2]
        return [places & 15, places >> 4 & 15, places >> 8 & 15, places >> 12, unit >> 8 & 15][:count]

    def _range(self, at: int, unit: int) -> range:
        first = self._units[at + 2]
        return range(first, first + (unit >> 8))

    def _invoke(self, at: int, registers: Sequence[int]) -> int:
        method = self._units[at + 1]
        effect = self._calls.effects.get(method)
        self._result = None
        if effect is not None:
            self._effect(effect, [self._registers.get(register) for register in registers])
            return at + 3
        sink = self._calls.sinks.get(method)
        if sink is not None:
            self._sink(sink, method, registers)
        elif self._heap:
            self._escape(registers)
        return at + 3

    def _escape(self, registers: Sequence[int]) -> None:
        """Forget the contents of objects that are passed to another method, because it can change them."""
        for register in registers:
            value = self._registers.get(register)
            if isinstance(value, ObjectRef) and not isinstance(self._heap.get(value.number), EndpointParts):
                self._heap.pop(value.number, None)

    def _invoke_other(self, at: int, _: int) -> int:
        self._result = None
        return self._next(at)

    def _invoke_custom(self, at: int, registers: Sequence[int]) -> int:
        self._result = None
        site = self._calls.call_sites.get(self._units[at + 1])
        if site is not None:
            recipe, constants = site
            arguments = [self._registers.get(register) for register in registers]
            template = TextValue("\x01" * len(arguments))
            if recipe >= 0:
                text = self._dex.string(recipe)
                template = TextValue(
                    text, recipe, tuple(part for part in text.replace("\x02", "\x01").split("\x01") if part)
                )
            texts = [self.text(value.string) if isinstance(value, encoded.StringId) else UNKNOWN for value in constants]
            self._result = self._composed("concat", concat_recipe(template, arguments, texts), arguments)
        return self._next(at)

    def _effect(self, effect: Effect, values: Sequence[Value | None]) -> None:
        receiver = values[0] if values else None
        if effect is Effect.SAME:
            self._result = receiver
        elif effect is Effect.CONCAT:
            parts = [as_text(value) for value in values[:2]]
            self._result = self._composed("concat", parts[0].plus(parts[-1]) if len(parts) == 2 else UNKNOWN, values)
        elif effect in (Effect.FORMAT, Effect.FORMAT_LOCALE):
            self._format(values[effect is Effect.FORMAT_LOCALE :])
        elif isinstance(receiver, ObjectRef):
            self._build(effect, receiver, values[1] if len(values) > 1 else None)

    def _format(self, values: Sequence[Value | None]) -> None:
        template = values[0] if values else None
        if not isinstance(template, TextValue):
            return
        contents = self._contents(values[1]) if len(values) > 1 else None
        arguments = contents.items if isinstance(contents, ArrayValue) else None
        self._result = self._composed("format", format_string(template, arguments), (template, *(arguments or ())))

    def _build(self, effect: Effect, receiver: ObjectRef, value: Value | None) -> None:
        held = self._heap.get(receiver.number)
        if effect is Effect.EMPTY:
            self._heap[receiver.number] = TextValue("")
        elif effect is Effect.FILL:
            self._consume(value)
            self._heap[receiver.number] = as_text(self._unwrapped(value))
        elif not isinstance(held, TextValue):
            return
        elif effect is Effect.TO_STRING:
            self._result = self._composed("concat", held, ())
        elif effect is not Effect.NONE:
            self._consume(value)
            self._heap[receiver.number] = held.plus(self._appended(effect, value))
            self._result = receiver

    def _appended(self, effect: Effect, value: Value | None) -> TextValue:
        if effect is Effect.APPEND_UNKNOWN:
            return UNKNOWN
        if isinstance(value, int) and effect is Effect.APPEND_CHAR:
            char = chr(value & 0xFFFF)
            return TextValue(char, parts=(char,))
        if isinstance(value, int) and effect is Effect.APPEND_BOOLEAN:
            return TextValue("true" if value else "false")
        return as_text(self._unwrapped(value))

    def _unwrapped(self, value: Value | None) -> Value | None:
        contents = self._contents(value)
        if isinstance(contents, TextValue):
            return contents
        if isinstance(contents, EndpointParts):
            url = contents.values.get("url")
            return (
                TextValue(url, contents.first, (url,)) if isinstance(url, str) and len(contents.values) == 1 else None
            )
        return value

    def _composed(self, name: str, text: TextValue, used: Sequence[Value | None]) -> TextValue:
        for value in used:
            self._consume(value)
        if len(text.parts) > 1:
            self._make(name, text)
        return text

    def _consume(self, value: Value | None) -> None:
        if isinstance(value, TextValue):
            self._consumed[id(value)] = value

    def _sink(self, sink: Sink, method: int, registers: Sequence[int]) -> None:
        wide = self._calls.wide(method)
        taken = sum(wide) + len(wide)
        has_receiver = len(registers) > taken
        receiver = self._registers.get(registers[0]) if has_receiver else None
        carried = self._contents(receiver)
        values: dict[str, str | int] = dict(carried.values) if isinstance(carried, EndpointParts) else {}
        first = carried.first if isinstance(carried, EndpointParts) else -1
        at = int(has_receiver)
        for role, double in zip(sink.roles, wide, strict=False):
            if at >= len(registers):
                break
            if role:
                first = self._bind(role, self._registers.get(registers[at]), values, first)
            at += 1 + double
        facts = EndpointParts(values if len(values) <= MAX_FACTS else {}, first)
        if isinstance(receiver, ObjectRef) and sink.gives in ("this", "both"):
            self._heap[receiver.number] = facts
            self._result = receiver if sink.gives == "both" else None
        elif sink.gives in ("result", "both"):
            self._result = self._new(facts)
        if values:
            self._make(sink.name, facts, sink)

    def _bind(self, role: str, value: Value | None, values: dict[str, str | int], first: int) -> int:
        """Add an argument to the parts. Returns the string index of the first constant among them."""
        contents = self._contents(value)
        if role == "base":
            values.pop("url", None)
            if isinstance(contents, EndpointParts):
                values.update(contents.values)
                return first if first >= 0 else contents.first
            return first
        if isinstance(contents, TextValue):
            value = contents
        if isinstance(value, TextValue):
            text = value.text
            if role == "segment":
                path = values.get("path", "")
                role, text = "path", f"{path}/{text.lstrip('/')}"[:4096]
            values[role] = text
            return first if first >= 0 else value.first
        if isinstance(value, int) and role == "port":
            values[role] = value
        elif role == "segment":
            values["path"] = f"{values.get('path', '')}/{HOLE}"[:4096]
        else:
            values.pop(role, None)
        return first

    _STEPS: ClassVar[dict[int, Callable[["Walker", int, int], int]]] = {
        OpcodeEffect.NOP: _nop,
        OpcodeEffect.MOVE: lambda self, at, unit: self._move(at, unit >> 8 & 15, unit >> 12),
        OpcodeEffect.MOVE_FROM16: lambda self, at, unit: self._move(at, unit >> 8, self._units[at + 1]),
        OpcodeEffect.MOVE_16: lambda self, at, _: self._move(at, self._units[at + 1], self._units[at + 2]),
        OpcodeEffect.RESULT: _take_result,
        OpcodeEffect.CONST_4: lambda self, at, unit: self._set(at, unit >> 8 & 15, sign_extend(unit >> 12, 4)),
        OpcodeEffect.CONST_16: lambda self, at, unit: self._set(at, unit >> 8, sign_extend(self._units[at + 1], 16)),
        OpcodeEffect.CONST_32: lambda self, at, unit: self._set(at, unit >> 8, sign_extend(self._pair(at + 1), 32)),
        OpcodeEffect.CONST_STRING: lambda self, at, unit: self._set(at, unit >> 8, self.text(self._units[at + 1])),
        OpcodeEffect.CONST_JUMBO: lambda self, at, unit: self._set(at, unit >> 8, self.text(self._pair(at + 1))),
        OpcodeEffect.NEW_INSTANCE: _new_instance,
        OpcodeEffect.NEW_ARRAY: _new_array,
        OpcodeEffect.FILLED_ARRAY: lambda self, at, unit: self._filled(at, self._listed(at, unit)),
        OpcodeEffect.FILLED_ARRAY_RANGE: lambda self, at, unit: self._filled(at, self._range(at, unit)),
        OpcodeEffect.APUT_OBJECT: _aput,
        OpcodeEffect.SGET: lambda self, at, unit: self._set(at, unit >> 8, self._fields.known(self._units[at + 1])),
        OpcodeEffect.SPUT: _sput,
        OpcodeEffect.IGET_OBJECT: lambda self, at, unit: self._set(
            at, unit >> 8 & 15, self._fields.known(self._units[at + 1])
        ),
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
        OpcodeEffect.IF: lambda self, at, _: self._jump(at, at + sign_extend(self._units[at + 1], 16), falls=True),
        OpcodeEffect.SWITCH: _switch,
        OpcodeEffect.END: _end,
    }
    """Handler per kind of instruction; returns the next unit. Bound methods would keep the file in memory."""
