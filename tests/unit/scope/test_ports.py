"""Turns at unknown ports: one recognition at a time, until the protocol is known or not recognised."""

import asyncio

import pytest

from tieback.model.probe import Outcome
from tieback.scope import ports
from tieback.scope.ports import PortTurns, Unrecognised

PORT = ("127.0.0.1", 9999)
PLAN = frozenset({("redis", False), ("web", False)})
SILENT = Unrecognised("a.test:9999", Outcome.PROTOCOL_MISMATCH, "silent", PLAN)


async def test_second_recognition_waits_until_the_first_ends() -> None:
    turns = PortTurns()
    assert await turns.enter(PORT, "a") is None
    second = asyncio.create_task(turns.enter(PORT, "b"))
    await asyncio.sleep(0)
    # The first connects again meanwhile.
    assert await turns.enter(PORT, "a") is None
    await asyncio.sleep(0)
    assert not second.done()
    turns.leave("a")
    assert await second is None
    assert turns.holds("b")


@pytest.mark.parametrize("other", [("127.0.0.1", 9998), ("127.0.0.2", 9999), ("::1", 9999)])
async def test_other_addresses_and_ports_do_not_wait(other: tuple[str, int]) -> None:
    turns = PortTurns()
    await turns.enter(PORT, "a")
    assert await asyncio.wait_for(turns.enter(other, "b"), 5) is None


async def test_known_port_needs_no_turn() -> None:
    turns = PortTurns()
    await turns.enter(PORT, "a")
    waiting = [asyncio.create_task(turns.enter(PORT, name)) for name in "bcd"]
    await asyncio.sleep(0)
    turns.recognise(PORT)
    assert await asyncio.gather(*waiting) == [None] * 3
    assert not any(map(turns.holds, "abcd"))
    turns.leave("a", SILENT, "127.0.0.1")
    assert await turns.enter(PORT, "e", PLAN) is None


async def test_all_names_share_what_was_not_recognised() -> None:
    turns = PortTurns()
    await turns.enter(PORT, "a", PLAN)
    waiting = [asyncio.create_task(turns.enter(PORT, name, PLAN)) for name in "bcd"]
    await asyncio.sleep(0)
    turns.leave("a", SILENT, "127.0.0.1")
    assert await asyncio.gather(*waiting) == [SILENT] * 3
    assert await turns.enter(PORT, "e", frozenset({("web", False)})) is SILENT
    assert not any(map(turns.holds, "abcde"))


@pytest.mark.parametrize("plan", [PLAN | {("mongodb", False)}, frozenset({("redis", True)})])
async def test_a_recognition_that_tries_more_has_its_own_turn(plan: ports.Plan) -> None:
    turns = PortTurns()
    await turns.enter(PORT, "a", PLAN)
    turns.leave("a", SILENT, "127.0.0.1")
    assert await turns.enter(PORT, "b", plan) is None
    assert turns.holds("b")


async def test_a_result_belongs_to_the_address_that_was_connected_to() -> None:
    turns = PortTurns()
    other = ("127.0.0.2", 9999)
    for port in (PORT, other):
        await turns.enter(port, "a", PLAN)
    turns.leave("a", SILENT, "127.0.0.2")
    assert await turns.enter(PORT, "b", PLAN) is None
    assert await turns.enter(other, "b", PLAN) is SILENT


async def test_an_address_that_accepts_nothing_is_shared_too() -> None:
    turns = PortTurns()
    await turns.enter(PORT, "a", PLAN)
    turns.leave("a", SILENT)
    assert await turns.enter(PORT, "b", PLAN) is SILENT


async def test_cancelled_wait_does_not_block_the_next() -> None:
    turns = PortTurns()
    await turns.enter(PORT, "a")
    waiting = asyncio.create_task(turns.enter(PORT, "b"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    turns.leave("a")
    await turns.enter(PORT, "c")
    turns.leave("c")
    assert not turns._turns


async def test_known_ports_are_forgotten_after_many_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_MAX_KNOWN", 2)
    turns = PortTurns()
    for number in (1, 2, 3):
        turns.recognise(("127.0.0.1", number))
    for number in (1, 2, 3):
        await turns.enter(("127.0.0.1", number), number)
    assert [turns.holds(number) for number in (1, 2, 3)] == [True, False, False]
