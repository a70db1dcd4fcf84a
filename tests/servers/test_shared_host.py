"""Two projects at one shared host, and a grant that lists one: the other is not contacted. The server is an emulation
of Cloud Firestore on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from tieback.backends.probe_hints import ProbeHints
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_all, probe_one
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer

HOST = "firestore.googleapis.com"
REFUSED = b'{"error":{"code":403,"message":"Missing or insufficient permissions.","status":"PERMISSION_DENIED"}}'
COUNTED = b'[{"result":{"aggregateFields":{"n":{"integerValue":"7"}}}}]'

pytestmark = pytest.mark.servers


@asynccontextmanager
async def firestore() -> AsyncIterator[tuple[int, list[str]]]:
    """The port, and the lines of all requests. Collections of every project are readable by anybody."""
    lines: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.read(65536):
            line = head.partition(b"\r\n")[0].decode()
            lines.append(line)
            project = line.split("/projects/", 1)[-1].partition("/")[0]
            status, body = 404, b"<html></html>"
            if "/projects/" in line:
                status, body = 403, REFUSED
            if ":runAggregationQuery" in line:
                status, body = 200, COUNTED
            elif "/documents/" in line:
                name = f"projects/{project}/databases/(default)/documents/orders/1"
                status, body = 200, b'{"documents":[{"name":"%b"}]}' % name.encode()
            kind = b"Content-Type: application/json\r\n"
            writer.write(b"HTTP/1.1 %d X\r\n%bContent-Length: %d\r\n\r\n%b" % (status, kind, len(body), body))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], lines
    finally:
        server.close()


def grant(*resources: str) -> Grant:
    rule = TargetRule(HOST, "any", Depth.DESCRIBE, resources=resources)
    limits = Limits(connects_per_second=0, network_connects_per_second=0, idle_seconds=2)
    return Grant("Shop", "sec@shop.test", date(2099, 1, 1), (rule,), hosts={HOST: "127.0.0.1"}, limits=limits)


def candidate(port: int, project: str) -> Candidate:
    value = f"firestore:{project}"
    return Candidate(HOST, port, "firestore", Route.NAMED, (value,), "the app names it", tls=False, resource=project)


async def probe(permit: Grant, port: int, tmp_path: Path) -> dict[str, ProbeReport]:
    both = [candidate(port, project) for project in ("shop", "club")]
    hints = dict.fromkeys(both, ProbeHints((("firestore", "orders"),)))
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        found = probe_all(both, permit, Dialer(permit, audit), along=hints)
        return {one.resource: report async for one, report in found}


async def test_only_the_listed_project_is_probed(tmp_path: Path) -> None:
    async with firestore() as (port, lines):
        found = await probe(grant("shop"), port, tmp_path)
    assert (found["shop"].access, found["shop"].product) == (Access.OPEN, "firestore")
    assert found["club"].outcome is Outcome.OUT_OF_SCOPE
    assert "the project 'club' of Cloud Firestore" in found["club"].problems[0]
    assert lines
    assert all("/projects/shop/" in line for line in lines), lines


async def test_a_grant_of_the_host_alone_reaches_no_project(tmp_path: Path) -> None:
    async with firestore() as (port, lines):
        found = await probe(grant(), port, tmp_path)
    assert {one.outcome for one in found.values()} == {Outcome.OUT_OF_SCOPE}
    assert 'Add resources = ["shop"]' in found["shop"].problems[0]
    assert lines == []


async def test_a_host_without_a_project_is_asked_about_none(tmp_path: Path) -> None:
    """An app names only the host, or a user does: whatever else is tried there names no customer's project."""
    async with firestore() as (port, lines):
        permit = grant("shop")
        bare = Candidate(HOST, port, None, Route.NAMED, (), "the test", tls=False)
        with AuditLog(tmp_path / "audit.jsonl") as audit:
            report = await probe_one(bare, Dialer(permit, audit), permit)
    assert report.outcome is not Outcome.OK
    assert not [line for line in lines if "/projects/" in line]
