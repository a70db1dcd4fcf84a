"""Methods of the app that code outside of it calls by their names: scripts in web views and engines, EventBus 2, Basic.

Newer JavaScript interfaces and event buses need an annotation at each such method.
"""

from collections.abc import Callable
from functools import cached_property

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.members import words
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import NEW_INSTANCE
from tieback.recognise.dataflow.dex.reaching import IGET, SGET, MethodFlow, Operation

_OFFERS = "addJavascriptInterface", "(Ljava/lang/Object;Ljava/lang/String;)V"
_EVENT = "onEvent"
"""EventBus 2 calls ``onEvent``, ``onEventMainThread`` and others, with one argument:
https://github.com/greenrobot/EventBus/blob/V2.4.0/EventBus/src/de/greenrobot/event/SubscriberMethodFinder.java
"""
_BASIC, _SUB = "Lanywheresoftware/b4a/BA;", "_"
"""The runtime of B4A calls subs by names that it puts together, such as ``_activity_create``:
https://www.b4x.com/android/forum/threads/how-b4a-applications-are-compiled.40889/
"""
_RHINO = "Lorg/mozilla/javascript/"
_TO_SCRIPTS = (
    ("Lbsh/Interpreter;", "set", "(Ljava/lang/String;Ljava/lang/Object;)V"),
    ("Lorg/luaj/vm2/lib/jse/CoerceJavaToLua;", "coerce", "(Ljava/lang/Object;)Lorg/luaj/vm2/LuaValue;"),
    (f"{_RHINO}Context;", "javaToJS", f"(Ljava/lang/Object;{_RHINO}Scriptable;)Ljava/lang/Object;"),
    (f"{_RHINO}ScriptableObject;", "putProperty", f"({_RHINO}Scriptable;Ljava/lang/String;Ljava/lang/Object;)V"),
)
"""Methods by which code gives an object to scripts, which can call its methods: https://github.com/beanshell/beanshell,
https://github.com/luaj/luaj, https://github.com/mozilla/rhino
"""


class OutsideCalls:
    """Which methods of one app code outside of it can call by their names."""

    def __init__(
        self, app: AppCode, places: CodePlaces, flow: Callable[[int, CodeItem], MethodFlow | None], *, scripts: bool
    ) -> None:
        """Read the code at the first question.

        Args:
            app: the code of the app.
            places: the places of its instructions.
            flow: gives the values of a method.
            scripts: true if the methods that scripts can call need no annotation.
        """
        self._app, self._places, self._flow, self._scripts = app, places, flow, scripts

    def can_call(self, owner: str, name: str, kind: str) -> bool:
        """True if code outside of the app can call a method by its name."""
        if name.startswith(_EVENT) and kind.startswith("(L") and kind.find(";)") == kind.find(";"):
            return True
        if name.startswith(_SUB) and self._app.class_of(_BASIC) is not None:
            return True
        if self._gives_to_scripts and not name.startswith("<"):
            return True
        if not self._scripts or name.startswith("<"):
            return False
        offered = self._offered
        if offered is None or not offered.isdisjoint(self._app.ancestors(owner)):
            return True
        return any(owner in self._app.ancestors(one) for one in offered)

    @cached_property
    def _gives_to_scripts(self) -> bool:
        """True if code that is not of an engine for scripts gives it an object."""
        for owner, name, kind in _TO_SCRIPTS:
            if self._app.class_of(owner) is None:
                continue
            package = owner[: owner.find("/", owner.find("/") + 1)]
            for number, place, _ in self._places.calls(name, kind, frozenset((owner,))):
                code = self._app.files[number].code_around(place, every=True)
                if not self._app.ref_at(number, code, every=True).owner.startswith(package):
                    return True
        return False

    @cached_property
    def _offered(self) -> frozenset[str] | None:
        """Types of the objects that web views offer to scripts; ``None`` if one is not known."""
        found: set[str] = set()
        for number, place, _ in self._places.calls(*_OFFERS):
            code = self._app.files[number].code_around(place, every=True)
            flow = self._flow(number, code) if code is not None else None
            if code is None or flow is None:
                return None
            at = (place - code.begin) // 2
            known = {one.at: one for one in flow.operations}
            for origin in known[at].values[1] if at in known and len(known[at].values) > 1 else ():
                kind = self._type(number, code, origin, known.get(origin))
                if self._app.class_of(kind) is None:
                    return None
                found.add(kind)
        return frozenset(found)

    def _type(self, number: int, code: CodeItem, origin: int, made: Operation | None) -> str:
        """Type of an object in a method; empty if it is not known."""
        dex = self._app.files[number]
        if origin == -1:
            owner, _, kind = self._app.ref_at(number, code)
            return owner if words(kind) < code.ins else ""
        if made is not None and made.opcode in (SGET, IGET):
            field = self._app.field(number, made.member)
            return self._app.ref(field).kind if field >= 0 else ""
        at = code.begin + 2 * origin
        if 0 <= origin < code.units - 1 and dex.data[at] == NEW_INSTANCE:
            return dex.descriptor(int.from_bytes(dex.data[at + 2 : at + 4], "little"))
        return ""
