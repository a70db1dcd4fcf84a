"""Classes, methods and fields of all DEX files of an app together, found by name; nothing is decoded in advance.

Every file refers to a method of another file by an index of its own. Here a method or field has one identity in the
whole app: a small number that is assigned when it is first met.
"""

from collections.abc import Iterator, Mapping, Sequence

from tieback.recognise.dataflow.code.members import MemberRef, MethodCode
from tieback.recognise.dataflow.code.own_classes import OwnClasses
from tieback.recognise.dataflow.dex.dex_tables import DexMember
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.libraries import ALL
from tieback.recognise.dataflow.methods.library import CALLED_BY

MAX_SUBCLASSES = 16
"""Most classes that implement a method."""
_NO_MEMBER = MemberRef("", "", "")
_MAX_ANCESTORS = 32


class AppCode:
    """The DEX files of one app. The first definition of a class counts, as on a device."""

    def __init__(self, files: Sequence[DexFile]) -> None:
        self.files = tuple(files)
        self.searched = 0
        """Code units and classes that were searched so far."""
        self._refs: list[MemberRef] = []
        self._identities: dict[MemberRef, int] = {}
        self._methods: dict[tuple[int, int], int] = {}
        self._fields: dict[tuple[int, int], int] = {}
        self._classes: dict[str, tuple[int, int] | None] = {}
        self._declared: dict[tuple[int, int], dict[tuple[str, str], tuple[int, CodeItem]]] = {}
        self._titled: dict[tuple[int, int], dict[int, list[tuple[int, int]]]] = {}
        self._declared_fields: dict[tuple[int, int], frozenset[tuple[str, str]]] = {}
        self._targets: dict[tuple[int, tuple[str, ...]], list[MethodCode]] = {}
        self._own: dict[str, bool] = {}
        self._own_types: dict[tuple[int, int], bool] = {}
        self._definitions: dict[int, MethodCode | None] = {}
        self._subclasses: dict[str, tuple[str, ...]] = {}
        self._own_classes = [OwnClasses(file) for file in self.files]
        self._indices: dict[int, tuple[tuple[int, int], ...]] = {}
        self._fields_of: dict[str, list[tuple[int, Mapping[int, Sequence[int]]]]] = {}
        self._strings: list[dict[str, int]] = [{} for _ in self.files]
        self._types: list[dict[str, int]] = [{} for _ in self.files]
        """Index of strings and types by file, as far as they were needed."""

    # Names

    def identity(self, ref: MemberRef) -> int:
        """The identity of a method or field."""
        known = self._identities.get(ref)
        if known is None:
            known = self._identities[ref] = len(self._refs)
            self._refs.append(ref)
        return known

    def ref(self, identity: int) -> MemberRef:
        """Names of an identity."""
        return self._refs[identity]

    def method(self, file: int, index: int) -> int:
        """Identity of a method by its index in a file; -1 if there is none."""
        known = self._methods.get((file, index))
        if known is None:
            dex = self.files[file]
            member = dex.method(index)
            known = -1
            if member is not None:
                ref = _method_ref(dex, member)
                self._types[file][ref.owner], self._strings[file][ref.name] = member.owner, member.name
                known = self.identity(ref)
            self._methods[file, index] = known
        return known

    def field(self, file: int, index: int) -> int:
        """Identity of a field by its index in a file, under the class that declares it; -1 if there is none."""
        known = self._fields.get((file, index))
        if known is None:
            dex = self.files[file]
            member = dex.field(index)
            known = -1
            if member is not None:
                name, kind = dex.string(member.name), dex.descriptor(member.kind)
                owner = dex.descriptor(member.owner)
                self._types[file][owner], self._strings[file][name] = member.owner, member.name
                if self._has_superclass(file, member.owner):
                    owner = self._declarer(owner, name, kind)
                known = self.identity(MemberRef(owner, name, kind))
            self._fields[file, index] = known
        return known

    def string_of(self, file: int, text: str) -> int:
        """Index of a string in a file; -1 if it is not there."""
        known = self._strings[file].get(text)
        if known is None:
            known = self._strings[file][text] = self.files[file].string_of(text.encode("utf-8", "replace"))
        return known

    def type_of(self, file: int, descriptor: str) -> int:
        """Index of a type in a file; -1 if it is not there."""
        known = self._types[file].get(descriptor)
        if known is None:
            known = self._types[file][descriptor] = self.files[file].type_of(descriptor.encode("utf-8", "replace"))
        return known

    def _has_superclass(self, file: int, kind: int) -> bool:
        """True if a class above a type is in the app too, or is not known to be elsewhere."""
        dex = self.files[file]
        row = dex.class_row(kind)
        if row < 0 or len(self.files) > 1:
            return len(self.files) > 1
        return dex.class_row(dex.superclass(row)) >= 0 or bool(dex.classes["interfaces"][row])

    def _declarer(self, owner: str, name: str, kind: str) -> str:
        """The class, superclass or interface that declares a field."""
        for above in self.ancestors(owner):
            found = self.class_of(above)
            if found is not None and (name, kind) in self._own_fields(*found):
                return above
        return owner

    def _own_fields(self, file: int, row: int) -> frozenset[tuple[str, str]]:
        known = self._declared_fields.get((file, row))
        if known is None:
            dex = self.files[file]
            data = dex.class_data(row)
            members = [dex.field(index) for index in (*data.static_fields, *data.instance_fields)]
            known = frozenset((dex.string(one.name), dex.descriptor(one.kind)) for one in members if one is not None)
            self._declared_fields[file, row] = known
        return known

    # Classes

    def class_of(self, descriptor: str) -> tuple[int, int] | None:
        """Number of the file and row of the class that defines a type; ``None`` for a class of the platform."""
        if descriptor not in self._classes:
            found = None
            for number, dex in enumerate(self.files if descriptor.startswith("L") else ()):
                row = dex.class_row(self.type_of(number, descriptor))
                if row >= 0:
                    found = number, row
                    break
            self._classes[descriptor] = found
        return self._classes[descriptor]

    def is_own(self, descriptor: str) -> bool:
        """True for a class of the app that is no known library."""
        known = self._own.get(descriptor)
        if known is None:
            known = not ALL.hold(descriptor) and self.class_of(descriptor) is not None
            self._own[descriptor] = known
        return known

    def is_own_type(self, file: int, kind: int) -> bool:
        """``is_own`` for a type index of a file."""
        known = self._own_types.get((file, kind))
        if known is None:
            dex = self.files[file]
            known = dex.class_row(kind) >= 0 and not dex.types_of(ALL)[kind]
            if not known and len(self.files) > 1:
                known = self.is_own(dex.descriptor(kind))
            self._own_types[file, kind] = known
        return known

    def superclass(self, descriptor: str) -> str:
        """Descriptor of the superclass; empty if it is unknown."""
        found = self.class_of(descriptor)
        if found is None:
            return ""
        dex = self.files[found[0]]
        return dex.descriptor(dex.superclass(found[1]))

    def ancestors(self, descriptor: str) -> Iterator[str]:
        """A class, its superclasses and all their interfaces; at most some tens."""
        queue, seen = [descriptor], {descriptor}
        while queue and len(seen) <= _MAX_ANCESTORS:
            one = queue.pop(0)
            yield one
            found = self.class_of(one)
            if found is None:
                continue
            dex, row = self.files[found[0]], found[1]
            above = [self.superclass(one), *map(dex.descriptor, dex.interfaces(row))]
            queue += [kind for kind in above if kind and kind not in seen]
            seen.update(above)

    def subclasses(self, descriptor: str) -> tuple[str, ...]:
        """Classes of the app itself that extend or implement a type, direct or not; at most ``MAX_SUBCLASSES``."""
        known = self._subclasses.get(descriptor)
        if known is None:
            found: dict[str, None] = {}
            queue = [descriptor]
            while queue and len(found) < MAX_SUBCLASSES:
                for one in self._direct(queue.pop(0)):
                    if one not in found and len(found) < MAX_SUBCLASSES:
                        found[one] = None
                        queue.append(one)
            known = self._subclasses[descriptor] = tuple(found)
        return known

    def is_extended(self, descriptor: str) -> bool:
        """True if a class of the app, or of a library in it, extends this class directly."""
        kinds = [self.type_of(number, descriptor) for number in range(len(self.files))]
        return any(
            kind >= 0 and bool((dex.classes["super"] == kind).any())
            for kind, dex in zip(kinds, self.files, strict=True)
        )

    def _direct(self, descriptor: str) -> Iterator[str]:
        for number, (dex, classes) in enumerate(zip(self.files, self._own_classes, strict=True)):
            kind = self.type_of(number, descriptor)
            for below in classes.below(kind)[: MAX_SUBCLASSES + 1] if kind >= 0 else ():
                yield dex.descriptor(below)

    # Methods

    def definition(self, identity: int) -> MethodCode | None:
        """The code that a call of a method runs, if its receiver has the class of the call."""
        if identity not in self._definitions:
            ref = self._refs[identity]
            self._definitions[identity] = self._find(ref) if ref.kind.startswith("(") else None
        return self._definitions[identity]

    def definition_in(self, number: int, identity: int) -> MethodCode | None:
        """``definition`` for a call in one file: of its own class, if another package in the app has a class of
        the same name, such as the app for a watch.
        """
        ref = self._refs[identity]
        row = self.files[number].class_row(self.type_of(number, ref.owner)) if len(self.files) > 1 else -1
        if row < 0 or self.class_of(ref.owner) == (number, row):
            return self.definition(identity)
        found = self._declared_method(number, row, ref.name, ref.kind)
        return MethodCode(self.method(number, found[0]), number, found[1]) if found is not None else None

    def implementation(self, identity: int, kind: str) -> MethodCode | None:
        """The code that a call runs, if its receiver has this class."""
        ref = self._refs[identity]
        return self.definition(self.identity(MemberRef(kind, ref.name, ref.kind)))

    def targets(self, identity: int, kinds: tuple[str, ...] = ()) -> list[MethodCode]:
        """The methods of the app itself that a virtual call can run.

        Args:
            identity: the method of the call.
            kinds: classes of the receiver, if they are known.
        """
        known = self._targets.get((identity, kinds))
        if known is None:
            owner = self._refs[identity].owner
            every: list[MethodCode | None] = [self.implementation(identity, kind) for kind in kinds]
            if not kinds and self.is_own(owner):
                below = (self.implementation(identity, kind) for kind in self.subclasses(owner))
                every = [self.definition(identity), *below]
            distinct = dict.fromkeys(one for one in every if one is not None)
            known = [one for one in distinct if self.is_own(self._refs[one.identity].owner)]
            self._targets[identity, kinds] = known
        return known

    def declared_by(self, kind: str, name: str, types: str) -> MethodCode | None:
        """The method of a class or its superclasses with this name and types."""
        return self.definition(self.identity(MemberRef(kind, name, types)))

    def _find(self, ref: MemberRef) -> MethodCode | None:
        kind = ref.owner
        for _ in range(_MAX_ANCESTORS):
            found = self.class_of(kind)
            if found is None:
                return None
            declared = self._declared_method(*found, ref.name, ref.kind)
            if declared is not None:
                index, code = declared
                return MethodCode(self.method(found[0], index), found[0], code)
            kind = self.superclass(kind)
        return None

    def _declared_method(self, file: int, row: int, name: str, kind: str) -> tuple[int, CodeItem] | None:
        """Index and code of one method of a class. Names that are not plain can have several forms in a file."""
        if (file, row) in self._declared or not (name.isascii() and name.isprintable()):
            return self.declared(file, row).get((name, kind))
        dex, title, found = self.files[file], self.string_of(file, name), None
        for offset, index in self._methods_titled(file, row).get(title, ()) if title >= 0 else ():
            member, code = dex.method(index), dex.code(offset)
            if member is not None and code is not None and _types(dex, member) == kind:
                found = index, code
        return found

    def _methods_titled(self, file: int, row: int) -> Mapping[int, Sequence[tuple[int, int]]]:
        """Offset of the code and index of each method that a class declares, by the string index of its name."""
        known = self._titled.get((file, row))
        if known is None:
            known = self._titled[file, row] = {}
            dex = self.files[file]
            for offset, index in dex.class_data(row).methods.items():
                known.setdefault(dex.method_title(index), []).append((offset, index))
        return known

    def declared(self, file: int, row: int) -> dict[tuple[str, str], tuple[int, CodeItem]]:
        """Methods with code of a class, by name and types: their index and code."""
        known = self._declared.get((file, row))
        if known is None:
            dex = self.files[file]
            known = self._declared[file, row] = {}
            for offset, index in dex.class_data(row).methods.items():
                code, member = dex.code(offset), dex.method(index)
                if code is not None and member is not None:
                    ref = _method_ref(dex, member)
                    known[ref.name, ref.kind] = index, code
        return known

    def method_at(self, file: int, code: CodeItem) -> MethodCode | None:
        """The method with this code; ``None`` if no class declares it."""
        index = self.files[file].method_of(code)
        return MethodCode(self.method(file, index), file, code) if index >= 0 else None

    def ref_at(self, file: int, code: CodeItem | None, *, every: bool = False) -> MemberRef:
        """The names of the method with this code; empty ones if no class declares it.

        Args:
            file: number of the DEX file.
            code: the code; ``None`` for no method.
            every: also look in the classes of libraries that contact no host.
        """
        index = self.files[file].method_of(code, every=every) if code is not None else -1
        identity = self.method(file, index)
        return self.ref(identity) if identity >= 0 else _NO_MEMBER

    # References

    def method_places(self, identity: int) -> Sequence[tuple[int, int]]:
        """Number of the file and index of each method reference that can run this method."""
        known = self._indices.get(identity)
        if known is None:
            ref = self._refs[identity]
            owners = [ref.owner]
            if not ref.name.startswith("<"):
                # In a fixed order: walks stop at a limit, so that the order decides what is found.
                owners = list(dict.fromkeys((ref.owner, *self.ancestors(ref.owner), *self.subclasses(ref.owner))))
            found = []
            for number, dex in enumerate(self.files):
                kinds = [kind for kind in (self.type_of(number, owner) for owner in owners) if kind >= 0]
                name = self.string_of(number, ref.name) if kinds else -1
                starts = {self.string_of(number, start) for start in CALLED_BY.get(ref.name, ())}
                for kind in kinds if name >= 0 else ():
                    methods = dex.methods_of(kind)
                    found += [
                        (number, index)
                        for index, title in zip(methods, dex.names_of(methods), strict=True)
                        if title in starts
                        or (title == name and self._refs[self.method(number, index)].kind == ref.kind)
                    ]
            known = self._indices[identity] = tuple(found)
        return known

    def field_places(self, identity: int) -> Sequence[tuple[int, int]]:
        """Number of the file and index of each reference to a field."""
        known = self._indices.get(identity)
        if known is None:
            ref = self._refs[identity]
            known = self._indices[identity] = tuple(
                (number, index)
                for number, names in self.fields_below(ref.owner)
                for index in names.get(self.string_of(number, ref.name), ())
                if self.field(number, index) == identity
            )
        return known

    def fields_below(self, owner: str) -> Sequence[tuple[int, Mapping[int, Sequence[int]]]]:
        """The fields that each file names of a class and its subclasses: their indices by string index of the name."""
        known = self._fields_of.get(owner)
        if known is None:
            known = self._fields_of[owner] = []
            owners = (owner, *self.subclasses(owner))
            for number, dex in enumerate(self.files):
                names: dict[int, list[int]] = {}
                for kind in (self.type_of(number, one) for one in owners):
                    fields = dex.fields_of(kind) if kind >= 0 else range(0)
                    for index, title in zip(fields, dex.field_names_of(fields), strict=True):
                        names.setdefault(title, []).append(index)
                if names:
                    known.append((number, names))
        return known


def _method_ref(dex: DexFile, member: DexMember) -> MemberRef:
    return MemberRef(dex.descriptor(member.owner), dex.string(member.name), _types(dex, member))


def _types(dex: DexFile, member: DexMember) -> str:
    return f"({dex.parameters(member.kind)}){dex.result(member.kind)}"
