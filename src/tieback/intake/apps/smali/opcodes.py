"""Names, numbers and formats of the instructions of Dalvik, as smali writes them.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode and .../instruction-formats.
"""

from collections.abc import Iterator
from enum import IntEnum, auto
from typing import NamedTuple


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


class Opcode(NamedTuple):
    """An instruction."""

    number: int
    format: str
    """Identifier of the format, such as ``21c``."""
    reference: Reference


_MATH = "add sub mul div rem and or xor shl shr ushr"
_KINDS = ("", "-wide", "-object", "-boolean", "-byte", "-char", "-short")
_INVOKES = ("virtual", "super", "direct", "static", "interface")
_NONE, _STRING, _TYPE, _METHOD = Reference.NONE, Reference.STRING, Reference.TYPE, Reference.METHOD
_CALL_SITE = Reference.CALL_SITE

_ROWS: tuple[tuple[int, str, Reference, str], ...] = (
    (0x00, "10x", _NONE, "nop"),
    (0x01, "12x", _NONE, "move"),
    (0x02, "22x", _NONE, "move/from16"),
    (0x03, "32x", _NONE, "move/16"),
    (0x04, "12x", _NONE, "move-wide"),
    (0x05, "22x", _NONE, "move-wide/from16"),
    (0x06, "32x", _NONE, "move-wide/16"),
    (0x07, "12x", _NONE, "move-object"),
    (0x08, "22x", _NONE, "move-object/from16"),
    (0x09, "32x", _NONE, "move-object/16"),
    (0x0A, "11x", _NONE, "move-result move-result-wide move-result-object move-exception"),
    (0x0E, "10x", _NONE, "return-void"),
    (0x0F, "11x", _NONE, "return return-wide return-object"),
    (0x12, "11n", _NONE, "const/4"),
    (0x13, "21s", _NONE, "const/16"),
    (0x14, "31i", _NONE, "const"),
    (0x15, "21h", _NONE, "const/high16"),
    (0x16, "21s", _NONE, "const-wide/16"),
    (0x17, "31i", _NONE, "const-wide/32"),
    (0x18, "51l", _NONE, "const-wide"),
    (0x19, "21H", _NONE, "const-wide/high16"),
    (0x1A, "21c", _STRING, "const-string"),
    (0x1B, "31c", Reference.STRING_32, "const-string/jumbo"),
    (0x1C, "21c", _TYPE, "const-class"),
    (0x1D, "11x", _NONE, "monitor-enter monitor-exit"),
    (0x1F, "21c", _TYPE, "check-cast"),
    (0x20, "22c", _TYPE, "instance-of"),
    (0x21, "12x", _NONE, "array-length"),
    (0x22, "21c", _TYPE, "new-instance"),
    (0x23, "22c", _TYPE, "new-array"),
    (0x24, "35c", _TYPE, "filled-new-array"),
    (0x25, "3rc", _TYPE, "filled-new-array/range"),
    (0x26, "31t", Reference.TABLE, "fill-array-data"),
    (0x27, "11x", _NONE, "throw"),
    (0x28, "10t", Reference.LABEL_8, "goto"),
    (0x29, "20t", Reference.LABEL_16, "goto/16"),
    (0x2A, "30t", Reference.LABEL_32, "goto/32"),
    (0x2B, "31t", Reference.TABLE, "packed-switch sparse-switch"),
    (0x2D, "23x", _NONE, "cmpl-float cmpg-float cmpl-double cmpg-double cmp-long"),
    (0x32, "22t", Reference.LABEL_16, "if-eq if-ne if-lt if-ge if-gt if-le"),
    (0x38, "21t", Reference.LABEL_16, "if-eqz if-nez if-ltz if-gez if-gtz if-lez"),
    (0x44, "23x", _NONE, " ".join(f"aget{kind}" for kind in _KINDS)),
    (0x4B, "23x", _NONE, " ".join(f"aput{kind}" for kind in _KINDS)),
    (0x52, "22c", Reference.FIELD, " ".join(f"iget{kind}" for kind in _KINDS)),
    (0x59, "22c", Reference.FIELD, " ".join(f"iput{kind}" for kind in _KINDS)),
    (0x60, "21c", Reference.FIELD, " ".join(f"sget{kind}" for kind in _KINDS)),
    (0x67, "21c", Reference.FIELD, " ".join(f"sput{kind}" for kind in _KINDS)),
    (0x6E, "35c", _METHOD, " ".join(f"invoke-{kind}" for kind in _INVOKES)),
    (0x74, "3rc", _METHOD, " ".join(f"invoke-{kind}/range" for kind in _INVOKES)),
    (0x7B, "12x", _NONE, "neg-int not-int neg-long not-long neg-float neg-double"),
    (0x81, "12x", _NONE, "int-to-long int-to-float int-to-double long-to-int long-to-float long-to-double"),
    (0x87, "12x", _NONE, "float-to-int float-to-long float-to-double double-to-int double-to-long double-to-float"),
    (0x8D, "12x", _NONE, "int-to-byte int-to-char int-to-short"),
    (0x90, "23x", _NONE, " ".join(f"{name}-int" for name in _MATH.split())),
    (0x9B, "23x", _NONE, " ".join(f"{name}-long" for name in _MATH.split())),
    (0xA6, "23x", _NONE, " ".join(f"{name}-float" for name in _MATH.split()[:5])),
    (0xAB, "23x", _NONE, " ".join(f"{name}-double" for name in _MATH.split()[:5])),
    (0xB0, "12x", _NONE, " ".join(f"{name}-int/2addr" for name in _MATH.split())),
    (0xBB, "12x", _NONE, " ".join(f"{name}-long/2addr" for name in _MATH.split())),
    (0xC6, "12x", _NONE, " ".join(f"{name}-float/2addr" for name in _MATH.split()[:5])),
    (0xCB, "12x", _NONE, " ".join(f"{name}-double/2addr" for name in _MATH.split()[:5])),
    (0xD0, "22s", _NONE, "add-int/lit16 rsub-int mul-int/lit16 div-int/lit16"),
    (0xD4, "22s", _NONE, "rem-int/lit16 and-int/lit16 or-int/lit16 xor-int/lit16"),
    (0xD8, "22b", _NONE, " ".join(f"{name}-int/lit8" for name in _MATH.replace("sub", "rsub").split())),
    (0xFA, "45cc", Reference.METHOD_PROTO, "invoke-polymorphic"),
    (0xFB, "4rcc", Reference.METHOD_PROTO, "invoke-polymorphic/range"),
    (0xFC, "35c", _CALL_SITE, "invoke-custom"),
    (0xFD, "3rc", _CALL_SITE, "invoke-custom/range"),
    (0xFE, "21c", Reference.HANDLE, "const-method-handle"),
    (0xFF, "21c", Reference.PROTO, "const-method-type"),
)


def _opcodes() -> Iterator[tuple[str, Opcode]]:
    for first, layout, reference, names in _ROWS:
        for number, name in enumerate(names.split(), first):
            yield name, Opcode(number, layout, reference)


OPCODES = dict(_opcodes())
"""Instructions by name."""
