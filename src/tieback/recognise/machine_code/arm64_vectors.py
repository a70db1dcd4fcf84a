"""Instructions of A64 on vectors of integers, as compilers make them of loops over bytes."""

from collections.abc import Callable

from tieback.recognise.machine_code.arm64 import WORD, Arm64, Step, target
from tieback.recognise.machine_code.cpu import MASK
from tieback.recognise.machine_code.lanes import joined, lanes, with_sign


def vectors(word: int) -> Step | None:
    """The function of an instruction on vectors; ``None`` if it is not known."""
    found = next((form for mask, value, form in _FORMS if word & mask == value), None)
    step = found(word, 128 if word >> 30 & 1 else 64) if found is not None else None
    if step is not None:
        return step
    return _floating(word)


def _floating(word: int) -> Step | None:
    """Moves between both kinds of registers; no arithmetic of floating point."""
    one, to = word >> 5 & 31, word & 31
    kind = word & 0xFFFFFC00
    into = target(to)
    if kind in (0x1E260000, 0x9E660000):
        mask = MASK if word >> 31 else WORD

        def out(cpu: Arm64) -> None:
            cpu.x[into] = cpu.v[one] & mask

        return out
    if kind in (0x1E270000, 0x9E670000):
        mask = MASK if word >> 31 else WORD

        def moved(cpu: Arm64) -> None:
            cpu.v[to] = cpu.x[one] & mask

        return moved
    if kind == 0x9EAE0000:

        def high_out(cpu: Arm64) -> None:
            cpu.x[into] = cpu.v[one] >> 64

        return high_out
    if kind == 0x9EAF0000:

        def high_in(cpu: Arm64) -> None:
            cpu.v[to] = cpu.v[to] & MASK | cpu.x[one] << 64

        return high_in
    if kind in (0x1E204000, 0x1E604000):
        mask = MASK if word >> 22 & 1 else WORD

        def same(cpu: Arm64) -> None:
            cpu.v[to] = cpu.v[one] & mask

        return same
    return None


def _bitwise(word: int, width: int) -> Step | None:
    kind = word >> 29 & 1, word >> 22 & 3
    one, other, into = word >> 5 & 31, word >> 16 & 31, word & 31
    mask = (1 << width) - 1

    def bits(cpu: Arm64) -> None:
        v = cpu.v
        first, second, old = v[one], v[other], v[into]
        if kind == (0, 0):
            result = first & second
        elif kind == (0, 1):
            result = first & ~second
        elif kind == (0, 2):
            result = first | second
        elif kind == (0, 3):
            result = first | ~second
        elif kind == (1, 0):
            result = first ^ second
        elif kind == (1, 1):
            result = (first ^ second) & old ^ second
        elif kind == (1, 2):
            result = old ^ (old ^ first) & second
        else:
            result = old ^ (old ^ first) & ~second
        v[into] = result & mask

    return bits


def _compared(test: Callable[[int, int], bool]) -> Callable[[int, int, int], int]:
    return lambda one, other, _: -1 if test(one, other) else 0


def _shift_by(one: int, other: int, size: int) -> int:
    by = with_sign(other & 255, 8)
    return 0 if by >= size or by <= -size else one << by if by >= 0 else one >> -by


_SAME: dict[tuple[int, int], Callable[[int, int, int], int]] = {
    (0, 0b10000): lambda one, other, _: one + other,
    (1, 0b10000): lambda one, other, _: one - other,
    (0, 0b10011): lambda one, other, _: one * other,
    (1, 0b00110): _compared(lambda one, other: one > other),
    (1, 0b00111): _compared(lambda one, other: one >= other),
    (0, 0b10001): _compared(lambda one, other: bool(one & other)),
    (1, 0b10001): _compared(lambda one, other: one == other),
    (1, 0b01100): lambda one, other, _: max(one, other),
    (1, 0b01101): lambda one, other, _: min(one, other),
    (1, 0b01000): _shift_by,
    (1, 0b00000): lambda one, other, _: one + other >> 1,
    (1, 0b00010): lambda one, other, _: one + other + 1 >> 1,
    (1, 0b00001): lambda one, other, size: min(one + other, (1 << size) - 1),
    (1, 0b00101): lambda one, other, _: max(one - other, 0),
    (1, 0b01110): lambda one, other, _: abs(one - other),
}
"""By the bit for numbers without a sign, and the operation."""
_SIGNED: dict[tuple[int, int], Callable[[int, int, int], int]] = {
    (0, 0b00110): _compared(lambda one, other: one > other),
    (0, 0b00111): _compared(lambda one, other: one >= other),
    (0, 0b01100): lambda one, other, _: max(one, other),
    (0, 0b01101): lambda one, other, _: min(one, other),
    (0, 0b01000): _shift_by,
    (0, 0b01110): lambda one, other, _: abs(one - other),
}


