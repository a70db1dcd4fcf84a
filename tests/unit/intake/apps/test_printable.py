from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.apps.printable import printable


@each(
    ("text", "shown"),
    [("a/b.txt", "a/b.txt"), ("Füße 字", "Füße 字"), ("a\x1b[31m", "a\\x1b[31m"), ("a\r\nb", "a\\r\\nb"),
     ("\u202egnp", "\\u202egnp"), ("\ud800", "\\ud800"), ("abcdef\n", "abcdef\\n")],
)  # fmt: skip
def test_what_is_not_printable_is_escaped(text: str, shown: str) -> None:
    assert printable(text, 100) == shown


@given(st.text(max_size=50), st.integers(0, 60))
def test_the_result_is_printable_and_short(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit
