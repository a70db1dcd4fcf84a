"""An unknown port: how often it is contacted, what is reported, and that one client at a time is enough for it."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport, TargetVerdict
from tieback.pipeline.probing import service as probing
from tieback.pipeline.probing.targets import replay_from
from tieback.probes.choose import order_probes
from tieback.scope import budget, conversation_runner
from tieback.scope.audit import AuditLog
from tieback.scope.budget import MAX_IGNORED
from tieback.scope.dialer import Dialer
from tieback.scope.replay import ReplayDialer
from tieback.scope.transcript import TranscriptFile, read_transcripts

type Seconds = Callable[[float, float, float], None]
type Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

GRANT = Grant(
    "Office",
    "sec@example.test",
    date(2027, 6, 30),
    (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE), TargetRule("*.shop.test", "any", Depth.DESCRIBE)),
    hosts={"a.shop.test": "127.0.0.1", "b.shop.test": "127.0.0.1"},
    limits=Limits(connects_per_second=0, network_connects_per_second=0, provider_connects_per_second=0),
)


class Counted:
    """A server that counts its connections."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.port = 0
        self.total = self.open = self.most = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.total += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            await self._serve(reader, writer)
        except ConnectionError:
            pass
        finally:
            self.open -= 1
            writer.close()


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[Counted]:
    counted = Counted(serve)
    server = await asyncio.start_server(counted, "127.0.0.1", 0)
    counted.port = server.sockets[0].getsockname()[1]
    try:
        yield counted
    finally:
        server.close()


@pytest.fixture
def dialer(tmp_path: Path) -> Dialer:
    return Dialer(GRANT, AuditLog(tmp_path / "audit.jsonl"), today=date(2026, 11, 27))


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    """Sets the times: in all, for a first byte, and for the server to close. Long ones where nothing waits for them."""

    def times(opening: float, first_byte: float, hang_up: float) -> None:
        monkeypatch.setattr(probing, "OPENING_SECONDS", opening)
        monkeypatch.setattr(probing, "FIRST_ANSWER_SECONDS", first_byte)
        monkeypatch.setattr(budget, "MIN_FIRST_BYTE_SECONDS", first_byte / 5)
        monkeypatch.setattr(conversation_runner, "HANG_UP_SECONDS", hang_up)

    times(1, 0.2, 10)
    return times


async def probe(dialer: Dialer, port: int, host: str = "127.0.0.1") -> ProbeReport:
    candidate = Candidate(host, port, None, Route.NAMED, (), "test")
    return await probing.probe_one(candidate, dialer, GRANT)


