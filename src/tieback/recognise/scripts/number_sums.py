"""Numbers that obfuscators write as sums of products: ``0x1*-0xfe0+-0x2142+0x17*0x223`` for one number.

Source: the README of https://github.com/javascript-obfuscator/javascript-obfuscator (``numbersToExpressions``).
"""

import re

from tieback.model.lazy_pattern import lazy_pattern

MAX_SUMS = 100_000
"""Most sums of a script."""
_FACTOR = r"(?:-\s?)?(?:0x[0-9a-fA-F]{1,12}|\d{1,12})"
_TERM = rf"{_FACTOR}(?:\*{_FACTOR}){{0,4}}"
_SUM = lazy_pattern(
    rf"(?P<before>[-+*/%^]\s?\(|[(,\[=:?]|\breturn\s)(?P<sum>{_TERM}(?:[-+]{_TERM}){{1,12}})(?P<behind>\)|(?=[,\];:}}]))"
)
"""A sum that is a whole argument, element, value or operand."""
_FACTORS = lazy_pattern(rf"([-+]?)({_FACTOR}(?:\*{_FACTOR}){{0,4}})")


def with_plain_numbers(script: str) -> str:
    """A script with one number for each such sum."""
    return _SUM.sub(_plain, script, count=MAX_SUMS)


def _plain(found: re.Match[str]) -> str:
    value = _total(found["sum"])
    number = hex(value) if value >= 0 else f"-{hex(-value)}"
    before, behind = found["before"], found["behind"]
    if before[:1] in "-+*/%^" and before[-1:] == "(":
        # An operand: without its brackets, and apart from the operator, so that two signs are no other operator.
        return f"{before[:1]} {number}" if behind else found[0]
    return f"{before}{number}{behind}"


def _total(text: str) -> int:
    total = 0
    for sign, product in _FACTORS.findall(text):
        value = 1
        for factor in product.split("*"):
            value *= int(factor.replace(" ", ""), 0) if "x" in factor else int(factor.replace(" ", ""))
        total += -value if sign == "-" else value
    return total
