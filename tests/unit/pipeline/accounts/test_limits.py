"""The limit of failed sign-ins."""

from __future__ import annotations

import pytest

from tests.each import each
from tieback.pipeline.accounts import limits as limits_module
from tieback.pipeline.accounts.limits import FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS, SignInLimits, network_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> SignInLimits:
    return SignInLimits(clock)


def test_waits_of_an_account_grow_from_every_address(limits: SignInLimits, clock: Clock) -> None:
    waits = []
    for number in range(20):
        address = f"192.0.2.{number}"
        if wait := limits.take("ann", address):
            waits.append(wait)
            clock.now += wait
            assert limits.take("ann", address) == 0, "after the wait, one attempt"
        assert limits.take("ben", "198.51.100.1") == 0 or number >= FREE_FOR_ACCOUNT
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert max(waits) == 300


def test_waits_of_an_address_cover_every_account(limits: SignInLimits) -> None:
    for number in range(FREE_FOR_ADDRESS):
        assert limits.take(f"user{number}", "192.0.2.1") == 0
    assert limits.take("another", "192.0.2.1") == 1
    assert limits.take("another", "192.0.2.2") == 0


def test_a_refused_attempt_does_not_lengthen_the_wait(limits: SignInLimits, clock: Clock) -> None:
    for _ in range(FREE_FOR_ACCOUNT):
        limits.take("ann", "192.0.2.1")
    for _ in range(50):
        assert limits.take("ann", "192.0.2.1") == 1
    clock.now += 1
    assert limits.take("ann", "192.0.2.1") == 0


def test_a_success_forgets_the_account_but_not_the_address(limits: SignInLimits) -> None:
    for number in range(FREE_FOR_ADDRESS - 1):
        assert limits.take(f"user{number}", "192.0.2.1") == 0
    assert limits.take("mine", "192.0.2.1") == 0
    limits.forgive("mine", "192.0.2.1")
    assert limits.take("user99", "192.0.2.1") == 0, "a success is no failure"
    assert limits.take("user98", "192.0.2.1") > 0, "an own account does not clear failures for others"


def test_failures_are_forgotten_after_an_hour(limits: SignInLimits, clock: Clock) -> None:
    for _ in range(FREE_FOR_ACCOUNT - 1):
        limits.take("ann", "192.0.2.1")
    clock.now += 3601
    for _ in range(FREE_FOR_ACCOUNT):
        assert limits.take("ann", "192.0.2.1") == 0


def test_the_tables_are_bounded(limits: SignInLimits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits_module, "MAX_ENTRIES", 50)
    for number in range(200):
        limits.take(f"user{number}", f"192.0.{number}.1")
    assert len(limits._accounts._entries) == len(limits._addresses._entries) == 50


@each(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_one_user_has_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
