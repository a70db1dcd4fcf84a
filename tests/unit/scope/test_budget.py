"""Budgets and rates, on a clock of the test's own."""

import asyncio
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.grant import Limits
from tieback.model.probe import Outcome
from tieback.scope.budget import (
    MAX_IGNORED,
    MAX_NOTE_ANSWER,
    MAX_SAMPLE_ANSWERS,
    ConversationBudget,
    OpeningBudget,
    RateLimit,
    RateLimits,
    network_of,
)
from tieback.scope.conversation import Fault
from tieback.scope.conversation_runner import HANG_UP_SECONDS


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_the_deadline_runs_from_the_first_connect() -> None:
    clock = Clock()
    budget = ConversationBudget(Limits(total_seconds=20), clock)
    clock.now += 1000
    assert budget.left() == 20
    budget.begin()
    clock.now += 5
    budget.begin()
    assert budget.left() == 15
    with budget.paused():
        clock.now += 3
    assert (budget.left(), budget.seconds) == (15, 5)
    clock.now += 15
    with pytest.raises(Fault, match="exceeded 20 seconds") as caught:
        budget.left()
    assert caught.value.outcome is Outcome.TIMEOUT


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1e-3) | st.floats(0, 1e6)), max_size=30))
def test_seconds_are_never_negative(steps: list[tuple[bool, float]]) -> None:
    """A wait may end early, and sums of floating-point numbers are not exact."""
    clock = Clock()
    budget = ConversationBudget(Limits(), clock)
    budget.begin()
    for waits, seconds in steps:
        with budget.paused() if waits else nullcontext():
            clock.now += seconds
        assert budget.seconds >= 0
        assert str(round(budget.seconds, 6))[0] != "-"


def test_a_rate_limit_that_wakes_early_does_not_count() -> None:
    """The event loop may end a wait a little before its time."""
    clock = Clock()

    async def early(seconds: float) -> None:
        clock.now += seconds * 0.9

    async def connects() -> float:
        budget = ConversationBudget(Limits(), clock)
        budget.begin()
        rate = RateLimit(1, clock, early)
        for _ in range(5):
            with budget.paused():
                await rate.admit("127.0.0.1")
        return budget.seconds

    assert asyncio.run(connects()) == pytest.approx(0)


@pytest.mark.parametrize("kind", ["connection", "frame"])
def test_budget_counts_connections_and_frames(kind: str) -> None:
    budget = ConversationBudget(Limits(max_connections=3, max_frames=3))
    for _ in range(3):
        getattr(budget, kind)()
    with pytest.raises(Fault, match="3 ") as caught:
        getattr(budget, kind)()
    assert caught.value.outcome is Outcome.BUDGET_SPENT


def test_budget_counts_bytes() -> None:
    budget = ConversationBudget(Limits(max_bytes=100))
    budget.bytes_read += 99
    assert budget.bytes_left() == 1
    budget.bytes_read += 1
    with pytest.raises(Fault, match="100 bytes were read"):
        budget.bytes_left()


def test_tls_without_data_is_not_free() -> None:
    budget = ConversationBudget(Limits(max_bytes=100))
    budget.wire(1024 * 1024)
    with pytest.raises(Fault) as caught:
        budget.wire(10_000)
    assert caught.value.outcome is Outcome.HOSTILE


@pytest.mark.parametrize(
    ("rate", "waits"), [(2.0, [0, 0, 0.5, 0.5, 0.5]), (0.5, [0, 2, 2]), (0.0, [0] * 50), (1000.0, [0] * 50)]
)
async def test_rates(rate: float, waits: list[float]) -> None:
    clock = Clock()
    limit = RateLimit(rate, clock, clock.sleep)
    assert [await limit.admit("a") for _ in waits] == waits


async def test_each_address_has_its_own_bucket() -> None:
    clock = Clock()
    limit = RateLimit(1, clock, clock.sleep)
    assert [await limit.admit(a) for a in ("a", "b", "c", "a")] == [0, 0, 0, 1]


async def test_waiting_connects_are_spread() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    limit = RateLimit(1, Clock(), sleep)
    await asyncio.gather(*(limit.admit("a") for _ in range(4)))
    assert slept == [1, 2, 3]


async def test_full_buckets_are_forgotten() -> None:
    clock = Clock()
    limit = RateLimit(1, clock, clock.sleep)
    for n in range(5000):
        clock.now += 1
        await limit.admit(str(n))
    assert len(limit._buckets) <= 4096


async def test_buckets_that_are_not_full_are_kept_and_not_looked_at_for_each_address() -> None:
    clock = Clock()
    limit = RateLimit(0.001, clock, clock.sleep)
    looked = 0
    forget = limit._forget

    def counted(now: float) -> None:
        nonlocal looked
        looked += 1
        forget(now)

    limit._forget = counted  # type: ignore[method-assign]
    for n in range(20_000):
        await limit.admit(str(n))
    assert len(limit._buckets) == 20_000
    assert looked <= 3
    assert await limit.admit("0") == pytest.approx(1000)


def test_all_samples_of_a_conversation_share_one_allowance() -> None:
    budget = ConversationBudget(Limits(max_bytes=10**9))
    budget.bytes_read = 100
    budget.sample()
    assert budget.bytes_left() == MAX_SAMPLE_ANSWERS
    budget.bytes_read += 1000
    budget.sample()
    assert budget.bytes_left() == MAX_SAMPLE_ANSWERS - 1000


