"""Instructions of x86-64 on general registers and memory."""

from collections.abc import Callable

from tieback.recognise.machine_code.cpu import MASK
from tieback.recognise.machine_code.memory import BYTES_PER_STEP, MAX_TEXT, NotRunnableError, WorkLimitError
from tieback.recognise.machine_code.x86_64 import MASKS, RAX, RBP, RCX, RDI, RDX, RSI, RSP, SIGNS, X8664, Step, signed
from tieback.recognise.machine_code.x86_decode import Code, Operand, Read, Write, write_register

_ADD, _OR, _ADC, _SBB, _AND, _SUB, _XOR, _COMPARE = range(8)


def _nothing(_: X8664) -> None:
    """No effect."""


def plain(code: Code) -> Step | None:
    """The function of an instruction with an opcode of one byte; ``None`` if it is not known."""
    opcode = code.opcode
    if opcode < 0x40 and opcode & 7 < 6:
        return _arithmetic_form(code)
    if 0x50 <= opcode < 0x60:
        return _stack(opcode & 7 | (code.rex & 1) << 3, push=opcode < 0x58)
    if 0x70 <= opcode < 0x80:
        return _jump_if(opcode & 15, code.distance(1) + code.next)
    if 0xB0 <= opcode < 0xC0:
        size = 1 if opcode < 0xB8 else code.size
        register = Operand(opcode & 7 | (code.rex & 1) << 3, None)
        return _put(code.write(register, size), code.number(size))
    if 0x91 <= opcode <= 0x97 or (opcode == 0x90 and code.rex & 1):
        one, other = Operand(RAX, None), Operand(opcode & 7 | (code.rex & 1) << 3, None)
        return _exchange(code, one, other, code.size)
    if 0xC0 <= opcode <= 0xD3 and opcode in (0xC0, 0xC1, 0xD0, 0xD1, 0xD2, 0xD3):
        return _shift_form(code)
    form = _FORMS.get(opcode)
    return form(code) if form is not None else None


def _arithmetic_form(code: Code) -> Step:
    kind, form = code.opcode >> 3, code.opcode & 7
    size = code.size if form & 1 else 1
    if form >= 4:
        operand = Operand(RAX, None)
        value = _constant(code, size)
        return _arithmetic(kind, size, code.read(operand, size), value, code.write(operand, size))
    operand = code.operand()
    other = Operand(code.field, None)
    one, two = (other, operand) if form & 2 else (operand, other)
    return _arithmetic(kind, size, code.read(one, size), code.read(two, size), code.write(one, size))


def _constant(code: Code, size: int, width: int = 0) -> Read:
    """The constant of an instruction, extended with its sign."""
    value = code.distance(width or min(size, 4)) & MASKS[size]
    return lambda _: value


def _arithmetic(kind: int, size: int, read: Read, other: Read, write: Write) -> Step:
    if kind == _COMPARE:

        def step(cpu: X8664) -> None:
            cpu.difference(read(cpu), other(cpu), 0, size)

    elif kind == _ADD:

        def step(cpu: X8664) -> None:
            write(cpu, cpu.sum(read(cpu), other(cpu), 0, size))

    elif kind == _SUB:

        def step(cpu: X8664) -> None:
            write(cpu, cpu.difference(read(cpu), other(cpu), 0, size))

    elif kind == _ADC:

        def step(cpu: X8664) -> None:
            write(cpu, cpu.sum(read(cpu), other(cpu), int(cpu.carry), size))

    elif kind == _SBB:

        def step(cpu: X8664) -> None:
            write(cpu, cpu.difference(read(cpu), other(cpu), int(cpu.carry), size))

    elif kind == _AND:

        def step(cpu: X8664) -> None:
            write(cpu, cpu.logical(read(cpu) & other(cpu), size))

    elif kind == _OR:

        def step(cpu: X8664) -> None:
            write(cpu, cpu.logical(read(cpu) | other(cpu), size))

    else:

        def step(cpu: X8664) -> None:
            write(cpu, cpu.logical(read(cpu) ^ other(cpu), size))

    return step


