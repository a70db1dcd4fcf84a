"""The loops of a method, and how a walk goes through one of them."""

from collections.abc import Sequence

import msgspec

from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect, jump_targets, payload_length
from tieback.recognise.dataflow.methods.values import EndpointParts, TextValue
from tieback.recognise.dataflow.walk.joins import PathState

_JUMPS = frozenset((OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32, OpcodeEffect.IF))


class Loop(msgspec.Struct, frozen=True, gc=False):
    """The code units of a loop."""

    begin: int
    """Where each turn begins."""
    end: int
    """Behind the last instruction that jumps there."""

    def has(self, at: int) -> bool:
        """True if a unit belongs to the loop."""
        return self.begin <= at < self.end


class Turns(msgspec.Struct, gc=False):
    """A loop that is walked once per turn, and the state of the walk before its first decision."""

    at: int
    """The instruction that decides."""
    state: PathState
    saved: dict[int, list[PathState]]
    returns: int
    built: int
    consumed: dict[int, TextValue | EndpointParts]
    composed: int
    is_cut: bool
    count: int = 0
    units: int = 0
    decides: bool = False
    """True if this turn had a comparison of known numbers that could end the loop."""
    is_left: bool = False
    """True if the loop ended by such a comparison."""
    is_off: bool = False
    """True if the loop is walked once."""


def loops_of(units: Sequence[int]) -> tuple[Loop, ...]:
    """The loops of a method, each behind those around it."""
    ends: dict[int, int] = {}
    at, size = 0, len(units)
    while at < size and at + LENGTHS[units[at] & 255] <= size:
        kind = KINDS[units[at] & 255]
        if kind == OpcodeEffect.NOP:
            at += payload_length(units, at)
            continue
        length = LENGTHS[units[at] & 255]
        if kind in _JUMPS:
            target = jump_targets(units, at)[0]
            if 0 <= target <= at:
                ends[target] = at + length
        at += length
    return tuple(sorted((Loop(*one) for one in ends.items()), key=lambda one: (one.begin, -one.end)))
