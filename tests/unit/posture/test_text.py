"""JSON as a text within an export."""

from typing import Any

import pytest

from tieback.posture.text import parsed


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ('{"a": 1}', {"a": 1}),
        ({"a": 1}, {"a": 1}),
        ("", None),
        ("nonsense", None),
        ("[" * 100_000, None),
        (None, None),
    ],
)
def test_texts(value: Any, wanted: Any) -> None:
    assert parsed(value) == wanted


def test_a_long_text_is_not_read() -> None:
    assert parsed('"' + "a" * 100 + '"', most=50) is None
