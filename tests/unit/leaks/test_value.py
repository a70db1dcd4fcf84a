"""A value is cut before anything looks at it."""

import pytest

from tieback.leaks.value import MAX_VALUE, decode_text


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"ada", "ada"), (b"", ""), ("Łódź".encode(), "Łódź"), (b"\xff", "\ufffd"), (b"x" * 5000, "x" * MAX_VALUE)],
)
def test_text_of(data: bytes, text: str) -> None:
    assert decode_text(data) == text
