"""Instructions of A64 that load and store."""

from collections.abc import Callable

from tieback.recognise.machine_code.arm64 import WORD, ZERO, Arm64, Step, extended, stacked, target
from tieback.recognise.machine_code.cpu import MASK
from tieback.recognise.machine_code.lanes import with_sign

type _Address = Callable[[Arm64], int]


def access(word: int, at: int) -> Step | None:
    """The function of an instruction that loads or stores; ``None`` if it is not known."""
    if word & 0x3B000000 == 0x18000000:
        return _literal(word, at)
    if word & 0x3A000000 == 0x28000000:
        return _pair(word)
    if word & 0x3B000000 == 0x39000000:
        size = _size(word)
        return _one(word, size, _behind(stacked(word >> 5 & 31), (word >> 10 & 0xFFF) * size))
    if word & 0x3B200C00 == 0x38200800:
        size, number = _size(word), word >> 16 & 31
        shift = (size.bit_length() - 1) if word >> 12 & 1 else 0
        value, base = extended(number, word >> 13 & 7, shift), stacked(word >> 5 & 31)
        return _one(word, size, lambda cpu: cpu.x[base] + value(cpu) & MASK)
    if word & 0x3B200000 == 0x38000000:
        base, distance = stacked(word >> 5 & 31), with_sign(word >> 12 & 0x1FF, 9)
        return _one(word, _size(word), _stepping(base, distance, word >> 10 & 3))
    if word & 0x3F000000 == 0x08000000:
        return _ordered(word)
    if word & 0x3B200C00 == 0x38200000 and not word >> 26 & 1:
        return _atomic(word)
    if word & 0xBE000000 == 0x0C000000:
        return _structures(word)
    return None


def _size(word: int) -> int:
    """Bytes of an access."""
    return 16 if word >> 26 & 1 and word >> 23 & 1 else 1 << (word >> 30)


def _behind(base: int, distance: int) -> _Address:
    return lambda cpu: cpu.x[base] + distance & MASK


def _stepping(base: int, distance: int, kind: int) -> _Address:
    """An address, of which the base may be moved: 1 afterwards, 3 before."""
    if kind in (0, 2):
        return _behind(base, distance)

    def moved(cpu: Arm64) -> int:
        old = cpu.x[base]
        new = cpu.x[base] = old + distance & MASK
        return old if kind == 1 else new

    return moved


def _one(word: int, size: int, address: _Address) -> Step | None:
    register, kind = word & 31, word >> 22 & 3
    if word >> 26 & 1:
        if size == 16 and word >> 30:
            return None
        return _load_vector(register, size, address) if kind & 1 else _store_vector(register, size, address)
    into = target(register)
    if kind == 0:
        return _store(register, size, address)
    if kind == 1:
        return _load(into, size, address)
    if size == 8:
        return (lambda _: None) if kind == 2 else None  # a hint that memory is needed soon
    return _load_signed(into, size, MASK if kind == 2 else WORD, address)


def _load(into: int, size: int, address: _Address) -> Step:
    def load(cpu: Arm64) -> None:
        cpu.x[into] = cpu.memory.number(address(cpu), size)

    return load


def _load_signed(into: int, size: int, mask: int, address: _Address) -> Step:
    def load(cpu: Arm64) -> None:
        cpu.x[into] = with_sign(cpu.memory.number(address(cpu), size), size * 8) & mask

    return load


def _store(register: int, size: int, address: _Address) -> Step:
    def store(cpu: Arm64) -> None:
        value = cpu.x[register]
        cpu.memory.put_number(address(cpu), value, size)

    return store


def _load_vector(register: int, size: int, address: _Address) -> Step:
    def load(cpu: Arm64) -> None:
        cpu.v[register] = cpu.memory.number(address(cpu), size)

    return load


def _store_vector(register: int, size: int, address: _Address) -> Step:
    def store(cpu: Arm64) -> None:
        cpu.memory.put_number(address(cpu), cpu.v[register], size)

    return store


def _literal(word: int, at: int) -> Step | None:
    kind, place = word >> 30, at + with_sign(word >> 5 & 0x7FFFF, 19) * 4 & MASK
    register = word & 31
    if word >> 26 & 1:
        return _load_vector(register, 4 << kind, lambda _: place) if kind < 3 else None
    into = target(register)
    if kind == 2:
        return _load_signed(into, 4, MASK, lambda _: place)
    return _load(into, 4 << kind, lambda _: place) if kind < 2 else (lambda _: None)


def _pair(word: int) -> Step | None:
    kind, vector, load = word >> 30, word >> 26 & 1, word >> 22 & 1
    size = 4 << kind if vector else 8 if kind == 2 else 4
    if kind == 3:
        return None
    address = _stepping(stacked(word >> 5 & 31), with_sign(word >> 15 & 127, 7) * size, word >> 23 & 3)
    one, other = word & 31, word >> 10 & 31
    if not load:

        def store(cpu: Arm64) -> None:
            bank = cpu.v if vector else cpu.x
            mask = (1 << size * 8) - 1
            both = bank[one] & mask | (bank[other] & mask) << size * 8
            cpu.memory.put_number(address(cpu), both, 2 * size)

        return store
    first, second = (one, other) if vector else (target(one), target(other))
    is_signed = kind == 1 and not vector

    def load_pair(cpu: Arm64) -> None:
        bank = cpu.v if vector else cpu.x
        both = cpu.memory.number(address(cpu), 2 * size)
        low, high = both & (1 << size * 8) - 1, both >> size * 8
        bank[first] = with_sign(low, 32) & MASK if is_signed else low
        bank[second] = with_sign(high, 32) & MASK if is_signed else high

    return load_pair


