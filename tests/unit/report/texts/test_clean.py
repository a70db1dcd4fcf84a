"""Untrusted text on one line."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.report.conftest import the_hostile_report
from tieback.report import by_name
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


SHOP = "חנות הספרים"


@pytest.mark.parametrize("name", ["terminal", "html", "markdown"])
def test_names_from_right_to_left_do_not_reorder_reports(name: str) -> None:
    out = io.BytesIO()
    by_name(name).render(the_hostile_report(f"{SHOP} 4.0.7"), out)
    text = out.getvalue().decode()
    # A narrow column folds a name into words.
    words = [match for word in SHOP.split() for match in re.finditer(word, text)]
    assert len(words) > 10
    for match in words:
        before, after = text[: match.start()], text[match.end() :]
        assert before.rfind("\u2068") > before.rfind("\u2069"), before[-80:]
        assert -1 < after.find("\u2069") < (after.find("\u2068") % len(text)), after[:80]
        assert "\n" not in after[: after.find("\u2069")]
