"""Networks and providers take turns: each item once, nobody starves, nobody has it all."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.scope.turns import Turns, lot_of

type Item = tuple[str, int]


def lot(item: Item) -> str:
    return item[0]


def items(*sizes: tuple[str, int]) -> list[Item]:
    """So many of each lot, one lot after the other."""
    return [(name, number) for name, size in sizes for number in range(size)]


def served(turns: Turns[Item], window: int, late: Iterable[Item] = ()) -> list[Item]:
    """All items in the order in which they began, where the oldest under way ends whenever the window is full."""
    begun: list[Item] = []
    under_way: deque[tuple[Item, str]] = deque()
    again = set(late)
    while True:
        while len(under_way) < window and (turn := turns.take()) is not None:
            under_way.append(turn)
            begun.append(turn[0])
        if not under_way:
            return begun
        item, its = under_way.popleft()
        turns.ended(its)
        if item in again:
            again.discard(item)
            turns.again(item)


ORDERS = [
    # lots of the stream, window, how it begins
    ("one lot", [("a", 3)], 8, "aaa"),
    ("in turns", [("a", 4), ("b", 4)], 8, "abababab"),
    ("a small one is through while the great one goes on", [("a", 9), ("b", 2), ("c", 1)], 3, "abcabaaaaaaa"),
    ("one place", [("a", 2), ("b", 2)], 1, "abab"),
]


@pytest.mark.parametrize(("lots", "window", "order"), [row[1:] for row in ORDERS], ids=[row[0] for row in ORDERS])
def test_order(lots: list[tuple[str, int]], window: int, order: str) -> None:
    assert "".join(name for name, _ in served(Turns(items(*lots), lot, window), window)) == order


def test_a_lot_that_is_stuck_leaves_the_others_their_places() -> None:
    turns = Turns(items(("stuck", 1000), ("b", 500), ("c", 500)), lot, 30)
    begun = [turn for _ in range(30) if (turn := turns.take()) is not None]
    assert Counter(name for _, name in begun) == {"stuck": 10, "b": 10, "c": 10}
    # The first never ends; the others go on, all of them.
    done = Counter[str]()
    waiting = deque(name for _, name in begun if name != "stuck")
    while waiting:
        name = waiting.popleft()
        turns.ended(name)
        done[name] += 1
        while turns.under_way < 30 and (turn := turns.take()) is not None:
            if turn[1] != "stuck":
                waiting.append(turn[1])
    assert (done["b"], done["c"]) == (500, 500)


def test_while_the_stream_goes_on_places_are_kept_for_lots_that_may_come() -> None:
    turns = Turns(items(("a", 10_000)), lot, 80, ahead=500)
    assert sum(turns.take() is not None for _ in range(100)) == 70
    short = Turns(items(("a", 100)), lot, 80)
    assert sum(short.take() is not None for _ in range(100)) == 80


def test_the_stream_is_read_as_far_as_is_needed() -> None:
    read = 0

    def stream() -> Iterator[Item]:
        nonlocal read
        for number in range(100_000):
            read += 1
            yield "a", number

    turns = Turns(stream(), lot, 4, ahead=1000)
    assert read == 0
    for _ in range(20):
        turns.take()
    assert read <= 1004
    assert turns.known == read


def test_what_is_asked_again_comes_after_what_was_not_asked_yet() -> None:
    begun = served(Turns(items(("a", 3), ("b", 3)), lot, 2), 2, late=[("a", 0), ("b", 1)])
    assert begun == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 0), ("b", 1)]


@given(
    stream=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 10**6)), unique=True, max_size=200),
    window=st.integers(1, 20),
    ahead=st.integers(1, 300),
    ends=st.randoms(use_true_random=False),
    share_again=st.floats(0, 0.5),
)
def test_whatever_the_stream_and_whoever_ends_first(
    stream: list[Item], window: int, ahead: int, ends: Random, share_again: float
) -> None:
    turns = Turns(stream, lot, window, ahead)
    under_way: list[tuple[Item, str]] = []
    begun = Counter[Item]()
    again = {item for item in stream if ends.random() < share_again}
    passed_over = Counter[str]()
    while True:
        while len(under_way) < window:
            waiting = {name for name in turns._waiting if not any(its == name for _, its in under_way)}
            turn = turns.take()
            if turn is None:
                break
            item, name = turn
            under_way.append(turn)
            begun[item] += 1
            # Nobody with nothing under way is passed over more often than there are lots.
            for other in waiting - {name}:
                passed_over[other] += 1
                assert passed_over[other] <= 8
            del passed_over[name]
            # No lot has more than its part while others wait.
            others = len(set(turns._waiting) | {name})
            assert sum(its == name for _, its in under_way) <= max(1, -(-window // max(1, others - 1)))
        assert turns.under_way == len(under_way) <= window
        if not under_way:
            break
        # Where something waits hardly a place is empty.
        assert len(under_way) >= window - window // 8 or not turns._waiting
        item, name = under_way.pop(ends.randrange(len(under_way)))
        turns.ended(name)
        if item in again:
            again.discard(item)
            turns.again(item)
    assert set(begun) == set(stream)
    assert begun.total() == len(stream) + sum(count - 1 for count in begun.values())
    assert max(begun.values(), default=1) <= 2
    assert turns.known == len(stream)


@pytest.mark.parametrize(
    ("host", "lot"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("127.9.8.7", "127.9.8.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("a.cloud.test", "cloud.test"),
        ("Alone", "alone"),
    ],
)
def test_lots(host: str, lot: str) -> None:
    assert lot_of(host, lambda host: "cloud.test" if host.endswith(".cloud.test") else "") == lot
