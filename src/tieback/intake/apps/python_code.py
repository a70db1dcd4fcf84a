"""Compiled Python (``.pyc``) in apps of Kivy, BeeWare and Chaquopy: where its texts are, and which are documentation.

Sources: CPython ``Python/marshal.c`` and ``Lib/importlib/_bootstrap_external.py``, versions 2.7 and 3.5 to 3.14;
PEP 552. A file has a number of its version, 4, 8 or 12 more bytes, and one code object. Each object begins with a byte
for its type, whose high bit adds it to the list that later references mean. Texts follow their length and have no end
mark.

The first constant of a function or module is its documentation, if it is a text; that of a class is in its constants.
"""

from contextlib import suppress
from typing import TypeGuard

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.python_versions import (
    LAST,
    MARKED,
    POSITIONAL,
    PYTHON2,
    QUALIFIED,
    REFERENCE,
    code_offset,
)

MAX_STEPS = 2_000_000
"""Most objects of one file that are read."""
MAX_DEPTH = 200
_CODE, _SMALL_TUPLE, _DICT, _LONG, _SLICE, _INTERNED = b"c){l:t"
_REF, _OLD_REF = b"rR"
_SHORT_TEXTS = frozenset(b"zZ")
_TEXTS = frozenset(b"saAut")
_TUPLES = frozenset(b"([<>")
_FIXED = dict(zip(b"NFTS.iIgy", (0, 0, 0, 0, 0, 4, 8, 8, 16), strict=True))
_OLD_FLOATS = dict(zip(b"fx", (1, 2), strict=True))
_END = ord("0")
_IS_FUNCTION, _HAS_DOCUMENTATION = 0x3, 0x4000000
_DOC, _OWN_NAME, _MAIN = b"__doc__", b"__name__", b"__main__"


class CodeText(msgspec.Struct, frozen=True, gc=False):
    """A text in a file of compiled Python."""

    start: int
    end: int


class ModuleTexts(msgspec.Struct, frozen=True):
    """The texts of a module, in order."""

    texts: tuple[CodeText, ...]
    documentation: tuple[CodeText, ...]
    """Those that are the documentation of a module, class or function."""
    started: tuple[CodeText, ...]
    """Texts and code that a module uses only behind a comparison of its own name with ``__main__``."""
    whole: bool = True
    """False if the file is damaged, or above a limit."""


type _Value = CodeText | tuple["_Value", ...] | None


def read_python(file: str, data: Bytes) -> Artifact:
    """A compiled file, whose texts begin and end where its objects do."""
    return Artifact(file, (Buffer(file, BufferKind.BINARY, data, starts=lambda: edges(module_texts(data))),))


def module_texts(data: Bytes) -> ModuleTexts:
    """The texts of a compiled file; of a damaged one, those before the damage. Never raises."""
    reader, whole = _Reader(data), False
    with suppress(_DamagedError):
        reader.value(code_offset(data[:18]), 0)
        whole = True
    return ModuleTexts(tuple(reader.texts), tuple(reader.documents), tuple(reader.started), whole)


def edges(module: ModuleTexts) -> NDArray[np.int64]:
    """Where the texts of a module begin and end, in order."""
    return distinct(np.fromiter((edge for text in module.texts for edge in (text.start, text.end)), np.int64))


class _DamagedError(Exception):
    """The file is damaged, or exceeds a limit."""


