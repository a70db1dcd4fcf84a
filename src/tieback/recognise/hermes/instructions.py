"""The instructions of Hermes bytecode by version: names, operands and sizes.

The table is made by ``tools/write-hermes-instructions`` from the releases of https://github.com/facebook/hermes (MIT).
"""

import re
import struct
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_FORMATS = {"r": "B", "R": "I", "b": "B", "h": "H", "w": "I", "j": "b", "J": "i", "i": "i", "d": "d"}
_VARIANT = re.compile(r"(?:Loose|Strict)?(?:LongIndex|Long|Short|L)?\Z")


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


class Instructions(NamedTuple):
    """The instructions of a version."""

    every: tuple[Instruction, ...]
    """By number."""
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
        every.append(Instruction(len(every), plain, kinds.lower(), fields, 1 + fields.size))
    return Instructions(tuple(every), builtins) if every else None


@cache
def versions() -> tuple[int, ...]:
    """The versions of the bytecode whose instructions are known."""
    return tuple(sorted({int(one) for row in _rows() for one in row.split("\t")[2].split(" ")}))


@cache
def _rows() -> tuple[str, ...]:
    text = files(__package__).joinpath("instructions.tsv").read_text("ascii")
    return tuple(text.splitlines()[1:])
