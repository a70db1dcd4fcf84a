"""Files of Hermes bytecode from instructions, made up as ``BytecodeFileFormat.h`` of version 96 has them."""

import struct
from collections.abc import Sequence
from functools import cache

from tieback.recognise.hermes.instructions import Instruction, instructions

VERSION = 96
REGISTERS = 32
"""Registers of each function."""
MAX_SMALL = 0x7FFF
"""Most bytes of a function whose header fits into the table."""
type Line = tuple[str | int, ...]
"""Name of an instruction, and its operands."""


@cache
def kind(name: str, version: int = VERSION) -> Instruction:
    """The shortest instruction with a name."""
    found = instructions(version)
    assert found is not None
    return min(found.named(name), key=lambda one: one.width)


def code(lines: Sequence[Line]) -> bytes:
    """The bytes of instructions."""
    kinds = [kind(str(line[0])) for line in lines]
    return b"".join(bytes([one.number]) + one.operands.pack(*line[1:]) for one, line in zip(kinds, lines, strict=True))


def assemble(
    functions: Sequence[Sequence[Line] | bytes],
    strings: Sequence[str] = (),
    *,
    arrays: bytes = b"",
    keys: bytes = b"",
    values: bytes = b"",
) -> bytes:
    """A file with these functions, of which the first one is the global code; the last string names them all."""
    storage, small = b"", b""
    for text in (*strings, "f"):
        small += struct.pack("<I", len(storage) << 1 | len(text) << 24)
        storage += text.encode("latin-1")
    tables = 128 + 16 * len(functions) + len(small)
    blobs, place = [], tables
    for blob in (storage, arrays, keys, values):
        padded = blob + bytes(-(place + len(blob)) % 4)
        blobs.append(padded)
        place += len(padded)
    headers, bodies, at = [], [], place
    for one in functions:
        body = one if isinstance(one, bytes) else code(one)
        padded = body + bytes(-len(body) % 4)
        if len(body) > MAX_SMALL:
            large = at + len(padded)
            headers.append(struct.pack("<IIII", large & 0xFFFF, 0, large >> 16, 0x20 << 24))
            padded += struct.pack("<IIIIIIIBBBx", at, 8, len(body), len(strings), 0, REGISTERS, 0, 0, 0, 0)
        else:
            headers.append(struct.pack("<IIII", at | 8 << 25, len(body) | len(strings) << 15, REGISTERS << 25, 0))
        bodies.append(padded)
        at += len(padded)
    head = b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f" + struct.pack("<I", VERSION) + bytes(20)
    head += struct.pack("<I", at)
    sizes = (len(storage), 0, 0, 0, 0, len(arrays), len(keys), len(values))
    head += struct.pack("<14I", 0, len(functions), 0, 0, len(strings) + 1, 0, *sizes)
    return head + bytes(128 - len(head)) + b"".join((*headers, small, *blobs, *bodies))
