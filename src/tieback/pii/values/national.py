"""National identification numbers, from ``national.toml``: format, check digits, and the date inside."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources

import msgspec

from tieback.pii.values.checksums import NAMED, Weighted, all_agree, luhn

_BARE = str.maketrans("", "", " .-/()+")


class NumberScheme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of number."""

    country: str
    """ISO 3166-1 alpha-2."""
    name: str
    source: str
    chance: float
    """Share of random values of this format that pass."""
    digits: int = 0
    """Length of the plain form; 0 if the number contains letters or the plain form proves nothing."""
    form: str = ""
    check: str = ""
    sums: tuple[Weighted, ...] = ()
    where: str = ""
    born: str = ""
    months: tuple[int, ...] = (0,)
    days: tuple[int, ...] = (0,)
    shape_tells: bool = False

    @property
    def label(self) -> str:
        """Label in the evidence: ``PL PESEL``."""
        return f"{self.country} {self.name}"


class NationalNumber(msgspec.Struct, frozen=True):
    """A scheme with its compiled checks."""

    scheme: NumberScheme
    accepts: Callable[[str], bool]
    year: Callable[[str], str] | None
    """Returns the two digits of the year inside; ``None`` if the format has no date."""


def normalise(value: str) -> str:
    """Letters in upper case and digits, without separators."""
    return value.translate(_BARE).upper()


def _luhn10(text: str) -> bool:
    return luhn(text[-10:])


def _dated(scheme: NumberScheme) -> Callable[[str], bool]:
    day, month = scheme.born.index("d"), scheme.born.index("m")
    days, months = scheme.days, scheme.months

    def accepts(text: str) -> bool:
        d, m = text[day : day + 2], text[month : month + 2]
        if not (d.isdigit() and m.isdigit()):
            return False
        d_, m_ = int(d), int(m)
        return any(1 <= m_ - more <= 12 for more in months) and any(1 <= d_ - more <= 31 for more in days)

    return accepts


def _number(scheme: NumberScheme) -> NationalNumber:
    steps: list[Callable[[str], bool]] = []
    if scheme.where:
        pattern = re.compile(scheme.where, re.ASCII)
        steps.append(lambda text: pattern.fullmatch(text) is not None)
    if scheme.born:
        dated = _dated(scheme)
        long_form = scheme.name == "personnummer"
        steps.append((lambda text: dated(text[-10:])) if long_form else dated)
    if scheme.check:
        steps.append(_luhn10 if scheme.check == "luhn10" else NAMED[scheme.check])
    if scheme.sums:
        steps.append(lambda text: all_agree(scheme.sums, text))
    year = None
    if scheme.born:
        at = scheme.born.index("y")
        year = lambda text: text[at : at + 2]  # noqa: E731 - one expression, made per scheme
    if len(steps) == 1:
        return NationalNumber(scheme, steps[0], year)
    return NationalNumber(scheme, lambda text: all(step(text) for step in steps), year)


@cache
def load_numbers() -> tuple[NationalNumber, ...]:
    """Every scheme, in the order of the file.

    Raises:
        msgspec.ValidationError: the data file is damaged.
        KeyError: it names a check that does not exist.
    """
    text = resources.files("tieback.pii.values").joinpath("national.toml").read_text(encoding="utf-8")
    schemes = msgspec.convert(tomllib.loads(text)["scheme"], tuple[NumberScheme, ...])
    return tuple(_number(scheme) for scheme in schemes)
