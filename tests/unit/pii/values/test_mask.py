import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.pii.values.mask import MAX_MASK, mask_value, usual_mask


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("44051401359", "9{11}"),
        ("Ada Lovelace", "Aaa Aa{7}"),
        ("a.b@c.test", "a.a@a.a{4}"),
        ("x\x00\x1by", "a??a"),
        ("", ""),
    ],
)
def test_values_become_masks(value: str, masked: str) -> None:
    assert mask_value(value) == masked


@given(st.text())
def test_a_mask_shows_no_letter_and_no_digit_of_the_value(value: str) -> None:
    shown = mask_value(value)
    assert len(shown) <= MAX_MASK
    assert set(shown) <= set("Aa9?-./:@+() _,#{}0123456789")
    assert shown.isascii()


def test_the_usual_one() -> None:
    assert usual_mask(["12", "34", "ab"]) == "99"
