"""Instructions of one file by the string, type, method or field that they name."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.dataflow.dex.code_units import CodeUnits, names_any, opcode_table, places_of
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.instructions import LENGTHS, payload_length

MAX_SITES = 64
"""Most call sites of one method, and most places that store one field, that are followed."""
MAX_INDEX = 0xFFFF
"""Greatest index in an instruction, but for the long one of a string."""
_ALONE, _ALONE_OF_FEW = 5, 1
"""Searches of the code for one member, before all its instructions are sorted: fewer for opcodes close together, whose
instructions are found and sorted in the time of three searches, and not of ten.
"""
_CLOSE = 4
_SEGMENT = 1 << 19
"""Code units that are sorted together, which bounds the memory."""


class OperandUses:
    """Places of instructions with some opcodes, by the method or field that they name.

    A place can also be an operand that looks like such an instruction.
    """

    def __init__(self, code: CodeUnits, opcodes: frozenset[int], *, keep: bool = True) -> None:
        """Without ``keep`` all instructions are sorted at the first search, and the code is not kept after it."""
        self._code = code
        self._opcodes = opcodes
        few = _ALONE_OF_FEW if max(opcodes) - min(opcodes) < _CLOSE else _ALONE
        self._alone = few if keep else 0
        self._searched: dict[int, NDArray[np.int64]] = {}
        """What single searches found."""

    def offsets(self, member: int, most: int = MAX_SITES) -> list[int]:
        """Byte offsets of the first ``most`` instructions that name a method or field."""
        if member > MAX_INDEX:
            return []
        if member in self._searched:
            places = self._searched[member][:most]
        elif len(self._searched) < self._alone:
            # To sort all instructions costs as much as a few searches for one member.
            units = self._code.units
            near = np.flatnonzero(units[1:] == np.uint16(member))
            places = self._searched[member] = near[opcode_table(self._opcodes)[units[near] & 0xFF]]
            places = places[:most]
        else:
            places = self._named(member, most)
        return self._code.offsets_of(places)

    def has_any(self, members: Sequence[int]) -> bool:
        """True if an instruction names one of these methods or fields; indices of one class are close together."""
        members = [member for member in members if member <= MAX_INDEX]
        if not self._alone:
            return any(len(self._named(member, 1)) for member in members)
        return names_any(self._code.units, self._opcodes, members)

    def _named(self, member: int, most: int) -> NDArray[np.int64]:
        """The first ``most`` instructions that name a method or field."""
        found = [np.empty(0, np.int64)]
        for members, places in self._sorted:
            first = bisect_left(members.data, member)
            last = bisect_right(members.data, member, first, min(len(members), first + most))
            if first < last:
                found.append(places[first:last].astype(np.int64))
                most -= last - first
        return np.concatenate(found)

    @cached_property
    def _sorted(self) -> list[tuple[NDArray[np.uint16], NDArray[np.uint32]]]:
        """For each segment of the code the members that instructions name, in ascending order, and their places."""
        units = self._code.units
        # They grow in place: arrays between those that are released would keep their memory.
        members, places, ends = bytearray(), bytearray(), [0]
        for begin in range(0, len(units) - 1, _SEGMENT):
            part = units[begin : begin + _SEGMENT + 1]
            found = places_of(part, self._opcodes)
            named = part[1:][found]
            order = named.argsort(kind="stable")  # for 16 bits a radix sort
            members += named[order].data
            places += (found[order] + begin).astype(np.uint32).data
            ends.append(ends[-1] + len(found))
        if not self._alone:
            self._code = self._code._replace(units=units[:0].copy())
        every, at = np.frombuffer(members, np.uint16), np.frombuffer(places, np.uint32)
        return [(every[low:high], at[low:high]) for low, high in pairwise(ends)]


def is_instruction(dex: DexFile, code: CodeItem, place: int) -> bool:
    """True if an instruction begins at a code unit of a method, and not an operand."""
    units = dex.units(code, min(code.units, place + 4))
    at = 0
    while at < place:
        at += LENGTHS[units[at] & 255] if units[at] & 255 else payload_length(units, at)
    return at == place
