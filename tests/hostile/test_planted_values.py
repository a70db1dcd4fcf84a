"""Values of records that depth ``sample`` reads are in memory only: in no transcript, log, lake or report.

Every probe that reads records is run through the dialer against an emulation that has planted people.
"""

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.examples import few
from tests.lab.sampled_stores import PLANTED, STORES, SampledStore, answers_of, target_of
from tieback.assess.exposures import assess_exposures
from tieback.backends.probe_hints import ProbeHints
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import ProbeReport
from tieback.model.public_key import PublicKey
from tieback.pii import detectors
from tieback.pipeline.probing.probe_report import probe_report
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.service import probe_one
from tieback.probes import PROBES
from tieback.probes.choose import sampler
from tieback.probes.playback import Answer
from tieback.report import renderers
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer
from tieback.scope.transcript import TranscriptFile
from tieback.storage.lake.tables.probes import ProbeWriter
from tieback.storage.workspace import Workspace

HOST = "127.0.0.1"
OWN = "acme.test"
"""The domain of the planted addresses. It may be in no output either."""
GRANT = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.SAMPLE),),
    limits=Limits(connects_per_second=0),
)
REAL = ("elasticsearch", "mongodb", "mysql", "postgresql", "redis")
"""Probes that ``tests/servers/test_samples.py`` runs against real servers, with the same assertions."""


@asynccontextmanager
async def served(answer: Answer) -> AsyncIterator[int]:
    """The emulation on a port of loopback; each read of a connection is one request."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while sent := await reader.read(65536):
            told = answer(sent)
            if told is None:
                break
            writer.write(told)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def probed(store: SampledStore, folder: Path) -> ProbeReport:
    known = target_of(store)
    services = store.meta_probe.meta.services
    async with served(answers_of(store)) as port:
        candidate = Candidate(HOST, port, services[0], Route.NAMED, (), "the test", resource=known.resource)
        hints = ProbeHints(
            tuple((services[0], name) for name in known.names),
            tuple(PublicKey(key.kind, key.value, services) for key in known.keys),
        )
        transcripts = TranscriptFile(folder / "transcripts.jsonl", GRANT)
        with AuditLog(folder / "audit.jsonl") as audit:
            rules = tuple(
                msgspec.structs.replace(rule, passwordless=store.passwordless, scans=store.scans)
                for rule in GRANT.target
            )
            grant = msgspec.structs.replace(GRANT, target=rules)
            dialer = Dialer(grant, audit, transcripts=transcripts)
            report = await probe_one(candidate, dialer, grant, hints, samples=SampleJudge(own_domains={OWN}))
        transcripts.close()
    return report


def written(report: ProbeReport, folder: Path) -> None:
    """Write everything that tieback makes of a report."""
    with Workspace.open(folder / "workspace") as workspace, ProbeWriter(workspace.lake, "run-1") as writer:
        writer.add(report)
    document = probe_report([report], GRANT, "audit.jsonl")
    # The PDF is printed from the HTML page.
    for renderer in (one for one in renderers() if one.meta.name != "pdf"):
        out = io.BytesIO()
        renderer.render(document, out)
        (folder / f"report.{renderer.meta.name}").write_bytes(out.getvalue())
    (detector,) = detectors()
    stores = assess_exposures([report], {}, detector)
    (folder / "report.probe").write_bytes(msgspec.json.encode((report, stores)) + repr((report, stores)).encode())


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("store", few(STORES, 3), ids=[store.probe for store in STORES])
async def test_planted_values_are_in_no_output(
    store: SampledStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        report = await probed(store, tmp_path)
        read = [container for container in report.containers if container.sampled is not None]
        assert read, report
        assert "email" in {
            field.verdict.pii_class for container in read if container.sampled for field in container.sampled.fields
        }
        assert report.own_people is not None
        assert report.own_people.at_least == store.people
        written(report, tmp_path)
    outputs = {**files(tmp_path), Path("log"): caplog.text.encode()}
    assert len(outputs) >= len(renderers())
    for path, data in outputs.items():
        for part in (*PLANTED, OWN):
            assert part.lower().encode() not in data.lower(), (path, part)


def test_every_probe_that_reads_records_is_here() -> None:
    readers = {probe.meta.name for probe in PROBES if sampler(probe.meta.name) is not None}
    assert readers == {store.probe for store in STORES} | set(REAL)
