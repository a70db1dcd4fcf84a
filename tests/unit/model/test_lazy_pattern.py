"""Patterns that are compiled at their first use: the same matches as those of ``re``."""

import importlib
import pkgutil
import re

import pytest

import tieback.model
import tieback.recognise
from tieback.model.lazy_pattern import LazyPattern, lazy_pattern


def test_pattern_is_compiled_at_its_first_use() -> None:
    pattern = lazy_pattern(r"(?P<host>[a-z]+)\.example", re.IGNORECASE)
    assert "_known" not in vars(pattern)
    found = pattern.search("see API.example")
    assert found is not None
    assert found["host"] == "API"
    assert "_known" in vars(pattern)


def test_members_are_those_of_the_compiled_pattern() -> None:
    lazy, real = lazy_pattern(rb"(a)(b)?", re.DOTALL), re.compile(rb"(a)(b)?", re.DOTALL)
    assert (lazy.pattern, lazy.flags, lazy.groups) == (real.pattern, real.flags, real.groups)
    assert lazy.findall(b"ab a") == real.findall(b"ab a")
    assert lazy.sub(b"-", b"ab a") == real.sub(b"-", b"ab a")
    assert lazy.split(b"xaby") == real.split(b"xaby")
    assert lazy.match is lazy.match  # kept: the next use takes no call


def test_error_in_a_pattern_is_raised_at_its_first_use() -> None:
    pattern = lazy_pattern("(")
    with pytest.raises(re.error):
        pattern.match("")


def test_unknown_member_is_an_error() -> None:
    with pytest.raises(AttributeError):
        _ = lazy_pattern("a").unknown  # type: ignore[attr-defined]


def test_all_patterns_of_the_program_can_be_compiled() -> None:
    patterns = []
    for package in (tieback.model, tieback.recognise):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            values = vars(importlib.import_module(module.name)).values()
            patterns += [value for value in values if isinstance(value, LazyPattern)]
    assert len(patterns) > 100
    for pattern in patterns:
        assert pattern.pattern is not None
