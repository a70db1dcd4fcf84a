"""The dialer: permission before every connect, generators driven to their end, and a log of it all."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tieback.model.errors import StoppedError
from tieback.model.grant import Depth, Grant, Limits, Permission, TargetRule
from tieback.model.probe import Outcome
from tieback.scope import dialer as dialer_module
from tieback.scope.audit import AuditLog
from tieback.scope.audit_check import verify
from tieback.scope.connection import Transport
from tieback.scope.conversation import (
    Connect,
    Conversation,
    DeclaredSend,
    Fault,
    Receive,
    RetryLater,
    Send,
    SendCost,
    Target,
)
from tieback.scope.conversation_runner import DialContext
from tieback.scope.dialer import Dialer
from tieback.scope.transcript import TranscriptFile, read_transcripts

TODAY = date(2026, 11, 25)
SENDS = (DeclaredSend("ping", rb"PING\r\n", "asks whether it is there"),)
LIMITS = Limits(total_seconds=5, idle_seconds=0.5, connects_per_second=0, concurrency=4)


class Bench:
    """A dialer with its log."""

    def __init__(self, tmp_path: Path) -> None:
        self.path = tmp_path / "audit.jsonl"
        self.stop_file = tmp_path / "stop"

    def dialer(
        self, *targets: TargetRule, hosts: dict[str, str | tuple[str, ...]] | None = None, today: date = TODAY
    ) -> Dialer:
        rules = targets or (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),)
        grant = Grant("Office", "sec@example.test", date(2027, 6, 30), rules, hosts=hosts or {}, limits=LIMITS)
        return Dialer(grant, AuditLog(self.path), stop_file=self.stop_file, today=today)

    def log(self) -> list[dict[str, Any]]:
        assert verify(self.path).ok
        return [json.loads(line) for line in self.path.read_bytes().splitlines()]

    def events(self) -> list[str]:
        return [line["event"] for line in self.log()]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@asynccontextmanager
async def ponging(address: str = "127.0.0.1", port: int = 0) -> AsyncIterator[tuple[int, list[str]]]:
    """Answers PONG; the port, and who was connected to."""
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("sockname")[0])
        while await reader.read(100):
            writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(serve, address, port)
    try:
        yield server.sockets[0].getsockname()[1], seen
    finally:
        server.close()


def ping(times: int = 1) -> Conversation[bytes]:
    answer = b""
    for _ in range(times):
        yield Connect()
        yield Send(b"PING\r\n")
        answer = yield Receive(until=b"\r\n")
    return answer


async def test_a_conversation_and_its_log(bench: Bench) -> None:
    async with ponging() as (port, _):
        answer, traffic = await bench.dialer().converse(Target("127.0.0.1", port), ping(2), SENDS)
    assert answer == b"PONG\r\n"
    assert (traffic.bytes_sent, traffic.bytes_read, traffic.address, traffic.tls) == (12, 12, "127.0.0.1", None)
    assert bench.events() == ["grant", "connect", "connect", "end"]
    _, connect, _, end = (line["fields"] for line in bench.log())
    assert connect["rule"] == "127.0.0.0/8"
    assert (end["sends"], end["bytes_sent"], end["bytes_read"], end["connections"]) == ({"ping": 2}, 12, 12, 2)
    assert end["fault"] == ""


async def test_outside_the_grant_nothing_is_connected_to(bench: Bench) -> None:
    async with ponging() as (port, seen):
        dialer = bench.dialer(TargetRule("127.9.0.0/16", "any", Depth.SAMPLE))
        with pytest.raises(Fault, match=r"no target of the grant covers 127\.0\.0\.1") as caught:
            await dialer.converse(Target("127.0.0.1", port), ping(), SENDS)
        await asyncio.sleep(0.02)
        assert seen == []
    assert caught.value.outcome is Outcome.OUT_OF_SCOPE
    assert bench.events() == ["grant", "refused", "end"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "localhost", "0.0.0.0", "::", "a b"])
async def test_no_way_round(bench: Bench, host: str) -> None:
    async with ponging() as (port, seen):
        with pytest.raises(Fault) as caught:
            await bench.dialer().converse(Target(host, port), ping(), SENDS)
        assert seen == []
    assert caught.value.outcome is Outcome.OUT_OF_SCOPE


@pytest.mark.parametrize("host", ["::ffff:127.0.0.1", "[::ffff:7f00:1]", "DB.x.test."])
async def test_other_spellings_reach_the_address_that_was_decided_on(bench: Bench, host: str) -> None:
    async with ponging() as (port, seen):
        dialer = bench.dialer(hosts={"db.x.test": "127.0.0.1"})
        _, traffic = await dialer.converse(Target(host, port), ping(), SENDS)
        assert seen == ["127.0.0.1"]
    assert traffic.address == "127.0.0.1"


async def test_permit_connects_to_nothing(bench: Bench) -> None:
    async with ponging() as (port, seen):
        dialer = bench.dialer(hosts={"db.x.test": ("10.0.0.1", "127.0.0.5")})
        decision = await dialer.permit("db.x.test", port)
        assert (decision.allowed, decision.address, decision.depth) == (True, "127.0.0.5", Depth.DESCRIBE)
        assert not (await dialer.permit("10.0.0.1", port)).allowed
        nameless = await dialer.permit("other.test", port)
        assert "no target covers it by name" in nameless.reason
        assert seen == []


async def test_permit_gives_only_what_every_address_allows(bench: Bench) -> None:
    one = TargetRule("127.0.0.1", "any", Depth.SAMPLE, ("root", "postgres"), True)
    two = TargetRule("127.0.0.2", "any", Depth.ENUMERATE, ("postgres",))
    dialer = bench.dialer(one, two, hosts={"db.test": ("127.0.0.1", "127.0.0.2")})
    decision = await dialer.permit("db.test", 80)
    assert (decision.depth, decision.passwordless, decision.ransom_note) == (Depth.ENUMERATE, ("postgres",), False)


@pytest.mark.parametrize(
    ("target", "depth", "says"),
    [
        (Target("127.0.0.1", 1, passwordless=("root",)), None, "does not list the account root"),
        (Target("127.0.0.1", 1), Depth.SAMPLE, "allows describe, not sample"),
    ],
)
async def test_conversation_is_limited_to_what_its_address_allows(
    bench: Bench, target: Target, depth: Depth | None, says: str
) -> None:
    with pytest.raises(Fault, match=says) as caught:
        await bench.dialer().converse(target, ping(), SENDS, depth=depth)
    assert caught.value.outcome is Outcome.OUT_OF_SCOPE


async def test_an_expired_grant(bench: Bench) -> None:
    dialer = bench.dialer(today=date(2027, 7, 1))
    assert "expired" in (await dialer.permit("127.0.0.1", 80)).reason
    with pytest.raises(Fault, match="expired") as caught:
        await dialer.converse(Target("127.0.0.1", 80), ping(), SENDS)
    assert caught.value.outcome is Outcome.OUT_OF_SCOPE


async def test_what_a_conversation_raises_comes_out_as_it_is(bench: Bench) -> None:
    def broken() -> Conversation[None]:
        yield Connect()
        raise KeyError("ours")

    async with ponging() as (port, _):
        with pytest.raises(KeyError, match="ours"):
            await bench.dialer().converse(Target("127.0.0.1", port), broken(), SENDS)
    assert bench.log()[-1]["fields"]["fault"] == "KeyError"


async def test_conversation_may_handle_a_fault_and_continue(bench: Bench) -> None:
    def stubborn() -> Conversation[str]:
        yield Connect()
        with pytest.raises(Fault, match="undeclared"):
            yield Send(b"SHUTDOWN\r\n")
        yield Connect()
        yield Send(b"PING\r\n")
        yield Receive(until=b"\n")
        return "done"

    async with ponging() as (port, _):
        result, traffic = await bench.dialer().converse(Target("127.0.0.1", port), stubborn(), SENDS)
    assert (result, traffic.bytes_sent) == ("done", 6)
    assert bench.events() == ["grant", "connect", "undeclared", "connect", "end"]


@pytest.mark.parametrize(
    ("path", "sent", "declared"),
    [
        ("/es", b"GET /es/ping\r\n", True),
        ("/es", b"GET /ping\r\n", False),
        ("/es", b"PING\r\n", False),
        ("", b"GET /ping\r\n", True),
        ("", b"GET /es/ping\r\n", False),
    ],
)
async def test_below_a_path_a_send_must_stay_below_it(bench: Bench, path: str, sent: bytes, declared: bool) -> None:
    sends = (DeclaredSend("GET /ping", rb"GET /ping\r\n", "a test"), DeclaredSend("ping", rb"PONG\r\n", "a test"))

    def talk() -> Conversation[str]:
        yield Connect()
        try:
            yield Send(sent)
        except Fault as fault:
            return fault.detail
        return ""

    async with ponging() as (port, _):
        refused, traffic = await bench.dialer().converse(Target("127.0.0.1", port, path=path), talk(), sends)
    assert refused.startswith("undeclared send") is not declared
    assert traffic.bytes_sent == (len(sent) if declared else 0)


async def test_a_conversation_that_handles_every_fault_is_ended(bench: Bench) -> None:
    def endless() -> Conversation[None]:
        while True:
            try:
                yield Receive()
            except Fault:
                continue

    with pytest.raises(Fault, match="no open connection"):
        await bench.dialer().converse(Target("127.0.0.1", 1), endless(), SENDS)


async def test_the_stop_file(bench: Bench) -> None:
    def stopped_midway() -> Conversation[bytes]:
        yield Connect()
        yield Send(b"PING\r\n")
        bench.stop_file.touch()
        return (yield Receive())

    async with ponging() as (port, seen):
        with pytest.raises(StoppedError, match="stop file"):
            await bench.dialer().converse(Target("127.0.0.1", port), stopped_midway(), SENDS)
        assert "stop file" in bench.log()[-1]["fields"]["fault"]
        with pytest.raises(StoppedError, match="stop file"):
            await bench.dialer().converse(Target("127.0.0.1", port), ping(), SENDS)
        # The server is heard of a moment later.
        await asyncio.sleep(0.05)
        assert len(seen) == 1


@contextmanager
def unanswered() -> Iterator[tuple[int, socket.socket]]:
    """A port whose queue is full, so that a connect hangs until somebody accepts; and its listener."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1], listener


