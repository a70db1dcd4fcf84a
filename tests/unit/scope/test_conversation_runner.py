"""The steps of a conversation, against a peer that says what the test scripts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Outcome
from tieback.model.public_key import PublicKey
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, StartTls, Step, Target
from tieback.scope.dialer import Dialer

TODAY = date(2026, 11, 25)
SENDS = (DeclaredSend("ask", rb"ASK [0-9]+\r\n", "a question"),)
LIMITS = Limits(
    connect_seconds=2, total_seconds=5, idle_seconds=0.3, max_bytes=1000, max_frames=20, connects_per_second=0
)


@pytest.fixture
def dialer(tmp_path: Path) -> Dialer:
    rules = (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),)
    grant = Grant("Office", "sec@example.test", date(2027, 6, 30), rules, limits=LIMITS)
    return Dialer(grant, AuditLog(tmp_path / "audit.jsonl"), today=TODAY)


@asynccontextmanager
async def saying(*chunks: bytes, hold: bool = False) -> AsyncIterator[Target]:
    """A peer that says these, apart in time; then it closes, or holds the line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for chunk in chunks:
            writer.write(chunk)
            await asyncio.sleep(0.01)
        if hold:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Target("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


def doing(*steps: Step) -> Conversation[list[bytes | Fault]]:
    """Takes these steps; gives the answers, and the first fault, which ends it."""
    answers: list[bytes | Fault] = []
    try:
        yield Connect()
        for step in steps:
            answers += [(yield step)]
    except Fault as fault:
        answers.append(fault)
    return answers


@pytest.mark.parametrize(
    ("chunks", "steps", "answers"),
    [
        ([b"abcdef"], [Receive(exactly=2), Receive(exactly=4)], [b"ab", b"cdef"]),
        ([b"ab", b"cd"], [Receive(exactly=4), Receive(exactly=0)], [b"abcd", b""]),
        ([b"a\r\nb\r\n"], [Receive(until=b"\r\n"), Receive(until=b"\r\n")], [b"a\r\n", b"b\r\n"]),
        ([b"a\r", b"\nrest"], [Receive(until=b"\r\n"), Receive(), Receive()], [b"a\r\n", b"rest", b""]),
        ([b"abcdef"], [Receive(limit=4), Receive(limit=4), Receive()], [b"abcd", b"ef", b""]),
        ([b"12345678\n"], [Receive(until=b"\n", limit=9)], [b"12345678\n"]),
        ([b""], [Receive()], [b""]),
        ([b"x" * 600], [Receive(exactly=600)], [b"x" * 600]),
    ],
)
async def test_receive_reads_what_the_step_requests(
    dialer: Dialer, chunks: list[bytes], steps: list[Step], answers: list[bytes]
) -> None:
    async with saying(*chunks) as target:
        found, traffic = await dialer.converse(target, doing(*steps), SENDS)
    assert found == answers
    assert traffic.bytes_read == sum(map(len, chunks))
    assert traffic.address == "127.0.0.1"


@pytest.mark.parametrize(
    ("chunks", "hold", "steps", "outcome", "says"),
    [
        ([b""], False, [Receive(exactly=1)], Outcome.REFUSED, "before sending a byte"),
        ([b""], False, [Receive(until=b"\n")], Outcome.REFUSED, "before sending a byte"),
        ([b"abc"], False, [Receive(exactly=5)], Outcome.PROTOCOL_MISMATCH, "3 of 5 bytes"),
        ([b"abc"], False, [Receive(until=b"\n")], Outcome.PROTOCOL_MISMATCH, "3 bytes without an end of a line"),
        ([b"abc"], True, [Receive(exactly=5)], Outcome.TIMEOUT, "no response within 0.3 s"),
        ([b""], True, [Receive(seconds=0.05)], Outcome.TIMEOUT, "no response within 0.1 s"),
        ([b""], True, [Receive(seconds=60)], Outcome.TIMEOUT, "no response within 0.3 s"),
        ([b"12345678\n"], False, [Receive(until=b"\n", limit=8)], Outcome.HOSTILE, "in 8 bytes"),
        ([b"x" * 50], True, [Receive(until=b"\n", limit=20)], Outcome.HOSTILE, "in 20 bytes"),
        ([b"x"], True, [Receive(exactly=1001)], Outcome.BUDGET_SPENT, "1001 bytes exceeds"),
        (
            [b"x" * 2000],
            True,
            [Receive(exactly=800), Receive(exactly=300)],
            Outcome.BUDGET_SPENT,
            "1000 bytes were read",
        ),
        ([b"x" * 2000], True, [Receive(until=b"\n", limit=5000)], Outcome.BUDGET_SPENT, "1000 bytes were read"),
        ([b"x" * 100], True, [Receive(exactly=1)] * 21, Outcome.BUDGET_SPENT, "20 receives"),
        ([b""], True, [Connect()] * 12, Outcome.BUDGET_SPENT, "12 connections"),
        ([b"x"], True, [Receive(exactly=-1)], Outcome.ERROR, "-1 bytes"),
        ([b"x"], True, [Receive(until=b"")], Outcome.ERROR, "empty delimiter"),
        ([b"x"], True, [Receive(limit=0)], Outcome.ERROR, "receive of nothing"),
        ([b"x"], True, [Send(b"DROP TABLE x\r\n")], Outcome.ERROR, "undeclared send of 14 bytes: 'DROP TABLE"),
        ([b"x"], True, [Send(b"ASK 1\r\nDROP\r\n")], Outcome.ERROR, "undeclared send"),
        ([b"SX"], True, [Receive(exactly=1), StartTls()], Outcome.HOSTILE, "1 byte arrived before TLS"),
    ],
)
async def test_transport_failures_become_faults(
    dialer: Dialer, chunks: list[bytes], hold: bool, steps: list[Step], outcome: Outcome, says: str
) -> None:
    async with saying(*chunks, hold=hold) as target:
        found, _ = await dialer.converse(target, doing(*steps), SENDS)
    fault = found[-1]
    assert isinstance(fault, Fault), found
    assert (fault.outcome, says in fault.detail) == (outcome, True), fault


async def test_handshake_keeps_the_deadline_of_its_step(tmp_path: Path) -> None:
    rules = (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),)
    limits = Limits(total_seconds=60, idle_seconds=60, connects_per_second=0)
    grant = Grant("Office", "sec@example.test", date(2027, 6, 30), rules, limits=limits)
    async with saying(hold=True) as target:
        dialer = Dialer(grant, AuditLog(tmp_path / "audit.jsonl"), today=TODAY)
        (fault,), _ = await dialer.converse(target, doing(Connect(tls=True, seconds=0.05)), SENDS)
    assert isinstance(fault, Fault)
    assert (fault.outcome, fault.detail) == (Outcome.TIMEOUT, "TLS handshake: no response within 0.1 s")


