"""Classes whose objects only ``new`` makes, so that their fields have only what instructions store in them.

Readers of JSON and databases make objects of a class and fill their fields without an instruction. They find the class
by an object for it or its arrays (``fromJson(text, Flags[].class)``), by a generic type (``Call<List<Flags>>``), by the
result of an annotated method (``@GET("/flags") Flags flags()``), by a field of another class that they fill, or by its
name. A class can also fill its own fields by reflection. One without any of these, of which the app makes objects, has
settings that code sets.
"""

from collections.abc import Callable, Iterator

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.handed_objects import MAX_CLASSES, HandedObjects
from tieback.recognise.dataflow.code.hierarchy import Hierarchy
from tieback.recognise.dataflow.code.initial_values import is_initial, values_with
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.code.reflection import CLASS, FIELD_LOOK_UPS, Reflection
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.encoded import StringId
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, CONST_CLASSES, STATIC_OBJECT_READS
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.dex.reaching import MANY, MethodFlow

_SAVED = frozenset(("Ljava/io/Serializable;", "Ljava/io/Externalizable;"))
_OF_PLATFORM = "Landroid/"
_HARMLESS = frozenset(
    ("desiredAssertionStatus", "getCanonicalName", "getClassLoader", "getName", "getPackage", "getResource",
     "getResourceAsStream", "getSimpleName", "hashCode", "toString")
)  # fmt: skip
"""Methods of ``Class`` that find no member of it."""
_CREATOR = "Landroid/os/Parcelable$Creator;"
_OF_PROCESSES = "Landroid/os/IInterface;"
_KOTLIN_CLASS, _KOTLIN_MEMBERS = (
    "Lkotlin/jvm/internal/Reflection;",
    ("Lkotlin/reflect/full/", "Lkotlin/reflect/KClass;"),
)
_ABSTRACT = 0x400
_MOST_PARTS = 32
"""Most parts of a generic type that are read to find where it ends."""


