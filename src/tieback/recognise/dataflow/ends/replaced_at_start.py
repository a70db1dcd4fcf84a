"""Initial values of static fields that ``onCreate`` of the application replaces, before any code can read them.

The system makes the object of the application and calls its ``onCreate`` before it starts a screen, a service or a
receiver. Only content providers and the initialisers of AndroidX run earlier. So the initial value counts for nothing
if each way through ``onCreate`` stores another one, and no code of the app can read the field before that.
Sources: https://developer.android.com/reference/android/app/Application#onCreate() and
https://developer.android.com/topic/libraries/app-startup
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.dex.instructions import next_units
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, DIRECT_CALLS, STATIC_CALLS
from tieback.recognise.dataflow.dex.reaching import SGET, SPUT, Operation

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_APPLICATION, _PROVIDER = "Landroid/app/Application;", "Landroid/content/ContentProvider;"
_INITIALIZER = "Landroidx/startup/Initializer;"
_ATTACH = ("attachBaseContext", "(Landroid/content/Context;)V")
_MAX_DEPTH = 3
"""Most calls between ``onCreate`` and a store."""
_MAX_STEPS = 1_000
"""Most instructions of one method that are read."""


class StartValues:
    """The static fields of one app whose initial value ``onCreate`` of its application replaces."""

    def __init__(self, uses: "ConstantUses", components: Callable[[], Iterable[str]]) -> None:
        """``components`` gives the descriptors of the classes that the manifests name."""
        self._uses = uses
        self._components = components
        self._start: MethodCode | None = None
        self._is_known = False
        self._replaced: dict[int, bool] = {}

    def replaces(self, field: int) -> bool:
        """True if the initial value of a static field is never read."""
        known = self._replaced.get(field)
        if known is None:
            start = self._first()
            known = start is not None and not self._is_read_first(field) and self._stores(start, field, 0)
            self._replaced[field] = known
        return known

    def _is_read_first(self, field: int) -> bool:
        """True if the initialiser of the class of a field may read it: it runs before the first store."""
        app = self._uses.app
        method = app.declared_by(app.ref(field).owner, "<clinit>", "()V")
        if method is None or app.ref(method.identity).owner != app.ref(field).owner:
            return False
        flow = self._uses.flow(method.file, method.code)
        return flow is None or any(
            (one.opcode == SGET and app.field(method.file, one.member) == field)
            or (one.opcode in CALLS and app.is_own(self._uses.method_names(method.file, one.member)[0]))
            for one in flow.operations
        )

    def _first(self) -> MethodCode | None:
        """``onCreate`` of the only application of the app; ``None`` if other code of the app can run before it."""
        if not self._is_known:
            self._is_known = True
            self._start = self._find()
        return self._start

    def _find(self) -> MethodCode | None:
        app = self._uses.app
        if any(app.subclasses(kind) for kind in (_PROVIDER, _INITIALIZER)):
            return None
        declared = set(self._components())
        found = [kind for kind in app.subclasses(_APPLICATION) if kind in declared]
        if len(found) != 1:
            return None
        owners = [kind for kind in app.ancestors(found[0]) if app.is_own(kind)]
        makers = [
            app.declared_by(kind, name, types) for kind in owners for name, types in (_ATTACH, ("<clinit>", "()V"))
        ]
        if any(one is not None and app.is_own(app.ref(one.identity).owner) for one in makers):
            return None
        made = [app.declared_by(kind, "<init>", "()V") for kind in owners]
        if any(one is None or self._calls_own(one, owners) for one in made):
            return None
        return app.declared_by(found[0], "onCreate", "()V")

    def _calls_own(self, method: MethodCode, owners: list[str]) -> bool:
        """True if a constructor may run other code of the app than that of the classes above it."""
        flow = self._uses.flow(method.file, method.code)
        if flow is None:
            return True
        calls = [one for one in flow.operations if one.opcode in CALLS]
        owned = (self._uses.method_names(method.file, one.member)[0] for one in calls)
        return any(owner not in owners and self._uses.app.is_own(owner) for owner in owned)

    def _stores(self, method: MethodCode, field: int, depth: int) -> bool:
        """True if each way through a method stores in the field, and no code of the app can read it before."""
        flow = self._uses.flow(method.file, method.code)
        data = self._uses.file(method.file).data
        if flow is None or bytes(data[method.code.offset + 6 : method.code.offset + 8]) != b"\0\0":
            return False
        stores, doubts = set[int](), set[int]()
        for one in flow.operations:
            what = self._what(method, one, field, depth)
            if what is not None:
                (stores if what else doubts).add(one.at)
        units = self._uses.units(method.file, method.code)
        try:
            return bool(stores) and _all_ways_meet(units, stores, doubts)
        except IndexError:
            return False

    def _what(self, method: MethodCode, one: Operation, field: int, depth: int) -> bool | None:
        """True for an operation that stores in the field, false for one that may read it; ``None`` for others."""
        app, number = self._uses.app, method.file
        if one.opcode in (SPUT, SGET):
            its = app.field(number, one.member)
            if its == field:
                return one.opcode == SPUT
            # The class of another field is initialised, which is code of the app.
            return None if app.ref(its).owner == app.ref(field).owner or not app.is_own(app.ref(its).owner) else False
        if one.opcode not in CALLS:
            return None
        owner = self._uses.method_names(number, one.member)[0]
        if not app.is_own(owner):
            return None
        if one.opcode not in STATIC_CALLS and one.opcode not in DIRECT_CALLS:
            return False
        target = app.definition_in(number, app.method(number, one.member)) if depth < _MAX_DEPTH else None
        return target is not None and self._stores(target, field, depth + 1)


def _all_ways_meet(units: list[int], stops: set[int], doubts: set[int]) -> bool:
    """True if each way from the beginning of a method comes to one of ``stops``, and to none of ``doubts`` before.

    Raises:
        IndexError: a way leaves the code.
    """
    pending, seen = [0], set[int]()
    for at in pending:  # grows
        if at in seen or at in stops:
            continue
        seen.add(at)
        following = next_units(units, at) if at >= 0 else []
        if at in doubts or not following or len(seen) > _MAX_STEPS:
            return False
        pending += following
    return True
