"""Tarpits on real sockets against whole probes: slow or endless answers end in one report, never an open store."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from tests.examples import few
from tests.hostile.test_probes import BY_NAME, bounded
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Outcome
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Fault, Target
from tieback.scope.dialer import Dialer

LIMITS = Limits(connect_seconds=1, total_seconds=1.5, idle_seconds=0.4, connects_per_second=0)
PROBES = ("elasticsearch", "redis", "mongodb", "mysql", "postgresql", "memcached", "web")

type Reader = asyncio.StreamReader
type Writer = asyncio.StreamWriter


async def drip(_: Reader, writer: Writer) -> None:
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.1)


async def silent(reader: Reader, _: Writer) -> None:
    await reader.read(100)
    await asyncio.sleep(10)


async def headers(_: Reader, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-A: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def interim(_: Reader, writer: Writer) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def flood(_: Reader, writer: Writer) -> None:
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def zeros(_: Reader, writer: Writer) -> None:
    while True:
        writer.write(bytes(65_536))
        await writer.drain()


async def echo(reader: Reader, writer: Writer) -> None:
    while data := await reader.read(4096):
        writer.write(data)


async def lengths(reader: Reader, writer: Writer) -> None:
    """A length of 2 GB for every protocol, then nothing."""
    await reader.read(4096)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n{" + struct.pack(">I", 2_000_000_000))
    await asyncio.sleep(10)


async def chunks(reader: Reader, writer: Writer) -> None:
    await reader.read(4096)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\n[\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def tls_stall(reader: Reader, writer: Writer) -> None:
    """Half a ServerHello, whatever was said."""
    await reader.read(4096)
    writer.write(b"\x16\x03\x03\x40\x00\x02\x00\x00\x56\x03\x03" + bytes(20))
    await asyncio.sleep(10)


async def close(_: Reader, writer: Writer) -> None:
    writer.close()


TARPITS: list[Callable[[Reader, Writer], Awaitable[None]]] = [
    *(drip, silent, headers, interim, flood, zeros, echo, lengths, chunks, tls_stall, close),
]


@asynccontextmanager
async def serving(handler: Callable[[Reader, Writer], Awaitable[None]]) -> AsyncIterator[int]:
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def test_the_rows_are_many_enough() -> None:
    assert len(TARPITS) * len(PROBES) >= 66


@pytest.mark.parametrize("tarpit", few(TARPITS, 3), ids=lambda one: one.__name__)
async def test_no_tarpit_is_an_open_store(tmp_path: Path, tarpit: Callable[[Reader, Writer], Awaitable[None]]) -> None:
    rules = (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),)
    grant = Grant("O", "c@x.test", date(2999, 1, 1), rules, limits=LIMITS)
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        dialer = Dialer(grant, audit)
        async with serving(tarpit) as port:

            async def probed(name: str) -> None:
                probe = BY_NAME[name]
                target = Target("127.0.0.1", port)
                try:
                    report, traffic = await dialer.converse(target, probe.run(target, Depth.DESCRIBE), probe.meta.sends)
                except Fault as fault:
                    assert fault.outcome is not Outcome.OK  # noqa: PT017 - a report is as good
                    return
                bounded(report)
                assert not report.access.exposed
                assert report.outcome is not Outcome.OK
                assert traffic.bytes_read <= LIMITS.max_bytes

            await asyncio.gather(*map(probed, PROBES))
