"""The order in which the blocks of a method are walked: each after the blocks that lead to it.

Compilers put blocks behind the end of a method, which jump back: ``host = wap ? "10.0.0.172" : other`` has its first
value behind the last ``return``. A jump back to where paths meet is no loop. A block of a loop is walked once.
"""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect, jump_targets, payload_length
from tieback.recognise.dataflow.dex.opcode_sets import GOTO, GOTO_16
from tieback.recognise.dataflow.dex.try_blocks import TryBlock

MAX_UNITS = 8_192
"""Longer methods are walked in the order of their code."""
_GOTOS = (OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32)
_ENDS = frozenset((*_GOTOS, OpcodeEffect.END))
_PARTS = frozenset((*_ENDS, OpcodeEffect.IF, OpcodeEffect.SWITCH))
"""Instructions at the end of a block."""
_NOP, _JUMP = 1, 2
_LOOK = bytes(_NOP if kind == OpcodeEffect.NOP else _JUMP if kind in _PARTS else 0 for kind in KINDS)
"""Which opcodes end a block, or can begin a table."""
_GOTO_BACK = 0x8000 | GOTO
_NEGATIVE = 0x8000


class BlockOrder(NamedTuple):
    """How a method is walked."""

    runs: tuple[tuple[int, int], ...]
    """First unit of each run of blocks, and the unit behind it; empty for the order of the code."""
    ranks: Mapping[int, int]
    """Number of the run with a block, by the first unit of the block."""
    loops: bool
    """True if the method has a loop; unknown for the order of the code."""


STRAIGHT = BlockOrder((), {}, loops=False)
"""The order of the code."""


def block_order(units: NDArray[np.uint16], tries: Sequence[TryBlock]) -> BlockOrder:
    """The order for the code units of a method with these exception handlers."""
    if len(units) > MAX_UNITS or not _may_go_back(units):
        return STRAIGHT
    ways, ends = _ways(units.tolist(), tries)
    ahead, is_loop = _without_loops(ways)
    if all(target > start for start, its in ahead.items() for target in its):
        return STRAIGHT
    runs: list[tuple[int, int]] = []
    ranks: dict[int, int] = {}
    for start in _sorted(ahead):
        if runs and runs[-1][1] == start:
            runs[-1] = runs[-1][0], ends[start]
        else:
            runs.append((start, ends[start]))
        ranks[start] = len(runs) - 1
    return BlockOrder(tuple(runs), ranks, is_loop)


def _may_go_back(units: NDArray[np.uint16]) -> bool:
    """True if some unit can be a ``goto`` backwards; an operand can look like one."""
    if bool((units & 0x80FF == _GOTO_BACK).any()):
        return True
    return bool(((units[:-1] & 0xFF == GOTO_16) & (units[1:] >= _NEGATIVE)).any())


def _ways(units: Sequence[int], tries: Sequence[TryBlock]) -> tuple[dict[int, list[int]], dict[int, int]]:
    """For each block, by its first unit: the blocks that can follow; and the unit behind it."""
    leaders = {0, *(block.start for block in tries), *(handler for block in tries for _, handler in block.handlers)}
    jumps: dict[int, list[int]] = {}
    """What can follow the instruction before a unit that another one ends."""
    at, size = 0, len(units)
    look, lengths = _LOOK, LENGTHS
    while at < size:
        opcode = units[at] & 255
        kind = look[opcode]
        if kind == _JUMP and at + lengths[opcode] <= size:
            its = jump_targets(units, at)
            at += lengths[opcode]
            if KINDS[opcode] not in _ENDS:
                its.append(at)
            jumps[at] = its
            leaders.update(its)
            leaders.add(at)
        else:
            at += payload_length(units, at) if kind == _NOP else lengths[opcode]
    starts = sorted(one for one in leaders if 0 <= one < size)
    ends = dict(zip(starts, [*starts[1:], size], strict=True))
    ways = {start: jumps.get(end, [end]) for start, end in ends.items()}
    for block in tries:
        if block.start in ways:
            ways[block.start] = [*ways[block.start], *(handler for _, handler in block.handlers)]
    return {start: [one for one in its if one in ends] for start, its in ways.items()}, ends


def _without_loops(ways: Mapping[int, Sequence[int]]) -> tuple[dict[int, list[int]], bool]:
    """The blocks that can be reached, with their ways but those that close a loop; and whether there is a loop."""
    ahead: dict[int, list[int]] = {0: []}
    open_blocks, is_loop = {0}, False
    pending = [(0, iter(ways[0]))]
    while pending:
        start, its = pending[-1]
        target = next(its, -1)
        if target < 0:
            open_blocks.discard(start)
            pending.pop()
        elif target in open_blocks:
            is_loop = True
        elif target not in ahead[start]:
            ahead[start].append(target)
            if target not in ahead:
                ahead[target] = []
                open_blocks.add(target)
                pending.append((target, iter(ways[target])))
    return ahead, is_loop


def _sorted(ahead: Mapping[int, Sequence[int]]) -> list[int]:
    """The blocks, each behind those that lead to it, and otherwise in the order of the code."""
    missing = dict.fromkeys(ahead, 0)
    for its in ahead.values():
        for target in its:
            missing[target] += 1
    ready = [start for start, count in missing.items() if not count]
    heapify(ready)
    order: list[int] = []
    while ready:
        start = heappop(ready)
        order.append(start)
        for target in ahead[start]:
            missing[target] -= 1
            if not missing[target]:
                heappush(ready, target)
    return order
