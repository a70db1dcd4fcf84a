"""One line with an instruction of smali, as code units."""

from collections.abc import Callable
from typing import NamedTuple

from tieback.intake.apps.smali.opcodes import OPERANDS, Reference
from tieback.intake.apps.smali.values import SmaliError, number, plain, quoted

_MOST = 5
"""Registers that an instruction can list."""


class Encoded(NamedTuple):
    """An instruction whose index or offset is not known yet."""

    units: tuple[int, ...]
    reference: Reference
    text: str
    """The label, or what the index is of."""


type Encoder = Callable[[int, list[str], int], tuple[int, ...]]


def encode(line: str, base: int) -> Encoded:
    """The instruction of a line.

    Args:
        line: without spaces around it.
        base: number of the register ``p0``.

    Raises:
        SmaliError: there is none.
    """
    name, _, rest = line.partition(" ")
    opcode = OPERANDS.get(name)
    if opcode is None:
        raise SmaliError(f"not an instruction: {name[:40]}")
    code, layout, reference = opcode
    if reference in (Reference.STRING, Reference.STRING_32):
        found = quoted(rest)
        if found is None:
            raise SmaliError("a text is missing")
        first = _unit(code, _register(rest.partition(",")[0], base, 256))
        return Encoded((first, 0) if reference is Reference.STRING else (first, 0, 0), reference, found)
    if reference is not Reference.CALL_SITE and "#" in rest:
        rest = rest.partition("#")[0].rstrip()
    if rest.startswith("{"):
        return _listed(code, layout, reference, rest, base)
    words = [word.strip() for word in rest.split(",")] if rest else []
    text = ""
    if reference:
        if not words:
            raise SmaliError("an operand is missing")
        text = plain(words.pop())
    encoder, count = _ENCODERS.get(layout, (None, 0))
    if encoder is None or len(words) != count:
        raise SmaliError("a wrong number of operands")
    return Encoded(encoder(code, words, base), reference, text)


def _listed(code: int, layout: str, reference: Reference, rest: str, base: int) -> Encoded:
    """An instruction that lists registers."""
    listed, _, text = rest[1:].partition("}")
    text = plain(text.removeprefix(",").strip())
    if reference is Reference.NONE or not text:
        raise SmaliError("an operand is missing")
    more = (0,) if reference is Reference.METHOD_PROTO else ()
    if layout in ("3rc", "4rcc"):
        first, _, last = listed.partition("..")
        begin = _register(first.strip(), base, 1 << 16)
        count = _register((last or first).strip(), base, 1 << 16) - begin + 1
        if not 0 <= count < 256:
            raise SmaliError("a wrong range of registers")
        return Encoded((_unit(code, count), 0, begin, *more), reference, text)
    registers = [_register(word.strip(), base, 16) for word in listed.split(",")] if listed.strip() else []
    if layout not in ("35c", "45cc") or len(registers) > _MOST:
        raise SmaliError("a wrong number of registers")
    count = len(registers)
    c, d, e, f, g = registers + [0] * (_MOST - count)
    return Encoded((_unit(code, count << 4 | g), 0, c | d << 4 | e << 8 | f << 12, *more), reference, text)


def _unit(code: int, high: int) -> int:
    return code | high << 8


def _register(text: str, base: int, most: int) -> int:
    kind, digits = text[:1], text[1:]
    if kind not in ("v", "p") or not digits.isdecimal() or len(digits) > _MOST:
        raise SmaliError(f"not a register: {text[:40]}")
    value = int(digits) + (base if kind == "p" else 0)
    if value >= most:
        raise SmaliError("a register is out of range")
    return value


def _literal(text: str, bits: int) -> int:
    value = number(text)
    if not -(1 << (bits - 1)) <= value < 1 << bits:
        raise SmaliError("a number is out of range")
    return value & ((1 << bits) - 1)


def _pair(words: list[str], base: int) -> int:
    return _register(words[0], base, 16) | _register(words[1], base, 16) << 4


def _f10x(code: int, _words: list[str], _base: int) -> tuple[int, ...]:
    return (code,)


def _f20t(code: int, _words: list[str], _base: int) -> tuple[int, ...]:
    return (code, 0)


def _f30t(code: int, _words: list[str], _base: int) -> tuple[int, ...]:
    return (code, 0, 0)


def _f11x(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _register(words[0], base, 256)),)


def _f11n(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _register(words[0], base, 16) | _literal(words[1], 4) << 4),)


def _f12x(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _pair(words, base)),)


def _f21(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _register(words[0], base, 256)), 0)


def _f21s(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _register(words[0], base, 256)), _literal(words[1], 16))


def _f21h(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _register(words[0], base, 256)), _literal(words[1], 32) >> 16)


def _f21h_wide(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _register(words[0], base, 256)), _literal(words[1], 64) >> 48)


def _f22b(code: int, words: list[str], base: int) -> tuple[int, ...]:
    first, second = _register(words[0], base, 256), _register(words[1], base, 256)
    return (_unit(code, first), second | _literal(words[2], 8) << 8)


def _f22(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _pair(words, base)), 0)


def _f22s(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _pair(words, base)), _literal(words[2], 16))


def _f22x(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _register(words[0], base, 256)), _register(words[1], base, 1 << 16))


def _f23x(code: int, words: list[str], base: int) -> tuple[int, ...]:
    first, second, third = (_register(word, base, 256) for word in words)
    return (_unit(code, first), second | third << 8)


def _f31i(code: int, words: list[str], base: int) -> tuple[int, ...]:
    value = _literal(words[1], 32)
    return (_unit(code, _register(words[0], base, 256)), value & 0xFFFF, value >> 16)


def _f31t(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (_unit(code, _register(words[0], base, 256)), 0, 0)


def _f32x(code: int, words: list[str], base: int) -> tuple[int, ...]:
    return (code, _register(words[0], base, 1 << 16), _register(words[1], base, 1 << 16))


def _f51l(code: int, words: list[str], base: int) -> tuple[int, ...]:
    value = _literal(words[1], 64)
    parts = (value >> shift & 0xFFFF for shift in (0, 16, 32, 48))
    return (_unit(code, _register(words[0], base, 256)), *parts)


_ENCODERS: dict[str, tuple[Encoder, int]] = {
    "10x": (_f10x, 0),
    "10t": (_f10x, 0),
    "20t": (_f20t, 0),
    "30t": (_f30t, 0),
    "11x": (_f11x, 1),
    "11n": (_f11n, 2),
    "12x": (_f12x, 2),
    "21c": (_f21, 1),
    "21t": (_f21, 1),
    "21s": (_f21s, 2),
    "21ih": (_f21h, 2),
    "21lh": (_f21h_wide, 2),
    "22b": (_f22b, 3),
    "22c": (_f22, 2),
    "22t": (_f22, 2),
    "22s": (_f22s, 3),
    "22x": (_f22x, 2),
    "23x": (_f23x, 3),
    "31i": (_f31i, 2),
    "31t": (_f31t, 1),
    "32x": (_f32x, 2),
    "51l": (_f51l, 2),
}
"""How each format is written, and its number of operands without the reference."""
