"""Loops whose number of turns is known: their body is walked once per turn.

``for (String part : parts) text.append(part)`` makes a text only if each turn follows the one before. A loop is walked
so while the comparison that ends it is of known numbers: a counter and the length of an array, or what ``hasNext``
returns for a known list. If a later turn is not known, or there are too many, the loop is walked once, with values that
stand for any turn, as every other loop.
"""

from collections.abc import Sequence

from tieback.recognise.dataflow.walk.joins import PathState
from tieback.recognise.dataflow.walk.loops import Loop, Turns, loops_of
from tieback.recognise.dataflow.walk.state import WalkState

MAX_TURNS = 128
"""Most turns of one loop."""
MAX_UNITS = 4_000
"""Most code units of all turns of one loop."""


def loop_at(walk: WalkState, at: int) -> Loop | None:
    """The innermost loop with a unit; none in a method whose blocks are not walked in the order of the code."""
    found = None
    for one in () if walk.order.runs else _loops(walk):
        if one.begin > at:
            break
        if one.has(at):
            found = one
    return found


def repeats(walk: WalkState, at: int) -> bool:
    """True if what is known at a unit may be that of one turn only: it is in a loop, or behind one."""
    if not walk.loops():
        return False
    if walk.order.runs:
        return True
    loop = loop_at(walk, at)
    return (loop is None or not is_on(walk, loop)) and any(one.begin <= at for one in _loops(walk))


def may_turn(walk: WalkState, at: int) -> bool:
    """True if the loop with a unit is walked once per turn, or can be."""
    loop = loop_at(walk, at) if walk.loops() else None
    return loop is not None and _can_begin(walk, loop)


def decide(walk: WalkState, at: int, target: int, *, taken: bool) -> int | None:
    """The next unit after a comparison of known numbers in a method with a loop; ``None`` if both ways are walked.

    Where the walk comes from a jump, only the state for the target is kept, and the result is the next unit.
    """
    loop = loop_at(walk, at)
    if loop is None:
        return None
    after = walk.next_unit(at)
    if target <= at:
        if not taken and is_on(walk, loop):
            walk.turns[loop.begin].is_left = True
        if not taken:
            return None if _is_off(walk, loop) else after
        return _again(walk, loop, at) if target == loop.begin and _begun(walk, loop, at, leaves=False) else None
    leaves = not loop.has(target if taken else after)
    can_leave = leaves or not loop.has(after if taken else target)
    if not (_begun(walk, loop, at, leaves=leaves) if can_leave else is_on(walk, loop)):
        return None
    turns = walk.turns[loop.begin]
    turns.decides = turns.decides or can_leave
    turns.is_left = turns.is_left or leaves
    return target if taken else after


def jump_back(walk: WalkState, at: int, target: int, other: int = -1) -> int | None:
    """The next unit after a jump to the beginning of a loop; ``None`` if the loop is walked once.

    Args:
        walk: the walk.
        at: the jump.
        target: where the loop begins.
        other: where the walk can also go on, if it is not known whether the jump is taken.
    """
    loop = loop_at(walk, at) if walk.turns else None
    if loop is None or loop.begin != target or not is_on(walk, loop):
        return None
    if not walk.turns[target].decides:
        return _give_up(walk, loop)
    if other >= 0:
        walk.saved.setdefault(other, []).append(PathState(dict(walk.registers), dict(walk.heap)))
        walk.left -= (len(walk.registers) + len(walk.heap)) >> 3
    return _again(walk, loop, at)


def go_back(walk: WalkState, at: int) -> int | None:
    """The unit where a walk goes on that comes to the end of a loop which did not end by its own comparison.

    In such a turn the method returns, and a handler of exceptions can go on with the next one in a way that is not
    followed here. So the loop is walked once.
    """
    for loop in _loops(walk):
        if loop.end == at and is_on(walk, loop) and not walk.turns[loop.begin].is_left:
            return _give_up(walk, loop)
    return None


def _loops(walk: WalkState) -> Sequence[Loop]:
    known = walk.its_loops.get(walk.method)
    if known is None:
        known = walk.its_loops[walk.method] = loops_of(walk.units)
    return known


def is_on(walk: WalkState, loop: Loop) -> bool:
    """True if a loop is walked once per turn."""
    turns = walk.turns.get(loop.begin)
    return turns is not None and not turns.is_off


def _is_off(walk: WalkState, loop: Loop) -> bool:
    turns = walk.turns.get(loop.begin)
    return turns is not None and turns.is_off


def _can_begin(walk: WalkState, loop: Loop) -> bool:
    """True if a loop, and each one around it, is walked once per turn or can be."""
    around = [one for one in _loops(walk) if one.begin <= loop.begin and one.end >= loop.end]
    return not _is_off(walk, loop) and all(is_on(walk, one) for one in around if one is not loop)


def _begun(walk: WalkState, loop: Loop, at: int, *, leaves: bool) -> bool:
    """True if a loop is walked once per turn, from this decision on if not before.

    A loop that ends before its first turn is walked once: what it goes over can come from code that is not known.
    """
    if loop.begin in walk.turns:
        return not walk.turns[loop.begin].is_off
    if not walk.falls or walk.turn_units <= 0 or not _can_begin(walk, loop):
        return False
    state = PathState(dict(walk.registers), dict(walk.heap))
    saved = {unit: list(states) for unit, states in walk.saved.items()}
    marks = (len(walk.returns), len(walk.built), dict(walk.consumed), walk.composed, walk.is_cut)
    turns = Turns(at, state, saved, *marks, is_off=leaves)
    walk.left -= (len(walk.registers) + len(walk.heap) + len(walk.consumed)) >> 3
    walk.turns[loop.begin] = turns
    walk.saved.setdefault(loop.end, [])  # the walk stops there
    return not leaves


def _again(walk: WalkState, loop: Loop, at: int) -> int:
    """Walk one more turn; with too many the loop is walked once."""
    turns = walk.turns[loop.begin]
    size = at - loop.begin
    turns.count += 1
    turns.units += size
    turns.decides = False
    walk.left -= size
    walk.turn_units -= size
    if turns.count > MAX_TURNS or turns.units > MAX_UNITS or walk.left <= 0 or walk.turn_units <= 0:
        return _give_up(walk, loop)
    for begin in [one.begin for one in _loops(walk) if loop.begin < one.begin < loop.end]:
        walk.turns.pop(begin, None)
    for start in walk.tries:
        if loop.has(start):
            walk.saved.setdefault(start, [])
    walk.result = None
    return loop.begin


def _give_up(walk: WalkState, loop: Loop) -> int:
    """Walk a loop once: go back to the state before its first decision."""
    turns = walk.turns[loop.begin]
    turns.is_off = True
    walk.registers, walk.heap, walk.falls, walk.result = turns.state.registers, turns.state.heap, True, None
    walk.saved.clear()
    walk.saved.update(turns.saved)
    walk.consumed, walk.composed, walk.is_cut = turns.consumed, turns.composed, turns.is_cut
    walk.nexts.clear()
    del walk.returns[turns.returns :]
    del walk.built[turns.built :]
    return turns.at
