"""Symbols in compiled blocks of App Inventor: static fields of a screen, with names of components and properties.

Source: https://github.com/mit-cml/appinventor-sources, ``runtime.scm``.
"""

from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, CONST_STRING, NEW_INSTANCE
from tieback.recognise.dataflow.dex.reaching import SGET, SPUT, MethodFlow, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

PLATFORM = "Lcom/google/appinventor/components/runtime/"
DISPATCHER, RUNTIME, LISTS = f"{PLATFORM}EventDispatcher;", "Lcom/google/youngandroid/runtime;", "Lgnu/lists/LList;"
DISPATCH, SET, SANITIZE, CALL = "dispatchEvent", "setAndCoerceProperty$Ex", "sanitizeComponentData", "callYailPrimitive"
FOR_BLOCKS = frozenset((
    (DISPATCHER, DISPATCH), (RUNTIME, SET), (RUNTIME, SANITIZE), (RUNTIME, CALL),
    *((LISTS, f"list{count}") for count in range(1, 5)),
))  # fmt: skip
"""Classes and names of the calls that ``block_events`` follows."""
_SYMBOL, _NEW = "Lgnu/mapping/SimpleSymbol;", "<init>"
_PUTS = frozenset((SPUT,))
_MOST_BEFORE = 17
"""Code units from a new symbol to the field that gets it, and a few more."""

type Component = tuple[str, str]
"""The class of a screen, and the name of a component in it."""


def kinds(uses: "ConstantUses", component: Component) -> set[str]:
    """The types of the field of a screen that has a component; none if it is not known."""
    owner, name = component
    found = uses.app.class_of(owner)
    if found is None or not name:
        return set()
    dex = uses.app.files[found[0]]
    fields = (dex.field(index) for index in dex.class_data(found[1]).instance_fields)
    return {dex.descriptor(one.kind) for one in fields if one is not None and dex.string(one.name) == name}


def symbol_field(uses: "ConstantUses", number: int, flow: MethodFlow, origins: Origins) -> int:
    """The static field that has a symbol; -1 if it is not known."""
    read = [one for one in flow.operations if one.opcode == SGET and one.at in origins]
    return uses.app.field(number, read[0].member) if len(read) == len(origins) == 1 else -1


def symbol(uses: "ConstantUses", number: int, flow: MethodFlow, origins: Origins) -> tuple[str, str]:
    """The class that has a symbol in a static field, and its text; empty texts if it is not known."""
    field = symbol_field(uses, number, flow, origins)
    if field < 0:
        return "", ""
    if field not in uses.symbols:
        uses.symbols[field] = _stored(uses, field)
    return uses.symbols[field]


def _stored(uses: "ConstantUses", field: int) -> tuple[str, str]:
    """The class of a static field, and the text of the symbol that its initialiser stores there."""
    owner = uses.app.ref(field).owner
    initialiser = uses.app.definition(uses.app.identity(MemberRef(owner, "<clinit>", "()V")))
    if initialiser is None:
        return "", ""
    file = initialiser.file
    made = uses.flow(file, initialiser.code)
    if made is None:
        return owner, _text_before(uses, field)
    stores = [one for one in made.operations if one.opcode == SPUT and uses.app.field(file, one.member) == field]
    results = {one.at: one for one in made.operations if one.opcode in CALLS and one.values}
    for at in stores[0].values[0] if len(stores) == 1 else ():
        its = results[at].values[0] if at in results else frozenset((at,))  # of ``readResolve``
        for one in results.values():
            is_given = bool(its) and len(one.values) > 1 and one.values[0] == its
            if is_given and uses.method_names(file, one.member)[:2] == (_SYMBOL, _NEW):
                text = [made.strings[text] for text in one.values[1] if text in made.strings]
                return owner, uses.string(file, text[0]) if len(text) == 1 else ""
    return "", ""


def _text_before(uses: "ConstantUses", field: int) -> str:
    """The text of a symbol in an initialiser that is too long: the only one that is loaded after the symbol is new."""
    sites = list(uses.places.of_field(field, _PUTS))
    site = sites[0] if len(sites) == 1 else None
    if site is None:
        return ""
    units = uses.file(site.number).units(site.code, site.at, max(site.at - _MOST_BEFORE, 0))
    symbols = uses.app.type_of(site.number, _SYMBOL)
    made = [at for at in range(len(units) - 3) if units[at] & 255 == NEW_INSTANCE and units[at + 1] == symbols]
    text = made[-1] + 2 if made else 0
    return uses.string(site.number, units[text + 1]) if made and units[text] & 255 == CONST_STRING else ""
