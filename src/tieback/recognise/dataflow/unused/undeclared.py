"""Constants in activities and services that no manifest declares: the system starts no other ones, whoever asks.

A package often contains more activities of a library than its manifest, such as a scanner of bar codes without its
search for books. What only they make or call never runs either. No conclusion where code starts activities that
nothing declares, as frameworks for plugins do, or makes an object of one itself, as for a receiver that it registers.
Source: https://developer.android.com/guide/components/fundamentals#DeclaringComponents
"""

from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.members import words
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.code.reflection import family
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, CONST_CLASSES, NEW_INSTANCES
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.unused.unmade import making
from tieback.recognise.dataflow.unused.unstarted import HOOKS

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

UNDECLARED = "only in an activity, a service or a receiver that no manifest declares"
_MAKES = frozenset((
    ("Ljava/lang/Class;", "getConstructor"), ("Ljava/lang/Class;", "getDeclaredConstructor"),
    ("Ljava/lang/Class;", "newInstance"),
))  # fmt: skip
"""Methods by which code makes an object of a class that it has found, such as a receiver that it registers."""
_MADE, _OF_APP = "()Ljava/lang/Object;", 3
_STARTERS = frozenset(("Landroid/content/Intent;", "Landroid/content/ComponentName;"))
"""Classes whose methods get the class of a component to start it."""
_MAX_METHODS = 32
"""Most methods that are looked at for one constant."""
_MAX_BELOW = 32
_OPEN, _STATIC = 0x5, 0x8
"""Access flags of a method that is public or protected, and of one without an object."""
_COMPONENT = lazy_pattern(
    r"Landroid/(?:[\w/]{1,60}(?:Activity|Service);|content/(?:BroadcastReceiver|ContentProvider);|appwidget/AppWidgetProvider;)"
)


