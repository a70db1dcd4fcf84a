"""Interpreter of x86-64 instructions.

Each instruction becomes a function once, which is kept with its address. Source: Intel 64 and IA-32 Architectures
Software Developer's Manual, volume 2.
"""

from collections.abc import Callable, Sequence
from typing import override

from tieback.recognise.machine_code.cpu import MASK, RETURN, Cpu, VariableArguments
from tieback.recognise.machine_code.memory import TRAPS, Memory, WorkLimitError

RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)
_ARGUMENTS = (RDI, RSI, RDX, RCX, 8, 9)
MASKS = {1: 0xFF, 2: 0xFFFF, 4: 0xFFFFFFFF, 8: MASK}
"""By the bytes of a number."""
SIGNS = {1: 0x80, 2: 0x8000, 4: 0x80000000, 8: 1 << 63}

type Step = Callable[["X8664"], None]


class X8664(Cpu):
    """Registers of an x86-64 processor."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self.r = [0] * 16
        self.v = [0] * 16
        self.carry = self.zero = self.sign = self.overflow = self.parity = False
        self.known: dict[int, Step] = {}
        self.end = 0
        """Steps at which the run ends."""

    @override
    def _begin(self, arguments: Sequence[int], stack: int) -> None:
        for register, value in zip(_ARGUMENTS, arguments, strict=False):
            self.r[register] = value & MASK
        stack -= 8  # the first instruction finds the stack 8 bytes off a multiple of 16
        for number, value in enumerate(arguments[len(_ARGUMENTS) :]):
            self.memory.put_number(stack + 8 + 8 * number, value, 8)
        self.memory.put_number(stack, RETURN, 8)
        self.r[RSP] = stack

    @override
    def run(self, most: int) -> None:
        from tieback.recognise.machine_code.x86_decode import decoded

        known = self.known
        end = self.end = self.steps + most
        while self.pc < TRAPS:
            step = known.get(self.pc)
            if step is None:
                self.memory.room.take_instruction()
                step = known[self.pc] = decoded(self.memory, self.pc)
            self.steps += 1
            if self.steps > end:
                raise WorkLimitError("too many instructions")
            step(self)

    def spend(self, steps: int) -> None:
        """Note an instruction that takes as long as so many others. Raises ``WorkLimitError``."""
        self.steps = min(self.steps + steps, self.end + 1)
        if self.steps > self.end:
            raise WorkLimitError("too many instructions")

    @override
    def argument(self, number: int) -> int:
        if number < len(_ARGUMENTS):
            return self.r[_ARGUMENTS[number]]
        return self.memory.number(self.r[RSP] + 8 + 8 * (number - len(_ARGUMENTS)), 8)

    @override
    def structure(self) -> tuple[int, int]:
        return self.r[_ARGUMENTS[0]], 1

    @override
    def give(self, value: int) -> None:
        self.r[RAX] = value & MASK
        self.pc = self.pop()

    @property
    @override
    def result(self) -> int:
        return self.r[RAX]

    @override
    def listed(self, place: int) -> VariableArguments:
        return _Listed(self.memory, place)

    def push(self, value: int) -> None:
        """Put a number on the stack."""
        top = self.r[RSP] = self.r[RSP] - 8 & MASK
        self.memory.put_number(top, value, 8)

    def pop(self) -> int:
        """Take a number from the stack."""
        value = self.memory.number(self.r[RSP], 8)
        self.r[RSP] = self.r[RSP] + 8 & MASK
        return value

    def note(self, result: int, size: int) -> int:
        """Set the flags that a result alone decides, and return it."""
        self.zero = result == 0
        self.sign = bool(result & SIGNS[size])
        self.parity = not (result & 255).bit_count() & 1
        return result

    def logical(self, result: int, size: int) -> int:
        """Set the flags of a logical operation, and return its result."""
        self.carry = self.overflow = False
        return self.note(result, size)

    def sum(self, one: int, other: int, carry: int, size: int) -> int:
        """A sum, with its flags."""
        mask = MASKS[size]
        total = one + other + carry
        result = total & mask
        self.carry = total > mask
        self.overflow = bool(~(one ^ other) & (one ^ result) & SIGNS[size])
        return self.note(result, size)

    def difference(self, one: int, other: int, borrow: int, size: int) -> int:
        """A difference, with its flags."""
        result = one - other - borrow & MASKS[size]
        self.carry = one < other + borrow
        self.overflow = bool((one ^ other) & (one ^ result) & SIGNS[size])
        return self.note(result, size)

    def holds(self, condition: int) -> bool:
        """True if a condition holds; its number is that of the instruction."""
        kind = condition >> 1
        if kind == 0:
            found = self.overflow
        elif kind == 1:
            found = self.carry
        elif kind == 2:
            found = self.zero
        elif kind == 3:
            found = self.carry or self.zero
        elif kind == 4:
            found = self.sign
        elif kind == 5:
            found = self.parity
        elif kind == 6:
            found = self.sign is not self.overflow
        else:
            found = self.zero or self.sign is not self.overflow
        return found is not bool(condition & 1)


class _Listed(VariableArguments):
    def __init__(self, memory: Memory, place: int) -> None:
        self._memory = memory
        self._offset = memory.number(place, 4)
        self._stack, self._saved = memory.number(place + 8, 8), memory.number(place + 16, 8)

    @override
    def next(self) -> int:
        if self._offset < 48:
            value = self._memory.number(self._saved + self._offset, 8)
            self._offset += 8
        else:
            value = self._memory.number(self._stack, 8)
            self._stack += 8
        return value


def signed(value: int, size: int) -> int:
    """A number of so many bytes with its sign."""
    return value - (1 << size * 8) if value & SIGNS[size] else value
