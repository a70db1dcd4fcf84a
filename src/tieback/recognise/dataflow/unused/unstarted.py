"""Components of the app's own that a manifest declares, but that nothing can start.

Without an intent filter only the app itself can start one, by its class or by the name of the class. ``UnmadeClasses``
finds the instructions with the class; here are the names, the classes in annotations and initial values, and code that
starts components by names that are not known. No conclusion without an activity that a launcher shows.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, INSTANCE_OBJECT_READS
from tieback.recognise.dataflow.dex.reaching import IGET, Operation
from tieback.recognise.dataflow.unused.class_values import is_value

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

HOOKS = ("execStartActivity", "newActivity")
"""Methods of the system that frameworks for plugins replace or call: the first one is not in the SDK, and the second
makes an object of an activity: https://developer.android.com/reference/android/app/Instrumentation
"""
_TEXT, _CONTEXT = "Ljava/lang/String;", "Landroid/content/Context;"
_INTENT, _NAME, _CLASS = "Landroid/content/Intent;", "Landroid/content/ComponentName;", "Ljava/lang/Class;"
_STARTS = (
    (_INTENT, "setClassName", f"({_CONTEXT}{_TEXT}){_INTENT}", 2),
    (_INTENT, "setClassName", f"({_TEXT}{_TEXT}){_INTENT}", 2),
    (_INTENT, "parseUri", f"({_TEXT}I){_INTENT}", 0),
    (_INTENT, "getIntent", f"({_TEXT}){_INTENT}", 0),
    (_INTENT, "getIntentOld", f"({_TEXT}){_INTENT}", 0),
    (_NAME, "<init>", f"({_CONTEXT}{_TEXT})V", 2),
    (_NAME, "<init>", f"({_TEXT}{_TEXT})V", 2),
    (_NAME, "createRelative", f"({_TEXT}{_TEXT}){_NAME}", 1),
    (_NAME, "createRelative", f"({_CONTEXT}{_TEXT}){_NAME}", 1),
    (_NAME, "unflattenFromString", f"({_TEXT}){_NAME}", 0),
)
"""Methods that get the name of a component, and the number of the argument that is the name."""
_LOADS = (
    (_CLASS, "forName", f"({_TEXT}){_CLASS}", 0),
    (_CLASS, "forName", f"({_TEXT}ZLjava/lang/ClassLoader;){_CLASS}", 0),
    ("", "loadClass", f"({_TEXT}){_CLASS}", 1),
)
"""Methods of ``Class`` and of any loader that find a class by its name.

