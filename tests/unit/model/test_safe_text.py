"""Hostile text in output: what is escaped, and what names from right to left cannot do."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.model.safe_text import isolate, shown_line, shown_text

SHOP = "חנות הספרים"
"""A made-up name: bookshop."""
ISOLATE, END = "\u2068", "\u2069"

CASES = [
    # text, with "<" and ">" for the isolates
    (f"{SHOP} 4.0.7 leads to db.shop.test:9200", f"<{SHOP}> 4.0.7 leads to db.shop.test:9200"),
    (f"{SHOP}, {SHOP}; x", f"<{SHOP}>, <{SHOP}>; x"),
    ('חברה (בע"מ) 2.0', '<חברה (בע"מ)> 2.0'),
    ("متجر الكتب: ١٢", "<متجر الكتب>: <١٢>"),
    ("שם 12 שם 3", "<שם 12 שם> 3"),
    ("Café 4.0", "Café 4.0"),
    ("plain", "plain"),
]


@pytest.mark.parametrize(("text", "isolated"), CASES)
def test_runs_from_right_to_left_are_isolated(text: str, isolated: str) -> None:
    assert isolate(text) == isolated.replace("<", ISOLATE).replace(">", END)


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(f"{SHOP}\u202e\u2066\u2067\u2068\u2069\u200f /:9")))
def test_isolates_are_balanced_and_never_those_of_the_text(text: str) -> None:
    for shown in (shown_line(text), shown_text(text)):
        depth = 0
        for sign in shown:
            depth += {ISOLATE: 1, END: -1}.get(sign, 0)
            assert 0 <= depth <= 1
            # Outside of the isolates, nothing has a direction of its own but from left to right.
            assert depth or unicodedata.bidirectional(sign) not in ("R", "AL", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI")
        assert depth == 0


def test_marks_of_direction_in_a_name_are_shown_escaped() -> None:
    assert shown_line("a\u202eb\u2067c\u200fd") == r"a\u202eb\u2067c\u200fd"
    assert shown_line(f"\u2068{SHOP}") == rf"\u2068{ISOLATE}{SHOP}{END}"
    assert shown_text("a\u202eb") == "a\ufffdb"