async def test_a_receive_that_timed_out_can_be_followed(dialer: Dialer) -> None:
    def patient() -> Conversation[bytes]:
        yield Connect()
        with pytest.raises(Fault):
            yield Receive(exactly=5, seconds=0.05)
        yield Send(b"ASK 1\r\n")
        return (yield Receive())

    async with saying(b"abc", hold=True) as target:
        found, traffic = await dialer.converse(target, patient(), SENDS)
    assert found == b"abc"
    assert traffic.bytes_sent == 7


@pytest.mark.parametrize("step", [Send(b"ASK 1\r\n"), Receive(), StartTls()])
async def test_steps_need_a_connection(dialer: Dialer, step: Step) -> None:
    def hasty() -> Conversation[None]:
        yield step

    with pytest.raises(Fault, match="no open connection"):
        await dialer.converse(Target("127.0.0.1", 1), hasty(), SENDS)


async def test_bytes_of_the_connection_before_are_forgotten(dialer: Dialer) -> None:
    steps: list[Step] = [Receive(exactly=1), Connect(), Receive(exactly=3)]
    async with saying(b"abc", hold=True) as target:
        found, _ = await dialer.converse(target, doing(*steps), SENDS)
    assert found == [b"a", b"", b"abc"]


@pytest.mark.parametrize(
    ("account", "passwordless", "answer"),
    [
        (b"tieback_probe", (), "sent"),
        (b"root", ("root", "postgres"), "sent"),
        (b"root", (), "the grant does not list the account 'root'"),
        (b"roots", ("root",), "the grant does not list the account 'roots'"),
    ],
)
async def test_only_dummy_and_granted_accounts_log_in(
    tmp_path: Path, account: bytes, passwordless: tuple[str, ...], answer: str
) -> None:
    rules = (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE, passwordless=passwordless),)
    grant = Grant("Office", "sec@example.test", date(2027, 6, 30), rules, limits=LIMITS)
    login = DeclaredSend("login", rb"USER (?P<account>[a-z_]{1,32})\r\n", "whether it gets in without a password")
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        dialer = Dialer(grant, audit, today=TODAY)
        async with saying(b"hello", hold=True) as target:
            named = Target(target.host, target.port, passwordless=passwordless)
            answers, _ = await dialer.converse(named, doing(Send(b"USER " + account + b"\r\n")), [login])
    (last,) = answers
    assert (last.detail if isinstance(last, Fault) else "sent") == answer


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("open-sesame",), "sent"),
        (("another", "open-sesame"), "sent"),
        (("another",), "a key that is not a public key of the target"),
        ((), "a key that is not a public key of the target"),
    ],
)
async def test_only_public_keys_of_the_target_are_sent(tmp_path: Path, keys: tuple[str, ...], answer: str) -> None:
    grant = Grant("Office", "sec@example.test", date(2027, 6, 30), (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),))
    asks = DeclaredSend("asks", rb"GET (?:apikey: (?P<key0>[a-z-]{1,32}))?\r\n", "what the app's key may read")
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        dialer = Dialer(grant, audit, today=TODAY)
        async with saying(b"hello", hold=True) as target:
            named = Target(target.host, target.port, keys=tuple(PublicKey("x", key) for key in keys))
            answers, _ = await dialer.converse(named, doing(Send(b"GET apikey: open-sesame\r\n")), [asks])
    (last,) = answers
    assert (last.detail if isinstance(last, Fault) else "sent") == answer
