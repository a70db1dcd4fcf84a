"""Calls that put a value under a key of the preferences or of an intent's extras, or get it."""

from collections.abc import Sequence

from tieback.recognise.dataflow.app import MemberRef
from tieback.recognise.dataflow.keyed import MAX_KEY, PREFERENCE, STRING, KeyedCall
from tieback.recognise.dataflow.values import HOLE, Alternative, TextValue, Value, alternatives, choice, rows, unknown_of
from tieback.recognise.dataflow.walk.state import WalkState


def keyed(walk: WalkState, effect: KeyedCall, values: Sequence[Value | None]) -> None:
    """Apply the call."""
    key = values[1] if len(values) > 1 else None
    if effect.puts:
        for _, (name_of, value) in (rows([key, walk.plain(values[2])]) or ()) if len(values) > 2 else ():
            kind = effect.kind or ("I" if isinstance(value, int) else STRING)
            walk.store(_member(walk, effect.space, name_of, kind), value)
        walk.result = values[0] if values else None  # an editor or an intent
        return
    member = _member(walk, effect.space, key, effect.kind)
    name = walk.app.ref(member).name if member >= 0 else ""
    text = walk.settings.setting(name) if name and effect.space != PREFERENCE and effect.kind == STRING else ""
    default = walk.plain(values[2]) if len(values) > 2 else None
    if text:
        walk.result = TextValue(text, parts=(text,))
    elif effect.kind == STRING and isinstance(default, TextValue) and default.text:
        walk.result = _either(walk, default, member)
    elif effect.kind == "I" and isinstance(default, int):
        put = walk.fields.value(member) if member >= 0 else None
        # The port that is put belongs to the host that is put; the default would be a port of no server.
        walk.result = default if put is None else walk.passed_through(put, member)
    else:
        found = walk.field(member)
        walk.result = found if found is not None else default if default is not None else unknown_of(values[:1])


def _member(walk: WalkState, space: str, key: Value | None, kind: str) -> int:
    """The field that stands for a key; -1 if the key is not known."""
    known = isinstance(key, TextValue) and HOLE not in key.text and 0 < len(key.text) <= MAX_KEY
    return walk.app.identity(MemberRef(space, key.text, kind)) if known and isinstance(key, TextValue) else -1


def _either(walk: WalkState, default: Value, member: int) -> Value:
    """The default, and the values that code of the app puts under the key."""
    put = walk.fields.value(member) if member >= 0 else None
    if put is None:
        return default
    held = walk.passed_through(walk.thaw(put), member)
    found = choice([Alternative(frozenset(((("default", member), -1),)), default), *alternatives(held)])
    return found if found is not None else default
