"""Records of OpenLDAP, Mosquitto and Tansu (an emulation of Kafka), read only at depth ``sample``: nothing stays."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.lab.patient import PATIENT
from tests.servers.test_probe_binary_stores import Serve, mosquitto, program, serve, slapd_open, tool
from tests.servers.test_probe_kafka import broker, produce, run_topic_tool
from tieback.lab.process import RunningServer
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import ProbeReport
from tieback.pipeline.probing.samples import SampleJudge
from tieback.pipeline.probing.service import probe_one
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer
from tieback.scope.transcript import TranscriptFile

pytestmark = pytest.mark.servers

__all__ = ["serve", "slapd_open"]
"""Fixtures."""
PEOPLE = 20


@pytest.fixture(scope="module")
def kafka_people() -> Iterator[RunningServer]:
    for server in broker():
        run_topic_tool(server.port, "people")
        for n in range(PEOPLE):
            produce(server.port, "people", 0, 1, json.dumps({"c2": f"p{n}@hr.test", "c1": "secret"}).encode())
        yield server


@pytest.fixture(scope="module")
def mosquitto_people(serve: Serve) -> RunningServer:
    """It publishes no statistics, so the number of messages comes from reading them."""
    server = mosquitto(serve, "allow_anonymous true\nsys_interval 0\n")
    publish = program("mosquitto_pub", "Debian: mosquitto-clients")
    for n in range(PEOPLE):
        text = json.dumps({"c2": f"p{n}@hr.test", "c1": "secret"})
        tool((publish, "-h", server.address, "-p", str(server.port), "-r", "-t", f"people/{n}", "-m", text))
    return server


async def probed(server: RunningServer, service: str, folder: Path, depth: Depth) -> ProbeReport:
    rules = (TargetRule("127.0.0.0/8", "any", depth),)
    grant = Grant("the test", "s@example.test", date(2999, 1, 1), rules, limits=PATIENT)
    candidate = Candidate(server.address, server.port, service, Route.NAMED, (), "the test")
    transcripts = TranscriptFile(folder / "transcripts.jsonl", grant)
    with AuditLog(folder / "audit.jsonl") as audit:
        dialer = Dialer(grant, audit, transcripts=transcripts)
        report = await probe_one(candidate, dialer, grant, samples=SampleJudge())
    transcripts.close()
    return report


CASES = [
    # fixture, service, container, field with addresses, fields that are not read
    ("slapd_open", "ldap", "ou=People", "mail", {"userpassword", "objectclass"}),
    ("kafka_people", "kafka", "people", "c2", set[str]()),
    ("mosquitto_people", "mqtt", "retained", "c2", set[str]()),
]


@pytest.mark.parametrize(("fixture", "service", "container", "field", "unread"), CASES, ids=[one[0] for one in CASES])
async def test_values_are_classified_and_nothing_of_them_stays(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    fixture: str,
    service: str,
    container: str,
    field: str,
    unread: set[str],
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    before = await probed(server, service, tmp_path, Depth.DESCRIBE)
    assert all(one.sampled is None for one in before.containers)
    report = await probed(server, service, tmp_path, Depth.SAMPLE)
    found = next(one.sampled for one in report.containers if one.path[-1] == container)
    assert found is not None
    assert [one.field for one in found.fields if one.verdict.pii_class == "email"] == [field]
    assert not unread & {one.field for one in found.fields}
    assert report.people >= PEOPLE
    for data in (repr(report).encode(), *contents(tmp_path)):
        assert b"@hr.test" not in data
        assert b"secret" not in data


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
