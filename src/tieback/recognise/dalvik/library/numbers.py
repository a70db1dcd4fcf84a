"""``Integer``, ``Long``, ``Character``, ``Boolean``, ``Math`` and the generator of ``java.util.Random``."""

import math
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from tieback.recognise.dalvik.arithmetic import DivisionByZeroError, double_bits, float_bits, to_double, truncated
from tieback.recognise.dalvik.library.reals import DOUBLE, FLOAT, REALS, text_of_real
from tieback.recognise.dalvik.library.strings import sequence, text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import Boxed, JavaObject, NotRunnableError, int32, int64, narrowed

_BITS = {"Integer": 32, "Long": 64, "Byte": 8, "Short": 16}
_LETTERS = {"Integer": "I", "Long": "J", "Byte": "B", "Short": "S", "Character": "C", "Boolean": "Z"}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

type Arguments = Sequence[Any]


def _parse(bits: int) -> LibraryCall:
    def parse(machine: Machine, a: Arguments) -> int:
        text = a[0] if isinstance(a[0], str) else ""
        base = a[1] if len(a) > 1 else 10
        digits = text[1:] if text[:1] in ("-", "+") else text
        allowed = _DIGITS[: max(0, base)]
        if not digits or len(digits) > 64 or any(char.lower() not in allowed for char in digits):
            raise machine.thrown("Ljava/lang/NumberFormatException;", text)
        value = int(text, base)
        if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
            raise machine.thrown("Ljava/lang/NumberFormatException;", text)
        return value

    return parse


def _in_base(value: int, base: int) -> str:
    if not 2 <= base <= 36:
        base = 10
    sign, value, digits = "-" * (value < 0), abs(value), ""
    while True:
        value, digit = divmod(value, base)
        digits = _DIGITS[digit] + digits
        if not value:
            return sign + digits


def _boxed(owner: str, parse: LibraryCall) -> LibraryCall:
    def boxed(machine: Machine, a: Arguments) -> Boxed:
        return Boxed(owner, parse(machine, a))

    return boxed


def _value(kind: str) -> LibraryCall:
    def value(_: Machine, a: Arguments) -> int:
        if not isinstance(a[0], Boxed) or a[0].kind in REALS:
            raise NotRunnableError("a number that is not known")
        number = a[0].value
        return int32(number) if kind == "I" else narrowed(kind, number)

    return value


def _rotated(bits: int, value: int, distance: int) -> int:
    mask = (1 << bits) - 1
    distance %= bits
    value &= mask
    turned = (value << distance | value >> (bits - distance)) & mask
    return int32(turned) if bits == 32 else int64(turned)


