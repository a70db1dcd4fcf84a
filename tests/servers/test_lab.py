"""The lab with its wheels' servers: what it loaded is there, it listens on loopback only, and nothing stays behind.

Every server of this machine: see ``test_lab_oracle.py``.
"""

import http.client
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("pymongo")
pytest.importorskip("osmem_server")

from pymongo.errors import OperationFailure

from tests.lab.ports import free_subnet
from tieback.lab import postgres as postgres_module
from tieback.lab.mongod import client
from tieback.lab.osmem import request as es
from tieback.lab.postgres import psql
from tieback.lab.process import RunningServer, is_running, stamp
from tieback.lab.state import Lab, LabServer
from tieback.lab.store import LAB_ACCOUNT, ServerProgram
from tieback.lab.stores import STORES
from tieback.lab.up import StartResult, up
from tieback.lab.valkey import pipeline
from tieback.model.errors import LabError
from tieback.scope.grant import load_grant

pytestmark = pytest.mark.servers

SUBNET = free_subnet()
"""Of our own, so that a lab that runs on this machine is not in the way."""


WHEELS = tuple(
    store.name
    for store in STORES
    if store.server
    in (
        ServerProgram.OSMEM,
        ServerProgram.MONGOD,
        ServerProgram.POSTGRES,
        ServerProgram.VALKEY,
        ServerProgram.WORKHUB_API,
    )
)


class Running:
    """A lab with everything up."""

    def __init__(self, lab: Lab, raised: list[StartResult]) -> None:
        self.lab = lab
        self.raised = raised
        self.servers: dict[str, RunningServer] = {one.store.name: one.server for one in raised if one.server}


def quiet(_: StartResult) -> None:
    """Nobody listens."""


def bring_down(lab: Lab) -> None:
    with lab.locked():
        lab.stop_all()
        lab.purge()


@pytest.fixture(scope="module")
def all_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    try:
        yield Running(lab, up(lab, quiet, WHEELS, subnet=SUBNET))
    finally:
        bring_down(lab)


@pytest.fixture
def own_lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path / "lab")
    try:
        yield lab
    finally:
        bring_down(lab)


def test_every_store_comes_up(all_up: Running) -> None:
    assert [one.error for one in all_up.raised] == [None] * len(WHEELS)
    assert {standing.name for standing in all_up.lab.statuses() if standing.up} == set(WHEELS)


def test_truth_is_what_was_loaded(all_up: Running) -> None:
    truth: dict[str, Any] = msgspec.json.decode(all_up.lab.truth.read_bytes())
    assert truth["schema"] == "tieback/lab-truth/1"
    assert sorted(truth["stores"]) == sorted(WHEELS)
    workhub = truth["stores"]["workhub"]
    assert (workhub["records"], workhub["address"], workhub["access"]) == (3500, f"127.77.{SUBNET}.20", "open")
    assert {"path": ["workhub", "employees"], "records": 2500} in workhub["containers"]
    assert truth["stores"]["fieldhand"]["emulation"] is True


def test_the_servers_listen_on_their_own_address_only(all_up: Running) -> None:
    for name, server in all_up.servers.items():
        assert listening(server.pid) == {f"{server.address}:{server.port}"}, name


def test_mongod_contains_the_records(all_up: Running) -> None:
    server = all_up.servers["workhub"]
    with client(server.address, server.port) as connection:
        counts = {
            name: connection.workhub[name].count_documents({}) for name in connection.workhub.list_collection_names()
        }
    assert counts == {"employees": 2500, "visitors": 400, "bookings": 600}


def test_protected_mongod_requires_authentication(all_up: Running) -> None:
    server = all_up.servers["mongo-protected"]
    with client(server.address, server.port) as connection, pytest.raises(OperationFailure, match="requires auth"):
        connection.reception.visitors.count_documents({})
    with client(server.address, server.port, login=LAB_ACCOUNT) as connection:
        assert connection.reception.visitors.count_documents({}) == 400


