"""Where the values in the registers of a method come from, on all of its paths: reaching definitions.

An origin is the code unit of the instruction that made a value; ``-1 - n`` is register ``n`` of the arguments. Moves
and casts keep origins. A register with too many origins, as where all paths of a long method meet in a handler, has
only the origin ``MANY``: it can have any value of the method. Unlike a walk this leaves out no path, so that it can
show that a value goes nowhere else.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tieback.recognise.dalvik.classes import TryBlock, try_blocks
from tieback.recognise.dataflow.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.instructions import (
    KINDS,
    LENGTHS,
    OpcodeEffect,
    jump_targets,
    payload_length,
)

MAX_UNITS = 8_000
"""Most code units of a method that is read."""
MAX_REGISTERS = 256
MAX_ORIGINS = 64
"""Most origins of the value in one register."""
MANY = 1 << 30
"""Origin of a value that can come from any instruction or argument of the method."""
_VISITS = 24
"""Most steps per code unit on average; where paths meet, eight registers are one step."""

SGET, SPUT, IGET, IPUT, AGET, APUT, RETURN = 0x62, 0x69, 0x54, 0x5B, 0x46, 0x4D, 0x11
FILLED = frozenset((0x24, 0x25))
"""Instructions that make an array of their operands."""
_FOR_NUMBERS = {
    0x60: SGET, 0x67: SPUT, **dict.fromkeys(range(0x6A, 0x6E), SPUT), 0x52: IGET, 0x59: IPUT,
    **dict.fromkeys(range(0x5C, 0x60), IPUT), 0x44: AGET, 0x4B: APUT, 0x0F: RETURN,
}  # fmt: skip
"""The same instructions for numbers; an operation has the opcode for objects."""
_CONST_HIGH = 0x15
_NUMBERS = bytes(
    op == _CONST_HIGH
    or KINDS[op] == OpcodeEffect.CONST_32
    or OpcodeEffect.BINARY <= KINDS[op] <= OpcodeEffect.LITERAL_8
    for op in range(256)
)
"""1 for the opcodes of a constant of 32 bits, and of calculations with an ``int``."""
_WIDE_HALF = 1
_PAIR_TESTS = range(0x32, 0x38)
"""Conditions that compare two registers."""

type Origins = frozenset[int]
_ANY: Origins = frozenset((MANY,))
type _State = list[Origins]

_ONE_AA = frozenset(
    (OpcodeEffect.WRITE_AA, OpcodeEffect.CONST_16, OpcodeEffect.CONST_32, OpcodeEffect.CONST_STRING,
     OpcodeEffect.CONST_JUMBO, OpcodeEffect.NEW_INSTANCE, OpcodeEffect.SGET, OpcodeEffect.AGET, OpcodeEffect.BINARY,
     OpcodeEffect.LITERAL_8)
)  # fmt: skip
_ONE_A = frozenset(
    (OpcodeEffect.WRITE_A, OpcodeEffect.CONST_4, OpcodeEffect.NEW_ARRAY, OpcodeEffect.IGET, OpcodeEffect.BINARY_2ADDR,
     OpcodeEffect.LITERAL_16, OpcodeEffect.NARROW)
)  # fmt: skip
_TWO_AA = frozenset((OpcodeEffect.WIDE_AA, OpcodeEffect.CONST_WIDE_16, OpcodeEffect.CONST_WIDE_32))
_CALLS = frozenset((OpcodeEffect.INVOKE, OpcodeEffect.INVOKE_CUSTOM, OpcodeEffect.INVOKE_OTHER))
_RANGE_CALLS = frozenset((OpcodeEffect.INVOKE_RANGE, OpcodeEffect.INVOKE_CUSTOM_RANGE))
_POLYMORPHIC_RANGE = 0xFB


class Operation(NamedTuple):
    """A call, an access to a field, or another instruction that passes values on."""

    at: int
    """Code unit; also the origin of its result."""
    opcode: int
    member: int
    """Index of the method or field; -1 for an instruction without one."""
    values: tuple[Origins, ...]
    """Origins of each operand."""


class MethodFlow(NamedTuple):
    """What one method does with its values."""

    operations: tuple[Operation, ...]
    strings: dict[int, int]
    """Index of each string constant by its origin."""
    created: Origins
    """Origins that are new objects or arrays."""
    numbers: dict[int, int]
    """Each constant of 32 bits, without sign, by its origin."""
    computed: Origins
    """Origins of numbers that are calculated with."""
    tests: dict[int, tuple[Origins, ...]]
    """Origins of what each condition compares, by the unit of the condition."""


def method_flow(dex: DexFile, code: CodeItem) -> MethodFlow | None:
    """The values of a method; ``None`` if it is too long or malformed."""
    if code.units > MAX_UNITS or code.registers > MAX_REGISTERS:
        return None
    units: list[int] = np.frombuffer(dex.data, "<u2", code.units, code.begin).tolist()
    blocks = try_blocks(dex, code)
    if not blocks and bytes(dex.data[code.offset + 6 : code.offset + 8]) != b"\0\0":
        return None  # its handlers cannot be read
    try:
        return _Reader(units, code, _handlers(blocks, len(units))).follow()
    except IndexError:
        return None  # a truncated instruction, or a register that the method does not have


def _handlers(blocks: Sequence[TryBlock], units: int) -> dict[int, set[int]]:
    """The handlers of each unit. Raises ``IndexError`` if blocks overlap, which no compiler writes."""
    found: dict[int, set[int]] = {}
    left = 2 * units
    for block in blocks:
        stop = min(block.stop, units)
        left -= max(0, stop - block.start)
        if left < 0:
            raise IndexError
        handlers = {at for _, at in block.handlers}
        for at in range(block.start, stop):
            found[at] = found[at] | handlers if at in found else handlers
    return found


class _Reader:
    def __init__(self, units: list[int], code: CodeItem, handlers: dict[int, set[int]]) -> None:
        self._units = units
        self._code = code
        self._handlers = handlers
        self._states: dict[int, _State] = {}
        self._pending: dict[int, None] = {}
        self._block_of: dict[int, int] = {}
        """First unit of the block in which each instruction was read last."""
        self._operations: dict[int, Operation] = {}
        self._strings: dict[int, int] = {}
        self._created: set[int] = set()
        self._numbers: dict[int, int] = {}
        self._computed: set[int] = set()
        self._tests: dict[int, tuple[Origins, ...]] = {}
        self._left = _VISITS * len(units) + 1_000

    def follow(self) -> MethodFlow | None:
        first = self._code.registers - self._code.ins
        state: _State = [frozenset()] * self._code.registers
        for number in range(self._code.ins):
            state[first + number] = frozenset((-1 - number,))
        self._reach(0, state)
        while self._pending:
            at = next(iter(self._pending))
            del self._pending[at]
            if not self._block(at):
                return None
        return MethodFlow(
            tuple(self._operations[at] for at in sorted(self._operations)),
            self._strings,
            frozenset(self._created),
            self._numbers,
            frozenset(self._computed),
            self._tests,
        )

    def _reach(self, at: int, state: _State) -> None:
        """A path with this state leads to a unit."""
        if not 0 <= at < len(self._units):
            raise IndexError
        known = self._states.get(at)
        if known is None:
            self._states[at] = list(state)
            self._pending[at] = None
            if at in self._block_of:
                self._pending[self._block_of[at]] = None  # that block leads here too, and now ends here
            return
        self._left -= len(known) // 8
        joined = [one | other for one, other in zip(known, state, strict=True)]
        if joined != known:
            joined = [_ANY if len(one) > MAX_ORIGINS or MANY in one else one for one in joined]
            if joined == known:
                return
            self._states[at] = joined
            self._pending[at] = None

    def _block(self, at: int) -> bool:
        """Read instructions up to the end of a path, or to the beginning of another block; false without budget."""
        units, state = self._units, list(self._states[at])
        first, before = at, -1
        while True:
            if at != first and at in self._states:
                self._reach(at, state)
                return True
            self._left -= 1
            if self._left < 0:
                return False
            self._block_of[at] = first
            for handler in self._handlers.get(at, ()):
                self._left -= 1
                self._reach(handler, state)
            unit = units[at]
            kind = OpcodeEffect(KINDS[unit & 255])
            if kind is OpcodeEffect.NOP:
                before, at = at, at + payload_length(units, at)
                continue
            self._operation(at, kind, state)
            if _NUMBERS[unit & 255]:
                self._number(at, kind, state)
            self._write(at, kind, state, before)
            after = at + LENGTHS[unit & 255]
            for target in jump_targets(units, at):
                self._reach(target, state)
            if kind is OpcodeEffect.END or OpcodeEffect.GOTO <= kind <= OpcodeEffect.GOTO_32:
                return True
            if kind in (OpcodeEffect.IF, OpcodeEffect.SWITCH):
                pair = _PAIR_TESTS.start <= unit & 255 < _PAIR_TESTS.stop
                self._tests[at] = (state[unit >> 8 & 15], state[unit >> 12]) if pair else (state[unit >> 8],)
                self._reach(after, state)
                return True
            before, at = at, after

    def _write(self, at: int, kind: OpcodeEffect, state: _State, before: int) -> None:
        """Apply what an instruction writes."""
        units, own = self._units, frozenset((at,))
        unit = units[at]
        high, low = unit >> 8, unit >> 8 & 15
        if kind in _ONE_AA:
            state[high] = own
            if kind is OpcodeEffect.CONST_STRING:
                self._strings[at] = units[at + 1]
            elif kind is OpcodeEffect.CONST_JUMBO:
                self._strings[at] = _number(units, at + 1)
            elif kind is OpcodeEffect.NEW_INSTANCE:
                self._created.add(at)
        elif kind in _ONE_A:
            state[low] = own
            if kind is OpcodeEffect.NEW_ARRAY:
                self._created.add(at)
        elif kind in _TWO_AA:
            state[high] = state[high + _WIDE_HALF] = own
        elif kind is OpcodeEffect.WIDE_A:
            state[low] = state[low + _WIDE_HALF] = own
        elif kind is OpcodeEffect.MOVE:
            state[low] = state[unit >> 12]
        elif kind is OpcodeEffect.MOVE_FROM16:
            state[high] = state[units[at + 1]]
        elif kind is OpcodeEffect.MOVE_16:
            state[units[at + 1]] = state[units[at + 2]]
        elif kind is OpcodeEffect.RESULT:
            state[high] = frozenset((before,)) if before >= 0 else own

    def _number(self, at: int, kind: OpcodeEffect, state: _State) -> None:
        """Note a constant, or the numbers that an instruction calculates with."""
        unit, more = self._units[at], self._units[at + 1] if kind is not OpcodeEffect.BINARY_2ADDR else 0
        if kind is OpcodeEffect.CONST_32:
            self._numbers[at] = _number(self._units, at + 1)
        elif kind is OpcodeEffect.WRITE_AA:
            self._numbers[at] = more << 16
        elif kind is OpcodeEffect.BINARY:
            self._computed |= state[more & 255] | state[more >> 8]
        elif kind is OpcodeEffect.BINARY_2ADDR:
            self._computed |= state[unit >> 8 & 15] | state[unit >> 12]
        else:
            self._computed |= state[unit >> 12 if kind is OpcodeEffect.LITERAL_16 else more & 255]

    def _operation(self, at: int, kind: OpcodeEffect, state: _State) -> None:
        units, unit = self._units, self._units[at]
        opcode = _FOR_NUMBERS.get(unit & 255, unit & 255)
        if opcode == _POLYMORPHIC_RANGE or kind in _RANGE_CALLS or kind is OpcodeEffect.FILLED_ARRAY_RANGE:
            registers = list(range(units[at + 2], units[at + 2] + (unit >> 8)))
            member = units[at + 1]
        elif kind in _CALLS or kind is OpcodeEffect.FILLED_ARRAY:
            nibbles = [units[at + 2] >> shift & 15 for shift in (0, 4, 8, 12)] + [unit >> 8 & 15]
            registers, member = nibbles[: unit >> 12], units[at + 1]
        elif opcode in (SPUT, SGET):
            registers, member = ([unit >> 8] if opcode == SPUT else []), units[at + 1]
        elif opcode in (IPUT, IGET):
            registers = [unit >> 8 & 15, unit >> 12] if opcode == IPUT else [unit >> 12]
            member = units[at + 1]
        elif opcode == RETURN:
            registers, member = [unit >> 8], -1
        elif opcode in (AGET, APUT):
            registers, member = [units[at + 1] & 255], -1
            if opcode == APUT:
                registers.insert(0, unit >> 8)
        else:
            return
        self._operations[at] = Operation(at, opcode, member, tuple(state[register] for register in registers))


def _number(units: Sequence[int], at: int) -> int:
    """A number of 32 bits, without sign."""
    return units[at] | units[at + 1] << 16
