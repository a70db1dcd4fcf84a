"""Recordings of real servers' answers: replayed they give the report that the server gave.

With ``TIEBACK_RECORD=1`` the recordings that the unit tests and the hostile tests start from are written anew, to
``tests/unit/probes/recorded``.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tieback.lab.process import RunningServer
from tieback.model.grant import Depth
from tieback.model.probe import ProbeReport
from tieback.probes import PROBES
from tieback.probes.playback import Peer, play, replaying
from tieback.scope.conversation import Target

pytestmark = pytest.mark.servers

RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"

RECORDINGS = [
    # file, fixture, probe, passwordless
    ("mongodb-open", "mongo_open", "mongodb", ()),
    ("mongodb-auth", "mongo_auth", "mongodb", ()),
    ("postgresql-open", "postgres_trust", "postgresql", ("postgres",)),
    ("postgresql-auth", "postgres_scram", "postgresql", ("postgres",)),
    ("redis-open", "valkey_open", "redis", ()),
    ("redis-auth", "valkey_auth", "redis", ()),
    ("elasticsearch-open", "opensearch_emulation", "elasticsearch", ()),
    ("mysql-open", "mariadb_closed", "mysql", ("root",)),
    ("mysql-auth", "mariadb_closed", "mysql", ()),
]


@pytest.mark.parametrize(("file", "fixture", "name", "passwordless"), RECORDINGS)
def test_a_replay_gives_the_same_report(
    ask: Callable[..., Any],
    request: pytest.FixtureRequest,
    file: str,
    fixture: str,
    name: str,
    passwordless: tuple[str, ...],
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    probe = next(probe for probe in PROBES if probe.meta.name == name)
    asked = ask(probe, server, Depth.DESCRIBE, passwordless=passwordless)
    target = Target(server.address, server.port, passwordless=passwordless)
    peer = Peer(replaying(asked.answers), greeting=asked.greeting)
    replayed: ProbeReport = play(probe.run(target, Depth.DESCRIBE), peer, probe.meta.sends).result
    assert replayed == asked.report
    assert {proof.asked for proof in replayed.proofs} <= {send.name for send in probe.meta.sends}
    if os.environ.get("TIEBACK_RECORD") == "1":
        RECORDED.mkdir(exist_ok=True)
        text = {"greeting": asked.greeting, "answers": [_impersonal(answer) for answer in asked.answers]}
        (RECORDED / f"{file}.json").write_bytes(msgspec.json.format(msgspec.json.encode(text)) + b"\n")


def _impersonal(answer: bytes) -> bytes:
    """Without the paths of the machine that recorded it; as long as before."""
    return re.sub(rb"(?<=:)/(?!/)[A-Za-z0-9_./-]{4,}", lambda found: b"/" + b"x" * (len(found[0]) - 1), answer)