async def test_a_first_look_is_short_and_no_verdict(bench: Bench) -> None:
    dialer = bench.dialer()
    async with ponging() as (port, _):
        await dialer.converse(Target("127.0.0.1", port), ping(), SENDS, hasty=True)
    with unanswered() as (port, listener):
        target = Target("127.0.0.1", port)
        with pytest.raises(RetryLater, match=r"no connection within 0\.4 s"):
            await dialer.converse(target, ping(), SENDS, hasty=True)
        assert "it is probed again" in bench.log()[-1]["fields"]["fault"]
        # The kernel sends the SYN again after a second, and by then there is room.
        asyncio.get_running_loop().call_later(0.3, lambda: [listener.accept() for _ in range(2)])
        with pytest.raises(Fault) as caught:
            await dialer.converse(target, ping(), SENDS)
        # It was connected to; that nobody answers is another thing.
        assert "no response within 0.5 s" in str(caught.value)


@pytest.mark.parametrize("hosts", [("127.0.0.1", "127.0.0.2"), ("127.3.0.1",)])
async def test_where_little_is_known_or_others_would_jump_in_there_is_all_the_time(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, hosts: tuple[str, ...]
) -> None:
    dialer = bench.dialer(hosts={"db.test": hosts})
    seen: list[float] = []

    async def opened(*args: Any) -> Transport:
        seen.append(args[2])
        raise Fault(Outcome.TIMEOUT, "nothing came")

    dialer._trips.add_connect("127.0.0.1", 0.01)
    door = dialer._door

    def made(*args: Any) -> DialContext:
        return replace(door(*args), open=opened)

    monkeypatch.setattr(dialer, "_door", made)
    with pytest.raises(Fault, match="nothing came"):
        await dialer.converse(Target("db.test", 9), ping(), SENDS, hasty=True)
    assert seen == [LIMITS.connect_seconds] * len(hosts)


