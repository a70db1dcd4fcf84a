"""Instructions of x86-64: prefixes, opcode, operands."""

from collections.abc import Callable

from tieback.recognise.machine_code.cpu import MASK
from tieback.recognise.machine_code.memory import THREAD, Memory, NotRunnableError
from tieback.recognise.machine_code.x86_64 import MASKS, RSP, X8664, Step, signed

_MOST = 15
"""Most bytes of an instruction."""
_PREFIXES = frozenset((0x66, 0xF2, 0xF3, 0x64, 0x65, 0x2E, 0x36, 0x3E, 0x26, 0xF0))
_ADDRESS_SIZE = 0x67

type Read = Callable[[X8664], int]
type Write = Callable[[X8664, int], None]


class Operand:
    """A register or a place in memory."""

    __slots__ = ("address", "register")

    def __init__(self, register: int, address: Read | None) -> None:
        """``register`` is its number if ``address``, which computes a place in memory, is ``None``."""
        self.register = register
        self.address = address


class Code:
    """The bytes of one instruction, read from its begin on."""

    def __init__(self, memory: Memory, at: int) -> None:
        try:
            self._raw = memory.read(at, _MOST)
        except NotRunnableError:  # the last instruction of the code
            self._raw = memory.read(at, 4096 - (at & 4095))
        self._begin, self._at = at, 0
        self.prefixes: set[int] = set()
        self.rex = 0
        self.opcode = 0
        self.table = 0
        """1 for opcodes behind 0F, 2 behind 0F 38, 3 behind 0F 3A."""
        self.mode = self.field = self.low = 0
        """Parts of the byte that describes the operands; ``field`` with its fourth bit."""

    @property
    def next(self) -> int:
        """Address of the instruction behind this one, as far as it was read."""
        return self._begin + self._at

    def octet(self) -> int:
        """The next byte."""
        return self.number(1)

    def peek(self) -> int:
        """The next byte, which stays to be read."""
        return self._raw[self._at] if self._at < len(self._raw) else 0

    def number(self, size: int) -> int:
        """The next number, without a sign."""
        raw = self._raw[self._at : self._at + size]
        if len(raw) < size:
            raise NotRunnableError("an instruction that is cut off")
        self._at += size
        return int.from_bytes(raw, "little")

    def distance(self, size: int) -> int:
        """The next number, with its sign."""
        return signed(self.number(size), size)

    def begin(self) -> None:
        """Read prefixes and the opcode."""
        octet = self.octet()
        while octet in _PREFIXES:
            self.prefixes.add(octet)
            octet = self.octet()
        if octet == _ADDRESS_SIZE:
            raise NotRunnableError("an address of 32 bits")
        if octet & 0xF0 == 0x40:
            self.rex = octet
            octet = self.octet()
        if octet == 0x0F:
            octet = self.octet()
            self.table = 1
            if octet in (0x38, 0x3A):
                self.table = 2 if octet == 0x38 else 3
                octet = self.octet()
        self.opcode = octet

    @property
    def size(self) -> int:
        """Bytes of the operands, for instructions without a size of their own."""
        return 8 if self.rex & 8 else 2 if 0x66 in self.prefixes else 4

    def operand(self, behind: int = 0) -> Operand:
        """Read what describes the operands.

        Args:
            behind: bytes of the instruction that follow it, for addresses relative to its end.
        """
        octet = self.octet()
        self.mode, low = octet >> 6, octet & 7
        self.field = octet >> 3 & 7 | (self.rex & 4) << 1
        self.low = low | (self.rex & 1) << 3
        if self.mode == 3:
            return Operand(self.low, None)
        segment = THREAD + 0x1000 if 0x64 in self.prefixes else 0
        if low == 4:
            return Operand(-1, self._scaled(segment))
        if low == 5 and self.mode == 0:
            away = self.distance(4)
            place = self.next + behind + away + segment & MASK
            return Operand(-1, lambda _: place)
        base, away = self.low, self._away() + segment
        return Operand(-1, lambda cpu: cpu.r[base] + away & MASK)

    def _away(self) -> int:
        return self.distance(1) if self.mode == 1 else self.distance(4) if self.mode == 2 else 0

    def _scaled(self, segment: int) -> Read:
        octet = self.octet()
        scale, index, base = octet >> 6, octet >> 3 & 7 | (self.rex & 2) << 2, octet & 7 | (self.rex & 1) << 3
        if base & 7 == 5 and self.mode == 0:
            away = self.distance(4) + segment
            if index == RSP:
                return lambda _: away & MASK
            return lambda cpu: (cpu.r[index] << scale) + away & MASK
        away = self._away() + segment
        if index == RSP:
            return lambda cpu: cpu.r[base] + away & MASK
        return lambda cpu: cpu.r[base] + (cpu.r[index] << scale) + away & MASK

    def read(self, operand: Operand, size: int) -> Read:
        """What reads an operand."""
        address, register = operand.address, operand.register
        if address is not None:
            return lambda cpu: cpu.memory.number(address(cpu), size)
        if size == 8:
            return lambda cpu: cpu.r[register]
        if size == 1 and not self.rex and 4 <= register < 8:
            high = register - 4
            return lambda cpu: cpu.r[high] >> 8 & 255
        mask = MASKS[size]
        return lambda cpu: cpu.r[register] & mask

    def write(self, operand: Operand, size: int) -> Write:
        """What writes an operand."""
        address, register = operand.address, operand.register
        if address is not None:
            return lambda cpu, value: cpu.memory.put_number(address(cpu), value, size)
        if size == 1 and not self.rex and 4 <= register < 8:
            return _write_high(register - 4)
        return write_register(register, size)


def write_register(register: int, size: int) -> Write:
    """What writes a register; the upper half becomes zero with 32 bits, and stays with fewer."""
    if size >= 4:
        mask = MASKS[size]

        def whole(cpu: X8664, value: int) -> None:
            cpu.r[register] = value & mask

        return whole
    mask = MASKS[size]

    def part(cpu: X8664, value: int) -> None:
        cpu.r[register] = cpu.r[register] & ~mask | value & mask

    return part


def _write_high(register: int) -> Write:
    def high(cpu: X8664, value: int) -> None:
        cpu.r[register] = cpu.r[register] & ~0xFF00 | (value & 255) << 8

    return high


def decoded(memory: Memory, at: int) -> Step:
    """The function of the instruction at an address. Raises ``NotRunnableError`` if it is not known."""
    from tieback.recognise.machine_code.x86_effects import plain, two_bytes
    from tieback.recognise.machine_code.x86_vectors import vectors

    code = Code(memory, at)
    code.begin()
    opcode, table = code.opcode, code.table
    step = plain(code) if table == 0 else two_bytes(code) if table == 1 else None
    if step is None and table:
        step = vectors(code)
    if step is None:
        raise NotRunnableError(f"an unknown instruction, opcode {opcode:02x} of table {table}, at {at:x}")
    after, effect = code.next, step

    def run(cpu: X8664) -> None:
        cpu.pc = after
        effect(cpu)

    return run
