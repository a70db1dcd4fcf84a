"""Intents with an address that other code completes or reads before they are sent: then no other app opens it.

``open(new Intent(ACTION_VIEW, uri))`` can name a class of the app in ``open``, and ``onNewIntent(intent)`` reads the
address again. So an intent is followed into methods of the app, fields and callers.
"""

from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, INSTANCE_READS, STATIC_READS
from tieback.recognise.dataflow.dex.reaching import IPUT, RETURN, SPUT, MethodFlow, Operation, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_INTENT = "Landroid/content/Intent;"
_READS = frozenset(("getData", "getDataString", "toURI", "toUri"))
_NAMES = frozenset(("setClass", "setClassName", "setComponent"))
_SERVICES, _LOCAL = frozenset(("bindService", "startForegroundService", "startService")), "/LocalBroadcastManager;"
"""Methods and a class that give an intent only to code of the app: no other app has services without a name."""
_RESULT = "setResult"
"""The method that gives an intent to the activity that has started this one: most often one of the app."""
_MAX_DEPTH, _MAX_SITES = 3, 16


def is_used_inside(
    uses: "ConstantUses", number: int, code: CodeItem, flow: MethodFlow, objects: Origins, depth: int = 0
) -> bool:
    """True if code of the app may read the address of an intent, or name the class that gets it.

    Args:
        uses: what the code does.
        number: number of the DEX file.
        code: the method.
        flow: its values.
        objects: the origins of the intent.
        depth: number of methods before this one; names of classes in the first one are judged by the caller.
    """
    if depth > _MAX_DEPTH:
        return False
    return any(
        _is_used(uses, number, code, one, objects, depth)
        for one in flow.operations
        if any(not objects.isdisjoint(its) for its in one.values)
    )


def _is_used(uses: "ConstantUses", number: int, code: CodeItem, one: Operation, objects: Origins, depth: int) -> bool:
    if one.opcode in (IPUT, SPUT):
        return not objects.isdisjoint(one.values[0]) and _is_read(uses, uses.app.field(number, one.member), depth)
    if one.opcode == RETURN:
        return _is_returned(uses, number, code, depth)
    if one.opcode not in CALLS:
        return False
    owner, name, kind = uses.method_names(number, one.member)
    if owner == _INTENT:
        is_named = name in _NAMES or "Ljava/lang/Class;" in kind
        return not objects.isdisjoint(one.values[0]) and (name in _READS or (depth > 0 and is_named))
    if name in _SERVICES or name == _RESULT or owner.endswith(_LOCAL):
        return True
    identity = uses.app.method(number, one.member)
    target = uses.app.definition_in(number, identity) if identity >= 0 else None
    inside = uses.flow(target.file, target.code) if target is not None else None
    if target is None or inside is None or target.code.ins != len(one.values):
        return False
    given = frozenset(-1 - word for word, its in enumerate(one.values) if not objects.isdisjoint(its))
    return is_used_inside(uses, target.file, target.code, inside, given, depth + 1)


def _is_returned(uses: "ConstantUses", number: int, code: CodeItem, depth: int) -> bool:
    callers = uses.callers.of(number, code) or []
    for file, caller, at in callers[:_MAX_SITES]:
        flow = uses.flow(file, caller)
        if flow is not None and is_used_inside(uses, file, caller, flow, frozenset((at,)), depth + 1):
            return True
    return len(callers) > _MAX_SITES


def _is_read(uses: "ConstantUses", field: int, depth: int) -> bool:
    for reads in (STATIC_READS, INSTANCE_READS):
        for count, site in enumerate(uses.places.of_field(field, reads) if field >= 0 else ()):
            flow = uses.flow(site.number, site.code) if site is not None else None
            if site is None or count >= _MAX_SITES:
                return True
            objects = frozenset((site.at,))
            if flow is not None and is_used_inside(uses, site.number, site.code, flow, objects, depth + 1):
                return True
    return False
