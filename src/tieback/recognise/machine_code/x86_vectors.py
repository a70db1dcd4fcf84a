"""Instructions of x86-64 on vectors of integers (SSE to SSE4.2), as compilers make them of loops over bytes."""

from collections.abc import Callable

from tieback.recognise.machine_code.lanes import joined, lanes, with_sign
from tieback.recognise.machine_code.x86_64 import MASKS, X8664, Step
from tieback.recognise.machine_code.x86_decode import Code, Operand, Read, write_register

_FULL = (1 << 128) - 1
_LOW = (1 << 64) - 1


def vectors(code: Code) -> Step | None:
    """The function of an instruction on vectors; ``None`` if it is not known."""
    if code.table == 2:
        return _wide_table(code)
    if code.table == 3:
        return _constant_table(code)
    opcode = code.opcode
    form = _FORMS.get(opcode)
    if form is not None:
        return form(code)
    effect = _ELEMENTS.get(opcode)
    if effect is not None and 0x66 in code.prefixes:
        size, change = effect
        return _elementwise(code, size, change)
    bits = _BITS.get(opcode)
    if bits is not None and (opcode < 0x60 or 0x66 in code.prefixes):
        return _two(code, bits)
    if opcode in (0x71, 0x72, 0x73) and 0x66 in code.prefixes:
        return _shift_constant(code)
    if opcode in _SHIFTS and 0x66 in code.prefixes:
        return _shift_vector(code)
    return None


def _source(operand: Operand, size: int) -> Read:
    """What reads a vector register or memory; ``size`` in bytes."""
    register, address = operand.register, operand.address
    if address is not None:
        return lambda cpu: cpu.memory.number(address(cpu), size)
    mask = (1 << 8 * size) - 1
    return lambda cpu: cpu.v[register] & mask


def _two(code: Code, effect: Callable[[int, int], int]) -> Step:
    read, into = _source(code.operand(), 16), code.field

    def two(cpu: X8664) -> None:
        cpu.v[into] = effect(cpu.v[into], read(cpu)) & _FULL

    return two


def _elementwise(code: Code, size: int, change: Callable[[int, int], int]) -> Step:
    read, into, count = _source(code.operand(), 16), code.field, 128 // size

    def each(cpu: X8664) -> None:
        one, other = lanes(cpu.v[into], size, count), lanes(read(cpu), size, count)
        cpu.v[into] = joined([change(a, b) for a, b in zip(one, other, strict=True)], size)

    return each


def _move_whole(code: Code) -> Step:
    """Moves of 16 bytes, or of one number of floating point."""
    scalar = 4 if 0xF3 in code.prefixes else 8 if 0xF2 in code.prefixes else 16
    size = 16 if code.opcode in (0x28, 0x29, 0x6F, 0x7F, 0xE7, 0x2B) else scalar
    operand = code.operand()
    field = code.field
    address, register = operand.address, operand.register
    if code.opcode in (0x10, 0x28, 0x6F):
        read = _source(operand, size)
        keeps = size < 16 and address is None
        mask = (1 << 8 * size) - 1

        def load(cpu: X8664) -> None:
            cpu.v[field] = cpu.v[field] & ~mask | read(cpu) if keeps else read(cpu)

        return load
    if address is None:
        mask = (1 << 8 * size) - 1

        def copy(cpu: X8664) -> None:
            cpu.v[register] = cpu.v[register] & ~mask | cpu.v[field] & mask

        return copy
    place = address

    def store(cpu: X8664) -> None:
        cpu.memory.put_number(place(cpu), cpu.v[field], size)

    return store


def _move_half(code: Code) -> Step | None:
    """Moves of the lower (12, 13) or upper (16, 17) half of a vector."""
    opcode = code.opcode
    if code.prefixes & {0xF2, 0xF3}:
        return None
    operand = code.operand()
    field, address, register = code.field, operand.address, operand.register
    upper = opcode >= 0x16
    if opcode & 1:
        if address is None:
            return None
        place = address

        def store(cpu: X8664) -> None:
            cpu.memory.put_number(place(cpu), cpu.v[field] >> 64 if upper else cpu.v[field], 8)

        return store

    def load(cpu: X8664) -> None:
        if address is not None:
            half = cpu.memory.number(address(cpu), 8)
        else:  # between registers, the other half is read
            half = cpu.v[register] & _LOW if upper else cpu.v[register] >> 64
        old = cpu.v[field]
        cpu.v[field] = old & _LOW | half << 64 if upper else old & ~_LOW | half

    return load


