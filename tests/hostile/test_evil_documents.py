"""Document stores and directories with traps: no probe runs their code or makes a server contact another.

A view of MongoDB calls JavaScript; its use shows in the profiler. A directory of OpenLDAP chases referrals to a place
that counts its visitors.
"""

import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pymongo")

from tests.lab.ports import free_port
from tests.lab.stores import HOST, SocketDriver
from tests.servers.test_probe_binary_stores import SUFFIX, Serve, program, serve, tool
from tieback.lab.mongod import client, start_mongod
from tieback.lab.process import RunningServer, stop
from tieback.model.grant import Depth
from tieback.model.probe import Access, ProbeReport
from tieback.probes.interface import Probe, Sampler
from tieback.probes.stores.ldap.probe import LdapProbe
from tieback.probes.stores.mongodb.probe import MongodbProbe
from tieback.scope.conversation import Target

__all__ = ["serve"]

pytestmark = pytest.mark.servers

CODE: dict[str, Any] = {"$function": {"body": "function(x) { return 'ran' }", "args": ["$_id"], "lang": "js"}}
VIEWS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "trap": ("people", [{"$addFields": {"x": CODE}}]),
    "README": ("people", [{"$match": {"$expr": CODE}}]),
    "trap_on_trap": ("trap", [{"$limit": 1}]),
    "joined": ("people", [{"$lookup": {"from": "trap", "pipeline": [], "as": "x"}}]),
    "counted": ("people", [{"$group": {"_id": CODE, "n": {"$sum": 1}}}]),
}


@pytest.fixture(scope="module")
def evil_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    server = start_mongod(tmp_path_factory.mktemp("evil-mongo"), HOST, free_port())
    with client(server.address, server.port) as connection:
        shop = connection.shop
        shop.people.insert_many([{"email": f"p{number}@shop.test"} for number in range(20)])
        shop["system.js"].insert_one({"_id": "count", "value": "function() { return 'ran' }"})
        for name, (source, pipeline) in VIEWS.items():
            shop.create_collection(name, viewOn=source, pipeline=pipeline)
        shop.command("profile", 2)
    yield server
    stop(server)


def touched(server: RunningServer) -> set[str]:
    """Views that any command named since the profiler began."""
    with client(server.address, server.port) as connection:
        seen = [str(one.get("command", "")) + one["ns"] for one in connection.shop["system.profile"].find()]
    return {name for name in VIEWS if any(f"shop.{name}" in text or f"'{name}'" in text for text in seen)}


def probed(probe: Probe, server: RunningServer, depth: Depth) -> ProbeReport:
    target = Target(server.address, server.port)
    report = SocketDriver(probe, target).run(depth).report
    if depth is Depth.SAMPLE and isinstance(probe, Sampler):
        containers = [one for one in report.containers if not one.system]
        SocketDriver(probe, target).converse(probe.sample(target, containers, report.account))
    return report


@pytest.mark.parametrize("depth", Depth)
def test_a_probe_of_mongodb_uses_no_view(evil_mongo: RunningServer, depth: Depth) -> None:
    report = probed(MongodbProbe(), evil_mongo, depth)
    assert touched(evil_mongo) == set()
    if depth.allows(Depth.ENUMERATE):
        assert report.access is Access.OPEN
        assert {one.path[-1] for one in report.containers if not one.system} >= {"people"}
        assert not {one.path[-1] for one in report.containers} & set(VIEWS)


def test_the_traps_of_mongodb_work(evil_mongo: RunningServer) -> None:
    with client(evil_mongo.address, evil_mongo.port) as connection:
        assert next(iter(connection.shop.trap.find()))["x"] == "ran"
    assert "trap" in touched(evil_mongo)


class Trap:
    """A place that counts who connects."""

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.visits = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            connection.close()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


@pytest.fixture
def evil_slapd(serve: Serve, trap: Trap) -> RunningServer:
    binary, add = program("slapd", "Debian: slapd"), program("slapadd", "Debian: slapd")

    def argv(directory: Path, port: int) -> tuple[str, ...]:
        (directory / "data").mkdir()
        config = directory / "slapd.conf"
        config.write_text(
            "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n"
            "modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload back_ldap\n"
            "overlay chain\nchain-return-error true\n"
            f'database mdb\nmaxsize 10485760\nsuffix "{SUFFIX}"\ndirectory {directory}/data\naccess to * by * read\n'
        )
        entries = f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: hr\ndc: hr\n\n"
        for name in ("People", "Groups"):
            entries += f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n\n"
        for place in (SUFFIX, f"ou=People,{SUFFIX}"):
            entries += (
                f"dn: ou=Elsewhere,{place}\nobjectClass: referral\nobjectClass: extensibleObject\nou: Elsewhere\n"
                f"ref: ldap://{HOST}:{trap.port}/ou=Elsewhere,{place}\n\n"
            )
        tool((add, "-q", "-f", str(config)), entries)
        return (binary, "-f", str(config), "-h", f"ldap://{HOST}:{port}", "-d", "0")

    return serve("slapd", argv)


@pytest.mark.parametrize("depth", Depth)
def test_a_probe_of_a_directory_makes_it_contact_no_other(evil_slapd: RunningServer, trap: Trap, depth: Depth) -> None:
    report = probed(LdapProbe(), evil_slapd, depth)
    assert trap.visits == 0
    assert report.product == "openldap"


def test_the_trap_of_the_directory_works(evil_slapd: RunningServer, trap: Trap) -> None:
    search = program("ldapsearch", "Debian: ldap-utils")
    url = f"ldap://{evil_slapd.address}:{evil_slapd.port}"
    subprocess.run([search, "-x", "-H", url, "-b", SUFFIX, "-s", "one", "1.1"], capture_output=True, check=False)
    assert trap.visits > 0