class _Reader:
    """Reads the objects of a file."""

    def __init__(self, data: Bytes) -> None:
        self.texts: list[CodeText] = []
        self.documents: list[CodeText] = []
        self.started: list[CodeText] = []
        self._spans: list[CodeText] = []
        self._data = data
        self._number = int.from_bytes(data[:2], "little")
        self._at = 0
        self._steps = MAX_STEPS
        self._seen: list[_Value] = []
        self._interned: list[_Value] = []

    def value(self, at: int, depth: int) -> _Value:
        """Read the object at an offset."""
        self._at = at
        return self._next(depth)

    def _next(self, depth: int) -> _Value:
        self._steps -= 1
        at = self._at
        if self._steps < 0 or depth > MAX_DEPTH or at >= len(self._data):
            raise _DamagedError
        self._at = at + 1
        kind = self._data[at]
        if kind < REFERENCE:
            return self._object(kind, depth)
        place = len(self._seen)
        self._seen.append(None)
        found = self._seen[place] = self._object(kind & ~REFERENCE, depth)
        return found

    def _object(self, kind: int, depth: int) -> _Value:
        if kind in _SHORT_TEXTS or kind in _TEXTS:
            text = self._text(self._take(1)[0] if kind in _SHORT_TEXTS else self._long())
            if kind == _INTERNED:
                self._interned.append(text)
            return text
        if kind in (_REF, _OLD_REF):
            known = self._seen if kind == _REF else self._interned
            index = self._long()
            return known[index] if index < len(known) else None
        if kind == _SMALL_TUPLE or kind in _TUPLES:
            return self._several(self._take(1)[0] if kind == _SMALL_TUPLE else self._long(), depth)
        self._other(kind, depth)
        return None

    def _other(self, kind: int, depth: int) -> None:
        """Read an object that is no text and has no values that anything needs."""
        if kind == _CODE:
            self._code(depth)
        elif kind == _SLICE:
            self._several(3, depth)
        elif kind == _DICT:
            while self._peek() != _END:
                self._several(2, depth)
            self._take(1)
        elif kind == _LONG:
            digits = int.from_bytes(self._take(4), "little", signed=True)
            self._take(2 * abs(digits))
        elif kind in _OLD_FLOATS:
            for _ in range(_OLD_FLOATS[kind]):
                self._take(self._take(1)[0])
        elif kind in _FIXED:
            self._take(_FIXED[kind])
        else:
            raise _DamagedError

    def _code(self, depth: int) -> None:
        """Read a code object, whose fields depend on the version."""
        is_new = QUALIFIED <= self._number < LAST
        numbers = 4 if self._number > PYTHON2 else 6 if POSITIONAL <= self._number < QUALIFIED else 5
        flags = int.from_bytes(self._take(4 * numbers)[-4:], "little")
        self._next(depth + 1)
        begin = self._at
        constants = self._next(depth + 1)
        places = self._spans
        names = self._next(depth + 1)
        name = self._several(5, depth)[3 if is_new else 4]
        self._take(4)
        self._several(2 if is_new else 1, depth)
        if isinstance(constants, tuple) and isinstance(names, tuple):
            self.documents += self._documentation(flags, constants, names, name)
            if not depth and self._has(names, _OWN_NAME):
                # Constants are in the order of their first use, but not tuples that the compiler put together.
                used = [(one, place) for one, place in zip(constants, places, strict=False) if place.start >= begin]
                main = next((number for number, (one, _) in enumerate(used) if self._is(one, _MAIN)), len(used))
                self.started = [place for one, place in used[main + 1 :] if not isinstance(one, tuple)]

    def _documentation(
        self, flags: int, constants: tuple[_Value, ...], names: tuple[_Value, ...], name: _Value
    ) -> list[CodeText]:
        if flags & _IS_FUNCTION == _IS_FUNCTION:
            # Of a comprehension or lambda, the first constant can be any text.
            is_named = isinstance(name, CodeText) and self._data[name.start : name.start + 1] != b"<"
            has_one = is_named and (not MARKED <= self._number < LAST or flags & _HAS_DOCUMENTATION)
            possible = constants[:1] if has_one else ()
        else:
            possible = constants[:4] if self._has(names, _DOC) else ()
        return [one for one in possible if isinstance(one, CodeText) and self._has_space(one)][:1]

    def _has(self, values: tuple[_Value, ...], text: bytes) -> bool:
        return any(self._is(one, text) for one in values)

    def _is(self, value: _Value, text: bytes) -> TypeGuard[CodeText]:
        return isinstance(value, CodeText) and self._data[value.start : value.end] == text

    def _has_space(self, text: CodeText) -> bool:
        return not frozenset(b" \n").isdisjoint(self._data[text.start : text.end])

    def _several(self, count: int, depth: int) -> tuple[_Value, ...]:
        if count > len(self._data) - self._at:
            raise _DamagedError
        if depth > 1:
            return tuple([self._next(depth + 1) for _ in range(count)])
        values, places = list[_Value](), list[CodeText]()  # only those of the module are needed
        for _ in range(count):
            at = self._at
            values.append(self._next(depth + 1))
            places.append(CodeText(at, self._at))
        self._spans = places
        return tuple(values)

    def _text(self, length: int) -> CodeText:
        start = self._at
        end = self._at = start + length
        if end > len(self._data):
            raise _DamagedError
        found = CodeText(start, end)
        self.texts.append(found)
        return found

    def _long(self) -> int:
        return int.from_bytes(self._take(4), "little")

    def _peek(self) -> int:
        return self._data[self._at] if self._at < len(self._data) else _END

    def _take(self, count: int) -> Bytes:
        if count > len(self._data) - self._at:
            raise _DamagedError
        self._at += count
        return self._data[self._at - count : self._at]