def test_a_note_is_charged_once_and_leaves_little_to_read() -> None:
    budget = ConversationBudget(Limits(max_bytes=1_000_000))
    budget.bytes_read = 500
    budget.note()
    assert budget.bytes_left() == MAX_NOTE_ANSWER
    with pytest.raises(Fault, match="one note was read") as caught:
        budget.note()
    assert caught.value.outcome is Outcome.BUDGET_SPENT


@each(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("x", ""),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert network_of(address) == network


RATES = [
    # host and address, seconds waited: 2 a second to an address, 3 to a network, 4 to a provider
    ("one address", [("a", "192.0.2.1")] * 4, [0, 0, 0.5, 0.5]),
    ("one network", [(f"h{n}", f"192.0.2.{n}") for n in range(5)], [0, 0, 0, 1 / 3, 1 / 3]),
    ("one provider", [("x.cloud", f"192.0.{n}.1") for n in range(6)], [0, 0, 0, 0, 0.25, 0.25]),
    ("loopback has no network", [(f"h{n}", f"127.0.0.{n + 1}") for n in range(5)], [0] * 5),
]


@pytest.mark.parametrize(("asked", "waits"), [rate[1:] for rate in RATES], ids=[rate[0] for rate in RATES])
async def test_an_address_its_network_and_its_provider(asked: list[tuple[str, str]], waits: list[float]) -> None:
    clock = Clock()
    limits = Limits(connects_per_second=2, network_connects_per_second=3, provider_connects_per_second=4)
    rates = RateLimits(limits, lambda host: "cloud" if host.endswith(".cloud") else "", clock, clock.sleep)
    assert [await rates.admit(host, address) for host, address in asked] == pytest.approx(waits)


GUESSES = 22
"""About the number of protocols that an unknown port may speak."""


@pytest.mark.parametrize("round_trip", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("answered", [0, 1, 8])
def test_silence_after_any_number_of_answers_ends_in_time(answered: int, round_trip: float) -> None:
    opening = OpeningBudget(5, 1)
    opening.round_trip = round_trip
    waited, tried = 0.0, 0
    while tried < GUESSES and not opening.is_spent:
        opening.allot(1, GUESSES - tried - 1)
        assert opening.first_byte is not None
        silent = tried >= answered
        opening.charge(opening.first_byte if silent else 4 * round_trip, silent=silent)
        waited, tried = waited + silent * opening.first_byte, tried + 1
    assert waited + HANG_UP_SECONDS <= 6
    assert tried > answered
    assert round_trip or tried > 15


def test_server_far_away_that_answers_each_guess_is_not_given_up() -> None:
    opening = OpeningBudget(5, 1)
    opening.round_trip = 0.15
    for left in range(GUESSES, 0, -1):
        assert not opening.is_spent
        opening.allot(1, left)
        opening.charge(4 * 0.15, silent=False)
    for _ in range(40):
        opening.charge(8 * 0.15, silent=False)
    assert opening.is_spent


def test_first_byte_is_awaited_for_the_whole_time_while_everything_is_answered() -> None:
    opening = OpeningBudget(5, 1)
    for left in range(GUESSES, 0, -1):
        opening.allot(1, left)
        assert opening.first_byte == 1
        opening.charge(0.01, silent=False)


def test_likelier_guess_waits_longer_after_a_silence() -> None:
    opening = OpeningBudget(5, 1)
    opening.charge(1, silent=True)
    opening.allot(3, 20)
    assert opening.first_byte == pytest.approx(4 * 3 / 23)
    opening.allot(1, 22)
    assert opening.first_byte == 0.2
    opening.hurry(0.1)
    opening.allot(3, 20)
    assert opening.first_byte == 0.1


def test_expected_store_has_the_time_of_the_grant() -> None:
    opening = OpeningBudget(5, 1)
    opening.allot(1, 20, expected=True)
    assert opening.first_byte is None
    assert opening.seconds_for(Limits(idle_seconds=5)) == 6
    assert opening.seconds_for(Limits(idle_seconds=30)) == 31
    opening.charge(5, silent=True)
    assert opening.is_spent


def test_server_that_ignores_connections_is_left_alone() -> None:
    opening = OpeningBudget(5, 1)
    for ignored in (True, True, False, *(True,) * MAX_IGNORED):
        assert not opening.is_spent
        opening.hung_up(ignored=ignored)
    assert opening.is_spent


def test_unknown_service_has_less_time_than_a_recognised_one() -> None:
    clock = Clock()
    opening = OpeningBudget(5, 1)
    opening.charge(2, silent=False)
    opening.allot(1, 10)
    budget = ConversationBudget(Limits(total_seconds=20), clock, opening)
    budget.begin()
    clock.now += 1
    assert budget.left() == 2
    clock.now += 2
    with pytest.raises(Fault, match="not recognised within 5 seconds") as caught:
        budget.left()
    assert caught.value.outcome is Outcome.TIMEOUT
    budget.recognised()
    assert budget.left() == 17


def test_a_hurried_guess_waits_for_a_server_that_is_far_away() -> None:
    opening = OpeningBudget(5, 1)
    opening.round_trip = 0.4
    opening.hurry(0.3)
    opening.allot(1, 1)
    assert opening.first_byte is not None
    assert opening.first_byte > 2 * opening.round_trip