class MadeObjects:
    """Which classes of one app have only objects that its code makes."""

    def __init__(
        self,
        app: AppCode,
        places: CodePlaces,
        hierarchy: Hierarchy,
        flow: Callable[[int, CodeItem], MethodFlow | None],
    ) -> None:
        """The code of the app; ``flow`` gives the values of a method."""
        self._app, self._places, self._hierarchy, self._flow = app, places, hierarchy, flow
        self.reflection = Reflection(app, places, flow)
        self._handed = HandedObjects(app, places, hierarchy, flow)
        self._known: dict[str, bool] = {}
        self._read: dict[tuple[str, bool], bool] = {}
        self._given: dict[str, bool] = {}
        self._looked: dict[str, bool] = {}
        self._looked_into: dict[str, bool] = {}
        self._received: dict[str, bool] = {}

    def has_only(self, owner: str) -> bool:
        """True for a class of the app if only the system makes its objects, or only ``new`` in another class."""
        if owner not in self._known:
            self._known[owner] = self._is_made(owner)
        return self._known[owner]

    def is_type_argument(self, owner: str) -> bool:
        """True if a class is an argument of a generic type, as in ``Route<Screen>``, where code can find it."""
        found = ((dex, self._app.string_of(number, owner)) for number, dex in enumerate(self._app.files))
        return any(index >= 0 and _is_argument(dex, index) for dex, index in found)

    def can_be_read(self, owner: str, *, made: bool = True) -> bool:
        """True if other code can make or fill objects of a class of the app, as readers of JSON do.

        Args:
            owner: the class.
            made: false if it is known that no code of the app makes its objects or has an object for the class.
        """
        key = owner, made
        if key not in self._read:
            self._read[key] = self._may_be_read(owner, made=made)
        return self._read[key]

    def comes_from_others(self, owner: str) -> bool:
        """True if a parcel with an object of a class can come from another app: a service of another app returns it.

        https://developer.android.com/develop/background-work/services/aidl
        """
        if owner not in self._received:
            kinds = (owner, *(self._hierarchy.below(owner, MAX_CLASSES) or ()))
            self._received[owner] = any(map(self._is_received, kinds))
        return self._received[owner]

    def is_given(self, owner: str) -> bool:
        """True if code gives an object for a class to other code that can look at its members."""
        if owner not in self._given:
            self._given[owner] = any(
                self._gives(number, offset, owner)
                for number in range(len(self._app.files))
                for kind in (self._app.type_of(number, owner),)
                for offset in (self._places.offsets(number, CONST_CLASSES, kind) if kind >= 0 else ())
            )
        return self._given[owner]

    def finds_fields_of(self, owner: str) -> bool:
        """True if code looks for fields of a class by reflection: ``Flags.class.getDeclaredFields()``."""
        if owner not in self._looked:
            self._looked[owner] = self._is_found_by_name(owner) or any(
                self._finds_fields(number, offset)
                for number in range(len(self._app.files))
                for kind in (self._app.type_of(number, owner),)
                for offset in (self._places.offsets(number, CONST_CLASSES, kind) if kind >= 0 else ())
            )
        return self._looked[owner]

    def is_looked_into(self, owner: str) -> bool:
        """True if code gives an object for a class to code that looks for fields of a class.

        That is a method of a class of the app, or Kotlin's reflection (https://kotlinlang.org/docs/reflection.html).
        """
        if owner not in self._looked_into:
            self._looked_into[owner] = any(
                self._is_given_to_finder(number, offset)
                for number in range(len(self._app.files))
                for kind in (self._app.type_of(number, owner),)
                for offset in (self._places.offsets(number, CONST_CLASSES, kind) if kind >= 0 else ())
            )
        return self._looked_into[owner]

    def _is_given_to_finder(self, number: int, offset: int) -> bool:
        code = self._app.files[number].code_around(offset, every=True)
        if code is None or not self._places.begins(number, code, offset):
            return False
        flow, at = self._flow(number, code), (offset - code.begin) // 2
        if flow is None:
            return False
        owners = [self._app.ref(called).owner for called in self._called_with(number, flow, at)]
        if _KOTLIN_CLASS in owners:
            calls = (self._app.method(number, one.member) for one in flow.operations if one.opcode in CALLS)
            return any(called >= 0 and self._app.ref(called).owner.startswith(_KOTLIN_MEMBERS) for called in calls)
        return any(self.reflection.finds_fields(one) for one in owners)

    def _called_with(self, number: int, flow: MethodFlow, at: int) -> Iterator[int]:
        """The methods that get the value of an instruction."""
        for one in flow.operations:
            if one.opcode in CALLS and any(at in its or MANY in its for its in one.values):
                called = self._app.method(number, one.member)
                if called >= 0:
                    yield called

    def _finds_fields(self, number: int, offset: int) -> bool:
        code = self._app.files[number].code_around(offset, every=True)
        if code is None or not self.reflection.finds_fields_in(number, code):
            return False
        flow, at = self._flow(number, code), (offset - code.begin) // 2
        if flow is None:
            return True
        for one in flow.operations:
            called = self._app.method(number, one.member) if one.opcode in CALLS and one.values else -1
            if called >= 0 and not one.values[0].isdisjoint((at, MANY)):
                owner, name, kind = self._app.ref(called)
                if owner == CLASS and (name, kind) in FIELD_LOOK_UPS:
                    return True
        return False

    def _is_found_by_name(self, owner: str) -> bool:
        """True if a class that looks for fields loads the name of another one: ``Class.forName("com.shop.Flags")``."""
        name = owner[1:-1].replace("/", ".")
        forms = name, f".{name.rpartition('.')[2]}"
        for number, text in ((number, one) for number in range(len(self._app.files)) for one in forms):
            title = self._app.string_of(number, text)
            for site in self._places.loading(number, title) if title >= 0 else ():
                loader = self._app.ref_at(site.number, site.code, every=True).owner if site is not None else ""
                if not loader or self.reflection.finds_fields(loader):
                    return True
        return False

    def _is_made(self, owner: str) -> bool:
        found = self._app.class_of(owner)
        if found is None or self._app.files[found[0]].annotates_fields(found[1]):
            return False
        if self._hierarchy.above(owner).startswith(_OF_PLATFORM):
            return not self._fills_itself(owner)  # the system makes it, or code does
        return not self.can_be_read(owner) and self._is_created(owner) and not self.is_handed_over(owner)

    def _may_be_read(self, owner: str, *, made: bool) -> bool:
        seen = {owner}
        pending = [owner]
        for one in pending:  # grows
            if self._hierarchy.above(one).startswith(_OF_PLATFORM):
                continue  # the system makes it
            below = self._hierarchy.below(one, MAX_CLASSES)
            if below is None or len(seen) + len(below) > MAX_CLASSES:
                return True
            if any(self._is_found(kind, made=made, given=made or one != owner) for kind in (one, *below)):
                return True
            holders = {holder for kind in (one, *below) for holder in self._holders(kind)} - seen
            seen |= holders
            pending += sorted(holders)
        return len(seen) > MAX_CLASSES

    def is_handed_over(self, owner: str) -> bool:
        """True if code gives an object of a class, or of one below it, to code that can fill its fields."""
        return self._handed.has(owner)

    def _is_created(self, owner: str) -> bool:
        """True if an instruction of another class makes an object of a class or of one below it."""
        kinds = (owner, *(self._hierarchy.below(owner, MAX_CLASSES) or ()))
        within = tuple(kind[:-1] for kind in kinds)
        makers = (
            self._app.ref_at(number, self._app.files[number].code_around(offset, every=True), every=True).owner
            for number in range(len(self._app.files))
            for kind in kinds
            for offset in self._handed.makers(number, kind)
        )
        return any(maker and not maker.startswith(within) for maker in makers)

    def _is_found(self, owner: str, *, made: bool, given: bool) -> bool:
        """True if other code can find a class: an object for it, its name, a generic type, or a saved object."""
        if made and (not _SAVED.isdisjoint(self._app.ancestors(owner)) or self._fills_itself(owner)):
            return True
        if given and self.is_given(owner):
            return True
        full = owner[1:-1]
        for number, dex in enumerate(self._app.files):
            index = self._app.string_of(number, owner)
            if index >= 0 and _is_argument(dex, index):
                return True
            if self._is_array_found(number, owner) or self._is_requested(number, owner):
                return True
            names = (self._app.string_of(number, text) for text in (full, full.replace("/", ".")))
            if any(name >= 0 and (self._places.loads(number, name) or is_initial(dex, name)) for name in names):
                return True
        return False

    def _is_array_found(self, number: int, owner: str) -> bool:
        """True if code has an object for the arrays of a class, as in ``fromJson(text, Flags[].class)``."""
        kinds = (self._app.type_of(number, f"{'[' * depth}{owner}") for depth in (1, 2))
        return any(kind >= 0 and self._places.has_instruction(number, CONST_CLASSES, kind) for kind in kinds)

    def _is_requested(self, number: int, owner: str) -> bool:
        """True if an annotated method without code returns a class: a library makes what it returns of an answer.

        https://github.com/square/retrofit/blob/parent-1.9.0/README.md, https://github.com/OpenFeign/feign
        """
        dex, kind = self._app.files[number], self._app.type_of(number, owner)
        methods = dex.methods_returning(kind) if kind >= 0 else ()
        return any(dex.access(one) & _ABSTRACT and dex.is_annotated(one) for one in methods)

    def _fills_itself(self, owner: str) -> bool:
        """True if a class, or one above it in the app, looks for fields by reflection."""
        return any(map(self.reflection.finds_fields, self._app.ancestors(owner)))

    def _gives(self, number: int, offset: int, owner: str) -> bool:
        """True if the method around an offset may give an object for a class to other code.

        Not so for a method of ``Class`` that finds no member, for a lock, and for a logger that the initialiser of the
        class makes with nothing but it.
        """
        dex = self._app.files[number]
        code = dex.code_around(offset, every=True)
        if code is None or not self._places.begins(number, code, offset):
            return code is None
        flow, at = self._flow(number, code), (offset - code.begin) // 2
        if flow is None:
            return True
        is_initialiser = self._app.ref_at(number, code, every=True)[:2] == (owner, "<clinit>")
        for one in flow.operations:
            if not any(at in its or MANY in its for its in one.values):
                continue
            called = self._app.method(number, one.member) if one.opcode in CALLS else -1
            ref = self._app.ref(called) if called >= 0 else None
            alone = ref is not None and len(one.values) == 1
            harmless = ref is not None and alone and ref.owner == CLASS and ref.name in _HARMLESS
            if not harmless and not (is_initialiser and alone and ref is not None and ref.owner != CLASS):
                return True
        return False

    def _is_received(self, owner: str) -> bool:
        """True if code that speaks with other processes reads the field by which a class is made of a parcel."""
        found = self._app.class_of(owner)
        if found is None:
            return False
        dex = self._app.files[found[0]]
        for index in dex.class_data(found[1]).static_fields:
            member, field = dex.field(index), self._app.field(found[0], index)
            if member is None or dex.descriptor(member.kind) != _CREATOR or field < 0:
                continue
            for site in self._places.of_field(field, STATIC_OBJECT_READS):
                reader = self._app.ref_at(site.number, site.code, every=True).owner if site is not None else ""
                if not reader or _OF_PROCESSES in self._app.ancestors(reader):
                    return True
        return False

    def _holders(self, kind: str) -> Iterator[str]:
        """The classes with a field of a type, or of an array of it."""
        for number, dex in enumerate(self._app.files):
            for each in (self._app.type_of(number, f"{'[' * depth}{kind}") for depth in range(3)):
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
