"""Texts that a loop makes longer, where the number of its turns is not known.

``for (String part : parts) url.append('/').append(part)`` is walked once. Behind the loop the text has what one turn
appends, and then something unknown: without it, what follows would make another address.
"""

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect, jump_targets, payload_length
from tieback.recognise.dataflow.methods.values import HOLE, UNKNOWN, Choice, TextValue, Value, alternatives, combine
from tieback.recognise.dataflow.walk.state import WalkState

MAX_UNITS = 2_000
"""Most code units of a loop that is looked at."""
_EXITS = frozenset((OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32, OpcodeEffect.IF))


def open_grown(walk: WalkState, begin: int, at: int) -> None:
    """At the jump back of a loop that is walked once: open the texts that this turn made longer, behind the loop.

    Args:
        walk: the walk, with the state at the end of the turn.
        begin: where the loop begins.
        at: the jump.
    """
    if at - begin > MAX_UNITS or walk.order.runs or not walk.saved:
        return
    walk.left -= (at - begin) >> 3
    for target in set(_exits(walk.units, begin, at)):
        for state in walk.saved.get(target, ()):
            walk.left -= (len(state.registers) + len(state.heap)) >> 3
            _open(state.registers, walk.registers)
            _open(state.heap, walk.heap)


def _exits(units: Sequence[int], begin: int, end: int) -> Iterator[int]:
    """Where the conditions of a loop lead to behind it."""
    at = begin
    while at < end:
        kind = KINDS[units[at] & 255]
        if kind in _EXITS:
            target = jump_targets(units, at)[0]
            if target > end:
                yield target
        at += LENGTHS[units[at] & 255] if kind != OpcodeEffect.NOP else payload_length(units, at)


def _open(before: MutableMapping[int, Any], after: MutableMapping[int, Any]) -> None:
    for key, old in before.items():
        new = after.get(key)
        if new is old or type(old) is not TextValue or type(new) not in (TextValue, Choice):
            continue
        if old.text in ("", HOLE) or not all(_is_longer(one.value, old.text) for one in alternatives(new)):
            continue
        opened = combine([new], lambda text: text.plus(UNKNOWN))
        if isinstance(opened, (TextValue, Choice)):
            before[key] = opened


def _is_longer(value: Value | None, text: str) -> bool:
    return isinstance(value, TextValue) and len(value.text) > len(text) and value.text.startswith(text)
