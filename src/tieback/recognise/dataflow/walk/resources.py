"""Calls that read string resources and remote settings."""

from collections.abc import Sequence

from msgspec.structs import replace

from tieback.recognise.dataflow.methods.keyed import REMOTE, STRING
from tieback.recognise.dataflow.methods.library import Effect
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    MAX_NEEDS,
    TEXTS,
    Alternative,
    ArrayValue,
    MapValue,
    TextValue,
    Value,
    alternatives,
    choice,
    combine,
    is_informative,
    merged,
    unknown_of,
)
from tieback.recognise.dataflow.walk.keyed import keyed_member, typed_text
from tieback.recognise.dataflow.walk.state import CallHandler, WalkState
from tieback.recognise.dataflow.walk.strings import format_text


def _resource(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    walk.result = combine([_first_constant(values)], lambda known: _resource_text(walk, known))


def _resource_text(walk: WalkState, identifier: Value | None) -> Value | None:
    text = ""
    if isinstance(identifier, int):
        text = walk.settings.resource(identifier & 0xFFFFFFFF)
    elif isinstance(identifier, TextValue) and identifier.text.startswith("@string/"):
        text = walk.settings.named(identifier.text.removeprefix("@string/"))
    return TextValue(text, parts=(text,)) if text else unknown_of([identifier])


def _resource_format(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    format_text(
        walk, [combine([values[1]], lambda known: _resource_text(walk, known)), values[2]] if len(values) > 2 else []
    )


def _integer(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    identifier = _first_constant(values)
    walk.result = walk.settings.integer(identifier & 0xFFFFFFFF) if isinstance(identifier, int) else None


def _array(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    identifier = _first_constant(values)
    its = walk.settings.items(identifier & 0xFFFFFFFF) if isinstance(identifier, int) else ()
    texts = tuple(TextValue(text, parts=(text,)) for text in its)
    walk.result = walk.allocate(ArrayValue(texts)) if texts else unknown_of(values)


def _view(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    walk.result = values[-1] if values and isinstance(values[-1], int) else None


def _view_text(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    """The text that layouts give to a view, or the one that code sets."""
    view = values[0] if values else None
    if not isinstance(view, int):
        walk.result = view if isinstance(view, TEXTS) and is_informative(view) else unknown_of(values)
        return
    texts = walk.settings.view_texts(view & 0xFFFFFFFF)
    field = typed_text(walk, view)
    if not texts:
        walk.result = walk.field(field)
        return
    typed = walk.field(field) if walk.fields.value(field) is not None else None
    found = [*(TextValue(text, parts=(text,)) for text in texts), *(one.value for one in alternatives(typed))]
    label = "view", walk.method, walk.at
    walk.result = choice(
        [Alternative(frozenset(((label, number),)), text) for number, text in enumerate(found) if text is not None]
    )


def _identifier(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    name = values[1] if len(values) > 1 else None
    walk.result = combine(
        [walk.plain(name)],
        lambda known: replace(known, text=f"@string/{known.text}") if isinstance(known, TextValue) else None,
    )


def _setting(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    default = values[2] if len(values) > 2 else None
    key = values[1] if len(values) > 1 else None

    def read(known: Value | None) -> Value | None:
        text = walk.settings.setting(known.text) if isinstance(known, TextValue) else ""
        return TextValue(text, parts=(text,)) if text else None

    found = combine([key], read)
    walk.result = found if found is not None else default if default is not None else unknown_of(values[:1])


def _setting_number(walk: WalkState, values: Sequence[Value | None], registers: Sequence[int]) -> None:
    """The digits of a number; none for the default, which code often compares with the value."""
    _setting(walk, values[:2], registers)


def _remote_setting(walk: WalkState, values: Sequence[Value | None], registers: Sequence[int]) -> None:
    """The value in a file of defaults, or the one that code sets."""
    _setting(walk, values, registers)
    member = keyed_member(walk, REMOTE, values[1], STRING) if len(values) > 1 and not _is_text(walk.result) else -1
    if member >= 0:
        walk.result = walk.field(member)


def _is_text(value: Value | None) -> bool:
    return isinstance(value, TEXTS) and is_informative(value)


def _defaults(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    for one in alternatives(values[1] if len(values) > 1 else None):
        contents = walk.contents(one.value)
        if not isinstance(contents, MapValue):
            walk.required = merged(walk.required, unknown_of([one.value]).needs, MAX_NEEDS)
            continue
        for key, value in contents.items.items():
            if isinstance(value, TextValue) and HOLE not in value.text and HOLE not in str(key):
                walk.store(keyed_member(walk, REMOTE, TextValue(str(key)), STRING), value)


def _first_constant(values: Sequence[Value | None]) -> Value | None:
    """The identifier among the arguments of ``getString``."""
    for value in values:
        for one in alternatives(value):
            if isinstance(one.value, int) or (isinstance(one.value, TextValue) and one.value.text.startswith("@")):
                return value
    return values[-1] if values else None


RESOURCE_CALLS: dict[Effect, CallHandler] = {
    Effect.RESOURCE: _resource,
    Effect.RESOURCE_FORMAT: _resource_format,
    Effect.RESOURCE_INTEGER: _integer,
    Effect.RESOURCE_ARRAY: _array,
    Effect.VIEW: _view,
    Effect.VIEW_TEXT: _view_text,
    Effect.IDENTIFIER: _identifier,
    Effect.SETTING: _setting,
    Effect.SETTING_NUMBER: _setting_number,
    Effect.REMOTE_SETTING: _remote_setting,
    Effect.DEFAULTS: _defaults,
}
"""Calls that read resources and settings, by effect."""
