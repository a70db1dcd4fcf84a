"""The methods that a virtual call or a call of an interface can run, with all classes of the app and its libraries."""

from functools import cached_property

import numpy as np

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.app import MAX_SUBCLASSES, AppCode
from tieback.recognise.dataflow.code.members import MethodCode, words
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.methods import platform_methods

_OBJECT = "Ljava/lang/Object;"
_PUBLIC, _INTERFACE, _ABSTRACT = 0x1, 0x200, 0x400
_OF_OBJECT = frozenset(("toString", "hashCode", "equals", "clone", "finalize"))
_WITHOUT_TEXTS = lazy_pattern(
    r"Landroid/[\w/$]*\$On\w+Listener;|Landroid/os/Parcelable;|Landroid/text/TextWatcher;|Ljava/io/(?:Closeable|Serializable);"
    r"|Ljava/lang/(?:AutoCloseable|Cloneable|Comparable|Runnable);|Ljava/util/Comparator;"
)
"""Interfaces whose methods return no text."""
_MOST_ABOVE = 32
"""As many classes above one are read."""


class Hierarchy:
    """Which classes extend or implement each other. All DEX files of the app must be known."""

    def __init__(self, app: AppCode) -> None:
        """The classes are read at the first call."""
        self._app = app
        self._below: dict[tuple[str, int], tuple[str, ...] | None] = {}
        self._targets: dict[int, tuple[MethodCode, ...]] = {}

    def below(self, descriptor: str, most: int = 0) -> tuple[str, ...] | None:
        """All classes that extend or implement a type, direct or not; ``None`` if there are more than ``most``."""
        most = most or MAX_SUBCLASSES
        key = descriptor, most
        if key not in self._below:
            self._below[key] = self._find(descriptor, most)
        return self._below[key]

    def targets(self, identity: int) -> tuple[MethodCode, ...]:
        """Every method that a call can run; empty if code that is not in the app can be run too."""
        known = self._targets.get(identity)
        if known is None:
            known = self._targets[identity] = self._resolved(identity)
        return known

    def callable_as(self, identity: int, ins: int) -> frozenset[str] | None:
        """The classes under whose names a method of the app is called; ``None`` if code outside the app can call it.

        Args:
            identity: the method.
            ins: words of its arguments, which tell whether it has a receiver.
        """
        owner, name, kind = self._app.ref(identity)
        below = self.below(owner)
        if below is None or self._has_call_sites or name in _OF_OBJECT:
            return None
        names = {owner, *below}
        for one in () if words(kind) == ins else (owner, *below):
            above = list(self._app.ancestors(one))
            outside = {one for one in above if one != _OBJECT and self._app.class_of(one) is None}
            declaring = {one for one in outside if platform_methods.can_call(one, name)}
            if len(above) >= _MOST_ABOVE or not all(map(_WITHOUT_TEXTS.fullmatch, declaring)):
                return None
            names.update({*above} - outside | declaring)
        return frozenset(names)

    def above(self, descriptor: str) -> str:
        """The first class above a class of the app that is not in the app; empty if there is none."""
        for _ in range(_MOST_ABOVE):
            if not descriptor or self._app.class_of(descriptor) is None:
                return descriptor
            descriptor = self._app.superclass(descriptor)
        return ""

    def is_public(self, kind: str) -> bool:
        """True for a class of the app that all code can use."""
        return bool(self._access(kind) & _PUBLIC)

    def declares(self, owner: str, name: str, kind: str) -> bool:
        """True for an interface of the app that declares a method."""
        found = self._app.class_of(owner) if self._access(owner) & _INTERFACE else None
        methods = self._app.files[found[0]].methods_of(self._app.type_of(found[0], owner)) if found is not None else ()
        every = (self._app.method(found[0], index) for index in methods) if found is not None else ()
        return any(one >= 0 and self._app.ref(one)[1:] == (name, kind) for one in every)

    def is_overridden(self, identity: int) -> bool:
        """True if a class below that of a method can have its own code for it."""
        ref = self._app.ref(identity)
        below = self.below(ref.owner)
        return below is None or any(self._app.implementation(identity, kind) is not None for kind in below)

    def _resolved(self, identity: int) -> tuple[MethodCode, ...]:
        owner = self._app.ref(identity).owner
        below = self.below(owner) if self._app.class_of(owner) is not None else None
        if below is None or (not below and self._app.definition(identity) is None):
            return ()
        if self._access(owner) & _INTERFACE and (self._has_call_sites or self._is_annotated(identity)):
            return ()
        found: dict[int, MethodCode] = {}
        for kind in (owner, *below):
            code = self._app.implementation(identity, kind) or self._default(identity, kind)
            if code is not None:
                found[code.identity] = code
            elif not self._has_no_code(kind):
                return ()
        return tuple(found.values())

    def _is_annotated(self, identity: int) -> bool:
        """True if an interface has an annotation at a method: a library can make objects for it."""
        found = self._app.class_of(self._app.ref(identity).owner)
        if found is None:
            return True
        dex = self._app.files[found[0]]
        methods = dex.methods_of(int(dex.classes["type"][found[1]]))
        return any(self._app.method(found[0], index) == identity and dex.is_annotated(index) for index in methods)

    def _default(self, identity: int, kind: str) -> MethodCode | None:
        """The code of an interface that a class implements."""
        codes = (self._app.implementation(identity, one) for one in self._app.ancestors(kind))
        return next((code for code in codes if code is not None), None)

    def _has_no_code(self, kind: str) -> bool:
        """True for an abstract class or an interface, if everything above it is in the app."""
        above = list(self._app.ancestors(kind))
        inside = all(one == _OBJECT or self._app.class_of(one) is not None for one in above)
        return inside and len(above) < _MOST_ABOVE and bool(self._access(kind) & (_INTERFACE | _ABSTRACT))

    def _access(self, kind: str) -> int:
        found = self._app.class_of(kind)
        return int(self._app.files[found[0]].classes["access"][found[1]]) if found is not None else 0

    def _find(self, descriptor: str, most: int) -> tuple[str, ...] | None:
        found: dict[str, None] = {}
        queue = [descriptor]
        if not all(users.is_whole for users in self._users):
            return None
        for one in queue:
            for dex, users in zip(self._app.files, self._users, strict=True):
                kind = dex.type_of(one.encode("utf-8", "replace"))
                for below in map(dex.descriptor, users.of(kind, most + 1)):
                    if below not in found:
                        found[below] = None
                        queue.append(below)
            if len(found) > most:
                return None
        return tuple(found)

    @cached_property
    def _users(self) -> "list[_Users]":
        """For each file, the types that extend or implement a type directly."""
        return list(map(_Users, self._app.files))

    @cached_property
    def _has_call_sites(self) -> bool:
        """True if an instruction makes objects of interfaces without a class."""
        return any(dex.sections.get(SectionKind.CALL_SITES) is not None for dex in self._app.files)


class _Users:
    """Which types of a file extend or implement a type directly."""

    def __init__(self, dex: DexFile) -> None:
        """Sort the pairs of a type and one above it by the latter, and those of one type by the order of classes."""
        listed = dex.listed_types(dex.classes["interfaces"])
        holders, interfaces = listed or (np.empty(0, np.int64), np.empty(0, np.uint32))
        rows = np.concatenate((np.arange(len(dex.classes)), holders))
        above = np.concatenate((dex.classes["super"], interfaces))
        order = np.lexsort((rows, above))
        self.is_whole = listed is not None
        """False if a file that no compiler makes has too many interfaces."""
        self._above, self._kinds = above[order], dex.classes["type"][rows[order]]

    def of(self, kind: int, most: int) -> list[int]:
        """The first types below a type; none for a negative index."""
        if kind < 0:
            return []
        first, end = (int(self._above.searchsorted(np.uint32(kind), side)) for side in ("left", "right"))
        return list(map(int, self._kinds[first : min(end, first + most)].tolist()))
