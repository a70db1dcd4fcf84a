"""Code of one method in smali: instructions, labels, tables and handlers.

Most lines occur many times in an app, so each different line is decoded once.
"""

from array import array
from collections.abc import Iterator
from enum import IntEnum, auto
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tieback.intake.apps.smali.classes import CodeText, Fix, Try
from tieback.intake.apps.smali.opcodes import Reference
from tieback.intake.apps.smali.operands import Encoded, encode
from tieback.intake.apps.smali.values import BrokenClassError, SmaliError, number, plain
from tieback.model.lazy_pattern import lazy_pattern

MAX_UNITS = 4_000_000
"""Code units of one method."""
MAX_CATCHES = 4_000
"""Handlers of one method."""
_MAX_LINES = 100_000
"""Different lines that are kept."""
_MAX_OVERLAPS = 100
"""Most handlers of a method in which ranges overlap."""
_MAX_CATCH = 4_096
"""Characters of a directive with a handler."""
_MAX_PROTO = 8_192
_MAX_LINE = 300
"""Characters of a line that is kept."""
_MAX_PARAMETERS = 255

_CATCH = lazy_pattern(r"\.catch(?:all|\s+(\S+))\s*\{\s*(:\S+)\s*\.\.\s*(:[^\s}]+)\s*\}\s*(:\S+)")
_PARAMETER = r"\[{0,255}+(?:[ZBSCIFJD]|L[^;]+;)"
_ONE, _EVERY = lazy_pattern(_PARAMETER), lazy_pattern(f"(?:{_PARAMETER})*+")
_MARKS = (Reference.LABEL_8, Reference.LABEL_16, Reference.LABEL_32, Reference.TABLE)


class LineKind(IntEnum):
    """What a line without an instruction is."""

    NOTHING = auto()
    LABEL = auto()
    CATCH = auto()
    BLOCK = auto()
    """A directive that can have more lines."""
    END = auto()
    REGISTERS = auto()
    LOCALS = auto()


class OtherLine(NamedTuple):
    """A line without an instruction."""

    kind: LineKind
    text: str


_IGNORED = (".line", ".local", ".end local", ".restart", ".prologue", ".epilogue", ".source")


def _other(text: str) -> OtherLine | None:
    if not text or text[0] == "#":
        return OtherLine(LineKind.NOTHING, "")
    if text[0] == ":":
        return OtherLine(LineKind.LABEL, text.partition("#")[0].rstrip())
    if text[0] != ".":
        return None
    if text.startswith(".end method"):
        return OtherLine(LineKind.END, "")
    for word, kind in ((".registers", LineKind.REGISTERS), (".locals", LineKind.LOCALS), (".catch", LineKind.CATCH)):
        if text.startswith(word):
            return OtherLine(kind, text if kind is LineKind.CATCH else text.removeprefix(word).strip())
    return OtherLine(LineKind.NOTHING if text.startswith(_IGNORED) else LineKind.BLOCK, text)


