"""Numbers, dates, and encodings of texts. Source: https://tc39.es/ecma262/#sec-numbers-and-dates."""

import base64
import binascii
import math
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from tieback.recognise.script_runs.library.iteration import first, listed
from tieback.recognise.script_runs.library.lists import text_of
from tieback.recognise.script_runs.library.octets import octets
from tieback.recognise.script_runs.machine import Machine, Natives
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    Unknown,
    Value,
    encoded,
    limited,
    number,
    text,
    truth,
    whole,
)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_COMPONENT = "-_.!~*'()"
_WHOLE = _COMPONENT + ";/?:@&=+$,#"


def _number_text(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    base, value = number(first(arguments)) if arguments else 10, number(this)
    if value is None or base is None:
        return GAP
    if base == 10 or not isinstance(base, int) or not 2 <= base <= 36 or not math.isfinite(value):
        return text(value)
    machine.step()
    left, digits = abs(int(value)), "" if abs(value) >= 1 else "0"
    if left >= 1 << 1024:
        return GAP
    while left:
        left, digit = divmod(left, base)
        digits = _DIGITS[digit] + digits
    fraction = abs(value) - int(abs(value))
    if fraction:
        digits += "."
        for _ in range(12):
            fraction *= base
            digits += _DIGITS[int(fraction)]
            fraction -= int(fraction)
            if not fraction:
                break
    return ("-" if value < 0 else "") + (digits or "0")


def _fixed(_machine: Machine, this: Value, arguments: list[Value]) -> Value:
    value, digits = number(this), number(first(arguments)) if arguments else 0
    if value is None or digits is None or not math.isfinite(value) or not 0 <= digits <= 100:
        return GAP
    return f"{value:.{int(digits)}f}"


NUMBER: Natives = {
    "toString": _number_text, "toFixed": _fixed, "toLocaleString": _number_text,
    "valueOf": lambda _machine, this, _arguments: this,
}  # fmt: skip


def as_number(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Number(…)``."""
    if not arguments:
        return 0
    found = number(machine.primitive(arguments[0], "number"))
    return Unknown() if found is None else found


def as_boolean(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Boolean(…)``."""
    found = truth(first(arguments))
    return Unknown() if found is None else found


def parse_int(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``parseInt``."""
    value, base = machine.to_text(first(arguments)).strip().lower(), number(first(arguments, 1))
    radix = int(base) if base is not None and base == base and base else 0  # noqa: PLR0124
    if GAP in value:
        return Unknown()
    sign = -1 if value[:1] == "-" else 1
    value = value.lstrip("+-")
    if radix in (0, 16) and value[:2] == "0x":
        value, radix = value[2:], 16
    radix = radix or 10
    allowed = _DIGITS[:radix]
    count = next((index for index, one in enumerate(value) if one not in allowed), len(value))
    return sign * int(value[:count], radix) if 0 < count < 400 and 2 <= radix <= 36 else math.nan


def parse_float(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``parseFloat``."""
    value = machine.to_text(first(arguments)).strip()
    if GAP in value:
        return Unknown()
    for end in range(min(len(value), 40), 0, -1):
        try:
            return whole(float(value[:end]))
        except ValueError:
            continue
    return math.nan


def _is_nan(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    found = number(first(arguments)) if first(arguments) is not UNDEFINED else math.nan
    return Unknown() if found is None else found != found  # noqa: PLR0124


def _is_finite(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    found = number(first(arguments))
    return Unknown() if found is None else math.isfinite(found)


def _is_integer(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = first(arguments)
    return Unknown() if isinstance(value, Unknown) else isinstance(value, int) and not isinstance(value, bool)


NUMBERS: Natives = {
    "isInteger": _is_integer, "isSafeInteger": _is_integer, "isNaN": _is_nan, "isFinite": _is_finite,
    "parseInt": parse_int, "parseFloat": parse_float,
}  # fmt: skip
GLOBAL_NUMBERS: Natives = {
    "isNaN": _is_nan, "isFinite": _is_finite, "parseInt": parse_int, "parseFloat": parse_float,
}  # fmt: skip


def _math(apply: Callable[[float], float]) -> Callable[[Machine, Value, list[Value]], Value]:
    def run(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
        value = number(first(arguments)) if first(arguments) is not UNDEFINED else math.nan
        if value is None:
            return Unknown()
        try:
            return whole(float(apply(value)))
        except (ValueError, OverflowError):
            return math.nan

    return run


def _extreme(pick: Callable[[list[float]], float]) -> Callable[[Machine, Value, list[Value]], Value]:
    def run(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
        values = [number(one) for one in arguments]
        known = [one for one in values if one is not None]
        if len(known) < len(values):
            return Unknown()
        return pick(known) if known else -pick([math.inf, -math.inf])

    return run


def _power(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    one, other = number(first(arguments)), number(first(arguments, 1))
    if one is None or other is None:
        return Unknown()
    try:
        found = float(one) ** float(other)
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return math.nan if isinstance(found, complex) else whole(found)


def _unknown(_machine: Machine, _this: Value, _arguments: list[Value]) -> Value:
    return Unknown()


def _product(_machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    one, other = number(first(arguments)), number(first(arguments, 1))
    if one is None or other is None or not (math.isfinite(one) and math.isfinite(other)):
        return Unknown()
    return ((int(one) * int(other) + 0x80000000) & 0xFFFFFFFF) - 0x80000000


MATH: Natives = {
    "floor": _math(math.floor), "ceil": _math(math.ceil), "round": _math(lambda value: math.floor(value + 0.5)),
    "trunc": _math(math.trunc), "abs": _math(abs), "sqrt": _math(math.sqrt), "log": _math(math.log),
    "log2": _math(math.log2), "log10": _math(math.log10), "sin": _math(math.sin), "cos": _math(math.cos),
    "sign": _math(lambda value: (value > 0) - (value < 0)), "exp": _math(math.exp), "max": _extreme(max),
    "min": _extreme(min), "pow": _power, "random": _unknown, "imul": _product,
}  # fmt: skip


def _encode(safe: str) -> Callable[[Machine, Value, list[Value]], Value]:
    return lambda machine, _this, arguments: limited(encoded(machine.to_text(first(arguments)), safe))


def _decode(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = machine.to_text(first(arguments))
    if "%" not in value:
        return value
    return GAP.join(unquote_to_bytes(part).decode("utf-8", "replace") for part in value.split(GAP))


def _unescape(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = machine.to_text(first(arguments))
    return GAP.join(unquote_to_bytes(part).decode("latin-1") for part in value.split(GAP))


def _escape(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = machine.to_text(first(arguments))
    return limited("".join(_escaped(one) for one in value))


def _escaped(character: str) -> str:
    code = ord(character)
    if character == GAP or (code < 0x80 and (character.isalnum() or character in "@*_+-./")):
        return character
    return f"%{code:02X}" if code < 0x100 else f"%u{code:04X}"


def from_base64(value: str) -> str | None:
    """The octets of a text in Base64 as characters; ``None`` if it is none."""
    plain = "".join(value.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode("latin-1")
    except (binascii.Error, ValueError):
        return None


def _atob(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = machine.to_text(first(arguments))
    found = None if GAP in value else from_base64(value)
    return GAP if found is None else found


def _btoa(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    value = machine.to_text(first(arguments))
    return GAP if GAP in value else base64.b64encode(value.encode("latin-1", "replace")).decode("ascii")


ENCODINGS: Natives = {
    "encodeURIComponent": _encode(_COMPONENT), "encodeURI": _encode(_WHOLE), "decodeURIComponent": _decode,
    "decodeURI": _decode, "escape": _escape, "unescape": _unescape, "atob": _atob, "btoa": _btoa,
}  # fmt: skip


def decoder(machine: Machine, _this: Value, _arguments: list[Value]) -> Value:
    """``new TextDecoder()``."""
    made = machine.object()

    def decode(_this: Value, arguments: list[Value]) -> Value:
        values = listed(machine, first(arguments))
        if values is None:
            return GAP
        return text_of(values).encode("latin-1", "replace").decode("utf-8", "replace")

    made.members["decode"] = machine.native("decode", decode)
    return made


def encoder(machine: Machine, _this: Value, _arguments: list[Value]) -> Value:
    """``new TextEncoder()``."""
    made = machine.object()

    def encode(_this: Value, arguments: list[Value]) -> Value:
        data = machine.to_text(first(arguments))
        return Unknown() if GAP in data else octets(machine, data.encode("utf-8", "replace"))

    made.members["encode"] = machine.native("encode", encode)
    return made


def buffer(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``Buffer.from(…)``."""
    value, way = first(arguments), machine.to_text(first(arguments, 1)).lower()
    data: str | None
    if isinstance(value, str):
        if GAP in value:
            return Unknown("Buffer")
        if way in ("base64", "base64url"):
            data = from_base64(value)
        elif way == "hex":
            try:
                data = bytes.fromhex(value).decode("latin-1")
            except ValueError:
                data = None
        else:
            data = value.encode("utf-8", "replace").decode("latin-1")
    else:
        values = listed(machine, value)
        data = None if values is None else text_of(values)
    if data is None or GAP in data:
        return Unknown("Buffer")
    made = octets(machine, data.encode("latin-1", "replace"))
    made.members["toString"] = machine.native("toString", lambda this, given: buffer_text(machine, this, given))
    return made


def buffer_text(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    """Octets as text in an encoding."""
    values, way = listed(machine, this), "utf8" if not arguments else machine.to_text(arguments[0]).lower()
    if values is None:
        return GAP
    data = text_of(values)
    if GAP in data:
        return GAP
    raw = data.encode("latin-1", "replace")
    if way == "base64":
        return base64.b64encode(raw).decode("ascii")
    if way == "hex":
        return raw.hex()
    return data if way in ("latin1", "binary") else raw.decode("utf-8", "replace")