async def never(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()
    del reader


async def mute(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass


async def trickle(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"+")
        await writer.drain()
        await asyncio.sleep(0.05)


async def plain_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.read(4096)
    if head.startswith(b"GET "):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    await mute(reader, writer)


async def redis(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(4096)
    writer.write(b"-NOAUTH Authentication required.\r\n" * 2)
    await mute(reader, writer)


async def test_server_that_serves_nobody_is_contacted_three_times(dialer: Dialer, seconds: Seconds) -> None:
    seconds(60, 0.1, 0.05)
    async with serving(never) as server:
        report = await probe(dialer, server.port)
    assert server.total == MAX_IGNORED
    assert report.outcome is Outcome.TIMEOUT
    assert report.access is Access.UNKNOWN
    told = report.problems[0]
    assert told.startswith("not recognised: the server neither answers nor closes; 3 protocols tried, ")
    assert told.endswith(" not tried")


@pytest.mark.usefixtures("seconds")
@pytest.mark.parametrize("serve", [mute, trickle, plain_http])
async def test_unknown_server_sees_one_connection_at_a_time(dialer: Dialer, serve: Serve) -> None:
    async with serving(serve) as server:
        report = await probe(dialer, server.port)
    assert report.access is Access.UNKNOWN
    assert not report.product
    assert server.most == 1
    assert 1 <= server.total <= 2 * len(order_probes(None, server.port))


async def test_server_that_resets_every_connection_is_tried_with_every_protocol(
    dialer: Dialer, seconds: Seconds
) -> None:
    seconds(60, 30, 10)

    handshakes = 0

    async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal handshakes
        handshakes += await reader.read(1) == b"\x16"
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with serving(resets) as server:
        report = await probe(dialer, server.port)
    greeting = sum(one.meta.greets for one in order_probes(None, server.port))
    assert server.total >= len(order_probes(None, server.port)) - greeting
    assert report.problems[0].startswith("not a known store: ")
    # With the policy for trust, and with the lenient one; not again for each protocol.
    assert handshakes == 2


@pytest.mark.parametrize("every", [True, False], ids=["on each connection", "on the first one only"])
async def test_a_late_greeting_is_not_decided(dialer: Dialer, seconds: Seconds, every: bool) -> None:
    # In all, there is time for each protocol.
    seconds(60, 0.05, 5)
    connections = 0

    async def greets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        gone = asyncio.ensure_future(mute(reader, writer))
        if every or connections == 1:
            await asyncio.wait({gone}, timeout=2)
        if not gone.done():
            writer.write(b"\x4a\0\0\0\x0a8.0.36\0")
        await gone

    async with serving(greets) as server:
        report = await probe(dialer, server.port)
    assert (report.outcome, report.verdict) == (Outcome.TIMEOUT, TargetVerdict.NONE)
    assert report.problems[0].startswith("not recognised: no answer in time to ")


def late(seconds: float, greeting: bytes = b"", answer: bytes = b"") -> Serve:
    """A server whose first bytes come so late: on its own, or as its answer to everything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if greeting:
            gone = asyncio.ensure_future(mute(reader, writer))
            await asyncio.wait({gone}, timeout=seconds)
            if not gone.done():
                writer.write(greeting)
            await gone
        while await reader.read(4096):
            await asyncio.sleep(seconds)
            writer.write(answer)

    return serve


MYSQL = (
    b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0abcdefgh\0\xff\xff\xff\x02\0\xff\xdf\x15"
    + bytes(10)
    + b"abcdefghijkl\0mysql_native_password\0"
)
LATE = [
    # what the server sends, how long it takes of the longest wait for a first byte, which probe recognises it
    ({"greeting": MYSQL}, 0.6, "mysql"),
    (
        {"greeting": b'INFO {"server_id":"N","version":"2.10.1","proto":1,"max_payload":1048576}\r\n'},
        0.6,
        "nats_client",
    ),
    ({"greeting": b"220 (vsFTPd 3.0.5)\r\n"}, 0.4, "ftp"),
    ({"answer": b"VERSION 1.6.12\r\n" * 3}, 0.4, "memcached"),
    ({"answer": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"}, 0.4, ""),
    ({"greeting": b"hello\r\n"}, 0.6, ""),
]


@pytest.mark.parametrize(("sent", "share", "probed"), LATE)
async def test_a_greeting_within_the_wait_for_a_first_byte_is_recognised(
    dialer: Dialer, seconds: Seconds, sent: dict[str, bytes], share: float, probed: str
) -> None:
    # Five waits are all the time that there is, as in the real limits.
    seconds(2.5, 0.5, 10)
    async with serving(late(0.5 * share, **sent)) as server:
        report = await probe(dialer, server.port)
    assert (report.outcome is Outcome.OK, report.probe if probed else "") == (bool(probed), probed), report.problems
    assert server.most == 1
    assert server.total <= 20
    if not probed:
        assert report.access is Access.UNKNOWN


@pytest.mark.usefixtures("seconds")
async def test_two_names_of_one_unknown_port_are_not_probed_at_once(dialer: Dialer) -> None:
    async with serving(mute) as server:
        reports = await asyncio.gather(*(probe(dialer, server.port, host) for host in ("a.shop.test", "b.shop.test")))
    assert server.most == 1
    assert server.total >= 2
    assert {report.target for report in reports} == {f"{name}.shop.test:{server.port}" for name in "ab"}


async def test_unknown_ports_do_not_wait_for_each_other(dialer: Dialer, seconds: Seconds) -> None:
    seconds(60, 30, 10)
    both = asyncio.Barrier(2)

    async def together(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await both.wait()
        await redis(reader, writer)

    async with serving(together) as one, serving(together) as other:
        reports = await asyncio.gather(probe(dialer, one.port), probe(dialer, other.port))
    # Neither answers before both are connected to.
    assert [report.access for report in reports] == [Access.AUTH_REQUIRED] * 2


async def test_server_for_one_client_at_a_time_is_recognised_after_guesses(tmp_path: Path, seconds: Seconds) -> None:
    seconds(60, 30, 10)
    path = tmp_path / "transcripts.jsonl"
    audit = AuditLog(tmp_path / "audit.jsonl")
    dialer = Dialer(GRANT, audit, today=date(2026, 11, 27), transcripts=TranscriptFile(path, GRANT))
    busy = False

    async def single(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal busy
        assert not busy
        busy = True
        try:
            if (await reader.read(4096)).startswith(b"AMQP"):
                writer.write(b"AMQP\0\1\0\0")
        finally:
            busy = False

    async with serving(single) as server:
        report = await probe(dialer, server.port)
    assert (report.outcome, report.probe) == (Outcome.OK, "amqp")
    assert server.most == 1
    # The handshake that was tried once is not missed in the transcripts of the other protocols.
    (replayed,) = [one async for one in replay_from(ReplayDialer(read_transcripts(path)))]
    assert (replayed.outcome, replayed.probe, replayed.problems) == (report.outcome, report.probe, report.problems)


@pytest.mark.usefixtures("seconds")
async def test_slow_server_ends_with_an_honest_report(dialer: Dialer) -> None:
    async def answer_forever(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        await trickle(reader, writer)

    async with serving(answer_forever) as server:
        report = await probe(dialer, server.port)
    assert report.outcome is Outcome.TIMEOUT
    assert report.problems == ("timeout: not recognised within 1 second",)
    assert server.total == 1
