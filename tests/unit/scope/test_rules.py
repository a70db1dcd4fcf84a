"""Targets of a grant: matches and ports."""

from datetime import date

import pytest

from tests.each import each
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.scope.rules import blocks_of, compile_rule, parse_ports


def rule(match: str, ports: tuple[int | str, ...] = (80,)) -> TargetRule:
    return TargetRule(match=match, ports=ports, depth=Depth.IDENTIFY)


@pytest.mark.parametrize(
    ("match", "kind"),
    [
        ("10.0.0.0/8", "network"),
        ("10.0.0.1", "network"),
        ("2001:db8::/32", "network"),
        ("Example.TEST.", "host"),
        ("*.Example.test", "suffix"),
    ],
)
def test_match_texts_are_classified(match: str, kind: str) -> None:
    compiled = compile_rule(rule(match))
    assert [name for name in ("network", "host", "suffix") if getattr(compiled, name)] == [kind]


@each("match", ["", "*", "*.", "a.*.test", "*.127.0.0.1", "10.0.0.1/8", "127.1", "http://a.test", "a b"])
def test_bad_matches(match: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        compile_rule(rule(match))
    assert caught.value.args[1] == "match"


@pytest.mark.parametrize(
    ("ports", "inside", "outside"),
    [
        (("27000-27100", 9200), [27000, 27100, 9200], [26999, 27101, 9201]),
        (("80",), [80], [81]),
        ((65535,), [65535], [1]),
    ],
)
def test_ports(ports: tuple[int | str, ...], inside: list[int], outside: list[int]) -> None:
    compiled = compile_rule(rule("a.test", ports))
    assert [port for port in inside + outside if compiled.covers(port)] == inside


@each(
    "ports", [(), (0,), (65536,), (-1,), ("9-2",), ("a",), ("1-",), ("-1",), ("1-2-3",), ("٣",), ("9" * 5000,), "all"]
)
def test_bad_ports(ports: str | tuple[int | str, ...]) -> None:
    with pytest.raises(ValueError, match=r"port|list|reversed"):
        parse_ports(ports)


def test_only_blocks_with_neighbours_enabled_have_neighbours() -> None:
    rules = (
        TargetRule("10.0.0.0/24", "any", Depth.IDENTIFY, neighbours=True),
        TargetRule("10.0.1.0/24", "any", Depth.IDENTIFY),
        TargetRule("2001:db8::/120", "any", Depth.IDENTIFY, neighbours=True),
    )
    grant = Grant("a", "b", date(2099, 1, 1), rules)
    assert [str(block) for block in blocks_of(grant)] == ["10.0.0.0/24", "2001:db8::/120"]


@pytest.mark.parametrize("match", ["10.0.0.0/23", "2001:db8::/119", "a.test", "*.a.test"])
def test_large_blocks_have_no_neighbours(match: str) -> None:
    with pytest.raises(ValueError, match="at most 256 addresses"):
        compile_rule(TargetRule(match, "any", Depth.IDENTIFY, neighbours=True))