Libraries find classes of theirs with them; the app could start what it finds.
"""
_WITH_CLASS = frozenset((
    (_INTENT, "<init>", f"({_CONTEXT}{_CLASS})V"),
    (_INTENT, "<init>", f"({_TEXT}Landroid/net/Uri;{_CONTEXT}{_CLASS})V"),
    (_INTENT, "setClass", f"({_CONTEXT}{_CLASS}){_INTENT}"),
    (_NAME, "<init>", f"({_CONTEXT}{_CLASS})V"),
))  # fmt: skip
"""Methods by which code starts what it has found by a name, such as the screen that a push message names."""
_LISTS_OF_CLASSES = (
    (_CLASS, "getClasses", f"()[{_CLASS}"),
    (_CLASS, "getDeclaredClasses", f"()[{_CLASS}"),
    ("Ldalvik/system/DexFile;", "entries", "()Ljava/util/Enumeration;"),
)
"""Methods that list classes, of which code can start any."""
_KNOWN = frozenset((_CLASS, _NAME))
"""Classes whose methods give the names of classes that code has, and of components that others have found."""
_FOUND = frozenset(
    f"Landroid/content/pm/{name};" for name in ("ActivityInfo", "ComponentInfo", "PackageItemInfo", "ServiceInfo")
)
"""What the system finds for an intent: only components with a filter."""
_INFO = "Landroid/content/pm/PackageInfo;"
_LISTS = (
    ("activities", "[Landroid/content/pm/ActivityInfo;"),
    ("receivers", "[Landroid/content/pm/ActivityInfo;"),
    ("services", "[Landroid/content/pm/ServiceInfo;"),
)
"""The lists of all components of a package."""
_PLATFORM = ("Landroid/", "Landroidx/", "Lcom/google/android/gms/", "Lcom/google/android/play/", "Lkotlin/")
"""Libraries that start components of the app only by names that the manifest or the app gives them."""
_MOST_CALLS = 512


class UnstartedComponents:
    """Finds them in one app."""

    def __init__(self, uses: "ConstantUses", package: PackageResources, own: OwnPackages) -> None:
        """The code of the app, its other files, and the packages of its own classes."""
        self._uses, self._package, self._own = uses, package, own

    def has(self, owner: str) -> bool:
        """True if nothing but an instruction with the class can start a component of the app's own."""
        full = owner[1:-1].replace("/", ".")
        return (
            self._own.have(owner)
            and self._package.is_closed(full)
            and not self._is_in_text(full.rpartition(".")[2])
            and not is_value(self._uses, owner)
            and not self._uses.made_objects.is_type_argument(owner)
            and not self._starts_any
        )

    @cached_property
    def makes_others(self) -> bool:
        """True if code can make other components than the manifests declare."""
        files = range(len(self._uses.app.files))
        return any(self._uses.app.string_of(number, hook) >= 0 for number in files for hook in HOOKS)

    def _is_in_text(self, name: str) -> bool:
        """True if a text of the code has the name behind a dot, or ends with it behind a slash."""
        forms = f".{name}".encode("utf-8", "replace"), f"/{name}\0".encode("utf-8", "replace")
        for dex in self._uses.app.files:
            section = dex.sections.get(SectionKind.STRING_DATA)
            if section is None or any(dex.data.find(form, section.begin, section.end) >= 0 for form in forms):
                return True
        return False

    @cached_property
    def _starts_any(self) -> bool:
        """True if code may start a component by a name that is not known."""
        app = self._uses.app
        return (
            not any(app.class_of(f"L{name.replace('.', '/')};") is not None for name in self._package.started_classes())
            or self.makes_others
            or any(map(self._is_listed, _LISTS))
            or any(self._has_unknown(*one, only_own=False) for one in _STARTS)
            or self.loads_any
            or self.lists_classes
            or any(self._has_unknown(*one, only_own=False, with_intent=True) for one in _LOADS)
        )

    @cached_property
    def loads_any(self) -> bool:
        """True if the app's own code finds classes by names that are not constants."""
        return any(self._has_unknown(*one, only_own=True) for one in _LOADS)

    def _is_listed(self, field: tuple[str, str]) -> bool:
        """True if code other than that of the platform reads a list of all components."""
        app = self._uses.app
        sites = self._uses.places.of_field(app.identity(MemberRef(_INFO, *field)), INSTANCE_OBJECT_READS)
        return any(
            site is None
            or (
                not app.ref_at(site.number, site.code, every=True).owner.startswith(_PLATFORM)
                and self._uses.places.begins(site.number, site.code, site.code.begin + 2 * site.at)
            )
            for site in sites
        )

    @cached_property
    def lists_classes(self) -> bool:
        """True if the app's own code lists the classes inside of one, or of its DEX files."""
        app, places = self._uses.app, self._uses.places
        for owner, name, kind in _LISTS_OF_CLASSES:
            for number, place, _ in places.calls(name, kind, frozenset((owner,))):
                code = app.files[number].code_around(place, every=True)
                if code is None or self._own.have(app.ref_at(number, code, every=True).owner):
                    return True
        return False

    def _has_unknown(
        self, owner: str, name: str, kind: str, word: int, *, only_own: bool, with_intent: bool = False
    ) -> bool:
        """True if a call of a method may get a name that is not a constant.

        Args:
            owner: the class of the method, or empty for any.
            name: its name.
            kind: its types.
            word: number of the argument with the name.
            only_own: look only at the app's own classes.
            with_intent: look only at methods that put a class into an intent.
        """
        app, places = self._uses.app, self._uses.places
        owners = frozenset((owner, *(self._uses.hierarchy.below(owner) or ()))) if owner == _INTENT else {owner}
        for count, (number, place, _) in enumerate(
            places.calls(name, kind, frozenset(owners) if owner else frozenset(), _MOST_CALLS)
        ):
            code = app.files[number].code_around(place, every=True)
            if count >= _MOST_CALLS - 1 or code is None:
                return True
            caller = app.ref_at(number, code, every=True).owner
            counts = self._own.have(caller) if only_own else not caller.startswith(_PLATFORM)
            if with_intent and not self._makes_intent(number, code):
                continue
            if counts and places.begins(number, code, place) and not self._is_known(number, code, place, word):
                return True
        return False

    def _makes_intent(self, number: int, code: CodeItem) -> bool:
        """True if a method puts an object for a class into an intent, to start it."""
        flow = self._uses.flow(number, code)
        return flow is not None and any(
            one.opcode in CALLS and self._uses.method_names(number, one.member) in _WITH_CLASS
            for one in flow.operations
        )

    def _is_known(self, number: int, code: CodeItem, place: int, word: int) -> bool:
        """True if an argument of a call is a constant, or a name that the system or an object for a class gives."""
        flow = self._uses.flow(number, code)
        if flow is None:
            return False
        call = flow.operation((place - code.begin) // 2)
        if call is None:
            return True  # no way leads to it
        made = {one.at: one for one in flow.operations}
        return word < len(call.values) and all(
            origin in flow.strings or (origin in made and self._gives_known(number, made[origin]))
            for origin in call.values[word]
        )

    def _gives_known(self, number: int, one: Operation) -> bool:
        if one.opcode in CALLS:
            return self._uses.method_names(number, one.member)[0] in _KNOWN
        field = self._uses.app.field(number, one.member) if one.opcode == IGET else -1
        return field >= 0 and self._uses.app.ref(field).owner in _FOUND