class LineCache:
    """Decoded lines, by the number of the register ``p0``."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, Encoded | OtherLine]] = {}
        self._count = 0

    def lines(self, base: int) -> "dict[str, Encoded | OtherLine]":
        """The lines of methods with this base."""
        if self._count > _MAX_LINES:
            self._known.clear()
            self._count = 0
        return self._known.setdefault(base, {})

    def decode(self, line: str, base: int) -> "Encoded | OtherLine":
        """Decode a line, and keep it.

        Raises:
            SmaliError: it is none.
        """
        text = line.strip()
        found = _other(text) or encode(text, base)
        if len(line) <= _MAX_LINE:
            self._known.setdefault(base, {})[line] = found
            self._count += 1
        return found


@lru_cache(maxsize=8192)
def parameters(proto: str) -> tuple[str, ...]:
    """Descriptors of the parameters of a prototype such as ``(I[J)V``.

    Raises:
        SmaliError: it is none.
    """
    if not proto.startswith("(") or len(proto) > _MAX_PROTO:
        raise SmaliError("not a prototype")
    listed, _, result = proto[1:].partition(")")
    if _EVERY.fullmatch(listed) is None or not result:
        raise SmaliError("not a prototype")
    found = tuple(_ONE.findall(listed))
    if len(found) > _MAX_PARAMETERS:
        raise SmaliError("a method has too many parameters")
    return found


def words_of(proto: str) -> int:
    """Registers of the parameters."""
    return sum(2 if kind in ("J", "D") else 1 for kind in parameters(proto))


class MethodBody:
    """Collects the code of one method."""

    def __init__(self, cache: LineCache, ins: int) -> None:
        self.ins = ins
        self.registers = ins
        self._cache = cache
        self._units: list[int] = []
        self._fixes: list[Fix] = []
        self._jumps: list[Fix] = []
        self._labels: dict[str, int] = {}
        self._recent: list[str] = []
        self._catches: list[str] = []
        self._tables: dict[int, list[tuple[int, str]]] = {}

    def read(self, lines: Iterator[str]) -> OtherLine:
        """Read lines up to the end of the method, or to a directive of another reader.

        Raises:
            SmaliError: a line cannot be read.
        """
        base = self.registers - self.ins
        known, units, cache = self._cache.lines(base), self._units, self._cache
        for line in lines:
            found = known.get(line)
            if found is None:
                found = cache.decode(line, base)
            if isinstance(found, Encoded):
                code, reference, text = found
                if reference:
                    (self._jumps if reference in _MARKS else self._fixes).append(Fix(reference, len(units), text))
                units += code
                continue
            kind = found.kind
            if kind is LineKind.NOTHING:
                continue
            if kind is LineKind.LABEL:
                self._label(found.text)
            elif kind is LineKind.CATCH:
                self._catches.append(found.text)
            elif kind is LineKind.END:
                return found
            elif kind is LineKind.BLOCK:
                if not self._table(found.text, lines):
                    return found
            else:
                self.registers = number(found.text) + (self.ins if kind is LineKind.LOCALS else 0)
                if not self.ins <= self.registers < 1 << 16:
                    raise SmaliError("a wrong number of registers")
                base = self.registers - self.ins
                known = cache.lines(base)
        raise SmaliError("a method has no end")

    def _label(self, name: str) -> None:
        place = len(self._units)
        if self._recent and self._labels.get(self._recent[-1]) != place:
            self._recent.clear()
        self._labels[name] = place
        self._recent.append(name)

    def _table(self, text: str, lines: Iterator[str]) -> bool:
        """Read the table that begins with this line; false if it is another directive."""
        word, _, operand = text.partition("#")[0].rstrip().partition(" ")
        if word not in (".packed-switch", ".sparse-switch", ".array-data"):
            return False
        if len(self._units) % 2:
            for name in self._recent:
                if self._labels[name] == len(self._units):
                    self._labels[name] += 1
            self._recent.clear()
            self._units.append(0)
        rows = []
        for line in lines:
            row = line.partition("#")[0].strip()
            if row.startswith((".end method", ".method")):
                raise BrokenClassError("a table has no end")
            if row.startswith(".end"):
                break
            if row:
                rows.append(row)
        if word == ".array-data":
            self._array(number(operand.strip()), rows)
        else:
            self._switch(operand.strip() if word == ".packed-switch" else "", rows)
        return True

    def _array(self, width: int, rows: list[str]) -> None:
        if width not in (1, 2, 4, 8):
            raise SmaliError("a wrong width of elements")
        mask = (1 << 8 * width) - 1
        values = [number(word) & mask for row in rows for word in row.replace(",", " ").split()]
        raw = b"".join(value.to_bytes(width, "little") for value in values)
        self._units += (0x0300, width, len(values) & 0xFFFF, len(values) >> 16)
        self._units += array("H", raw + bytes(len(raw) % 2))

    def _switch(self, first: str, rows: list[str]) -> None:
        at, units = len(self._units), self._units
        if len(rows) > 0xFFFF:
            raise SmaliError("a table is too long")
        labels = []
        if first:
            units += (0x0100, len(rows), *_two(number(first)))
            labels = rows
        else:
            units += (0x0200, len(rows))
            for row in rows:
                key, _, label = row.partition("->")
                units += _two(number(key.strip()))
                labels.append(label.strip())
        self._tables[at] = [(len(units) + 2 * place, label) for place, label in enumerate(labels)]
        units += [0] * (2 * len(labels))

    def code(self) -> CodeText | None:
        """The code; ``None`` if the method has none.

        Raises:
            SmaliError: a jump leads nowhere.
        """
        units = self._units
        if not units:
            return None
        if len(units) > MAX_UNITS:
            raise SmaliError("a method is too long")
        for reference, at, text in self._jumps:
            target = self._target(text)
            offset = target - at
            if reference is Reference.LABEL_8:
                units[at] |= (_within(offset, 8) & 0xFF) << 8
            elif reference is Reference.LABEL_16:
                units[at + 1] = _within(offset, 16) & 0xFFFF
            else:
                units[at + 1 : at + 3] = _two(offset)
            if reference is Reference.TABLE:
                # A table that two instructions share has the offsets of the first one.
                for place, label in self._tables.pop(target, ()):
                    units[place : place + 2] = _two(self._target(label) - at)
        return CodeText(self.registers, self.ins, array("H", units), self._fixes, self._tries())

    def _target(self, label: str) -> int:
        found = self._labels.get(label)
        if found is None:
            raise SmaliError(f"no such label: {label[:40]}")
        return found

    def _tries(self) -> list[Try]:
        if len(self._catches) > MAX_CATCHES:
            raise SmaliError("a method has too many handlers")
        ranges: dict[tuple[int, int], list[tuple[str, int]]] = {}
        for text in self._catches:
            match = _CATCH.match(text) if len(text) <= _MAX_CATCH else None
            if match is None:
                raise SmaliError("a handler cannot be read")
            kind = plain(match[1] or "")
            start, end, handler = (self._target(match[group]) for group in (2, 3, 4))
            if start < end:
                ranges.setdefault((start, end), []).append((kind, handler))
        found = sorted(ranges)
        if any(one[1] > other[0] for one, other in pairwise(found)):
            if len(self._catches) > _MAX_OVERLAPS:
                raise SmaliError("a method has too many handlers that overlap")
            return _apart(ranges)
        return [_as_try(start, end, ranges[start, end]) for start, end in found]


def _apart(ranges: dict[tuple[int, int], list[tuple[str, int]]]) -> list[Try]:
    """Ranges that overlap, as ranges that do not; the handlers of an earlier directive come first."""
    found = []
    for start, end in pairwise(sorted({place for both in ranges for place in both})):
        handlers = [one for (low, high), its in ranges.items() if low <= start and end <= high for one in its]
        if handlers:
            found.append(_as_try(start, end, handlers))
    return found


def _as_try(start: int, end: int, handlers: list[tuple[str, int]]) -> Try:
    every = next((at for kind, at in handlers if not kind), -1)
    typed = [one for one in dict.fromkeys(handlers) if one[0]]
    return Try(start, end, (*typed, *([("", every)] if every >= 0 else [])))


def _two(value: int) -> tuple[int, int]:
    return value & 0xFFFF, value >> 16 & 0xFFFF


def _within(offset: int, bits: int) -> int:
    if not -(1 << (bits - 1)) <= offset < 1 << (bits - 1):
        raise SmaliError("a jump is too far")
    return offset
