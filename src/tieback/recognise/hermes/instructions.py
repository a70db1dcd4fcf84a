"""The instructions of Hermes bytecode by version: names, operands and sizes.

The table is made by ``tools/write-hermes-instructions`` from the releases of https://github.com/facebook/hermes (MIT).
"""

import struct
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern

_FORMATS = {"r": "B", "R": "I", "b": "B", "h": "H", "w": "I", "j": "b", "J": "i", "i": "i", "d": "d"}
_WITHOUT_RESULT = ("Put", "TryPut", "Store", "Define", "Throw", "Ret")
_SWITCHES = ("SwitchImm", "UIntSwitchImm")
_VARIANT = lazy_pattern(r"(?:Loose|Strict)?(?:LongIndex|Long|Short|L)?\Z")


class Instruction(NamedTuple):
    """A kind of instruction."""

    number: int
    name: str
    """Without what shows the width of an operand: ``GetById`` for ``GetByIdLong``."""
    kinds: str
    """One letter per operand: ``r`` register, ``b`` ``h`` ``w`` unsigned, ``j`` jump, ``i`` signed, ``d`` double."""
    operands: struct.Struct
    width: int
    """Bytes with the number of the instruction."""
    jumps: bool
    """True if the first operand is the distance of a jump."""
    switches: bool
    """True if tables of jumps belong to it, at the distance that is its second operand."""
    writes: bool
    """True if the first operand is a register that gets a value."""


type Reader = tuple[Instruction, int, Callable[[bytes, int], tuple[int, ...]], bool]
"""An instruction, its width, what reads its operands, and whether tables of jumps belong to it."""


class Instructions(NamedTuple):
    """The instructions of a version."""

    every: tuple[Instruction, ...]
    """By number."""
    readers: tuple[Reader | None, ...]
    """How each is read, by its first byte; ``None`` for bytes that begin none."""
    builtins: Mapping[int, str]
    """Names of the functions of the engine that are understood, by number."""

    def named(self, *names: str) -> list[Instruction]:
        """The instructions with one of these names, of every width."""
        return [one for one in self.every if one.name in names]


@cache
def instructions(version: int) -> Instructions | None:
    """The instructions of a version of the bytecode; ``None`` if it is not known."""
    every: list[Instruction] = []
    builtins: dict[int, str] = {}
    for row in _rows():
        name, kinds, versions = row.split("\t")
        if str(version) not in versions.split(" "):
            continue
        if name.startswith("@"):
            builtins[int(kinds)] = name[1:]
            continue
        fields = struct.Struct("<" + "".join(_FORMATS[one] for one in kinds))
        plain = _VARIANT.sub("", name, count=1)
        every.append(
            Instruction(
                len(every), plain, kinds.lower(), fields, 1 + fields.size, kinds[:1] in ("j", "J"),
                plain in _SWITCHES, kinds[:1] in ("r", "R") and not plain.startswith(_WITHOUT_RESULT),
            )
        )  # fmt: skip
    if not every:
        return None
    readers = [(one, one.width, one.operands.unpack_from, one.switches) for one in every]
    return Instructions(tuple(every), (*readers, *[None] * (256 - len(readers))), builtins)


@cache
def versions() -> tuple[int, ...]:
    """The versions of the bytecode whose instructions are known."""
    return tuple(sorted({int(one) for row in _rows() for one in row.split("\t")[2].split(" ")}))


@cache
def _rows() -> tuple[str, ...]:
    text = files(__package__).joinpath("instructions.tsv").read_text("ascii")
    return tuple(text.splitlines()[1:])
