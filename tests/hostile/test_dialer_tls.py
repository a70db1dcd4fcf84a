"""TLS towards peers that are not what they should be: measured all the same, never believed."""

import asyncio
import shutil
import socket
import ssl
import tracemalloc
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from subprocess import DEVNULL, PIPE

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Outcome
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, StartTls, Target
from tieback.scope.dialer import Dialer
from tieback.scope.tls import NO_CERTIFICATE, TlsContexts

SENDS = (
    DeclaredSend("ping", rb"PING\r\n", "asks whether it is there"),
    DeclaredSend("STARTTLS", rb"STARTTLS\r\n", "asks for TLS"),
)

type Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for db.test and 127.0.0.1, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db.test")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("db.test"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def server_context(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def dialer(tmp_path: Path, trusted: Path | None = None, **limits: float) -> Dialer:
    contexts = TlsContexts()
    if trusted is not None:
        contexts.trust.load_verify_locations(trusted)
        contexts.trust.verify_flags &= ~ssl.VERIFY_X509_STRICT
    rules = (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),)
    base = Limits(total_seconds=3, idle_seconds=0.5, connects_per_second=0)
    bounds = msgspec.structs.replace(base, **limits)
    hosts: dict[str, str | tuple[str, ...]] = {"db.test": "127.0.0.1", "wrong.test": "127.0.0.1"}
    grant = Grant("O", "c@x.test", date(2027, 6, 30), rules, hosts=hosts, limits=bounds)
    return Dialer(grant, AuditLog(tmp_path / "audit.jsonl"), today=date(2026, 11, 25), contexts=contexts)


@asynccontextmanager
async def peer(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[int]]]:
    """Serves; the port, and one entry a connection that got through to the handler."""
    seen: list[int] = []
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(1)
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await handler(reader, writer)
        except (OSError, asyncio.CancelledError):
            return
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], seen
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(b"PONG to " + line)


def ping(*, times: int = 1) -> Conversation[bytes]:
    answer = b""
    for _ in range(times):
        yield Connect(tls=True)
        yield Send(b"PING\r\n")
        answer = yield Receive(until=b"\r\n")
    return answer


@pytest.mark.parametrize("host", ["db.test", "127.0.0.1"])
async def test_a_trusted_certificate(tmp_path: Path, pem: Path, server_context: ssl.SSLContext, host: str) -> None:
    async with peer(pong, server_context) as (port, _):
        answer, traffic = await dialer(tmp_path, pem).converse(Target(host, port), ping(), SENDS)
    assert answer == b"PONG to PING\r\n"
    assert traffic.tls is not None
    assert (traffic.tls.verified, traffic.tls.problem, traffic.tls.version) == (True, "", "TLSv1.3")
    assert (traffic.bytes_sent, traffic.bytes_read) == (6, 14)


@pytest.mark.parametrize(
    ("host", "trust", "problem"),
    [("db.test", False, "self-signed certificate"), ("wrong.test", True, "Hostname mismatch")],
)
async def test_unverified_certificate_is_measured_and_reported_as_unverified(
    tmp_path: Path, pem: Path, server_context: ssl.SSLContext, host: str, trust: bool, problem: str
) -> None:
    async with peer(pong, server_context) as (port, _):
        mine = dialer(tmp_path, pem if trust else None)
        answer, traffic = await mine.converse(Target(host, port), ping(times=3), SENDS)
    assert answer == b"PONG to PING\r\n"
    tls = traffic.tls
    assert tls is not None
    assert (tls.verified, problem in tls.problem, tls.subject) == (False, True, "db.test")
    assert tls.names == ("db.test", "127.0.0.1")
    assert len(tls.certificate_sha256) == 64
    # Verification is tried once a conversation.
    assert (tmp_path / "audit.jsonl").read_text().count('"event":"connect"') == 4


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of a megabyte."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db.test")])
    now = datetime.now(UTC)
    comment = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.16.840.1.113730.1.13"), bytes(1024 * 1024))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(comment, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("huge") / "both.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