def test_window_shrinks_to_the_file_limit_with_a_notice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        dialer_module, "conversation_capacity", lambda wanted: (wanted - 1, "this process may open 99 files")
    )
    assert bench.dialer().window() == LIMITS.concurrency - 1
    assert caplog.messages == [
        "tieback: 3 concurrent conversations instead of the grant's 4: this process may open 99 files"
    ]
    assert bench.log()[-1]["fields"]["window"] == 3


async def test_cancelling_closes_and_is_logged(bench: Bench) -> None:
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        gone.set()
        writer.close()

    def waiting() -> Conversation[bytes]:
        yield Connect()
        return (yield Receive())

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    task = asyncio.create_task(bench.dialer().converse(Target("127.0.0.1", port), waiting(), SENDS))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(gone.wait(), 5)
    server.close()
    assert bench.log()[-1]["fields"]["fault"] == "CancelledError"


async def test_many_at_once(bench: Bench) -> None:
    async with ponging() as (port, _):
        dialer = bench.dialer()
        talks = [dialer.converse(Target("127.0.0.1", port), ping(), SENDS) for _ in range(20)]
        answers = await asyncio.gather(*talks)
    assert [answer for answer, _ in answers] == [b"PONG\r\n"] * 20
    assert bench.events().count("end") == 20


