"""Instructions of one file by the string, type, method or field that they name."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

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


class OperandUses:
    """Places of instructions with some opcodes, by the method or field that they name.

    A place can also be an operand that looks like such an instruction.
    """

    def __init__(self, code: CodeUnits, opcodes: frozenset[int]) -> None:
        self._code = code
        self._opcodes = opcodes
        self._alone = _ALONE_OF_FEW if max(opcodes) - min(opcodes) < _CLOSE else _ALONE
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
            members, every = self._sorted
            first = bisect_left(members, member)
            places = every[first : bisect_right(members, member, first, min(len(members), first + most))]
        return self._code.offsets_of(places)

    def has_any(self, members: Sequence[int]) -> bool:
        """True if an instruction names one of these methods or fields; indices of one class are close together."""
        return names_any(self._code.units, self._opcodes, [member for member in members if member <= MAX_INDEX])

    @cached_property
    def _sorted(self) -> tuple[memoryview, NDArray[np.int64]]:
        """The members that the instructions name, in their order, and the place of each."""
        units = self._code.units
        places = places_of(units, self._opcodes)
        members = units[places + 1]
        order = members.argsort(kind="stable")
        return members[order].data, places[order]


def is_instruction(dex: DexFile, code: CodeItem, place: int) -> bool:
    """True if an instruction begins at a code unit of a method, and not an operand."""
    units = dex.units(code, min(code.units, place + 4))
    at = 0
    while at < place:
        at += LENGTHS[units[at] & 255] if units[at] & 255 else payload_length(units, at)
    return at == place
