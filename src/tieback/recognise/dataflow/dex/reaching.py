"""Where the values in the registers of a method come from, on all of its paths: reaching definitions.

An origin is the code unit of the instruction that made a value; ``-1 - n`` is register ``n`` of the arguments. Moves
and casts keep origins. A register with too many origins, as where all paths of a long method meet in a handler, has
only the origin ``MANY``: it can have any value of the method. Unlike a walk this leaves out no path, so that it can
show that a value goes nowhere else.
"""

from collections.abc import Sequence
from typing import NamedTuple

from tieback.intake.apps.dalvik_opcodes import opcode_numbers
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.instructions import (
    KINDS,
    LENGTHS,
    OpcodeEffect,
    jump_targets,
    payload_length,
)
from tieback.recognise.dataflow.dex.opcode_sets import (
    AGET_OBJECT,
    APUT_OBJECT,
    CONST_HIGH,
    CONST_JUMBO,
    CONST_STRING,
    CREATES,
    FIRST_TEST,
    FIRST_ZERO_TEST,
    IGET_OBJECT,
    IPUT_OBJECT,
    POLYMORPHIC_RANGE_CALL,
    RETURN_OBJECT,
    SGET_OBJECT,
    SPUT_OBJECT,
)
from tieback.recognise.dataflow.dex.try_blocks import TryBlock, try_blocks

MAX_UNITS = 8_000
"""Most code units of a method that is read."""
MAX_REGISTERS = 256
MAX_ORIGINS = 64
"""Most origins of the value in one register."""
MANY = 1 << 30
"""Origin of a value that can come from any instruction or argument of the method."""
_VISITS = 24
"""Most steps per code unit on average; where paths meet, eight registers are one step."""

SGET, SPUT, IGET, IPUT = SGET_OBJECT, SPUT_OBJECT, IGET_OBJECT, IPUT_OBJECT
AGET, APUT, RETURN = AGET_OBJECT, APUT_OBJECT, RETURN_OBJECT
_FOR_NUMBERS = {
    opcode: objects
    for mnemonics, objects in (
        ("sget", SGET), ("sput sput-boolean..sput-short", SPUT),
        ("iget", IGET), ("iput iput-boolean..iput-short", IPUT),
        ("aget", AGET), ("aput", APUT), ("return", RETURN),
    )
    for opcode in opcode_numbers(mnemonics)
}  # fmt: skip
"""The same instructions for numbers; an operation has the opcode for objects."""
_NUMBERS = bytes(
    op == CONST_HIGH or KINDS[op] == OpcodeEffect.CONST_32 or OpcodeEffect.BINARY <= KINDS[op] <= OpcodeEffect.LITERAL_8
    for op in range(256)
)
"""1 for the opcodes of a constant of 32 bits, and of calculations with an ``int``."""
_WIDE_HALF = 1

type Origins = frozenset[int]
_ANY: Origins = frozenset((MANY,))
type _State = list[Origins]

_NOP, _END, _SWITCH = int(OpcodeEffect.NOP), int(OpcodeEffect.END), int(OpcodeEffect.SWITCH)
_FIRST_GOTO, _LAST_GOTO = int(OpcodeEffect.GOTO), int(OpcodeEffect.GOTO_32)


class _Write:
    """Which registers an instruction writes, and with what. No enumeration, whose members take long to look up."""

    NONE = 0
    AA = 1
    A = 2
    WIDE_AA = 3
    WIDE_A = 4
    MOVE = 5
    MOVE_FROM16 = 6
    MOVE_16 = 7
    RESULT = 8


class _Form:
    """Where the operands of an operation are."""

    NONE = 0
    CALL = 1
    RANGE_CALL = 2
    STATIC_PUT = 3
    STATIC_GET = 4
    PUT = 5
    GET = 6
    RETURN = 7
    ARRAY_GET = 8
    ARRAY_PUT = 9


