"""Constants in methods of the app's own classes that nothing in the app calls.

A library is different: its methods count even if this app calls none of them, because that says what it can contact.
"""

from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.members import words
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.retrofit import RetrofitPath, paths
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import INSTANCE_READS, STATIC_READS
from tieback.recognise.dataflow.dex.reaching import IPUT, MANY, SPUT
from tieback.recognise.dataflow.unused.missing_classes import MissingClasses
from tieback.recognise.dataflow.unused.unmade import UnmadeClasses

if TYPE_CHECKING:
    from tieback.recognise.dataflow.code.package_resources import PackageResources
    from tieback.recognise.dataflow.ends.uses import ConstantUses

UNUSED = "only in code of the app that nothing calls"
_MOST_METHODS = 64
"""Most methods that are looked at for one constant on one way."""
_MOST_LOOKS = 256
"""Most methods that are looked at for one constant, each as often as ways lead to it."""
_OBJECT = "Ljava/lang/Object;"
_MOST_READS = 64
_MOST_CALLS = 63
"""Most calls of one request that are looked at; the places give one more at most."""


class UncalledCode:
    """Finds the constants of one app that only such methods load."""

    def __init__(self, uses: "ConstantUses", own: OwnPackages, package: "PackageResources | None" = None) -> None:
        """The code of the app.

        Args:
            uses: the code.
            own: the packages of its own classes.
            package: its other files; without them, the platform can call what it declares.
        """
        self._uses = uses
        self._unmade = UnmadeClasses(uses, package, own)
        self._loaders = MissingClasses(uses.app, uses.places, package, own, at_start=True)
        self._package = package
        self._paths: dict[int, list[RetrofitPath]] = {}
        self._own = own
        self._left = 0

    def reason(self, raw: bytes) -> str:
        """``UNUSED`` for a constant that only uncalled methods load; else empty.

        Args:
            raw: the MUTF-8 bytes of the whole constant.
        """
        if not self._own or self._loaders.has_own_loader:
            return ""
        self._left = _MOST_LOOKS
        loaded = False
        for number, index in self._uses.places_of(raw):
            requests = [one.method for one in self._requests(number) if one.string == index]
            fields = self._uses.read_fields(number, index, in_annotations=bool(requests))
            if not all(self._is_unsent(number, method) for method in requests):
                return ""
            loaded |= bool(requests)
            if fields is None or not all(map(self._is_field_unused, fields)):
                return ""
            loaded |= bool(fields)
            for load in self._uses.places.loading(number, index):
                if load is None or not self._is_unused(number, load.code, load.at):
                    return ""
                loaded = True
        return UNUSED if loaded else ""

    def reason_of_result(self, number: int, code: CodeItem, at: int | None = None) -> str:
        """The same for what a call in a method gives: by the unit of the call also if the method only keeps it."""
        if not self._own or self._loaders.has_own_loader:
            return ""
        self._left = _MOST_LOOKS
        is_unused = self._never_called(number, code, set()) if at is None else self._is_unused(number, code, at)
        return UNUSED if is_unused else ""

    def _requests(self, number: int) -> list[RetrofitPath]:
        """The requests of the interfaces for Retrofit in one file."""
        if number not in self._paths:
            self._paths[number] = paths(self._uses.file(number))
        return self._paths[number]

    def reason_of_request(self, number: int, method: int) -> str:
        """``UNUSED`` for a request in an interface for Retrofit that only uncalled methods send; else empty.

        Args:
            number: of the file.
            method: index of the method of the interface.
        """
        if not self._own or self._loaders.has_own_loader:
            return ""
        self._left = _MOST_LOOKS
        return UNUSED if self._is_unsent(number, method) else ""

    def _is_unsent(self, number: int, method: int) -> bool:
        """True for a request of the app's own that only uncalled methods send: Retrofit has the code behind it."""
        owner, name, kind = self._uses.method_names(number, method)
        if not owner or not self._own.have(owner) or self._uses.callers.can_name(number, owner, name, static=False):
            return False
        owners = self._uses.hierarchy.callable_as(self._uses.app.method(number, method), words(kind) + 1)
        if owners is None:
            return False
        seen: set[tuple[int, int]] = set()
        for count, (file, place, _) in enumerate(self._uses.places.calls(name, kind, owners)):
            code = self._uses.file(file).code_around(place, every=True)
            if code is None or count >= _MOST_CALLS:
                return False
            if self._uses.places.begins(file, code, place) and not self._never_called(file, code, seen):
                return False
        return not any(self._is_of_component(*one) for one in seen)

    def _is_of_component(self, number: int, offset: int) -> bool:
        """True for a method by which the system calls a declared component, even if nothing starts that."""
        code = self._uses.file(number).code(offset)
        if code is None or self._package is None or self._uses.callers.of(number, code) is not None:
            return False
        return self._uses.app.ref_at(number, code).owner in self._package.components()

    def _is_unused(self, number: int, code: CodeItem, at: int) -> bool:
        is_initialiser = self._uses.app.ref_at(number, code).name == "<clinit>"
        return (not is_initialiser and self._never_called(number, code, set())) or self._is_kept_unused(
            number, code, at
        )

    def _is_kept_unused(self, number: int, code: CodeItem, at: int) -> bool:
        """True if a method only puts a text into fields that nothing but uncalled methods reads."""
        owner = self._uses.app.ref_at(number, code).owner
        flow = self._uses.flow(number, code) if self._own.have(owner) else None
        if flow is None:
            return False
        having = self._uses.indices.of(flow).having
        if MANY in having:
            return False
        stores = having.get(at, ())
        if not stores or any(one.opcode not in (SPUT, IPUT) or at not in one.values[0] for one in stores):
            return False
        return all(
            self._is_field_unused(
                self._uses.app.field(number, one.member), STATIC_READS if one.opcode == SPUT else INSTANCE_READS
            )
            for one in stores
        )

    def _is_field_unused(self, field: int, reads: frozenset[int] = STATIC_READS) -> bool:
        sites = list(self._uses.places.of_field(field, reads, _MOST_READS)) if field >= 0 else [None]
        seen: set[tuple[int, int]] = set()
        # Without a reader, its name can be read in another way.
        return bool(sites) and all(
            site is not None and self._never_called(site.number, site.code, seen) for site in sites
        )

    def _never_called(self, number: int, code: CodeItem, seen: set[tuple[int, int]]) -> bool:
        """True for a method of the app's own classes that only such methods call, or none."""
        key = number, code.offset
        if key in seen:
            return True  # they call each other
        self._left -= 1
        if len(seen) >= _MOST_METHODS or self._left < 0:
            return False
        seen.add(key)
        owner, name, kind = self._uses.app.ref_at(number, code)
        if not owner or not self._own.have(owner) or self._is_bound(owner):
            return False
        if self._uses.made_objects.reflection.calls_any(owner, name, near=True):
            return False
        if name == "<init>" and self._unmade.makers(owner) is None:
            return False  # the system, or other code that has the name of the class, also calls it
        callers = self._uses.callers.of(number, code)
        has_object = words(kind) != code.ins
        if callers is not None:
            known = set(seen)
            if all(self._never_called(file, caller, known) for file, caller, _ in callers):
                seen |= known
                return True
            if not has_object or not self._is_of_interface(number, code, owner):
                return False
        # Only what has an object can be called on it.
        makers = self._unmade.makers(owner) if has_object else None
        if makers is None or not all(self._never_called(file, maker, seen) for file, maker in makers):
            return False
        return not self._uses.made_objects.can_be_read(owner, made=False)

    def _is_bound(self, owner: str) -> bool:
        """True if a script can bind a class by its name, and call any method of it."""
        return self._package is not None and self._package.text_names(owner[1:-1].rpartition("/")[2])

    def _is_of_interface(self, number: int, code: CodeItem, owner: str) -> bool:
        """True if other code calls a method as that of another class or interface, with objects of any class."""
        called_as = self._uses.callers.called_as(number, code)
        return called_as is not None and bool(called_as.owners - {owner, _OBJECT})
