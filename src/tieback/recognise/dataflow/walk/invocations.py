"""Instructions that call methods."""

from collections.abc import Sequence

from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.methods.formats import concat_recipe
from tieback.recognise.dataflow.methods.values import (
    UNKNOWN,
    InstanceValue,
    ObjectRef,
    TextValue,
    Value,
    combine_known,
    place,
    unknown_of,
)
from tieback.recognise.dataflow.walk.app_methods import (
    escape,
    follows,
    gives_address,
    invoke_targets,
    keeps_text,
    targets_of,
    with_receiver,
)
from tieback.recognise.dataflow.walk.callees import callee
from tieback.recognise.dataflow.walk.decryption import decrypt
from tieback.recognise.dataflow.walk.effects import apply_effect
from tieback.recognise.dataflow.walk.endpoints import bind_sink
from tieback.recognise.dataflow.walk.state import WalkState


def listed(walk: WalkState, at: int, unit: int) -> list[int]:
    """Registers of a call that lists up to five."""
    count, places = unit >> 12, walk.units[at + 2]
    return [places & 15, places >> 4 & 15, places >> 8 & 15, places >> 12, unit >> 8 & 15][:count]


def register_range(walk: WalkState, at: int, unit: int) -> range:
    """Registers of a call with a range."""
    first = walk.units[at + 2]
    return range(first, first + (unit >> 8))


def invoke_listed(walk: WalkState, at: int, unit: int) -> int:
    """Apply a call that lists its registers. Returns the next unit."""
    places = walk.units[at + 2]
    count = unit >> 12
    if count == 1:  # the common cases, without registers that are left out
        return invoke(walk, at, [places & 15])
    if count == 2:
        return invoke(walk, at, [places & 15, places >> 4 & 15])
    return invoke(walk, at, listed(walk, at, unit))


def invoke(walk: WalkState, at: int, registers: Sequence[int]) -> int:
    """Apply a call. Returns the next unit."""
    index = walk.units[at + 1]
    calls = walk.calls
    walk.result = None
    walk.at = at
    effect = calls.effect(index)
    if effect is not None:
        apply_effect(walk, effect, list(map(walk.registers.get, registers)), registers)
        return at + 3
    sink = calls.sinks.get(index)
    if sink is not None:
        bind_sink(walk, sink, index, registers)
    else:
        values = list(map(walk.registers.get, registers))
        if index not in calls.inert or ObjectRef in map(type, values):
            _call(walk, at, index, registers, values)
    return at + 3


def _call(walk: WalkState, at: int, index: int, registers: Sequence[int], values: Sequence[Value | None]) -> None:
    """A call of a method that is neither in the library nor a sink, with the values of its registers."""
    receiver = walk.contents(values[0]) if values else None
    found = callee(walk, index, known=isinstance(receiver, InstanceValue))
    if found is None:
        if not isinstance(receiver, InstanceValue):
            walk.calls.inert.add(index)
        escape(walk, values, None)
        return
    if found.own:
        walk.latest.clear()
    if found.effect is not None:
        apply_effect(walk, found.effect, values, registers)
        return
    if found.native is not None:
        escape(walk, values, None)
        walk.result = found.native
        return
    decrypted = decrypt(walk, found.decryptor, found.identity, values) if found.decryptor is not None else None
    if decrypted is not None:
        walk.result = decrypted
        return
    if found.own or isinstance(receiver, InstanceValue):
        wanted = found.signature in walk.followed
        if wanted or gives_address(walk, values) or keeps_text(walk, found.identity, values):
            targets = targets_of(walk, found.identity, walk.units[at] & 255, values)
            walk.charge()
            if follows(walk, found.identity, targets, values):
                values = with_receiver(walk, found.identity, walk.units[at] & 255, values)
                walk.result = invoke_targets(walk, targets, values)
                return
    is_known = found.own or isinstance(receiver, InstanceValue)
    unknown = walk.hole("result", found.identity) if is_known else None
    escape(walk, values, unknown.needs[0] if unknown is not None else None)
    if found.returns:
        # What a method decrypts can be in a field that only a walk of its class fills.
        walk.result = unknown if found.decryptor is None else unknown_of((unknown, *map(walk.plain, values)))


def invoke_other(walk: WalkState, at: int, _: int) -> int:
    """Forget the result of a call that is not followed."""
    walk.result = None
    return walk.next_unit(at)


def invoke_custom(walk: WalkState, at: int, registers: Sequence[int]) -> int:
    """Apply a call of a call site: the concatenation of texts. Returns the next unit."""
    walk.result = None
    walk.at = at
    site = walk.calls.call_sites.get(walk.units[at + 1])
    if site is not None:
        recipe, constants = site
        template = TextValue("\x01" * len(registers))
        if recipe >= 0:
            text = walk.app.files[walk.file].string(recipe)
            template = TextValue(
                text,
                place(walk.file, recipe),
                tuple(part for part in text.replace("\x02", "\x01").split("\x01") if part),
            )
        texts = [walk.text(value.string) if isinstance(value, encoded.StringId) else UNKNOWN for value in constants]
        values = [walk.plain(walk.registers.get(register)) for register in registers]
        walk.result = walk.compose(
            "concat", combine_known(values, lambda *known: concat_recipe(template, known, texts)), values
        )
    return walk.next_unit(at)
