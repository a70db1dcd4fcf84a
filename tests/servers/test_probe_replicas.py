"""A replica set of real mongods, asked at every member, is one store."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.lab.ports import free_port
from tests.lab.stores import HOST, accepts, stopped_after
from tieback.assess.identity import group_stores
from tieback.lab.process import Launch, RunningServer, launch
from tieback.lab.wheels import program
from tieback.probes.choose import probe_named

pytestmark = pytest.mark.servers


QUICK = {"electionTimeoutMillis": 500, "heartbeatIntervalMillis": 200}


@pytest.fixture(scope="module")
def replica_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningServer]]:
    from pymongo import MongoClient, WriteConcern

    with ExitStack() as stack:
        members = [
            stack.enter_context(stopped_after(_member(tmp_path_factory.mktemp("rs"), free_port()))) for _ in range(2)
        ]
        first: MongoClient[dict[str, Any]] = MongoClient(HOST, members[0].port, directConnection=True)
        hosts = [{"_id": n, "host": f"{HOST}:{one.port}", "priority": 1 - n} for n, one in enumerate(members)]
        first.admin.command("replSetInitiate", {"_id": "rs0", "members": hosts, "settings": QUICK})
        first.close()
        with MongoClient[dict[str, Any]](HOST, members[0].port, replicaSet="rs0") as connection:
            people = connection["hr"].get_collection("people", write_concern=WriteConcern(w=2, wtimeout=30_000))
            people.insert_many([{"email": f"p{n}@hr.test"} for n in range(20)])
        yield members


def _member(directory: Path, port: int) -> RunningServer:
    (directory / "data").mkdir()
    argv = (
        str(program("fiftyone", "db", "bin", "mongod")),
        *("--dbpath", str(directory / "data"), "--bind_ip", HOST, "--port", str(port), "--nounixsocket"),
        *("--wiredTigerCacheSizeGB", "0.25", "--replSet", "rs0", "--oplogSize", "16"),
    )
    process, _ = launch(Launch(argv, directory, HOST, port), lambda: accepts(port))
    # Asked to stop, a primary waits 15 s for its clients to go elsewhere.
    return RunningServer(
        "mongodb", "", HOST, port, process, emulation=False, directory=str(directory), stop_signal=signal.SIGKILL
    )


def test_members_are_one_store(ask: Callable[..., Any], replica_set: list[RunningServer]) -> None:
    reports = [ask(probe_named("mongodb"), server).report for server in replica_set]
    ((identity, together),) = group_stores(reports)
    assert len(together) == 2
    assert identity.kind == "fingerprint"
    for report in reports:
        (people,) = [one for one in report.containers if one.name == "hr.people"]
        assert people.uid
        assert people.records is not None
        assert people.records.value == 20
