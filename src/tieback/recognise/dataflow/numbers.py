"""Where the identifiers of resources go in the code of an app: constants, tables, initial values of fields."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tieback.recognise.dataflow.app import MAX_SITES
from tieback.recognise.dataflow.dexfile import CodeItem, DexFile, SectionKind
from tieback.recognise.dataflow.places import whole_code
from tieback.recognise.dataflow.trace import CONTACTS, Outcome
from tieback.recognise.dataflow.uses import ConstantUses

_CONST_HIGH = 0x15
_INT = b"\x64"
"""Head of an encoded value with an ``int`` of four bytes."""

type Places = NDArray[np.int64]


class NumberUses:
    """The uses of numbers of 32 bits."""

    def __init__(self, uses: ConstantUses) -> None:
        """The code of the app, with all its DEX files."""
        self._uses = uses
        self._halves: dict[tuple[int, int], tuple[NDArray[np.uint16], Places]] = {}

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
            heads = at[(code.units[at - 1] & 0xFF) == _CONST_HIGH]
            found += [code.offset(place - 1) for place in heads[:MAX_SITES].tolist()]
        return found

    def _initial(self, number: int, dex: DexFile, value: int) -> Iterator[Outcome]:
        """What becomes of a number that is the initial value of fields, or in an annotation."""
        wanted = _INT + value.to_bytes(4, "little")
        section = dex.sections.get(SectionKind.ANNOTATIONS)
        if section is not None and dex.data.find(wanted, section.begin, section.end) >= 0:
            yield CONTACTS
            return
        section = dex.sections.get(SectionKind.ENCODED_ARRAYS)
        places = []
        at = dex.data.find(wanted, section.begin, section.end) if section is not None else -1
        while section is not None and at >= 0:
            places.append(at)
            if len(places) >= MAX_SITES:
                yield CONTACTS
                return
            at = dex.data.find(wanted, at + 1, section.end)
        yield from self._uses.of_values(number, places, value)
