"""Parse Server, a real one before a real mongod: what its permissions show to whoever has the app.

From npm into ``.cache/test-servers/parse`` (a folder of its own: 190 MB); skipped where it is not there.
"""

import json
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.examples import few
from tests.lab.direct import open_directly
from tests.lab.patient import PATIENT
from tests.lab.ports import free_port
from tieback.lab.mongod import start_mongod
from tieback.lab.process import Launch, RunningServer, launch, stop
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.model.public_key import PublicKey
from tieback.probes.choose import probe_named
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Target
from tieback.scope.dialer import Dialer

pytestmark = pytest.mark.servers

HOST = "127.0.0.1"
PEOPLE = 137
APPLICATION = "kZ8rQ2mVx7Lw0pTn5Yb3"
MASTER = "the test's own, to load the data with"
SERVER = Path(__file__).parents[2] / ".cache" / "test-servers" / "parse/node_modules/parse-server/bin/parse-server"
CLOSED: dict[str, dict[str, bool]] = {"find": {}, "get": {}, "count": {}, "create": {}}


def call(port: int, verb: str, path: str, body: object = None) -> None:
    """The test's own client, which loads the data."""
    asked = urllib.request.Request(f"http://{HOST}:{port}{path}", json.dumps(body).encode(), method=verb)
    for name, value in (("Application-Id", APPLICATION), ("Master-Key", MASTER)):
        asked.add_header(f"X-Parse-{name}", value)
    asked.add_header("Content-Type", "application/json")
    with open_directly(asked, timeout=20) as answer:
        answer.read()


def answers(port: int) -> bool | None:
    try:
        with open_directly(f"http://{HOST}:{port}/parse/health", timeout=5) as answer:
            return True if answer.status == 200 else None
    except urllib.error.HTTPError:
        return None


@pytest.fixture(scope="module")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    node = shutil.which("node")
    if node is None or not SERVER.exists():
        pytest.skip("Parse Server is not installed here (npm: parse-server)")
    mongod = start_mongod(tmp_path_factory.mktemp("parse-mongod"), HOST, free_port())
    directory = tmp_path_factory.mktemp("parse")
    port = free_port()
    argv = (
        *(os.path.realpath(node), str(SERVER), "--appId", APPLICATION, "--masterKey", MASTER, "--mountPath", "/parse"),
        *("--databaseURI", f"mongodb://{HOST}:{mongod.port}/app", "--port", str(port), "--host", HOST),
        *("--logsFolder", str(directory / "logs")),
    )
    try:
        # npm's folder may be readable to its owner only: as the tests run, not as nobody.
        process, _ = launch(Launch(argv, directory, HOST, port, seconds=60), lambda: answers(port))
        server = RunningServer("parse-server", "", HOST, port, process, emulation=False, directory=str(directory))
        try:
            for n in range(PEOPLE):
                call(port, "POST", "/parse/classes/Order", {"pin": n})
            call(port, "POST", "/parse/schemas/Secret", {"className": "Secret", "classLevelPermissions": CLOSED})
            call(port, "POST", "/parse/classes/Hidden", {"a": 1, "ACL": {}})
            yield server
        finally:
            stop(server)
    finally:
        stop(mongod)


KEYS = [{"kind": "parse", "value": APPLICATION, "services": ["parse"]}]


@pytest.mark.parametrize(
    ("names", "access", "records"),
    few(
        [
            (["Order"], Access.OPEN, {"Order": PEOPLE, "_User": None}),
            (["Order", "Secret"], Access.PARTIAL, {"Order": PEOPLE, "_User": None}),
            (["Secret", "NotThere"], Access.AUTH_REQUIRED, {"_User": None}),
            # Each object's own permissions hide it from the count too.
            (["Hidden"], Access.UNKNOWN, {"Hidden": None, "_User": None}),
        ],
        2,
    ),
)
def test_what_its_permissions_show(
    ask: Callable[..., Any], parse: RunningServer, names: list[str], access: Access, records: dict[str, int | None]
) -> None:
    probe = probe_named("parse")
    assert probe is not None
    report: ProbeReport = ask(probe, parse, Depth.DESCRIBE, names=names, keys=KEYS, service="parse", scans=True).report
    assert (report.outcome, report.product, report.access) == (Outcome.OK, "parse-server", access)
    assert {one.name: one.records.value if one.records else None for one in report.containers} == records


async def test_through_the_dialer_only_the_targets_own_key_passes(tmp_path: Path, parse: RunningServer) -> None:
    probe = probe_named("parse")
    assert probe is not None
    rules = (TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE, scans=True),)
    grant = Grant("the test", "sec@example.test", date(2999, 1, 1), rules, limits=PATIENT)
    own = Target(HOST, parse.port, "parse", names=("Order",), scans=True, keys=(PublicKey("parse", APPLICATION),))
    other = Target(
        HOST, parse.port, "parse", names=("Order",), scans=True, keys=(PublicKey("parse", "somebody-elses"),)
    )
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        dialer = Dialer(grant, audit)
        found, _ = await dialer.converse(own, probe.run(own, Depth.ENUMERATE), probe.meta.sends, depth=Depth.ENUMERATE)
        fault, _ = await dialer.converse(
            other, probe.run(own, Depth.ENUMERATE), probe.meta.sends, depth=Depth.ENUMERATE
        )
    assert found.access is Access.OPEN
    assert not fault.access.exposed
    assert any("not a public key of the target" in problem for problem in fault.problems)
