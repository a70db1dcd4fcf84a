"""The limit on finds keeps a share for every source."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.recognise.whole_app.fair_limit import FairLimit


def kept(limit: int, *sources: str) -> dict[str, int]:
    """How many values of each source are kept; every letter adds a value."""
    limited = FairLimit[str](limit)
    for key, source in enumerate("".join(sources)):
        limited.add(key, source, source)
    assert limited.left_out is (len("".join(sources)) > limit)
    return {one: list(limited.values.values()).count(one) for one in sorted(set("".join(sources)))}


def test_a_source_with_many_values_leaves_others_their_share() -> None:
    assert kept(10, "a" * 50, "b") == {"a": 9, "b": 1}
    assert kept(10, "a" * 50, "b" * 50) == {"a": 5, "b": 5}
    assert kept(10, "a" * 50, "b" * 50, "cc") == {"a": 4, "b": 4, "c": 2}


def test_one_source_keeps_its_first_values() -> None:
    limited = FairLimit[int](3)
    assert [limited.add(number, number) for number in (1, 2, 3, 4, 2)] == [1, 2, 3, None, 2]
    assert list(limited.values) == [1, 2, 3]


def test_the_order_stays_that_of_first_appearance() -> None:
    limited = FairLimit[int](3)
    for number, source in enumerate("aaab"):
        limited.add(number, number, source)
    assert list(limited.values) == [0, 1, 3]


def test_values_that_others_removed_give_no_place_twice() -> None:
    limited = FairLimit[int](2)
    limited.add(1, 1, "a")
    limited.add(2, 2, "a")
    del limited.values[2]
    limited.add(3, 3, "b")
    assert limited.add(4, 4, "c") is None
    assert list(limited.values) == [1, 3]


@settings(max_examples=examples(200))
@given(st.text("abcd", max_size=80), st.integers(1, 12))
def test_no_source_has_less_than_it_adds_or_its_share(text: str, limit: int) -> None:
    found = kept(limit, text)
    assert sum(found.values()) == min(limit, len(text))
    for source, size in found.items():
        assert size >= min(text.count(source), limit // len(found))