def _ordered(word: int) -> Step | None:
    """Loads and stores with an order between threads, of which there is one here; exclusive stores succeed."""
    size, base, register = 1 << (word >> 30), stacked(word >> 5 & 31), word & 31
    ordered, load, pair, status = word >> 23 & 1, word >> 22 & 1, word >> 21 & 1, target(word >> 16 & 31)
    if pair:
        return None
    address = _behind(base, 0)
    if load:
        return _load(target(register), size, address)
    store = _store(register, size, address)
    if ordered:
        return store

    def exclusive(cpu: Arm64) -> None:
        store(cpu)
        cpu.x[status] = 0

    return exclusive


def _atomic(word: int) -> Step | None:
    """Instructions that load a number and store a changed one."""
    size, base, into = 1 << (word >> 30), stacked(word >> 5 & 31), target(word & 31)
    value, kind, swap = word >> 16 & 31, word >> 12 & 7, word >> 15 & 1
    mask = (1 << size * 8) - 1
    if (swap and kind) or kind > 3:
        if swap and kind == 4:  # a load with an order
            return _load(into, size, _behind(base, 0))
        return None

    def change(cpu: Arm64) -> None:
        address, given = cpu.x[base], cpu.x[value] & mask
        old = cpu.memory.number(address, size)
        new = given if swap else (old + given, old & ~given, old ^ given, old | given)[kind]
        cpu.memory.put_number(address, new, size)
        cpu.x[into] = old

    return change


_REGISTERS = {0b0111: 1, 0b1010: 2, 0b0110: 3, 0b0010: 4}
"""Number of vectors by kind, of loads and stores that do not separate elements."""
_SEPARATED = {0b1000: 2, 0b0100: 3, 0b0000: 4}


def _structures(word: int) -> Step | None:
    full, moves, load, first = 16 if word >> 30 & 1 else 8, word >> 23 & 1, word >> 22 & 1, word & 31
    base, step = stacked(word >> 5 & 31), word >> 16 & 31
    if word >> 24 & 1:
        return _single(word, full, base)
    kind, size = word >> 12 & 15, 1 << (word >> 10 & 3)
    count = _REGISTERS.get(kind) or _SEPARATED.get(kind)
    if count is None or (not moves and step):
        return None
    parts = count if kind in _SEPARATED else 1
    total = full * count
    numbers = [(first + number) % 32 for number in range(count)]

    def several(cpu: Arm64) -> None:
        address = cpu.x[base]
        if load:
            raw = cpu.memory.read(address, total)
            for number, register in enumerate(numbers):
                content = raw[number * full : (number + 1) * full] if parts == 1 else _every(raw, number, parts, size)
                cpu.v[register] = int.from_bytes(content, "little")
        else:
            contents = [(cpu.v[one] & (1 << full * 8) - 1).to_bytes(full, "little") for one in numbers]
            if parts > 1:
                contents = [one[k : k + size] for k in range(0, full, size) for one in contents]
            cpu.memory.write(address, b"".join(contents))
        if moves:
            cpu.x[base] = address + (total if step == ZERO else cpu.x[step]) & MASK

    return several


def _every(raw: bytes, first: int, parts: int, size: int) -> bytes:
    return b"".join(raw[k : k + size] for k in range(first * size, len(raw), parts * size))


def _single(word: int, full: int, base: int) -> Step | None:
    """One element of one vector, or the same one for all its elements."""
    moves, load, register, step = word >> 23 & 1, word >> 22 & 1, word & 31, word >> 16 & 31
    kind, size_bits, high = word >> 13 & 7, word >> 10 & 3, word >> 30 & 1
    if word >> 21 & 1 or kind & 1:
        return None
    every = kind == 6
    if every:
        size, lane = 1 << size_bits, 0
    elif kind == 0:
        size, lane = 1, high << 3 | word >> 10 & 7
    elif kind == 2:
        size, lane = 2, high << 2 | word >> 11 & 3
    elif size_bits & 1:
        size, lane = 8, high
    else:
        size, lane = 4, high << 1 | word >> 12 & 1
    if every and not load:
        return None
    mask = (1 << size * 8) - 1

    def single(cpu: Arm64) -> None:
        address = cpu.x[base]
        if every:
            cpu.v[register] = int.from_bytes(cpu.memory.read(address, size) * (full // size), "little")
        elif load:
            value = cpu.memory.number(address, size)
            cpu.v[register] = cpu.v[register] & ~(mask << lane * size * 8) | value << lane * size * 8
        else:
            cpu.memory.put_number(address, cpu.v[register] >> lane * size * 8, size)
        if moves:
            cpu.x[base] = address + (size if step == ZERO else cpu.x[step]) & MASK

    return single
