"""Tokens and ends of expressions that were read before are those of a new reader, wherever that one ends."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.recognise.scripts.reader import Budget, Reader

PARTS = [
    "a",
    "bc",
    "1e+5",
    "'d'",
    '"',
    "`",
    "${",
    "}",
    "{",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ">>>",
    "===",
    "?.",
    "5",
    "=>",
    "\\",
    " ",
]
PLACES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=12)


@settings(max_examples=examples(600))
@example(b"a'd'\"}\"", [(1, 5), (1, 6)])
@given(st.lists(st.sampled_from(PARTS), max_size=30).map(lambda parts: "".join(parts).encode()), PLACES)
def test_what_was_read_before_is_read_in_the_same_way(data: bytes, places: list[tuple[int, int]]) -> None:
    budget = Budget(10**6)
    for at, size in places:
        kept, new = Reader(data, at, budget), Reader(data, at, Budget(10**6))
        kept.end = new.end = min(len(data), at + size)
        assert kept.peek() == new.peek()
        assert kept.behind(at) == new.behind(at)
        assert kept.closing(at) == new.closing(at)
