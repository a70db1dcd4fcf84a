"""The instructions of Dalvik: number, mnemonic, format, length and kind of index. All readers of code derive from it.

Source: https://source.android.com/docs/core/runtime/dalvik-bytecode and .../instruction-formats. The format ``21h`` is
``21ih`` or ``21lh`` here: its 16 bits are the upper ones of 32 or of 64.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

type IndexKind = Literal[
    "", "string", "type", "field", "method", "method and prototype", "call site", "handle", "prototype"
]
"""The table of the DEX file that the index in an instruction is of; empty for an instruction without one."""


class Opcode(NamedTuple):
    """An instruction."""

    number: int
    format: str
    """Identifier of the format, such as ``21c``: code units, registers, and what else is there."""
    index_kind: IndexKind

    @property
    def length(self) -> int:
        """Code units of 16 bits."""
        return int(self.format[0])


_MATH = "add sub mul div rem and or xor shl shr ushr"
_KINDS = ("", "-wide", "-object", "-boolean", "-byte", "-char", "-short")
_INVOKES = ("virtual", "super", "direct", "static", "interface")

_ROWS: tuple[tuple[int, str, IndexKind, str], ...] = (
    (0x00, "10x", "", "nop"),
    (0x01, "12x", "", "move"),
    (0x02, "22x", "", "move/from16"),
    (0x03, "32x", "", "move/16"),
    (0x04, "12x", "", "move-wide"),
    (0x05, "22x", "", "move-wide/from16"),
    (0x06, "32x", "", "move-wide/16"),
    (0x07, "12x", "", "move-object"),
    (0x08, "22x", "", "move-object/from16"),
    (0x09, "32x", "", "move-object/16"),
    (0x0A, "11x", "", "move-result move-result-wide move-result-object move-exception"),
    (0x0E, "10x", "", "return-void"),
    (0x0F, "11x", "", "return return-wide return-object"),
    (0x12, "11n", "", "const/4"),
    (0x13, "21s", "", "const/16"),
    (0x14, "31i", "", "const"),
    (0x15, "21ih", "", "const/high16"),
    (0x16, "21s", "", "const-wide/16"),
    (0x17, "31i", "", "const-wide/32"),
    (0x18, "51l", "", "const-wide"),
    (0x19, "21lh", "", "const-wide/high16"),
    (0x1A, "21c", "string", "const-string"),
    (0x1B, "31c", "string", "const-string/jumbo"),
    (0x1C, "21c", "type", "const-class"),
    (0x1D, "11x", "", "monitor-enter monitor-exit"),
    (0x1F, "21c", "type", "check-cast"),
    (0x20, "22c", "type", "instance-of"),
    (0x21, "12x", "", "array-length"),
    (0x22, "21c", "type", "new-instance"),
    (0x23, "22c", "type", "new-array"),
    (0x24, "35c", "type", "filled-new-array"),
    (0x25, "3rc", "type", "filled-new-array/range"),
    (0x26, "31t", "", "fill-array-data"),
    (0x27, "11x", "", "throw"),
    (0x28, "10t", "", "goto"),
    (0x29, "20t", "", "goto/16"),
    (0x2A, "30t", "", "goto/32"),
    (0x2B, "31t", "", "packed-switch sparse-switch"),
    (0x2D, "23x", "", "cmpl-float cmpg-float cmpl-double cmpg-double cmp-long"),
    (0x32, "22t", "", "if-eq if-ne if-lt if-ge if-gt if-le"),
    (0x38, "21t", "", "if-eqz if-nez if-ltz if-gez if-gtz if-lez"),
    (0x44, "23x", "", " ".join(f"aget{kind}" for kind in _KINDS)),
    (0x4B, "23x", "", " ".join(f"aput{kind}" for kind in _KINDS)),
    (0x52, "22c", "field", " ".join(f"iget{kind}" for kind in _KINDS)),
    (0x59, "22c", "field", " ".join(f"iput{kind}" for kind in _KINDS)),
    (0x60, "21c", "field", " ".join(f"sget{kind}" for kind in _KINDS)),
    (0x67, "21c", "field", " ".join(f"sput{kind}" for kind in _KINDS)),
    (0x6E, "35c", "method", " ".join(f"invoke-{kind}" for kind in _INVOKES)),
    (0x74, "3rc", "method", " ".join(f"invoke-{kind}/range" for kind in _INVOKES)),
    (0x7B, "12x", "", "neg-int not-int neg-long not-long neg-float neg-double"),
    (0x81, "12x", "", "int-to-long int-to-float int-to-double long-to-int long-to-float long-to-double"),
    (0x87, "12x", "", "float-to-int float-to-long float-to-double double-to-int double-to-long double-to-float"),
    (0x8D, "12x", "", "int-to-byte int-to-char int-to-short"),
    (0x90, "23x", "", " ".join(f"{name}-int" for name in _MATH.split())),
    (0x9B, "23x", "", " ".join(f"{name}-long" for name in _MATH.split())),
    (0xA6, "23x", "", " ".join(f"{name}-float" for name in _MATH.split()[:5])),
    (0xAB, "23x", "", " ".join(f"{name}-double" for name in _MATH.split()[:5])),
    (0xB0, "12x", "", " ".join(f"{name}-int/2addr" for name in _MATH.split())),
    (0xBB, "12x", "", " ".join(f"{name}-long/2addr" for name in _MATH.split())),
    (0xC6, "12x", "", " ".join(f"{name}-float/2addr" for name in _MATH.split()[:5])),
    (0xCB, "12x", "", " ".join(f"{name}-double/2addr" for name in _MATH.split()[:5])),
    (0xD0, "22s", "", "add-int/lit16 rsub-int mul-int/lit16 div-int/lit16"),
    (0xD4, "22s", "", "rem-int/lit16 and-int/lit16 or-int/lit16 xor-int/lit16"),
    (0xD8, "22b", "", " ".join(f"{name}-int/lit8" for name in _MATH.replace("sub", "rsub").split())),
    (0xFA, "45cc", "method and prototype", "invoke-polymorphic"),
    (0xFB, "4rcc", "method and prototype", "invoke-polymorphic/range"),
    (0xFC, "35c", "call site", "invoke-custom"),
    (0xFD, "3rc", "call site", "invoke-custom/range"),
    (0xFE, "21c", "handle", "const-method-handle"),
    (0xFF, "21c", "prototype", "const-method-type"),
)


def _opcodes() -> Iterator[tuple[str, Opcode]]:
    for first, layout, index_kind, names in _ROWS:
        for number, name in enumerate(names.split(), first):
            yield name, Opcode(number, layout, index_kind)


OPCODES = dict(_opcodes())
"""Instructions by mnemonic."""


def opcode_numbers(mnemonics: str) -> list[int]:
    """Numbers of instructions.

    Args:
        mnemonics: with spaces between them; ``first..last`` for all from one to another.
    """
    found: list[int] = []
    for word in mnemonics.split():
        first, _, last = word.partition("..")
        found += range(OPCODES[first].number, OPCODES[last or first].number + 1)
    return found


def by_number[T](by_mnemonic: Mapping[str, T]) -> tuple[T | None, ...]:
    """The values of instructions by their number, of 256; ``None`` for the others.

    Args:
        by_mnemonic: the value of instructions, listed as for ``opcode_numbers``.
    """
    found: list[T | None] = [None] * 256
    for mnemonics, value in by_mnemonic.items():
        for number in opcode_numbers(mnemonics):
            found[number] = value
    return tuple(found)