def _three_same(word: int, width: int) -> Step | None:
    key = word >> 29 & 1, word >> 11 & 31
    if key[1] == 0b00011:
        return _bitwise(word, width)
    size = 8 << (word >> 22 & 3)
    count = width // size
    one, other, into = word >> 5 & 31, word >> 16 & 31, word & 31
    effect = _SAME.get(key) or _SIGNED.get(key)
    if effect is None:
        return _pairs(word, size, count)
    is_signed = key in _SIGNED

    def same(cpu: Arm64) -> None:
        first, second = lanes(cpu.v[one], size, count), lanes(cpu.v[other], size, count)
        if is_signed:
            first, second = [with_sign(k, size) for k in first], [with_sign(k, size) for k in second]
        cpu.v[into] = joined([effect(a, b, size) for a, b in zip(first, second, strict=True)], size)

    return same


def _pairs(word: int, size: int, count: int) -> Step | None:
    key = word >> 29 & 1, word >> 11 & 31
    one, other, into = word >> 5 & 31, word >> 16 & 31, word & 31
    if key in ((0, 0b10010), (1, 0b10010)):
        sign = -1 if key[0] else 1

        def accumulate(cpu: Arm64) -> None:
            first, second = lanes(cpu.v[one], size, count), lanes(cpu.v[other], size, count)
            old = lanes(cpu.v[into], size, count)
            cpu.v[into] = joined([k + sign * a * b for k, a, b in zip(old, first, second, strict=True)], size)

        return accumulate
    effects: dict[tuple[int, int], Callable[[int, int], int]] = {
        (0, 0b10111): lambda a, b: a + b,
        (1, 0b10100): max,
        (1, 0b10101): min,
    }
    effect = effects.get(key)
    if effect is None:
        return None

    def pairwise(cpu: Arm64) -> None:
        both = lanes(cpu.v[one], size, count) + lanes(cpu.v[other], size, count)
        cpu.v[into] = joined([effect(both[k], both[k + 1]) for k in range(0, 2 * count, 2)], size)

    return pairwise


def _three_different(word: int) -> Step | None:
    unsigned, high, kind = word >> 29 & 1, word >> 30 & 1, word >> 12 & 15
    size = 8 << (word >> 22 & 3)
    if size == 64:
        return None
    count = 64 // size
    one, other, into = word >> 5 & 31, word >> 16 & 31, word & 31

    def read(value: int, bits: int, upper: int) -> list[int]:
        found = lanes(value >> 64 if upper else value, bits, count)
        return found if unsigned else [with_sign(k, bits) for k in found]

    if kind in (0b0100, 0b0110):  # narrow sums and differences
        if unsigned:
            return None
        sign = 1 if kind == 0b0100 else -1

        def narrow(cpu: Arm64) -> None:
            first, second = lanes(cpu.v[one], 2 * size, count), lanes(cpu.v[other], 2 * size, count)
            result = joined([a + sign * b >> size for a, b in zip(first, second, strict=True)], size)
            cpu.v[into] = cpu.v[into] & MASK | result << 64 if high else result

        return narrow
    effects: dict[int, Callable[[int, int, int], int]] = {
        0b0000: lambda a, b, _: a + b,
        0b0001: lambda a, b, _: a + b,
        0b0010: lambda a, b, _: a - b,
        0b0011: lambda a, b, _: a - b,
        0b0101: lambda a, b, old: old + abs(a - b),
        0b0111: lambda a, b, _: abs(a - b),
        0b1000: lambda a, b, old: old + a * b,
        0b1010: lambda a, b, old: old - a * b,
        0b1100: lambda a, b, _: a * b,
    }
    effect = effects.get(kind)
    if effect is None:
        return None
    wide_first = kind in (0b0001, 0b0011)

    def different(cpu: Arm64) -> None:
        first = read(cpu.v[one], 2 * size, 0) if wide_first else read(cpu.v[one], size, high)
        second, old = read(cpu.v[other], size, high), lanes(cpu.v[into], 2 * size, count)
        result = [effect(a, b, k) for a, b, k in zip(first, second, old, strict=True)]
        cpu.v[into] = joined(result, 2 * size)

    return different


