"""Places of instructions in the whole code of an app, with that of all libraries."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.dex.code_units import CodeUnits
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, CONST_JUMBO, CONST_STRING, CONST_STRINGS
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES, OperandUses, is_instruction

MAX_STEPS = 1_000_000
"""Most code units of one app that are read to see where instructions begin; after that each place counts."""
MAX_SHORT = 0xFFFF
"""Greatest index of a string in the short instruction."""


class Site(NamedTuple):
    """An instruction in a method; another operand can look the same."""

    number: int
    """Of the file."""
    code: CodeItem
    at: int
    """Code unit in the method."""
    member: int
    """Index of the field or string in the file."""


class CodePlaces:
    """Byte offsets of instructions with an operand; other operands can look the same."""

    def __init__(self, app: AppCode) -> None:
        """The code is searched at the first question for each set of opcodes."""
        self._app = app
        self._uses: dict[tuple[int, frozenset[int]], OperandUses] = {}
        self._left = MAX_STEPS

    def offsets(self, number: int, opcodes: frozenset[int], index: int, most: int = MAX_SITES) -> list[int]:
        """At most ``most`` offsets in a file of instructions with one of the opcodes and this index."""
        uses = self._uses.get((number, opcodes))
        if uses is None:
            dex = self._app.files[number]
            uses = self._uses[number, opcodes] = OperandUses(whole_code(dex), opcodes)
        return uses.offsets(index, most)

    def of_field(self, field: int, opcodes: frozenset[int], most: int = MAX_SITES) -> Iterator[Site | None]:
        """Each instruction that uses a field; ``None`` for one in no known method, and at the end of too many.

        Args:
            field: the identity of the field.
            opcodes: those of the instructions.
            most: as many instructions of one file are too many.
        """
        for number, index in self._app.field_places(field):
            offsets = self.offsets(number, opcodes, index, most)
            if len(offsets) >= most:
                yield None
                return
            for offset in offsets:
                code = self._app.files[number].code_around(offset, every=True)
                yield Site(number, code, (offset - code.begin) // 2, index) if code is not None else None

    def has_instruction(self, number: int, opcodes: frozenset[int], index: int) -> bool:
        """True if an instruction has one of the opcodes and this index; no operand counts."""
        return any(self.is_instruction(number, offset) for offset in self.offsets(number, opcodes, index))

    def is_instruction(self, number: int, place: int) -> bool:
        """True if an instruction begins at an offset of a file, or if that is not known."""
        code = self._app.files[number].code_around(place, every=True)
        return code is None or self.begins(number, code, place)

    def begins(self, number: int, code: CodeItem, offset: int) -> bool:
        """True if an instruction of a method begins at an offset, or if too much was read to tell."""
        place = (offset - code.begin) // 2
        self._left -= place
        return self._left < 0 or is_instruction(self._app.files[number], code, place)

    def loads(self, number: int, index: int) -> bool:
        """True if an instruction loads a string."""
        return any(self.is_instruction(number, place) for place in self.strings(number, index))

    def loading(self, number: int, index: int) -> Iterator[Site | None]:
        """Each instruction that loads a string; ``None`` for one in no known method, and at the end of too many.

        Other operands, and the values of arrays, can look the same: they do not count.
        """
        offsets = self.strings(number, index)
        if len(offsets) >= MAX_SITES:
            yield None
            return
        for offset in offsets:
            code = self._app.files[number].code_around(offset, every=True)
            if code is None:
                yield None
            elif self.begins(number, code, offset):
                yield Site(number, code, (offset - code.begin) // 2, index)

    def calls(
        self, name: str, kind: str, owners: frozenset[str] = frozenset(), most: int = MAX_SITES
    ) -> Iterator[tuple[int, int, int]]:
        """Number of the file, offset and method index of each call of a method; of any class without owners.

        Other operands can look the same. At most ``most`` are given for each method index.
        """
        for number, dex in enumerate(self._app.files):
            title = self._app.string_of(number, name)
            for index in self._titled(dex, number, title, owners) if title >= 0 else ():
                identity = self._app.method(number, index)
                if identity >= 0 and self._app.ref(identity).kind == kind:
                    yield from ((number, place, index) for place in self.offsets(number, CALLS, index, most))

    def _titled(self, dex: DexFile, number: int, title: int, owners: frozenset[str]) -> Iterator[int]:
        """Indices of the methods of these classes, or of all, that have a name."""
        if not owners:
            yield from dex.methods_titled(title)
        for kind in (self._app.type_of(number, owner) for owner in owners):
            methods = dex.methods_of(kind) if kind >= 0 else range(0)
            yield from (one for one, other in zip(methods, dex.names_of(methods), strict=True) if other == title)

    def strings(self, number: int, index: int) -> list[int]:
        """Offsets of the instructions that load a string."""
        # One search for both instructions: each takes as long as the whole code is.
        found = self.offsets(number, CONST_STRINGS, index & MAX_SHORT, 2 * MAX_SITES)
        data = self._app.files[number].data
        short = [place for place in found if index <= MAX_SHORT and data[place] == CONST_STRING]
        return short[:MAX_SITES] + [place for place in found if data[place] == CONST_JUMBO][:MAX_SITES]


def whole_code(dex: DexFile) -> CodeUnits:
    """All code units of a file."""
    section = dex.sections.get(SectionKind.CODE)
    begin, end = (section.begin + (section.begin & 1), section.end) if section is not None else (0, 0)
    count = max(0, (end - begin) // 2)
    units = np.frombuffer(dex.data, "<u2", count, begin if count else 0)
    return CodeUnits(units, np.zeros(1, np.int64), np.full(1, begin, np.int64))
