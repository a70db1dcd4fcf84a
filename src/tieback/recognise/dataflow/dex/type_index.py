"""Look-ups of many type descriptors of one DEX file in one pass, instead of one binary search in Python for each.

Types are sorted by the bytes of their descriptors. The first ``WIDTH`` bytes of all of them, side by side, are an array
that NumPy searches.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Bytes

RESOURCES = b"/R$"
"""What the descriptors of classes with identifiers of resources contain."""
WIDTH = 64
"""Bytes of a descriptor that are compared; a longer one has no place here."""
_FEW = 4
"""With fewer types than this the array costs more than it saves."""


class Names:
    """Descriptors, or beginnings of descriptors, prepared for look-ups in any file."""

    def __init__(self, names: Iterable[bytes]) -> None:
        self.names = tuple(names)
        self.long = tuple(place for place, name in enumerate(self.names) if len(name) >= WIDTH - 1)
        """Places of the names that are too long to be looked up at once."""

    @cached_property
    def lows(self) -> NDArray[np.bytes_]:
        """The names."""
        return np.array(self.names, f"S{WIDTH}")

    @cached_property
    def ends(self) -> NDArray[np.bytes_]:
        """What is greater than each name, and less than every longer one."""
        return np.array([name + b"\x01" for name in self.names], f"S{WIDTH}")

    @cached_property
    def highs(self) -> NDArray[np.bytes_]:
        """What is greater than everything that begins with each name."""
        return np.array([name + b"\xff" for name in self.names], f"S{WIDTH}")


class TypeIndex:
    """The beginnings of the descriptors of one file."""

    def __init__(self, beginnings: NDArray[np.bytes_]) -> None:
        self._beginnings = beginnings

    def ranges(self, names: Names) -> Sequence[tuple[int, int]]:
        """For each beginning, the first type that has it and the first one after them."""
        found = self._beginnings.searchsorted(names.lows), self._beginnings.searchsorted(names.highs)
        return list(zip(found[0].tolist(), found[1].tolist(), strict=True))

    def indices(self, names: Names) -> list[int]:
        """For each descriptor its type, or -1; also -1 for those that are too long."""
        first = self._beginnings.searchsorted(names.lows)
        found = self._beginnings.searchsorted(names.ends) > first
        return list(map(int, np.where(found, first, -1).tolist()))

    def position(self, name: bytes) -> int:
        """The first type that is not less than a descriptor; -1 if that is too long."""
        return bisect_left(self._listed, name) if len(name) < WIDTH - 1 else -1

    def type_of(self, name: bytes) -> int:
        """The type with a descriptor that is not too long; -1 if there is none."""
        at = bisect_left(self._listed, name)
        if at == len(self._listed):
            return -1
        # After a shorter descriptor are its NUL and the next bytes of the file.
        found = self._listed[at]
        return at if found == name or found.startswith(name + b"\0") else -1

    @cached_property
    def _listed(self) -> list[bytes]:
        return list(self._beginnings.tolist())

    def descriptors(self, kinds: NDArray[np.integer]) -> list[bytes]:
        """The descriptors of types; empty for those that are too long."""
        found = (one.partition(b"\0") for one in self._beginnings[kinds].tolist())
        return [name if end else b"" for name, end, _ in found]

    def begins(self, kind: int, beginning: bytes) -> bool:
        """True if the descriptor of a type has this beginning, which is not too long."""
        return bool(self._beginnings[kind].startswith(beginning))

    @cached_property
    def resource_classes(self) -> list[int]:
        """The types of classes with identifiers of resources, such as ``Landroidx/core/R$id;``, without long ones."""
        found = np.flatnonzero(np.strings.find(self._beginnings, RESOURCES) >= 0)
        names = self.descriptors(found)
        return [kind for kind, name in zip(found.tolist(), names, strict=True) if RESOURCES in name]

    def can_contain(self, name: bytes) -> bool:
        """False if no type begins like this descriptor, which is too long."""
        key = np.bytes_(name[:WIDTH])
        at = int(self._beginnings.searchsorted(key))
        return at < len(self._beginnings) and self._beginnings[at] == key


def type_index(data: Bytes, strings: NDArray[np.uint32], types: NDArray[np.uint32]) -> TypeIndex | None:
    """The index of a file; ``None`` if it has few types, or a table that is not plausible.

    Args:
        data: the file.
        strings: offset of each string.
        types: string index of each type.
    """
    if len(types) < _FEW or len(data) <= WIDTH + 2 or not len(strings) or int(types.max()) >= len(strings):
        return None
    octets = np.frombuffer(data, np.uint8)
    places = strings[types].astype(np.int64)
    if int(places.max()) + 2 + WIDTH > len(data):
        return None
    # The length before the characters has one byte, or two.
    places += octets[places] >> 7
    if (octets[places] >> 7).any():
        return None
    # A view with the next bytes from every position; only those of the types are copied.
    every: NDArray[np.bytes_] = np.ndarray((len(data) - WIDTH + 1,), f"S{WIDTH}", data, 0, (1,))
    return TypeIndex(every[places + 1])
