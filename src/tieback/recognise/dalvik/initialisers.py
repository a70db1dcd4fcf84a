"""Whether a static initialiser stores texts that are not constants of the file, as read from its instructions.

The instructions are taken once, in the order of the code. Whatever is not certain counts as computed: the initialiser
then runs, and what it stores is compared with the constants.
"""

from collections.abc import Container, Sequence
from enum import Enum, auto

from tieback.recognise.dataflow.dex.instructions import KINDS, LENGTHS, OpcodeEffect, payload_length


class _Held(Enum):
    """What a register holds; nothing is known of a register without such a value."""

    TEXT = auto()
    """A constant."""
    TEXTS = auto()
    """An array of texts, all of them constants so far; or the value of a field with texts."""
    OTHER = auto()
    """No text and no array of texts."""


_JUMPS = frozenset(
    (OpcodeEffect.IF, OpcodeEffect.SWITCH, OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32)
)
_WRITES = frozenset(
    (OpcodeEffect.WRITE_AA, OpcodeEffect.WIDE_AA, OpcodeEffect.AGET, OpcodeEffect.BINARY, OpcodeEffect.LITERAL_8)
)
_SHORT_WRITES = frozenset(
    (
        OpcodeEffect.WRITE_A,
        OpcodeEffect.WIDE_A,
        OpcodeEffect.IGET,
        OpcodeEffect.BINARY_2ADDR,
        OpcodeEffect.LITERAL_16,
        OpcodeEffect.NARROW,
    )
)
"""Effects that write the register in bits 8 to 15, or 8 to 11."""


class _Registers:
    """What is known of the registers at an instruction."""

    def __init__(self, units: Sequence[int], fields: Container[int], array: int) -> None:
        self._units, self._fields, self._array = units, fields, array
        self._held: dict[int, _Held | None] = {}
        self._result: _Held | None = None
        self._jumped = False

    def computes(self, at: int) -> bool:
        """Apply the instruction at a unit; true if it stores a text that may not be a constant."""
        units, held = self._units, self._held
        unit, opcode = units[at], units[at] & 255
        kind, high = KINDS[opcode], units[at] >> 8
        match opcode:
            case 0x1A | 0x1B:
                held[high] = _Held.TEXT
            case 0x62:
                held[high] = _Held.TEXTS if units[at + 1] in self._fields else _Held.OTHER
            case 0x69:
                known = held.get(high) in (_Held.TEXT, _Held.TEXTS) and not self._jumped
                return units[at + 1] in self._fields and not known
            case 0x4D:
                return held.get(units[at + 1] & 255) is not _Held.OTHER and held.get(high) is not _Held.TEXT
            case 0x23:
                held[high & 15] = _Held.TEXTS if units[at + 1] == self._array else _Held.OTHER
            case 0x0C:
                held[high] = self._result
            case 0x07:
                held[high & 15] = held.get(unit >> 12)
            case 0x08:
                held[high] = held.get(units[at + 1])
            case 0x24 | 0x25:
                self._result = _Held.OTHER if units[at + 1] != self._array else _Held.TEXTS
                return self._result is _Held.TEXTS and {held.get(one) for one in _listed(units, at)} != {_Held.TEXT}
            case _ if OpcodeEffect.INVOKE <= kind <= OpcodeEffect.INVOKE_OTHER:
                self._result = None
                return any(held.get(register) is _Held.TEXTS for register in _listed(units, at))
            case _:
                self._jumped |= kind in _JUMPS
                self._write(kind, opcode, high)
        return False

    def _write(self, kind: int, opcode: int, high: int) -> None:
        if opcode == 0x12:
            self._held[high & 15] = _Held.OTHER
        elif 0x13 <= opcode <= 0x19 or opcode == 0x22 or opcode in (0x0A, 0x0B) or kind == OpcodeEffect.SGET:
            self._held[high] = _Held.OTHER
        elif kind in _WRITES:
            self._held.pop(high, None)
        elif kind in _SHORT_WRITES:
            self._held.pop(high & 15, None)


def stores_computed(units: Sequence[int], fields: Container[int], array: int) -> bool:
    """True if an initialiser can store a text that it computes.

    Args:
        units: its code units.
        fields: indices of the fields with a text or an array of texts.
        array: type index of ``String[]``; -1 if the file has none.
    """
    registers, at = _Registers(units, fields, array), 0
    while at < len(units):
        opcode = units[at] & 255
        if opcode == 0:
            at += payload_length(units, at)
            continue
        if at + LENGTHS[opcode] > len(units) or registers.computes(at):
            return True
        at += LENGTHS[opcode]
    return False


def _listed(units: Sequence[int], at: int) -> Sequence[int]:
    """Registers of a call, or of the elements of an array."""
    unit, places = units[at], units[at + 2]
    if unit & 255 == 0x25 or 0x74 <= unit & 255 <= 0x78 or unit & 255 in (0xFB, 0xFD):
        return range(places, places + (unit >> 8))
    return [places & 15, places >> 4 & 15, places >> 8 & 15, places >> 12, unit >> 8 & 15][: unit >> 12]