def _stack(register: int, *, push: bool) -> Step:
    if push:
        return lambda cpu: cpu.push(cpu.r[register])

    def pop(cpu: X8664) -> None:
        cpu.r[register] = cpu.pop()

    return pop


def _jump_if(condition: int, goal: int) -> Step:
    def jump(cpu: X8664) -> None:
        if cpu.holds(condition):
            cpu.pc = goal

    return jump


def _put(write: Write, value: int) -> Step:
    return lambda cpu: write(cpu, value)


def _move(read: Read, write: Write) -> Step:
    return lambda cpu: write(cpu, read(cpu))


def _exchange(code: Code, one: Operand, other: Operand, size: int) -> Step:
    read, write = code.read(one, size), code.write(one, size)
    read_other, write_other = code.read(other, size), code.write(other, size)

    def exchange(cpu: X8664) -> None:
        first, second = read(cpu), read_other(cpu)
        write(cpu, second)
        write_other(cpu, first)

    return exchange


def _move_form(code: Code) -> Step:
    size = code.size if code.opcode & 1 else 1
    operand = code.operand()
    other = Operand(code.field, None)
    one, two = (other, operand) if code.opcode & 2 else (operand, other)
    return _move(code.read(two, size), code.write(one, size))


def _move_constant(code: Code) -> Step:
    size = code.size if code.opcode & 1 else 1
    operand = code.operand(min(size, 4))
    return _move(_constant(code, size), code.write(operand, size))


def _arithmetic_constant(code: Code) -> Step:
    size = code.size if code.opcode & 1 else 1
    width = 1 if code.opcode != 0x81 else min(size, 4)
    operand = code.operand(width)
    kind = code.field & 7
    return _arithmetic(kind, size, code.read(operand, size), _constant(code, size, width), code.write(operand, size))


def _test_form(code: Code) -> Step:
    size = code.size if code.opcode & 1 else 1
    operand = code.operand()
    return _test(code.read(operand, size), code.read(Operand(code.field, None), size), size)


def _test_constant(code: Code) -> Step:
    size = code.size if code.opcode & 1 else 1
    return _test(code.read(Operand(RAX, None), size), _constant(code, size), size)


def _test(read: Read, other: Read, size: int) -> Step:
    def test(cpu: X8664) -> None:
        cpu.logical(read(cpu) & other(cpu), size)

    return test


def _exchange_form(code: Code) -> Step:
    size = code.size if code.opcode & 1 else 1
    operand = code.operand()
    return _exchange(code, operand, Operand(code.field, None), size)


def _address(code: Code) -> Step | None:
    operand = code.operand()
    address = operand.address
    if address is None:
        return None
    return _move(address, write_register(code.field, code.size))


def _move_signed(code: Code) -> Step:
    read = code.read(code.operand(), 4)
    write = write_register(code.field, code.size)
    return lambda cpu: write(cpu, signed(read(cpu), 4))


def _call(code: Code) -> Step:
    goal = code.distance(4) + code.next
    back = code.next

    def call(cpu: X8664) -> None:
        cpu.push(back)
        cpu.pc = goal

    return call


def _jump(code: Code) -> Step:
    goal = code.distance(4 if code.opcode == 0xE9 else 1) + code.next

    def jump(cpu: X8664) -> None:
        cpu.pc = goal

    return jump


def _return(code: Code) -> Step:
    drop = code.number(2) if code.opcode == 0xC2 else 0

    def back(cpu: X8664) -> None:
        cpu.pc = cpu.pop()
        cpu.r[RSP] = cpu.r[RSP] + drop & MASK

    return back


def _leave(_: Code) -> Step:
    def leave(cpu: X8664) -> None:
        cpu.r[RSP] = cpu.r[RBP]
        cpu.r[RBP] = cpu.pop()

    return leave


