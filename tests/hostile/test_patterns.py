"""Regular expressions: every pattern that a module of tieback holds after import, against texts that make it backtrack.

For each repetition in a pattern, the text is what leads there, the repeated part again and again, and an end that does
not match. The cost may grow as the square of the length, no faster: four times the text costs at most 16 times.
"""

import importlib
import pkgutil
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache

import msgspec
import pytest

import tieback
from tests.hostile.test_send_bytes import PARSER, members
from tests.linear import growth
from tieback.probes import PROBES

WORST = 24.0
"""Four times the length: 16 times the cost if quadratic, 64 if cubic. One measurement may be wrong by a factor of two,
so the limit is near 16, and a pattern is bad only if every measurement is above it."""
MEASUREMENTS = 8
LENGTH = 400
MANY = 16
"""Repetitions of fewer times cannot grow."""


def patterns_of(value: object, depth: int = 0) -> Iterator["re.Pattern[str] | re.Pattern[bytes]"]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict) and depth < 3:
        for one in [*value.keys(), *value.values()]:
            yield from patterns_of(one, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset) and depth < 3:
        for one in value:
            yield from patterns_of(one, depth + 1)
    elif isinstance(value, msgspec.Struct) and depth < 3:
        for name in value.__struct_fields__:
            yield from patterns_of(getattr(value, name, None), depth + 1)


@cache
def patterns() -> dict[str, "re.Pattern[str] | re.Pattern[bytes]"]:
    found: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {}
    for module in pkgutil.walk_packages(tieback.__path__, "tieback."):
        if module.name.endswith("__main__"):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of libraries
                loaded = importlib.import_module(module.name)
        except ImportError:  # an extra that is not installed
            continue
        for name, value in vars(loaded).items():
            for number, pattern in enumerate(patterns_of(value)):
                if not any(pattern is known for known in found.values()):
                    found[f"{module.name}.{name}.{number}"] = pattern
    for probe in PROBES:
        for send in probe.meta.sends:
            found[f"{probe.meta.name} {send.name}"] = re.compile(send.pattern, re.DOTALL)
    return found


def example(tree: object) -> list[int]:
    """Code points of a text that the tree accepts, without regard to what surrounds it."""
    out: list[int] = []
    for operator, argument in tree:  # type: ignore[attr-defined]
        name = str(operator)
        if name == "LITERAL":
            out.append(argument)
        elif name == "ANY":
            out.append(97)
        elif name == "NOT_LITERAL":
            out.append(97 if argument != 97 else 98)
        elif name == "IN":
            out.append(one_of(argument))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            out += example(argument[2]) * max(argument[0], 1 if argument[1] else 0)
        elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
            out += example(argument[3] if name == "SUBPATTERN" else argument)
        elif name == "BRANCH":
            out += example(argument[1][0])
    return out


CATEGORIES = {"CATEGORY_DIGIT": 48, "CATEGORY_SPACE": 32, "CATEGORY_WORD": 97}


def one_of(items: object) -> int:
    plain = [item for item in items if str(item[0]) != "CATEGORY"]  # type: ignore[attr-defined]
    named = [str(item[1]) for item in items if str(item[0]) == "CATEGORY"]  # type: ignore[attr-defined]
    negated = any(str(item[0]) == "NEGATE" for item in plain)
    if named:
        return next(
            (CATEGORIES[name] for name in named if name in CATEGORIES and not negated), 97 if not negated else 45
        )
    try:
        accepted = members(plain)
    except AssertionError:
        return 97
    return next((ord(c) for c in "a0.-/ :" if ord(c) in accepted), min(accepted, default=97))


def attacks(tree: object, before: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """What leads to each long repetition, and what is repeated."""
    path = list(before)
    for operator, argument in tree:  # type: ignore[attr-defined]
        name = str(operator)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            if int(argument[1]) >= MANY:
                yield tuple(path), tuple(example(argument[2]))
            yield from attacks(argument[2], tuple(path))
        elif name == "SUBPATTERN":
            yield from attacks(argument[3], tuple(path))
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from attacks(branch, tuple(path))
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from attacks(argument[1], tuple(path))
        path += example([(operator, argument)])


def is_too_slow[T](make: Callable[[int], T], work: Callable[[T], object]) -> bool:
    """Other load can disturb one measurement or a few, and not eight."""
    return all(growth(make, work, LENGTH) > WORST for _ in range(MEASUREMENTS))


def test_every_pattern_is_looked_at() -> None:
    assert len(patterns()) >= 365


@pytest.mark.parametrize("part", range(8))
def test_no_pattern_is_worse_than_quadratic(part: int) -> None:
    bad = []
    for name, pattern in list(patterns().items())[part::8]:
        binary = isinstance(pattern.pattern, bytes)
        tree = PARSER.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
        for lead, pump in dict.fromkeys(attacks(tree)):
            if not pump:
                continue
            text = "".join(map(chr, lead)), "".join(map(chr, pump))

            def make(size: int, text: tuple[str, str] = text, binary: bool = binary) -> str | bytes:
                made = text[0] + text[1] * (size // len(text[1])) + "\x01!"
                return made.encode("latin-1", "replace") if binary else made

            if is_too_slow(make, pattern.match):  # type: ignore[misc]
                bad.append((name, text))
    assert bad == []


def test_a_cubic_pattern_would_be_found() -> None:
    pattern = re.compile(r"a*a*a*b")
    lead, pump = next(attacks(PARSER.parse(pattern.pattern)))
    assert (lead, pump) == ((), (97,))
    assert any(growth(lambda size: "a" * size + "!", pattern.match, 200) > WORST for _ in range(MEASUREMENTS))
