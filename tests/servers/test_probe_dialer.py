"""The probes through the real dialer: TLS that does not verify, odd ports, keep-alive, and the grant's limits."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.lab.patient import PATIENT
from tieback.lab.process import RunningServer
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.pipeline.probing.targets import replay_from
from tieback.probes import PROBES
from tieback.probes.choose import order_probes
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Target, Traffic
from tieback.scope.dialer import Dialer
from tieback.scope.replay import ReplayDialer
from tieback.scope.transcript import TranscriptFile, read_transcripts

pytestmark = pytest.mark.servers

ALLOWED = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE, ("root", "postgres")),),
    limits=PATIENT,
)

ANY_PORT = [
    ("mongo_open", "mongodb", Access.OPEN),
    ("mongo_tls", "mongodb", Access.OPEN_EMPTY),
    ("postgres_trust", "postgresql", Access.OPEN),
    ("valkey_open", "valkey", Access.OPEN),
    ("opensearch_emulation", "opensearch", Access.OPEN),
    ("mariadb_closed", "mariadb", Access.OPEN),
]


# The certificate that MariaDB makes for itself has the serial number 0.
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize(("fixture", "product", "access"), ANY_PORT)
async def test_a_store_on_an_odd_port_is_recognised(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str, product: str, access: Access
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    target = Target(server.address, server.port, passwordless=("root", "postgres"), contact=ALLOWED.contact)
    with AuditLog(tmp_path / "audit.log") as audit:
        dialer = Dialer(ALLOWED, audit)
        tried: list[tuple[ProbeReport, Traffic]] = []
        for probe in order_probes(None, server.port):
            tried.append(await dialer.converse(target, probe.run(target, Depth.DESCRIBE), probe.meta.sends))
            if tried[-1][0].outcome is not Outcome.PROTOCOL_MISMATCH:
                break
    report, traffic = tried[-1]
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, access), tried
    assert (traffic.tls is not None) == (fixture in ("mongo_tls", "mariadb_closed"))
    if traffic.tls is not None:
        assert not traffic.tls.verified


@asynccontextmanager
async def tls_proxy(server: RunningServer, pem: bytes, folder: Path) -> AsyncIterator[int]:
    """A proxy that ends TLS and passes the bytes on; its port."""
    (folder / "both.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "both.pem")

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection(server.address, server.port)
        await asyncio.gather(copy(reader, outer), copy(inner, writer))

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()


@pytest.mark.parametrize(("fixture", "product"), [("postgres_trust", "postgresql"), ("valkey_open", "valkey")])
async def test_store_behind_a_tls_proxy_is_recognised_and_counted(
    request: pytest.FixtureRequest, tmp_path: Path, pem: bytes, fixture: str, product: str
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    with AuditLog(tmp_path / "audit.log") as audit:
        async with tls_proxy(server, pem, tmp_path) as port:
            path = tmp_path / "transcripts.jsonl"
            dialer = Dialer(ALLOWED, audit, transcripts=TranscriptFile(path, ALLOWED))
            candidate = Candidate("127.0.0.1", port, None, Route.NAMED, (), "test")
            report = await probe_one(candidate, dialer, ALLOWED)
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, Access.OPEN), report
    assert report.tls is not None
    assert not report.cleartext
    assert any(one.records is not None and one.records.value for one in report.containers)
    (replayed,) = [one async for one in replay_from(ReplayDialer(read_transcripts(path)))]
    assert (replayed.product, replayed.access, replayed.containers) == (product, Access.OPEN, report.containers)


async def test_a_spent_budget_keeps_what_was_found(opensearch_emulation: RunningServer, tmp_path: Path) -> None:
    grant = msgspec.structs.replace(ALLOWED, limits=Limits(max_bytes=900, connects_per_second=0))
    target = Target(opensearch_emulation.address, opensearch_emulation.port, service="elasticsearch")
    probe = next(probe for probe in PROBES if probe.meta.name == "elasticsearch")
    with AuditLog(tmp_path / "audit.log") as audit:
        report, _ = await Dialer(grant, audit).converse(target, probe.run(target, Depth.DESCRIBE), probe.meta.sends)
    assert report.outcome is Outcome.OK
    assert report.product == "opensearch"
    assert any(problem.startswith("budget_spent") for problem in report.problems)