async def test_settling_puts_the_log_on_the_disk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    sync = AuditLog.sync

    def noted(log: AuditLog) -> None:
        written.append(bench.path.stat().st_size)
        sync(log)

    monkeypatch.setattr(AuditLog, "sync", noted)
    async with ponging() as (port, _):
        dialer = bench.dialer()
        await asyncio.gather(*[dialer.converse(Target("127.0.0.1", port), ping(), SENDS) for _ in range(20)])
        assert written == []
        await dialer.sync_audit()
    assert written == [bench.path.stat().st_size]


NOTED = (DeclaredSend("ping", rb"PING\r\n", "a note", Depth.DESCRIBE, values=True),)


@pytest.mark.parametrize(
    ("allowed", "note", "times", "said"),
    [
        (True, True, 1, ""),
        (True, False, 1, "undeclared send"),
        (False, True, 1, "does not allow reading a ransom note"),
        (True, True, 2, "one note was read"),
    ],
)
async def test_note_is_read_once_and_only_if_the_grant_allows_it(
    bench: Bench, allowed: bool, note: bool, times: int, said: str
) -> None:
    rule = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE, ransom_note=allowed)
    async with ponging() as (port, _):
        talking = bench.dialer(rule).converse(
            Target("127.0.0.1", port), ping(times), NOTED, depth=Depth.DESCRIBE, note=note
        )
        if said:
            with pytest.raises(Fault, match=said):
                await talking
        else:
            assert (await talking)[0] == b"PONG\r\n"


COUNTED = [(DeclaredSend("ping", rb"PING\r\n", "counts", cost=cost),) for cost in SendCost]


@pytest.mark.parametrize("sends", COUNTED, ids=[str(cost) for cost in SendCost])
@pytest.mark.parametrize(("allowed", "asked"), [(True, True), (True, False), (False, True), (False, False)])
async def test_what_costs_a_scan_or_money_is_sent_only_if_the_grant_allows_scans(
    bench: Bench, sends: tuple[DeclaredSend, ...], allowed: bool, asked: bool
) -> None:
    rule = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE, scans=allowed)
    async with ponging() as (port, _):
        dialer = bench.dialer(rule)
        assert (await dialer.permit("127.0.0.1", port)).scans is allowed
        talking = dialer.converse(Target("127.0.0.1", port, scans=asked), ping(), sends, depth=Depth.DESCRIBE)
        free = not asked and not sends[0].cost.needs_scans
        if free or (allowed and asked):
            assert (await talking)[0] == b"PONG\r\n"
        else:
            with pytest.raises(Fault, match="does not allow scans" if asked else "undeclared send"):
                await talking


SESSION = (DeclaredSend("ping", rb"PING\r\n", "opens a session", mcp=True),)


@pytest.mark.parametrize(("allowed", "asked"), [(True, True), (True, False), (False, True), (False, False)])
async def test_a_session_of_an_mcp_server_is_opened_only_if_the_grant_allows_it(
    bench: Bench, allowed: bool, asked: bool
) -> None:
    rule = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE, scans=True, mcp=allowed)
    async with ponging() as (port, _):
        dialer = bench.dialer(rule)
        assert (await dialer.permit("127.0.0.1", port)).mcp is allowed
        talking = dialer.converse(Target("127.0.0.1", port, mcp=asked), ping(), SESSION, depth=Depth.DESCRIBE)
        if allowed and asked:
            assert (await talking)[0] == b"PONG\r\n"
        else:
            with pytest.raises(Fault, match="does not allow sessions of MCP" if asked else "undeclared send"):
                await talking


