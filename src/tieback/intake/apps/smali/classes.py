"""A class that was read from smali: members by their names, code with texts where a DEX file has indices."""

from array import array
from typing import NamedTuple

from tieback.intake.apps.smali.opcodes import Reference
from tieback.intake.apps.smali.values import AnnotationText, Value

STATIC, INTERFACE, CONSTRUCTOR = 0x8, 0x200, 0x10000
_DIRECT = 0x2 | STATIC | CONSTRUCTOR
"""Private, static and constructor."""

_FLAGS = {
    "public": 0x1, "private": 0x2, "protected": 0x4, "static": STATIC, "final": 0x10, "synchronized": 0x20,
    "volatile": 0x40, "bridge": 0x40, "transient": 0x80, "varargs": 0x80, "native": 0x100, "interface": INTERFACE,
    "abstract": 0x400, "strictfp": 0x800, "synthetic": 0x1000, "annotation": 0x2000, "enum": 0x4000,
    "constructor": CONSTRUCTOR, "declared-synchronized": 0x20000,
}  # fmt: skip


def access_flags(words: list[str]) -> int:
    """The access flags with these names; others, such as those of hidden interfaces, are left out."""
    flags = 0
    for word in words:
        flags |= _FLAGS.get(word, 0)
    return flags


class Fix(NamedTuple):
    """A place in code where an index belongs."""

    reference: Reference
    unit: int
    """Number of the instruction's first unit in the method."""
    text: str


class Try(NamedTuple):
    """A range of code units with its handlers."""

    start: int
    end: int
    handlers: tuple[tuple[str, int], ...]
    """Type of the exception, empty for all, and the first unit of the handler."""


class CodeText(NamedTuple):
    """Code of a method."""

    registers: int
    ins: int
    units: "array[int]"
    fixes: list[Fix]
    tries: list[Try]


class FieldText(NamedTuple):
    """A field that a class declares."""

    reference: str
    """Such as ``La/B;->name:I``."""
    access: int
    value: Value | None
    annotations: list[AnnotationText]


class MethodText(NamedTuple):
    """A method that a class declares."""

    reference: str
    """Such as ``La/B;->name(I)V``."""
    access: int
    code: CodeText | None
    annotations: list[AnnotationText]
    parameters: dict[int, list[AnnotationText]]
    """Annotations of parameters by their number."""

    @property
    def is_direct(self) -> bool:
        """True if the method is not virtual."""
        return bool(self.access & _DIRECT)


class ClassText(NamedTuple):
    """A class."""

    descriptor: str
    access: int
    superclass: str
    interfaces: list[str]
    source: str | None
    annotations: list[AnnotationText]
    fields: list[FieldText]
    methods: list[MethodText]
    unread: int
    """Number of its methods that could not be read."""
