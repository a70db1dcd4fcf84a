"""The instructions of an app that can call a method; not known if code outside of the app can call it too."""

from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.hierarchy import Hierarchy
from tieback.recognise.dataflow.code.initial_values import is_initial
from tieback.recognise.dataflow.code.made_objects import MadeObjects
from tieback.recognise.dataflow.code.members import words
from tieback.recognise.dataflow.code.native_names import NativeNames
from tieback.recognise.dataflow.code.native_objects import NativeObjects
from tieback.recognise.dataflow.code.outside_calls import OutsideCalls
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.code.platform_calls import PlatformCalls
from tieback.recognise.dataflow.code.reflection import family
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES

_OBJECT = "Ljava/lang/Object;"
_RENAMED = 2
"""Characters of the longest name that a shrinker gives to most methods."""

_SETTER = "set"
"""Beginning of a method that ``android:propertyName`` of an animation names:
https://developer.android.com/guide/topics/resources/animation-resource#Property
"""
_OF_VIEW = "(Landroid/view/"
"""Argument of a method that ``android:onClick`` can name:
https://developer.android.com/reference/android/view/View#attr_android:onClick
"""


class CalledAs(NamedTuple):
    """How the app calls a method."""

    name: str
    kind: str
    """Types of its arguments and its result."""
    owners: frozenset[str]
    """Descriptors of the classes under whose names it is called."""


class Callers:
    """What can call the methods of one app."""

    def __init__(
        self,
        app: AppCode,
        places: CodePlaces,
        hierarchy: Hierarchy,
        outside: OutsideCalls,
        names: NativeNames,
        called: Container[int],
        handlers: Callable[[str], bool],
        made: MadeObjects,
    ) -> None:
        """Read the code at the first question for each method.

        Args:
            app: the code of the app.
            places: the places of its instructions.
            hierarchy: its classes.
            outside: what scripts and event buses call.
            names: names by which native code can call methods.
            called: numbers of the files whose methods other code can call.
            handlers: tells whether a layout or menu may name a method that is called with a view of it.
            made: what other code can know of its classes.
        """
        self._app, self._places, self._hierarchy = app, places, hierarchy
        self._outside, self._names, self._called = outside, names, called
        self._handlers, self._made = handlers, made
        self._platform, self._native = PlatformCalls(app, places), NativeObjects(app)
        self._known: dict[tuple[int, int], list[tuple[int, CodeItem, int]] | None] = {}

    def of(self, number: int, code: CodeItem) -> list[tuple[int, CodeItem, int]] | None:
        """File, method and unit of each instruction that may call a method; ``None`` if other code can call it."""
        key = number, code.offset
        if key not in self._known:
            self._known[key] = self._find(number, code)
        return self._known[key]

    def called_as(self, number: int, code: CodeItem) -> CalledAs | None:
        """How the app calls a method; ``None`` if code outside of the app can call it."""
        dex = self._app.files[number]
        index = dex.method_of(code)
        identity = self._app.method(number, index) if index >= 0 else -1
        owners = self._hierarchy.callable_as(identity, code.ins) if identity >= 0 else None
        if owners is None or dex.is_annotated(index):
            return None
        owner, name, kind = self._app.ref(identity)
        return None if self._outside.can_call(owner, name, kind) else CalledAs(name, kind, owners)

    def is_named(self, number: int, name: str) -> bool:
        """True if code can call a method of a file by its name."""
        return number in self._called or name in self._names or self.is_loaded(name)

    def is_loaded(self, name: str) -> bool:
        """True if code has the name of a method as a text: it can be called by it."""
        titles = ((at, self._app.string_of(at, name)) for at in range(len(self._app.files)))
        found = [(at, title) for at, title in titles if title >= 0]
        return any(self._places.loads(at, title) for at, title in found) or self._is_initial(found)

    def _is_initial(self, found: Iterable[tuple[int, int]]) -> bool:
        """True if a text may be the initial value of a static field, by its index in files."""
        return any(is_initial(self._app.files[at], title) for at, title in found)

    def can_name(self, number: int, owner: str, name: str, *, static: bool) -> bool:
        """True if code that can know a class may call a method of it by its name.

        Libraries load names such as ``connect`` for methods of their own and of the platform. For those of another
        class they need its name too, or look for the method by reflection.
        """
        return number in self._called or name in self._names or self._is_loaded_for(owner, name, static=static)

    def _is_loaded_for(self, owner: str, name: str, *, static: bool) -> bool:
        """True if a class that can know another one loads the name of its method.

        That is a class beside it, and any class if one loads its own name; also one that looks for methods by
        reflection, which gets an object with the method, or one for the class.
        """
        if not self.is_loaded(name):
            return False
        full = owner[1:-1]
        near, known = family(owner), not static or self._made.is_given(owner)
        return (
            name == "<init>"
            or any(
                near == family(one) or not one or (known and self._made.reflection.finds_methods(one))
                for one in self._loading(name)
            )
            or any(map(self.is_loaded, (full, full.replace("/", "."))))
        )

    def _loading(self, name: str) -> Iterator[str]:
        """The classes that load a text; an empty one if it is not known which."""
        for number, dex in enumerate(self._app.files):
            title = self._app.string_of(number, name)
            for site in self._places.loading(number, title) if title >= 0 else ():
                yield self._app.ref_at(number, site.code if site is not None else None, every=True).owner
            if title >= 0 and is_initial(dex, title):
                yield ""

    def _find(self, number: int, code: CodeItem) -> list[tuple[int, CodeItem, int]] | None:
        called_as = self.called_as(number, code)
        if called_as is None or number in self._called:
            return None
        name, kind, owners = called_as
        owner = self._app.ref_at(number, code).owner
        # The platform calls what its classes and interfaces declare, and makes objects by their name. A library that
        # gets an interface calls all methods of it, as those that give it to scripts.
        if (
            name == "<clinit>"
            or name in self._names
            or self._platform.can_call(owner, name)
            or (name.startswith(_SETTER) and self._platform.inflates and self._handlers(_property(name)))
            or (name != "<init>" and self._native.has(owner))
            or self._made.reflection.calls_any(owner, name)
            or (kind.startswith(_OF_VIEW) and self._handlers(name))
            or any(self._app.class_of(one) is None for one in owners - {_OBJECT})
            or any(self._hierarchy.declares(one, name, kind) and self._made.is_given(one) for one in owners - {owner})
        ):
            return None
        # Renamed methods have names that many texts have.
        if len(name) > _RENAMED and self._is_loaded_for(owner, name, static=words(kind) == code.ins):
            return None
        found: list[tuple[int, CodeItem, int]] = []
        # Each constructor calls that of its superclass.
        for file, place, _ in self._places.calls(name, kind, owners - {_OBJECT}):
            caller = self._app.files[file].code_around(place, every=True)
            if caller is None or len(found) >= MAX_SITES:
                return None
            found.append((file, caller, (place - caller.begin) // 2))
        return found if found or name != "<init>" else None


def _property(setter: str) -> str:
    """The name of the property that a setter changes, as an animation in XML has it; of no property otherwise."""
    name = setter.removeprefix(_SETTER)
    return name[:1].lower() + name[1:] if name[:1].isupper() else "\0"