def test_ransomed_stores_contain_only_a_note(all_up: Running) -> None:
    mongod, osmem = all_up.servers["mongo-ransomed"], all_up.servers["osmem-ransomed"]
    with client(mongod.address, mongod.port) as connection:
        names = set(connection.list_database_names()) - {"admin", "config", "local"}
        assert names == {"READ__ME_TO_RECOVER_YOUR_DATA"}
    indices = es(osmem.address, osmem.port, "GET", "/_cat/indices?format=json")
    assert [(row["index"], row["docs.count"]) for row in indices] == [("read_me", "1")]


def test_the_empty_stores_are_empty(all_up: Running) -> None:
    mongod, osmem = all_up.servers["mongo-empty"], all_up.servers["osmem-empty"]
    with client(mongod.address, mongod.port) as connection:
        assert set(connection.list_database_names()) <= {"admin", "config", "local"}
    assert es(osmem.address, osmem.port, "GET", "/_cat/indices?format=json") == []


def test_search_engine_contains_the_machines(all_up: Running) -> None:
    server = all_up.servers["fieldhand"]
    counts = {n: es(server.address, server.port, "GET", f"/{n}/_count")["count"] for n in ("machines", "operators")}
    assert counts == {"machines": 1200, "operators": 150}


def test_postgres_requires_a_password(all_up: Running) -> None:
    server = all_up.servers["tillroll"]
    with pytest.raises(LabError, match="no password supplied"):
        psql(server, "SELECT 1", database="tillroll")
    count = psql(server, "SELECT count(*) FROM customers", password=LAB_ACCOUNT.password, database="tillroll")
    assert count == "1000\n"


def test_postgres_with_trust_requires_no_password(all_up: Running) -> None:
    server = all_up.servers["postgres-trust"]
    assert psql(server, "SELECT reltuples FROM pg_class WHERE relname = 'customers'", database="loyalty") == "1000\n"


def test_valkey_open_and_protected(all_up: Running) -> None:
    server, protected = all_up.servers["valkey-open"], all_up.servers["valkey-protected"]
    assert pipeline(server.address, server.port, [("DBSIZE",)]) == [b"500"]
    with pytest.raises(LabError, match="NOAUTH"):
        pipeline(protected.address, protected.port, [("DBSIZE",)])


@pytest.mark.parametrize(("path", "status"), [("/v1/health", 200), ("/v1/me", 401), ("/v1/badges/me", 401), ("/", 404)])
def test_the_api_answers_and_gives_nothing(path: str, status: int, all_up: Running) -> None:
    server = all_up.servers["workhub-api"]
    trust = ssl.create_default_context(cafile=f"{server.directory}/certificate.pem")
    connection = http.client.HTTPSConnection(server.address, server.port, timeout=5, context=trust)
    connection.request("GET", path)
    assert connection.getresponse().status == status
    connection.close()


def test_a_second_up_starts_nothing(all_up: Running) -> None:
    again = up(all_up.lab, quiet, WHEELS)
    assert all(one.already for one in again)
    assert {one.store.name: one.server for one in again} == all_up.servers


def test_down_leaves_nothing_and_up_takes_the_data_over(own_lab: Lab) -> None:
    names = ("tillroll", "mongo-protected", "valkey-protected", "workhub-api")
    first = up(own_lab, quiet, names, subnet=another_subnet())
    assert [one.error for one in first] == [None] * 4
    with own_lab.locked():
        stopped, failed = own_lab.stop_all()
    assert (sorted(stopped), failed) == (sorted(names), [])
    assert processes_of(own_lab, first) == []

    second = {one.store.name: one.loaded for one in up(own_lab, quiet, names)}
    # Valkey keeps nothing on disk.
    assert second == {"tillroll": False, "mongo-protected": False, "valkey-protected": True, "workhub-api": False}


@pytest.mark.more
def test_a_server_that_was_killed_comes_up_again(own_lab: Lab) -> None:
    (first,) = up(own_lab, quiet, ("tillroll",), subnet=another_subnet())
    assert first.server is not None
    os.kill(first.server.pid, signal.SIGKILL)
    os.waitpid(first.server.pid, 0)
    assert not any(standing.up for standing in own_lab.statuses())
    (second,) = up(own_lab, quiet, ("tillroll",))
    assert second.error is None
    assert not second.loaded
    assert second.server != first.server


