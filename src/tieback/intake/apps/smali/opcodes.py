"""Instructions of Dalvik, as smali writes them: what the last operand of each is."""

from enum import IntEnum, auto

from tieback.intake.apps import dalvik_opcodes
from tieback.intake.apps.dalvik_opcodes import IndexKind


class Reference(IntEnum):
    """What the index in an instruction is of; for ``LABEL``, what its offset leads to."""

    NONE = 0
    STRING = auto()
    STRING_32 = auto()
    """The index has 32 bits."""
    TYPE = auto()
    FIELD = auto()
    METHOD = auto()
    PROTO = auto()
    METHOD_PROTO = auto()
    """A method, and two units after it a prototype."""
    CALL_SITE = auto()
    HANDLE = auto()
    LABEL_8 = auto()
    LABEL_16 = auto()
    LABEL_32 = auto()
    TABLE = auto()
    """The table of a ``switch`` or the data of an array."""


_BY_INDEX: dict[IndexKind, Reference] = {
    "": Reference.NONE,
    "string": Reference.STRING,
    "type": Reference.TYPE,
    "field": Reference.FIELD,
    "method": Reference.METHOD,
    "method and prototype": Reference.METHOD_PROTO,
    "call site": Reference.CALL_SITE,
    "handle": Reference.HANDLE,
    "prototype": Reference.PROTO,
}
_BY_FORMAT = {
    "10t": Reference.LABEL_8,
    **dict.fromkeys(("20t", "21t", "22t"), Reference.LABEL_16),
    "30t": Reference.LABEL_32,
    "31t": Reference.TABLE,
    "31c": Reference.STRING_32,
}
"""The formats with an offset, and that with a longer index."""

OPERANDS: dict[str, tuple[int, str, Reference]] = {
    name: (number, layout, _BY_FORMAT.get(layout, _BY_INDEX[index]))
    for name, (number, layout, index) in dalvik_opcodes.OPCODES.items()
}
"""Number, format and reference of each instruction, by mnemonic."""