_WRITES_BY_KIND = {
    **dict.fromkeys(
        (OpcodeEffect.WRITE_AA, OpcodeEffect.CONST_16, OpcodeEffect.CONST_32, OpcodeEffect.CONST_STRING,
         OpcodeEffect.CONST_JUMBO, OpcodeEffect.NEW_INSTANCE, OpcodeEffect.SGET, OpcodeEffect.AGET,
         OpcodeEffect.BINARY, OpcodeEffect.LITERAL_8),
        _Write.AA,
    ),
    **dict.fromkeys(
        (OpcodeEffect.WRITE_A, OpcodeEffect.CONST_4, OpcodeEffect.NEW_ARRAY, OpcodeEffect.IGET,
         OpcodeEffect.BINARY_2ADDR, OpcodeEffect.LITERAL_16, OpcodeEffect.NARROW),
        _Write.A,
    ),
    **dict.fromkeys((OpcodeEffect.WIDE_AA, OpcodeEffect.CONST_WIDE_16, OpcodeEffect.CONST_WIDE_32), _Write.WIDE_AA),
    OpcodeEffect.WIDE_A: _Write.WIDE_A,
    OpcodeEffect.MOVE: _Write.MOVE,
    OpcodeEffect.MOVE_FROM16: _Write.MOVE_FROM16,
    OpcodeEffect.MOVE_16: _Write.MOVE_16,
    OpcodeEffect.RESULT: _Write.RESULT,
}  # fmt: skip
_FORMS_BY_KIND = {
    **dict.fromkeys(
        (OpcodeEffect.INVOKE, OpcodeEffect.INVOKE_CUSTOM, OpcodeEffect.INVOKE_OTHER, OpcodeEffect.FILLED_ARRAY),
        _Form.CALL,
    ),
    **dict.fromkeys(
        (OpcodeEffect.INVOKE_RANGE, OpcodeEffect.INVOKE_CUSTOM_RANGE, OpcodeEffect.FILLED_ARRAY_RANGE),
        _Form.RANGE_CALL,
    ),
}
_FORMS_BY_OPCODE = {
    SPUT: _Form.STATIC_PUT, SGET: _Form.STATIC_GET, IPUT: _Form.PUT, IGET: _Form.GET, RETURN: _Form.RETURN,
    AGET: _Form.ARRAY_GET, APUT: _Form.ARRAY_PUT, POLYMORPHIC_RANGE_CALL: _Form.RANGE_CALL,
}  # fmt: skip
_OPCODES = bytes(_FOR_NUMBERS.get(opcode, opcode) for opcode in range(256))
_WRITES = bytes(_WRITES_BY_KIND.get(OpcodeEffect(KINDS[opcode]), 0) for opcode in range(256))
_FORMS = bytes(
    _FORMS_BY_OPCODE.get(_OPCODES[opcode]) or _FORMS_BY_KIND.get(OpcodeEffect(KINDS[opcode]), 0)
    for opcode in range(256)
)


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

    def operation(self, at: int) -> Operation | None:
        """The operation at a unit; ``None`` if no way leads to it, or if it is no operation."""
        return next((one for one in self.operations if one.at == at), None)