def test_down_finds_the_servers_of_an_up_that_was_killed(own_lab: Lab) -> None:
    code = (
        "import sys, pathlib; from tieback.lab.state import Lab; from tieback.lab.up import up;"
        "up(Lab(pathlib.Path(sys.argv[1])), print, ('mongo-empty', 'valkey-open'), subnet=int(sys.argv[2]))"
    )
    argv = [sys.executable, "-c", code, str(own_lab.directory), str(another_subnet())]
    record = own_lab.store_directory("mongo-empty") / "process.json"
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as command:
        while command.poll() is None and not (record.exists() and record.stat().st_size):
            time.sleep(0.005)
        command.kill()
    (own_lab.directory / "state.json").unlink(missing_ok=True)
    with own_lab.locked():
        stopped, failed = own_lab.stop_all()
    assert "mongo-empty" in stopped
    assert failed == []
    # A server that was not yet told to begin ends by itself, a moment after whoever would have told it.
    deadline = time.monotonic() + 10
    while processes_of(own_lab, []) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(own_lab, []) == []


@pytest.mark.more
def test_port_in_use_fails_only_one_store(own_lab: Lab) -> None:
    subnet = another_subnet()
    blocker = Lab(own_lab.directory.parent / "other")
    try:
        up(blocker, quiet, ("valkey-open",), subnet=subnet)
        raised = {one.store.name: one for one in up(own_lab, quiet, ("valkey-open", "valkey-protected"), subnet=subnet)}
    finally:
        bring_down(blocker)
    error = raised["valkey-open"].error
    assert error is not None
    where = f"127.77.{subnet}.40:6379: the port is in use by process "
    assert error.diagnostics().startswith(where)
    assert f" of the lab in {blocker.directory}. Stop the program on this port, or choose" in error.diagnostics()
    # What the other lab runs is not in the grant of this one.
    grant = load_grant(own_lab.grant)
    assert set(grant.hosts) == {"valkey-protected.lab.test"}
    assert [rule.match for rule in grant.target] == [f"127.77.{subnet}.41"]
    assert raised["valkey-protected"].error is None


@pytest.mark.more
@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_postgres_runs_from_a_copy_where_its_user_cannot_reach_the_wheel(
    own_lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "is_reachable", lambda *_: False)
    (raised,) = up(own_lab, quiet, ("postgres-trust",), subnet=another_subnet())
    assert raised.error is None
    assert raised.server is not None
    assert "/install-" in raised.server.process.executable
    assert Path(f"/proc/{raised.server.pid}").stat().st_uid != 0


def another_subnet() -> int:
    return free_subnet()


def listening(pid: int) -> set[str]:
    """``address:port`` of every TCP socket on which the process listens, from ``/proc`` (proc_pid_net(5))."""
    inodes = {link[8:-1] for link in _links(Path(f"/proc/{pid}/fd")) if link.startswith("socket:[")}
    found = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in inodes:
            address, port = fields[1].split(":")
            octets = reversed(bytes.fromhex(address))
            found.add(f"{'.'.join(map(str, octets))}:{int(port, 16)}")
    for line in Path(f"/proc/{pid}/net/tcp6").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in inodes:
            found.add(f"[{fields[1]}]")
    return found


def _links(directory: Path) -> list[str]:
    links = []
    for path in directory.iterdir():
        try:
            links.append(str(path.readlink()))
        except FileNotFoundError:
            continue
    return links


def processes_of(lab: Lab, raised: list[StartResult]) -> list[str]:
    """Command lines of live processes that the lab started or that name its directory."""
    left = [one.server.process.executable for one in raised if one.server and is_running(one.server.process)]
    places = {str(lab.directory)} | {one.server.directory for one in raised if one.server}
    for path in Path("/proc").glob("[0-9]*"):
        if int(path.name) == os.getpid() or stamp(int(path.name)) is None:
            continue
        try:
            command = (path / "cmdline").read_bytes().decode("utf-8", "replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if any(place in command for place in places):
            left.append(command)
    return left


def test_store_entry_names_its_log_file(all_up: Running) -> None:
    entry: LabServer = all_up.lab.entries()["workhub"]
    assert (Path(entry.server.directory) / "server.log").stat().st_size > 0
