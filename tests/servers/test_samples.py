"""Records of real stores, read only at depth ``sample``: classes, counts and masks remain, and no value anywhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.examples import few
from tests.lab.ports import free_port
from tests.lab.stores import HOST, LOOPBACK, mariadb, stopped_after
from tieback.assess.exposures import assess_exposures
from tieback.lab.mongod import client, start_mongod
from tieback.lab.osmem import request as es
from tieback.lab.osmem import start_osmem
from tieback.lab.people import synthetic_rows
from tieback.lab.postgres import psql, start_postgres
from tieback.lab.process import RunningServer
from tieback.lab.valkey import pipeline, start_valkey
from tieback.model.backend import Candidate, Route
from tieback.model.exposure import Exposure
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.pii import ClassificationBasis
from tieback.model.probe import ProbeReport
from tieback.pii import detectors
from tieback.pipeline.probing.targets import ProbeRunSettings, probe_targets, replay

pytestmark = pytest.mark.servers

COUNT = 60
# Names of fields that say nothing; `sms_status` says something else than its values are.
FIELDS = ("c1", "c2", "c3", "c4", "sms_status")


def people() -> list[dict[str, str]]:
    """Made-up people: a name, an address, a telephone, the form of a bcrypt hash, and a state."""
    return [
        {
            "c1": str(row["full_name"]),
            "c2": str(row["email"]),
            "c3": str(row["phone"]),
            "c4": f"$2b$12${'abcdefghij' * 5}{place:03d}",
            "sms_status": ("sent", "queued", "failed")[place % 3],
        }
        for place, row in enumerate(synthetic_rows("customers", COUNT))
    ]


def insert(table: str) -> str:
    values = ",".join("(" + ",".join(f"'{row[name]}'" for name in FIELDS) + ")" for row in people())
    return f"INSERT INTO {table} VALUES {values}"


COLUMNS = ", ".join(f"{name} varchar(100)" for name in FIELDS)


@pytest.fixture(scope="module")
def mongo_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_mongod(tmp_path_factory.mktemp("mongo-sample"), HOST, free_port())) as server:
        with client(HOST, server.port) as connection:
            connection["data"]["t1"].insert_many(
                {"in": {"list": [{"c2": row.pop("c2")}], "c3": row.pop("c3")}, **row} for row in people()
            )
        yield server


@pytest.fixture(scope="module")
def postgres_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_postgres(tmp_path_factory.mktemp("pg-sample"), HOST, free_port())) as server:
        psql(server, "CREATE DATABASE data")
        psql(server, f"CREATE TABLE t1 ({COLUMNS}); {insert('t1')}; ANALYZE", database="data")
        yield server


@pytest.fixture(scope="module")
def mariadb_people() -> Iterator[RunningServer]:
    yield from mariadb(
        "mariadb-sample",
        f"CREATE DATABASE data; USE data; CREATE TABLE t1 ({COLUMNS}); {insert('t1')}; ANALYZE TABLE t1;"
        "CREATE USER ''@'127.0.0.1'; GRANT SELECT ON data.* TO ''@'127.0.0.1';",
    )


@pytest.fixture(scope="module")
def opensearch_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_osmem(tmp_path_factory.mktemp("osmem-sample"), HOST, free_port())) as server:
        es(HOST, server.port, "PUT", "/t1", b'{"mappings":{"properties":{"c1":{"type":"text"}}}}')
        lines = "".join('{"index":{}}\n' + json.dumps(row) + "\n" for row in people())
        es(HOST, server.port, "POST", "/t1/_bulk?refresh=true", lines.encode())
        yield server


@pytest.fixture(scope="module")
def valkey_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with stopped_after(start_valkey(tmp_path_factory.mktemp("valkey-sample"), HOST, free_port())) as server:
        half = len(people()) // 2
        commands: list[tuple[str | bytes, ...]] = []
        for place, row in enumerate(people()):
            if place < half:
                commands.append(("HSET", f"t1:{place}", *(part for item in row.items() for part in item)))
            else:
                commands.append(("SET", f"doc:{row['c2']}", json.dumps(row)))
        pipeline(HOST, server.port, commands)
        yield server


SERVERS = ["mongo_people", "postgres_people", "mariadb_people", "opensearch_people", "valkey_people"]
CLASSES = {"person_name", "email", "phone", "password"}


def grant(depth: Depth) -> Grant:
    return msgspec.structs.replace(LOOPBACK, target=(TargetRule("127.0.0.0/8", "any", depth, ("postgres",)),))


async def asked(server: RunningServer, depth: Depth, folder: Path) -> ProbeReport:
    candidate = Candidate(server.address, server.port, server.product, Route.NAMED, (), "the test")
    asking = ProbeRunSettings(folder / "audit.jsonl", folder / "t.jsonl")
    (report,) = [one async for one in probe_targets([candidate], grant(depth), asking)]
    return report


def exposure(report: ProbeReport) -> Exposure:
    (detector,) = detectors()
    (found,) = assess_exposures([report], {}, detector)
    return found


def samples_sent(folder: Path) -> int:
    """How many conversations sent what asks for values."""
    lines = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    names = ("a sample", "SCAN 0 COUNT 40", "_search?size=50")
    return sum(any(name in json.dumps(line) for name in names) for line in lines if line["event"] == "end")


def everything_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("fixture", few(SERVERS, 2))
async def test_values_are_classified_and_nothing_of_them_stays(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    report = await asked(server, Depth.SAMPLE, tmp_path)
    found = exposure(report)
    by_value = {field.pii_class for field in found.fields if field.basis is ClassificationBasis.VALUE}
    assert by_value >= CLASSES, found.fields
    assert not any("sms_status" in field.field for field in found.fields)
    (password,) = [total for total in found.pii if total.pii_class == "password"]
    assert (password.basis, password.details) == (ClassificationBasis.VALUE, ("bcrypt hash",))
    assert found.people is not None
    assert found.people.at_least is not None
    # The account may not see every table of MariaDB: then nothing limits the number of people.
    assert (found.people.at_most is None) == bool(found.unlisted)
    # A key-value server picks the records itself, and some have no person in them.
    most = found.people.at_most or found.people.records
    assert most is not None
    assert 10 <= found.people.at_least.value <= most.value
    assert samples_sent(tmp_path) == 1
    kept = everything_in(tmp_path)
    kept += [msgspec.json.encode(report), msgspec.json.encode(found)]
    for row in people():
        for name in ("c1", "c2", "c3", "c4"):
            written = row[name].encode()
            assert not any(written in data for data in kept if not _names_of_keys(data, fixture)), (name, row)


def _names_of_keys(data: bytes, fixture: str) -> bool:
    """Whether these are the transcripts of Redis: names of keys stand in them, as they do at depth ``describe``."""
    return fixture == "valkey_people" and b"tieback/transcript" in data


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("fixture", SERVERS)
async def test_nothing_is_read_at_less_depth(request: pytest.FixtureRequest, tmp_path: Path, fixture: str) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    report = await asked(server, Depth.DESCRIBE, tmp_path)
    assert samples_sent(tmp_path) == 0
    assert all(container.sampled is None for container in report.containers)
    assert all(field.basis is ClassificationBasis.NAME for field in exposure(report).fields)


async def test_a_replay_knows_what_a_sample_cost(mongo_people: RunningServer, tmp_path: Path) -> None:
    report = await asked(mongo_people, Depth.SAMPLE, tmp_path)
    (again,) = [one async for one in replay(tmp_path / "t.jsonl")]
    assert (again.bytes_sent, again.bytes_read) == (report.bytes_sent, report.bytes_read)
    assert all(container.sampled is None for container in again.containers)