def _push_constant(code: Code) -> Step:
    value = code.distance(1 if code.opcode == 0x6A else 4) & MASK
    return lambda cpu: cpu.push(value)


def _multiply_constant(code: Code) -> Step:
    size = code.size
    width = 1 if code.opcode == 0x6B else min(size, 4)
    read = code.read(code.operand(width), size)
    return _multiply(read, _constant(code, size, width), write_register(code.field, size), size)


def _multiply(read: Read, other: Read, write: Write, size: int) -> Step:
    def multiply(cpu: X8664) -> None:
        total = signed(read(cpu), size) * signed(other(cpu), size)
        result = total & MASKS[size]
        cpu.carry = cpu.overflow = signed(result, size) != total
        write(cpu, result)

    return multiply


def _widen(code: Code) -> Step:
    """The accumulator to twice its size, or its sign in all bits of RDX."""
    size = code.size
    if code.opcode == 0x98:
        write, half = write_register(RAX, size), size // 2
        return lambda cpu: write(cpu, signed(cpu.r[RAX] & MASKS[half], half))
    write = write_register(RDX, size)
    return lambda cpu: write(cpu, MASK if cpu.r[RAX] & SIGNS[size] else 0)


def _group_3(code: Code) -> Step | None:
    size = code.size if code.opcode & 1 else 1
    # Only the first two kinds have a constant behind the operand, which decides what its address is relative to.
    begin = code.peek() >> 3 & 7
    operand = code.operand(min(size, 4) if begin < 2 else 0)
    read, write = code.read(operand, size), code.write(operand, size)
    kind = code.field & 7
    if kind < 2:
        return _test(read, _constant(code, size), size)
    if kind == 2:
        return lambda cpu: write(cpu, read(cpu) ^ MASKS[size])
    if kind == 3:
        return lambda cpu: write(cpu, cpu.difference(0, read(cpu), 0, size))
    if kind in (4, 5):
        return _multiply_wide(read, size, with_sign=kind == 5)
    return _divide(read, size, with_sign=kind == 7)


def _multiply_wide(read: Read, size: int, *, with_sign: bool) -> Step:
    low, high = write_register(RAX, size), write_register(RDX, size)

    def multiply(cpu: X8664) -> None:
        one, other = cpu.r[RAX] & MASKS[size], read(cpu)
        if with_sign:
            one, other = signed(one, size), signed(other, size)
        total = one * other
        if size == 1:
            write_register(RAX, 2)(cpu, total)
        else:
            low(cpu, total)
            high(cpu, total >> 8 * size)
        cpu.carry = cpu.overflow = not 0 <= total <= MASKS[size]

    return multiply


def _divide(read: Read, size: int, *, with_sign: bool) -> Step:
    low, high = write_register(RAX, size), write_register(RDX, size)

    def divide(cpu: X8664) -> None:
        other = read(cpu)
        if size == 1:
            whole, bits = cpu.r[RAX] & 0xFFFF, 16
        else:
            whole, bits = (cpu.r[RDX] & MASKS[size]) << 8 * size | cpu.r[RAX] & MASKS[size], 16 * size
        if with_sign:
            other = signed(other, size)
            whole -= (1 << bits) if whole >> bits - 1 else 0
        if not other:
            raise NotRunnableError("a division by zero")
        result = abs(whole) // abs(other)
        result = -result if (whole < 0) is not (other < 0) else result
        rest = whole - result * other
        if size == 1:
            write_register(RAX, 2)(cpu, (rest & 255) << 8 | result & 255)
        else:
            low(cpu, result)
            high(cpu, rest)

    return divide


