"""Turns at unknown ports: one conversation at a time, until the protocol is known."""

import asyncio

import pytest

from tieback.scope import ports
from tieback.scope.ports import PortTurns

PORT = ("127.0.0.1", 9999)


async def test_second_conversation_waits_for_its_turn() -> None:
    turns = PortTurns()
    assert await turns.enter(PORT)
    second = asyncio.create_task(turns.enter(PORT))
    await asyncio.sleep(0)
    assert not second.done()
    assert await turns.enter(("127.0.0.1", 9998))
    turns.leave(PORT)
    assert await second


async def test_known_port_needs_no_turn() -> None:
    turns = PortTurns()
    assert await turns.enter(PORT)
    waiting = [asyncio.create_task(turns.enter(PORT)) for _ in range(3)]
    await asyncio.sleep(0)
    turns.recognise(PORT)
    turns.leave(PORT)
    assert await asyncio.gather(*waiting) == [False] * 3
    assert not await turns.enter(PORT)


async def test_cancelled_wait_does_not_block_the_next() -> None:
    turns = PortTurns()
    assert await turns.enter(PORT)
    waiting = asyncio.create_task(turns.enter(PORT))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    turns.leave(PORT)
    assert await turns.enter(PORT)
    turns.leave(PORT)
    assert not turns._turns


async def test_known_ports_are_forgotten_after_many_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_MAX_KNOWN", 2)
    turns = PortTurns()
    for number in (1, 2, 3):
        turns.recognise(("127.0.0.1", number))
    assert [await turns.enter(("127.0.0.1", number)) for number in (1, 2, 3)] == [True, False, False]
