"""The code of one app with what all questions about it share: places of instructions, callers, values and names.

Each is found when it is first needed, and then kept.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.callers import Callers
from tieback.recognise.dataflow.code.field_owners import FieldOwners
from tieback.recognise.dataflow.code.hierarchy import Hierarchy
from tieback.recognise.dataflow.code.initial_values import values_with
from tieback.recognise.dataflow.code.made_objects import MadeObjects
from tieback.recognise.dataflow.code.native_names import NativeNames
from tieback.recognise.dataflow.code.outside_calls import OutsideCalls
from tieback.recognise.dataflow.code.places import CodePlaces, Site
from tieback.recognise.dataflow.code.static_values import StaticValues
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.flow_index import FlowIndices
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.dex.reaching import MethodFlow, method_flow

PARCEL = "Landroid/os/Parcel;"
MAX_UNITS = 400_000
"""Most code units of one app that are read, more often counted in methods with many registers. The constants after that
stay back ends.
"""
_KEEP = 1_000
"""Most constants whose places are kept."""
_SMALL = frozenset("IZBSC")
_TEXT = "Ljava/lang/String;"


class KnownCode:
    """The code of one app."""

    def __init__(
        self,
        files: Sequence[DexFile],
        *,
        called: Container[int] = (),
        names: NativeNames | None = None,
        scripts: bool = False,
        handlers: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """The code of one app.

        Args:
            files: the DEX files of the app, all of them.
            called: numbers of those whose methods other code can call.
            names: names by which native code can call methods and read fields.
            scripts: true if scripts of web views can call methods without an annotation.
            handlers: tells whether a layout or menu may name a method that is called with a view of it.
        """
        self._names = names if names is not None else NativeNames()
        self.app = AppCode(files)
        self.places = CodePlaces(self.app)
        self.hierarchy = Hierarchy(self.app)
        outside = OutsideCalls(self.app, self.places, self.flow, scripts=scripts)
        self.made_objects = MadeObjects(self.app, self.places, self.hierarchy, self.flow)
        self.callers = Callers(
            self.app, self.places, self.hierarchy, outside, self._names, called, handlers, self.made_objects
        )
        self.packages: frozenset[str] = frozenset()
        """The names that the manifests give the app, if they are known."""
        self.flows: dict[tuple[int, int], MethodFlow | None] = {}
        """The values of the methods that were read, by file and offset; ``None`` for one that is not read."""
        self._cut: Callable[[int, CodeItem], MethodFlow | None] | None = None
        self._values = StaticValues(self.app)
        self._owners = FieldOwners(self.app, self.places, self.hierarchy, self.made_objects, self._names.texts)
        self.is_single = self._owners.is_single
        self.indices = FlowIndices()
        self._left = MAX_UNITS
        self._units: dict[tuple[int, int], list[int]] = {}
        self._places_of: dict[bytes, tuple[tuple[int, int], ...]] = {}
        """The places of constants that were looked up: several questions about one follow each other."""

    def file(self, number: int) -> DexFile:
        """A file."""
        return self.app.files[number]

    def string(self, number: int, index: int) -> str:
        """A string of a file."""
        return self.app.files[number].string(index)

    def method_names(self, number: int, index: int) -> tuple[str, str, str]:
        """Class, name and types of a method."""
        identity = self.app.method(number, index)
        if identity < 0:
            return "", "", ""
        ref = self.app.ref(identity)
        return ref.owner, ref.name, ref.kind

    def is_app(self, name: str) -> bool:
        """True if a name is that of the app. Without a manifest, a class in the package or below it is a sign."""
        if self.packages:
            return name in self.packages
        start = f"L{name.replace('.', '/')}/".encode("utf-8", "surrogatepass")
        return any(
            index < len(dex.strings) and dex.raw(index).startswith(start)
            for dex in self.app.files
            for index in (dex.first_from(start),)
        )

    def places_of(self, raw: bytes) -> Sequence[tuple[int, int]]:
        """Number and index of a constant in each file that has it."""
        known = self._places_of.get(raw)
        if known is None:
            if len(self._places_of) >= _KEEP:
                self._places_of.clear()
            found = [(number, dex.string_of(raw)) for number, dex in enumerate(self.app.files)]
            known = self._places_of[raw] = tuple((number, index) for number, index in found if index >= 0)
        return known

    def loads(self, places: Iterable[tuple[int, int]]) -> Iterator[Site | None]:
        """Each instruction that loads a string; ``None`` if it may also be an initial value, or if not all are known.

        Args:
            places: number of a file and index of the string in it.
        """
        for number, index in places:
            if self.is_value(number, index):
                yield None
            yield from self.places.loading(number, index)

    def is_loaded(self, raw: bytes) -> bool:
        """True if an instruction loads a string; else it is only an initial value or in an annotation."""
        return any(self.places.strings(*place) for place in self.places_of(raw))

    def is_value(self, number: int, index: int) -> bool:
        """True if a string may be an initial value or in an annotation, where no instruction loads it."""
        dex = self.app.files[number]
        kinds = (SectionKind.ANNOTATIONS, SectionKind.ENCODED_ARRAYS)
        return any(True for kind in kinds for _ in values_with(dex, kind, index))

    def owners(self, raw: bytes, *, annotated: bool = True) -> Iterator[str]:
        """Descriptors of all classes with a constant; empty ones where that is not known.

        Args:
            raw: the constant.
            annotated: give an empty one also if an annotation has it.
        """
        for number, index in self.places_of(raw):
            dex, places = self.app.files[number], self.places.strings(number, index)
            if len(places) >= MAX_SITES or (
                annotated and any(True for _ in values_with(dex, SectionKind.ANNOTATIONS, index))
            ):
                yield ""
            for place in places:
                code = dex.code_around(place, every=True)
                if code is not None and not self.places.begins(number, code, place):
                    continue  # only looks like an instruction
                yield self.app.ref_at(number, code, every=True).owner
            for row in self._values.rows(number, values_with(dex, SectionKind.ENCODED_ARRAYS, index)):
                yield dex.descriptor(int(dex.classes["type"][row])) if row >= 0 else ""

    def flow(self, number: int, code: CodeItem) -> MethodFlow | None:
        """The values of a method; ``None`` if it is not read."""
        if self._cut is not None:
            return self._cut(number, code)
        key = number, code.offset
        if key not in self.flows:
            self._left -= code.units * (1 + code.registers // 32)
            self.flows[key] = method_flow(self.app.files[number], code) if self._left > 0 else None
        return self.flows[key]

    def units(self, number: int, code: CodeItem) -> list[int]:
        """The code units of a method."""
        key = number, code.offset
        if key not in self._units:
            self._units[key] = self.app.files[number].units(code)
        return self._units[key]

    def initial_number(self, field: int, *, static: bool) -> int | None:
        """The initial value of a field of the app with a small number, a truth value or an object of the app.

        0 for no object. ``None`` if it is not known, or if native code can store in the field by its name.
        """
        ref = self.app.ref(field)
        found = self.app.class_of(ref.owner)
        refers = ref.kind not in _SMALL
        if found is None or (refers and self.app.class_of(ref.kind) is None):
            return None
        if ref.name in self._names or self._owners.is_reflected(ref.owner):
            return None
        if not static:
            return 0
        return self._values.number(field, *found) if not refers else 0 if self._values.is_unset(field, *found) else None

    def initial_text(self, field: int, *, static: bool) -> tuple[bool, str | None]:
        """Whether the initial value of a text of the app is known, and the text; ``None`` if it is not set."""
        ref = self.app.ref(field)
        found = self.app.class_of(ref.owner)
        if found is None or ref.kind != _TEXT or ref.name in self._names or self._owners.is_reflected(ref.owner):
            return False, None
        return self._values.text(field, *found) if static else (True, None)

    def reads_parcel(self, number: int, code: CodeItem, owner: str) -> bool:
        """True for a method that makes an object of a class again which the app wrote to a parcel.

        https://developer.android.com/reference/android/os/Parcelable
        """
        reads = self.app.ref_at(number, code).kind.startswith(f"({PARCEL}")
        return reads and not self.made_objects.comes_from_others(owner)
