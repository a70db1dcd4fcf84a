"""Networks and providers take turns: each item once, nobody starves, nobody has it all."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.scope.fair_queue import FairQueue, QueueItem, bucket_of

type Item = tuple[str, int]


def lot(item: Item) -> str:
    return item[0]


def items(*sizes: tuple[str, int]) -> list[Item]:
    """So many of each lot, one lot after the other."""
    return [(name, number) for name, size in sizes for number in range(size)]


def served(turns: FairQueue[Item], window: int, late: Iterable[Item] = ()) -> list[Item]:
    """All items in the order in which they began, where the oldest under way ends whenever the window is full."""
    begun: list[Item] = []
    under_way: deque[QueueItem[Item]] = deque()
    again = set(late)
    while True:
        while len(under_way) < window and (turn := turns.take()) is not None:
            under_way.append(turn)
            begun.append(turn.item)
        if not under_way:
            return begun
        ended = under_way.popleft()
        turns.release(ended)
        if ended.item in again:
            again.discard(ended.item)
            turns.requeue(ended, ended.item)


ORDERS = [
    # lots of the stream, window, how it begins
    ("one lot", [("a", 3)], 8, "aaa"),
    ("in turns", [("a", 4), ("b", 4)], 8, "abababab"),
    ("a small one is through while the great one goes on", [("a", 9), ("b", 2), ("c", 1)], 3, "abcabaaaaaaa"),
    ("one place", [("a", 2), ("b", 2)], 1, "abab"),
]


@pytest.mark.parametrize(("lots", "window", "order"), [row[1:] for row in ORDERS], ids=[row[0] for row in ORDERS])
def test_buckets_are_served_in_turn(lots: list[tuple[str, int]], window: int, order: str) -> None:
    assert "".join(name for name, _ in served(FairQueue(items(*lots), lot, window), window)) == order


def test_a_lot_that_is_stuck_leaves_the_others_their_places() -> None:
    turns = FairQueue(items(("stuck", 1000), ("b", 500), ("c", 500)), lot, 30)
    begun = [turn for _ in range(30) if (turn := turns.take()) is not None]
    assert Counter(turn.lot for turn in begun) == {"stuck": 10, "b": 10, "c": 10}
    # The first never ends; the others go on, all of them.
    done = Counter[str]()
    waiting = deque(turn for turn in begun if turn.lot != "stuck")
    while waiting:
        ended = waiting.popleft()
        turns.release(ended)
        done[ended.lot] += 1
        while turns.under_way < 30 and (turn := turns.take()) is not None:
            if turn.lot != "stuck":
                waiting.append(turn)
    assert (done["b"], done["c"]) == (500, 500)


def test_places_are_reserved_for_new_buckets_while_the_stream_continues() -> None:
    turns = FairQueue(items(("a", 10_000)), lot, 80, ahead=500)
    assert sum(turns.take() is not None for _ in range(100)) == 70
    short = FairQueue(items(("a", 100)), lot, 80)
    assert sum(short.take() is not None for _ in range(100)) == 80


def test_the_stream_is_read_as_far_as_is_needed() -> None:
    read = 0

    def stream() -> Iterator[Item]:
        nonlocal read
        for number in range(100_000):
            read += 1
            yield "a", number

    turns = FairQueue(stream(), lot, 4, ahead=1000)
    assert read == 0
    for _ in range(20):
        turns.take()
    assert read <= 1004
    assert turns.known == read


def test_retries_come_later_and_use_at_most_half_of_the_places() -> None:
    turns = FairQueue(items(("a", 300), ("b", 300)), lot, 20)
    first = [turn for _ in range(20) if (turn := turns.take()) is not None]
    for turn in first:
        turns.release(turn)
        turns.requeue(turn, turn.item)
    later = [turn for _ in range(20) if (turn := turns.take()) is not None]
    assert Counter((turn.lot, turn.again) for turn in later) == {
        ("a", True): 5,
        ("b", True): 5,
        ("a", False): 5,
        ("b", False): 5,
    }
    assert {turn.item for turn in later if turn.again} <= {turn.item for turn in first}


def test_retries_use_all_places_if_nothing_else_waits() -> None:
    turns = FairQueue(items(("a", 4)), lot, 4)
    for turn in [turn for _ in range(4) if (turn := turns.take()) is not None]:
        turns.release(turn)
        turns.requeue(turn, turn.item)
    later = [turn for _ in range(5) if (turn := turns.take()) is not None]
    assert [turn.again for turn in later] == [True] * 4


@given(
    stream=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 10**6)), unique=True, max_size=200),
    window=st.integers(1, 20),
    ahead=st.integers(1, 300),
    ends=st.randoms(use_true_random=False),
    share_again=st.floats(0, 0.5),
)
def test_every_item_is_served_in_any_order_of_completion(
    stream: list[Item], window: int, ahead: int, ends: Random, share_again: float
) -> None:
    turns = FairQueue(stream, lot, window, ahead)
    under_way: list[QueueItem[Item]] = []
    begun = Counter[Item]()
    again = {item for item in stream if ends.random() < share_again}
    passed_over = Counter[str]()
    while True:
        while len(under_way) < window:
            idle = {name for name in turns._first._items if not any(one.lot == name for one in under_way)}
            turn = turns.take()
            if turn is None:
                break
            under_way.append(turn)
            begun[turn.item] += 1
            if not turn.again:
                # Nobody with nothing under way is passed over more often than there are lots.
                for other in idle - {turn.lot}:
                    passed_over[other] += 1
                    assert passed_over[other] <= 8
                del passed_over[turn.lot]
                # No lot has more than its part while others wait.
                others = max(1, len(set(turns._first._items) | {turn.lot}) - 1)
                its = sum(one.lot == turn.lot and not one.again for one in under_way)
                assert its <= max(1, -(-window // others))
        assert turns.under_way == len(under_way) <= window
        if not under_way:
            break
        # Where something waits hardly a place is empty.
        assert len(under_way) >= window - window // 8 or not turns._first.waiting
        ended = under_way.pop(ends.randrange(len(under_way)))
        turns.release(ended)
        if ended.item in again:
            again.discard(ended.item)
            turns.requeue(ended, ended.item)
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
def test_bucket_of_a_host(host: str, lot: str) -> None:
    assert bucket_of(host, lambda host: "cloud.test" if host.endswith(".cloud.test") else "") == lot
