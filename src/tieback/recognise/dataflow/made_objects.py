"""Classes whose objects only ``new`` makes, so that their fields have only what instructions store in them.

Readers of JSON and databases make objects of a class and fill their fields without an instruction. They find the class
by an object for it (``fromJson(text, Flags.class)``), by a generic type (``Call<List<Flags>>``), by a field of another
class that they fill, or by its name. A class without any of these, of which the app makes objects, has settings that
code sets.
"""

from collections.abc import Iterator

from tieback.recognise.dataflow.app import AppCode
from tieback.recognise.dataflow.dex_tables import SectionKind
from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.encoded import StringId
from tieback.recognise.dataflow.hierarchy import Hierarchy
from tieback.recognise.dataflow.initial_values import values_with
from tieback.recognise.dataflow.operand_uses import MAX_SITES
from tieback.recognise.dataflow.places import CodePlaces

MAX_CLASSES = 64
"""Most classes that are looked at for one."""
_CONST_CLASS, _NEW_INSTANCE = frozenset((0x1C,)), frozenset((0x22,))
_SAVED = frozenset(("Ljava/io/Serializable;", "Ljava/io/Externalizable;"))
_OF_PLATFORM = "Landroid/"
_MOST_PARTS = 32
"""Most parts of a generic type that are read to find where it ends."""


class MadeObjects:
    """Which classes of one app have only objects that its code makes."""

    def __init__(self, app: AppCode, places: CodePlaces, hierarchy: Hierarchy) -> None:
        """The code of the app."""
        self._app, self._places, self._hierarchy = app, places, hierarchy
        self._known: dict[str, bool] = {}

    def has_only(self, owner: str) -> bool:
        """True for a class of the app if only the system makes its objects, or only ``new`` in another class."""
        if owner not in self._known:
            self._known[owner] = self._is_made(owner)
        return self._known[owner]

    def _is_made(self, owner: str) -> bool:
        found = self._app.class_of(owner)
        if found is None or self._app.files[found[0]].annotates_fields(found[1]):
            return False
        if self._hierarchy.above(owner).startswith(_OF_PLATFORM):
            return True  # the system makes it, or code does
        seen = {owner}
        pending = [owner]
        for one in pending:  # grows
            if self._hierarchy.above(one).startswith(_OF_PLATFORM):
                continue  # the system makes it
            below = self._hierarchy.below(one, MAX_CLASSES)
            if below is None or len(seen) + len(below) > MAX_CLASSES or any(map(self._is_found, (one, *below))):
                return False
            holders = {holder for kind in (one, *below) for holder in self._holders(kind)} - seen
            seen |= holders
            pending += sorted(holders)
        return len(seen) <= MAX_CLASSES and self._is_created(owner)

    def _is_created(self, owner: str) -> bool:
        """True if an instruction of another class makes an object of a class or of one below it."""
        kinds = (owner, *(self._hierarchy.below(owner, MAX_CLASSES) or ()))
        within = tuple(kind[:-1] for kind in kinds)
        for number in range(len(self._app.files)):
            every = (place for kind in kinds for place in self._methods_with(number, _NEW_INSTANCE, kind))
            if any(place and not place.startswith(within) for place, _ in every):
                return True
        return False

    def _methods_with(self, number: int, opcodes: frozenset[int], owner: str) -> Iterator[tuple[str, str]]:
        """Class and name of each method of a file with such an instruction for a class; empty if that is not known."""
        dex, kind = self._app.files[number], self._app.type_of(number, owner)
        for offset in self._places.offsets(number, opcodes, kind) if kind >= 0 else ():
            code = dex.code_around(offset, every=True)
            if code is not None and not self._places.begins(number, code, offset):
                continue  # only looks like an instruction
            method = dex.method_of(code, every=True) if code is not None else -1
            identity = self._app.method(number, method) if method >= 0 else -1
            yield self._app.ref(identity)[:2] if identity >= 0 else ("", "")

    def _is_found(self, owner: str) -> bool:
        """True if other code can find a class: an object for it, its name, a generic type, or a saved object."""
        if not _SAVED.isdisjoint(self._app.ancestors(owner)):
            return True
        full = owner[1:-1]
        for number, dex in enumerate(self._app.files):
            if any(place != (owner, "<clinit>") for place in self._methods_with(number, _CONST_CLASS, owner)):
                return True  # an initialiser gives its class to a logger
            index = self._app.string_of(number, owner)
            if index >= 0 and _is_argument(dex, index):
                return True
            names = (self._app.string_of(number, text) for text in (full, full.replace("/", ".")))
            if any(name >= 0 and self._places.loads(number, name) for name in names):
                return True
        return False

    def _holders(self, kind: str) -> Iterator[str]:
        """The classes with a field of a type, or of an array of it."""
        for number, dex in enumerate(self._app.files):
            for each in (self._app.type_of(number, kind), self._app.type_of(number, f"[{kind}")):
                yield from map(dex.descriptor, dex.owners_of_fields(each) if each >= 0 else ())


def _is_argument(dex: DexFile, index: int) -> bool:
    """True if a string of a file is an argument of a generic type in an annotation, as in ``Call<Flags>``.

    The annotation has the parts of the type as texts. Behind an argument more angle brackets close than open.
    """
    for count, at in enumerate(values_with(dex, SectionKind.ANNOTATIONS, index)):
        depth, place = 0, at
        for _ in range(_MOST_PARTS):
            value, place = dex.values.one(place)
            if place >= len(dex.data):
                return True  # too much was read to tell
            if not isinstance(value, StringId):
                break
            for sign in dex.string(value.string):
                depth += (sign == "<") - (sign == ">")
                if depth < 0 or count >= MAX_SITES:
                    return True
    return False