def _move_general(code: Code) -> Step | None:
    """Moves between vectors and general registers, or memory (6E, 7E, D6)."""
    size = 8 if code.rex & 8 else 4
    if code.opcode == 0x7E and 0xF3 in code.prefixes:
        operand = code.operand()
        read, field = _source(operand, 8), code.field

        def low(cpu: X8664) -> None:
            cpu.v[field] = read(cpu)

        return low
    if 0x66 not in code.prefixes:
        return None
    operand = code.operand()
    field = code.field
    if code.opcode == 0xD6:
        address, register = operand.address, operand.register

        def store_low(cpu: X8664) -> None:
            if address is not None:
                cpu.memory.put_number(address(cpu), cpu.v[field], 8)
            else:
                cpu.v[register] = cpu.v[field] & _LOW

        return store_low
    if code.opcode == 0x6E:
        read = code.read(operand, size)

        def into(cpu: X8664) -> None:
            cpu.v[field] = read(cpu)

        return into
    write = code.write(operand, size)
    return lambda cpu: write(cpu, cpu.v[field] & MASKS[size])


def _shuffled(value: int, order: int) -> int:
    part = lanes(value, 32, 4)
    return joined([part[order >> 2 * number & 3] for number in range(4)], 32)


def _shuffle(code: Code) -> Step | None:
    """PSHUFD, PSHUFLW and PSHUFHW."""
    operand = code.operand(1)
    read, into, order = _source(operand, 16), code.field, code.octet()
    if 0x66 in code.prefixes:

        def four(cpu: X8664) -> None:
            cpu.v[into] = _shuffled(read(cpu), order)

        return four
    if not code.prefixes & {0xF2, 0xF3}:
        return None
    high = 4 if 0xF3 in code.prefixes else 0

    def half(cpu: X8664) -> None:
        part = lanes(read(cpu), 16, 8)
        part[high : high + 4] = [part[high + (order >> 2 * number & 3)] for number in range(4)]
        cpu.v[into] = joined(part, 16)

    return half


def _shuffle_two(code: Code) -> Step:
    """SHUFPS and SHUFPD."""
    operand = code.operand(1)
    read, into, order = _source(operand, 16), code.field, code.octet()
    double = 0x66 in code.prefixes

    def shuffle(cpu: X8664) -> None:
        one, other = cpu.v[into], read(cpu)
        if double:
            low, high = lanes(one, 64, 2)[order & 1], lanes(other, 64, 2)[order >> 1 & 1]
            cpu.v[into] = low | high << 64
        else:
            a, b = lanes(one, 32, 4), lanes(other, 32, 4)
            cpu.v[into] = joined([a[order & 3], a[order >> 2 & 3], b[order >> 4 & 3], b[order >> 6 & 3]], 32)

    return shuffle


