"""Values and errors of the interpreter.

An ``int`` or ``long`` is a Python integer in its signed range; ``float`` and ``double`` are their bits, as in a Dalvik
register. The integer 0 is also ``null``. A string has one character per UTF-16 code unit, as in Java.
"""

from typing import Any, NamedTuple

STRING = "Ljava/lang/String;"
_UNITS = {"B": 1, "Z": 1, "C": 2, "S": 2, "I": 4, "J": 8, "F": 4, "D": 8}


class NotRunnableError(Exception):
    """The method does something that the interpreter does not do: I/O, reflection, an unknown library call."""


class LimitError(NotRunnableError):
    """The method needs more steps, memory or nested calls than it may use."""


class ThrownError(Exception):
    """A Java exception on its way to a handler."""

    def __init__(self, thrown: "JavaObject") -> None:
        super().__init__(thrown.kind)
        self.thrown = thrown


class JavaArray:
    """An array; ``kind`` is the descriptor of its elements."""

    __slots__ = ("items", "kind")

    def __init__(self, kind: str, items: list[Any]) -> None:
        self.kind = kind
        self.items = items


class JavaObject:
    """An instance of a class of the app, or of a library class with a ``payload``."""

    __slots__ = ("fields", "kind", "payload")

    def __init__(self, kind: str, payload: Any = None) -> None:
        self.kind = kind
        self.fields: dict[str, Any] = {}
        self.payload = payload


HELD = frozenset((JavaArray, JavaObject))
"""What a register refers to, so that code can change it."""


class FieldsInPart(dict[str, Any]):
    """Fields of an object that other code can have set: one that its constructor does not set is not known."""

    def get(self, key: str, _default: Any = None) -> Any:
        """The value of a field."""
        return super().get(key, UNKNOWN)


class Boxed(NamedTuple):
    """A value of ``Integer``, ``Long``, ``Character`` and similar classes."""

    kind: str
    value: int


class ClassRef(NamedTuple):
    """A class object."""

    kind: str


class Unknown:
    """Result of a library call that is not followed. Every use except passing it on ends the run."""

    __slots__ = ()


UNKNOWN = Unknown()


def int32(value: int) -> int:
    """Two's complement of 32 bits."""
    return (value + 0x80000000 & 0xFFFFFFFF) - 0x80000000


def int64(value: int) -> int:
    """Two's complement of 64 bits."""
    return (value + 0x8000000000000000 & 0xFFFFFFFFFFFFFFFF) - 0x8000000000000000


def narrowed(kind: str, value: int) -> int:
    """A value as an element of an array or a field of this type."""
    if kind == "B":
        return (value + 0x80 & 0xFF) - 0x80
    if kind == "C":
        return value & 0xFFFF
    if kind == "S":
        return (value + 0x8000 & 0xFFFF) - 0x8000
    if kind == "Z":
        return value & 1
    return value


def decode_mutf8(raw: bytes) -> str:
    """Text of MUTF-8 bytes with one character per UTF-16 code unit.

    Raises:
        NotRunnableError: the bytes are not MUTF-8.
    """
    if raw.isascii():
        return raw.decode("ascii")
    try:
        return to_units(raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise NotRunnableError("a string is not MUTF-8") from error


def to_units(text: str) -> str:
    """A Python text as UTF-16 code units."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    raw = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(raw[at] | raw[at + 1] << 8) for at in range(0, len(raw), 2))


def to_text(units: str) -> str:
    """UTF-16 code units as a Python text; single surrogates become U+FFFD."""
    if units.isascii():
        return units
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def to_bytes(array: JavaArray) -> bytes:
    """Content of a ``byte[]``."""
    return bytes(item & 0xFF for item in array.items)


def from_bytes(raw: bytes) -> JavaArray:
    """A ``byte[]`` with this content."""
    return JavaArray("B", [item - 256 if item > 127 else item for item in raw])


def size_of(kind: str, count: int) -> int:
    """Bytes that an array of ``count`` elements stands for in the memory limit."""
    return count * max(8, _UNITS.get(kind, 8))


def kind_of(value: Any) -> str:
    """Descriptor of the class of a value; empty for an integer and for an unknown object."""
    if isinstance(value, (JavaObject, Boxed)):
        return value.kind
    if isinstance(value, str):
        return STRING
    if isinstance(value, JavaArray):
        return f"[{value.kind}"
    return "Ljava/lang/Class;" if isinstance(value, ClassRef) else ""