async def test_a_chain_of_a_megabyte_is_not_read(tmp_path: Path, huge: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(huge)
    async with peer(pong, context) as (port, seen):
        tracemalloc.start()
        try:
            with pytest.raises(Fault, match="TLS handshake") as caught:
                await dialer(tmp_path).converse(Target("db.test", port), ping(), SENDS)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert caught.value.outcome in {Outcome.TLS_ERROR, Outcome.HOSTILE}
    assert seen == []
    # The server's own copies of its megabyte are in it.
    assert peak < 16 * 1024 * 1024


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed here")
async def test_a_server_that_shakes_hands_again(tmp_path: Path, pem: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = await asyncio.create_subprocess_exec(
        *("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(pem), "-tls1_2"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        while b"ACCEPT" not in await asyncio.wait_for(server.stdout.readline(), 10):
            pass

        async def again() -> None:
            """Once it has heard us, time and again."""
            assert server.stdin is not None
            assert server.stdout is not None
            while b"PING" not in await server.stdout.readline():
                pass
            while True:
                server.stdin.write(b"R\n")
                await asyncio.sleep(0.02)

        task = asyncio.create_task(again())
        with pytest.raises(Fault) as caught:
            await dialer(tmp_path).converse(Target("db.test", port), ping(), SENDS)
        task.cancel()
    finally:
        server.kill()
        await server.wait()
    assert caught.value.outcome in {Outcome.TLS_ERROR, Outcome.TIMEOUT, Outcome.REFUSED, Outcome.PROTOCOL_MISMATCH}


@pytest.mark.parametrize("trust", [True, False])
async def test_starttls(tmp_path: Path, pem: Path, server_context: ssl.SSLContext, trust: bool) -> None:
    async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HELLO\r\n")
        await reader.readline()
        writer.write(b"GO\r\n")
        await writer.start_tls(server_context)
        await pong(reader, writer)

    def talk() -> Conversation[bytes]:
        yield Connect()
        yield Receive(until=b"\r\n")
        yield Send(b"STARTTLS\r\n")
        yield Receive(until=b"\r\n")
        yield StartTls()
        yield Send(b"PING\r\n")
        return (yield Receive(until=b"\r\n"))

    async with peer(upgrade) as (port, seen):
        answer, traffic = await dialer(tmp_path, pem if trust else None).converse(
            Target("db.test", port), talk(), SENDS
        )
        assert len(seen) == (1 if trust else 2)
    assert answer == b"PONG to PING\r\n"
    assert traffic.tls is not None
    assert traffic.tls.verified is trust


async def test_clear_text_slipped_in_before_tls(tmp_path: Path) -> None:
    async def inject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"GO\r\nPONG forged\r\n")
        await reader.read()

    def talk() -> Conversation[None]:
        yield Connect()
        yield Send(b"STARTTLS\r\n")
        yield Receive(until=b"\r\n")
        yield StartTls()

    async with peer(inject) as (port, _):
        with pytest.raises(Fault) as caught:
            await dialer(tmp_path).converse(Target("db.test", port), talk(), SENDS)
    assert caught.value.outcome is Outcome.HOSTILE


async def never(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()
    await asyncio.sleep(30)


async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc\x03\x03" + b"x" * 100)
    await never(reader, writer)


async def half_and_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"\x16\x03\x03\x40\x00\x02")
    await writer.drain()


async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"-ERR unknown command\r\n")
    await writer.drain()
    await reader.read()


async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    return


async def endless_handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    # ServerHello announces 16 MiB and comes in whole records of it.
    writer.write(b"\x16\x03\x03\x40\x00\x02\xff\xff\xff" + b"x" * (0x4000 - 4))
    while True:
        writer.write(b"\x16\x03\x03\x40\x00" + b"x" * 0x4000)
        await writer.drain()


@pytest.mark.parametrize(
    ("handler", "outcomes"),
    [
        (never, {Outcome.TIMEOUT}),
        (half, {Outcome.TIMEOUT}),
        (half_and_close, {Outcome.TLS_ERROR}),
        (plain, {Outcome.TLS_ERROR}),
        (hang_up, {Outcome.TLS_ERROR}),
        (endless_handshake, {Outcome.TLS_ERROR, Outcome.HOSTILE}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_half_a_handshake(tmp_path: Path, handler: Handler, outcomes: set[Outcome]) -> None:
    async with peer(handler) as (port, _):
        with pytest.raises(Fault, match="TLS handshake") as caught:
            await dialer(tmp_path).converse(Target("db.test", port), ping(), SENDS)
    assert caught.value.outcome in outcomes


async def test_a_half_handshake_is_never_spoken_over_in_clear_text(tmp_path: Path) -> None:
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            heard.extend(data)

    def insist() -> Conversation[None]:
        yield Connect()
        with pytest.raises(Fault):
            yield StartTls()
        yield Send(b"PING\r\n")

    async with peer(listen) as (port, _):
        with pytest.raises(Fault, match="no open connection"):
            await dialer(tmp_path).converse(Target("db.test", port), insist(), SENDS)
        await asyncio.sleep(0.05)
    assert b"PING" not in heard


async def test_a_flood_inside_tls(tmp_path: Path, server_context: ssl.SSLContext) -> None:
    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    def drink() -> Conversation[None]:
        yield Connect(tls=True)
        while True:
            yield Receive()

    async with peer(flood, server_context) as (port, _):
        with pytest.raises(Fault, match="bytes were read") as caught:
            await dialer(tmp_path, total_seconds=30).converse(Target("db.test", port), drink(), SENDS)
    assert caught.value.outcome is Outcome.BUDGET_SPENT


async def test_old_tls_is_measured(tmp_path: Path, pem: Path) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(pem)
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    async with peer(pong, old) as (port, _):
        _, traffic = await dialer(tmp_path, pem).converse(Target("db.test", port), ping(), SENDS)
    assert traffic.tls is not None
    assert traffic.tls.version in {"TLSv1.1", "TLSv1"}
    # Whoever breaks the old version can present any certificate.
    assert not traffic.tls.verified
    assert traffic.tls.problem.startswith("not checked: ")


def anonymous() -> ssl.SSLContext:
    """A server that sends no certificate at all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context


async def test_a_server_without_a_certificate_is_identified_but_never_verified(tmp_path: Path, pem: Path) -> None:
    async with peer(pong, anonymous()) as (port, _):
        answer, traffic = await dialer(tmp_path, pem).converse(Target("db.test", port), ping(), SENDS)
    assert answer == b"PONG to PING\r\n"
    tls = traffic.tls
    assert tls is not None
    assert (tls.verified, tls.problem, tls.certificate_sha256) == (False, NO_CERTIFICATE, "")


async def test_a_server_that_hangs_up_on_modern_settings_is_identified(tmp_path: Path, pem: Path) -> None:
    """Some old servers send no alert if no cipher fits."""
    first = True

    async def moody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal first
        if first:
            first = False
            return
        await writer.start_tls(anonymous())
        await pong(reader, writer)

    async with peer(moody) as (port, _):
        answer, traffic = await dialer(tmp_path, pem).converse(Target("db.test", port), ping(), SENDS)
    assert answer == b"PONG to PING\r\n"
    assert traffic.tls is not None
    assert not traffic.tls.verified


@pytest.mark.parametrize("kind", ["no certificate", "self-signed", "another name", "old version"])
async def test_trust_only_sends_nothing_without_a_trusted_certificate(tmp_path: Path, pem: Path, kind: str) -> None:
    context = anonymous()
    if kind != "no certificate":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
    if kind == "old version":
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))

    host = "wrong.test" if kind == "another name" else "db.test"
    mine = dialer(tmp_path, None if kind == "self-signed" else pem)
    async with peer(listen, context) as (port, _):
        with pytest.raises(Fault, match="no trusted certificate") as caught:
            await mine.converse(Target(host, port), ping(), SENDS, trust_only=True)
    assert caught.value.outcome is Outcome.TLS_ERROR
    assert [data for data in heard if data] == []
    assert (tmp_path / "audit.jsonl").read_text().count('"event":"connect"') == 1
