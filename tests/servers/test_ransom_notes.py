"""Ransom notes in real stores: read once, only where the grant says so, judged, and kept nowhere."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.examples import few
from tests.lab.ports import free_port
from tests.lab.stores import HOST, LOOPBACK, analyse_postgres, mariadb, stopped_after
from tieback.assess.campaigns import find_campaigns
from tieback.assess.exposures import assess_exposures
from tieback.lab.mongod import client, start_mongod
from tieback.lab.osmem import request as es
from tieback.lab.osmem import start_osmem
from tieback.lab.postgres import psql, start_postgres
from tieback.lab.process import RunningServer
from tieback.lab.valkey import pipeline, start_valkey
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import ProbeReport, RansomVerdict
from tieback.pii import detectors
from tieback.pipeline.probing.targets import ProbeRunSettings, probe_targets, replay

pytestmark = pytest.mark.servers

# Made up: the alphabet and length of an address, no valid checksum.
WALLET = "1FakeWaLLetForTestsonLyx9x9x9x9"
MAIL = "x.y@mail.test"
TEXT = f"All your data is a backed up. You must pay 0.017 BTC to {WALLET}. Contact {MAIL} to recover."


@pytest.fixture(scope="module")
def mongo_ransomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_mongod(tmp_path_factory.mktemp("mongo-note"), HOST, free_port())) as server:
        with client(HOST, server.port) as connection:
            connection["READ_ME_TO_RECOVER_YOUR_DATA"]["README"].insert_one({"content": TEXT})
        yield server


@pytest.fixture(scope="module")
def postgres_ransomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_postgres(tmp_path_factory.mktemp("pg-note"), HOST, free_port())) as server:
        psql(server, "CREATE DATABASE readme_to_recover")
        sql = f"CREATE TABLE readme (id int, text text); INSERT INTO readme VALUES (1, '{TEXT}')"
        psql(server, sql, database="readme_to_recover")
        analyse_postgres(server, "readme", 1, "readme_to_recover")
        yield server


@pytest.fixture(scope="module")
def valkey_ransomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_valkey(tmp_path_factory.mktemp("valkey-note"), HOST, free_port())) as server:
        pipeline(HOST, server.port, [("SET", "PLEASE_READ_ME", TEXT)])
        yield server


@pytest.fixture(scope="module")
def opensearch_ransomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_osmem(tmp_path_factory.mktemp("osmem-note"), HOST, free_port())) as server:
        es(HOST, server.port, "PUT", "/read_me", b'{"mappings":{"properties":{"message":{"type":"text"}}}}')
        es(HOST, server.port, "POST", "/read_me/_doc?refresh=true", msgspec.json.encode({"message": TEXT}))
        yield server


@pytest.fixture(scope="module")
def mariadb_ransomed() -> Iterator[RunningServer]:
    columns = "id int PRIMARY KEY, warning varchar(500), Bitcoin_Address varchar(80), Email varchar(80)"
    yield from mariadb(
        "mariadb-note",
        f"CREATE DATABASE PLEASE_READ_ME_XYZ; USE PLEASE_READ_ME_XYZ; CREATE TABLE WARNING ({columns});"
        f"INSERT INTO WARNING VALUES (1, 'recover for 0.017 BTC', '{WALLET}', '{MAIL}'); ANALYZE TABLE WARNING;"
        "CREATE USER ''@'127.0.0.1'; GRANT SELECT ON PLEASE_READ_ME_XYZ.* TO ''@'127.0.0.1';",
    )


SERVERS = ["mongo_ransomed", "postgres_ransomed", "valkey_ransomed", "opensearch_ransomed", "mariadb_ransomed"]


def grant(*, note: bool, depth: Depth = Depth.DESCRIBE) -> Grant:
    rule = TargetRule("127.0.0.0/8", "any", depth, ("postgres",), ransom_note=note)
    return msgspec.structs.replace(LOOPBACK, target=(rule,))


async def asked(server: RunningServer, permission: Grant, folder: Path, record: Path | None = None) -> ProbeReport:
    # Named, so that a busy machine is waited for.
    candidate = Candidate(server.address, server.port, server.product, Route.NAMED, (), "the test")
    (report,) = [
        one async for one in probe_targets([candidate], permission, ProbeRunSettings(folder / "audit.jsonl", record))
    ]
    return report


def everything_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def notes_sent(folder: Path) -> int:
    """How many conversations sent what asks for values."""
    lines = (folder / "audit.jsonl").read_text().splitlines()
    names = ("one note", "GETRANGE", "_search?size=1")
    return sum(any(name in line for name in names) for line in lines if '"end"' in line)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("fixture", few(SERVERS, 3))
async def test_note_is_read_only_if_the_grant_allows_it(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    record = tmp_path / "t.jsonl"
    report = await asked(server, grant(note=True), tmp_path, record)
    assert report.ransom.verdict is RansomVerdict.CONFIRMED, report
    assert {mark.partition(":")[0] for mark in report.ransom.marks} == {"wallet", "amount", "contact"}
    assert notes_sent(tmp_path) == 1
    kept = [*everything_in(tmp_path), msgspec.json.encode(report)]
    for secret in (WALLET, MAIL, "0.017 BTC"):  # times of the audit log may contain the digits
        assert not any(secret.encode() in data for data in kept)
    (replayed,) = [one async for one in replay(record)]
    assert msgspec.structs.replace(replayed, replayed="") == report


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("fixture", SERVERS)
@pytest.mark.parametrize(("note", "depth"), [(False, Depth.DESCRIBE), (True, Depth.ENUMERATE)])
async def test_no_note_is_read_otherwise(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str, note: bool, depth: Depth
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    report = await asked(server, grant(note=note, depth=depth), tmp_path)
    assert report.ransom.verdict in (RansomVerdict.LIKELY, RansomVerdict.SUSPECT, RansomVerdict.NONE)
    assert (report.ransom.verdict is RansomVerdict.LIKELY) or depth is Depth.ENUMERATE
    assert (notes_sent(tmp_path), report.ransom.marks) == (0, ())


async def test_honest_data_is_not_read(mongo_open: RunningServer, valkey_open: RunningServer, tmp_path: Path) -> None:
    for server in (mongo_open, valkey_open):
        report = await asked(server, grant(note=True), tmp_path)
        assert report.ransom.verdict in (RansomVerdict.NONE, RansomVerdict.SUSPECT)
    assert notes_sent(tmp_path) == 0


async def test_the_campaign_shows(
    mongo_ransomed: RunningServer, valkey_ransomed: RunningServer, opensearch_ransomed: RunningServer, tmp_path: Path
) -> None:
    servers = (mongo_ransomed, valkey_ransomed, opensearch_ransomed)
    reports = [await asked(server, grant(note=True), tmp_path) for server in servers]
    (detector,) = detectors()
    (campaign,) = find_campaigns(assess_exposures(reports, {}, detector))
    assert len(campaign.exposures) == 3
