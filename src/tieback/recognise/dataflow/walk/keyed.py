"""Calls that put a value under a key of the preferences or of an intent's extras, or into an input field, or get it."""

from collections.abc import Iterator, Sequence

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.methods.keyed import EXTRA, INPUT, MAX_KEY, PREFERENCE, STRING, KeyedCall
from tieback.recognise.dataflow.methods.values import (
    EMPTY,
    HOLE,
    TEXTS,
    Alternative,
    ArrayValue,
    TextValue,
    Value,
    alternatives,
    choice,
    rows,
    unknown_of,
)
from tieback.recognise.dataflow.walk.state import WalkState

_DIGITS = 10
"""Most digits of a number in the manifest, and one."""
_UNSET = lazy_pattern(r"(?:|null|-\d{1,9})")
"""A default that no address has: it shows the app that nothing has put a value, as a negative number does."""
_NOTHING = TextValue("", parts=(EMPTY,))


def keyed(walk: WalkState, effect: KeyedCall, values: Sequence[Value | None], registers: Sequence[int] = ()) -> None:
    """Apply the call."""
    if effect.space == INPUT:
        if len(values) > 1:
            _fill(walk, values[0], walk.plain(values[1]), registers)
        return
    if effect.puts:
        for key, value in _pairs(walk, values):
            kind = effect.kind or ("I" if isinstance(value, int) else STRING)
            walk.store(keyed_member(walk, effect.space, key, kind), value)
        walk.result = values[0] if values else None  # an editor or an intent
        return
    key = values[1] if len(values) > 1 else None
    member = keyed_member(walk, effect.space, key, effect.kind)
    name = walk.app.ref(member).name if member >= 0 else ""
    text = walk.settings.setting(name) if name and effect.space != PREFERENCE and effect.kind == STRING else ""
    default = walk.plain(values[2]) if len(values) > 2 else None
    screen = walk.settings.preference(name) if name and effect.space == PREFERENCE and not _is_whole(default) else ""
    if screen and effect.kind == STRING:
        default = TextValue(screen, parts=(screen,))
    if text:
        walk.result = TextValue(text, parts=(text,))
    elif effect.kind == STRING and isinstance(default, TextValue) and not _is_unset(default):
        walk.result = _either(walk, default, member)
    elif effect.kind == "I" and (number := _number(walk, effect, name, default)) is not None:
        put = walk.fields.value(member) if member >= 0 else None
        # The port that is put belongs to the host that is put; the default would be a port of no server.
        if put is not None:
            walk.result = walk.passed_through(put, member)
        else:
            walk.result = number if number >= 0 else _NOTHING
    else:
        found = walk.field(member)
        known = _NOTHING if _is_unset(default) else default if isinstance(default, TEXTS) else None
        walk.result = found if found is not None else known if known is not None else unknown_of(values[:1])


def _number(walk: WalkState, effect: KeyedCall, name: str, default: Value | None) -> int | None:
    """The number with a name in the manifest, or the default, which is negative if it stands for a missing value."""
    text = walk.settings.metadata(name) if name and effect.space == EXTRA else ""
    if text.isascii() and text.isdecimal() and len(text) < _DIGITS:
        return int(text)
    return default if isinstance(default, int) else None


def _is_unset(value: Value | None) -> bool:
    """True for a default that only shows that nothing is set."""
    return isinstance(value, TextValue) and _UNSET.fullmatch(value.text) is not None


def _is_whole(value: Value | None) -> bool:
    """True for a default that is not empty, which a screen of settings does not replace."""
    return isinstance(value, TextValue) and bool(value.text) and value.text != HOLE


def _fill(walk: WalkState, view: Value | None, text: Value | None, registers: Sequence[int]) -> None:
    """Keep the text of a view with an identifier; a view that code makes has none and stands for its text."""
    if isinstance(view, int):
        walk.store(typed_text(walk, view), text)
    elif view is None and isinstance(text, TEXTS) and registers:
        walk.registers[registers[0]] = text


def typed_text(walk: WalkState, view: int) -> int:
    """The field that stands for the text of an input field, by the identifier of its view."""
    return walk.app.identity(MemberRef(INPUT, f"{view & 0xFFFFFFFF:08x}", STRING))


def _pairs(walk: WalkState, values: Sequence[Value | None]) -> Iterator[tuple[Value | None, Value | None]]:
    """Each key and value of a call: two arguments, or pairs in an array."""
    array = walk.contents(values[0]) if len(values) == 1 else None
    held = [walk.contents(item) for item in array.items] if isinstance(array, ArrayValue) else []
    both = [one.items for one in held if isinstance(one, ArrayValue) and len(one.items) == 2]
    for key, value in (*both, *([values[1:3]] if len(values) > 2 else [])):
        yield from ((row[0], row[1]) for _, row in rows([key, walk.plain(value)]) or ())


def keyed_member(walk: WalkState, space: str, key: Value | None, kind: str) -> int:
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