def method_flow(dex: DexFile, code: CodeItem) -> MethodFlow | None:
    """The values of a method; ``None`` if it is too long or malformed."""
    if code.units > MAX_UNITS or code.registers > MAX_REGISTERS:
        return None
    units = dex.units(code)
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
        self._alone: dict[int, Origins] = {}
        """The origins of what an instruction writes. Equal ones are the same object, which compares faster."""

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
        if known == state:
            return
        joined = [
            one if one is other or other <= one else _together(one, other)
            for one, other in zip(known, state, strict=True)
        ]
        if joined != known:
            self._states[at] = joined
            self._pending[at] = None

    def _block(self, at: int) -> bool:
        """Read instructions up to the end of a path, or to the beginning of another block; false without budget."""
        units, states, handlers = self._units, self._states, self._handlers
        state = list(states[at])
        first, before = at, -1
        caught: set[int] | None = None
        """Handlers that have the present state already, except for the registers that were written since then."""
        written: list[int] = []
        while True:
            if at != first and at in states:
                self._reach(at, state)
                return True
            self._left -= 1
            if self._left < 0:
                return False
            self._block_of[at] = first
            if handlers:
                its = handlers.get(at)
                if its is not None:
                    self._left -= len(its)
                    self._catch(its, state, written if its is caught else None)
                caught = its
                written.clear()
            unit = units[at]
            opcode = unit & 255
            kind = KINDS[opcode]
            if kind == _NOP:
                before, at = at, at + payload_length(units, at)
                continue
            if _FORMS[opcode]:
                self._operation(at, _FORMS[opcode], state)
            if _NUMBERS[opcode]:
                self._number(at, kind, state)
            if _WRITES[opcode]:
                written += self._write(at, _WRITES[opcode], state, before)
            if _FIRST_GOTO <= kind <= _END:
                self._leave(at, kind, state)
                return True
            before, at = at, at + LENGTHS[opcode]

    def _catch(self, its: set[int], state: _State, written: Sequence[int] | None) -> None:
        """Note the paths to the handlers of a unit.

        Args:
            its: the handlers.
            state: the registers.
            written: those that the handlers do not have already; all if it is ``None``.
        """
        if written is None:
            for handler in its:
                self._reach(handler, state)
            return
        self._left -= len(its) * (len(state) // 8)
        for handler in its if written else ():
            self._join(handler, state, written)

    def _join(self, at: int, state: _State, registers: Sequence[int]) -> None:
        """``_reach`` if only these registers are different from those of the last time."""
        known = self._states[at]
        for register in registers:
            one, other = known[register], state[register]
            if one is not other and not other <= one:
                joined = _together(one, other)
                if joined != one:
                    known[register] = joined
                    self._pending[at] = None

    def _leave(self, at: int, kind: int, state: _State) -> None:
        """Note where the last instruction of a block leads."""
        units = self._units
        for target in jump_targets(units, at):
            self._reach(target, state)
        if _LAST_GOTO < kind <= _SWITCH:
            unit = units[at]
            pair = FIRST_TEST <= unit & 255 < FIRST_ZERO_TEST
            self._tests[at] = (state[unit >> 8 & 15], state[unit >> 12]) if pair else (state[unit >> 8],)
            self._reach(at + LENGTHS[unit & 255], state)

    def _write(self, at: int, write: int, state: _State, before: int) -> Sequence[int]:
        """Apply what an instruction writes. Returns the registers."""
        units = self._units
        unit = units[at]
        register = unit >> 8
        own = self._alone.get(at)
        if own is None:
            own = self._alone[at] = frozenset((at,))
        if write == _Write.AA:
            state[register] = own
            opcode = unit & 255
            if opcode == CONST_STRING:
                self._strings[at] = units[at + 1]
            elif opcode == CONST_JUMBO:
                self._strings[at] = _number(units, at + 1)
            elif opcode in CREATES:
                self._created.add(at)
        elif write == _Write.A:
            register &= 15
            state[register] = own
            if unit & 255 in CREATES:
                self._created.add(at)
        elif write == _Write.RESULT:
            state[register] = self._alone.setdefault(before, frozenset((before,))) if before >= 0 else own
        elif write == _Write.MOVE:
            register &= 15
            state[register] = state[unit >> 12]
        elif write == _Write.MOVE_FROM16:
            state[register] = state[units[at + 1]]
        elif write == _Write.MOVE_16:
            register = units[at + 1]
            state[register] = state[units[at + 2]]
        else:
            register = register if write == _Write.WIDE_AA else register & 15
            state[register] = state[register + _WIDE_HALF] = own
            return register, register + _WIDE_HALF
        return (register,)

    def _number(self, at: int, kind: int, state: _State) -> None:
        """Note a constant, or the numbers that an instruction calculates with."""
        unit, more = self._units[at], self._units[at + 1] if kind != OpcodeEffect.BINARY_2ADDR else 0
        if kind == OpcodeEffect.CONST_32:
            self._numbers[at] = _number(self._units, at + 1)
        elif kind == OpcodeEffect.WRITE_AA:
            self._numbers[at] = more << 16
        elif kind == OpcodeEffect.BINARY:
            self._computed |= state[more & 255] | state[more >> 8]
        elif kind == OpcodeEffect.BINARY_2ADDR:
            self._computed |= state[unit >> 8 & 15] | state[unit >> 12]
        else:
            self._computed |= state[unit >> 12 if kind == OpcodeEffect.LITERAL_16 else more & 255]

    def _operation(self, at: int, form: int, state: _State) -> None:
        """Note an instruction that passes values on."""
        units, unit = self._units, self._units[at]
        registers: Sequence[int]
        if form == _Form.CALL:
            more = units[at + 2]
            registers = (more & 15, more >> 4 & 15, more >> 8 & 15, more >> 12, unit >> 8 & 15)[: unit >> 12]
        elif form == _Form.RANGE_CALL:
            registers = range(units[at + 2], units[at + 2] + (unit >> 8))
        elif form == _Form.STATIC_GET:
            registers = ()
        elif form == _Form.GET:
            registers = (unit >> 12,)
        elif form == _Form.PUT:
            registers = (unit >> 8 & 15, unit >> 12)
        elif form == _Form.ARRAY_GET:
            registers = (units[at + 1] & 255,)
        elif form == _Form.ARRAY_PUT:
            registers = (unit >> 8, units[at + 1] & 255)
        else:
            registers = (unit >> 8,)
        member = units[at + 1] if form < _Form.RETURN else -1
        values = tuple([state[register] for register in registers])  # a generator takes twice the time
        self._operations[at] = Operation(at, _OPCODES[unit & 255], member, values)


def _together(one: Origins, other: Origins) -> Origins:
    """The origins of a register on two paths."""
    both = one | other
    return _ANY if len(both) > MAX_ORIGINS or MANY in both else both


def _number(units: Sequence[int], at: int) -> int:
    """A number of 32 bits, without sign."""
    return units[at] | units[at + 1] << 16
