"""Library calls and sinks of one DEX file, by method index."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from functools import cached_property

from tieback.recognise.dataflow.code.members import is_wide, split_types
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.type_index import Names
from tieback.recognise.dataflow.methods.library import (
    ANY_OWNER,
    BUILDERS,
    JOINER,
    LIBRARY,
    LISTS,
    MAPS,
    PAIRS,
    LibraryEffect,
    makes,
)
from tieback.recognise.dataflow.methods.sinks import Sink, by_owner
from tieback.recognise.dataflow.walk.shapes import renamed

_MAX_CALL_SITES = 10_000
_PROPERTIES = "Ljava/util/Properties;"
_CONTAINERS = frozenset((*LISTS, *MAPS, *PAIRS, JOINER))


class KnownCalls:
    """Names of the classes and methods that a walk understands, sorted for look-ups in any DEX file."""

    def __init__(self, sinks: Iterable[Sink]) -> None:
        self._sinks = by_owner(sinks)
        self.effects: dict[str, dict[tuple[str, str], LibraryEffect]] = {}
        """Effects of library methods by class, and by name and parameters."""
        for call, effect in LIBRARY.items():
            self.effects.setdefault(call.owner, {})[call.name, call.parameters] = effect
        self.carriers = frozenset(owner for owner, its in self._sinks.items() if any(sink.gives for sink in its))
        """Classes of objects that contain parts of an endpoint."""
        self.put = next((sink for sink in self._sinks.get(_PROPERTIES, ()) if sink.method == "put"), None)
        """The call that sets a property."""
        owners = sorted(self._sinks, key=str.encode)
        self._names = {owner: {sink.method.encode() for sink in self._sinks[owner]} for owner in owners}
        self._owners = Names(map(str.encode, owners))

    def resolve(self, dex: DexFile) -> "CallTable":
        """The known calls that occur in a DEX file."""
        found = CallTable(dex, self)
        for owner, kind in zip(self._names, dex.types_named(self._owners), strict=True):
            if kind >= 0:
                self._add_sinks(dex, kind, owner, found)
        for one in renamed(dex):
            for sink in self._sinks.get(one.owner, ()):
                if sink.method == one.method and sink.fits(one.parameters):
                    found.sinks.setdefault(one.method_index, sink)
                    if sink.gives:
                        found.renamed_carriers.add(one.kind)
                    break
        return found

    def _add_sinks(self, dex: DexFile, kind: int, owner: str, found: "CallTable") -> None:
        names = self._names[owner]
        methods = dex.methods_of(kind)
        last, raw = -1, b""
        for index, title in zip(methods, dex.names_of(methods), strict=True):
            if title != last:  # methods of one name are next to each other
                last, raw = title, dex.raw(title)
            member = dex.method(index) if raw in names else None
            if member is None:
                continue
            name, parameters = raw.decode(), dex.parameters(member.kind)
            for sink in self._sinks[owner]:
                if sink.method == name and sink.fits(parameters):
                    found.sinks[index] = sink
                    break


class CreatedKind(Enum):
    """What a walk knows of a new object of a class of a library."""

    BUILDER = auto()
    """A builder of a text."""
    CARRIER = auto()
    """It contains parts of an endpoint."""
    CONTAINER = auto()
    """A list, map or pair."""


class CallTable:
    """Meaning of the calls in one DEX file, by method index."""

    def __init__(self, dex: DexFile, known: KnownCalls) -> None:
        self._dex = dex
        self._known = known
        self.sinks: dict[int, Sink] = {}
        self.renamed_carriers: set[int] = set()
        """Types of renamed classes that contain parts of an endpoint."""
        self.inert: set[int] = set()
        """Methods that change only the objects that they get; a walk finds them."""
        self._effects: dict[int, LibraryEffect | None] = {}
        self._created: dict[int, CreatedKind | None] = {}
        self._wide: dict[int, tuple[bool, ...]] = {}

    def effect(self, index: int) -> LibraryEffect | None:
        """Effect of a library method."""
        try:
            return self._effects[index]
        except KeyError:
            member = self._dex.method(index)
            its = self._known.effects.get(self._dex.descriptor(member.owner)) if member is not None else None
            self._effects[index] = (
                its.get((self._dex.string(member.name), self._dex.parameters(member.kind)))
                if its is not None and member is not None
                else None
            )
            return self._effects[index]

    @property
    def put(self) -> Sink | None:
        """The call that sets a property, as of a map."""
        return self._known.put

    def completes(self, index: int) -> bool:
        """True for a method that assembles a text or an endpoint."""
        effect = self.effect(index)
        return index in self.sinks or (effect is not None and makes(effect))

    def created(self, kind: int) -> CreatedKind | None:
        """What is known of a new object of a type."""
        if kind not in self._created:
            descriptor = self._dex.descriptor(kind)
            found = None
            if descriptor in BUILDERS:
                found = CreatedKind.BUILDER
            elif descriptor in self._known.carriers or kind in self.renamed_carriers:
                found = CreatedKind.CARRIER
            elif descriptor in _CONTAINERS:
                found = CreatedKind.CONTAINER
            self._created[kind] = found
        return self._created[kind]

    def inherited(self, index: int, name: int) -> LibraryEffect | None:
        """Effect of a method that a class of the app inherits from the platform; with the string index of its name."""
        if name not in self._inheritable:
            return None
        member = self._dex.method(index)
        if member is None:
            return None
        kinds = f"({self._dex.parameters(member.kind)}){self._dex.result(member.kind)}"
        return ANY_OWNER.get((self._dex.string(name), kinds))

    @cached_property
    def _inheritable(self) -> frozenset[int]:
        return frozenset(self._dex.string_of(name.encode()) for name, _ in ANY_OWNER)

    @property
    def fetching(self) -> Sequence[int]:
        """Methods that are a reason to walk their caller if it is code of the app itself."""
        return [
            index
            for index, sink in self.sinks.items()
            if not sink.seeds and (sink.fetches or (sink.emits and sink.roles))
        ]

    @property
    def seeding(self) -> Sequence[int]:
        """Methods that are a reason to walk their caller."""
        return [index for index, sink in self.sinks.items() if sink.seeds]

    @cached_property
    def call_sites(self) -> dict[int, tuple[int, tuple[encoded.Encoded, ...]]]:
        """Recipe's string index and constants of each ``makeConcatWithConstants``; -1 for a plain ``makeConcat``."""
        section = self._dex.sections.get(SectionKind.CALL_SITES)
        found: dict[int, tuple[int, tuple[encoded.Encoded, ...]]] = {}
        if section is None:
            return found
        data = self._dex.data
        for index in range(min(section.items, _MAX_CALL_SITES)):
            place = section.begin + 4 * index
            if place + 4 > len(data):
                break
            values, _ = self._dex.values.array(int.from_bytes(data[place : place + 4], "little"))
            name = values[1] if len(values) > 2 else None
            if not isinstance(name, encoded.StringId):
                continue
            match self._dex.string(name.string), values[3:]:
                case "makeConcatWithConstants", (encoded.StringId() as recipe, *constants):
                    found[index] = recipe.string, tuple(constants)
                case "makeConcat", _:
                    found[index] = -1, ()
        return found

    def wide(self, method: int) -> tuple[bool, ...]:
        """For each parameter of a method, True if it takes two registers."""
        known = self._wide.get(method)
        if known is None:
            member = self._dex.method(method)
            known = self._wide[method] = tuple(
                map(is_wide, split_types(self._dex.parameters(member.kind)) if member else ())
            )
        return known
