"""Walks over the instructions of a method, and of the methods that it calls."""

from collections.abc import Callable, Sequence

import numpy as np

from tieback.recognise.dataflow.code.members import MethodCode, parameters
from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect, sign_extend
from tieback.recognise.dataflow.dex.opcode_sets import ADD_INT_2ADDR, ARRAY_LENGTH, CONST_HIGH
from tieback.recognise.dataflow.dex.try_blocks import TryBlock, try_blocks
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    UNKNOWN,
    Frozen,
    InstanceValue,
    Need,
    ObjectRef,
    Receiver,
    TextValue,
    Value,
)
from tieback.recognise.dataflow.walk.arrays import (
    array_get,
    array_length,
    array_put,
    fill_array_data,
    filled_new_array,
    new_array,
)
from tieback.recognise.dataflow.walk.branches import (
    branch,
    end,
    enter_try,
    jump,
    leave_run,
    meet,
    note_tries,
    switch,
)
from tieback.recognise.dataflow.walk.invocations import (
    invoke,
    invoke_custom,
    invoke_listed,
    invoke_other,
    listed,
    register_range,
)
from tieback.recognise.dataflow.walk.joins import PathState
from tieback.recognise.dataflow.walk.layout import BlockOrder, block_order
from tieback.recognise.dataflow.walk.objects import instance_get, instance_put, new_instance, static_get, static_put
from tieback.recognise.dataflow.walk.registers import (
    binary,
    integer_operation,
    literal_8,
    literal_16,
    move,
    move_result,
    narrow,
    nop,
)
from tieback.recognise.dataflow.walk.state import WalkResult, WalkState
from tieback.recognise.dataflow.walk.turns import go_back, is_on

MAX_UNITS = 100_000
"""Most code units of one method; larger ones are data tables written as code."""
_MOST_CALLED = 30_000
"""Most code units of the methods whose calls one walk follows. An interface that many classes implement leads to all
code of an app, and no work would be left for the walks of other methods."""
_KEEP_BODIES, _KEEP_UNITS = 500, 1_000_000
"""Most methods whose code units are kept, and most of these units, which take 36 bytes each."""
_STEPS: dict[int, Callable[[WalkState, int, int], int]] = {
    OpcodeEffect.NOP: nop,
    OpcodeEffect.MOVE: lambda walk, at, unit: move(walk, at, unit >> 8 & 15, unit >> 12),
    OpcodeEffect.MOVE_FROM16: lambda walk, at, unit: move(walk, at, unit >> 8, walk.units[at + 1]),
    OpcodeEffect.MOVE_16: lambda walk, at, _: move(walk, at, walk.units[at + 1], walk.units[at + 2]),
    OpcodeEffect.RESULT: move_result,
    OpcodeEffect.CONST_4: lambda walk, at, unit: walk.assign(at, unit >> 8 & 15, sign_extend(unit >> 12, 4)),
    OpcodeEffect.CONST_16: lambda walk, at, unit: walk.assign(at, unit >> 8, sign_extend(walk.units[at + 1], 16)),
    OpcodeEffect.CONST_32: lambda walk, at, unit: walk.assign(
        at, unit >> 8, sign_extend(walk.long_operand(at + 1), 32)
    ),
    OpcodeEffect.CONST_WIDE_16: lambda walk, at, unit: walk.assign_wide(
        at, unit >> 8, sign_extend(walk.units[at + 1], 16)
    ),
    OpcodeEffect.CONST_WIDE_32: lambda walk, at, unit: walk.assign_wide(
        at, unit >> 8, sign_extend(walk.long_operand(at + 1), 32)
    ),
    OpcodeEffect.CONST_STRING: lambda walk, at, unit: walk.assign(at, unit >> 8, walk.text(walk.units[at + 1])),
    OpcodeEffect.CONST_JUMBO: lambda walk, at, unit: walk.assign(at, unit >> 8, walk.text(walk.long_operand(at + 1))),
    OpcodeEffect.NEW_INSTANCE: new_instance,
    OpcodeEffect.NEW_ARRAY: new_array,
    OpcodeEffect.FILLED_ARRAY: lambda walk, at, unit: filled_new_array(walk, at, listed(walk, at, unit)),
    OpcodeEffect.FILLED_ARRAY_RANGE: lambda walk, at, unit: filled_new_array(walk, at, register_range(walk, at, unit)),
    OpcodeEffect.FILL_ARRAY: fill_array_data,
    OpcodeEffect.APUT: array_put,
    OpcodeEffect.AGET: array_get,
    OpcodeEffect.SGET: static_get,
    OpcodeEffect.SPUT: static_put,
    OpcodeEffect.IGET: instance_get,
    OpcodeEffect.IPUT: instance_put,
    OpcodeEffect.BINARY: binary,
    OpcodeEffect.BINARY_2ADDR: lambda walk, at, unit: integer_operation(
        walk, at, unit >> 8 & 15, (unit & 255) - ADD_INT_2ADDR, unit >> 8 & 15, unit >> 12
    ),
    OpcodeEffect.LITERAL_16: literal_16,
    OpcodeEffect.LITERAL_8: literal_8,
    OpcodeEffect.NARROW: narrow,
    OpcodeEffect.INVOKE: invoke_listed,
    OpcodeEffect.INVOKE_RANGE: lambda walk, at, unit: invoke(walk, at, register_range(walk, at, unit)),
    OpcodeEffect.INVOKE_CUSTOM: lambda walk, at, unit: invoke_custom(walk, at, listed(walk, at, unit)),
    OpcodeEffect.INVOKE_CUSTOM_RANGE: lambda walk, at, unit: invoke_custom(walk, at, register_range(walk, at, unit)),
    OpcodeEffect.INVOKE_OTHER: invoke_other,
    OpcodeEffect.GOTO: lambda walk, at, unit: jump(walk, at, at + sign_extend(unit >> 8, 8), falls=False),
    OpcodeEffect.GOTO_16: lambda walk, at, _: jump(walk, at, at + sign_extend(walk.units[at + 1], 16), falls=False),
    OpcodeEffect.GOTO_32: lambda walk, at, _: jump(
        walk, at, at + sign_extend(walk.long_operand(at + 1), 32), falls=False
    ),
    OpcodeEffect.IF: branch,
    OpcodeEffect.SWITCH: switch,
    OpcodeEffect.END: end,
}
"""Handler per kind of instruction; returns the next unit."""


