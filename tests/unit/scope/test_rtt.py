"""How long a first look waits: as others of the network took, never longer than the grant says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.scope.rtt import MIN_SECONDS, SILENT_AFTER, RttEstimator

NEAR, FAR = "192.0.2.1", "198.51.100.1"


def trips(*answered: float, first: int = 0, whole: int = 0) -> RttEstimator:
    """After these answers, and then so many connects that ran out, on a first look or in all their time."""
    found = RttEstimator()
    for seconds in answered:
        found.add_connect(NEAR, seconds)
    for _ in range(first):
        found.add_timeout(NEAR, whole=False)
    for _ in range(whole):
        found.add_timeout(NEAR, whole=True)
    return found


PATIENCE = [
    ("nothing is known", trips(), 3.0),
    ("a near network", trips(0.02, 0.02, 0.02), MIN_SECONDS),
    ("one answer: three times as long", trips(0.3), 0.9),
    ("steady: little more than it takes", trips(*[0.5] * 50), 0.5),
    ("unsteady", trips(0.1, 0.9, 0.1, 0.9), 1.6),
    ("slower than the grant allows", trips(2.0), 3.0),
    ("one ran out", trips(0.3, first=1), 1.8),
    ("many ran out", trips(0.3, first=50), 3.0),
    ("silent lately", trips(0.02, whole=SILENT_AFTER), 3.0),
    ("not yet silent", trips(0.02, whole=SILENT_AFTER - 1), MIN_SECONDS),
]


@each(("known", "seconds"), [row[1:] for row in PATIENCE], ids=[row[0] for row in PATIENCE])
def test_timeout_follows_earlier_connects(known: RttEstimator, seconds: float) -> None:
    assert known.timeout("192.0.2.200", 3.0) == pytest.approx(seconds, rel=0.05)


def test_networks_are_estimated_separately() -> None:
    assert trips(0.02).timeout(FAR, 3.0) == 3.0


def test_network_that_answers_again_is_not_silent() -> None:
    found = trips(0.02, first=9, whole=SILENT_AFTER)
    found.add_connect(NEAR, 0.02)
    assert found.timeout(NEAR, 3.0) == MIN_SECONDS


def test_what_has_not_been_heard_of_for_long_is_forgotten() -> None:
    found = RttEstimator()
    for number in range(70_000):
        found.add_connect(
            f"10.{number >> 8 & 255}.{number & 255}.1" if number < 65_536 else f"11.0.{number & 255}.1", 0.02
        )
    assert len(found._networks) <= 65_536


@given(st.lists(st.one_of(st.floats(0, 100), st.booleans()), max_size=60), st.floats(0.01, 30))
def test_never_longer_than_the_grant_and_never_less_than_the_floor(happened: list[float | bool], most: float) -> None:
    found = RttEstimator()
    for one in happened:
        if isinstance(one, bool):
            found.add_timeout(NEAR, whole=one)
        else:
            found.add_connect(NEAR, one)
    assert min(MIN_SECONDS, most) <= found.timeout(NEAR, most) <= most
