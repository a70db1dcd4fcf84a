"""Patterns of resources. Conditions are tested with the policies that hold them."""

from datetime import UTC, datetime

from tests.each import each
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.s3_conditions import conditions_match, matches_glob
from tieback.posture.rules.tree import ConfigNode

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@each(
    ("pattern", "text", "expected"),
    [
        ("*", "", True), ("*", "a/b", True), ("a*", "b", False), ("a*c", "abbc", True), ("a?c", "abc", True),
        ("a?c", "ac", False), ("", "", True), ("", "a", False), ("a*b*c", "a-b-b-c", True), ("[ab]", "a", False),
    ],
)  # fmt: skip
def test_glob_patterns_match(pattern: str, text: str, expected: bool) -> None:
    assert matches_glob(pattern, text) is expected


def test_glob_does_not_explode() -> None:
    assert not matches_glob("*a" * 500 + "b", "a" * 5000)  # would take for ever, were it exponential


def test_all_conditions_must_match() -> None:
    both = ConfigNode(
        {
            "IpAddress": ConfigNode({"aws:SourceIp": ConfigNode("0.0.0.0/0", 1)}, 1),
            "StringEquals": ConfigNode({"aws:SourceVpc": ConfigNode("vpc-1", 1)}, 1),
        },
        1,
    )
    assert conditions_match(both, Requester.ANONYMOUS, NOW) is False
