"""Calls of library methods that create or change texts: evaluations, formats and builders."""

from collections.abc import Sequence

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.formats import format_string
from tieback.recognise.dataflow.methods.library import EditCall, Effect, NewTextCall, PureCall
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    NUMBERS,
    TEXTS,
    UNKNOWN,
    ArrayValue,
    Choice,
    ObjectRef,
    TextValue,
    Value,
    alternatives,
    as_text,
    combine,
    combine_known,
    origins,
    text_of_object,
    unknown_of,
)
from tieback.recognise.dataflow.walk.printed import printed
from tieback.recognise.dataflow.walk.state import WalkState

_ADDRESS = lazy_pattern(r"[a-z][a-z0-9+.-]{1,20}://")


def evaluate(walk: WalkState, call: PureCall, values: Sequence[Value | None]) -> Value | None:
    """The result of a method without effects."""
    chosen = values if call.of is None else [values[place] for place in call.of if place < len(values)]
    plain = [walk.plain(value) for value in chosen]
    result = combine(plain, lambda *known: _applied(walk, call, known))
    return walk.compose("text", result, plain)


def new_text(walk: WalkState, effect: NewTextCall, values: Sequence[Value | None], registers: Sequence[int]) -> None:
    """A constructor of a string: the register of the receiver gets the text."""
    text = evaluate(walk, PureCall(effect.evaluate, of=effect.of), values[1:])
    if text is not None:
        walk.registers[registers[0]] = text


def edit(walk: WalkState, call: EditCall, values: Sequence[Value | None]) -> None:
    """Change the text of a builder."""
    receiver = values[0]
    if not isinstance(receiver, ObjectRef):
        walk.result = builder_in_field(receiver)
        return
    plain = [walk.plain(value) for value in values]
    for value in plain[1:]:
        walk.consume(value)
    result = combine(plain, lambda *known: _applied(walk, call, known))
    walk.heap[receiver.number] = result if isinstance(result, TEXTS) else UNKNOWN
    walk.result = receiver


def concatenate(walk: WalkState, values: Sequence[Value | None]) -> None:
    """The result of the concatenation of two texts."""
    plain = [walk.plain(value) for value in values[:2]]
    text = combine_known(plain, lambda *known: _sum(known)) if len(plain) == 2 else UNKNOWN
    used = plain[:1] if len(plain) == 2 and _is_quoted(*plain) else plain
    walk.result = walk.compose("concat", text, used)


def format_text(walk: WalkState, values: Sequence[Value | None]) -> None:
    """The result of a format string with its arguments."""
    contents = walk.contents(values[1]) if len(values) > 1 else None
    items = [printed(walk, item) for item in contents.items] if isinstance(contents, ArrayValue) else None

    def formatted(template: Value | None, *known: Value | None) -> Value | None:
        return (
            format_string(template, known if items is not None else None) if isinstance(template, TextValue) else None
        )

    template = walk.plain(values[0]) if values else None
    text = combine_known([template, *(items or ())], formatted)
    walk.result = walk.compose("format", text, (template, *(items or ())))


def build(walk: WalkState, effect: Effect, receiver: ObjectRef, value: Value | None) -> None:
    """Apply a method of a string builder."""
    plain = printed(walk, value) if effect is Effect.APPEND_OBJECT else walk.plain(value)
    held = walk.heap.get(receiver.number)
    if effect is Effect.EMPTY:
        walk.heap[receiver.number] = TextValue("")
    elif effect is Effect.FILL:
        walk.consume(plain)
        walk.heap[receiver.number] = _contents_text(combine([plain], as_text))
    elif not isinstance(held, TEXTS):
        walk.result = unknown_of([receiver])
    elif effect is Effect.TO_STRING:
        walk.result = walk.compose("concat", held, ())
    elif effect is not Effect.NONE:
        if not _is_quoted(held, plain):
            walk.consume(plain)
        added = combine_known([held, plain], lambda text, new: as_text(text).plus(_appended(effect, new)))
        walk.heap[receiver.number] = _contents_text(added)
        walk.result = receiver


def builder_in_field(receiver: Value | None) -> Value | None:
    """The result of a call of a builder in a field whose contents are not known yet: it depends on the field."""
    is_hole = isinstance(receiver, TextValue) and any(need.kind == "field" for need in receiver.needs)
    return receiver if is_hole else None


def _applied(walk: WalkState, call: PureCall | EditCall, values: Sequence[Value | None]) -> Value | None:
    """The result for one combination of values."""
    texts, arguments = [], []
    holes = not isinstance(call, PureCall) or call.holes
    for value in values:
        known, used = _argument(walk, value)
        texts += used
        if not holes and (known is None or any(HOLE in one.text for one in used)):
            return unknown_of(values)
        arguments.append(HOLE if known is None else known)
    try:
        result = call.evaluate(*arguments)
    except (TypeError, ValueError, AttributeError, IndexError, OverflowError):
        return unknown_of(values)  # a damaged file calls a method with arguments of other types
    if isinstance(result, str):
        return TextValue(result, *origins(texts))
    if isinstance(result, int):
        return result
    return unknown_of(values) if result is None else walk.allocate(ArrayValue(tuple(map(_as_value, result))))


def _argument(walk: WalkState, value: Value | None) -> tuple[object, list[TextValue]]:
    """The value for an evaluation, and the texts in it."""
    if isinstance(value, TextValue):
        return value.text, [value]
    if isinstance(value, int):
        return value, []
    contents = walk.contents(value)
    if isinstance(contents, ArrayValue):
        if NUMBERS.issuperset(map(type, contents.items)):
            return list(contents.items), []
        pairs = [_argument(walk, walk.plain(item)) for item in contents.items]
        return [known for known, _ in pairs], [text for _, texts in pairs for text in texts]
    return None, []


def _is_quoted(before: Value | None, value: Value | None) -> bool:
    """True for an address behind a known text without one, such as the beginning of a line of a log: the address is
    often used on its own as well, and the line is not.
    """
    known = before.text if isinstance(before, TextValue) else ""
    texts = [one.value for one in alternatives(value)]
    return (
        known not in ("", HOLE)
        and "://" not in known
        and all(isinstance(text, TextValue) and _ADDRESS.match(text.text) is not None for text in texts)
    )


def _contents_text(value: Value | None) -> TextValue | Choice:
    """The contents of a builder with this value."""
    return value if isinstance(value, TEXTS) else UNKNOWN


def _appended(effect: Effect, value: Value | None) -> TextValue:
    """The text that a value appends."""
    if effect is Effect.APPEND_UNKNOWN:
        return UNKNOWN
    if effect is Effect.APPEND_OBJECT:
        return text_of_object(value)
    if isinstance(value, int) and effect is Effect.APPEND_CHAR:
        char = chr(value & 0xFFFF)
        return TextValue(char, parts=(char,))
    if isinstance(value, int) and effect is Effect.APPEND_BOOLEAN:
        return TextValue("true" if value else "false")
    return as_text(value)


def _as_value(item: object) -> Value | None:
    """An item of the result of an evaluation."""
    if isinstance(item, str):
        return TextValue(item)
    return item if isinstance(item, int) else None


def _sum(values: Sequence[Value | None]) -> TextValue:
    """Two texts, joined."""
    return text_of_object(values[0]).plus(text_of_object(values[1]))
