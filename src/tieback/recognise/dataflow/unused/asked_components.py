"""Calls that ask the system for a component that no manifest declares: they always throw.

Libraries see in this way whether the app declares what they need, and do nothing without it, as the SDK of QQ, which
needs ``com.tencent.tauth.AuthActivity``. Source:
https://developer.android.com/reference/android/content/pm/PackageManager#getActivityInfo(android.content.ComponentName,%20int)
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS
from tieback.recognise.dataflow.dex.reaching import MethodFlow, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

UNDECLARED_MARK = "="
"""Before the name of such a component, where missing classes have their descriptors."""
_TEXT, _CONTEXT = "Ljava/lang/String;", "Landroid/content/Context;"
_NAME, _MANAGER = "Landroid/content/ComponentName;", "Landroid/content/pm/PackageManager;"
_ASKS = ("Activity", "Provider", "Receiver", "Service")
_RESULTS = {"Receiver": "Activity"}
_NAMES = (f"({_CONTEXT}{_TEXT})V", f"({_TEXT}{_TEXT})V")
_OTHER_PACKAGE = "createPackageContext"
"""Method that gives the context of another package, whose components this one does not declare."""
_ARGUMENTS = 3
_MOST_CALLS = 64
"""Most such calls of one app that are looked at, and of each kind."""


def failing_calls(uses: "ConstantUses", package: PackageResources | None) -> Iterator[tuple[int, CodeItem, int, str]]:
    """File, method and unit of each such call, and the component behind ``UNDECLARED_MARK``."""
    if package is None or not package.knows_components:
        return
    for kind in _ASKS:
        types = f"({_NAME}I)Landroid/content/pm/{_RESULTS.get(kind, kind)}Info;"
        for number, place, _ in uses.places.calls(f"get{kind}Info", types, frozenset((_MANAGER,)), _MOST_CALLS):
            code = uses.file(number).code_around(place, every=True)
            flow = uses.flow(number, code) if code is not None and uses.places.begins(number, code, place) else None
            if code is None or flow is None:
                continue
            at = (place - code.begin) // 2
            call = flow.operation(at)
            names = _names(uses, number, flow, call.values[1]) if call is not None and len(call.values) > 1 else set()
            if len(names) == 1 and not package.names_class((name := names.pop()).rpartition(".")[2]):
                yield number, code, at, f"{UNDECLARED_MARK}{name}"


def _names(uses: "ConstantUses", number: int, flow: MethodFlow, origins: Origins) -> set[str]:
    """The component of this app that objects name; none if that is not known, several if it is not one."""
    found: set[str] = set()
    if not origins or not origins <= flow.created:
        return set()
    made = {one.at: uses.method_names(number, one.member)[1] for one in flow.operations if one.opcode in CALLS}
    for one in flow.operations:
        if one.opcode not in CALLS or not one.values or origins.isdisjoint(one.values[0]):
            continue
        owner, name, kind = uses.method_names(number, one.member)
        if owner != _NAME or name != "<init>" or kind not in _NAMES or len(one.values) < _ARGUMENTS:
            continue
        texts = {flow.strings.get(origin, -1) for origin in one.values[2]}
        if -1 in texts or any(made.get(origin) == _OTHER_PACKAGE for origin in one.values[1]):
            return set()
        if not (kind == _NAMES[0] or _is_of_app(uses, number, flow, one.values[1])):
            return set()
        found |= {uses.string(number, text) for text in texts}
    return found if all("." in name.strip(".") for name in found) else set()


def _is_of_app(uses: "ConstantUses", number: int, flow: MethodFlow, origins: Origins) -> bool:
    """True if a text is the name of this package."""
    made = {one.at: one for one in flow.operations if one.opcode in CALLS}
    return bool(origins) and all(
        origin in made and uses.method_names(number, made[origin].member)[1:] == ("getPackageName", f"(){_TEXT}")
        for origin in origins
    )