@pytest.mark.parametrize("permission", list(Permission))
async def test_a_site_policy_takes_a_permission_from_every_target(
    bench: Bench, permission: Permission, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE, ransom_note=True, scans=True, mcp=True)
    policy = tmp_path / "never.toml"
    policy.write_text(f'forbid = ["{permission}"]\n')
    monkeypatch.setenv("TIEBACK_NEVER", str(policy))
    decision = await bench.dialer(rule).permit("127.0.0.1", 9)
    assert {one for one in Permission if getattr(decision, one)} == set(Permission) - {permission}


async def test_what_is_recorded(bench: Bench, tmp_path: Path) -> None:
    rule = TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE)
    grant = Grant("Office", "sec@example.test", date(2027, 6, 30), (rule,), limits=LIMITS)
    transcripts = TranscriptFile(tmp_path / "t.jsonl", grant)
    dialer = Dialer(grant, AuditLog(bench.path), today=TODAY, transcripts=transcripts)
    async with ponging() as (port, _):
        _, traffic = await dialer.converse(Target("127.0.0.1", port), ping(2), SENDS, depth=Depth.DESCRIBE, probe="x")
    assert not (await dialer.permit("192.0.2.1", 9)).allowed
    transcripts.close()
    talked, refused = read_transcripts(tmp_path / "t.jsonl")
    assert (talked.probe, talked.depth, talked.traffic, len(talked.lines)) == ("x", Depth.DESCRIBE, traffic, 2)
    assert "no target of the grant covers" in refused.refused


SHARED = "firestore.googleapis.com"
REQUESTS = (DeclaredSend("get", rb"GET /[^ ]* HTTP/1\.1\r\n\r\n", "reads"),)


def reading(*paths: str) -> Conversation[bytes]:
    answer = b""
    yield Connect()
    for path in paths:
        yield Send(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        answer = yield Receive(until=b"\r\n")
    return answer


async def test_at_a_shared_host_only_a_listed_resource_is_connected_to(bench: Bench) -> None:
    async with ponging() as (port, seen):
        rule = TargetRule(SHARED, "any", Depth.DESCRIBE, resources=("shop",))
        dialer = bench.dialer(rule, hosts={SHARED: "127.0.0.1"})
        assert (await dialer.permit(SHARED, port, "shop")).allowed
        assert not (await dialer.permit(SHARED, port, "club")).allowed
        target = Target(SHARED, port, resource="club")
        with pytest.raises(Fault, match="does not list it: the project 'club'") as caught:
            await dialer.converse(target, reading("/"), REQUESTS)
        assert (seen, caught.value.outcome) == ([], Outcome.OUT_OF_SCOPE)
        target = Target(SHARED, port, resource="shop")
        answer, _ = await dialer.converse(target, reading("/v1/projects/shop/databases"), REQUESTS)
        assert (seen, answer) == (["127.0.0.1"], b"PONG\r\n")
    assert bench.log()[0]["fields"]["resources"] == [[SHARED, "shop"]]


async def test_an_old_grant_of_a_shared_host_connects_to_nothing(bench: Bench) -> None:
    async with ponging() as (port, seen):
        dialer = bench.dialer(TargetRule(SHARED, "any", Depth.SAMPLE), hosts={SHARED: "127.0.0.1"})
        for resource in ("", "shop"):
            with pytest.raises(Fault, match=r'Add resources = \["(PROJECT|shop)"\] to the target'):
                await dialer.converse(Target(SHARED, port, resource=resource), reading("/"), REQUESTS)
        assert seen == []


@pytest.mark.parametrize("resource", ["", "shop"])
@pytest.mark.parametrize("other", ["/v1/projects/club/databases", "/v1/projects/%63lub/x", "//v1/projects/club/x"])
async def test_no_request_to_a_shared_host_names_another_resource(bench: Bench, resource: str, other: str) -> None:
    """Whatever the probe's code, a redirect of the server, or a name in the app leads to."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.read(1000):
            received.append(line)
            writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    rule = TargetRule(SHARED, "any", Depth.DESCRIBE, resources=("shop",))
    dialer = bench.dialer(rule, hosts={SHARED: "127.0.0.1"})
    talk = reading("/v1/projects/shop/databases", other)
    with pytest.raises(Fault, match="does not list it: the project 'club'") as caught:
        await dialer.converse(Target(SHARED, port, resource=resource), talk, REQUESTS)
    server.close()
    assert caught.value.outcome is Outcome.OUT_OF_SCOPE
    assert received == [b"GET /v1/projects/shop/databases HTTP/1.1\r\n\r\n"]
    assert "refused" in bench.events()
