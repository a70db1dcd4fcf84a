"""Classes of the app's own of which nothing makes an object: the platform cannot call their methods either.

An activity that no manifest names or that nothing starts, or a task. No conclusion where code can make objects by the
name of a class: a text or a resource with this name, native code, and whatever else can call into the app.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CONST_CLASSES, NAMES_OR_MAKES
from tieback.recognise.dataflow.unused.class_values import is_value
from tieback.recognise.dataflow.unused.unstarted import UnstartedComponents

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

MAX_SITES = 32
"""Most places that make objects of one class, and most classes below it."""
_ACTIVITY = "Landroid/app/Activity;"
_MIN_NAME = 3
"""Least letters of a name that tells classes apart: a shrinker gives shorter ones to many."""
_MIN_PART = 4
"""Least letters of a part of a name that code can join with others."""
_PLATFORM = ("Landroid/", "Landroidx/", "Ljava/", "Ljavax/", "Lkotlin/")
_BASIC = "Lanywheresoftware/b4a/BA;"
"""The runtime of B4A, which makes objects by names that it puts together."""


class UnmadeClasses:
    """Finds what can make objects of the classes of one app."""

    def __init__(self, uses: "ConstantUses", package: PackageResources | None, own: OwnPackages) -> None:
        """The code of the app, its other files, and the packages of its own classes."""
        self._uses = uses
        self._package = package if package is not None and _can_tell(uses, package) else None
        self._unstarted = UnstartedComponents(uses, self._package, own) if self._package is not None else None
        self._known: dict[str, list[tuple[int, CodeItem]] | None] = {}

    def makers(self, owner: str) -> list[tuple[int, CodeItem]] | None:
        """File and method of each place that makes an object of a class, or of one below it, or that names the class.

        Returns:
            ``None`` if other code can make one.
        """
        if owner not in self._known:
            self._known[owner] = self._find(owner)
        return self._known[owner]

    def _find(self, owner: str) -> list[tuple[int, CodeItem]] | None:
        below = self._uses.hierarchy.below(owner) if self._package is not None else None
        if below is None or len(below) > MAX_SITES or any(self._is_named(one) for one in (owner, *below)):
            return None
        found: list[tuple[int, CodeItem]] = []
        for number, code in self._sites((owner, *below)):
            if code is None or len(found) >= MAX_SITES:
                return None
            found.append((number, code))
        return found

    def _sites(self, owners: Iterable[str]) -> Iterator[tuple[int, CodeItem | None]]:
        for owner in owners:
            yield from ((number, code) for number, code, _ in making(self._uses, owner))

    def _is_named(self, owner: str) -> bool:
        """True if the class can be made by its name, or by a program that is not in the package."""
        name = owner[1:-1].rpartition("/")[2]
        if self._package is None or len(name) < _MIN_NAME or self._is_of_others(owner):
            return True
        if self._unstarted is not None and (
            self._unstarted.makes_others
            if self._uses.hierarchy.above(owner) == _ACTIVITY
            else "$" in name and self._unstarted.lists_classes
        ):
            return True
        full = owner[1:-1]
        texts = (name, full, full.replace("/", "."), *_ends(name))
        if any(self._is_loaded_outside(owner, text) for text in texts) or self._is_put_together(owner, name):
            return True
        if not self._uses.hierarchy.above(owner).startswith("Landroid/") and is_value(self._uses, owner):
            return True
        if self._package.names_class(name) and not (self._unstarted is not None and self._unstarted.has(owner)):
            return True
        package = full.removesuffix(name)
        is_joined = any(map(self._uses.callers.is_loaded, (package, package.replace("/", "."))))
        return is_joined and self._package.text_has_simple(name)

    def _is_put_together(self, owner: str, name: str) -> bool:
        """True if the app's own code finds classes by names that are not constants, and has the end or begin of this.

        ``Class.forName(packageName + "." + type + "Handler")`` finds ``CardHandler``, if a server sends ``Card``.
        """
        parts = [name[:at] for at in _inner_capitals(name)] + [name[at:] for at in _inner_capitals(name)]
        named = any(len(one) >= _MIN_PART and self._is_loaded_outside(owner, one) for one in parts)
        return named and self._unstarted is not None and self._unstarted.loads_any

    def is_named_in_full(self, owner: str) -> bool:
        """The same for a class of a library: only by its whole name, or by a package to which code can join the rest.

        A shrinker may have renamed it, and other classes log with the name of a class.
        """
        full = owner[1:-1].replace("/", ".")
        parts = full.split(".")
        packages = [".".join(parts[:count]) for count in range(1, len(parts))]
        texts = (full, *(f"{one}." for one in packages), *packages[1:])
        return (
            self._package is None
            or self._is_of_others(owner)
            or owner in self._package.components()
            or any(self._is_loaded_outside(owner, form) for one in texts for form in (one, one.replace(".", "/")))
            or self._package.text_names(parts[-1])
            or self._package.names_class(full.partition(".")[2] or full)
        )

    def _is_of_others(self, owner: str) -> bool:
        """True for a class below one that is neither of the app nor of the platform."""
        outside = [one for one in self._uses.app.ancestors(owner) if self._uses.app.class_of(one) is None]
        return any(not one.startswith(_PLATFORM) for one in outside)

    def _is_loaded_outside(self, owner: str, text: str) -> bool:
        """True if a class that is not inside of this one has a text: code that logs has the name of its class."""
        if not self._uses.callers.is_loaded(text):
            return False
        within = owner, f"{owner[:-1]}$"
        return any(not one.startswith(within) for one in self._uses.owners(text.encode("utf-8", "replace")))


def making(uses: "ConstantUses", owner: str) -> Iterator[tuple[int, CodeItem | None, int]]:
    """File, method and offset of each instruction that makes an object of a class, or has the object for the class.

    A class that only takes its own name, as for the tag of a log, makes nothing with it.
    """
    within = owner, f"{owner[:-1]}$"
    for number, dex in enumerate(uses.app.files):
        kind = uses.app.type_of(number, owner)
        for offset in uses.places.offsets(number, NAMES_OR_MAKES, kind) if kind >= 0 else ():
            code = dex.code_around(offset, every=True)
            if code is not None and not uses.places.begins(number, code, offset):
                continue
            is_name = code is not None and dex.data[offset] in CONST_CLASSES
            is_inside = is_name and uses.app.ref_at(number, code, every=True).owner.startswith(within)
            if not is_inside or uses.made_objects.is_given(owner):
                yield number, code, offset


def _ends(name: str) -> list[str]:
    """The ends of the name of a class that code can append to another name: ``_Impl``, as Room and others do.

    https://developer.android.com/reference/androidx/room/Room
    """
    return [name[at:] for at in range(1, len(name) - _MIN_NAME) if name[at] in "_$" and name[at - 1] not in "_$"]


def _inner_capitals(name: str) -> list[int]:
    """Where the words of a name begin, except the first one."""
    return [at for at in range(1, len(name)) if name[at].isupper() and name[at - 1].islower()]


def _can_tell(uses: "ConstantUses", package: PackageResources) -> bool:
    """True if the platform starts the app by components in its code, and no code of other kinds can make objects."""
    known = package.knows_components and not package.native_names_app and uses.app.class_of(_BASIC) is None
    return known and any(uses.app.class_of(one) is not None for one in package.components())
