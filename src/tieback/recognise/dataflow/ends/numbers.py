"""Where the identifiers of resources go in the code of an app: constants, tables, initial values of fields."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.dataflow.code.places import whole_code
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.opcode_sets import CONST_HIGH
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES
from tieback.recognise.dataflow.ends.trace import CONTACTS, Outcome
from tieback.recognise.dataflow.ends.uses import ConstantUses

_NONE = np.empty(0, np.uint8)
_INT = 0x64
"""Head of an encoded value with an ``int`` of four bytes."""

type Places = NDArray[np.int64]


class NumberUses:
    """The uses of numbers of 32 bits."""

    def __init__(self, uses: ConstantUses) -> None:
        """The code of the app, with all its DEX files."""
        self._uses = uses
        self._halves: dict[tuple[int, int], tuple[NDArray[np.uint16], Places]] = {}
        self._values: dict[tuple[int, int], tuple[Places, Places]] = {}

    def outcomes(self, value: int) -> Iterator[Outcome]:
        """What becomes of a number at each of its places; nothing if no code has it."""
        for number, dex in enumerate(self._uses.app.files):
            places = self._in_code(number, dex, value)
            if len(places) >= MAX_SITES:
                yield CONTACTS
                return
            methods: dict[int, tuple[CodeItem, set[int]]] = {}
            for place in places:
                code = dex.code_around(place, every=True)
                if code is None:
                    if dex.is_head_of_code(place):
                        continue
                    yield CONTACTS
                    return
                methods.setdefault(code.offset, (code, set()))[1].add((place - code.begin) // 2)
            for code, at in methods.values():
                yield self._uses.of_number(number, code, value, at)
            yield from self._initial(number, dex, value)

    def _in_code(self, number: int, dex: DexFile, value: int) -> list[int]:
        """Byte offsets of the unit before each place of a number in the code; others can look the same."""
        high, low = value >> 16, value & 0xFFFF
        if (number, high) not in self._halves:
            units = whole_code(dex).units
            at = np.flatnonzero(units == high)
            at = at[at >= 2]
            lows = units[at - 1]
            order = lows.argsort(kind="stable")
            self._halves[number, high] = lows[order], at[order]
        lows, at = self._halves[number, high]
        first = int(lows.searchsorted(np.uint16(low)))
        last = int(lows.searchsorted(np.uint16(low), side="right"))
        code = whole_code(dex)
        found = [code.offset(place - 2) for place in at[first : min(last, first + MAX_SITES)].tolist()]
        if not low:
            heads = at[(code.units[at - 1] & 0xFF) == CONST_HIGH]
            found += [code.offset(place - 1) for place in heads[:MAX_SITES].tolist()]
        return found

    def _initial(self, number: int, dex: DexFile, value: int) -> Iterator[Outcome]:
        """What becomes of a number that is the initial value of fields, or in an annotation."""
        if len(self._encoded(number, dex, SectionKind.ANNOTATIONS, value)):
            yield CONTACTS
            return
        places = self._encoded(number, dex, SectionKind.ENCODED_ARRAYS, value)
        if len(places) >= MAX_SITES:
            yield CONTACTS
        else:
            yield from self._uses.of_values(number, places, value)

    def _encoded(self, number: int, dex: DexFile, kind: int, value: int) -> list[int]:
        """Offsets of the encoded values in a section that can be this number, at most ``MAX_SITES``."""
        if (number, kind) not in self._values:
            section = dex.sections.get(kind)
            raw = np.frombuffer(dex.data, np.uint8, section.end - section.begin, section.begin) if section else _NONE
            at = np.flatnonzero(raw[:-4] == _INT)
            numbers: Places = np.zeros(len(at), np.int64)
            for byte in range(1, 5):
                numbers |= raw[at + byte].astype(np.int64) << (8 * byte - 8)
            order = numbers.argsort(kind="stable")
            self._values[number, kind] = numbers[order], at[order] + (section.begin if section else 0)
        numbers, at = self._values[number, kind]
        first, last = numbers.searchsorted(np.array((value, value + 1), np.int64)).tolist()
        return list(map(int, at[first : min(last, first + MAX_SITES)]))
