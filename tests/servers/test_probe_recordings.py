"""Transcripts of real servers: replayed without a network they give the report that the server gave.

With ``TIEBACK_RECORD=1`` the transcripts that the unit tests and the hostile tests start from are written anew, to
``tests/unit/probes/recorded``.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tieback.lab.process import RunningServer
from tieback.model.probe import ProbeReport
from tieback.probes import PROBES
from tieback.scope.transcript import read_transcripts

pytestmark = pytest.mark.servers

RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"

RECORDINGS = [
    # file, fixture, probe, passwordless
    ("mongodb-open", "mongo_open", "mongodb", ()),
    ("mongodb-auth", "mongo_auth", "mongodb", ()),
    ("mongodb-tls", "mongo_tls", "mongodb", ()),
    ("postgresql-open", "postgres_trust", "postgresql", ("postgres",)),
    ("postgresql-auth", "postgres_scram", "postgresql", ("postgres",)),
    ("redis-open", "valkey_open", "redis", ()),
    ("redis-auth", "valkey_auth", "redis", ()),
    ("elasticsearch-open", "opensearch_emulation", "elasticsearch", ()),
    ("mysql-open", "mariadb_closed", "mysql", ("root",)),
    ("mysql-auth", "mariadb_closed", "mysql", ()),
]


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize(("file", "fixture", "name", "passwordless"), RECORDINGS)
async def test_a_replay_gives_the_same_report(
    transcribe: Callable[..., Any],
    request: pytest.FixtureRequest,
    file: str,
    fixture: str,
    name: str,
    passwordless: tuple[str, ...],
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    probe = next(probe for probe in PROBES if probe.meta.name == name)
    record = RECORDED / f"{file}.jsonl" if os.environ.get("TIEBACK_RECORD") == "1" else None
    told, replayed = await transcribe(probe, server, record=record, passwordless=passwordless)
    report: ProbeReport = replayed[0]
    assert replayed == told
    assert {proof.asked for proof in report.proofs} <= {send.name for send in probe.meta.sends}


async def test_no_name_of_a_key_is_recorded(
    transcribe: Callable[..., Any], valkey_open: RunningServer, tmp_path: Path
) -> None:
    probe = next(probe for probe in PROBES if probe.meta.name == "redis")
    told, _ = await transcribe(probe, valkey_open)
    assert any(container.fields for container in told[0].containers)
    (transcript,) = read_transcripts(tmp_path / "transcript.jsonl")
    received = b"".join(event.data for line in transcript.lines for event in line.events)
    with socket.create_connection((valkey_open.address, valkey_open.port), 5) as server:
        server.sendall(b"KEYS *\r\n")
        keys = [word for word in server.recv(1 << 20).split(b"\r\n") if any(48 <= letter < 58 for letter in word[1:])]
    names = [key for key in keys if key[:1] not in b"*$"]
    assert len(names) > 3
    assert [name for name in names if name in received] == []
