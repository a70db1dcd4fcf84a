"""Interpreter of A64, the instructions of 64-bit ARM processors.

Each instruction becomes a function once, which is kept with its address. Source: Arm Architecture Reference Manual for
A-profile, "A64 Instruction Set Encoding".
"""

from collections.abc import Callable, Sequence
from typing import override

from tieback.recognise.machine_code.cpu import MASK, RETURN, Cpu, VariableArguments
from tieback.recognise.machine_code.lanes import with_sign
from tieback.recognise.machine_code.memory import THREAD, TRAPS, Memory, NotRunnableError, WorkLimitError

SP, SINK, ZERO = 32, 33, 31
"""Numbers of the stack pointer, of a register for results that nobody wants, and of the one that is always zero."""
WORD = (1 << 32) - 1
REGISTER_ARGUMENTS = 8

type Step = Callable[["Arm64"], None]


class Arm64(Cpu):
    """Registers of an A64 processor."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self.x = [0] * 34
        self.v = [0] * 32
        self.n = self.z = self.c = self.o = False
        """Flags: negative, zero, carry, overflow."""
        self._known: dict[int, Step] = {}

    @override
    def _begin(self, arguments: Sequence[int], stack: int) -> None:
        self.x[: len(arguments[:REGISTER_ARGUMENTS])] = arguments[:REGISTER_ARGUMENTS]
        for number, value in enumerate(arguments[REGISTER_ARGUMENTS:]):
            self.memory.put_number(stack + 8 * number, value, 8)
        self.x[SP], self.x[30] = stack, RETURN

    @override
    def run(self, most: int) -> None:
        known, begin = self._known, self.steps
        end = begin + most
        steps = begin
        try:
            while self.pc < TRAPS:
                at = self.pc
                step = known.get(at)
                if step is None:
                    self.memory.room.take_instruction()
                    step = known[at] = decoded(self.memory.number(at, 4), at)
                steps += 1
                if steps > end:
                    raise WorkLimitError("too many instructions")
                self.pc = at + 4
                step(self)
        finally:
            self.steps = steps

    @override
    def argument(self, number: int) -> int:
        if number < REGISTER_ARGUMENTS:
            return self.x[number]
        return self.memory.number(self.x[SP] + 8 * (number - REGISTER_ARGUMENTS), 8)

    @override
    def structure(self) -> tuple[int, int]:
        return self.x[8], 0

    @override
    def give(self, value: int) -> None:
        self.x[0] = value & MASK
        self.pc = self.x[30]

    @property
    @override
    def result(self) -> int:
        return self.x[0]

    @override
    def listed(self, place: int) -> VariableArguments:
        return _Listed(self.memory, place)

    def holds(self, condition: int) -> bool:
        """True if a condition holds; its number is that of the instruction."""
        kind = condition >> 1
        if kind == 0:
            found = self.z
        elif kind == 1:
            found = self.c
        elif kind == 2:
            found = self.n
        elif kind == 3:
            found = self.o
        elif kind == 4:
            found = self.c and not self.z
        elif kind == 5:
            found = self.n == self.o
        elif kind == 6:
            found = self.n == self.o and not self.z
        else:
            return True
        return found is not bool(condition & 1)

    def set_flags(self, one: int, other: int, carry: int, mask: int) -> int:
        """The sum of two numbers and a carry, and the flags of it."""
        total = one + other + carry
        result = total & mask
        sign = mask ^ mask >> 1
        self.n = bool(result & sign)
        self.z = result == 0
        self.c = total > mask
        self.o = bool(~(one ^ other) & (one ^ result) & sign)
        return result


class _Listed(VariableArguments):
    def __init__(self, memory: Memory, place: int) -> None:
        self._memory = memory
        self._stack = memory.number(place, 8)
        self._top = memory.number(place + 8, 8)
        self._offset = memory.number(place + 24, 4) - (1 << 32) if memory.number(place + 24, 4) >> 31 else 0

    @override
    def next(self) -> int:
        if self._offset < 0:
            value = self._memory.number(self._top + self._offset, 8)
            self._offset += 8
        else:
            value = self._memory.number(self._stack, 8)
            self._stack += 8
        return value


def decoded(word: int, at: int) -> Step:
    """The function of an instruction.

    Args:
        word: the instruction.
        at: its address.

    Raises:
        NotRunnableError: the instruction is not known.
    """
    group = word >> 25 & 15
    step: Step | None = None
    if group in (8, 9):
        step = _immediate(word, at)
    elif group in (10, 11):
        step = _branch(word, at)
    elif group & 5 == 4:
        from tieback.recognise.machine_code.arm64_memory import access

        step = access(word, at)
    elif group & 7 == 5:
        step = _registers(word)
    elif group & 7 == 7:
        from tieback.recognise.machine_code.arm64_vectors import vectors

        step = vectors(word)
    if step is None:
        raise NotRunnableError(f"an unknown instruction {word:08x} at {at:x}")
    return step


def target(register: int) -> int:
    """Where a result goes: nowhere for register 31."""
    return SINK if register == ZERO else register


def stacked(register: int) -> int:
    """A register of which number 31 is the stack pointer."""
    return SP if register == ZERO else register


def _immediate(word: int, at: int) -> Step | None:
    kind = word >> 23 & 7
    wide = word >> 31
    mask = MASK if wide else WORD
    one = word >> 5 & 31
    into = target(word & 31)
    if kind in (0, 1):
        distance = with_sign((word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3, 21)
        return _constant(into, ((at >> 12) + distance << 12) if wide else at + distance)
    if kind == 2:
        value = (word >> 10 & 0xFFF) << (12 if word >> 22 & 1 else 0)
        return _add_constant(word, value, mask, stacked(one))
    if not wide and word >> 22 & 1 and kind in (4, 6, 7):
        return None
    if kind == 4:
        bits = bit_mask(word >> 22 & 1, word >> 16 & 63, word >> 10 & 63, 64 if wide else 32)
        return _logical_constant(word >> 29 & 3, bits, mask, one, word & 31)
    if kind == 5:
        return _wide_constant(word, mask, into)
    if kind == 6:
        return _bit_field(word, into)
    if kind == 7:
        low, bits = word >> 10 & 63, 64 if wide else 32
        if low >= bits:
            return None
        other = word >> 16 & 31

        def extract(cpu: Arm64) -> None:
            x = cpu.x
            x[into] = ((x[one] & mask) << bits | x[other] & mask) >> low & mask

        return extract
    return None


def _constant(into: int, value: int) -> Step:
    value &= MASK

    def constant(cpu: Arm64) -> None:
        cpu.x[into] = value

    return constant


def _add_constant(word: int, value: int, mask: int, one: int) -> Step:
    subtract, flags = word >> 30 & 1, word >> 29 & 1
    if flags:
        into = target(word & 31)
        other, carry = (~value & mask, 1) if subtract else (value, 0)

        def add_flags(cpu: Arm64) -> None:
            cpu.x[into] = cpu.set_flags(cpu.x[one] & mask, other, carry, mask)

        return add_flags
    into = stacked(word & 31)
    value = -value if subtract else value

    def add(cpu: Arm64) -> None:
        cpu.x[into] = cpu.x[one] + value & mask

    return add


def _logical_constant(kind: int, bits: int, mask: int, one: int, to: int) -> Step:
    if kind == 3:
        into = target(to)

        def test(cpu: Arm64) -> None:
            result = cpu.x[into] = cpu.x[one] & bits
            cpu.n, cpu.z, cpu.c, cpu.o = result > mask >> 1, result == 0, False, False

        return test
    into = stacked(to)
    if kind == 0:

        def logical(cpu: Arm64) -> None:
            cpu.x[into] = cpu.x[one] & bits

    elif kind == 1:

        def logical(cpu: Arm64) -> None:
            cpu.x[into] = (cpu.x[one] | bits) & mask

    else:

        def logical(cpu: Arm64) -> None:
            cpu.x[into] = (cpu.x[one] ^ bits) & mask

    return logical


def bit_mask(large: int, rotation: int, ones: int, width: int) -> int:
    """The constant of a logical instruction. Raises ``NotRunnableError`` if there is none."""
    length = (large << 6 | ~ones & 63).bit_length() - 1
    if length < 1:
        raise NotRunnableError("an instruction without a meaning")
    size = 1 << length
    count, turn = (ones & size - 1) + 1, rotation & size - 1
    if count == size:
        raise NotRunnableError("an instruction without a meaning")
    element = (1 << count) - 1
    element = (element >> turn | element << size - turn) & (1 << size) - 1
    found = 0
    for place in range(0, width, size):
        found |= element << place
    return found & (1 << width) - 1


def _wide_constant(word: int, mask: int, into: int) -> Step | None:
    kind, shift = word >> 29 & 3, (word >> 21 & 3) * 16
    value = (word >> 5 & 0xFFFF) << shift
    if kind == 0:
        return _constant(into, ~value & mask)
    if kind == 2:
        return _constant(into, value & mask)
    if kind != 3:
        return None
    rest = mask & ~(0xFFFF << shift)

    def keep(cpu: Arm64) -> None:
        cpu.x[into] = cpu.x[into] & rest | value

    return keep


def _bit_field(word: int, into: int) -> Step | None:
    kind, width = word >> 29 & 3, 64 if word >> 31 else 32
    mask = (1 << width) - 1
    one, turn, last = word >> 5 & 31, word >> 16 & 63, word >> 10 & 63
    if turn >= width or last >= width:
        return None
    if last >= turn:
        count, up, down = last - turn + 1, 0, turn
    else:
        count, up, down = last + 1, width - turn, 0
    field = (1 << count) - 1
    if kind == 2:

        def extract(cpu: Arm64) -> None:
            cpu.x[into] = (cpu.x[one] >> down & field) << up & mask

        return extract
    if kind == 0:
        sign, high = 1 << count - 1, 1 << count

        def extract_signed(cpu: Arm64) -> None:
            value = cpu.x[one] >> down & field
            cpu.x[into] = (value - high if value & sign else value) << up & mask

        return extract_signed
    if kind != 1:
        return None
    rest = mask & ~(field << up)

    def insert(cpu: Arm64) -> None:
        cpu.x[into] = cpu.x[into] & rest | (cpu.x[one] >> down & field) << up

    return insert


def _branch(word: int, at: int) -> Step | None:
    if word >> 26 & 31 == 5:
        return _jump(at + with_sign(word & 0x3FFFFFF, 26) * 4, at + 4 if word >> 31 else 0)
    goal = at + with_sign(word >> 5 & 0x7FFFF, 19) * 4
    if word >> 24 == 0x54:
        condition = word & 15

        def conditional(cpu: Arm64) -> None:
            if cpu.holds(condition):
                cpu.pc = goal

        return conditional
    if word & 0x7E000000 == 0x34000000:
        return _compare_zero(word & 31, MASK if word >> 31 else WORD, bool(word >> 24 & 1), goal)
    if word & 0x7E000000 == 0x36000000:
        bit = 1 << (word >> 26 & 32 | word >> 19 & 31)
        return _compare_zero(word & 31, bit, bool(word >> 24 & 1), at + with_sign(word >> 5 & 0x3FFF, 14) * 4)
    if word & 0xFE000000 == 0xD6000000:
        one = word >> 5 & 31
        kind = word >> 21 & 7
        if kind not in (0, 1, 2):
            return None
        one = 30 if word & 0xFFFFFBFF == 0xD65F0BFF else one  # a return that checks the address

        def register(cpu: Arm64) -> None:
            cpu.pc = cpu.x[one]
            if kind == 1:
                cpu.x[30] = at + 4

        return register
    if word & 0xFFFFF000 == 0xD5032000 or word & 0xFFFFF000 == 0xD5033000:  # hints and barriers
        return _nothing
    if word & 0xFFFFFFE0 == 0xD53BD040:  # the pointer to what belongs to the thread
        return _constant(target(word & 31), THREAD + 0x1000)
    return None


def _nothing(_: Arm64) -> None:
    """No effect."""


def _jump(goal: int, back: int) -> Step:
    if back:

        def call(cpu: Arm64) -> None:
            cpu.x[30] = back
            cpu.pc = goal

        return call

    def jump(cpu: Arm64) -> None:
        cpu.pc = goal

    return jump


def _compare_zero(one: int, mask: int, is_set: bool, goal: int) -> Step:
    def compare(cpu: Arm64) -> None:
        if bool(cpu.x[one] & mask) is is_set:
            cpu.pc = goal

    return compare


def _registers(word: int) -> Step | None:
    mask = MASK if word >> 31 else WORD
    one, other, into = word >> 5 & 31, word >> 16 & 31, target(word & 31)
    if (
        word & 0x1F000000 in (0x0A000000, 0x0B000000)
        and word & 0x1F200000 != 0x0B200000
        and not word >> 31
        and word >> 15 & 1
    ):
        return None  # a shift by more than the width
    if word & 0x1F000000 == 0x0A000000:
        return _logical(word, mask, one, into)
    if word & 0x1F200000 == 0x0B000000:
        value = shifted(other, word >> 22 & 3, word >> 10 & 63, 64 if word >> 31 else 32)
        return _add(word, value, mask, one, into)
    if word & 0x1F200000 == 0x0B200000:
        into = into if word >> 29 & 1 else stacked(word & 31)
        return _add(word, extended(other, word >> 13 & 7, word >> 10 & 7), mask, stacked(one), into)
    if word & 0x1FE00000 == 0x1A000000:
        return _add_carry(word, mask, one, other, into)
    if word & 0x1FE00000 == 0x1A400000:
        return _conditional_compare(word, mask, one, other)
    if word & 0x1FE00000 == 0x1A800000:
        return _select(word, mask, one, other, into)
    if word & 0x1F000000 == 0x1B000000:
        return _multiply(word, mask, one, other, into)
    if word & 0x5FE00000 == 0x1AC00000:
        return _two_sources(word, one, other, into)
    if word & 0x5FE00000 == 0x5AC00000:
        return _one_source(word, one, into)
    return None


def shifted(register: int, kind: int, by: int, width: int) -> Callable[[Arm64], int]:
    """Value of a register after a shift."""
    mask = (1 << width) - 1
    if not by:
        return lambda cpu: cpu.x[register] & mask
    if kind == 0:
        return lambda cpu: cpu.x[register] << by & mask
    if kind == 1:
        return lambda cpu: (cpu.x[register] & mask) >> by
    if kind == 2:
        return lambda cpu: with_sign(cpu.x[register] & mask, width) >> by & mask
    return lambda cpu: ((cpu.x[register] & mask) >> by | cpu.x[register] << width - by) & mask


def extended(register: int, kind: int, by: int) -> Callable[[Arm64], int]:
    """Value of a part of a register, with or without its sign, after a shift to the left."""
    width = 8 << (kind & 3)
    mask = (1 << width) - 1
    if kind & 4:
        return lambda cpu: with_sign(cpu.x[register] & mask, width) << by & MASK
    return lambda cpu: (cpu.x[register] & mask) << by & MASK


def _logical(word: int, mask: int, one: int, into: int) -> Step:
    value = shifted(word >> 16 & 31, word >> 22 & 3, word >> 10 & 63, 64 if word >> 31 else 32)
    kind, turn = word >> 29 & 3, mask if word >> 21 & 1 else 0
    if kind == 0:

        def logical(cpu: Arm64) -> None:
            cpu.x[into] = cpu.x[one] & (value(cpu) ^ turn)

    elif kind == 1:

        def logical(cpu: Arm64) -> None:
            cpu.x[into] = (cpu.x[one] | value(cpu) ^ turn) & mask

    elif kind == 2:

        def logical(cpu: Arm64) -> None:
            cpu.x[into] = (cpu.x[one] ^ value(cpu) ^ turn) & mask

    else:

        def logical(cpu: Arm64) -> None:
            result = cpu.x[into] = cpu.x[one] & (value(cpu) ^ turn) & mask
            cpu.n, cpu.z, cpu.c, cpu.o = result > mask >> 1, result == 0, False, False

    return logical


def _add(word: int, value: Callable[[Arm64], int], mask: int, one: int, into: int) -> Step:
    subtract = word >> 30 & 1
    if word >> 29 & 1:
        turn = mask if subtract else 0

        def add_flags(cpu: Arm64) -> None:
            cpu.x[into] = cpu.set_flags(cpu.x[one] & mask, value(cpu) & mask ^ turn, subtract, mask)

        return add_flags
    if subtract:

        def minus(cpu: Arm64) -> None:
            cpu.x[into] = cpu.x[one] - value(cpu) & mask

        return minus

    def plus(cpu: Arm64) -> None:
        cpu.x[into] = cpu.x[one] + value(cpu) & mask

    return plus


def _add_carry(word: int, mask: int, one: int, other: int, into: int) -> Step | None:
    turn, flags = mask if word >> 30 & 1 else 0, word >> 29 & 1
    if word >> 10 & 63:
        return None

    def add(cpu: Arm64) -> None:
        first, second, carry = cpu.x[one] & mask, cpu.x[other] & mask ^ turn, int(cpu.c)
        cpu.x[into] = cpu.set_flags(first, second, carry, mask) if flags else first + second + carry & mask

    return add


def _conditional_compare(word: int, mask: int, one: int, other: int) -> Step | None:
    if not word >> 29 & 1 or word >> 10 & 1 or word >> 4 & 1:
        return None
    condition, constant = word >> 12 & 15, word >> 11 & 1
    subtract = word >> 30 & 1
    turn = mask if subtract else 0
    flags = [bool(word >> bit & 1) for bit in (3, 2, 1, 0)]

    def compare(cpu: Arm64) -> None:
        if cpu.holds(condition):
            value = other if constant else cpu.x[other] & mask
            cpu.set_flags(cpu.x[one] & mask, value ^ turn, subtract, mask)
        else:
            cpu.n, cpu.z, cpu.c, cpu.o = flags

    return compare


def _select(word: int, mask: int, one: int, other: int, into: int) -> Step | None:
    condition, invert, increment = word >> 12 & 15, word >> 30 & 1, word >> 10 & 1
    if word >> 11 & 1 or word >> 29 & 1:
        return None
    turn = mask if invert else 0

    def select(cpu: Arm64) -> None:
        x = cpu.x
        x[into] = x[one] & mask if cpu.holds(condition) else (x[other] ^ turn) + increment & mask

    return select


def _multiply(word: int, mask: int, one: int, other: int, into: int) -> Step | None:
    kind, subtract, third = word >> 21 & 7, word >> 15 & 1, word >> 10 & 31
    if kind == 0:
        sign = -1 if subtract else 1

        def multiply(cpu: Arm64) -> None:
            x = cpu.x
            x[into] = x[third] + sign * x[one] * x[other] & mask

        return multiply
    if kind in (1, 5):
        sign = -1 if subtract else 1

        def multiply_long(cpu: Arm64) -> None:
            first, second = cpu.x[one] & WORD, cpu.x[other] & WORD
            if kind == 1:
                first, second = with_sign(first, 32), with_sign(second, 32)
            cpu.x[into] = cpu.x[third] + sign * first * second & MASK

        return multiply_long
    if kind in (2, 6):

        def multiply_high(cpu: Arm64) -> None:
            first, second = cpu.x[one], cpu.x[other]
            if kind == 2:
                first, second = with_sign(first, 64), with_sign(second, 64)
            cpu.x[into] = first * second >> 64 & MASK

        return multiply_high
    return None


def _two_sources(word: int, one: int, other: int, into: int) -> Step | None:
    kind, width = word >> 10 & 63, 64 if word >> 31 else 32
    mask = (1 << width) - 1
    if kind in (2, 3):

        def divide(cpu: Arm64) -> None:
            first, second = cpu.x[one] & mask, cpu.x[other] & mask
            if kind == 3:
                first, second = with_sign(first, width), with_sign(second, width)
            result = abs(first) // abs(second) if second else 0
            cpu.x[into] = (-result if (first < 0) is not (second < 0) else result) & mask

        return divide
    if kind not in (8, 9, 10, 11):
        return None
    shifts = [shifted(one, kind - 8, by, width) for by in range(width)]

    def shift(cpu: Arm64) -> None:
        cpu.x[into] = shifts[cpu.x[other] % width](cpu)

    return shift


def _one_source(word: int, one: int, into: int) -> Step | None:
    kind, width = word >> 10 & 63, 64 if word >> 31 else 32
    mask = (1 << width) - 1
    if word >> 16 & 31 == 1:
        return _nothing  # a signature of an address: none is made here
    if word >> 16 & 31 or kind > 5:
        return None
    count = width // 8

    def reverse(cpu: Arm64) -> None:
        value = cpu.x[one] & mask
        if kind == 0:
            result = int(f"{value:0{width}b}"[::-1], 2)
        elif kind == 4:
            result = width - value.bit_length()
        elif kind == 5:
            result = width - 1 - (value ^ mask if value >> width - 1 else value).bit_length()
        else:
            raw, part = value.to_bytes(count, "little"), 1 << kind
            result = int.from_bytes(b"".join(raw[k : k + part][::-1] for k in range(0, count, part)), "little")
        cpu.x[into] = result

    return reverse
