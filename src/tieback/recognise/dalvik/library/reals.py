"""Texts of floating-point numbers, as in the version of an interface: ``v2.5``.

Sources: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double) and
.../java/util/Formatter.html#dndec
"""

import math
import struct
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from tieback.recognise.dalvik.arithmetic import to_double
from tieback.recognise.dalvik.objects import Boxed, NotRunnableError

DOUBLE, FLOAT = "Ljava/lang/Double;", "Ljava/lang/Float;"
REALS = frozenset((DOUBLE, FLOAT))
_SMALL, _LARGE = 1e-3, 1e7
"""Numbers between them are written without an exponent."""
MAX_PLACES = 20
"""Most digits behind the point that a format asks for."""

type Arguments = Sequence[Any]


def _value(kind: str, bits: Any) -> float:
    if type(bits) is not int:
        raise NotRunnableError("a number that is not known")
    number = to_double(bits) if kind == DOUBLE else struct.unpack("<f", struct.pack("<I", bits & 0xFFFFFFFF))[0]
    if not math.isfinite(number):
        raise NotRunnableError("the text of a number that is not finite")
    return float(number)


def text_of_real(kind: str, bits: Any) -> str:
    """The text of a number, such as ``2.5`` and ``3.0``.

    Args:
        kind: ``DOUBLE`` or ``FLOAT``.
        bits: its bits.

    Raises:
        NotRunnableError: it is not known, or is written with an exponent.
    """
    number = _value(kind, bits)
    if number and not _SMALL <= abs(number) < _LARGE:
        raise NotRunnableError("the text of a number with an exponent")
    shortest = np.float32(number) if kind == FLOAT else np.float64(number)
    return str(np.format_float_positional(shortest, unique=True, trim="0"))


def formatted_real(value: Any, places: int) -> str:
    """A boxed number with so many digits behind the point, as ``%.2f`` prints it."""
    if not isinstance(value, Boxed) or value.kind not in REALS or not 0 <= places <= MAX_PLACES:
        raise NotRunnableError("a number that is not known")
    number = _value(value.kind, value.value)
    if abs(number) >= _LARGE * _LARGE:
        raise NotRunnableError("the text of a large number")
    return f"{Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
