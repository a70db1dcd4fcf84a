"""The functions of JNI that native functions call: texts, arrays, classes by name.

Source: Java Native Interface Specification, "JNI Functions": each function has its place in a table.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tieback.recognise.machine_code.cpu import Cpu
from tieback.recognise.machine_code.memory import PAGE, TRAPS, Memory, NotRunnableError, WorkLimitError

ENVIRONMENT = 0x7A00_0000_0000
"""Address of what a function gets first, which points to the table of functions."""
MACHINE = ENVIRONMENT + 0x800
"""Address of what ``JNI_OnLoad`` gets first."""
_TABLE, _MACHINE_TABLE = ENVIRONMENT + PAGE, ENVIRONMENT + 0x900
FIRST, LAST = TRAPS + 0x1000_0000, TRAPS + 0x1000_0000 + 16 * 240
"""Addresses of the functions of the table, 16 bytes each."""
_MACHINE_FIRST = LAST
_MACHINE_LAST = LAST + 16 * 8
_HANDLES = 0x7900_0000_0000
MAX_OBJECTS = 4_096
MAX_ITEMS = 65_536
"""Most elements of an array."""
_VERSION = 0x10006

_SIZES = {"Z": 1, "B": 1, "C": 2, "S": 2, "I": 4, "J": 8, "F": 4, "D": 8}
_KINDS = "ZBCSIJFD"
"""The order of primitive types in the table."""


class ClassName(NamedTuple):
    """A class, by its name with slashes; empty if it is not known."""

    name: str


class Member(NamedTuple):
    """A method or field of a class."""

    owner: str
    name: str
    kind: str


class Opaque(NamedTuple):
    """An object of which nothing is known."""

    kind: str = ""


class Items:
    """An array. Elements of primitive types are its bytes as in memory; others are objects."""

    __slots__ = ("kind", "objects", "octets")

    def __init__(self, kind: str, count: int) -> None:
        """An array of zeros. Raises ``NotRunnableError`` if it is too long."""
        if not 0 <= count <= MAX_ITEMS:
            raise NotRunnableError("an array that is too long")
        self.kind = kind
        self.octets = bytearray(count * _SIZES.get(kind, 0))
        self.objects: list[Any] = [] if kind in _SIZES else [None] * count

    def __len__(self) -> int:
        return len(self.octets) // _SIZES[self.kind] if self.kind in _SIZES else len(self.objects)


class Registered(NamedTuple):
    """A native method that a library names itself."""

    owner: str
    name: str
    kind: str
    address: int


class Jni:
    """The objects and functions of one library."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._objects: list[Any] = []
        self.registered: list[Registered] = []
        """The methods that ``RegisterNatives`` got."""
        page = bytearray(PAGE)
        struct.pack_into("<Q", page, 0, _TABLE)
        struct.pack_into("<Q", page, MACHINE - ENVIRONMENT, _MACHINE_TABLE)
        for number in range(8):
            at = _MACHINE_TABLE - ENVIRONMENT + 8 * number
            struct.pack_into("<Q", page, at, _MACHINE_FIRST + 16 * number)
        memory.put_page(ENVIRONMENT // PAGE, bytes(page))
        table = struct.pack("<240Q", *range(FIRST, LAST, 16))
        memory.put_page(_TABLE // PAGE, table)

    def note_method(self) -> None:
        """Take room for a method that the library registers. Raises ``WorkLimitError``."""
        self._memory.room.methods -= 1
        if self._memory.room.methods < 0:
            raise WorkLimitError("too many methods that are registered")

    def clear(self) -> None:
        """Forget the objects of a call."""
        self._objects.clear()

    def held(self, value: Any) -> int:
        """Number by which native code knows an object; 0 for ``None``."""
        if value is None:
            return 0
        if len(self._objects) >= MAX_OBJECTS:
            raise WorkLimitError("too many objects")
        self._memory.moved += _size(value)
        self._objects.append(value)
        return _HANDLES + 16 * (len(self._objects) - 1)

    def object(self, handle: int) -> Any:
        """The object with a number. Raises ``NotRunnableError`` if there is none."""
        if handle == 0:
            return None
        place, rest = divmod(handle - _HANDLES, 16)
        if rest or not 0 <= place < len(self._objects):
            raise NotRunnableError("an object that does not exist")
        return self._objects[place]

    def call(self, cpu: Cpu) -> int:
        """Result of the function at which the processor is. Raises ``NotRunnableError`` if it is not known."""
        if _MACHINE_FIRST <= cpu.pc < _MACHINE_LAST:
            if (cpu.pc - _MACHINE_FIRST) // 16 not in (4, 6, 7):
                raise NotRunnableError("a function of the virtual machine that is not known")
            self._memory.put_number(cpu.argument(1), ENVIRONMENT, 8)
            return 0
        function = _FUNCTIONS.get((cpu.pc - FIRST) // 16)
        if function is None:
            raise NotRunnableError(f"function {(cpu.pc - FIRST) // 16} of JNI is not known")
        return function(self, cpu)

    def name(self, address: int) -> str:
        """A text of native code."""
        return self._memory.text(address, 4_096).decode("utf-8", "replace")

    def text(self, handle: int) -> str:
        """A string. Raises ``NotRunnableError`` if it is not known."""
        value = self.object(handle)
        if not isinstance(value, str):
            raise NotRunnableError("a text that is not known")
        return value

    def items(self, handle: int) -> Items:
        """An array. Raises ``NotRunnableError`` if it is not known."""
        value = self.object(handle)
        if not isinstance(value, Items):
            raise NotRunnableError("an array that is not known")
        return value

    def write(self, address: int, content: bytes) -> None:
        """Store bytes in the memory of the library."""
        if content:
            self._memory.write(address, content)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the memory of the library."""
        return self._memory.read(address, size) if size else b""

    def copied(self, content: bytes) -> int:
        """Address of new memory with this content."""
        return self._memory.allocate_bytes(content)


def _size(value: Any) -> int:
    """Bytes of an object, about."""
    if isinstance(value, Items):
        return 64 + len(value.octets) + 8 * len(value.objects)
    return 64 + 2 * len(value) if isinstance(value, str) else 64


type _Function = Callable[[Jni, Cpu], int]


def _part(cpu: Cpu, items: Items) -> slice:
    """Bytes of the elements that a call names by their first and their number."""
    size = _SIZES[items.kind]
    first, count = cpu.argument(2) & 0xFFFFFFFF, cpu.argument(3) & 0xFFFFFFFF
    if first + count > len(items):
        raise NotRunnableError("elements that an array does not have")
    return slice(first * size, (first + count) * size)


def _primitive(jni: Jni, handle: int) -> Items:
    items = jni.items(handle)
    if items.kind not in _SIZES:
        raise NotRunnableError("an array of objects")
    return items


def _get_elements(jni: Jni, cpu: Cpu) -> int:
    if cpu.argument(2):
        jni.write(cpu.argument(2), b"\1")
    return jni.copied(bytes(_primitive(jni, cpu.argument(1)).octets))


def _release_elements(jni: Jni, cpu: Cpu) -> int:
    items, mode = _primitive(jni, cpu.argument(1)), cpu.argument(3) & 0xFFFFFFFF
    if mode != 2:  # the changes are not given up
        items.octets[:] = jni.read(cpu.argument(2), len(items.octets))
    return 0


def _get_region(jni: Jni, cpu: Cpu) -> int:
    items = _primitive(jni, cpu.argument(1))
    jni.write(cpu.argument(4), bytes(items.octets[_part(cpu, items)]))
    return 0


def _set_region(jni: Jni, cpu: Cpu) -> int:
    items = _primitive(jni, cpu.argument(1))
    part = _part(cpu, items)
    items.octets[part] = jni.read(cpu.argument(4), part.stop - part.start)
    return 0


def _new_array(kind: str) -> _Function:
    return lambda jni, cpu: jni.held(Items(kind, cpu.argument(1) & 0xFFFFFFFF))


def _new_objects(jni: Jni, cpu: Cpu) -> int:
    owner = jni.object(cpu.argument(2))
    name = owner.name if isinstance(owner, ClassName) else ""
    items = Items(f"L{name};", cpu.argument(1) & 0xFFFFFFFF)
    items.objects = [jni.object(cpu.argument(3))] * len(items)
    return jni.held(items)


def _element(jni: Jni, cpu: Cpu) -> tuple[list[Any], int]:
    items, place = jni.items(cpu.argument(1)), cpu.argument(2) & 0xFFFFFFFF
    if place >= len(items.objects):
        raise NotRunnableError("an element that an array does not have")
    return items.objects, place


def _get_element(jni: Jni, cpu: Cpu) -> int:
    objects, place = _element(jni, cpu)
    return jni.held(objects[place])


def _set_element(jni: Jni, cpu: Cpu) -> int:
    objects, place = _element(jni, cpu)
    objects[place] = jni.object(cpu.argument(3))
    return 0


def _new_text(jni: Jni, cpu: Cpu) -> int:
    return jni.held(jni.name(cpu.argument(1))) if cpu.argument(1) else 0


def _new_units(jni: Jni, cpu: Cpu) -> int:
    size = min(cpu.argument(2) & 0xFFFFFFFF, MAX_ITEMS)
    return jni.held(jni.read(cpu.argument(1), 2 * size).decode("utf-16-le", "replace"))


def _text_content(jni: Jni, cpu: Cpu) -> int:
    if cpu.argument(2):
        jni.write(cpu.argument(2), b"\1")
    return jni.copied(jni.text(cpu.argument(1)).encode("utf-8", "replace"))


def _text_units(jni: Jni, cpu: Cpu) -> int:
    return jni.copied(jni.text(cpu.argument(1)).encode("utf-16-le", "replace") + b"\0\0")


def _text_region(jni: Jni, cpu: Cpu) -> int:
    first, count = cpu.argument(2) & 0xFFFFFFFF, cpu.argument(3) & 0xFFFFFFFF
    part = jni.text(cpu.argument(1))[first : first + count]
    jni.write(cpu.argument(4), part.encode("utf-8", "replace") + b"\0")
    return 0


def _find_class(jni: Jni, cpu: Cpu) -> int:
    return jni.held(ClassName(jni.name(cpu.argument(1))))


def _class_of(jni: Jni, cpu: Cpu) -> int:
    value = jni.object(cpu.argument(1))
    if isinstance(value, str):
        return jni.held(ClassName("java/lang/String"))
    return jni.held(ClassName(value.kind if isinstance(value, Opaque) else ""))


def _member(jni: Jni, cpu: Cpu) -> int:
    owner = jni.object(cpu.argument(1))
    name = owner.name if isinstance(owner, ClassName) else ""
    return jni.held(Member(name, jni.name(cpu.argument(2)), jni.name(cpu.argument(3))))


def _register(jni: Jni, cpu: Cpu) -> int:
    owner = jni.object(cpu.argument(1))
    if not isinstance(owner, ClassName):
        raise NotRunnableError("methods of a class that is not known")
    for number in range(min(cpu.argument(3) & 0xFFFFFFFF, 1_000)):
        name, kind, address = struct.unpack("<3Q", jni.read(cpu.argument(2) + 24 * number, 24))
        jni.note_method()
        jni.registered.append(Registered(f"L{owner.name};", jni.name(name), jni.name(kind), address))
    return 0


def _new_object(jni: Jni, cpu: Cpu) -> int:
    """A string of an array of bytes, for which JNI has no function of its own; other objects are not known."""
    owner, member = jni.object(cpu.argument(1)), jni.object(cpu.argument(2))
    if isinstance(owner, ClassName) and owner.name == "java/lang/String" and isinstance(member, Member):
        content = jni.object(cpu.argument(3)) if member.kind.startswith("([B") else None
        if isinstance(content, Items) and content.kind == "B":
            return jni.held(bytes(content.octets).decode("utf-8", "replace"))
    return jni.held(Opaque(owner.name if isinstance(owner, ClassName) else ""))


def _call_object(jni: Jni, cpu: Cpu) -> int:
    """The bytes of a text; results of other methods are objects of which nothing is known."""
    value, member = jni.object(cpu.argument(1)), jni.object(cpu.argument(2))
    if isinstance(value, str) and isinstance(member, Member) and member.name == "getBytes":
        raw = value.encode("utf-8", "replace")
        items = Items("B", len(raw))
        items.octets[:] = raw
        return jni.held(items)
    return jni.held(Opaque())


def _same(jni: Jni, cpu: Cpu) -> int:
    return jni.held(jni.object(cpu.argument(1)))


def _is_same(jni: Jni, cpu: Cpu) -> int:
    return int(jni.object(cpu.argument(1)) is jni.object(cpu.argument(2)))


def _get_machine(jni: Jni, cpu: Cpu) -> int:
    jni.write(cpu.argument(1), struct.pack("<Q", MACHINE))
    return 0


def _zero(_: Jni, __: Cpu) -> int:
    return 0


def _numbered(first: int, functions: Sequence[_Function]) -> dict[int, _Function]:
    return dict(enumerate(functions, first))


_FUNCTIONS: Mapping[int, _Function] = {
    4: lambda _, __: _VERSION,
    6: _find_class,
    **dict.fromkeys((15, 16, 17, 19, 22, 23, 26, 227, 228), _zero),  # exceptions, and references that are given up
    **dict.fromkeys((20, 21, 25, 226), _same),
    24: _is_same,
    28: _new_object,
    31: _class_of,
    **dict.fromkeys((33, 94, 113, 144), _member),
    34: _call_object,
    163: _new_units,
    164: lambda jni, cpu: len(jni.text(cpu.argument(1)).encode("utf-16-le", "replace")) // 2,
    165: _text_units,
    167: _new_text,
    168: lambda jni, cpu: len(jni.text(cpu.argument(1)).encode("utf-8", "replace")),
    169: _text_content,
    **dict.fromkeys((166, 170, 225), _zero),
    171: lambda jni, cpu: len(jni.items(cpu.argument(1))),
    172: _new_objects,
    173: _get_element,
    174: _set_element,
    **_numbered(175, [_new_array(kind) for kind in _KINDS]),
    **_numbered(183, [_get_elements] * 8),
    **_numbered(191, [_release_elements] * 8),
    **_numbered(199, [_get_region] * 8),
    **_numbered(207, [_set_region] * 8),
    215: _register,
    219: _get_machine,
    221: _text_region,
    222: _get_elements,
    223: _release_elements,
    224: _text_units,
}
