"""Reader of a file of Hermes bytecode: functions with their instructions, strings and literals.

Source: https://github.com/facebook/hermes (MIT), ``include/hermes/BCGen/HBC/BytecodeFileFormat.h`` and
``SerializedLiteralGenerator.h``. Every offset and count is checked; a function is read only when it is needed.
"""

import struct
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.hermes import string_table
from tieback.intake.apps.interface import Bytes
from tieback.recognise.hermes.instructions import Instruction, instructions, versions

MAX_FUNCTIONS = 1_000_000
"""Most functions of a file; large apps have about 60,000."""
MAX_BODY = 1024 * 1024
"""Most bytes of the instructions of one function that are read."""
MAX_DECODED = 400_000
"""Most instructions of one file that are read, and one more for each 25 bytes. A file of 16 MB needed 410,000."""
_BYTES_PER_DECODED = 25
MAX_STRING = 16_384
"""Most bytes of one string that are read."""
MAX_LITERALS = 8_192
"""Most values of one literal."""
MAX_TABLE = 4_096
"""Most targets of one switch."""
_HEADER = 128
_SHAPES = 98
"""First version in which the keys of literals are in a table of shapes, and calls keep one more register."""
_BIG_INTEGERS = 87
_OVERFLOWED = 0x20

type Numbers = NDArray[np.int64]

SIGNS = {
    "Eq": "==", "StrictEq": "===", "Neq": "!=", "StrictNeq": "!==", "Less": "<", "LessEq": "<=", "Greater": ">",
    "GreaterEq": ">=", "Add": "+", "AddN": "+", "AddS": "+", "Add32": "+", "Sub": "-", "SubN": "-", "Sub32": "-",
    "Mul": "*", "MulN": "*", "Mul32": "*", "Div": "/", "DivN": "/", "Mod": "%", "LShift": "<<", "RShift": ">>",
    "URshift": ">>>", "BitAnd": "&", "BitXor": "^", "BitOr": "|",
}  # fmt: skip
"""The operator of JavaScript for each instruction that computes from two registers."""


class UnreadableError(Exception):
    """The bytecode cannot be read; the message is for the user."""


class Step(NamedTuple):
    """One instruction of a function."""

    at: int
    """Offset in the function."""
    kind: Instruction
    operands: tuple[int, ...]
    """One of ``LoadConstDouble`` is a ``float``."""


class Header(NamedTuple):
    """A function."""

    offset: int
    """Of its first instruction in the file."""
    size: int
    parameters: int
    """With ``this``."""
    name: int
    """Number of a string."""
    registers: int