def _high_constant(walk: WalkState, at: int, unit: int) -> int:
    """``const/high16``, such as the first resource of each type."""
    return walk.assign(at, unit >> 8, sign_extend(walk.units[at + 1] << 16, 32))


_BY_NUMBER = {CONST_HIGH: _high_constant, ARRAY_LENGTH: array_length}
_BY_OPCODE = tuple(_BY_NUMBER.get(opcode, _STEPS.get(OpcodeEffect(kind))) for opcode, kind in enumerate(KINDS))
"""Handler per opcode; none for instructions that at most make registers unknown."""
_MASKS = tuple(15 if kind in (OpcodeEffect.WRITE_A, OpcodeEffect.WIDE_A) else 255 for kind in KINDS)
"""Bits of the register that those write, per opcode."""
_WRITTEN = bytes(
    {OpcodeEffect.WRITE_AA: 1, OpcodeEffect.WRITE_A: 1, OpcodeEffect.WIDE_AA: 2, OpcodeEffect.WIDE_A: 2}.get(
        OpcodeEffect(kind), 0
    )
    for kind in KINDS
)
"""Number of registers that those write, per opcode."""
_LONGEST = max(LENGTHS)


class Walker(WalkState):
    """Walks methods of an app."""

    def walk(self, method: MethodCode, stop: int | None = None) -> WalkResult:
        """The texts and parts that a method and its callees assemble; up to a code unit."""
        self.begin()
        receiver, kinds = self._shape(method)
        hole = TextValue(HOLE, needs=(Need("parameter", method.identity),))
        arguments: list[Value | None] = [self._receiver(method)] if receiver else []
        for kind in kinds:
            arguments += [None, None] if kind in "JD" else [hole]
        self.is_cut = False
        kept = max(0, self.left - method.code.units - _MOST_CALLED)
        self.left -= kept
        returned = self.run(method, arguments, stop)
        self.left += kept
        self.unread += self.is_cut
        self.settle()
        made = tuple(one for one in self.built if id(one.value) not in self.consumed)
        objects = tuple(
            frozen.contents
            for number in list(self.heap)
            if isinstance(self.heap[number], InstanceValue)
            and isinstance(frozen := self.freeze(ObjectRef(number)), Frozen)
            and isinstance(frozen.contents, InstanceValue)
        )
        return WalkResult(made, self.freeze(returned), self.stored, objects, self.required, self.awaited, self.holders)

    def run(self, method: MethodCode, arguments: Sequence[Value | None], stop: int | None = None) -> Value | None:
        """Walk a method in the current heap. Returns its result."""
        code = method.code
        length = code.units if stop is None else min(stop, code.units)
        if length > min(MAX_UNITS, self.left):
            self.unread += 1
            return UNKNOWN
        self.left -= length
        outer = (self.units, self.file, self.method, self.registers, self.saved, self.returns, self.at)
        tries, order, rank, turns, falls = self.tries, self.order, self.rank, self.turns, self.falls
        instructions, blocks, its_order = self._body(method)
        self.enter(instructions, method.file, method.identity, its_order)
        self.stack.append(method.identity)
        self.latest.clear()
        note_tries(self, blocks)
        first = code.registers - code.ins
        for number, value in enumerate(arguments[: code.ins]):
            if value is not None:
                self.registers[first + number] = value
        if its_order.runs:
            self._runs(length)
        else:
            self._turn_out(self._steps(0, length))
        state = self.merge(self.returns or [PathState({}, self.heap)])
        self.heap = state.heap
        self.stack.pop()
        self.latest.clear()
        units, file, identity, self.registers, self.saved, self.returns, at = outer
        self.units, self.file, self.method, self.at, self.falls = units, file, identity, at, falls
        self.tries, self.order, self.rank, self.turns = tries, order, rank, turns
        self.calls, self.result = self.call_tables[file], None
        return state.registers.get(0)

    def _turn_out(self, at: int) -> None:
        """If the walk stops in loops that are walked once per turn: walk them to their end, and keep what is known."""
        if not self.turns:
            return
        end = max((loop.end for loop in self.its_loops[self.method] if is_on(self, loop)), default=0)
        if end > at:
            self._steps(at, end)
            begin = go_back(self, end)
            if begin is not None:
                self._steps(begin, at)
        if not self.falls and not self.returns:
            meet(self, [state for states in self.saved.values() for state in states])

    def follow(self, identity: int) -> None:
        """Follow calls of a method from now on."""
        ref = self.app.ref(identity)
        self.demand.add(identity)
        self.followed.add((ref.name, ref.kind))

    def _runs(self, stop: int) -> None:
        """Apply the blocks of the current method in their order, until all that begin before a unit are done."""
        runs = self.order.runs
        left = sum(start < stop for start, _ in runs)
        for rank, (start, end_of_run) in enumerate(runs):
            self.rank = rank
            left -= start < stop
            at = self._steps(start, end_of_run if left or stop <= start else min(stop, end_of_run))
            if not left:
                return
            leave_run(self, at)

    def _steps(self, at: int, stop: int) -> int:
        """Apply the instructions of the current method from one unit up to another. Returns where it stopped."""
        units = self.units
        size = len(units)
        stop = min(stop, size)
        lengths, saved, steps, written, whole = LENGTHS, self.saved, _BY_OPCODE, _WRITTEN, size - _LONGEST
        while at < stop:
            unit = units[at]
            opcode = unit & 255
            if at > whole and at + lengths[opcode] > size:
                return at  # a truncated instruction would read after the end of the list
            if at in saved:
                meet(self, saved.pop(at))
                self.latest.clear()
                if at in self.tries:
                    enter_try(self, at)
                begin = go_back(self, at) if self.turns else None
                if begin is not None:
                    at = begin
                    continue
            step = steps[opcode]
            if step is not None:
                at = step(self, at, unit)
                continue
            if written[opcode]:
                register = unit >> 8 & _MASKS[opcode]
                self.registers.pop(register, None)
                if written[opcode] > 1:
                    self.registers.pop(register + 1, None)
            at += lengths[opcode]
        return at

    def _body(self, method: MethodCode) -> tuple[Sequence[int], Sequence[TryBlock], BlockOrder]:
        """The code units, exception handlers and order of a method; those of many methods are kept."""
        known = self.bodies.get(method.identity)
        if known is None:
            dex, code = self.app.files[method.file], method.code
            units = np.frombuffer(dex.data, "<u2", code.units, code.begin)
            tries = try_blocks(dex, code) if code.offset else ()
            self.units_kept += len(units)
            if len(self.bodies) >= _KEEP_BODIES or self.units_kept > _KEEP_UNITS:
                self.bodies.clear()
                self.units_kept = len(units)
            known = self.bodies[method.identity] = units.tolist(), tries, block_order(units, tries)
        return known

    def _receiver(self, method: MethodCode) -> Receiver | None:
        """The object of a method, if its class extends another of the app, whose fields other classes have too."""
        owner = self.app.ref(method.identity).owner
        return Receiver(owner) if self.app.is_own(self.app.superclass(owner)) else None

    def _shape(self, method: MethodCode) -> tuple[int, list[str]]:
        """1 if the method has a receiver, and the kinds of its parameters."""
        kinds = [one[0] for one in parameters(self.app.ref(method.identity).kind)]
        width = len(kinds) + sum(kind in "JD" for kind in kinds)
        return int(method.code.ins > width), kinds
