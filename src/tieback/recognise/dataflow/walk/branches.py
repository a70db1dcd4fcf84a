"""Jumps, branches, exception handlers and returns: where paths part and meet."""

from collections.abc import Sequence

from tieback.recognise.dataflow.dex.instructions import branch_targets, compares, sign_extend, switch_target
from tieback.recognise.dataflow.dex.opcode_sets import FIRST_ZERO_TEST, RETURN_VOID, THROW
from tieback.recognise.dataflow.dex.try_blocks import TryBlock
from tieback.recognise.dataflow.methods.values import HOLE, Choice, ObjectRef, TextValue, Value, When, alternatives
from tieback.recognise.dataflow.walk.grown_texts import open_grown
from tieback.recognise.dataflow.walk.joins import PathState, narrow
from tieback.recognise.dataflow.walk.state import WalkState
from tieback.recognise.dataflow.walk.turns import decide, jump_back, repeats


def jump(walk: WalkState, at: int, target: int, *, falls: bool) -> int:
    """Keep the state for a target that comes later. Returns the next unit."""
    if not falls and target <= at and walk.falls:
        begin = jump_back(walk, at, target)
        if begin is not None:
            return begin
        open_grown(walk, target, at)
    if walk.falls and walk.comes_later(target, at):
        _save(walk, target)
    if not falls:
        _forget(walk)
    return walk.next_unit(at)


def branch(walk: WalkState, at: int, unit: int) -> int:
    """Follow the path that a comparison of known numbers takes, or both."""
    target = at + sign_extend(walk.units[at + 1], 16)
    opcode = unit & 255
    if opcode < FIRST_ZERO_TEST:
        one, other = walk.registers.get(unit >> 8 & 15), walk.registers.get(unit >> 12)
    else:
        one, other = walk.registers.get(unit >> 8), 0
    if isinstance(one, ObjectRef) and other == 0 and one.number in walk.present:
        one = 1  # not null
    if isinstance(one, int) and isinstance(other, int):
        taken = compares(opcode, one, other)
        if not walk.loops():
            if walk.comes_later(target, at):
                return jump(walk, at, target, falls=False) if taken else walk.next_unit(at)
        elif walk.falls:
            decided = decide(walk, at, target, taken=taken)
            if decided is not None:
                return jump(walk, at, target, falls=False) if decided == target > at else decided
    elif target <= at and walk.falls:
        begin = jump_back(walk, at, target, walk.next_unit(at))
        if begin is not None:
            return begin
    elif (ways := _ways(opcode, one, other)) is not None and walk.comes_later(target, at) and not repeats(walk, at):
        saved = _save(walk, target) if walk.falls else None
        for state, conditions in ((saved, ways[0]), (PathState(walk.registers, walk.heap), ways[1])):
            walk.left -= narrow(state, conditions) >> 3 if state is not None else 0
        return walk.next_unit(at)
    return jump(walk, at, target, falls=True)


def _ways(opcode: int, one: Value | None, other: Value | None) -> tuple[list[When], list[When]] | None:
    """The conditions of the values with which a comparison of a choice and a number jumps, and of those with which not.

    ``None`` if it always goes the same way, as far as the values are known.
    """
    if not (type(one) is Choice and type(other) is int) and not (type(one) is int and type(other) is Choice):
        return None
    ways: tuple[list[When], list[When]] = [], []
    for left in alternatives(one):
        for right in alternatives(other):
            a, b, when = left.value, right.value, left.when or right.when
            taken = compares(opcode, a, b) if isinstance(a, int) and isinstance(b, int) else None
            ways[0].extend((when,) if taken is not False else ())
            ways[1].extend((when,) if taken is not True else ())
    return ways if ways[0] and ways[1] else None


def switch(walk: WalkState, at: int, unit: int) -> int:
    """Follow the path that a known number takes, or each path."""
    value = walk.registers.get(unit >> 8)
    if isinstance(value, int) and not repeats(walk, at):
        target = switch_target(walk.units, at, value)
        return walk.next_unit(at) if target is None else jump(walk, at, target, falls=False)
    if walk.falls:
        for target in dict.fromkeys(branch_targets(walk.units, at)):
            if walk.comes_later(target, at):
                _save(walk, target)
    return walk.next_unit(at)


def end(walk: WalkState, at: int, unit: int) -> int:
    """Keep the state and the result at a return; end the path."""
    opcode = unit & 255
    if opcode != THROW and walk.falls:
        value = walk.registers.get(unit >> 8) if opcode != RETURN_VOID else None
        walk.returns.append(PathState({} if value is None else {0: value}, dict(walk.heap)))
    _forget(walk)
    return walk.next_unit(at)


def leave_run(walk: WalkState, at: int) -> None:
    """Before a unit, if other blocks are walked first: its state is kept."""
    if walk.falls and walk.comes_later(at, at):
        _save(walk, at)
    _forget(walk)


def meet(walk: WalkState, others: list[PathState]) -> None:
    """Join the paths that arrive at a unit."""
    if not others:
        return
    states = [PathState(walk.registers, walk.heap), *others] if walk.falls else others
    state = walk.merge(states)
    walk.registers, walk.heap, walk.falls = state.registers, state.heap, True


def note_tries(walk: WalkState, blocks: Sequence[TryBlock]) -> None:
    """Note the handlers of each block by the unit where it begins, and stop there."""
    for block in blocks:
        walk.tries.setdefault(block.start, []).extend(handler for _, handler in block.handlers)
        walk.saved.setdefault(block.start, [])


def enter_try(walk: WalkState, at: int) -> None:
    """At the beginning of a block with exception handlers: they begin with what is known here."""
    for handler in walk.tries.get(at, ()):
        state = _save(walk, handler) if walk.falls and walk.comes_later(handler, at) else None
        if state is not None:
            for register, value in list(state.registers.items()):
                if isinstance(value, TextValue) and value.text == HOLE:
                    del state.registers[register]


def _save(walk: WalkState, target: int) -> PathState | None:
    """Keep the state for a path that continues at a unit; copies count as work. ``None`` if no work is left."""
    if walk.left <= 0:
        walk.is_cut = True
        return None
    walk.left -= (len(walk.registers) + len(walk.heap)) >> 3
    state = PathState(dict(walk.registers), dict(walk.heap))
    walk.saved.setdefault(target, []).append(state)
    return state


def _forget(walk: WalkState) -> None:
    """After a jump nothing is known until a path from before arrives."""
    walk.registers, walk.heap, walk.result, walk.falls = {}, {}, None, False
