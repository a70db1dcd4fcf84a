"""Strings, types, prototypes, fields and methods that the classes of one DEX file name, and their order in its tables.

Source: https://source.android.com/docs/core/runtime/dex-format (the rules on the order of each table).
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from tieback.intake.apps.smali.classes import ClassText, CodeText
from tieback.intake.apps.smali.method_reader import parameters
from tieback.intake.apps.smali.opcodes import Reference
from tieback.intake.apps.smali.values import HANDLES, AnnotationText, Kind, SmaliError, Tokens, Value

MAX_INDEX = 65_536
"""Types, prototypes, fields and methods of one DEX file: most instructions have indices of 16 bits."""


class Needs:
    """What one class names.

    Raises:
        SmaliError: a name cannot be read.
    """

    def __init__(self, read: ClassText) -> None:
        self.strings: dict[str, None] = {}
        self.types: dict[str, None] = {}
        self.protos: dict[str, None] = {}
        self.fields: dict[str, None] = {}
        self.methods: dict[str, None] = {}
        self.call_sites: dict[str, None] = {}
        self.handles: dict[str, None] = {}
        for name in (read.descriptor, read.superclass, *read.interfaces):
            if name:
                self.types[name] = None
        if read.source is not None:
            self.strings[read.source] = None
        self._annotations(read.annotations)
        for field in read.fields:
            self.fields[field.reference] = None
            self._annotations(field.annotations)
            if field.value is not None:
                self._value(field.value)
        for method in read.methods:
            self.methods[method.reference] = None
            self._annotations(method.annotations)
            for annotations in method.parameters.values():
                self._annotations(annotations)
            if method.code is not None:
                self._code(method.code)
        for text in self.call_sites:
            for value in call_site_values(text):
                self._value(value)
        for text in tuple(self.handles):
            self._handle(text)

    def _code(self, code: CodeText) -> None:
        into = {
            Reference.STRING: self.strings, Reference.STRING_32: self.strings, Reference.TYPE: self.types,
            Reference.FIELD: self.fields, Reference.METHOD: self.methods, Reference.PROTO: self.protos,
            Reference.CALL_SITE: self.call_sites, Reference.HANDLE: self.handles,
        }  # fmt: skip
        for reference, _, text in code.fixes:
            if reference is Reference.METHOD_PROTO:
                called, _, proto = text.partition(", ")
                self.methods[called] = self.protos[proto] = None
            else:
                into[reference][text] = None
        for block in code.tries:
            self.types.update((kind, None) for kind, _ in block.handlers if kind)

    def _annotations(self, annotations: Iterable[AnnotationText]) -> None:
        for annotation in annotations:
            self._annotation(annotation)

    def _annotation(self, annotation: AnnotationText) -> None:
        self.types[annotation.kind] = None
        for name, value in annotation.elements:
            self.strings[name] = None
            self._value(value)

    def _value(self, value: Value) -> None:
        kind, content = value
        if isinstance(content, list):
            for one in content:
                self._value(one)
        elif isinstance(content, AnnotationText):
            self._annotation(content)
        elif isinstance(content, str):
            if kind == Kind.HANDLE:
                self.handles[content] = None
                self._handle(content)
            else:
                self._table(kind)[content] = None

    def _handle(self, text: str) -> None:
        _, member = split_handle(text)
        (self.methods if "(" in member else self.fields)[member] = None

    def _table(self, kind: int) -> dict[str, None]:
        if kind == Kind.STRING:
            return self.strings
        if kind in (Kind.FIELD, Kind.ENUM):
            return self.fields
        if kind == Kind.METHOD:
            return self.methods
        return self.protos if kind == Kind.PROTO else self.types


def split_handle(text: str) -> tuple[int, str]:
    """Kind and member of a method handle such as ``invoke-static@La/B;->run()V``.

    Raises:
        SmaliError: it is none.
    """
    name, _, member = text.partition("@")
    if name not in HANDLES or not member:
        raise SmaliError("not a method handle")
    return HANDLES[name], member


def call_site_values(text: str) -> list[Value]:
    """The values of a call site such as ``call_site_0("run", ()V, ...)@La/B;->make(...)V``.

    Raises:
        SmaliError: it cannot be read.
    """
    _, opened, rest = text.partition("(")
    listed, closed, member = rest.rpartition(")@")
    if not opened or not closed:
        raise SmaliError("a call site cannot be read")
    tokens, found = Tokens(listed), []
    while True:
        found.append(tokens.value())
        if tokens.next()[1] != ",":
            break
    name = member if "@" in member else f"invoke-static@{member}"
    return [Value(Kind.HANDLE, name), *found]


def split_member(text: str) -> tuple[str, str, str]:
    """Class, name and type or prototype of a reference such as ``La/B;->name:I``.

    Raises:
        SmaliError: it is none.
    """
    owner, arrow, rest = text.partition("->")
    at = rest.find("(")
    name, kind = (rest[:at], rest[at:]) if at >= 0 else (rest.partition(":")[0], rest.partition(":")[2])
    if not arrow or not owner or not name or not kind:
        raise SmaliError(f"not a member: {text[:40]}")
    return owner, name, kind


class Pool:
    """What the classes of one DEX file name, numbered in the order in which it was added."""

    def __init__(self) -> None:
        self.strings: dict[str, int] = {}
        self.types: dict[str, int] = {}
        self.protos: dict[str, tuple[str, tuple[str, ...]]] = {}
        """Result and parameters."""
        self.fields: dict[str, tuple[str, str, str]] = {}
        self.methods: dict[str, tuple[str, str, str]] = {}
        self.call_sites: dict[str, int] = {}
        self.handles: dict[str, int] = {}

    def add(self, needs: Needs) -> bool:
        """Add what a class names; false, and nothing is added, if the tables have no room for it.

        Raises:
            SmaliError: a name cannot be read; nothing is added.
        """
        fields = {text: split_member(text) for text in needs.fields if text not in self.fields}
        methods = {text: split_member(text) for text in needs.methods if text not in self.methods}
        named = chain(needs.protos, (proto for _, _, proto in methods.values()))
        protos = {text: (text.partition(")")[2], parameters(text)) for text in named if text not in self.protos}
        types = set(_types(needs, fields, methods, protos)) - self.types.keys()
        tables = ((fields, self.fields), (methods, self.methods), (protos, self.protos), (types, self.types))
        if any(len(new) + len(known) > MAX_INDEX for new, known in tables):
            return False
        self.fields |= fields
        self.methods |= methods
        self.protos |= protos
        self.types.update(dict.fromkeys(types, 0))
        strings = self.strings
        strings.update(dict.fromkeys(chain(needs.strings, types), 0))
        strings.update((name, 0) for _, name, _ in chain(fields.values(), methods.values()))
        strings.update((shorty(*proto), 0) for proto in protos.values())
        for text in needs.call_sites:
            self.call_sites.setdefault(text, len(self.call_sites))
        for text in needs.handles:
            self.handles.setdefault(text, len(self.handles))
        return True


def _types(
    needs: Needs,
    fields: dict[str, tuple[str, str, str]],
    methods: dict[str, tuple[str, str, str]],
    protos: dict[str, tuple[str, tuple[str, ...]]],
) -> Iterator[str]:
    yield from needs.types
    for owner, _, kind in fields.values():
        yield owner
        yield kind
    for owner, _, _ in methods.values():
        yield owner
    for result, kinds in protos.values():
        yield result
        yield from kinds


def shorty(result: str, kinds: tuple[str, ...]) -> str:
    """The short form of a prototype: one letter for each type."""
    return "".join("L" if kind[0] in "L[" else kind[0] for kind in (result, *kinds))


def mutf8(text: str) -> tuple[bytes, int]:
    """Modified UTF-8 of a text, and its length in units of UTF-16."""
    if text.isascii():
        raw = text.encode()
        return (raw.replace(b"\0", b"\xc0\x80") if "\0" in text else raw), len(text)
    wide = text.encode("utf-16-le", "surrogatepass")
    halves = "".join(map(chr, memoryview(wide).cast("H")))
    return halves.encode("utf-8", "surrogatepass").replace(b"\0", b"\xc0\x80"), len(halves)
