"""Patterns of resources. Conditions are tested with the policies that hold them."""

import pytest

from tieback.posture.rules.interface import Stranger
from tieback.posture.rules.s3_conditions import glob, holds
from tieback.posture.rules.tree import Node


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True), ("*", "a/b", True), ("a*", "b", False), ("a*c", "abbc", True), ("a?c", "abc", True),
        ("a?c", "ac", False), ("", "", True), ("", "a", False), ("a*b*c", "a-b-b-c", True), ("[ab]", "a", False),
    ],
)  # fmt: skip
def test_glob(pattern: str, text: str, expected: bool) -> None:
    assert glob(pattern, text) is expected


def test_glob_does_not_explode() -> None:
    assert not glob("*a" * 500 + "b", "a" * 5000)  # would take for ever, were it exponential


def test_all_conditions_must_hold() -> None:
    both = Node(
        {
            "IpAddress": Node({"aws:SourceIp": Node("0.0.0.0/0", 1)}, 1),
            "StringEquals": Node({"aws:SourceVpc": Node("vpc-1", 1)}, 1),
        },
        1,
    )
    assert holds(both, Stranger.ANONYMOUS) is False
