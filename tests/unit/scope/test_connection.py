"""One connection: reads that are asked for, and faults for everything that goes wrong."""

import asyncio
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tieback.model.probe import Outcome
from tieback.scope.connection import Connection
from tieback.scope.conversation import Fault

type Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def peer(handler: Handler) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except OSError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def connect(port: int, left: Callable[[], float] = lambda: 5.0, address: str = "127.0.0.1") -> Connection:
    return await Connection.open(address, port, 2.0, left, lambda _count: None)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)


async def test_write_and_read() -> None:
    async with peer(echo) as port:
        connection = await connect(port)
        silent = [connection.silent]
        await connection.write(b"hello", 1)
        assert await connection.read(2, 1) == b"he"
        assert await connection.read(100, 1) == b"llo"
        assert [*silent, connection.silent] == [True, False]
        connection.close()


async def test_the_end_of_the_stream() -> None:
    async def close(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        return

    async with peer(close) as port:
        connection = await connect(port)
        assert await connection.read(10, 1) == b""
        connection.close()


async def test_finish_waits_until_the_peer_has_closed() -> None:
    ended = asyncio.Event()

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.write(b"some last words")
        await asyncio.sleep(0.01)
        ended.set()

    async with peer(late) as port:
        connection = await connect(port)
        await connection.write(b"hello", 1)
        assert await connection.finish(30)
        assert ended.is_set()


async def test_finish_after_a_reset_is_a_close() -> None:
    async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with peer(resets) as port:
        connection = await connect(port)
        await connection.write(b"hello", 1)
        with pytest.raises(Fault, match="reset") as caught:
            await connection.read(1, 5)
        assert caught.value.outcome is Outcome.REFUSED
        assert await connection.finish(30)


async def test_finish_gives_up_on_a_peer_that_does_not_close() -> None:
    release = asyncio.Event()

    async def holds(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await release.wait()

    async with peer(holds) as port:
        connection = await connect(port)
        assert not await connection.finish(0.02)
        release.set()


async def test_finish_does_not_read_for_ever() -> None:
    async def pours(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(bytes(64 * 1024))
            await writer.drain()

    async with peer(pours) as port:
        connection = await connect(port)
        assert not await connection.finish(30)


async def test_a_refused_connect() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(Fault, match="connection refused") as caught:
            await connect(bound.getsockname()[1])
    assert caught.value.outcome is Outcome.REFUSED


async def test_only_addresses_are_connected_to() -> None:
    with pytest.raises(ValueError, match="not an IP address"):
        await connect(80, address="localhost")


@pytest.mark.parametrize("seconds", [0.05, 1.0])
async def test_nothing_comes(seconds: float) -> None:
    async with peer(echo) as port:
        connection = await connect(port, lambda: 0.1)
        with pytest.raises(Fault, match="no response within 0") as caught:
            await connection.read(1, seconds)
        connection.close()
    assert caught.value.outcome is Outcome.TIMEOUT


async def test_a_peer_that_takes_no_bytes() -> None:
    async def never_reads(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2)

    async with peer(never_reads) as port:
        connection = await connect(port)
        with pytest.raises(Fault, match="accepted no bytes") as caught:
            await connection.write(bytes(64 * 1024 * 1024), 0.3)
        connection.close()
    assert caught.value.outcome is Outcome.TIMEOUT


async def test_cancelling_a_connect_closes_it() -> None:
    # A backlog that is full answers no SYN: the connect hangs.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(2)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        with pytest.raises(Fault) as caught:
            await Connection.open("127.0.0.1", port, 0.2, lambda: 5.0, lambda _count: None)
        task = asyncio.create_task(connect(port))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for sock in waiting:
            sock.close()
    assert caught.value.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize("listens", [True, False])
async def test_data_received_while_the_loop_was_busy_is_not_a_timeout(listens: bool) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        if listens:
            listener.listen()
        task = asyncio.create_task(Connection.open("127.0.0.1", port, 0.01, lambda: 5.0, lambda _count: None))
        await asyncio.sleep(0)
        time.sleep(0.05)  # noqa: ASYNC251 - that is what is tested
        if listens:
            (await task).close()
        else:
            with pytest.raises(Fault, match="connection refused"):
                await task


async def test_a_connect_that_has_no_time_is_a_timeout_and_never_refused() -> None:
    # A backlog that is full answers no SYN.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(2)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        for seconds in (0.0, 0.001, 0.05):
            with pytest.raises(Fault) as caught:
                await Connection.open("127.0.0.1", port, seconds, lambda: 5.0, lambda _count: None)
            assert caught.value.outcome is Outcome.TIMEOUT
        for sock in waiting:
            sock.close()
