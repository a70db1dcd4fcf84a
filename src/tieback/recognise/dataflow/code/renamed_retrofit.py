"""Retrofit after R8 renamed its classes: paths of interfaces, and the base address of the app.

The rules of Retrofit let R8 rename its annotations and builder, but their values and texts stay: annotations have a
``value``, and the builder has the message about a base address without a slash at its end. Sources:
https://github.com/square/retrofit/blob/2.9.0/retrofit/src/main/resources/META-INF/proguard/retrofit2.pro,
https://github.com/square/retrofit/blob/2.9.0/retrofit/src/main/java/retrofit2/Retrofit.java
"""

import re
from collections.abc import Iterator
from itertools import chain

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.instructions import LENGTHS, payload_length
from tieback.recognise.dataflow.dex.operand_uses import is_instruction

MESSAGE = b"baseUrl must end in /: "
"""What the builder says about a base address without a slash at its end."""
_MAX_ADDRESSES = 40
"""Most addresses of one file that are looked for in its code."""
_MAX_STRINGS = 5_000
_MAX_LOADS = 20
_INVOKES = frozenset((*range(0x6E, 0x73), *range(0x74, 0x79)))
_PATH = lazy_pattern(r"/?[A-Za-z0-9{][\w.{}/:@%=?&~+-]{0,200}")


def is_path(note: encoded.Annotation, dex: DexFile) -> bool:
    """True if an annotation has nothing but a path."""
    values = list(note.values.items())
    if len(values) != 1 or not isinstance(values[0][1], encoded.StringId):
        return False
    return dex.raw(values[0][0]) == b"value" and _PATH.fullmatch(dex.string(values[0][1].string)) is not None


def bases(dex: DexFile) -> list[tuple[str, str]]:
    """The classes that give a builder of Retrofit a base address, each with the address."""
    message = dex.string_of(MESSAGE)
    if message < 0:
        return []
    builders = {dex.method_owner(method) for _, method in _loads(dex, message)}
    found = []
    for index, text in _addresses(dex):
        for code, method in _loads(dex, index):
            if message in _strings(dex, code) or builders & _called(dex, code):
                found.append((dex.descriptor(dex.method_owner(method)), text))
    return found


def _addresses(dex: DexFile) -> Iterator[tuple[int, str]]:
    """The strings of a file that are addresses with a slash at their end."""
    start, end = dex.first_from(b"http"), dex.first_from(b"httpt")
    count = 0
    for index in range(start, min(end, start + _MAX_STRINGS)):
        text = dex.string(index)
        if text.startswith(("http://", "https://")) and text.endswith("/") and " " not in text:
            yield index, text
            count += 1
            if count == _MAX_ADDRESSES:
                return


def _loads(dex: DexFile, index: int) -> Iterator[tuple[CodeItem, int]]:
    """The code that loads a string, and its method."""
    # One search per instruction: a choice at the beginning of a pattern is tried at each byte.
    loads = [b"\x1b." + re.escape(index.to_bytes(4, "little"))]
    if index <= 0xFFFF:
        loads.insert(0, b"\x1a." + re.escape(index.to_bytes(2, "little")))
    places = chain.from_iterable(re.finditer(load, dex.data, re.DOTALL) for load in loads)
    for count, one in enumerate(places):
        if count == _MAX_LOADS:
            return
        code = dex.code_around(one.start(), every=True)
        if code is None or (one.start() - code.begin) % 2:
            continue
        method = dex.method_of(code, every=True)
        if method >= 0 and is_instruction(dex, code, (one.start() - code.begin) // 2):
            yield code, method


def _strings(dex: DexFile, code: CodeItem) -> set[int]:
    return {operand for opcode, operand in _operands(dex, code) if opcode in (0x1A, 0x1B)}


def _called(dex: DexFile, code: CodeItem) -> set[int]:
    """The types whose methods a method calls."""
    return {dex.method_owner(operand) for opcode, operand in _operands(dex, code) if opcode in _INVOKES}


def _operands(dex: DexFile, code: CodeItem) -> Iterator[tuple[int, int]]:
    """The opcodes of a method with the index that each names."""
    units, at = dex.units(code), 0
    while at + 1 < len(units):
        opcode = units[at] & 255
        yield opcode, units[at + 1]
        at += LENGTHS[opcode] if opcode else payload_length(units, at)
