"""Calls of library methods, by effect."""

from collections.abc import Sequence

from tieback.recognise.dataflow.methods.keyed import KeyedCall
from tieback.recognise.dataflow.methods.library import EditCall, Effect, LibraryEffect, NewTextCall, PureCall
from tieback.recognise.dataflow.methods.values import TEXTS, ObjectRef, Value, as_text, each
from tieback.recognise.dataflow.walk.callbacks import CALLBACK_CALLS
from tieback.recognise.dataflow.walk.containers import CONTAINER_CALLS
from tieback.recognise.dataflow.walk.keyed import keyed
from tieback.recognise.dataflow.walk.resources import RESOURCE_CALLS
from tieback.recognise.dataflow.walk.state import WalkState
from tieback.recognise.dataflow.walk.strings import (
    build,
    builder_in_field,
    concatenate,
    edit,
    evaluate,
    format_text,
    new_text,
)

_CALLS = {**CONTAINER_CALLS, **RESOURCE_CALLS, **CALLBACK_CALLS}
_LEAST: dict[LibraryEffect, int] = {
    Effect.ADD: 2,
    Effect.JOIN_MORE: 2,
    Effect.PUT: 3,
    Effect.COMPUTE: 3,
    Effect.CONTAINS_KEY: 2,
    Effect.REMEMBERED: 4,
    **dict.fromkeys(
        (Effect.NEW_JOINER, Effect.JOINED, Effect.ADD_ARGUMENTS, Effect.ITEM, Effect.ANY_ITEM,
         Effect.ITERATOR, Effect.HAS_NEXT, Effect.NEXT, Effect.SIZE, Effect.SHUFFLE, Effect.LOOKUP, Effect.LAMBDA,
         Effect.TASK, Effect.NEW_PAIR, Effect.NEW_HOLDER, Effect.HOLD, Effect.FIRST, Effect.SECOND, Effect.THIRD,
         Effect.KEYS, Effect.ENTRIES),
        1,
    ),
}  # fmt: skip
"""Fewest registers of a call, for effects that need some. Android refuses code with fewer; a file can have it."""

_OF_BUILDER = frozenset((Effect.APPEND, Effect.APPEND_OBJECT, Effect.APPEND_CHAR, Effect.APPEND_BOOLEAN,
                         Effect.APPEND_UNKNOWN, Effect.TO_STRING))  # fmt: skip
"""Calls of a builder with a result."""


def _apply_call(
    walk: WalkState,
    effect: PureCall | EditCall | NewTextCall | KeyedCall,
    values: Sequence[Value | None],
    registers: Sequence[int],
) -> None:
    if isinstance(effect, PureCall):
        walk.result = evaluate(walk, effect, values)
    elif isinstance(effect, KeyedCall):
        keyed(walk, effect, values, registers)
    elif not values:
        return
    elif isinstance(effect, EditCall):
        edit(walk, effect, values)
    else:
        new_text(walk, effect, values, registers)


def apply_effect(
    walk: WalkState, effect: LibraryEffect, values: Sequence[Value | None], registers: Sequence[int]
) -> None:
    """Apply a call of a library method to the state."""
    if not isinstance(effect, Effect):
        _apply_call(walk, effect, values, registers)
        return
    receiver = values[0] if values else None
    if len(values) < _LEAST.get(effect, 0):
        return
    if effect is Effect.SAME:
        walk.result = receiver
    elif effect is Effect.DIGITS:
        walk.result = each(receiver, lambda value: as_text(value) if isinstance(value, int) else value)
    elif effect is Effect.TEXT:
        held = walk.contents(receiver)
        walk.result = walk.compose("concat", held, ()) if isinstance(held, TEXTS) else receiver
    elif effect is Effect.LAST:
        walk.result = values[-1] if values else None
    elif effect is Effect.CONCAT:
        concatenate(walk, values)
    elif effect in (Effect.FORMAT, Effect.FORMAT_LOCALE):
        format_text(walk, values[effect is Effect.FORMAT_LOCALE :])
    elif effect in _CALLS:
        _CALLS[effect](walk, values, registers)
    elif isinstance(receiver, ObjectRef):
        build(walk, effect, receiver, values[1] if len(values) > 1 else None)
    elif effect in _OF_BUILDER:
        walk.result = builder_in_field(receiver)
