"""Records of real stores that speak HTTP, read only at depth ``sample``: classes remain, and no value anywhere.

PouchDB Server (of CouchDB), Azurite and fake-gcs-server are emulations. Servers that are not installed are skipped.
"""

import json
import urllib.error
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from tests.examples import few
from tests.lab.object_stores import gcs_store
from tests.lab.patient import PATIENT
from tests.servers.test_probe_http_stores import (
    ACCOUNT,
    HOST,
    Serve,
    azurite,
    call,
    chroma,
    chroma_open,
    influxdb_open,
    pocketbase,
    pouchdb_open,
    put_blob,
    s3_open,
    serve,
)
from tests.servers.test_probe_parse import APPLICATION, parse
from tests.servers.test_probe_parse import call as call_parse
from tieback.backends.probe_hints import ProbeHints
from tieback.lab.people import synthetic_rows
from tieback.lab.process import RunningServer
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Container, ProbeReport
from tieback.model.public_key import PublicKey
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.service import probe_one
from tieback.probes.choose import sampler
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Target
from tieback.scope.dialer import Dialer
from tieback.scope.transcript import TranscriptFile

pytestmark = pytest.mark.servers

__all__ = ["azurite", "chroma_open", "influxdb_open", "parse", "pocketbase", "pouchdb_open", "s3_open", "serve"]
"""Fixtures."""
LAST = date(2999, 1, 1)
PEOPLE = [{"c1": str(row["full_name"]), "c2": str(row["email"])} for row in synthetic_rows("customers", 40)]
CSV = "c1,c2,id\n" + "".join(f"{row['c1']},{row['c2']},{n}\n" for n, row in enumerate(PEOPLE))
CHROMA = "/api/v2/tenants/default_tenant/databases/default_database/collections"


def load(server: RunningServer, product: str) -> None:
    """Add people under names that say nothing."""
    port = server.port
    match product:
        case "couchdb":
            call(port, "PUT", "/t1")
            call(port, "POST", "/t1/_bulk_docs", {"docs": [*PEOPLE, {"_id": "_design/x", "views": {}}]})
        case "chroma":
            made = json.loads(call(port, "POST", CHROMA, {"name": "tab1"}))
            records = {
                "ids": [f"p{n}" for n in range(len(PEOPLE))],
                "embeddings": [[1.0, 2.0]] * len(PEOPLE),
                "metadatas": PEOPLE,
                "documents": ["secret"] * len(PEOPLE),
            }
            call(port, "POST", f"{CHROMA}/{made['id']}/add", records)
        case "influxdb":
            lines = "\n".join(f't1,c2={row["c2"]} c1="{row["c1"]}" {n + 1}' for n, row in enumerate(PEOPLE))
            call(port, "POST", "/write?db=hr", lines.encode(), {"Content-Type": "text/plain"})
        case "s3":
            with suppress(urllib.error.HTTPError):  # it is there if the test runs once more
                call(port, "PUT", "/pub")
            call(port, "PUT", "/pub/a%20b/people.csv", CSV.encode())
            call(port, "PUT", "/pub/c/people.json", json.dumps(PEOPLE).encode())
        case "azurite":
            put_blob(port, "/pub", "restype=container", b"", {"x-ms-blob-public-access": "container"})
            put_blob(port, "/pub/a/people.csv", "", CSV.encode(), {"x-ms-blob-type": "BlockBlob"})
        case "parse":
            for row in PEOPLE[:20]:
                call_parse(port, "POST", "/parse/classes/T1", row)


async def probed(
    server: RunningServer, service: str, folder: Path, names: tuple[str, ...], depth: Depth
) -> ProbeReport:
    grant = Grant(
        authorised_by="the test",
        contact="security@example.test",
        not_after=LAST,
        target=(TargetRule("127.0.0.0/8", "any", depth),),
        limits=PATIENT,
    )
    keys = (PublicKey("parse", APPLICATION, (service,)),) if service == "parse" else ()
    hints = ProbeHints(tuple((service, name) for name in names), keys)
    candidate = Candidate(HOST, server.port, service, Route.NAMED, (), "the test")
    transcripts = TranscriptFile(folder / "transcripts.jsonl", grant)
    with AuditLog(folder / "audit.jsonl") as audit:
        dialer = Dialer(grant, audit, transcripts=transcripts)
        report = await probe_one(candidate, dialer, grant, hints, samples=SampleJudge())
    transcripts.close()
    return report


CASES = [
    # fixture, probe, what the app names, container, fields with addresses
    ("pouchdb_open", "couchdb", (), "t1", {"c2"}),
    ("chroma_open", "chroma", (), "default_database.tab1", {"c2"}),
    ("influxdb_open", "influxdb", (), "hr.t1", {"c2"}),
    ("pocketbase", "pocketbase", ("people",), "people", {"email"}),
    ("s3_open", "s3", ("pub",), "pub", {"*.csv.c2", "*.json.c2"}),
    ("azurite", "azurite", (f"{ACCOUNT}/pub",), f"{ACCOUNT}/pub", {"*.csv.c2"}),
    ("parse", "parse", ("T1",), "T1", {"c2"}),
]


@pytest.mark.parametrize(
    ("fixture", "service", "names", "container", "fields"), few(CASES, 2), ids=[one[0] for one in CASES]
)
async def test_values_are_classified_and_nothing_of_them_stays(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    fixture: str,
    service: str,
    names: tuple[str, ...],
    container: str,
    fields: set[str],
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    load(server, service)
    before = await probed(server, service, tmp_path, names, Depth.DESCRIBE)
    assert all(one.sampled is None for one in before.containers)
    report = await probed(server, service, tmp_path, names, Depth.SAMPLE)
    found = next(one.sampled for one in report.containers if one.name == container)
    assert found is not None
    assert {one.field for one in found.fields if one.verdict.pii_class == "email"} == fields
    kept = [repr(report).encode(), *contents(tmp_path)]
    for row in PEOPLE:
        assert not any(value.encode() in data for value in row.values() for data in kept)
    assert not any(b"@hr.test" in data for data in kept)


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_chroma_describes_the_metadata_of_records(serve: Serve, tmp_path: Path) -> None:
    server = chroma(serve)
    load(server, "chroma")
    (found,) = (await probed(server, "chroma", tmp_path, (), Depth.DESCRIBE)).containers
    assert {(field.name, field.type) for field in found.fields} == {("c1", "string"), ("c2", "string")}
    assert found.sampled is None


async def test_objects_of_a_bucket_of_google_cloud_storage(tmp_path: Path) -> None:
    """An emulation, which lacks the header fields that the probe recognises the service by."""
    reader = sampler("gcs")
    assert reader is not None
    with gcs_store(tmp_path) as store:
        store.put("a b/people.csv", CSV.encode())
        target = Target(HOST, int(store.environment["GOOGLE_BASE_URL"].rpartition(":")[2]), "gcs")
        bucket = Container((store.url.removeprefix("gs://").strip("/"),), "bucket")
        grant = Grant(
            "the test",
            "s@example.test",
            LAST,
            (TargetRule("127.0.0.0/8", "any", Depth.SAMPLE),),
            limits=PATIENT,
        )
        with AuditLog(tmp_path / "audit.jsonl") as audit:
            found, _ = await Dialer(grant, audit).converse(
                target, reader.sample(target, (bucket,), ""), reader.meta.sends, depth=Depth.SAMPLE, sample=True
            )
    assert {column.field for column in found} == {"*.csv.c1", "*.csv.c2", "*.csv.id"}