def _two(word: int) -> Step | None:
    unsigned, kind, full = word >> 29 & 1, word >> 12 & 31, 128 if word >> 30 & 1 else 64
    size = 8 << (word >> 22 & 3)
    one, into = word >> 5 & 31, word & 31
    count = full // size
    if kind in (0b10010, 0b10100) and size < 64:
        return _narrow(word, size)
    if kind == 0b10011 and unsigned and size < 64:  # to twice the width, shifted by the width

        def widen(cpu: Arm64) -> None:
            part = lanes(cpu.v[one] >> 64 if full == 128 else cpu.v[one], size, 64 // size)
            cpu.v[into] = joined([k << size for k in part], 2 * size)

        return widen
    if kind == 0b00010:  # sums of neighbours in twice the width

        def long_pairs(cpu: Arm64) -> None:
            part = lanes(cpu.v[one], size, count)
            part = part if unsigned else [with_sign(k, size) for k in part]
            cpu.v[into] = joined([part[k] + part[k + 1] for k in range(0, count, 2)], 2 * size)

        return long_pairs
    if kind in (0, 1):  # the order of bytes within 64, 32 or 16 bits
        span = 16 if kind else 32 if unsigned else 64
        if span <= size:
            return None
        part = span // size

        def turned(cpu: Arm64) -> None:
            each = lanes(cpu.v[one], size, count)
            cpu.v[into] = joined([k for at in range(0, count, part) for k in each[at : at + part][::-1]], size)

        return turned
    effects: dict[tuple[int, int], Callable[[int], int]] = {
        (0, 0b01000): lambda k: -(with_sign(k, size) > 0),
        (1, 0b01000): lambda k: -(with_sign(k, size) >= 0),
        (0, 0b01001): lambda k: -(k == 0),
        (1, 0b01001): lambda k: -(with_sign(k, size) <= 0),
        (0, 0b01010): lambda k: -(with_sign(k, size) < 0),
        (0, 0b01011): lambda k: abs(with_sign(k, size)),
        (1, 0b01011): lambda k: -k,
        (0, 0b00101): lambda k: k.bit_count(),
        (1, 0b00100): lambda k: size - k.bit_length(),
    }
    effect = effects.get((unsigned, kind))
    if (unsigned, kind) == (1, 0b00101):
        size, count = 8, full // 8
        effect = _not if not word >> 22 & 3 else _bits_reversed
    if effect is None:
        return None
    change = effect

    def two(cpu: Arm64) -> None:
        cpu.v[into] = joined([change(k) for k in lanes(cpu.v[one], size, count)], size)

    return two


def _not(octet: int) -> int:
    return ~octet


def _bits_reversed(octet: int) -> int:
    return int(f"{octet:08b}"[::-1], 2)


def _narrow(word: int, size: int) -> Step | None:
    unsigned, kind, high = word >> 29 & 1, word >> 12 & 31, word >> 30 & 1
    one, into, count = word >> 5 & 31, word & 31, 64 // size
    most = (1 << size) - 1

    def narrow(cpu: Arm64) -> None:
        part = lanes(cpu.v[one], 2 * size, count)
        if kind == 0b10100 and unsigned:
            part = [min(k, most) for k in part]
        elif kind == 0b10100:
            part = [max(-(most + 1) // 2, min(with_sign(k, 2 * size), most // 2)) for k in part]
        elif unsigned:
            part = [max(0, min(with_sign(k, 2 * size), most)) for k in part]
        result = joined(part, size)
        cpu.v[into] = cpu.v[into] & MASK | result << 64 if high else result

    return narrow


def _across(word: int) -> Step | None:
    unsigned, kind, full = word >> 29 & 1, word >> 12 & 31, 128 if word >> 30 & 1 else 64
    size = 8 << (word >> 22 & 3)
    one, into, count = word >> 5 & 31, word & 31, full // size
    if kind not in (0b00011, 0b01010, 0b11010, 0b11011) or (kind == 0b11011 and unsigned):
        return None
    width = 2 * size if kind == 0b00011 else size

    def across(cpu: Arm64) -> None:
        part = lanes(cpu.v[one], size, count)
        part = part if unsigned else [with_sign(k, size) for k in part]
        result = max(part) if kind == 0b01010 else min(part) if kind == 0b11010 else sum(part)
        cpu.v[into] = result & (1 << width) - 1

    return across


def _copy(word: int, *, scalar: bool = False) -> Step | None:
    place, kind, full = word >> 16 & 31, word >> 11 & 15, 128 if word >> 30 & 1 else 64
    size = 8 * (place & -place)
    if not 0 < size <= 64:
        return None
    lane = place // (size // 8 * 2)
    one, to = word >> 5 & 31, word & 31
    mask = (1 << size) - 1
    if word >> 29 & 1:  # an element into another one
        source = kind * 8 // size

        def element(cpu: Arm64) -> None:
            value = cpu.v[one] >> source * size & mask
            cpu.v[to] = cpu.v[to] & ~(mask << lane * size) | value << lane * size

        return element
    if kind == 0:
        count = 1 if scalar else full // size

        def every(cpu: Arm64) -> None:
            cpu.v[to] = joined([cpu.v[one] >> lane * size & mask] * count, size)

        return every
    if kind == 1:

        def every_general(cpu: Arm64) -> None:
            cpu.v[to] = joined([cpu.x[one] & mask] * (full // size), size)

        return every_general
    if kind == 3:

        def put(cpu: Arm64) -> None:
            cpu.v[to] = cpu.v[to] & ~(mask << lane * size) | (cpu.x[one] & mask) << lane * size

        return put
    if kind not in (5, 7):
        return None
    into, width = target(to), MASK if full == 128 else WORD

    def take(cpu: Arm64) -> None:
        value = cpu.v[one] >> lane * size & mask
        cpu.x[into] = (with_sign(value, size) if kind == 5 else value) & width

    return take


def _modified_constant(word: int) -> Step | None:
    turn, kind, full = word >> 29 & 1, word >> 12 & 15, 128 if word >> 30 & 1 else 64
    octet, into = (word >> 16 & 7) << 5 | word >> 5 & 31, word & 31
    if kind < 8:
        value, size = octet << 8 * (kind >> 1), 32
    elif kind < 12:
        value, size = octet << 8 * (kind >> 1 & 1), 16
    elif kind < 14:
        value, size = (octet << 8 | 0xFF) if kind == 12 else (octet << 16 | 0xFFFF), 32
    elif kind == 14 and not turn:
        value, size = octet, 8
    elif kind == 14:
        value, size, turn = sum(0xFF << 8 * bit for bit in range(8) if octet >> bit & 1), 64, 0
    else:
        return None
    constant = joined([value] * (full // size), size)
    mask = (1 << full) - 1
    if kind & 1 and kind < 12:

        def change(cpu: Arm64) -> None:
            cpu.v[into] = (cpu.v[into] & ~constant if turn else cpu.v[into] | constant) & mask

        return change
    constant = ~constant & mask if turn else constant

    def put(cpu: Arm64) -> None:
        cpu.v[into] = constant

    return put


def _shift(word: int, width: int) -> Step | None:
    unsigned, kind, place = word >> 29 & 1, word >> 11 & 31, word >> 16 & 127
    size = 8 << (place >> 3).bit_length() - 1
    one, into = word >> 5 & 31, word & 31
    count = width // size
    left, right = place - size, 2 * size - place
    if kind == 0b10100 and size < 64:  # to twice the width

        def widen(cpu: Arm64) -> None:
            part = lanes(cpu.v[one] >> 64 if width == 128 else cpu.v[one], size, 64 // size)
            part = part if unsigned else [with_sign(k, size) for k in part]
            cpu.v[into] = joined([k << left for k in part], 2 * size)

        return widen
    if kind == 0b10000 and not unsigned and size < 64:  # to half the width

        def narrow(cpu: Arm64) -> None:
            part = joined([k >> right for k in lanes(cpu.v[one], 2 * size, 64 // size)], size)
            cpu.v[into] = cpu.v[into] & MASK | part << 64 if width == 128 else part

        return narrow
    if kind not in (0b00000, 0b00010, 0b01010, 0b01000) or (kind == 0b01000 and not unsigned):
        return None
    if not count:
        return None
    mask = (1 << size) - 1

    def shift(cpu: Arm64) -> None:
        part = lanes(cpu.v[one], size, count)
        old = lanes(cpu.v[into], size, count)
        if kind == 0b01010 and not unsigned:
            part = [k << left for k in part]
        elif kind == 0b01010:
            part = [k << left | o & (1 << left) - 1 for k, o in zip(part, old, strict=True)]
        elif kind == 0b01000:
            part = [k >> right | o & ~(mask >> right) for k, o in zip(part, old, strict=True)]
        else:
            part = [(k if unsigned else with_sign(k, size)) >> right for k in part]
            if kind == 0b00010:
                part = [k + o for k, o in zip(part, old, strict=True)]
        cpu.v[into] = joined(part, size)

    return shift


def _table(word: int) -> Step | None:
    count, keeps, full = (word >> 13 & 3) + 1, word >> 12 & 1, 16 if word >> 30 & 1 else 8
    one, other, into = word >> 5 & 31, word >> 16 & 31, word & 31

    def table(cpu: Arm64) -> None:
        content = b"".join(cpu.v[(one + k) % 32].to_bytes(16, "little") for k in range(count))
        old = lanes(cpu.v[into], 8, full)
        places = lanes(cpu.v[other], 8, full)
        cpu.v[into] = joined(
            [content[k] if k < len(content) else old[n] if keeps else 0 for n, k in enumerate(places)], 8
        )

    return table


def _permute(word: int) -> Step | None:
    kind, full, size = word >> 12 & 7, 128 if word >> 30 & 1 else 64, 8 << (word >> 22 & 3)
    one, other, into = word >> 5 & 31, word >> 16 & 31, word & 31
    count, second = full // size, kind >> 2
    if kind & 3 == 0 or count < 2:
        return None

    def permute(cpu: Arm64) -> None:
        first, last = lanes(cpu.v[one], size, count), lanes(cpu.v[other], size, count)
        if kind & 3 == 1:
            found = (first + last)[second::2]
        elif kind & 3 == 2:
            found = [k for at in range(0, count, 2) for k in (first[at + second], last[at + second])]
        else:
            begin = second * count // 2
            found = [k for at in range(begin, begin + count // 2) for k in (first[at], last[at])]
        cpu.v[into] = joined(found, size)

    return permute


def _extract(word: int) -> Step | None:
    at, full = word >> 11 & 15, 128 if word >> 30 & 1 else 64
    one, other, into = word >> 5 & 31, word >> 16 & 31, word & 31
    mask = (1 << full) - 1

    def extract(cpu: Arm64) -> None:
        both = cpu.v[one] & mask | (cpu.v[other] & mask) << full
        cpu.v[into] = both >> 8 * at & mask

    return extract


def _one_constant(word: int, width: int) -> Step | None:
    return _shift(word, width) if word >> 19 & 15 else _modified_constant(word)


def _sum_of_two(word: int, _: int) -> Step:
    one, into = word >> 5 & 31, word & 31

    def pair(cpu: Arm64) -> None:
        cpu.v[into] = sum(lanes(cpu.v[one], 64, 2)) & MASK

    return pair


_FORMS: tuple[tuple[int, int, Callable[[int, int], Step | None]], ...] = (
    (0x9F200400, 0x0E200400, _three_same),
    (0x9F200C00, 0x0E200000, lambda word, _: _three_different(word)),
    (0x9F3E0C00, 0x0E200800, lambda word, _: _two(word)),
    (0x9F3E0C00, 0x0E300800, lambda word, _: _across(word)),
    (0x9FE08400, 0x0E000400, lambda word, _: _copy(word)),
    (0x9F800400, 0x0F000400, _one_constant),
    (0xBFE08C00, 0x0E000000, lambda word, _: _table(word)),
    (0xBF208C00, 0x0E000800, lambda word, _: _permute(word)),
    (0xBFE08400, 0x2E000000, lambda word, _: _extract(word)),
    (0xDF800400, 0x5F000400, lambda word, _: _shift(word, 64) if word >> 19 & 15 else None),
    (0xDFE00400, 0x5EE00400, lambda word, _: _three_same(word, 64)),
    (0xFFE0FC00, 0x5E000400, lambda word, _: _copy(word | 1 << 30, scalar=True)),
    (0xFF3FFC00, 0x5E31B800, _sum_of_two),
)
"""Bits that tell a kind of instruction, their values, and what makes the function of one."""
