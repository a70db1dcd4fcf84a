"""Cursors of lists: what one page gives, the next one takes; anything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.model.errors import UsageError
from tieback.pipeline.views.listing import MAX_LIMIT, bounded_limit, cut, decode_cursor, encode_cursor

KEYS = st.tuples(st.integers(-(2**60), 2**60), st.text(max_size=40))


@given(KEYS)
def test_a_cursor_is_read_back(key: tuple[int, str]) -> None:
    assert decode_cursor(encode_cursor(key), tuple[int, str]) == key


@given(st.text(max_size=200).filter(lambda text: not text.startswith("Wz")))
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a cursor of this list"):
        decode_cursor(text, tuple[int, str])


def test_a_long_cursor_is_refused() -> None:
    with pytest.raises(UsageError):
        decode_cursor("a" * 3000, tuple[int, str])


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_a_limit_has_bounds(limit: int) -> None:
    with pytest.raises(UsageError):
        bounded_limit(limit)


def test_a_page_has_a_next_one_if_a_row_is_left() -> None:
    assert cut(["a", "b"], 2, lambda row: (row,)) == (("a", "b"), None)
    items, after = cut(["a", "b", "c"], 2, lambda row: (row,))
    assert items == ("a", "b")
    assert after is not None
    assert decode_cursor(after, tuple[str]) == ("b",)


@pytest.mark.parametrize("number", [2**63, 2**64 - 1, -(2**63) - 1])
def test_a_number_that_no_database_has_is_refused(number: int) -> None:
    with pytest.raises(UsageError, match="not a cursor of this list"):
        decode_cursor(encode_cursor(("a", number)), tuple[str, int])
