import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.hermes import split_overlaps


def texts(storage: bytes, ranges: list[tuple[int, int]]) -> list[bytes]:
    """What stands between the edges of all layers, without the zeros between."""
    starts, ends = (np.array([pair[n] for pair in ranges], np.int64) for n in (0, 1))
    found = []
    for base, data, edges in split_overlaps(storage, starts, ends):
        for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            if data[begin] != 0:
                found.append(data[begin:end])
                assert storage[base + begin : base + end] == data[begin:end]
    return sorted(found)


def test_each_string_is_separate() -> None:
    storage = b"https://a.test/fooapi.test"
    assert texts(storage, [(0, 18), (15, 26), (8, 14)]) == [b"fooapi.test", b"https://a.test/foo"]


def test_neighbours_without_overlap_share_a_layer() -> None:
    assert len(list(split_overlaps(b"abcdef", np.array([0, 2, 4]), np.array([2, 4, 6])))) == 1


def test_what_leaves_the_storage_is_left_out() -> None:
    assert texts(b"abc", [(-1, 2), (2, 9), (1, 1), (1, 3)]) == [b"bc"]
    assert list(split_overlaps(b"abc", np.array([], np.int64), np.array([], np.int64))) == []


def test_a_pile_of_strings_is_one_whole_copy() -> None:
    starts = np.arange(50)
    ((base, data, edges),) = split_overlaps(b"x" * 100, starts, starts + 50)
    assert (base, data, len(edges)) == (0, b"x" * 100, 0)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=12))
def test_no_string_is_lost_or_joined(places: list[tuple[int, int]]) -> None:
    storage = bytes(range(33, 93))
    ranges = [(start, start + length) for start, length in places]
    starts, ends = (np.array([pair[n] for pair in ranges], np.int64) for n in (0, 1))
    found = list(split_overlaps(storage, starts, ends))
    if any(len(edges) == 0 for _, _, edges in found):
        return
    outer = [r for r in ranges if not any(o != r and o[0] <= r[0] and r[1] <= o[1] for o in ranges)]
    assert texts(storage, ranges) == sorted({storage[start:end] for start, end in outer})
