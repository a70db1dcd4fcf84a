"""Calls of sinks: their arguments become the parts of an endpoint."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from tieback.recognise.dataflow.methods.sinks import Role, Sink
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    MAX_TEXT,
    TEXTS,
    UNKNOWN,
    ArrayValue,
    Choice,
    EndpointParts,
    ObjectRef,
    PartsValue,
    TextValue,
    Value,
    as_text,
    combine,
    origins,
    rows,
    unknown_of,
)
from tieback.recognise.dataflow.walk.compose import url_of
from tieback.recognise.dataflow.walk.secrets import is_authorising
from tieback.recognise.dataflow.walk.state import WalkState

MAX_FACTS = 16
_CREDENTIALS = frozenset(("user", "password"))
_OBJECTS = frozenset(("base", "address", "entries"))
"""Roles of objects with parts of an endpoint."""


def bind_sink(walk: WalkState, sink: Sink, method: int, registers: Sequence[int]) -> None:
    """Bind the arguments of a sink to the parts of an endpoint, and report them."""
    if sink.is_credential:
        _bind_credential(walk, sink, method, registers)
        return
    wide = walk.calls.wide(method)
    taken = sum(wide) + len(wide)
    roles = _roles(walk, sink, registers)
    has_receiver = len(registers) > taken
    if roles[:1] == ("self",):  # an extension function: its first argument is the receiver
        has_receiver, roles, wide = bool(registers), roles[1:], wide[1:]
    if sink.keys and not any(roles):
        return
    receiver = walk.registers.get(registers[0]) if has_receiver else None
    carried = walk.contents(receiver)
    values: dict[str, Value] = dict(carried.values) if isinstance(carried, PartsValue) else {}
    if isinstance(receiver, TextValue) and receiver.needs:
        values[""] = unknown_of([receiver, values.get("")])
    bases = _bind_all(walk, zip(roles, wide, strict=False), registers[int(has_receiver) :], values)
    parts = PartsValue(values if len(values) <= MAX_FACTS else {})
    if has_receiver and sink.gives in ("this", "both"):
        if isinstance(receiver, ObjectRef):
            walk.heap[receiver.number] = parts
        else:
            walk.registers[registers[0]] = receiver = walk.allocate(parts)
        walk.result = receiver if sink.gives == "both" else None
    elif sink.gives in ("result", "both"):
        walk.result = walk.allocate(parts)
        receiver = receiver if has_receiver else walk.result
    elif sink.gives == "text":
        walk.result = _text(parts)
    if _is_known(values.get("port")):  # the address of the base is not that of a web server
        _replace(walk, bases)
    if values and _is_worth(sink, values):
        _emit(walk, sink, values, receiver.number if isinstance(receiver, ObjectRef) else 0)


def _bind_all(
    walk: WalkState, roles: Iterable[tuple[Role, bool]], registers: Sequence[int], values: dict[str, Value]
) -> list[int]:
    """Add each argument to the parts. Returns the numbers of the objects that have parts.

    Args:
        walk: the walk.
        roles: of each argument, and whether it takes two registers.
        registers: those of the arguments.
        values: the parts.
    """
    at = 0
    bases: list[int] = []
    for role, double in roles:
        if at >= len(registers):
            break
        value = walk.registers.get(registers[at])
        if role:
            _bind(walk, role, value, values)
        if role in _OBJECTS and isinstance(value, ObjectRef):
            bases.append(value.number)
        at += 1 + double
    return bases


def _is_worth(sink: Sink, values: Mapping[str, Value]) -> bool:
    """True if a call is worth a report: it adds something to what is known, and not only a user and a password."""
    if not sink.roles:
        return sink.emits
    if "address" in sink.roles:
        return _is_known(values.get("host"))
    return not (sink.keys and _CREDENTIALS.issuperset(values))


def _is_known(value: Value | None) -> bool:
    """True if a host or port is known, or can have several values."""
    return isinstance(value, (int, Choice)) or (isinstance(value, TextValue) and HOLE not in value.text)


def _replace(walk: WalkState, numbers: Sequence[int]) -> None:
    """Leave out what earlier calls on these objects completed."""
    for number in numbers:
        walk.consumed.update((id(one), one) for one in walk.emitted.pop(number, ()))


def _roles(walk: WalkState, sink: Sink, registers: Sequence[int]) -> Sequence[Role]:
    """The role of each argument; that of the last one can depend on the text of the one before."""
    if not sink.keys:
        return sink.roles
    key = walk.plain(walk.registers.get(registers[-2])) if len(registers) > 1 else None
    return (*sink.roles[:-1], sink.keys.get(key.text, "") if isinstance(key, TextValue) else "")


def _bind_credential(walk: WalkState, sink: Sink, method: int, registers: Sequence[int]) -> None:
    """Report a user and a password, or a header that authorises; the object keeps its parts."""
    kinds = walk.calls.wide(method)
    first = int(len(registers) > len(kinds))
    if sink.gives == "both" and first:
        walk.result = walk.registers.get(registers[0])
    values: dict[str, Value] = {}
    for role, register in zip(sink.roles, registers[first:], strict=False):
        value = walk.plain(walk.registers.get(register))
        if not role:
            continue
        if not isinstance(value, TEXTS):
            return
        values[role] = value
    header = values.get("header")
    if not isinstance(header, TextValue) or is_authorising(header.text):
        _emit(walk, sink, values, 0)


def _emit(walk: WalkState, sink: Sink, values: Mapping[str, Value], number: int) -> None:
    """Report the parts; they replace those that an earlier call on the same object completed."""
    _replace(walk, (number,))
    before = len(walk.built)
    for _, row in rows(list(values.values())) or ():
        found = dict(zip(values, row, strict=True))
        texts = [value for value in row if isinstance(value, TextValue)]
        first, parts, needs, via = origins(texts) if texts else (-1, (), (), ())
        known = _known_parts(found)
        if known or needs:
            walk.record(sink.name, EndpointParts(known, first, needs, via, parts), sink)
    if number and sink.emits:
        walk.emitted[number] = [one.value for one in walk.built[before:]]


def _bind(walk: WalkState, role: str, value: Value | None, values: dict[str, Value]) -> None:
    """Add an argument to the parts."""
    contents = walk.contents(value)
    if role in _OBJECTS:
        carried = contents.values if isinstance(contents, PartsValue) else {}
        if role == "base":
            values.pop("url", None)
        values.update((name, part) for name, part in carried.items() if role != "entries" or name in _CREDENTIALS)
        if role != "address" and isinstance(value, TextValue) and value.needs:
            values[""] = unknown_of([value, values.get("")])
        return
    plain = walk.plain(value)
    if isinstance(contents, ArrayValue) and role == "password":
        plain = _characters(contents)
    elif isinstance(contents, ArrayValue):
        plain = combine([*map(walk.plain, contents.items)], lambda *known: _path(known))
    if role == "secure":
        values.pop("scheme", None)
        if isinstance(plain, int):
            values["scheme"] = TextValue("https" if plain else "http")
    elif role == "segment":
        values["path"] = combine([values.get("path"), plain], _extended) or UNKNOWN
    elif role == "fill":
        values["url"] = combine([values.get("url"), values.pop("mark", None), plain], _filled) or UNKNOWN
    elif isinstance(plain, TEXTS) or (isinstance(plain, int) and role == "port"):
        values[role] = plain
    else:
        values.pop(role, None)


def _text(parts: PartsValue) -> Value | None:
    """The URL from the parts of an object as a text."""
    roles = tuple(parts.values)

    def make(*values: Value | None) -> Value | None:
        known = _known_parts(dict(zip(roles, values, strict=True)))
        text = url_of(known) or (str(known.get("url", "")) if len(known) == 1 else "")
        texts = [value for value in values if isinstance(value, TextValue)]
        return TextValue(text, *origins(texts)) if text else unknown_of(values)

    return combine(list(parts.values.values()), make)


def _known_parts(values: Mapping[str, Value | None]) -> dict[str, str | int]:
    """The parts that are known, with a port as a number."""
    known: dict[str, str | int] = {
        role: value.text if isinstance(value, TextValue) else value
        for role, value in values.items()
        if role and isinstance(value, (TextValue, int))
    }
    port = known.get("port")
    if isinstance(port, str):
        known |= {"port": int(port)} if port.isascii() and port.isdecimal() and len(port) < 6 else {}
    if not isinstance(known.get("port"), int):
        known.pop("port", None)
    return known


def _extended(path: Value | None, segment: Value | None) -> TextValue:
    """A path with one more segment."""
    before, after = (path if isinstance(path, TextValue) else TextValue("")), as_text(segment)
    return before.plus(TextValue("/")).plus(replace(after, text=after.text.lstrip("/")))


def _filled(url: Value | None, mark: Value | None, text: Value | None) -> TextValue:
    """An address with a text in place of the part that has a name: ``/users/{id}``."""
    before, new = as_text(url), as_text(text)
    if not isinstance(mark, TextValue) or not mark.text or f"{{{mark.text}}}" not in before.text:
        return before
    return TextValue(before.text.replace(f"{{{mark.text}}}", new.text)[:MAX_TEXT], *origins((before, new)))


def _characters(array: ArrayValue) -> TextValue | None:
    """The text of an array of characters; ``None`` if one is not known."""
    known = [one for one in array.items if isinstance(one, int)]
    return TextValue("".join(chr(one & 0xFFFF) for one in known)) if len(known) == len(array.items) else None


def _path(segments: Sequence[Value | None]) -> TextValue:
    """Segments of a path, joined."""
    path: TextValue | None = None
    for segment in segments:
        path = as_text(segment) if path is None else _extended(path, segment)
    return path if path is not None else TextValue("")