class UndeclaredComponents:
    """Finds these constants of one app."""

    def __init__(self, uses: "ConstantUses", package: PackageResources | None) -> None:
        """The code of the app and its other files."""
        self._uses, app = uses, uses.app
        self._package = package
        self._can_tell = (
            package is not None
            and package.knows_components
            and any(app.class_of(one) is not None for one in package.components())
            and not package.has_factory
            and not any(app.string_of(number, hook) >= 0 for number in range(len(app.files)) for hook in HOOKS)
        )
        self._known: dict[str, bool] = {}
        self._makers_of_found: set[str] | None = None

    def reason(self, raw: bytes) -> str:
        """``UNDECLARED`` for a constant that only such code loads; else empty.

        Args:
            raw: the MUTF-8 bytes of the whole constant.
        """
        found = False
        for load in self._uses.loads(self._uses.places_of(raw)) if self._can_tell else ():
            if load is None or not self.reason_of_result(load.number, load.code):
                return ""
            found = True
        return UNDECLARED if found else ""

    def reason_of_result(self, number: int, code: CodeItem) -> str:
        """The same for what a call in a method gives."""
        starts = set[str]()
        return UNDECLARED if self._can_tell and self._never_runs(number, code, {}, starts) and starts else ""

    def _never_runs(self, number: int, code: CodeItem, seen: dict[tuple[int, int], None], starts: set[str]) -> bool:
        """True if only such activities, which are added to ``starts``, can run a method."""
        key = number, code.offset
        if key in seen:
            return True  # they call each other
        if len(seen) >= _MAX_METHODS:
            return False
        seen[key] = None
        owner, name, kind = self._uses.app.ref_at(number, code)
        if not owner or name == "<clinit>":
            return False
        has_object = words(kind) != code.ins
        if has_object and self._is_undeclared(owner):
            starts.add(owner)
            return True
        if not self._is_inside(owner) and self._is_api(number, self._uses.file(number).method_of(code)):
            return False
        callers = self._uses.callers.of(number, code)
        sites = [(file, caller) for file, caller, _ in callers] if callers is not None else []
        if not sites and has_object:
            sites = self._makers(owner)
        return bool(sites) and all(self._never_runs(file, one, seen, starts) for file, one in sites)

    def _makers(self, owner: str) -> list[tuple[int, CodeItem]]:
        """The methods that make objects of a class; none if that is not known, or if other code can make one."""
        below = self._uses.hierarchy.below(owner)
        if below or below is None or self._is_named(owner):
            return []
        found: list[tuple[int, CodeItem]] = []
        for number, code, _ in making(self._uses, owner):
            if code is None or len(found) >= MAX_SITES:
                return []
            found.append((number, code))
        return found

    def _is_named(self, owner: str) -> bool:
        """True if the system, a layout, native code or the app can make objects of a class by its name."""
        assert self._package is not None
        name = owner[1:-1]
        return (
            self._package.names_class(name.rpartition("/")[2])
            or name in self._package.names
            or self._uses.callers.is_loaded(name.replace("/", "."))
        )

    def _is_inside(self, owner: str) -> bool:
        """True for such a component, and for a class inside of one."""
        return any(self._is_undeclared(f"{owner[:at]};") for at, sign in enumerate(owner) if sign in "$;")

    def _is_api(self, number: int, index: int) -> bool:
        """True for a method that an app can call without the component, because it and its class are public.

        Of a class without a public constructor the app needs an object from somewhere else.
        """
        uses, dex = self._uses, self._uses.file(number)
        owner, name, _ = uses.method_names(number, index)
        access = dex.access(index) if uses.hierarchy.is_public(owner) else 0
        if not access & _OPEN:
            return False
        if name == "<init>" or access & _STATIC:
            return True
        methods = dex.methods_of(dex.method_kind(index))
        return any(dex.access(one) & _OPEN and uses.method_names(number, one)[1] == "<init>" for one in methods)

    def _is_undeclared(self, owner: str) -> bool:
        if owner not in self._known:
            self._known[owner] = self._find(owner)
        return self._known[owner]

    def _find(self, owner: str) -> bool:
        app, above = self._uses.app, self._uses.hierarchy.above(owner)
        if _COMPONENT.fullmatch(above) is None:
            return False
        below = self._uses.hierarchy.below(owner)
        if below is None or len(below) > _MAX_BELOW:
            return False
        assert self._package is not None
        for one in (owner, *below):
            if self._package.names_class(one[1:-1].rpartition("/")[2]):
                return False
            if self._is_made_by_name(one):
                return False
            for number in range(len(app.files)):
                kind = app.type_of(number, one)
                if kind >= 0 and self._uses.places.has_instruction(number, NEW_INSTANCES, kind):
                    return False
        return True

    def _is_made_by_name(self, owner: str) -> bool:
        """True if a method has the name of a class or an object for it, and makes objects of what it finds."""
        app, name = self._uses.app, owner[1:-1].replace("/", ".")
        for number in range(len(app.files)):
            kind, title = app.type_of(number, owner), app.string_of(number, name)
            offsets = self._uses.places.offsets(number, CONST_CLASSES, kind) if kind >= 0 else []
            offsets = offsets + (self._uses.places.strings(number, title) if title >= 0 else [])
            for offset in offsets:
                code = app.files[number].code_around(offset, every=True)
                flow = self._uses.flow(number, code) if code is not None else None
                names = (
                    {self._uses.method_names(number, one.member)[:2] for one in flow.operations if one.opcode in CALLS}
                    if flow is not None
                    else set()
                )
                if not names.isdisjoint(_MAKES) or (
                    self._makes_any(owner) and all(one[0] not in _STARTERS for one in names)
                ):
                    return True
            simple, package = name.rpartition(".")[2], f"{name.rpartition('.')[0]}."
            if self._makes_any(owner) and min(app.string_of(number, simple), app.string_of(number, package)) >= 0:
                return True
        return False

    def _makes_any(self, owner: str) -> bool:
        """True if a class in the package of the app makes objects of classes that it has found."""
        if self._makers_of_found is None:
            self._makers_of_found = set()
            for kind, name in _MAKES:
                for number, place, _ in self._uses.places.calls(name, _MADE, frozenset((kind,))):
                    code = self._uses.file(number).code_around(place, every=True)
                    if code is not None and self._uses.places.begins(number, code, place):
                        self._makers_of_found.add(
                            family(self._uses.app.ref_at(number, code, every=True).owner, _OF_APP)
                        )
        package = family(owner, _OF_APP)
        return bool(package) and package in self._makers_of_found
