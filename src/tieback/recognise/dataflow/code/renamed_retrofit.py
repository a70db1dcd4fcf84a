"""Retrofit after R8 renamed its classes: paths of interfaces, and the base address of the app.

The rules of Retrofit let R8 rename its annotations and builder, but their values and texts stay: annotations have a
``value``, and the builder has the message about a base address without a slash at its end. Sources:
https://github.com/square/retrofit/blob/2.9.0/retrofit/src/main/resources/META-INF/proguard/retrofit2.pro,
https://github.com/square/retrofit/blob/2.9.0/retrofit/src/main/java/retrofit2/Retrofit.java
"""

from collections.abc import Iterator

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.places import whole_code
from tieback.recognise.dataflow.dex import encoded
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.instructions import LENGTHS, payload_length
from tieback.recognise.dataflow.dex.operand_uses import MAX_INDEX, OperandUses, is_instruction

MESSAGE = b"baseUrl must end in /: "
"""What the builder says about a base address without a slash at its end."""
_MAX_ADDRESSES = 40
"""Most addresses of one file that are looked for in its code."""
_MAX_STRINGS = 5_000
_MAX_LOADS = 20
_MAX_LONG = 4_096
"""Most long loads whose index has one first half."""
_SHORT, _LONG = 0x1A, 0x1B
"""The instructions ``const-string`` and ``const-string/jumbo``."""
_INVOKES = frozenset((*range(0x6E, 0x73), *range(0x74, 0x79)))
_BASE = lazy_pattern(r"https?://(?:[^/?#\s]{1,300}|\S{1,2000}/)")
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
    loads, addresses = _Loads(dex), dict(_addresses(dex))
    # R8 can inline the builder into a class of the app, whose other addresses are no bases.
    with_builder = [(_strings(dex, code), method) for code, method in loads.of(message)]
    builders = {dex.method_owner(method) for texts, method in with_builder if addresses.keys().isdisjoint(texts)}
    found = []
    for index, text in addresses.items():
        for code, method in loads.of(index):
            if message in _strings(dex, code) or builders & _called(dex, code):
                found.append((dex.descriptor(dex.method_owner(method)), text))
    return found


def _addresses(dex: DexFile) -> Iterator[tuple[int, str]]:
    """The strings of a file that are addresses with a slash at their end, or that end with the host or port.

    The builder puts a slash behind the latter.
    """
    start, end = dex.first_from(b"http"), dex.first_from(b"httpt")
    count = 0
    for index in range(start, min(end, start + _MAX_STRINGS)):
        text = dex.string(index)
        if _BASE.fullmatch(text):
            yield index, text if text.endswith("/") else f"{text}/"
            count += 1
            if count == _MAX_ADDRESSES:
                return


class _Loads:
    """The code of one file that loads a string, from an index: each search of the whole code costs as much."""

    def __init__(self, dex: DexFile) -> None:
        code = whole_code(dex)
        self._dex = dex
        self._short, self._long = OperandUses(code, frozenset((_SHORT,))), OperandUses(code, frozenset((_LONG,)))

    def of(self, index: int) -> Iterator[tuple[CodeItem, int]]:
        """The code that loads a string, and its method."""
        dex = self._dex
        for at in self._places(index)[:_MAX_LOADS]:
            code = dex.code_around(at, every=True)
            method = dex.method_of(code, every=True) if code is not None else -1
            if code is not None and method >= 0 and is_instruction(dex, code, (at - code.begin) // 2):
                yield code, method

    def _places(self, index: int) -> list[int]:
        """Byte offsets of the loads. A long one has 32 bits of index, and is sorted by its first half."""
        whole = index.to_bytes(4, "little")
        long = self._long.offsets(index & MAX_INDEX, _MAX_LONG)
        return self._short.offsets(index, _MAX_LOADS) + [at for at in long if self._dex.data[at + 2 : at + 6] == whole]


def _strings(dex: DexFile, code: CodeItem) -> set[int]:
    return {operand for opcode, operand in _operands(dex, code) if opcode in (_SHORT, _LONG)}


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
