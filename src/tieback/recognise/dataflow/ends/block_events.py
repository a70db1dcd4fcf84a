"""Values that components of App Inventor give to blocks: ``EventDispatcher.dispatchEvent(this, "Response", values)``.

Such an event runs the blocks ``News1$Response`` of each screen, which are methods with this name. Without them nothing
gets the values. Blocks that only write them as the text of a component that no block reads show them to a person.

Source: https://github.com/mit-cml/appinventor-sources, ``EventDispatcher.java`` and ``runtime.scm``.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.code.places import Site
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.instructions import LENGTHS
from tieback.recognise.dataflow.dex.opcode_sets import CALLS
from tieback.recognise.dataflow.dex.reaching import SGET, MethodFlow, Operation
from tieback.recognise.dataflow.ends.block_symbols import (
    CALL,
    DISPATCH,
    FOR_BLOCKS,
    LISTS,
    PLATFORM,
    RUNTIME,
    SANITIZE,
    SET,
    kinds,
    symbol,
    symbol_field,
)
from tieback.recognise.dataflow.ends.trace import CONTACTS, NOTHING, Outcome
from tieback.recognise.reasons import SHOWN, UNCALLED

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_PROCEDURE = "Lgnu/mapping/Procedure;"
_OTHER_USES = ("getProperty", "lookup", "coerceToComponent")
"""Beginnings of the names of methods of the runtime that get a component for another use than to set a property."""
_JOIN, _TEXT = "join", "Text"
_EVENT, _VALUES, _TITLE = 1, 2, 3
"""Numbers of arguments: the name of an event, its values or that of a property, and the name of a primitive."""
_READS = frozenset((SGET,))
_MOST_READS, _MOST_HANDLERS, _MOST_NAME, _MOST_AFTER = 256, 64, 120, 40
_SHOWN = Outcome(frozenset((SHOWN,)), contacts=False, returns=False)
_UNHANDLED = Outcome(frozenset((UNCALLED,)), contacts=False, returns=False)
_RETURNED = Outcome(frozenset(), contacts=False, returns=True)


def given_to_blocks(
    uses: "ConstantUses", place: tuple[int, MethodFlow, int], one: Operation, given: tuple[int, ...]
) -> Outcome | None:
    """What becomes of arguments of a call of the runtime; ``None`` for other calls.

    Args:
        uses: the code of the app.
        place: the file, the values and the depth of the method with the call.
        one: the call.
        given: the numbers of the arguments.
    """
    number, flow, _ = place
    owner, name, _ = uses.method_names(number, one.member)
    if (owner, name) not in FOR_BLOCKS:
        return None
    if name == DISPATCH:
        return _of_event(uses, place, one) if given == (_VALUES,) else None
    if owner == LISTS or name == SANITIZE:
        return _RETURNED
    if name == CALL:
        return _RETURNED if given == (1,) and _texts(uses, number, flow, one, _TITLE) == {_JOIN} else None
    return _SHOWN if name == SET and given == (_VALUES,) and _is_shown(uses, number, flow, one) else None


def _texts(uses: "ConstantUses", number: int, flow: MethodFlow, one: Operation, argument: int) -> set[str]:
    """The constants that an argument can be; an empty text for other values."""
    origins = one.values[argument] if argument < len(one.values) else ()
    strings = (flow.strings.get(at, -1) for at in origins)
    return {uses.string(number, index) if index >= 0 else "" for index in strings}


def _of_event(uses: "ConstantUses", place: tuple[int, MethodFlow, int], one: Operation) -> Outcome:
    """What the blocks for an event do with its values."""
    number, flow, depth = place
    outcome, handled = NOTHING, False
    for title in _texts(uses, number, flow, one, _EVENT) or {""}:
        for method in _handlers(uses, title):
            if method is None or outcome.contacts:
                return CONTACTS
            handled = True
            outcome = outcome.with_other(uses.entered(method, depth + 1))
    return outcome if handled else _UNHANDLED


def _handlers(uses: "ConstantUses", title: str) -> Iterator[MethodCode | None]:
    """The methods with the blocks for an event; ``None`` if they are not known."""
    ending = f"${title}".encode("utf-8", "surrogatepass")
    left = _MOST_HANDLERS if title else 0
    for number, dex in enumerate(uses.app.files):
        at = dex.data.find(ending + b"\0")
        while at >= 0:
            left -= 1
            methods = _named(dex, at, len(ending)) if left > 0 else []
            found = [uses.app.definition(uses.app.method(number, index)) for index in methods]
            yield from found or [None]
            at = dex.data.find(ending + b"\0", at + 1)
    if left <= 0:
        yield None


def _named(dex: DexFile, at: int, length: int) -> list[int]:
    """The methods whose name ends at a place of the file; its length is before it, in one or two bytes."""
    before = dex.data.rfind(b"\0", max(at - _MOST_NAME, 0), at)
    names = (bytes(dex.data[before + skip : at + length]) for skip in (2, 3)) if before >= 0 else ()
    index = max(map(dex.string_of, names), default=-1)
    return dex.methods_titled(index) if index >= 0 else []


def _is_shown(uses: "ConstantUses", number: int, flow: MethodFlow, one: Operation) -> bool:
    """True if a call sets the text of a component of the platform, and blocks only set properties of it."""
    found = kinds(uses, symbol(uses, number, flow, one.values[0]))
    if len(found) != 1 or not all(kind.startswith(PLATFORM) for kind in found):
        return False
    if symbol(uses, number, flow, one.values[1])[1] != _TEXT:
        return False
    field = symbol_field(uses, number, flow, one.values[0])
    sites = uses.places.of_field(field, _READS, _MOST_READS)
    return not any(site is None or _is_read(uses, site) for site in sites)


def _is_read(uses: "ConstantUses", site: Site) -> bool:
    """True if the next call behind the symbol of a component gets the component or one of its properties.

    The arguments of a call are loaded before it, and those of ``get-property`` are constants.
    """
    units = uses.file(site.number).units(site.code, min(site.code.units, site.at + _MOST_AFTER), site.at)
    at = 0
    while at + 1 < len(units):
        if units[at] & 255 in CALLS:
            owner, name, _ = uses.method_names(site.number, units[at + 1])
            return owner == _PROCEDURE or (owner == RUNTIME and name.startswith(_OTHER_USES)) or not owner
        at += LENGTHS[units[at] & 255] or _MOST_AFTER
    return True
