"""Code of one DEX file without that of some packages, as one array that is searched as a whole.

In most apps libraries have nine tenths of the code.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Bytes

_HEADER = 16
_GAP = 256
"""Methods with so many bytes between them are kept together."""
_BLOCK = 1 << 16
"""Number of code units per block; the arrays of a block fit into the cache of a core."""
_FEW = 2
"""Opcodes between those looked for, each of which is compared with all units. More of them are looked up in a table."""

type Units = NDArray[np.uint16]
type Places = NDArray[np.int64]


class CodeUnits(NamedTuple):
    """Code units of 16 bits, in the order of the file. The instructions of a method are together."""

    units: Units
    begins: Places
    """Number of the first unit of each run of methods."""
    offsets: Places
    """Byte offset in the file of the first unit of each run."""

    def offset(self, unit: int) -> int:
        """Byte offset of a unit in the file."""
        run = int(self.begins.searchsorted(unit, side="right")) - 1
        return int(self.offsets[run]) + 2 * (unit - int(self.begins[run]))

    def offsets_of(self, units: Places) -> list[int]:
        """Byte offsets of several units."""
        if not len(units):
            return []
        if len(self.begins) == 1:
            shift = int(self.offsets[0])
            return [shift + 2 * unit for unit in units.tolist()]
        runs = self.begins.searchsorted(units, side="right") - 1
        found: list[int] = (self.offsets[runs] + 2 * (units - self.begins[runs])).tolist()
        return found


def code_units(data: Bytes, begin: int, end: int, methods: Places) -> CodeUnits:
    """The code units of these methods.

    Args:
        data: the file.
        begin: offset of the code section.
        end: offset of its end.
        methods: sorted offsets of their code items in the section; those of others can be among them.
    """
    begin += begin & 1
    count = max(0, (end - begin) // 2)
    every: Units = np.frombuffer(data, "<u2", count, begin if count else 0)
    methods = methods[(methods >= begin) & (methods + _HEADER <= end)]
    if not len(methods):
        return CodeUnits(every[:0], np.zeros(1, np.int64), np.full(1, begin, np.int64))
    heads = (methods - begin) // 2
    sizes = every[heads + 6].astype(np.int64) | every[heads + 7].astype(np.int64) << 16
    reached = np.maximum.accumulate(np.minimum(methods + _HEADER + 2 * sizes, end))
    breaks = np.flatnonzero(methods[1:] > reached[:-1] + _GAP)
    starts = methods[np.append(0, breaks + 1)]
    first, last = (starts - begin) // 2, (reached[np.append(breaks, -1)] - begin) // 2
    kept = last - first
    if 4 * int(kept.sum()) >= 3 * len(every):
        return CodeUnits(every, np.zeros(1, np.int64), np.full(1, begin, np.int64))
    parts = [every[low:high] for low, high in zip(first.tolist(), last.tolist(), strict=True)]
    return CodeUnits(np.concatenate(parts), np.append(0, np.cumsum(kept)[:-1]), starts)


def places_of(units: Units, opcodes: frozenset[int]) -> Places:
    """Sorted places of the units that have one of these opcodes, or look like it; never the last unit.

    Reads each unit twice in a block that fits into the cache, and looks up only those within the range of the opcodes.
    """
    low, span = min(opcodes), max(opcodes) - min(opcodes) + 1
    others = [np.uint16(opcode - low) for opcode in range(low, low + span) if opcode not in opcodes]
    holes = others if len(others) <= _FEW else []
    rows, bits = np.empty(_BLOCK, np.uint16), np.empty(_BLOCK, np.bool_)
    found = [np.empty(0, np.int64)]
    size = max(0, len(units) - 1)
    for begin in range(0, size, _BLOCK):
        count = min(_BLOCK, size - begin)
        row, bit = rows[:count], bits[:count]
        np.bitwise_and(units[begin : begin + count], 0xFF, out=row)
        if span == 1:
            np.equal(row, low, out=bit)
        else:
            np.less(np.subtract(row, low, out=row), span, out=bit)
        for hole in holes:
            bit &= row != hole
        places = np.flatnonzero(bit)
        if span > len(opcodes) + len(holes):
            places = places[opcode_table(opcodes)[row[places] + np.uint16(low)]]
        places += begin
        found.append(places)
    return np.concatenate(found)


def names_any(units: Units, opcodes: frozenset[int], operands: Collection[int]) -> bool:
    """True if a unit that has one of these opcodes, or looks like it, is before one of these operands."""
    if not operands:
        return False
    low, span = min(operands), max(operands) - min(operands) + 1
    wanted = np.zeros(span, np.bool_)
    wanted[[operand - low for operand in operands]] = True
    rows, bits = np.empty(_BLOCK, np.uint16), np.empty(_BLOCK, np.bool_)
    size = max(0, len(units) - 1)
    for begin in range(0, size, _BLOCK):
        count = min(_BLOCK, size - begin)
        row, bit = rows[:count], bits[:count]
        np.subtract(units[begin + 1 : begin + count + 1], low, out=row)
        near = np.flatnonzero(np.less(row, span, out=bit))
        if bool((wanted[row[near]] & opcode_table(opcodes)[units[begin + near] & 0xFF]).any()):
            return True
    return False


@lru_cache(maxsize=32)
def opcode_table(opcodes: frozenset[int]) -> NDArray[np.bool_]:
    """For each opcode, whether it is one of these."""
    wanted = np.zeros(256, np.bool_)
    wanted[list(opcodes)] = True
    return wanted
