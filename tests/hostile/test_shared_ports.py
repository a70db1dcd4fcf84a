"""Many names at one address and port whose server is silent, odd or slow: they share one recognition."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from tests.hostile.test_tarpits import Reader, Writer, serving
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Outcome, ProbeReport
from tieback.pipeline.probing import service
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer

NAMES = tuple(f"n{number}.acme.test" for number in range(12))


def grant(concurrency: int) -> Grant:
    return Grant(
        authorised_by="the test",
        contact="security@example.test",
        not_after=date(2999, 1, 1),
        target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE), TargetRule("*.acme.test", "any", Depth.DESCRIBE)),
        hosts=dict.fromkeys(NAMES, "127.0.0.1"),
        limits=Limits(connects_per_second=0, concurrency=concurrency),
    )


async def probe_all(tmp_path: Path, port: int, concurrency: int = 64) -> dict[str, ProbeReport]:
    allowed = grant(concurrency)
    candidates = [Candidate(name, port, None, Route.NAMED, (), "the test") for name in NAMES]
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        found = service.probe_all(candidates, allowed, Dialer(allowed, audit))
        return {candidate.host: report async for candidate, report in found}


@pytest.mark.parametrize("concurrency", [1, 4, 64])
async def test_names_at_a_silent_port_share_one_recognition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    monkeypatch.setattr(service, "OPENING_SECONDS", 0.5)
    connections = 0

    async def silent(reader: Reader, _: Writer) -> None:
        nonlocal connections
        connections += 1
        while await reader.read(4096):
            pass

    async with serving(silent) as port:
        reports = await probe_all(tmp_path, port, concurrency)
    assert reports.keys() == set(NAMES)
    assert {report.outcome for report in reports.values()} == {Outcome.TIMEOUT}
    own = [report for report in reports.values() if report.bytes_sent]
    assert len(own) == 1, "one name was tried"
    assert own[0].problems[0].startswith("not recognised")
    others = [report for report in reports.values() if report is not own[0]]
    said = f"timeout: same address and port as {own[0].target}: {own[0].problems[0]}"
    assert {report.problems[0] for report in others} == {said}
    assert connections <= 12


async def test_names_at_a_port_with_an_unknown_protocol_share_one_recognition(tmp_path: Path) -> None:
    async def odd(reader: Reader, writer: Writer) -> None:
        await reader.read(4096)
        writer.write(b"?\r\n")

    async with serving(odd) as port:
        reports = await probe_all(tmp_path, port)
    assert len([report for report in reports.values() if report.bytes_sent]) == 1
    assert {report.outcome for report in reports.values()} == {Outcome.PROTOCOL_MISMATCH}


async def test_each_name_of_an_http_server_is_probed(tmp_path: Path) -> None:
    """Virtual hosts: another name may be another store."""
    hosts: set[bytes] = set()

    async def web(reader: Reader, writer: Writer) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                return
            hosts.add(head.partition(b"Host: ")[2].partition(b":")[0])
            couch = b'{"couchdb":"Welcome","version":"3.3.2"}' if b"n3.acme.test" in head else b"<html></html>"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(couch), couch))

    async with serving(web) as port:
        reports = await probe_all(tmp_path, port)
    assert hosts >= {name.encode() for name in NAMES}
    assert {name for name, report in reports.items() if report.product == "couchdb"} == {"n3.acme.test"}