class Bytecode:
    """A file of bytecode."""

    def __init__(self, data: Bytes) -> None:
        """Read the header. Raises ``UnreadableError``, or ``MalformedPoolError`` if the strings cannot be read."""
        self.data = bytes(data)
        self.strings = string_table(self.data)
        fields = struct.unpack_from("<20I", self.data, 32)
        (self.version,) = struct.unpack_from("<I", self.data, 8)
        found = instructions(self.version)
        if found is None:
            known = ", ".join(map(str, versions()))
            raise UnreadableError(
                f"what Hermes bytecode version {self.version} puts together was not followed; known versions: {known}"
            )
        self.instructions = found
        self.global_function = fields[1]
        self.count = fields[2]
        if self.count > MAX_FUNCTIONS or self.global_function >= self.count:
            raise UnreadableError("the Hermes bytecode has a wrong number of functions; only its strings were read")
        self.shaped = self.version >= _SHAPES
        """True if the keys of literals are in a table of shapes."""
        sizes = fields[8 + 2 * (self.version >= _BIG_INTEGERS) :][2:5]
        self.outgoing = 8 if self.shaped else 7
        """Registers at the end of a frame behind ``this`` of a call."""
        self.values = aligned(self.strings.stop)
        if self.shaped:
            self.arrays = self.values
            self.keys = aligned(self.values + sizes[0])
            self.shapes, self.shape_count = aligned(self.keys + sizes[1]), sizes[2]
        else:
            self.arrays, self.keys = self.values, aligned(self.values + sizes[0])
            self.values = aligned(self.keys + sizes[1])
            self.shapes, self.shape_count = 0, 0
        self.values_end = min(self.values + sizes[0 if self.shaped else 2], len(self.data))
        self.arrays_end = min(self.arrays + sizes[0], len(self.data))
        self.keys_end = min(self.keys + sizes[1], len(self.data))
        self._known: dict[tuple[int, int], tuple[Step, ...]] = {}
        self._texts: dict[int, str] = {}
        self._repeating: dict[int, bool] = {}
        self._headers: dict[int, Header | None] = {}
        self.left = MAX_DECODED + len(self.data) // _BYTES_PER_DECODED
        """Instructions that may still be read. Without them functions are empty."""
        self.is_cut = False
        """True if a function was longer than ``MAX_BODY``."""

    @cached_property
    def bodies(self) -> tuple[Numbers, Numbers]:
        """Offset and size of the instructions of each function; zero where a header lies outside of the file."""
        width = self.strings.function_size // 4
        words = np.frombuffer(self.data, "<u4", self.count * width, _HEADER).astype(np.int64).reshape(-1, width)
        offsets = words[:, 0] & 0x1FFFFFF
        sizes = words[:, 1] & (0x3FFF if width == 3 else 0x7FFF)
        flags = words[:, width - 1] >> 24
        for number in np.flatnonzero(flags & _OVERFLOWED).tolist():
            header = self._large(words[number].tolist())
            offsets[number], sizes[number] = (header.offset, header.size) if header else (0, 0)
        bad = (offsets < _HEADER) | (offsets + sizes > len(self.data))
        offsets[bad] = sizes[bad] = 0
        return offsets, np.minimum(sizes, MAX_BODY)

    def header(self, function: int) -> Header | None:
        """A function; ``None`` if there is none with this number."""
        if function not in self._headers:
            self._headers[function] = self._header(function) if 0 <= function < self.count else None
        return self._headers[function]

    def _header(self, function: int) -> Header | None:
        width = self.strings.function_size // 4
        words = struct.unpack_from(f"<{width}I", self.data, _HEADER + function * width * 4)
        if words[-1] >> 24 & _OVERFLOWED:
            found = self._large(list(words))
        elif width == 3:
            found = Header(
                words[0] & 0x1FFFFFF, words[1] & 0x3FFF, words[0] >> 25 & 0x1F, words[1] >> 14 & 0xFF, words[2] & 0xFF
            )
        else:
            found = Header(words[0] & 0x1FFFFFF, words[1] & 0x7FFF, words[0] >> 25, words[1] >> 15, words[2] >> 25)
        if found is None or found.offset < _HEADER or found.offset + found.size > len(self.data):
            return None
        return found

    def _large(self, words: list[int]) -> Header | None:
        """The header that is too large for the table."""
        if len(words) == 3:
            at = (words[1] >> 14 & 0xFF) << 24 | words[0] & 0xFFFFFF
            form = "<IIxxxxIIxxxxxxxxI"
        else:
            at = (words[2] & 0x1FFFFFF) << 16 | words[0] & 0x1FFFFFF
            form = "<IIIIxxxxI"
        if at + struct.calcsize(form) > len(self.data):
            return None
        offset, parameters, size, name, registers = struct.unpack_from(form, self.data, at)
        return Header(offset, size, parameters, name, registers)

    def text(self, number: int) -> str:
        """A string; empty if there is none with this number."""
        known = self._texts.get(number)
        if known is None:
            table = self.strings
            if not 0 <= number < len(table.offsets):
                return ""
            begin = table.start + int(table.offsets[number])
            raw = self.data[begin : min(table.start + int(table.ends[number]), begin + MAX_STRING)]
            known = raw.decode("utf-16-le" if table.wide[number] else "latin-1", "replace")
            self._texts[number] = known
        return known

    def steps(self, function: int) -> tuple[Step, ...]:
        """The instructions of a function, until one that is not known or not whole."""
        header = self.header(function)
        if header is None:
            return ()
        key = header.offset, header.size
        if key not in self._known:
            self._known[key] = tuple(self._read(header))
            self.left -= len(self._known[key])
        return self._known[key]

    def _read(self, header: Header) -> list[Step]:
        at, start, end = header.offset, header.offset, header.offset + min(header.size, MAX_BODY)
        self.is_cut = self.is_cut or header.size > MAX_BODY
        data, readers, left = self.data, self.instructions.readers, self.left
        tables, found, new = end, list[Step](), tuple.__new__
        while at < tables and len(found) < left:
            reader = readers[data[at]]
            if reader is None:
                break
            kind, width, unpack, switches = reader
            if at + width > end:
                break
            operands = unpack(data, at + 1)
            found.append(new(Step, (at - start, kind, operands)))
            if switches:
                # The tables of jumps are behind the instructions.
                tables = min(tables, max(at + width, aligned(at + operands[1])))
            at += width
        return found

    def is_repeating(self, function: int) -> bool:
        """True if a function has a loop, or uses its arguments as a list."""
        found = self._repeating.get(function)
        if found is None:
            steps = self.steps(function)
            found = self._repeating[function] = any(
                (one.kind.jumps and one.operands[0] < 0)
                or one.kind.name in _LISTS
                or (one.kind.name == "CallBuiltin" and self.instructions.builtins.get(one.operands[1]) in _REPEATING)
                for one in steps
            )
        return found

    def forget(self) -> None:
        """Let go of the instructions that were read."""
        self._known.clear()
        self._texts.clear()

    def targets(self, function: int, step: Step) -> list[int]:
        """The offsets to which a switch jumps, without the one for other values."""
        header = self.header(function)
        if header is None:
            return []
        if step.kind.name == "StringSwitchImm":
            table, count, width, place = step.operands[2], step.operands[4], 8, 4
        else:
            table, count, width, place = step.operands[1], step.operands[4] - step.operands[3] + 1, 4, 0
        begin = aligned(header.offset + step.at + table)
        count = min(count, MAX_TABLE, (len(self.data) - begin) // width)
        return [
            step.at + struct.unpack_from("<i", self.data, begin + one * width + place)[0]
            for one in range(max(0, count))
        ]

    def shape(self, number: int) -> tuple[int, int]:
        """Offset in the keys, and number of the keys, of a shape."""
        if not 0 <= number < self.shape_count or self.shapes + 8 * number + 8 > len(self.data):
            return 0, 0
        offset, count = struct.unpack_from("<II", self.data, self.shapes + 8 * number)
        return offset, count

    def every_shape(self) -> Numbers:
        """Offset in the keys and number of the keys of each shape."""
        count = max(0, min(self.shape_count, (len(self.data) - self.shapes) // 8))
        return np.frombuffer(self.data, "<u4", 2 * count, self.shapes if count else 0).astype(np.int64).reshape(-1, 2)

    def literals(self, at: int, count: int) -> list[str | int | None]:
        """The values of a literal that begins at an offset of the file; ``None`` for those without a constant."""
        return list(islice(self._literals(at), min(count, MAX_LITERALS)))

    def strings_in(self, at: int, count: int, wanted: frozenset[int]) -> frozenset[int]:
        """Those of some strings that the literal at an offset of the file has; no value is made."""
        data, end, left = self.data, len(self.data), count
        found: frozenset[int] = frozenset()
        while left > 0 and 0 <= at < end - 1:
            tag, run = data[at] & 0x70, data[at] & 0x0F
            if data[at] & 0x80:
                run = run << 8 | data[at + 1]
                at += 1
            at += 1
            form = _LITERALS[tag] if tag != _BYTE_STRING or not self.shaped else None
            run, left = min(run, left), left - max(run, 1)
            if form is not None:
                if at + form.size * run > end:
                    break
                if tag in _STRINGS:
                    found |= wanted.intersection(struct.unpack_from(f"<{run}{form.format[1:]}", data, at))
                at += form.size * run
        return found

    def _literals(self, at: int) -> Iterator[str | int | None]:
        data, end = self.data, len(self.data)
        while 0 <= at < end:
            tag, count = data[at] & 0x70, data[at] & 0x0F
            if data[at] & 0x80:
                if at + 1 >= end:
                    return
                count = count << 8 | data[at + 1]
                at += 1
            at += 1
            form = _LITERALS[tag]
            if tag == _BYTE_STRING and self.shaped:
                form = None  # undefined
            if form is None:
                yield from ({_TRUE: 1, _FALSE: 0}.get(tag) for _ in range(count))
                continue
            for _ in range(count):
                if at + form.size > end:
                    return
                (value,) = form.unpack_from(data, at)
                at += form.size
                yield self.text(value) if tag in _STRINGS else value if isinstance(value, int) else _whole(value)


_LISTS = ("GetArgumentsPropByVal", "GetArgumentsLength", "ReifyArguments")
_REPEATING = ("copyRestArgs",)
_TRUE, _FALSE, _BYTE_STRING = 0x10, 0x20, 0x60
_STRINGS = (0x40, 0x50, 0x60)
_LITERALS: dict[int, struct.Struct | None] = {
    0x00: None, _TRUE: None, _FALSE: None, 0x30: struct.Struct("<d"), 0x40: struct.Struct("<I"),
    0x50: struct.Struct("<H"), _BYTE_STRING: struct.Struct("<B"), 0x70: struct.Struct("<i"),
}  # fmt: skip


def _whole(value: float) -> int | None:
    return int(value) if abs(value) < 1 << 52 and value == int(value) else None


def aligned(offset: int) -> int:
    """The next offset that four divides."""
    return (offset + 3) & ~3
