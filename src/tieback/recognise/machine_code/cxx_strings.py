"""Functions of ``std::string`` that a native function takes from the shared library of C++.

Two libraries are common: libc++ of the NDK and libstdc++ of GNU. An object of libc++ has 24 bytes: with the lowest bit
of the first byte clear, that byte is twice the length, and the text follows; otherwise capacity, length and a pointer.
One of libstdc++ has a pointer, the length, and 16 bytes for a short text or the capacity.
Sources: https://libcxx.llvm.org/DesignDocs/ABIMacros.html, ``<string>`` of LLVM and ``basic_string.h`` of GCC,
https://itanium-cxx-abi.github.io/cxx-abi/abi.html (names; ``S4_`` and ``S5_`` are the type itself).
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from tieback.recognise.machine_code.cpu import MASK, Cpu
from tieback.recognise.machine_code.memory import MAX_TEXT, Memory, NotRunnableError

_GNU = "St7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE"
_LLVM = "12basic_stringIcNS_11char_traitsIcEENS_9allocatorIcEEE"
_JOINED = "plIcNS_11char_traitsIcEENS_9allocatorIcEEEENS_12basic_stringIT_T0_T1_EEPKS6_RKS9_"
"""``operator+`` for a pointer and a string."""
_NAMESPACES = ("St6__ndk1", "St3__1")
_NONE = MASK
"""``npos``."""
_SHORT_GNU, _SHORT_LLVM = 15, 22
"""Most characters of a short text."""


class _Layout(Protocol):
    """Where an object of a string has its text."""

    def text(self, memory: Memory, place: int) -> bytes:
        """The text of an object."""
        ...

    def put(self, memory: Memory, place: int, text: bytes) -> None:
        """Give an object another text."""
        ...

    def make(self, memory: Memory, place: int) -> None:
        """Make an object with an empty text."""
        ...

    def reserve(self, memory: Memory, place: int, count: int) -> None:
        """Give an object room for as many characters."""
        ...


class _Gnu:
    """Objects of libstdc++."""

    def text(self, memory: Memory, place: int) -> bytes:
        size = _checked(memory.number(place + 8, 8))
        return memory.read(memory.number(place, 8), size) if size else b""

    def put(self, memory: Memory, place: int, text: bytes) -> None:
        self._grow(memory, place, len(text))
        memory.write(memory.number(place, 8), text + b"\0")
        memory.put_number(place + 8, len(text), 8)

    def make(self, memory: Memory, place: int) -> None:
        memory.put_number(place, place + 16, 8)
        memory.put_number(place + 8, 0, 8)
        memory.put_number(place + 16, 0, 1)

    def reserve(self, memory: Memory, place: int, count: int) -> None:
        text = self.text(memory, place)
        if self._grow(memory, place, count):
            memory.write(memory.number(place, 8), text + b"\0")

    def _grow(self, memory: Memory, place: int, count: int) -> bool:
        """Give an object a new piece of the heap if its own one is too short."""
        most = _SHORT_GNU if memory.number(place, 8) == place + 16 else memory.number(place + 16, 8)
        if count <= most:
            return False
        count = max(_checked(count), 2 * most)
        memory.put_number(place, memory.allocate(count + 1), 8)
        memory.put_number(place + 16, count, 8)
        return True


class _Llvm:
    """Objects of libc++."""

    def text(self, memory: Memory, place: int) -> bytes:
        first = memory.number(place, 1)
        if not first & 1:
            return memory.read(place + 1, min(first >> 1, _SHORT_LLVM)) if first else b""
        size = _checked(memory.number(place + 8, 8))
        return memory.read(memory.number(place + 16, 8), size) if size else b""

    def put(self, memory: Memory, place: int, text: bytes) -> None:
        if memory.number(place, 1) & 1 and len(text) < memory.number(place, 8) & ~1:
            memory.write(memory.number(place + 16, 8), text + b"\0")
            memory.put_number(place + 8, len(text), 8)
        elif len(text) <= _SHORT_LLVM:
            memory.write(place, bytes((len(text) << 1,)) + text + b"\0")
        else:
            self._long(memory, place, text, len(text))

    def make(self, memory: Memory, place: int) -> None:
        memory.write(place, bytes(24))

    def reserve(self, memory: Memory, place: int, count: int) -> None:
        first = memory.number(place, 1)
        most = (memory.number(place, 8) & ~1) - 1 if first & 1 else _SHORT_LLVM
        if _checked(count) > most:
            self._long(memory, place, self.text(memory, place), count)

    def _long(self, memory: Memory, place: int, text: bytes, count: int) -> None:
        size = (max(_checked(count), len(text)) + 16) & ~15
        at = memory.allocate(size)
        memory.write(at, text + b"\0")
        memory.put_number(place, size | 1, 8)
        memory.put_number(place + 8, len(text), 8)
        memory.put_number(place + 16, at, 8)


def _checked(size: int) -> int:
    if size > MAX_TEXT:
        raise NotRunnableError("a text that is too long")
    return size


class _String:
    """The string object that is the first argument of a call, and what the further ones are."""

    def __init__(self, cpu: Cpu, layout: _Layout, first: int = 0) -> None:
        self.cpu, self.layout, self._first = cpu, layout, first
        self.place = cpu.argument(first)

    @property
    def text(self) -> bytes:
        return self.layout.text(self.cpu.memory, self.place)

    def put(self, text: bytes) -> int:
        self.layout.put(self.cpu.memory, self.place, text)
        return self.place

    def number(self, at: int) -> int:
        return self.cpu.argument(self._first + at)

    def other(self, at: int) -> bytes:
        """The text of another string."""
        return self.layout.text(self.cpu.memory, self.number(at))

    def given(self, at: int) -> bytes:
        """The text behind a pointer, up to its zero."""
        return self.cpu.memory.text(self.number(at))

    def counted(self, at: int) -> bytes:
        """The text behind a pointer, with its length in the next argument."""
        return self.sized(at, at + 1)

    def sized(self, at: int, count: int) -> bytes:
        """The text behind a pointer, with its length in another argument."""
        size, place = _checked(self.number(count)), self.number(at)
        if not place:  # the caller then writes the characters itself
            return bytes(size)
        return self.cpu.memory.read(place, size) if size else b""

    def repeated(self, at: int) -> bytes:
        """A character as often as the argument before it tells."""
        return bytes((self.number(at + 1) & 255,)) * _checked(self.number(at))

    def octet(self, at: int) -> bytes:
        return bytes((self.number(at) & 255,))

    def made(self, text: bytes) -> int:
        """Make the object with a text."""
        self.layout.make(self.cpu.memory, self.place)
        return self.put(text)

    def moved(self, at: int) -> int:
        """Make the object with the text of another one, which is then empty."""
        text = self.other(at)
        self.layout.put(self.cpu.memory, self.number(at), b"")
        return self.made(text)

    def replaced(self, new: bytes) -> int:
        """Replace the part that the next two arguments name."""
        text, at = self.text, self.number(1)
        if at > len(text):
            raise NotRunnableError("a place behind the end of a text")
        return self.put(text[:at] + new + text[at + min(self.number(2), len(text) - at) :])

    def inserted(self, new: bytes) -> int:
        text, at = self.text, self.number(1)
        if at > len(text):
            raise NotRunnableError("a place behind the end of a text")
        return self.put(text[:at] + new + text[at:])

    def found(self, what: bytes, begin: int, *, last: bool = False) -> int:
        text = self.text
        at = text.rfind(what, 0, min(begin, len(text)) + len(what)) if last else text.find(what, min(begin, len(text)))
        return at if at >= 0 else _NONE

    def compared(self, other: bytes) -> int:
        text = self.text
        return 0 if text == other else 1 if text > other else MASK

    def reserve(self, count: int) -> int:
        self.layout.reserve(self.cpu.memory, self.place, count)
        return 0


def _resized(one: _String, fill: bytes) -> int:
    text, count = one.text, _checked(one.number(1))
    return one.put(text[:count].ljust(count, fill))


def _created(one: _String) -> int:
    """``_M_create``: a piece of the heap for the capacity that is behind the first argument."""
    return one.cpu.memory.allocate(_checked(one.cpu.memory.number(one.number(1), 8)) + 1)


def _built(one: _String) -> int:
    """``_M_construct``: the text between two pointers, in an object whose pointer is set."""
    size = one.number(2) - one.number(1)
    text = one.cpu.memory.read(one.number(1), _checked(size)) if size > 0 else b""
    return one.put(text)


type _Member = Callable[[_String], int]

_MEMBERS: Mapping[str, _Member] = {
    **dict.fromkeys(("6appendEPKc", "pLEPKc"), lambda one: one.put(one.text + one.given(1))),
    **dict.fromkeys(("6appendEPKcm", "9_M_appendEPKcm"), lambda one: one.put(one.text + one.counted(1))),
    **dict.fromkeys(("6appendERKT_", "pLERKT_"), lambda one: one.put(one.text + one.other(1))),
    "6appendERKT_mm": lambda one: one.put(one.text + one.other(1)[one.number(2) :][: one.number(3)]),
    "6appendEmc": lambda one: one.put(one.text + one.repeated(1)),
    **dict.fromkeys(("9push_backEc", "pLEc"), lambda one: one.put(one.text + one.octet(1))),
    "8pop_backEv": lambda one: one.put(one.text[:-1]),
    **dict.fromkeys(("6assignEPKc", "aSEPKc"), lambda one: one.put(one.given(1))),
    "6assignEPKcm": lambda one: one.put(one.counted(1)),
    "6assignEmc": lambda one: one.put(one.repeated(1)),
    **dict.fromkeys(("6assignERKT_", "9_M_assignERKT_", "aSERKT_"), lambda one: one.put(one.other(1))),
    **dict.fromkeys(("6assignEOT_", "aSEOT_"), lambda one: one.put(one.other(1))),
    "aSEc": lambda one: one.put(one.octet(1)),
    "6insertEmPKc": lambda one: one.inserted(one.given(2)),
    "6insertEmPKcm": lambda one: one.inserted(one.counted(2)),
    "6insertEmRKT_": lambda one: one.inserted(one.other(2)),
    "6insertEmmc": lambda one: one.inserted(one.repeated(2)),
    **dict.fromkeys(("5eraseEmm", "8_M_eraseEmm"), lambda one: one.replaced(b"")),
    "7replaceEmmPKc": lambda one: one.replaced(one.given(3)),
    **dict.fromkeys(
        ("7replaceEmmPKcm", "10_M_replaceEmmPKcm", "9_M_mutateEmmPKcm"), lambda one: one.replaced(one.counted(3))
    ),
    "7replaceEmmRKT_": lambda one: one.replaced(one.other(3)),
    **dict.fromkeys(("7replaceEmmmc", "14_M_replace_auxEmmmc"), lambda one: one.replaced(one.repeated(3))),
    "5clearEv": lambda one: one.put(b""),
    "6resizeEmc": lambda one: _resized(one, one.octet(2)),
    "6resizeEm": lambda one: _resized(one, b"\0"),
    "7reserveEm": lambda one: one.reserve(one.number(1)),
    **dict.fromkeys(
        ("7reserveEv", "13shrink_to_fitEv", "10_M_disposeEv", "10_M_destroyEm", "D1Ev", "D2Ev"), lambda _: 0
    ),
    "9_M_createERmm": _created,
    **dict.fromkeys(
        ("12_M_constructIPKcEEvT_S8_St20forward_iterator_tag", "12_M_constructIPcEEvT_S7_St20forward_iterator_tag"),
        _built,
    ),
    "12_M_constructEmc": lambda one: one.put(one.repeated(1)),
    "6__initEPKcm": lambda one: one.made(one.counted(1)),
    "6__initEPKcmm": lambda one: one.made(one.counted(1)),
    "6__initEmc": lambda one: one.made(one.repeated(1)),
    "C1Ev": lambda one: one.made(b""),
    **dict.fromkeys(("C1EPKc", "C1EPKcRKA_"), lambda one: one.made(one.given(1))),
    **dict.fromkeys(("C1EPKcm", "C1EPKcmRKA_"), lambda one: one.made(one.counted(1))),
    **dict.fromkeys(("C1ERKT_", "C1ERKT_RKA_"), lambda one: one.made(one.other(1))),
    **dict.fromkeys(
        ("C1ERKT_mm", "C1ERKT_mmRKA_"), lambda one: one.made(one.other(1)[one.number(2) :][: one.number(3)])
    ),
    **dict.fromkeys(("C1EOT_", "C1EOT_RKA_"), lambda one: one.moved(1)),
    "C1EmcRKA_": lambda one: one.made(one.repeated(1)),
    "4findEPKcm": lambda one: one.found(one.given(1), one.number(2)),
    "4findEPKcmm": lambda one: one.found(one.sized(1, 3), one.number(2)),
    "4findERKT_m": lambda one: one.found(one.other(1), one.number(2)),
    "4findEcm": lambda one: one.found(one.octet(1), one.number(2)),
    "5rfindEcm": lambda one: one.found(one.octet(1), one.number(2), last=True),
    "5rfindEPKcmm": lambda one: one.found(one.sized(1, 3), one.number(2), last=True),
    "5rfindEPKcm": lambda one: one.found(one.given(1), one.number(2), last=True),
    "7compareEPKc": lambda one: one.compared(one.given(1)),
    "7compareERKT_": lambda one: one.compared(one.other(1)),
    **dict.fromkeys(("4sizeEv", "6lengthEv"), lambda one: len(one.text)),
    "5emptyEv": lambda one: int(not one.text),
}
"""What a member does, by its name without class, with ``T_`` for a string and ``A_`` for its allocator."""
_TO_TEXT = {
    kind: (bits, signed)
    for kind, bits, signed in zip("ijlmxy", (32, 32, 64, 64, 64, 64), (1, 0, 1, 0, 1, 0), strict=True)
}
"""Bits of a number by the letter of its type, and whether it has a sign: ``std::to_string``."""


def _to_text(cpu: Cpu, kind: str) -> int:
    place, first = cpu.structure()
    bits, signed = _TO_TEXT[kind]
    value = cpu.argument(first) & (1 << bits) - 1
    layout = _Llvm()
    layout.make(cpu.memory, place)
    layout.put(cpu.memory, place, str(value - (1 << bits) if signed and value >> bits - 1 else value).encode())
    return place


def _substring(cpu: Cpu, layout: _Layout) -> int:
    place, first = cpu.structure()
    one = _String(cpu, layout, first)
    text = one.text[one.number(1) :][: one.number(2)]
    layout.make(cpu.memory, place)
    layout.put(cpu.memory, place, text)
    return place


def _joined(cpu: Cpu) -> int:
    place, first = cpu.structure()
    layout = _Llvm()
    text = cpu.memory.text(cpu.argument(first)) + layout.text(cpu.memory, cpu.argument(first + 1))
    layout.make(cpu.memory, place)
    layout.put(cpu.memory, place, text)
    return place


def function_of(name: str) -> Callable[[Cpu], int] | None:
    """What a function of the shared library of C++ does, by its name; ``None`` if it is none of these."""
    if not name.startswith("_ZN"):
        return None
    place = name[3:].removeprefix("K")
    if place.startswith(_GNU):
        member, layout = place[len(_GNU) :], _Gnu()
        return _member(member.replace("S4_", "T_").replace("S3_", "A_"), layout)
    for space in _NAMESPACES:
        rest = place.removeprefix(space)
        if rest != place and rest.startswith(_LLVM):
            return _member(rest[len(_LLVM) :].replace("S5_", "T_").replace("S4_", "A_"), _Llvm())
        if rest != place and rest == _JOINED:
            return _joined
        if rest != place and rest[:-1] == "9to_stringE" and rest[-1] in _TO_TEXT:
            return partial(_to_text, kind=rest[-1])
    return None


def _member(name: str, layout: _Layout) -> Callable[[Cpu], int] | None:
    if name == "6substrEmm":
        return partial(_substring, layout=layout)
    member = _MEMBERS.get(name.replace("C2E", "C1E", 1) if name.startswith("C2") else name)
    return None if member is None else lambda cpu: member(_String(cpu, layout))
