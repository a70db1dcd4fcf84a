"""Peers that mean harm, against the dialer: bounded memory, the deadline kept, one honest outcome."""

import asyncio
import socket
import struct
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Outcome
from tieback.scope.audit import AuditLog
from tieback.scope.audit_check import verify
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, Target
from tieback.scope.dialer import Dialer

TODAY = date(2026, 11, 25)
SENDS = (DeclaredSend("ping", rb"PING\r\n", "asks whether it is there"),)
MEBIBYTE = 1024 * 1024

type Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def dialer(log: Path, **limits: float) -> Dialer:
    rules = (TargetRule("127.0.0.0/16", "any", Depth.DESCRIBE),)
    base = Limits(connect_seconds=1, total_seconds=1, idle_seconds=0.5, connects_per_second=0)
    bounds = msgspec.structs.replace(base, **limits)
    hosts: dict[str, str | tuple[str, ...]] = {
        "many.test": ("10.0.0.1", "127.9.0.1", "127.0.0.3", "127.0.0.2"),
        "outside.test": ("10.0.0.1", "127.9.0.1", "0.0.0.0", "::"),
    }
    return Dialer(
        Grant("O", "c@x.test", date(2027, 6, 30), rules, hosts=hosts, limits=bounds), AuditLog(log), today=TODAY
    )


@asynccontextmanager
async def peer(handler: Handler, address: str = "127.0.0.1") -> AsyncIterator[int]:
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, address, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    block = b"x" * 65536
    while True:
        writer.write(block)
        await writer.drain()


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()
    await asyncio.sleep(30)


async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    return


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(6)
    linger_no_longer(writer)


def linger_no_longer(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def reset_midway(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(6)
    writer.write(b"half an answer")
    await writer.drain()
    await asyncio.sleep(0.1)
    linger_no_longer(writer)


def asking(receive: Receive, times: int = 1) -> Conversation[Fault | int]:
    """Asks and reads; the fault, or the bytes that came."""
    read = 0
    try:
        yield Connect()
        yield Send(b"PING\r\n")
        for _ in range(times):
            read += len((yield receive))
    except Fault as fault:
        return fault
    return read


@pytest.mark.parametrize(
    ("handler", "receive", "times", "outcome", "says"),
    [
        (drip, Receive(exactly=1000), 1, Outcome.TIMEOUT, "exceeded 1 second"),
        (drip, Receive(until=b"\n"), 1, Outcome.TIMEOUT, "exceeded 1 second"),
        (drip, Receive(), 10**6, Outcome.TIMEOUT, "exceeded 1 second"),
        (drip, Receive(exactly=1), 10**6, Outcome.TIMEOUT, "exceeded 1 second"),
        (flood, Receive(until=b"\n"), 1, Outcome.HOSTILE, "within 65,536 bytes"),
        (flood, Receive(), 10**6, Outcome.BUDGET_SPENT, "bytes were read"),
        (flood, Receive(exactly=10**9), 1, Outcome.BUDGET_SPENT, "1000000000 bytes"),
        (flood, Receive(until=b"\n", limit=10**9), 1, Outcome.BUDGET_SPENT, "bytes were read"),
        (silence, Receive(), 1, Outcome.TIMEOUT, "no response within 0.5 s"),
        (hang_up, Receive(exactly=1), 1, Outcome.REFUSED, "before sending a byte"),
        (reset, Receive(), 1, Outcome.REFUSED, "reset the connection before sending a byte"),
        (reset_midway, Receive(exactly=100), 1, Outcome.PROTOCOL_MISMATCH, "after 14 bytes"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_one_honest_outcome(
    log: Path, handler: Handler, receive: Receive, times: int, outcome: Outcome, says: str
) -> None:
    async with peer(handler) as port:
        fault, traffic = await dialer(log, max_frames=10**6).converse(
            Target("127.0.0.1", port), asking(receive, times), SENDS
        )
    assert isinstance(fault, Fault), fault
    assert (fault.outcome, says in fault.detail) == (outcome, True), fault
    assert traffic.bytes_read <= Limits().max_bytes
    assert verify(log).ok


async def test_a_flood_is_not_held_in_memory(log: Path) -> None:
    async with peer(flood) as port:
        mine = dialer(log, max_bytes=64 * MEBIBYTE, total_seconds=60, max_frames=10**6)
        target = Target("127.0.0.1", port)
        await mine.converse(target, asking(Receive()), SENDS)
        tracemalloc.start()
        fault, traffic = await mine.converse(target, asking(Receive(limit=1000), 10**6), SENDS)
        small = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        await mine.converse(target, asking(Receive(until=b"\n", limit=MEBIBYTE)), SENDS)
        large = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert isinstance(fault, Fault)
    assert fault.outcome is Outcome.BUDGET_SPENT
    assert traffic.bytes_read == 64 * MEBIBYTE
    assert small < MEBIBYTE
    assert large < 3 * MEBIBYTE


async def test_others_get_their_turn_beside_a_flood(log: Path) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with peer(flood) as port:
        counting = asyncio.create_task(count())
        mine = dialer(log, max_bytes=16 * MEBIBYTE, total_seconds=60, max_frames=10**6)
        await mine.converse(Target("127.0.0.1", port), asking(Receive(), 10**6), SENDS)
        counting.cancel()
    assert turns > 20


async def test_each_address_of_a_name_is_checked(log: Path) -> None:
    seen: list[str] = []

    async def pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("sockname")[0])
        await reader.read(6)
        writer.write(b"PONG\r\n")
        await writer.drain()

    # It listens on every loopback address: those outside the grant would answer just as well.
    async with peer(pong, "0.0.0.0") as port:
        _, traffic = await dialer(log).converse(Target("many.test", port), asking(Receive()), SENDS)
        assert (seen, traffic.address) == (["127.0.0.3"], "127.0.0.3")
        fault, _ = await dialer(log).converse(Target("outside.test", port), asking(Receive()), SENDS)
        assert isinstance(fault, Fault)
        assert (fault.outcome, seen) == (Outcome.OUT_OF_SCOPE, ["127.0.0.3"])


async def test_the_next_address_is_tried_and_then_kept(log: Path) -> None:
    seen: list[str] = []

    async def pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("sockname")[0])
        await reader.read(6)
        writer.write(b"PONG\r\n")
        await writer.drain()

    def twice() -> Conversation[None]:
        for _ in range(2):
            yield Connect()
            yield Send(b"PING\r\n")
            yield Receive(until=b"\n")

    async with peer(pong, "127.0.0.2") as port:
        await dialer(log).converse(Target("many.test", port), twice(), SENDS)
    assert seen == ["127.0.0.2", "127.0.0.2"]


def established(port: int) -> int:
    """Client sides of established connections to a local port, from the kernel's table (proc(5))."""
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()]
    return sum(row[2].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


async def test_no_socket_is_left_open(log: Path) -> None:
    async with peer(silence) as port:
        mine = dialer(log, idle_seconds=0.3)
        target = Target("127.0.0.1", port)
        talks = [asyncio.create_task(mine.converse(target, asking(Receive()), SENDS)) for _ in range(20)]
        await asyncio.sleep(0.15)
        assert established(port) == 20
        await asyncio.gather(*talks)
        assert established(port) == 0