def _interleave(size: int, *, high: bool) -> Callable[[Code], Step]:
    count = 128 // size
    first = count // 2 if high else 0

    def form(code: Code) -> Step:
        read, into = _source(code.operand(), 16), code.field

        def interleave(cpu: X8664) -> None:
            one, other = lanes(cpu.v[into], size, count), lanes(read(cpu), size, count)
            found = [k for at in range(first, first + count // 2) for k in (one[at], other[at])]
            cpu.v[into] = joined(found, size)

        return interleave

    return form


def _interleave_floats(*, high: bool) -> Callable[[Code], Step]:
    narrow, wide = _interleave(32, high=high), _interleave(64, high=high)
    return lambda code: (wide if 0x66 in code.prefixes else narrow)(code)


def _pack(size: int, *, signed: bool) -> Callable[[Code], Step]:
    """Elements of ``size`` bits to half as many, at the nearest limit if they do not fit."""
    count, half = 128 // size, size // 2
    least, most = (-(1 << half - 1), (1 << half - 1) - 1) if signed else (0, (1 << half) - 1)

    def form(code: Code) -> Step:
        read, into = _source(code.operand(), 16), code.field

        def pack(cpu: X8664) -> None:
            both = lanes(cpu.v[into], size, count) + lanes(read(cpu), size, count)
            cpu.v[into] = joined([max(least, min(with_sign(k, size), most)) for k in both], half)

        return pack

    return form


def _mask_of_bytes(code: Code) -> Step:
    operand = code.operand()
    write, register = write_register(code.field, 4), operand.register

    def mask(cpu: X8664) -> None:
        write(cpu, sum(1 << number for number, one in enumerate(lanes(cpu.v[register], 8, 16)) if one & 0x80))

    return mask


def _insert(code: Code) -> Step:
    operand = code.operand(1)
    read, into, place = code.read(operand, 2 if operand.address else 4), code.field, code.octet() & 7

    def insert(cpu: X8664) -> None:
        cpu.v[into] = cpu.v[into] & ~(0xFFFF << 16 * place) | (read(cpu) & 0xFFFF) << 16 * place

    return insert


def _extract(code: Code) -> Step:
    operand = code.operand(1)
    write, register, place = write_register(code.field, 4), operand.register, code.octet() & 7
    return lambda cpu: write(cpu, cpu.v[register] >> 16 * place & 0xFFFF)


def _sum_of_products(code: Code) -> Step:
    read, into = _source(code.operand(), 16), code.field

    def products(cpu: X8664) -> None:
        one = [with_sign(k, 16) for k in lanes(cpu.v[into], 16, 8)]
        other = [with_sign(k, 16) for k in lanes(read(cpu), 16, 8)]
        cpu.v[into] = joined([one[k] * other[k] + one[k + 1] * other[k + 1] for k in range(0, 8, 2)], 32)

    return products


def _sum_of_differences(code: Code) -> Step:
    read, into = _source(code.operand(), 16), code.field

    def sums(cpu: X8664) -> None:
        each = [abs(a - b) for a, b in zip(lanes(cpu.v[into], 8, 16), lanes(read(cpu), 8, 16), strict=True)]
        cpu.v[into] = sum(each[:8]) | sum(each[8:]) << 64

    return sums


def _multiply_even(code: Code, *, of_signed: bool = False) -> Step:
    read, into = _source(code.operand(), 16), code.field

    def multiply(cpu: X8664) -> None:
        one, other = lanes(cpu.v[into], 32, 4)[::2], lanes(read(cpu), 32, 4)[::2]
        if of_signed:
            one, other = [with_sign(k, 32) for k in one], [with_sign(k, 32) for k in other]
        cpu.v[into] = joined([a * b for a, b in zip(one, other, strict=True)], 64)

    return multiply


def _blend(code: Code, size: int) -> Step:
    """Elements of another vector where the first vector has a sign."""
    read, into, count = _source(code.operand(), 16), code.field, 128 // size

    def blend(cpu: X8664) -> None:
        each = zip(
            lanes(cpu.v[0], size, count), lanes(cpu.v[into], size, count), lanes(read(cpu), size, count), strict=True
        )
        cpu.v[into] = joined([other if chosen >> size - 1 else one for chosen, one, other in each], size)

    return blend


def _least(code: Code) -> Step:
    """The least of eight numbers, and its place."""
    read, into = _source(code.operand(), 16), code.field

    def least(cpu: X8664) -> None:
        part = lanes(read(cpu), 16, 8)
        cpu.v[into] = min(part) | part.index(min(part)) << 16

    return least


def _shift_constant(code: Code) -> Step | None:
    size = {0x71: 16, 0x72: 32, 0x73: 64}[code.opcode]
    operand = code.operand(1)
    register, kind, by = operand.register, code.field & 7, code.octet()
    if operand.address is not None:
        return None
    if size == 64 and kind in (3, 7):

        def octets(cpu: X8664) -> None:
            value = cpu.v[register]
            cpu.v[register] = value >> 8 * min(by, 16) if kind == 3 else value << 8 * min(by, 16) & _FULL

        return octets
    if kind not in (2, 4, 6):
        return None

    def shift(cpu: X8664) -> None:
        cpu.v[register] = _shifted(cpu.v[register], size, kind, by)

    return shift


_SHIFTS = {
    0xD1: (16, 2),
    0xD2: (32, 2),
    0xD3: (64, 2),
    0xE1: (16, 4),
    0xE2: (32, 4),
    0xF1: (16, 6),
    0xF2: (32, 6),
    0xF3: (64, 6),
}


def _shift_vector(code: Code) -> Step:
    size, kind = _SHIFTS[code.opcode]
    read, into = _source(code.operand(), 16), code.field

    def shift(cpu: X8664) -> None:
        cpu.v[into] = _shifted(cpu.v[into], size, kind, min(read(cpu) & _LOW, 255))

    return shift


def _shifted(value: int, size: int, kind: int, by: int) -> int:
    part = lanes(value, size, 128 // size)
    if kind == 4:
        return joined([with_sign(k, size) >> min(by, size) for k in part], size)
    if by >= size:
        return 0
    return joined([k >> by if kind == 2 else k << by for k in part], size)


_FORMS: dict[int, Callable[[Code], Step | None]] = {
    **dict.fromkeys((0x10, 0x11, 0x28, 0x29, 0x2B, 0xE7), _move_whole),
    **dict.fromkeys((0x12, 0x13, 0x16, 0x17), _move_half),
    0x14: _interleave_floats(high=False),
    0x15: _interleave_floats(high=True),
    0x60: _interleave(8, high=False),
    0x61: _interleave(16, high=False),
    0x62: _interleave(32, high=False),
    0x63: _pack(16, signed=True),
    0x67: _pack(16, signed=False),
    0x68: _interleave(8, high=True),
    0x69: _interleave(16, high=True),
    0x6A: _interleave(32, high=True),
    0x6B: _pack(32, signed=True),
    0x6C: _interleave(64, high=False),
    0x6D: _interleave(64, high=True),
    0x6E: _move_general,
    0x6F: _move_whole,
    0x70: _shuffle,
    0x7E: _move_general,
    0x7F: _move_whole,
    0xC4: _insert,
    0xC5: _extract,
    0xC6: _shuffle_two,
    0xD6: _move_general,
    0xD7: _mask_of_bytes,
    0xF4: _multiply_even,
    0xF5: _sum_of_products,
    0xF6: _sum_of_differences,
}
_BITS: dict[int, Callable[[int, int], int]] = {
    **dict.fromkeys((0x54, 0xDB), lambda one, other: one & other),
    **dict.fromkeys((0x55, 0xDF), lambda one, other: ~one & other),
    **dict.fromkeys((0x56, 0xEB), lambda one, other: one | other),
    **dict.fromkeys((0x57, 0xEF), lambda one, other: one ^ other),
}


def _signed(size: int, change: Callable[[int, int], int]) -> tuple[int, Callable[[int, int], int]]:
    return size, lambda one, other: change(with_sign(one, size), with_sign(other, size))


def _limited(size: int, change: Callable[[int, int], int]) -> tuple[int, Callable[[int, int], int]]:
    least, most = -(1 << size - 1), (1 << size - 1) - 1
    return size, lambda one, other: max(least, min(change(with_sign(one, size), with_sign(other, size)), most))


def _plus(one: int, other: int) -> int:
    return one + other


def _minus(one: int, other: int) -> int:
    return one - other


def _equal(one: int, other: int) -> int:
    return -(one == other)


def _greater(one: int, other: int) -> int:
    return -(one > other)


_ELEMENTS: dict[int, tuple[int, Callable[[int, int], int]]] = {
    0x64: _signed(8, _greater),
    0x65: _signed(16, _greater),
    0x66: _signed(32, _greater),
    0x74: (8, _equal),
    0x75: (16, _equal),
    0x76: (32, _equal),
    0xFC: (8, _plus),
    0xFD: (16, _plus),
    0xFE: (32, _plus),
    0xD4: (64, _plus),
    0xF8: (8, _minus),
    0xF9: (16, _minus),
    0xFA: (32, _minus),
    0xFB: (64, _minus),
    0xD5: (16, lambda one, other: one * other),
    0xE4: (16, lambda one, other: one * other >> 16),
    0xE5: _signed(16, lambda one, other: one * other >> 16),
    0xDA: (8, min),
    0xDE: (8, max),
    0xEA: _signed(16, min),
    0xEE: _signed(16, max),
    0xD8: (8, lambda one, other: max(one - other, 0)),
    0xD9: (16, lambda one, other: max(one - other, 0)),
    0xDC: (8, lambda one, other: min(one + other, 0xFF)),
    0xDD: (16, lambda one, other: min(one + other, 0xFFFF)),
    0xEC: _limited(8, _plus),
    0xED: _limited(16, _plus),
    0xE8: _limited(8, _minus),
    0xE9: _limited(16, _minus),
    0xE0: (8, lambda one, other: one + other + 1 >> 1),
    0xE3: (16, lambda one, other: one + other + 1 >> 1),
}
_MORE_ELEMENTS: dict[int, tuple[int, Callable[[int, int], int]]] = {
    0x29: (64, _equal),
    0x37: _signed(64, _greater),
    0x38: _signed(8, min),
    0x39: _signed(32, min),
    0x3A: (16, min),
    0x3B: (32, min),
    0x3C: _signed(8, max),
    0x3D: _signed(32, max),
    0x3E: (16, max),
    0x3F: (32, max),
    0x40: (32, lambda one, other: one * other),
}
_WIDER = {0: (8, 16), 1: (8, 32), 2: (8, 64), 3: (16, 32), 4: (16, 64), 5: (32, 64)}
"""Bits of an element before and after, by the lowest bits of the opcode."""


def _wide_table(code: Code) -> Step | None:
    opcode = code.opcode
    if 0x66 not in code.prefixes:
        return None
    if opcode in _MORE_ELEMENTS:
        return _elementwise(code, *_MORE_ELEMENTS[opcode])
    if opcode == 0x00:
        return _two(code, _shuffle_bytes)
    if opcode == 0x2B:
        return _pack(32, signed=False)(code)
    if opcode == 0x28:
        return _multiply_even(code, of_signed=True)
    if opcode in (0x10, 0x14, 0x15):
        return _blend(code, {0x10: 8, 0x14: 32, 0x15: 64}[opcode])
    if opcode == 0x41:
        return _least(code)
    if opcode in (0x1C, 0x1D, 0x1E):
        size = 8 << opcode - 0x1C
        return _elementwise(code, size, lambda _, other: abs(with_sign(other, size)))
    if opcode & 0xEF in range(0x20, 0x26) and opcode & 15 in _WIDER:
        before, after = _WIDER[opcode & 15]
        count, unsigned = 128 // after, opcode & 0x10
        read, into = _source(code.operand(), count * before // 8), code.field

        def widen(cpu: X8664) -> None:
            part = lanes(read(cpu), before, count)
            cpu.v[into] = joined(part if unsigned else [with_sign(k, before) for k in part], after)

        return widen
    return None


def _shuffle_bytes(one: int, other: int) -> int:
    part = lanes(one, 8, 16)
    return joined([0 if place & 0x80 else part[place & 15] for place in lanes(other, 8, 16)], 8)


def _constant_table(code: Code) -> Step | None:
    if 0x66 not in code.prefixes:
        return None
    opcode = code.opcode
    operand = code.operand(1)
    field = code.field
    if opcode == 0x0F:
        read, by = _source(operand, 16), code.octet()

        def align(cpu: X8664) -> None:
            cpu.v[field] = (cpu.v[field] << 128 | read(cpu)) >> 8 * min(by, 32) & _FULL

        return align
    if opcode == 0x0E:
        read, chosen = _source(operand, 16), code.octet()
        places = sum(0xFFFF << 16 * number for number in range(8) if chosen >> number & 1)

        def blend(cpu: X8664) -> None:
            cpu.v[field] = cpu.v[field] & ~places | read(cpu) & places

        return blend
    size = {0x14: 1, 0x15: 2, 0x16: 8 if code.rex & 8 else 4, 0x20: 1, 0x22: 8 if code.rex & 8 else 4}.get(opcode)
    if size is None:
        return None
    mask = MASKS[size]
    if opcode >= 0x20:
        given = code.read(operand, size if operand.address is not None or size > 1 else 4)
        place = code.octet() % (16 // size)

        def insert(cpu: X8664) -> None:
            cpu.v[field] = cpu.v[field] & ~(mask << 8 * size * place) | (given(cpu) & mask) << 8 * size * place

        return insert
    write = code.write(operand, size if operand.address is not None else max(size, 4))
    place = code.octet() % (16 // size)
    return lambda cpu: write(cpu, cpu.v[field] >> 8 * size * place & mask)
