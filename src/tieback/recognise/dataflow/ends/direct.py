"""Calls that certainly get a value: one path of a method, from the instruction that makes the value.

Most constants are passed on a few instructions later, to a call that can contact them. Then no other path matters, and
the whole method need not be read, which costs a hundred times as much (``reaching``). The path that is followed here is
one of those that are followed there.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect, payload_length, sign_extend
from tieback.recognise.dataflow.dex.opcode_sets import CONST_STRING
from tieback.recognise.dataflow.dex.reaching import MAX_UNITS, Operation
from tieback.recognise.dataflow.ends.block_symbols import FOR_BLOCKS

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

MAX_STEPS = 64
"""Most instructions after the one that makes the value."""

_ONE_A = frozenset(
    (OpcodeEffect.WRITE_A, OpcodeEffect.CONST_4, OpcodeEffect.NEW_ARRAY, OpcodeEffect.IGET, OpcodeEffect.BINARY_2ADDR,
     OpcodeEffect.LITERAL_16, OpcodeEffect.NARROW)
)  # fmt: skip
_ONE_AA = frozenset(
    (OpcodeEffect.WRITE_AA, OpcodeEffect.CONST_16, OpcodeEffect.CONST_32, OpcodeEffect.CONST_STRING,
     OpcodeEffect.CONST_JUMBO, OpcodeEffect.NEW_INSTANCE, OpcodeEffect.SGET, OpcodeEffect.AGET, OpcodeEffect.BINARY,
     OpcodeEffect.LITERAL_8, OpcodeEffect.RESULT)
)  # fmt: skip
_TWO_AA = frozenset((OpcodeEffect.WIDE_AA, OpcodeEffect.CONST_WIDE_16, OpcodeEffect.CONST_WIDE_32))
_GOTOS = frozenset((OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32))
_MAKES = frozenset((OpcodeEffect.CONST_STRING, OpcodeEffect.CONST_JUMBO, OpcodeEffect.SGET, OpcodeEffect.IGET))
_UNSURE = ("Landroid/content/Intent;", "Landroid/os/Parcel;")
_NEAR, _NEAR_KEY = 16, 64
"""Most units between a constant and the call that gets it, and between a key and the call: code can make the value in
between.
"""


class _Call(NamedTuple):
    at: int
    opcode: int
    member: int
    registers: Sequence[int]


def contacts_at(uses: "ConstantUses", number: int, code: CodeItem, place: int, operand: int, depth: int) -> bool:
    """True if a value certainly reaches a call that can contact it, or that is not known.

    Args:
        uses: what the calls do.
        number: number of the DEX file.
        code: the method.
        place: unit of the instruction that loads the value; any other unit gives false.
        operand: index of the string or field that it names.
        depth: number of methods and fields before this one.
    """
    units = _units(uses, number, code, place)
    if units is None:
        return False
    unit = units[place]
    kind = KINDS[unit & 255]
    named = units[place + 1] | units[place + 2] << 16 if kind == OpcodeEffect.CONST_JUMBO else units[place + 1]
    if kind not in _MAKES or named != operand:
        return False
    register = unit >> 8 & 15 if kind == OpcodeEffect.IGET else unit >> 8
    return _contacts(uses, (number, code), units, place + LENGTHS[unit & 255], {register}, depth)


def contacts_result(uses: "ConstantUses", number: int, code: CodeItem, place: int) -> bool:
    """The same for the result of the call at a unit."""
    units = _units(uses, number, code, place)
    if units is None:
        return False
    return _contacts(uses, (number, code), units, place + LENGTHS[units[place] & 255], set(), 0, result=True)


def _units(uses: "ConstantUses", number: int, code: CodeItem, place: int) -> list[int] | None:
    """The code units of a method; ``None`` if it is not known that the instruction at a unit runs."""
    uses.direct -= code.units
    if uses.direct < 0 or code.units > MAX_UNITS:
        return None
    units = uses.file(number).units(code)
    return units if place + 2 < len(units) and _is_reached(units, place) else None


def _is_reached(units: Sequence[int], place: int) -> bool:
    """True if an instruction begins at a unit, and a path of forward jumps leads there from the beginning."""
    at, size, falls = 0, len(units), True
    targets: set[int] = set()
    while at < place and at + LENGTHS[units[at] & 255] <= size:
        falls = falls or at in targets
        kind = KINDS[units[at] & 255]
        if kind == OpcodeEffect.NOP:
            at += payload_length(units, at)
            continue
        if falls and (kind == OpcodeEffect.IF or kind in _GOTOS):
            targets.add(_target(units, at, kind))
        falls = falls and kind != OpcodeEffect.END and kind not in _GOTOS
        at += LENGTHS[units[at] & 255]
    return at == place < size and (falls or at in targets)


def _target(units: Sequence[int], at: int, kind: int) -> int:
    if kind == OpcodeEffect.GOTO:
        return at + sign_extend(units[at] >> 8, 8)
    if kind == OpcodeEffect.GOTO_32:
        return at + sign_extend(units[at + 1] | units[at + 2] << 16, 32)
    return at + sign_extend(units[at + 1], 16)


def _contacts(
    uses: "ConstantUses",
    method: tuple[int, CodeItem],
    units: Sequence[int],
    at: int,
    held: set[int],
    depth: int,
    *,
    result: bool = False,
) -> bool:
    """True if the value, which is in the registers of ``held``, reaches such a call on the path from a unit.

    Args:
        uses: what the calls do.
        method: number of the DEX file, and the method.
        units: its code units.
        at: the unit.
        held: registers with the value.
        depth: number of methods and fields before this one.
        result: whether the result of the instruction before is the value too.
    """
    number = method[0]
    for _ in range(MAX_STEPS):
        if not 0 <= at < len(units) or at + LENGTHS[units[at] & 255] > len(units):
            return False
        unit = units[at]
        kind = KINDS[unit & 255]
        if kind == OpcodeEffect.END:
            return False
        if kind in _GOTOS:
            at, result = _target(units, at, kind), False
            continue
        if kind == OpcodeEffect.NOP:
            at, result = at + payload_length(units, at), False
            continue
        call = _call(units, at, kind)
        if call is not None:
            given = tuple(place for place, register in enumerate(call.registers) if register in held)
            named = len(given) == 1 and _has_key(uses.ends.key_names(number), units, call, given[0])
            named = named or (given == (1,) and _is_behind_key(uses.ends.appended_keys(number), units, call))
            contacts, result = _given(uses, method, call, given, depth) if given and not named else (False, False)
            if contacts:
                return True
        else:
            _write(units, at, kind, held, result=result)
            result = False
        if not held and not result:
            return False
        at += LENGTHS[unit & 255]
    return False


def _given(
    uses: "ConstantUses", method: tuple[int, CodeItem], call: _Call, given: tuple[int, ...], depth: int
) -> tuple[bool, bool]:
    """Whether a call that gets the value can contact it, and whether it returns it."""
    number, code = method
    owner, name, _ = uses.method_names(number, call.member)
    if owner in _UNSURE or (owner, name) in FOR_BLOCKS:
        return False, False
    if name == "<init>" and uses.app.ref_at(number, code).name == "<clinit>":
        return False, False  # only the whole method shows whether code reads the object
    what = uses.ends.what(number, call.member)
    if what is not None:
        return False, what in ("through", "into")
    nothing: frozenset[int] = frozenset()
    operation = Operation(call.at, call.opcode, call.member, (nothing,) * len(call.registers))
    outcome = uses.called((number, None), operation, given, depth)
    if outcome.contacts and name == "<init>" and uses.app.class_of(owner) is not None:
        return uses.callers.of(number, code) != [], outcome.returns  # the whole method shows whether it only returns it
    return outcome.contacts, outcome.returns


def constant_argument(dex: DexFile, code: CodeItem, at: int, place: int) -> int:
    """String index of the constant that the call at a unit gets as an argument, loaded shortly before; -1 if none."""
    units = dex.units(code) if code.units <= MAX_UNITS else []
    call = _call(units, at, KINDS[units[at] & 255]) if 0 <= at < len(units) - 2 else None
    if call is None or place >= len(call.registers):
        return -1
    load = CONST_STRING | call.registers[place] << 8
    near = range(at - 2, max(0, at - _NEAR) - 1, -1)
    return next((units[before + 1] for before in near if units[before] == load), -1)


def _has_key(names: Collection[int], units: Sequence[int], call: _Call, given: int) -> bool:
    """True if a unit shortly before a call can load a key, such as the name of a header, before the value."""
    if not names or not given:
        return False
    load = CONST_STRING | call.registers[given - 1] << 8
    near = range(max(0, call.at - _NEAR_KEY), call.at - 1)
    return any(units[at] == load and units[at + 1] in names for at in near)


def _is_behind_key(names: Collection[int], units: Sequence[int], call: _Call) -> bool:
    """True if a unit shortly before a call can load a constant that ends with such a key."""
    near = range(max(0, call.at - _NEAR_KEY), call.at - 1) if names else ()
    return any(units[at] & 255 == CONST_STRING and units[at + 1] in names for at in near)


def _call(units: Sequence[int], at: int, kind: int) -> _Call | None:
    unit = units[at]
    if kind == OpcodeEffect.INVOKE:
        registers = [units[at + 2] >> shift & 15 for shift in (0, 4, 8, 12)] + [unit >> 8 & 15]
        return _Call(at, unit & 255, units[at + 1], registers[: unit >> 12])
    if kind == OpcodeEffect.INVOKE_RANGE:
        return _Call(at, unit & 255, units[at + 1], range(units[at + 2], units[at + 2] + (unit >> 8)))
    return None


def _write(units: Sequence[int], at: int, kind: int, held: set[int], *, result: bool) -> None:
    """Apply what an instruction writes to the registers that have the value."""
    unit = units[at]
    high, low = unit >> 8, unit >> 8 & 15
    if kind == OpcodeEffect.RESULT and result:
        held.add(high)
    elif kind in _ONE_AA:
        held.discard(high)
    elif kind in _ONE_A:
        held.discard(low)
    elif kind in _TWO_AA:
        held -= {high, high + 1}
    elif kind == OpcodeEffect.WIDE_A:
        held -= {low, low + 1}
    elif kind in (OpcodeEffect.MOVE, OpcodeEffect.MOVE_FROM16, OpcodeEffect.MOVE_16):
        to, source = (low, unit >> 12) if kind == OpcodeEffect.MOVE else (high, units[at + 1])
        if kind == OpcodeEffect.MOVE_16:
            to, source = units[at + 1], units[at + 2]
        if source in held:
            held.add(to)
        else:
            held.discard(to)
