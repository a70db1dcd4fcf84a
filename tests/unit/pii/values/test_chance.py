from hypothesis import given
from hypothesis import strategies as st

from tieback.pii.values.chance import chance_bound, scale_confidence


def test_three_quarters_of_ten_check_digits_are_not_chance() -> None:
    assert chance_bound(10, 8, 1 / 11) < 1e-5
    assert chance_bound(50, 38, 1 / 11) < 1e-20


def test_what_chance_gives_is_believed_to_be_chance() -> None:
    assert chance_bound(50, 5, 0.1) == 1
    assert chance_bound(50, 8, 0.1) > 0.1
    assert chance_bound(0, 0, 0.5) == 1
    assert chance_bound(10, 10, 1.0) == 1
    assert chance_bound(10, 1, 0.0) == 0


@given(st.integers(1, 400), st.integers(0, 400), st.floats(0.001, 0.999))
def test_a_bound_is_a_probability_and_falls_with_the_hits(seen: int, hits: int, chance: float) -> None:
    hits = min(hits, seen)
    bound = chance_bound(seen, hits, chance)
    assert 0 <= bound <= 1
    if hits < seen:
        assert chance_bound(seen, hits + 1, chance) <= bound + 1e-12


def test_few_values_make_less_sure() -> None:
    assert scale_confidence(0.9, 10) == 0.9
    assert scale_confidence(0.9, 2) < 0.6
    assert scale_confidence(0.9, 1, single=True) == 0.9
