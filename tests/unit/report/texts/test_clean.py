"""Untrusted text on one line."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.report.texts.clean import clean


@each(
    ("text", "shown"),
    [
        ("Workhub", "Workhub"),
        ("a\x1b[31mb", "a\ufffd[31mb"),
        ("two\nlines\tand\r", "two\ufffdlines\ufffdand\ufffd"),
        ("\u202egro", "\ufffdgro"),
        ("line\u2028separator", "line\ufffdseparator"),
        ("lone \ud800", "lone \ufffd"),
        ("地図 مرحبا é", "地図 مرحبا é"),
        ("\u0645\u06cc\u200c\u062e 👩\u200d🌾", "\u0645\u06cc\u200c\u062e 👩\u200d🌾"),
    ],
)
def test_text_of_others_is_cleaned(text: str, shown: str) -> None:
    assert clean(text) == shown


@settings(deadline=None, max_examples=examples(100))
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=300), st.integers(1, 250))
def test_cleaned_text_is_short_and_on_one_line(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    shown.encode()