def _group_5(code: Code) -> Step | None:
    size = code.size if code.opcode & 1 else 1
    operand = code.operand()
    kind = code.field & 7
    if kind < 2:
        read, write = code.read(operand, size), code.write(operand, size)

        def count(cpu: X8664) -> None:
            carry = cpu.carry
            value = cpu.difference(read(cpu), 1, 0, size) if kind else cpu.sum(read(cpu), 1, 0, size)
            cpu.carry = carry
            write(cpu, value)

        return count
    read = code.read(operand, 8)
    after = code.next
    if kind == 2:

        def call(cpu: X8664) -> None:
            goal = read(cpu)
            cpu.push(after)
            cpu.pc = goal

        return call
    if kind == 4:

        def jump(cpu: X8664) -> None:
            cpu.pc = read(cpu)

        return jump
    return (lambda cpu: cpu.push(read(cpu))) if kind == 6 else None


def _pop_form(code: Code) -> Step:
    write = code.write(code.operand(), 8)
    return lambda cpu: write(cpu, cpu.pop())


def _shift_form(code: Code) -> Step | None:
    opcode = code.opcode
    size = code.size if opcode & 1 else 1
    operand = code.operand(1 if opcode < 0xD0 else 0)
    read, write, kind = code.read(operand, size), code.write(operand, size), code.field & 7
    count: Read
    if opcode < 0xD0:
        fixed = code.octet()
        count = lambda _: fixed  # noqa: E731
    else:
        count = (lambda _: 1) if opcode < 0xD2 else (lambda cpu: cpu.r[RCX] & 255)
    if kind in (2, 3):
        return None
    width = 8 * size
    effect = _ROTATIONS[kind] if kind < 2 else _SHIFTS[kind]

    def shift(cpu: X8664) -> None:
        by = count(cpu) & (63 if size == 8 else 31)
        if by:
            write(cpu, effect(cpu, read(cpu), by, width))

    return shift


def _rotate_left(cpu: X8664, value: int, by: int, width: int) -> int:
    by %= width
    result = (value << by | value >> width - by) & (1 << width) - 1
    cpu.carry = bool(result & 1)
    cpu.overflow = cpu.carry is not bool(result >> width - 1)
    return result


def _rotate_right(cpu: X8664, value: int, by: int, width: int) -> int:
    by %= width
    result = (value >> by | value << width - by) & (1 << width) - 1
    cpu.carry = bool(result >> width - 1)
    cpu.overflow = cpu.carry is not bool(result >> width - 2 & 1)
    return result


def _shift_left(cpu: X8664, value: int, by: int, width: int) -> int:
    whole = value << by
    result = whole & (1 << width) - 1
    cpu.carry = bool(whole >> width & 1)
    cpu.overflow = cpu.carry is not bool(result >> width - 1)
    return cpu.note(result, width // 8)


def _shift_right(cpu: X8664, value: int, by: int, width: int) -> int:
    cpu.carry = bool(value >> by - 1 & 1)
    cpu.overflow = bool(value >> width - 1)
    return cpu.note(value >> by, width // 8)


def _shift_signed(cpu: X8664, value: int, by: int, width: int) -> int:
    whole = signed(value, width // 8)
    cpu.carry = bool(whole >> by - 1 & 1)
    cpu.overflow = False
    return cpu.note(whole >> by & (1 << width) - 1, width // 8)


type _Shift = Callable[[X8664, int, int, int], int]

_ROTATIONS: tuple[_Shift, ...] = (_rotate_left, _rotate_right)
_SHIFTS: dict[int, _Shift] = {4: _shift_left, 5: _shift_right, 6: _shift_left, 7: _shift_signed}


def _texts(code: Code) -> Step | None:
    """Instructions on rows of numbers: copies and fills, once or as often as RCX tells."""
    size = code.size if code.opcode & 1 else 1
    if 0xF2 in code.prefixes:
        return None
    repeats, copies = 0xF3 in code.prefixes, code.opcode in (0xA4, 0xA5)

    def row(cpu: X8664) -> None:
        count = cpu.r[RCX] if repeats else 1
        if count * size > MAX_TEXT * 16:
            raise WorkLimitError("too many bytes at once")
        cpu.spend(count if copies else count * size // BYTES_PER_STEP)
        if count and copies:
            for at in range(0, count * size, size):
                value = cpu.memory.number(cpu.r[RSI] + at & MASK, size)
                cpu.memory.put_number(cpu.r[RDI] + at & MASK, value, size)
            cpu.r[RSI] = cpu.r[RSI] + count * size & MASK
        elif count:
            cpu.memory.write(cpu.r[RDI], (cpu.r[RAX] & MASKS[size]).to_bytes(size, "little") * count)
        cpu.r[RDI] = cpu.r[RDI] + count * size & MASK
        if repeats:
            cpu.r[RCX] = 0

    return row


_FORMS: dict[int, Callable[[Code], Step | None]] = {
    0x63: _move_signed,
    0x68: _push_constant,
    0x69: _multiply_constant,
    0x6A: _push_constant,
    0x6B: _multiply_constant,
    0x80: _arithmetic_constant,
    0x81: _arithmetic_constant,
    0x83: _arithmetic_constant,
    0x84: _test_form,
    0x85: _test_form,
    0x86: _exchange_form,
    0x87: _exchange_form,
    **dict.fromkeys((0x88, 0x89, 0x8A, 0x8B), _move_form),
    0x8D: _address,
    0x8F: _pop_form,
    0x90: lambda _: _nothing,
    0x98: _widen,
    0x99: _widen,
    **dict.fromkeys((0xA4, 0xA5, 0xAA, 0xAB), _texts),
    0xA8: _test_constant,
    0xA9: _test_constant,
    0xC2: _return,
    0xC3: _return,
    0xC6: _move_constant,
    0xC7: _move_constant,
    0xC9: _leave,
    0xE8: _call,
    0xE9: _jump,
    0xEB: _jump,
    0xF6: _group_3,
    0xF7: _group_3,
    0xFE: _group_5,
    0xFF: _group_5,
}


def two_bytes(code: Code) -> Step | None:
    """The function of an instruction with an opcode behind 0F, on general registers; ``None`` if it is another one."""
    opcode = code.opcode
    if 0x80 <= opcode < 0x90:
        return _jump_if(opcode & 15, code.distance(4) + code.next)
    if 0x90 <= opcode < 0xA0:
        write, condition = code.write(code.operand(), 1), opcode & 15
        return lambda cpu: write(cpu, int(cpu.holds(condition)))
    if 0x40 <= opcode < 0x50:
        return _move_if(code)
    if opcode in (0x1E, 0x1F, 0x18, 0x0D):
        code.operand()
        return _nothing
    if 0xC8 <= opcode < 0xD0:
        return _swap_bytes(opcode & 7 | (code.rex & 1) << 3, code.size)
    form = _LONG_FORMS.get(opcode)
    return form(code) if form is not None else None


def _move_if(code: Code) -> Step:
    condition, size = code.opcode & 15, code.size
    read, write = code.read(code.operand(), size), write_register(code.field, size)
    own = code.read(Operand(code.field, None), size)
    return lambda cpu: write(cpu, (read if cpu.holds(condition) else own)(cpu))


def _swap_bytes(register: int, size: int) -> Step:
    def swap(cpu: X8664) -> None:
        raw = (cpu.r[register] & MASKS[size]).to_bytes(size, "little")
        cpu.r[register] = int.from_bytes(raw, "big")

    return swap


def _move_wider(code: Code) -> Step:
    part = 2 if code.opcode & 1 else 1
    read, write = code.read(code.operand(), part), write_register(code.field, code.size)
    if code.opcode < 0xB8:
        return _move(read, write)
    return lambda cpu: write(cpu, signed(read(cpu), part))


def _multiply_form(code: Code) -> Step:
    size = code.size
    read = code.read(code.operand(), size)
    return _multiply(read, code.read(Operand(code.field, None), size), write_register(code.field, size), size)


def _bit_form(code: Code) -> Step | None:
    size = code.size
    constant = code.opcode == 0xBA
    operand = code.operand(1 if constant else 0)
    if operand.address is not None and not constant:
        return None
    kind = (code.field & 3) if constant else code.opcode >> 3 & 3
    read, write = code.read(operand, size), code.write(operand, size)
    place: Read = _constant(code, size, 1) if constant else code.read(Operand(code.field, None), size)

    def bit(cpu: X8664) -> None:
        value, one = read(cpu), 1 << place(cpu) % (8 * size)
        cpu.carry = bool(value & one)
        if kind:
            write(cpu, (value, value | one, value & ~one, value ^ one)[kind])

    return bit


def _find_bit(code: Code) -> Step:
    size, opcode, exact = code.size, code.opcode, 0xF3 in code.prefixes
    read, write = code.read(code.operand(), size), write_register(code.field, size)

    def find(cpu: X8664) -> None:
        value = read(cpu)
        cpu.zero = value == 0
        if value:
            low = (value & -value).bit_length() - 1
            high = value.bit_length() - 1
            found = low if opcode == 0xBC else 8 * size - 1 - high if exact else high
            write(cpu, found)
            cpu.zero = exact and not found
            cpu.carry = False
        elif exact:
            write(cpu, 8 * size)
            cpu.zero, cpu.carry = False, True

    return find


def _count_bits(code: Code) -> Step | None:
    if 0xF3 not in code.prefixes:
        return None
    size = code.size
    read, write = code.read(code.operand(), size), write_register(code.field, size)
    return lambda cpu: write(cpu, cpu.logical(read(cpu).bit_count(), size))


def _double_shift(code: Code) -> Step:
    size, opcode = code.size, code.opcode
    constant = not opcode & 1
    operand = code.operand(1 if constant else 0)
    read, write = code.read(operand, size), code.write(operand, size)
    other, width = code.read(Operand(code.field, None), size), 8 * size
    fixed = code.octet() if constant else -1

    def shift(cpu: X8664) -> None:
        by = (fixed if constant else cpu.r[RCX]) & (63 if size == 8 else 31)
        if not by or by > width:
            return
        one, two = read(cpu), other(cpu)
        if opcode < 0xA8:
            cpu.carry = bool(one >> width - by & 1)
            result = (one << by | two >> width - by) & MASKS[size]
        else:
            cpu.carry = bool(one >> by - 1 & 1)
            result = (one >> by | two << width - by) & MASKS[size]
        write(cpu, cpu.note(result, size))

    return shift


def _compare_exchange(code: Code) -> Step:
    size = code.size if code.opcode & 1 else 1
    operand = code.operand()
    read, write = code.read(operand, size), code.write(operand, size)
    new, own = code.read(Operand(code.field, None), size), write_register(RAX, size)

    def exchange(cpu: X8664) -> None:
        old = read(cpu)
        cpu.difference(cpu.r[RAX] & MASKS[size], old, 0, size)
        if cpu.zero:
            write(cpu, new(cpu))
        else:
            own(cpu, old)

    return exchange


def _exchange_add(code: Code) -> Step:
    size = code.size if code.opcode & 1 else 1
    operand = code.operand()
    read, write = code.read(operand, size), code.write(operand, size)
    register = Operand(code.field, None)
    other, own = code.read(register, size), code.write(register, size)

    def exchange(cpu: X8664) -> None:
        old = read(cpu)
        total = cpu.sum(old, other(cpu), 0, size)
        own(cpu, old)
        write(cpu, total)

    return exchange


_LONG_FORMS: dict[int, Callable[[Code], Step | None]] = {
    **dict.fromkeys((0xA3, 0xAB, 0xB3, 0xBB, 0xBA), _bit_form),
    **dict.fromkeys((0xA4, 0xA5, 0xAC, 0xAD), _double_shift),
    0xAF: _multiply_form,
    **dict.fromkeys((0xB0, 0xB1), _compare_exchange),
    **dict.fromkeys((0xB6, 0xB7, 0xBE, 0xBF), _move_wider),
    0xB8: _count_bits,
    **dict.fromkeys((0xBC, 0xBD), _find_bit),
    **dict.fromkeys((0xC0, 0xC1), _exchange_add),
}