def _bytes_reversed(bits: int, value: int) -> int:
    raw = (value & ((1 << bits) - 1)).to_bytes(bits // 8, "little")
    return int.from_bytes(raw, "big", signed=True)


def _bits_reversed(bits: int, value: int) -> int:
    turned = int(f"{value & ((1 << bits) - 1):0{bits}b}"[::-1], 2)
    return int32(turned) if bits == 32 else int64(turned)


def _box(owner: str, place: int) -> LibraryCall:
    def box(_: Machine, a: Arguments) -> Boxed:
        return Boxed(owner, a[place] + 0)

    return box


def _masked(mask: int) -> LibraryCall:
    def masked(_: Machine, a: Arguments) -> int:
        return int(a[0] & mask)

    return masked


def _absolute(wrap: Callable[[int], int]) -> LibraryCall:
    def absolute(_: Machine, a: Arguments) -> int:
        return wrap(abs(a[0]))

    return absolute


def _calls() -> dict[str, LibraryCall]:
    found: dict[str, LibraryCall] = {}
    for name, letter in _LETTERS.items():
        owner = f"Ljava/lang/{name};"
        for giver in (owner, "Ljava/lang/Number;"):
            for kind, method in (
                ("I", "int"),
                ("J", "long"),
                ("B", "byte"),
                ("S", "short"),
                ("C", "char"),
                ("Z", "boolean"),
            ):
                found[f"{giver}->{method}Value()"] = _value(kind)
        found[f"{owner}->valueOf({letter})"] = _box(owner, 0)
        found[f"{owner}-><init>({letter})"] = _box(owner, 1)
        found[f"{owner}->equals(Ljava/lang/Object;)"] = lambda _, a: int(a[0] == a[1])
        found[f"{owner}->hashCode()"] = lambda _, a: int32(
            a[0].value ^ (a[0].value >> 32 if abs(a[0].value) >> 32 else 0)
        )
        found[f"{owner}->compare({letter}{letter})"] = lambda _, a: (a[0] > a[1]) - (a[0] < a[1])
    for name, bits in _BITS.items():
        owner, letter, mask = f"Ljava/lang/{name};", _LETTERS[name], (1 << bits) - 1
        parse = _parse(bits)
        method = {"Integer": "parseInt"}.get(name, f"parse{name}")
        for tail in ("", "I"):
            found[f"{owner}->{method}(Ljava/lang/String;{tail})"] = parse
            found[f"{owner}->valueOf(Ljava/lang/String;{tail})"] = _boxed(owner, parse)
        found[f"{owner}->decode(Ljava/lang/String;)"] = _boxed(owner, _decoded(parse))
        found[f"{owner}->toString({letter})"] = lambda _, a: str(a[0] + 0)
        if bits < 32:
            found[f"{owner}->toUnsignedInt({letter})"] = _masked(mask)
            continue
        found |= _bit_calls(owner, letter, bits, mask)
    return found | _real_calls() | _character_calls() | _math_calls() | _random_calls()


def _real_calls() -> dict[str, LibraryCall]:
    found: dict[str, LibraryCall] = {}
    for owner, letter in ((DOUBLE, "D"), (FLOAT, "F")):
        found |= {
            f"{owner}->valueOf({letter})": _box(owner, 0),
            f"{owner}->toString({letter})": _real_text(owner),
            f"{owner}->toString()": lambda machine, a: text_of(machine, a[0]),
        }
    found[f"{DOUBLE}->doubleValue()"] = found[f"{FLOAT}->floatValue()"] = _bits
    found[f"{DOUBLE}->parseDouble(Ljava/lang/String;)"] = lambda m, a: double_bits(float(sequence(m, a[0])))
    return found


def _real_text(owner: str) -> LibraryCall:
    return lambda machine, a: machine.text(text_of_real(owner, a[0]))


def _bits(_: Machine, a: Arguments) -> int:
    if not isinstance(a[0], Boxed) or a[0].kind not in REALS:
        raise NotRunnableError("a number that is not known")
    return a[0].value


def _decoded(parse: LibraryCall) -> LibraryCall:
    def decoded(machine: Machine, a: Arguments) -> Any:
        text = sequence(machine, a[0])
        if text[:2] in ("0x", "0X"):
            return parse(machine, (text[2:], 16))
        return parse(machine, (text[1:], 16) if text[:1] == "#" else (text,))

    return decoded


def _bit_calls(owner: str, letter: str, bits: int, mask: int) -> dict[str, LibraryCall]:
    wrap = int32 if bits == 32 else int64
    return {
        f"{owner}->toString({letter}I)": lambda _, a: _in_base(a[0], a[1]),
        f"{owner}->toHexString({letter})": lambda _, a: f"{a[0] & mask:x}",
        f"{owner}->toBinaryString({letter})": lambda _, a: f"{a[0] & mask:b}",
        f"{owner}->toOctalString({letter})": lambda _, a: f"{a[0] & mask:o}",
        f"{owner}->bitCount({letter})": lambda _, a: (a[0] & mask).bit_count(),
        f"{owner}->rotateLeft({letter}I)": lambda _, a: _rotated(bits, a[0], a[1]),
        f"{owner}->rotateRight({letter}I)": lambda _, a: _rotated(bits, a[0], -a[1]),
        f"{owner}->reverseBytes({letter})": lambda _, a: _bytes_reversed(bits, a[0]),
        f"{owner}->reverse({letter})": lambda _, a: _bits_reversed(bits, a[0]),
        f"{owner}->numberOfLeadingZeros({letter})": lambda _, a: bits - (a[0] & mask).bit_length(),
        f"{owner}->signum({letter})": lambda _, a: (a[0] > 0) - (a[0] < 0),
        f"{owner}->max({letter}{letter})": lambda _, a: max(a[0] + 0, a[1] + 0),
        f"{owner}->min({letter}{letter})": lambda _, a: min(a[0] + 0, a[1] + 0),
        f"{owner}->sum({letter}{letter})": lambda _, a: wrap(a[0] + a[1]),
    }


def _is(test: Callable[[str], bool]) -> LibraryCall:
    def check(_: Machine, a: Arguments) -> int:
        return int(test(chr(a[0])))

    return check


def _case(change: Callable[[str], str]) -> LibraryCall:
    def changed(_: Machine, a: Arguments) -> int:
        text = change(chr(a[0]))
        return ord(text) if len(text) == 1 else int(a[0])

    return changed


def _digit(char: str, base: int) -> int:
    value = _DIGITS.find(char.lower()) if char.isascii() else -1
    return value if value < base else -1


def _character_calls() -> dict[str, LibraryCall]:
    owner = "Ljava/lang/Character;"
    tests: dict[str, Callable[[str], bool]] = {
        "isDigit": str.isdecimal,
        "isLetter": str.isalpha,
        "isLetterOrDigit": lambda char: char.isalpha() or char.isdecimal(),
        "isUpperCase": str.isupper,
        "isLowerCase": str.islower,
        "isSpaceChar": lambda char: unicodedata.category(char) in ("Zs", "Zl", "Zp"),
        "isWhitespace": lambda char: char in " \t\n\v\f\r\x1c\x1d\x1e\x1f",
    }
    found = {f"{owner}->{name}({kind})": _is(test) for name, test in tests.items() for kind in "CI"}
    for kind in "CI":
        found[f"{owner}->toUpperCase({kind})"] = _case(str.upper)
        found[f"{owner}->toLowerCase({kind})"] = _case(str.lower)
        found[f"{owner}->digit({kind}I)"] = lambda _, a: _digit(chr(a[0]), a[1])
        found[f"{owner}->getNumericValue({kind})"] = lambda _, a: _digit(chr(a[0]), 36)
    found[f"{owner}->forDigit(II)"] = lambda _, a: ord(_DIGITS[a[0]]) if 0 <= a[0] < min(a[1], 36) else 0
    found[f"{owner}->charCount(I)"] = lambda _, a: 1 + (a[0] > 0xFFFF)
    found[f"{owner}->toString(C)"] = lambda _, a: chr(a[0])
    found["Ljava/lang/Boolean;->parseBoolean(Ljava/lang/String;)"] = lambda _, a: int(
        isinstance(a[0], str) and a[0].lower() == "true"
    )
    return found


def _floor_division(quotient: bool) -> LibraryCall:
    def divided(_: Machine, a: Arguments) -> int:
        if not a[1]:
            raise DivisionByZeroError
        return int(a[0] // a[1] if quotient else a[0] % a[1])

    return divided


def _real(function: Callable[..., float]) -> LibraryCall:
    def real(_: Machine, a: Arguments) -> int:
        try:
            return double_bits(function(*map(to_double, a)))
        except (ValueError, OverflowError) as error:
            raise NotRunnableError("a floating-point result out of range") from error

    return real


def _math_calls() -> dict[str, LibraryCall]:
    owner = "Ljava/lang/Math;"
    found: dict[str, LibraryCall] = {}
    for kind, wrap in (("I", int32), ("J", int64)):
        found |= {
            f"{owner}->abs({kind})": _absolute(wrap),
            f"{owner}->max({kind}{kind})": lambda _, a: max(a[0] + 0, a[1] + 0),
            f"{owner}->min({kind}{kind})": lambda _, a: min(a[0] + 0, a[1] + 0),
            f"{owner}->floorMod({kind}{kind})": _floor_division(quotient=False),
            f"{owner}->floorDiv({kind}{kind})": _floor_division(quotient=True),
        }
    for name, function in (
        ("pow", math.pow),
        ("sqrt", math.sqrt),
        ("floor", lambda value: float(math.floor(value))),
        ("ceil", lambda value: float(math.ceil(value))),
        ("abs", abs),
    ):
        found[f"{owner}->{name}({'DD' if name == 'pow' else 'D'})"] = _real(function)
    found[f"{owner}->round(D)"] = lambda _, a: truncated(math.floor(to_double(a[0]) + 0.5), 64)
    found["Ljava/lang/Double;->doubleToLongBits(D)"] = lambda _, a: a[0] + 0
    found["Ljava/lang/Double;->longBitsToDouble(J)"] = lambda _, a: a[0] + 0
    found["Ljava/lang/Float;->floatToIntBits(F)"] = lambda _, a: a[0] + 0
    found["Ljava/lang/Float;->parseFloat(Ljava/lang/String;)"] = lambda m, a: float_bits(float(sequence(m, a[0])))
    return found


_MULTIPLIER, _SEED_MASK = 0x5DEECE66D, (1 << 48) - 1


def _next(generator: Any, bits: int) -> int:
    if isinstance(generator, JavaObject) and isinstance(generator.payload, _AnyNumber):
        return 1
    if not isinstance(generator, JavaObject) or type(generator.payload) is not int:
        raise NotRunnableError("a random number")
    generator.payload = (generator.payload * _MULTIPLIER + 0xB) & _SEED_MASK
    value = int(generator.payload >> (48 - bits))
    return int32(value) if bits == 32 else value


def _seed(_: Machine, a: Arguments) -> None:
    a[0].payload = (a[1] ^ _MULTIPLIER) & _SEED_MASK


class _AnyNumber:
    """The state of a generator without a known seed: the first number of a range stands for all."""

    __slots__ = ()


def _unseeded(machine: Machine, a: Arguments) -> None:
    if machine.outermost is None:
        raise NotRunnableError("a random number")
    a[0].payload = _AnyNumber()


def _any_generator(machine: Machine, kind: str) -> JavaObject:
    made = JavaObject(kind)
    _unseeded(machine, (made,))
    return made


def _bounded(machine: Machine, a: Arguments) -> int:
    generator, bound = a
    if bound <= 0:
        raise machine.thrown("Ljava/lang/IllegalArgumentException;")
    if isinstance(generator, JavaObject) and isinstance(generator.payload, _AnyNumber):
        return 0
    if bound & (bound - 1) == 0:
        return int(bound * _next(generator, 31)) >> 31
    while True:
        machine.spend(1)
        bits = _next(generator, 31)
        if bits - bits % bound + bound - 1 < 1 << 31:
            return int(bits % bound)


def _next_bytes(machine: Machine, a: Arguments) -> None:
    items = a[1].items
    machine.spend(len(items) >> 2)
    for at in range(0, len(items), 4):
        value = _next(a[0], 32)
        for place in range(at, min(at + 4, len(items))):
            items[place] = narrowed("B", value >> 8 * (place - at))


def _random_calls() -> dict[str, LibraryCall]:
    owner, local = "Ljava/util/Random;", "Ljava/util/concurrent/ThreadLocalRandom;"
    return {
        f"{owner}-><init>()": _unseeded,
        f"{local}->current()": lambda machine, _: _any_generator(machine, local),
        f"{local}->nextInt()": lambda _, a: _next(a[0], 32),
        f"{local}->nextInt(I)": _bounded,
        f"{owner}-><init>(J)": _seed,
        f"{owner}->setSeed(J)": _seed,
        f"{owner}->nextInt()": lambda _, a: _next(a[0], 32),
        f"{owner}->nextInt(I)": _bounded,
        f"{owner}->nextLong()": lambda _, a: int64((_next(a[0], 32) << 32) + _next(a[0], 32)),
        f"{owner}->nextBoolean()": lambda _, a: _next(a[0], 1),
        f"{owner}->nextBytes([B)": _next_bytes,
    }


CALLS = _calls()
