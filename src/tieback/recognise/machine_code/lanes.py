"""Vectors as lists of their elements."""


def lanes(value: int, size: int, count: int) -> list[int]:
    """The first elements of a vector, without a sign.

    Args:
        value: the vector.
        size: bits of an element.
        count: number of elements.
    """
    if size == 8:
        return list((value & (1 << 8 * count) - 1).to_bytes(count, "little"))
    mask = (1 << size) - 1
    return [value >> size * number & mask for number in range(count)]


def joined(elements: list[int], size: int) -> int:
    """The vector of elements, of each its lowest bits."""
    if size == 8:
        return int.from_bytes(bytes([one & 255 for one in elements]), "little")
    mask = (1 << size) - 1
    found = 0
    for number, one in enumerate(elements):
        found |= (one & mask) << size * number
    return found


def with_sign(value: int, bits: int) -> int:
    """A number with a sign."""
    return value - (1 << bits) if value >> bits - 1 & 1 else value
